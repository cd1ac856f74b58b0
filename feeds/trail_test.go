package feeds

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"attache/feeds/feedstest"
)

func redirect(code int, to string) feedstest.Page {
	return feedstest.Page{Status: code, Header: map[string]string{"Location": to}}
}

// last is the last request for an address.
func last(t *testing.T, web *feedstest.Web, address string) feedstest.Request {
	t.Helper()
	var found feedstest.Request
	for _, r := range web.Requests() {
		if r.Address == address {
			found = r
		}
	}
	if found.Address == "" {
		t.Fatalf("%s was never asked", address)
	}
	return found
}

// TestFetchHeaders sends a feed's own headers to its own host, and to no other
// whatever way leads there.
func TestFetchHeaders(t *testing.T) {
	for _, test := range []struct {
		name, url, to string
		sent          bool
	}{
		{"its host", "http://news.example/rss", "/other", true},
		{"its host, encrypted", "http://news.example/rss", "http://NEWS.example:80/other", true},
		{"another host", "http://news.example/rss", "http://evil.example/other", false},
		{"below its host", "http://news.example/rss", "http://sub.news.example/other", false},
		{"another port", "http://news.example/rss", "http://news.example:8080/other", false},
		{"there and back", "http://news.example/rss", "http://back.example/", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				web := feedstest.Start(t)
				web.Set("news.example/rss", redirect(302, test.to))
				web.Set("back.example/", redirect(302, "http://news.example/other"))
				for _, host := range []string{"news.example", "evil.example", "sub.news.example", "news.example:80", "NEWS.example:80", "news.example:8080"} {
					web.Set(host+"/other", feedstest.Page{Body: "<rss/>", Gzip: true})
				}
				feed := Feed{Name: "desk", URL: test.url, Agent: "Gazette/2", Header: http.Header{
					"X-Key": {"s3cret"}, "authorization": {"Bearer s3cret"}, "Cookie": {"who=me"},
					"If-None-Match": {"mine"}, "Accept-Encoding": {"br"}, "User-Agent": {"no"},
				}}
				d, err := fetcher(t, web, FetchOptions{}).Fetch(t.Context(), feed, State{})
				if err != nil || string(d.Body) != "<rss/>" {
					t.Fatalf("%q, %v", d.Body, err)
				}
				all := web.Requests()
				first, end := all[0].Header, all[len(all)-1].Header
				if first.Get("X-Key") != "s3cret" || first.Get("Authorization") != "Bearer s3cret" {
					t.Errorf("its own address was told %v", first)
				}
				for _, name := range []string{"X-Key", "Authorization", "Cookie"} {
					if got := end.Get(name) != ""; got != test.sent {
						t.Errorf("%s was sent to %s: %v, want %v", name, test.to, got, test.sent)
					}
				}
				for _, h := range []http.Header{first, end} {
					if h.Get("User-Agent") != "Gazette/2" || h.Get("If-None-Match") != "" || h.Get("Referer") != "" {
						t.Errorf("was told %v", h)
					}
				}
			})
		})
	}
}

// TestPollerMoves follows a permanent redirect at once, and believes it after
// three days.
func TestPollerMoves(t *testing.T) {
	for _, test := range []struct {
		name  string
		code  int
		moves bool
	}{{"301", 301, true}, {"308", 308, true}, {"302", 302, false}, {"307", 307, false}, {"303", 303, false}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				web, m := feedstest.Start(t), &memory{}
				web.Set("news.example/rss", redirect(test.code, "http://new.example/feed"))
				web.Set("new.example/feed", feedstest.Page{Body: document("one"), ETag: `"1"`})
				_, stop := run(t, web, m, PollOptions{}, desk)
				time.Sleep(71 * time.Hour)
				if since := time.Since(last(t, web, "news.example/rss").At); since > 12*time.Minute {
					t.Errorf("after 71 h its own address was last asked %v ago", since)
				}
				time.Sleep(3 * time.Hour)
				stop()
				run(t, web, m, PollOptions{}, desk) // and that is remembered
				time.Sleep(time.Hour)
				own := time.Since(last(t, web, "news.example/rss").At)
				if moved := own > 2*time.Hour; moved != test.moves {
					t.Errorf("after 74 h its own address was last asked %v ago", own)
				}
				r := last(t, web, "new.example/feed")
				if time.Since(r.At) > 12*time.Minute || r.Header.Get("If-None-Match") != `"1"` || len(m.taken()) != 1 {
					t.Errorf("the new address was asked %v with %v; %d polls", r.At, r.Header, len(m.taken()))
				}
				s := m.state("desk")
				if (s.Moved == "http://new.example/feed") != test.moves || s.URL != desk.URL || s.Error != "" {
					t.Errorf("the state is %+v", s)
				}
			})
		})
	}
}

// TestPollerMovesAgain keeps a feed at its own address while that leads now
// here, now there, and sends each address none but its own validators.
func TestPollerMovesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		page := func(name string) feedstest.Page {
			return feedstest.Page{Body: document(name), LastModified: "of " + name}
		}
		web.Set("a.example/", page("a"))
		web.Set("b.example/", page("b"))
		web.Set("news.example/rss", page("own"))
		run(t, web, m, PollOptions{}, desk)
		time.Sleep(time.Hour)
		for range 6 {
			for _, host := range []string{"a", "b"} {
				web.Set("news.example/rss", redirect(301, "http://"+host+".example/"))
				time.Sleep(24 * time.Hour)
				if s := m.state("desk"); s.Moved != "http://"+host+".example/" || s.adopted() {
					t.Errorf("the state is %+v", s)
				}
			}
		}
		web.Set("news.example/rss", page("own"))
		time.Sleep(time.Hour)
		if s := m.state("desk"); s.Moved != "" || !s.MovedSince.IsZero() || s.LastModified != "of own" {
			t.Errorf("back home: %+v", s)
		}
		for _, r := range web.Requests() {
			own := map[byte]string{'a': "of a", 'b': "of b", 'n': "of own"}[r.Address[0]]
			if got := r.Header.Get("If-Modified-Since"); got != "" && got != own {
				t.Errorf("%s was sent what is %q", r.Address, got)
			}
		}
	})
}

// TestPollerMovesBack gives up an address that a feed had moved to.
func TestPollerMovesBack(t *testing.T) {
	for _, test := range []struct {
		name   string
		broken feedstest.Page
		within time.Duration
	}{
		{"it fails", feedstest.Page{Status: 500}, 31 * time.Hour}, // a day, and the longest wait of one that fails
		{"it is parked", feedstest.Page{Body: "<!DOCTYPE html><title>For sale</title>"}, 31 * time.Hour},
		{"it is gone", feedstest.Page{Status: 410}, time.Hour},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				web, m := feedstest.Start(t), &memory{}
				web.Set("news.example/rss", redirect(301, "http://new.example/feed"))
				web.Set("new.example/feed", feedstest.Page{Body: document("one"), ETag: `"1"`})
				run(t, web, m, PollOptions{}, desk)
				time.Sleep(80 * time.Hour)
				if !m.state("desk").adopted() {
					t.Fatalf("not moved: %+v", m.state("desk"))
				}
				web.Set("news.example/rss", feedstest.Page{Body: document("one", "two"), ETag: `"1"`})
				web.Set("new.example/feed", test.broken)
				time.Sleep(test.within)
				s := m.state("desk")
				if s.Moved != "" || s.Error != "" || s.Gone || len(m.taken()) != 2 || time.Since(s.Succeeded) > 12*time.Minute {
					t.Errorf("after %v: %+v", test.within, s)
				}
			})
		})
	}
}

// TestPollerForgetsAMove when its address is changed in the config.
func TestPollerForgetsAMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		web.Set("news.example/rss", redirect(301, "http://new.example/feed"))
		web.Set("new.example/feed", feedstest.Page{Body: document("one"), ETag: `"1"`})
		web.Set("third.example/", feedstest.Page{Body: document("one"), ETag: `"1"`})
		p, _ := run(t, web, m, PollOptions{}, desk)
		time.Sleep(80 * time.Hour)
		other := desk
		other.URL = "http://third.example/"
		p.Set([]Feed{other})
		synctest.Wait()
		s := m.state("desk")
		if r := last(t, web, "third.example/"); r.Header.Get("If-None-Match") != "" || s.Moved != "" || s.URL != other.URL || s.Error != "" {
			t.Errorf("told %v; %+v", r.Header, s)
		}
	})
}

// TestFetchWays asks by HTTP/1.1 where HTTP/2 is to be had, and through a proxy.
func TestFetchWays(t *testing.T) {
	var proto atomic.Value
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { proto.Store(r.Proto) }))
	secure.EnableHTTP2 = true
	secure.StartTLS()
	defer secure.Close()
	transport := NewTransport(loopback)
	transport.TLSClientConfig = secure.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	f := NewFetcher(transport, FetchOptions{})
	for _, old := range []bool{false, true, false, true} {
		if _, err := f.Fetch(t.Context(), Feed{URL: secure.URL, HTTP1: old}, State{}); err != nil {
			t.Fatal(err)
		}
		if want := map[bool]string{false: "HTTP/2.0", true: "HTTP/1.1"}[old]; proto.Load() != want {
			t.Errorf("asked by %v, want %s", proto.Load(), want)
		}
	}

	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodConnect:
			w.WriteHeader(http.StatusProxyAuthRequired)
		case r.URL.Host == "inward.example":
			http.Redirect(w, r, "http://169.254.169.254/s3cret", http.StatusFound)
		default:
			if !strings.HasPrefix(r.Header.Get("Proxy-Authorization"), "Basic ") {
				t.Errorf("the proxy was told %v", r.Header)
			}
			w.Write([]byte("<rss/>"))
		}
	}))
	defer proxy.Close()
	to := strings.Replace(proxy.URL, "http://", "http://me:s3cret@", 1)
	f = NewFetcher(NewTransport(TransportOptions{}), FetchOptions{}) // the proxy is allowed by being named
	for _, test := range []struct{ proxy, url, want string }{
		{to, "http://news.example/rss", ""},
		{to, "http://inward.example/", "169.254.169.254 is not the address of a public server"},
		{"http://127.0.0.1:1", "http://news.example/rss", "its proxy gave no connection to the server"},
		{"socks5://127.0.0.1:1", "http://news.example/rss", "its proxy gave no connection to the server"},
		{to, "https://news.example/rss", "its proxy answered 407"},
		{"ftp://127.0.0.1:1/s3cret", "http://news.example/rss", "its proxy is not an http, https or socks5 address"},
		{"s3cret", "http://news.example/rss", "its proxy is not an http, https or socks5 address"},
	} {
		d, err := f.Fetch(t.Context(), Feed{URL: test.url, Proxy: test.proxy}, State{})
		got := ""
		if err != nil {
			got = Sentence(err)
		}
		if got != test.want || err == nil && string(d.Body) != "<rss/>" {
			t.Errorf("%s by a proxy: %q, want %q", test.url, got, test.want)
		}
	}
	if _, err := NewFetcher(tripper(nil), FetchOptions{}).Fetch(t.Context(), Feed{URL: "http://news.example/", HTTP1: true}, State{}); err == nil {
		t.Error("a feed was asked in another way than its own")
	}
}
