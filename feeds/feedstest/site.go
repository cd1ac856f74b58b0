package feedstest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// site is a host of the web that a reader is scored on, and what it was asked.
type site struct {
	host  string
	paths []string // that the reader is to poll; one with a "?" too
	serve func(s *site, w http.ResponseWriter, r *http.Request, at time.Duration)
	begin time.Time

	mu     sync.Mutex
	log    []exchange
	inside int // requests being answered
}

// exchange is a request and its answer.
type exchange struct {
	at      time.Duration // since the reader was started
	address string        // host, path and query
	asked   header
	status  int
	given   header
	crowded bool // another one was being answered
}

// header is one in which a name is found however it is written.
type header http.Header

func (h header) get(name string) string {
	for n, values := range h {
		if strings.EqualFold(n, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchange{at: time.Since(s.begin), address: r.Host + r.URL.RequestURI(), asked: header(r.Header.Clone())}
	s.mu.Lock()
	s.inside++
	x.crowded = s.inside > 1
	s.mu.Unlock()
	w.Header().Set("Set-Cookie", "who=you")
	answer := &recorder{ResponseWriter: w, status: http.StatusOK}
	s.serve(s, answer, r, x.at)
	x.status, x.given = answer.status, header(w.Header().Clone())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inside--
	s.log = append(s.log, x)
}

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// exchanges are those of an address of the site, in order; of all if path is "".
func (s *site) exchanges(path string) (out []exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.log {
		if path == "" || x.address == s.host+path {
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(a, b exchange) int { return int(a.at - b.at) })
	return out
}

// last is a header of the last answer to an address.
func (s *site) last(path, name string) string {
	if all := s.exchanges(path); len(all) > 0 {
		return all[len(all)-1].given.get(name)
	}
	return ""
}

// document is a feed whose items are as many as its version.
func document(w http.ResponseWriter, version int) {
	w.Header().Set("Content-Type", "application/rss+xml")
	fmt.Fprint(w, `<rss version="2.0"><channel><title>t</title>`)
	for i := version; i > max(0, version-20); i-- {
		fmt.Fprintf(w, "<item><title>Item %d</title><guid>%d</guid></item>", i, i)
	}
	fmt.Fprint(w, "</channel></rss>")
}

// page serves a feed under these validators, or a 304 to who has them.
func page(w http.ResponseWriter, r *http.Request, version int, etag, modified string) {
	p := Page{ETag: etag, LastModified: modified}
	p.headers(w.Header())
	if p.notModified(r) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	document(w, version)
}

func modified(at time.Duration) string { return fmt.Sprintf("%d hours past", int(at.Hours())) }

// sites are the hosts that a reader is scored on. Each changes every six hours,
// unless it says otherwise.
func sites() map[string]*site {
	all := map[string]*site{}
	add := func(name string, serve func(s *site, w http.ResponseWriter, r *http.Request, at time.Duration), paths ...string) {
		if paths == nil {
			paths = []string{"/rss"}
		}
		all[name] = &site{host: name + ".example", paths: paths, serve: serve}
	}
	hinting := func(name, value string) func(*site, http.ResponseWriter, *http.Request, time.Duration) {
		return func(_ *site, w http.ResponseWriter, r *http.Request, at time.Duration) {
			w.Header().Set(name, value)
			w.Header().Set("Age", "1800")
			page(w, r, 1+int(at.Hours()/6), fmt.Sprintf(`"%d"`, int(at.Hours()/6)), "")
		}
	}
	failing := func(status int, after string) func(*site, http.ResponseWriter, *http.Request, time.Duration) {
		return func(_ *site, w http.ResponseWriter, r *http.Request, at time.Duration) {
			if r.URL.Path == "/rss" && at < 30*time.Hour {
				if after == "date" {
					w.Header().Set("Retry-After", time.Now().UTC().Add(2*time.Hour).Format(http.TimeFormat))
				} else if after != "" {
					w.Header().Set("Retry-After", after)
				}
				w.WriteHeader(status)
				return
			}
			page(w, r, 1, `"1"`, "")
		}
	}
	leading := func(status int) func(*site, http.ResponseWriter, *http.Request, time.Duration) {
		return func(s *site, w http.ResponseWriter, r *http.Request, _ time.Duration) {
			w.Header().Set("Location", "http://to-"+s.host+"/rss")
			w.WriteHeader(status)
		}
	}
	plain := func(_ *site, w http.ResponseWriter, r *http.Request, at time.Duration) {
		page(w, r, 1+int(at.Hours()/6), fmt.Sprintf(`"%d"`, int(at.Hours()/6)), modified(at.Truncate(6*time.Hour)))
	}

	add("plain", plain, "/rss", "/rss?lang=en&b=%2F")
	add("touch", func(_ *site, w http.ResponseWriter, r *http.Request, at time.Duration) { // the same document, dated anew each three hours
		page(w, r, 1, "", modified(at.Truncate(3*time.Hour)))
	})
	add("renew", func(s *site, w http.ResponseWriter, r *http.Request, at time.Duration) { // each answer, of a 304 too, has another ETag
		last := s.last("/rss", "ETag")
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, at.Nanoseconds()))
		if last != "" && r.Header.Get("If-None-Match") == last {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		document(w, 1)
	})
	add("odd", func(_ *site, w http.ResponseWriter, r *http.Request, _ time.Duration) {
		etag := map[string]string{"/bare": `bare-0`, "/weak": `W/"weak"`, "/gap": `"two  spaces"`, "/half": `"half`}[r.URL.Path]
		page(w, r, 1, etag, "yesterday,  about noon")
	}, "/bare", "/weak", "/gap", "/half", "/dated")
	add("deaf", func(_ *site, w http.ResponseWriter, r *http.Request, _ time.Duration) { // knows no conditional requests
		w.Header().Set("ETag", `"deaf"`)
		document(w, 1)
	})
	add("mute", func(_ *site, w http.ResponseWriter, r *http.Request, _ time.Duration) { document(w, 1) }) // gives no validators
	add("fresh", hinting("Cache-Control", "max-age=7200"))
	add("expires", func(_ *site, w http.ResponseWriter, r *http.Request, _ time.Duration) {
		w.Header().Set("Expires", time.Now().UTC().Add(2*time.Hour).Format(http.TimeFormat))
		page(w, r, 1, `"1"`, "")
	})
	add("frozen", hinting("Cache-Control", "max-age=2592000"))
	add("hasty", hinting("Cache-Control", "no-store, max-age=0"))
	add("limit", failing(http.StatusTooManyRequests, "7200"), "/rss", "/other")
	add("limit-date", failing(http.StatusTooManyRequests, "date"))
	add("busy", failing(http.StatusServiceUnavailable, "7200"))
	add("down", failing(http.StatusInternalServerError, ""))
	for _, status := range []int{301, 302, 307, 308} {
		name := fmt.Sprint("moved-", status)
		add(name, leading(status))
		all["to-"+name] = &site{host: "to-" + name + ".example", serve: plain}
	}
	add("gone", func(_ *site, w http.ResponseWriter, r *http.Request, _ time.Duration) { w.WriteHeader(http.StatusGone) })
	add("crowd", func(_ *site, w http.ResponseWriter, r *http.Request, _ time.Duration) {
		time.Sleep(300 * time.Millisecond)
		page(w, r, 1, `"1"`, "")
	}, "/1", "/2", "/3", "/4", "/5")
	return all
}
