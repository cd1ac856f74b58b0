package feeds

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attache/feeds/feedstest"
)

// desk is the feed most tests ask for.
var desk = Feed{Name: "desk", URL: "http://news.example/rss", Outlet: "The Desk", Tier: Press, Lang: "en", Every: 10 * time.Minute}

// loopback lets a transport ask servers of the test.
var loopback = TransportOptions{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}

// fetcher asks a fake web.
func fetcher(t *testing.T, web *feedstest.Web, opts FetchOptions) *Fetcher {
	transport := NewTransport(TransportOptions{})
	transport.DialContext = web.Dial
	t.Cleanup(transport.CloseIdleConnections)
	return NewFetcher(transport, opts)
}

func TestFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := feedstest.Start(t)
		web.Set("news.example/rss", feedstest.Page{
			Body: "<rss/>", Type: "text/xml; charset=utf-8", ETag: `W/"a b"`, LastModified: "yesterday, about noon",
			Header: map[string]string{"Cache-Control": "public, max-age=300", "Age": "60", "Set-Cookie": "who=you"},
		})
		f := fetcher(t, web, FetchOptions{UserAgent: UserAgent("1.2")})
		d, err := f.Fetch(t.Context(), desk, State{})
		if err != nil {
			t.Fatal(err)
		}
		if string(d.Body) != "<rss/>" || d.ContentType != "text/xml; charset=utf-8" || d.URL != desk.URL || d.NotModified {
			t.Errorf("the document is %+v", d)
		}
		if d.ETag != `W/"a b"` || d.LastModified != "yesterday, about noon" || d.MaxAge != 4*time.Minute {
			t.Errorf("the hints are %q, %q, %v", d.ETag, d.LastModified, d.MaxAge)
		}
		if _, err := f.Fetch(t.Context(), desk, State{}); err != nil { // a cookie would come back now
			t.Fatal(err)
		}
		for _, r := range web.Requests() {
			if got := r.Header.Get("User-Agent"); got != "attache/1.2 (feed fetcher)" {
				t.Errorf("User-Agent is %q", got)
			}
			for _, name := range []string{"Cookie", "Referer", "If-None-Match", "If-Modified-Since"} {
				if got, sent := r.Header[name]; sent {
					t.Errorf("%s was sent: %q", name, got)
				}
			}
		}
	})
}

func TestFetchConditional(t *testing.T) {
	const etag, modified = `"x--gzip"`, "Sat, 01 Jan 2000 00:00:00 +0000"
	for _, test := range []struct {
		name  string
		state State
		none  string // the If-None-Match that must be sent
		since string
		fresh bool // a 304
	}{
		{"both", State{URL: desk.URL, ETag: etag, LastModified: modified}, etag, modified, true},
		{"weak and odd", State{URL: desk.URL, ETag: `W/odd"`}, `W/odd"`, "", false},
		{"date only", State{URL: desk.URL, LastModified: modified}, "", modified, false},
		{"of another address", State{URL: "http://old.example/rss", ETag: etag, LastModified: modified}, "", "", false},
		{"nothing known", State{}, "", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				web := feedstest.Start(t)
				web.Set("news.example/rss", feedstest.Page{ETag: etag, LastModified: modified})
				d, err := fetcher(t, web, FetchOptions{}).Fetch(t.Context(), desk, test.state)
				if err != nil {
					t.Fatal(err)
				}
				sent := web.Requests()[0].Header
				if sent.Get("If-None-Match") != test.none || sent.Get("If-Modified-Since") != test.since {
					t.Errorf("sent %q and %q, want %q and %q",
						sent.Get("If-None-Match"), sent.Get("If-Modified-Since"), test.none, test.since)
				}
				if d.NotModified != test.fresh {
					t.Errorf("NotModified is %v", d.NotModified)
				}
				if d.ETag != etag || d.LastModified != modified {
					t.Errorf("validators are %q and %q", d.ETag, d.LastModified)
				}
			})
		})
	}
}

func TestFetchFails(t *testing.T) {
	secret := "http://news.example/rss?token=s3cret"
	to := func(address string) feedstest.Page {
		return feedstest.Page{Status: 302, Header: map[string]string{"Location": address}}
	}
	for _, test := range []struct {
		name string
		url  string
		page feedstest.Page
		want string
	}{
		{"unavailable", secret, feedstest.Page{Status: 503}, "the server answered 503"},
		{"gone", secret, feedstest.Page{Status: 410}, "410: the feed is gone"},
		{"304 unasked", secret, feedstest.Page{Status: 304}, "the server answered 304 to a question without conditions"},
		{"dead", secret, feedstest.Page{Dead: true}, "the server hung up before it had answered"},
		{"broken off", secret, feedstest.Page{Body: strings.Repeat("x", 9000), Break: true}, "the server hung up before it had answered"},
		{"silent", secret, feedstest.Page{Delay: time.Minute}, "no answer within 30 s"},
		{"slow", secret, feedstest.Page{Body: "<rss/>", Slow: time.Minute}, "no whole answer within 30 s"},
		{"large", secret, feedstest.Page{Body: strings.Repeat("x", 2000)}, "it is larger than 1000 bytes"},
		{"large unpacked", secret, feedstest.Page{Body: strings.Repeat("x", 2000), Gzip: true}, "it is larger than 1000 bytes"},
		{"large header", secret, feedstest.Page{Header: map[string]string{"X": strings.Repeat("x", 2*maxHeader)}}, "the server gave no answer that HTTP knows"},
		{"circle", secret, to("/rss?token=s3cret"), "it redirects more than 5 times"},
		{"to a file", secret, to("file:///etc/s3cret"), "it redirects to something that is not http or https"},
		{"to a user", secret, to("http://a:s3cret@other.example/"), "it redirects to an address with a user name in it"},
		{"to nonsense", secret, to("http://[s3cret"), "the server gave no answer that HTTP knows"},
		{"no such host", "http://nowhere.invalid/s3cret", feedstest.Page{}, "there is no host of that name"},
		{"user", "http://user:s3cret@news.example/rss?token=s3cret", feedstest.Page{}, "its address has a user name or password in it"},
		{"zone", "http://[fe80::1%25s3cret]/", feedstest.Page{}, "its address names a network interface of this machine"},
		{"to a zone", secret, to("http://[fe80::1%25s3cret]/"), "its address names a network interface of this machine"},
		{"bot check", secret, feedstest.Page{Status: 403, Header: map[string]string{"cf-mitigated": "challenge"}}, "the site answers with a bot check (403)"},
		{"no address", "s3cret", feedstest.Page{}, "its address is not an http or https address"},
		{"no http", "gopher://news.example/s3cret", feedstest.Page{}, "its address is not an http or https address"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				web := feedstest.Start(t)
				web.Set("news.example/rss?token=s3cret", test.page)
				f := fetcher(t, web, FetchOptions{MaxBody: 1000})
				if test.name == "broken off" {
					f = fetcher(t, web, FetchOptions{})
				}
				d, err := f.Fetch(t.Context(), Feed{Name: "desk", URL: test.url}, State{})
				if d.Cut != "" { // what came of the body is worth reading
					_, err = Parse(d, Feed{Name: "desk"})
					err = fmt.Errorf("feeds: fetch desk: %w", errors.Unwrap(err))
				}
				if err == nil {
					t.Fatal("no error")
				}
				if want := "feeds: fetch desk: " + test.want; err.Error() != want {
					t.Errorf("error is %q, want %q", err, want)
				}
				if Sentence(err) != test.want {
					t.Errorf("sentence is %q", Sentence(err))
				}
			})
		})
	}
}

func TestFetchRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"120":                           2 * time.Minute,
		" 7 ":                           7 * time.Second,
		"Sat, 01 Jan 2000 01:00:00 GMT": time.Hour, // a bubble's clock begins at midnight
		"Fri, 31 Dec 1999 01:00:00 GMT": 0,
		"-5":                            0,
		"soon":                          0,
		"99999999999999999999999":       1 << 31 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			web := feedstest.Start(t)
			web.Set("news.example/rss", feedstest.Page{Status: 429, Header: map[string]string{"Retry-After": value}})
			_, err := fetcher(t, web, FetchOptions{}).Fetch(t.Context(), desk, State{})
			status, ok := errors.AsType[*StatusError](err)
			if !ok || status.Code != 429 || status.RetryAfter != want {
				t.Errorf("Retry-After %q: %#v, want %v", value, status, want)
			}
		})
	}
}

func TestFreshness(t *testing.T) {
	for _, test := range []struct {
		header http.Header
		want   time.Duration
	}{
		{http.Header{}, 0},
		{http.Header{"Cache-Control": {"public", "Max-Age=60"}}, time.Minute},
		{http.Header{"Cache-Control": {`max-age="60"`}, "Age": {"20"}}, 40 * time.Second},
		{http.Header{"Cache-Control": {"max-age=60"}, "Age": {"600"}}, 0},
		{http.Header{"Cache-Control": {"max-age=0"}, "Expires": {"Sat, 01 Jan 2000 01:00:00 GMT"}}, 0},
		{http.Header{"Cache-Control": {"no-store, max-age=60"}}, 0},
		{http.Header{"Date": {"Sat, 01 Jan 2000 00:00:00 GMT"}, "Expires": {"Sat, 01 Jan 2000 01:00:00 GMT"}}, time.Hour},
		{http.Header{"Date": {"Sat, 01 Jan 2000 00:00:00 GMT"}, "Expires": {"0"}}, 0},
		{http.Header{"Expires": {"Sat, 01 Jan 2000 01:00:00 GMT"}}, 0},
	} {
		if got := freshness(test.header); got != test.want {
			t.Errorf("%v: %v, want %v", test.header, got, test.want)
		}
	}
}

func TestFetchRedirects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := feedstest.Start(t)
		web.Set("news.example/rss", feedstest.Page{Status: 301, Header: map[string]string{"Location": "http://new.example/all/feed"}})
		web.Set("new.example/all/feed", feedstest.Page{Body: "<rss/>", Gzip: true})
		d, err := fetcher(t, web, FetchOptions{}).Fetch(t.Context(), desk, State{})
		if err != nil {
			t.Fatal(err)
		}
		if string(d.Body) != "<rss/>" || d.URL != "http://new.example/all/feed" {
			t.Errorf("the document is %q from %s", d.Body, d.URL)
		}
		for _, r := range web.Requests() {
			if _, sent := r.Header["Referer"]; sent {
				t.Error("Referer was sent")
			}
		}
	})
}

// TLS needs real sockets: no bubble here.
func TestFetchStaysEncrypted(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("asked without encryption")
	}))
	defer plain.Close()
	secure := httptest.NewUnstartedServer(http.RedirectHandler(plain.URL, http.StatusFound))
	secure.Config.ErrorLog = log.New(t.Output(), "", 0)
	secure.StartTLS()
	defer secure.Close()

	_, err := NewFetcher(secure.Client().Transport, FetchOptions{}).Fetch(t.Context(), Feed{URL: secure.URL}, State{})
	if got, want := Sentence(err), "it redirects from https to plain http"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	_, err = NewFetcher(NewTransport(loopback), FetchOptions{}).Fetch(t.Context(), Feed{URL: secure.URL}, State{})
	if got, want := Sentence(err), "the server's certificate is not to be trusted"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	secure.Close()
	_, err = NewFetcher(NewTransport(loopback), FetchOptions{}).Fetch(t.Context(), Feed{URL: secure.URL}, State{})
	if got, want := Sentence(err), "the server refused the connection"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNoProxyFromTheEnvironment(t *testing.T) {
	if NewTransport(TransportOptions{}).Proxy != nil {
		t.Error("the transport takes a proxy from somewhere")
	}
}

func TestFetchCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := feedstest.Start(t)
		web.Set("news.example/rss", feedstest.Page{Delay: 20 * time.Second})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := fetcher(t, web, FetchOptions{}).Fetch(ctx, desk, State{})
		if !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}
