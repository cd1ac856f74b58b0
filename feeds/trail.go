package feeds

import (
	"cmp"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

const (
	maxRedirects = 5
	moveHolds    = 3 * 24 * time.Hour // before a permanent redirect is believed: servers take them back
	moveFails    = 24 * time.Hour     // before we return from where one led
)

// adopted reports whether the feed is asked for where it has moved to: once it
// was seen to be there over moveHolds, by every poll that was answered.
func (s State) adopted() bool {
	return s.Moved != "" && s.Succeeded.Sub(s.MovedSince) >= moveHolds
}

// address is where a feed is asked for.
func (s State) address(f Feed) string {
	if s.URL == f.URL && s.adopted() {
		return s.Moved
	}
	return f.URL
}

// trail is the way of one fetch: from the address asked, through redirects, to
// the one that answers. It decides what each of them is told.
type trail struct {
	feed  Feed
	state State
	agent string
	home  *url.URL // the feed's own address
	asked *url.URL

	abroad    bool   // it has left the host of home
	temporary bool   // a redirect on it was not for good
	end       string // where redirects have led so far; "" if there was none
}

// newTrail begins at the feed's address, or where it has moved to.
func newTrail(feed Feed, s State, agent string) (*trail, error) {
	t := &trail{feed: feed, agent: cmp.Or(feed.Agent, agent)}
	if s.URL == feed.URL { // else nothing of it holds
		t.state = s
	}
	var err error
	if t.home, err = parseAddress(feed.URL); err != nil {
		return nil, err
	}
	if t.asked = t.home; t.state.adopted() {
		t.asked, err = parseAddress(t.state.Moved)
	}
	return t, err
}

func parseAddress(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, &problem{"its address is not an http or https address", err}
	}
	return u, checkAddress(u)
}

// moved is where the feed has moved to for good, as far as this fetch can tell;
// "" if nowhere.
func (t *trail) moved() string {
	if t.temporary || len(t.end) > maxLink {
		return ""
	}
	return t.end
}

// follow is an http.Client's CheckRedirect. It keeps a redirect to what the
// first address could have been.
func (t *trail) follow(req *http.Request, via []*http.Request) error {
	last := via[len(via)-1].URL
	switch {
	case len(via) > maxRedirects:
		return &problem{fmt.Sprintf("it redirects more than %d times", maxRedirects), nil}
	case !web(req.URL):
		return &problem{"it redirects to something that is not http or https", nil}
	case last.Scheme == "https" && req.URL.Scheme == "http":
		return &problem{"it redirects from https to plain http", nil}
	case req.URL.User != nil:
		return &problem{"it redirects to an address with a user name in it", nil}
	}
	if err := checkAddress(req.URL); err != nil {
		return err
	}
	if addr, err := netip.ParseAddr(req.URL.Hostname()); err == nil && t.feed.Proxy != "" && !public(addr) {
		return &problem{notPublic(addr), nil} // the gate never sees it: the proxy would go there
	}
	if code := req.Response.StatusCode; code != http.StatusMovedPermanently && code != http.StatusPermanentRedirect {
		t.temporary = true
	}
	bare := *req.URL
	bare.Fragment, bare.RawFragment = "", ""
	t.end = bare.String()
	t.abroad = t.abroad || !sameHost(t.home, req.URL)
	req.Header = t.header() // not the last one's, with a Referer
	return nil
}

// request builds the question that the trail begins with.
func (t *trail) request() *http.Request {
	t.abroad = !sameHost(t.home, t.asked)
	return &http.Request{Method: http.MethodGet, URL: t.asked, Host: t.asked.Host, Header: t.header()}
}

// header is what the address that the trail has come to is told: truthful,
// without cookies, conditional where we know enough. The feed's own headers may
// hold secrets, and are for its own host only.
func (t *trail) header() http.Header {
	h := http.Header{"Accept": {accept}}
	if !t.abroad {
		for name, values := range t.feed.Header {
			h[http.CanonicalHeaderKey(name)] = values
		}
	}
	for _, ours := range []string{"Accept-Encoding", "If-None-Match", "If-Modified-Since"} {
		h.Del(ours)
	}
	h.Set("User-Agent", t.agent)
	if t.validated() {
		if t.state.ETag != "" {
			h.Set("If-None-Match", t.state.ETag)
		}
		if t.state.LastModified != "" {
			h.Set("If-Modified-Since", t.state.LastModified)
		}
	}
	return h
}

// validated reports whether the validators we know belong to the address that
// the trail has come to. Those of another one must not be sent: its document may
// well have the same date, and would be taken for the one we know. Where a
// temporary redirect leads stands for the address that was asked.
func (t *trail) validated() bool {
	at := cmp.Or(t.end, t.asked.String())
	if t.state.Moved != "" && t.state.Moved != t.asked.String() {
		return at == t.state.Moved
	}
	return t.end == "" || t.temporary
}

// sameHost reports whether what is meant for a may be told to b: the same host
// and port, or its encrypted one.
func sameHost(a, b *url.URL) bool {
	port := func(u *url.URL) string { return cmp.Or(u.Port(), defaultPorts[u.Scheme]) }
	return strings.EqualFold(a.Hostname(), b.Hostname()) &&
		(port(a) == port(b) || port(a) == "80" && port(b) == "443" && b.Scheme == "https")
}

var defaultPorts = map[string]string{"http": "80", "https": "443"}
