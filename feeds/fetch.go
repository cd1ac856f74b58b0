package feeds

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"time"
)

// Limits of a fetch.
const (
	maxBody      = 16 << 20 // bytes after decompression
	maxHeader    = 64 << 10 // bytes of response header
	fetchTimeout = 30 * time.Second
	dialTimeout  = 10 * time.Second
)

// accept names what we can read, best first; "*/*" because many servers know
// their own feeds only as text/html.
const accept = "application/atom+xml, application/rss+xml, application/feed+json, " +
	"application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"

// Document is what a server answered for a feed.
type Document struct {
	Body         []byte        // decompressed, otherwise as served
	Cut          string        // why Body is only what had come, as a sentence for people; "" when it is all
	ContentType  string        // the header; "" when there was none
	URL          string        // where it came from after redirects; relative links resolve against it
	Moved        string        // where permanent redirects (301, 308) alone led; "" if they did not
	ETag         string        // byte for byte, for the next request
	LastModified string        // byte for byte, for the next request
	MaxAge       time.Duration // how long the server says the document stays fresh; 0 when it does not
	NotModified  bool          // a 304: there is no Body
}

// FetchOptions are the limits of a Fetcher; the zero value is good.
type FetchOptions struct {
	UserAgent string        // "" means UserAgent("dev")
	Timeout   time.Duration // of a whole fetch, redirects and body included; 0 means 30 s
	MaxBody   int64         // bytes after decompression; 0 means 16 MB
}

// Fetcher asks servers for feeds. It is safe for use side by side.
type Fetcher struct {
	agent   string
	timeout time.Duration
	maxBody int64
	ways    *ways
}

// UserAgent is who we say we are: "attache/1.2 (feed fetcher)". An operator says more
// by a User-Agent of their own: who they are, and where to reach them.
func UserAgent(version string) string {
	return fmt.Sprintf("attache/%s (feed fetcher)", version)
}

// NewFetcher returns a Fetcher that asks through transport, as a rule the
// program's one NewTransport. Feeds with a Proxy or HTTP1 need it to be an
// *http.Transport.
func NewFetcher(transport http.RoundTripper, opts FetchOptions) *Fetcher {
	return &Fetcher{
		agent:   cmp.Or(opts.UserAgent, UserAgent("dev")),
		timeout: cmp.Or(opts.Timeout, fetchTimeout),
		maxBody: cmp.Or(opts.MaxBody, maxBody),
		ways:    &ways{direct: transport},
	}
}

// Fetch asks for the feed. The request is conditional (RFC 9110 section 13.1)
// when s holds validators of the feed's address, and the Document of a 304 then
// carries the validators that hold from now on.
//
// An answer that is neither the document nor a 304 is a *StatusError. No error
// repeats an address beyond its host: the rest may hold a secret.
func (f *Fetcher) Fetch(ctx context.Context, feed Feed, s State) (Document, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	d, err := f.fetch(ctx, feed, s)
	if err != nil {
		return Document{}, fmt.Errorf("feeds: fetch %s: %w", feed.Name, err)
	}
	return d, nil
}

func (f *Fetcher) fetch(ctx context.Context, feed Feed, s State) (Document, error) {
	trail, err := newTrail(feed, s, f.agent)
	if err != nil {
		return Document{}, err
	}
	way, err := f.ways.of(feed)
	if err != nil {
		return Document{}, err
	}
	client := &http.Client{Transport: way, CheckRedirect: trail.follow}
	var conn net.Conn // to what answers in the end
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { conn = c.Conn }})
	resp, err := client.Do(trail.request().WithContext(ctx))
	if err != nil {
		return Document{}, f.unreached(err, "no answer")
	}
	defer resp.Body.Close()

	asked := resp.Request
	d := Document{
		ContentType:  resp.Header.Get("Content-Type"),
		URL:          asked.URL.String(),
		Moved:        trail.moved(),
		ETag:         resp.Header.Get("ETag"),
		LastModified: resp.Header.Get("Last-Modified"),
		MaxAge:       freshness(resp.Header),
	}
	switch {
	case resp.StatusCode == http.StatusNotModified && conditional(asked.Header):
		d.NotModified = true
		d.ETag = cmp.Or(d.ETag, s.ETag) // what a 304 does not replace still holds: RFC 9111 section 3.2
		d.LastModified = cmp.Or(d.LastModified, s.LastModified)
		return d, nil
	case resp.StatusCode/100 != 2:
		// A server of the operator's own fetches feeds from many places, as a rule,
		// and passes on what these say. And a feed that leads to another host must
		// not have us shun that one.
		own := feed.Proxy == "" && private(conn)
		return Document{}, declined(resp, own || hostOf(asked.URL) != hostOf(trail.asked))
	}
	d.Body, d.Cut, err = f.body(resp)
	return d, err
}

func conditional(h http.Header) bool {
	return h.Get("If-None-Match") != "" || h.Get("If-Modified-Since") != ""
}

// body reads no more than the limit of what the server sends, decompressed. What
// came before the connection broke, or time was up, is worth having: there may
// be whole items in it.
func (f *Fetcher) body(resp *http.Response) (body []byte, cut string, err error) {
	tooLarge := &problem{fmt.Sprintf("it is larger than %s", size(f.maxBody)), nil}
	if resp.ContentLength > f.maxBody {
		return nil, "", tooLarge
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, f.maxBody+1))
	if int64(len(body)) > f.maxBody {
		return nil, "", tooLarge
	}
	if err != nil {
		broke := f.unreached(err, "no whole answer")
		if len(body) == 0 || errors.Is(err, context.Canceled) {
			return nil, "", broke
		}
		cut = Sentence(broke)
	}
	return body, cut, nil
}

// unreached puts what stopped a request into words; late begins the sentence
// for running out of time.
func (f *Fetcher) unreached(err error, late string) error {
	if p, ok := errors.AsType[*problem](err); ok {
		return p // without the *url.Error around it, which quotes the address
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &problem{fmt.Sprintf("%s within %s", late, seconds(f.timeout)), err}
	}
	return &problem{networkWords(err), err}
}
