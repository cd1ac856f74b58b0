// Package feedstest is a small web of fake feeds for tests: every host under
// .example, served from memory, with the manners and the failures of the real
// one. A test says what each address serves, and reads what was asked.
package feedstest

import (
	"compress/gzip"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Page is what an address serves. The zero Page is an empty document.
type Page struct {
	Status int               // 0 means 200
	Body   string            //
	Type   string            // Content-Type; "" means application/rss+xml
	Header map[string]string // further headers: Retry-After, Cache-Control, Location

	ETag         string // a request that has it in If-None-Match gets a 304
	LastModified string // likewise for If-Modified-Since, where there is no ETag
	Gzip         bool   // compress for those who accept it

	Delay time.Duration // before the first byte
	Slow  time.Duration // between the first and the second half of the body
	Break bool          // hang up after the first half of the body
	Dead  bool          // hang up without a word
}

// Request is one request as it came in.
type Request struct {
	At      time.Time
	Address string // host, path and query: "news.example/rss?lang=en"
	Header  http.Header
}

// Web serves pages by address and remembers who asked for what. It is an
// http.Handler; Start also serves it.
type Web struct {
	*Listener

	mu       sync.Mutex
	pages    map[string]Page
	hosts    map[string]http.Handler
	requests []Request
}

// Start returns a Web that is served in memory until the test ends. Its Dial
// goes into the transport of whoever is to see it:
//
//	web := feedstest.Start(t)
//	transport := feeds.NewTransport(feeds.TransportOptions{})
//	transport.DialContext = web.Dial
func Start(tb testing.TB) *Web {
	w := &Web{Listener: Listen(), pages: map[string]Page{}, hosts: map[string]http.Handler{}}
	server := &http.Server{Handler: w}
	var wg sync.WaitGroup
	wg.Go(func() { server.Serve(w.Listener) })
	tb.Cleanup(func() {
		server.Close()
		wg.Wait()
	})
	return w
}

// Set makes an address ("news.example/rss") serve a page from now on. An
// address nobody has set is a 404.
func (w *Web) Set(address string, p Page) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[address] = p
}

// Handle makes a host ("news.example") serve what h does from now on.
func (w *Web) Handle(host string, h http.Handler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hosts[host] = h
}

// Requests returns every request so far, in order.
func (w *Web) Requests() []Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.requests)
}

// ServeHTTP notes the request and serves the page.
func (w *Web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	address := r.Host + r.URL.RequestURI()
	w.mu.Lock()
	w.requests = append(w.requests, Request{At: time.Now(), Address: address, Header: r.Header.Clone()})
	p, ok := w.pages[address]
	h := w.hosts[r.Host]
	w.mu.Unlock()
	if h != nil {
		h.ServeHTTP(rw, r)
		return
	}
	if !ok {
		http.NotFound(rw, r)
		return
	}
	if p.Dead {
		panic(http.ErrAbortHandler)
	}
	pause(r, p.Delay)
	p.headers(rw.Header())
	if p.notModified(r) {
		rw.WriteHeader(http.StatusNotModified)
		return
	}
	p.write(rw, r)
}

// pause sleeps, but not longer than anybody waits for the answer.
func pause(r *http.Request, d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	}
}

func (p Page) headers(h http.Header) {
	h.Set("Content-Type", "application/rss+xml")
	if p.Type != "" {
		h.Set("Content-Type", p.Type)
	}
	if p.ETag != "" {
		h["ETag"] = []string{p.ETag} // as it is, were it not a legal one
	}
	if p.LastModified != "" {
		h.Set("Last-Modified", p.LastModified)
	}
	for name, value := range p.Header {
		h.Set(name, value)
	}
}

// notModified follows RFC 9110 section 13.2.2: the ETag decides where there is
// one. Values are compared byte for byte.
func (p Page) notModified(r *http.Request) bool {
	if p.Status != 0 {
		return false
	}
	if sent := r.Header.Get("If-None-Match"); sent != "" || p.ETag != "" {
		return sent != "" && sent == p.ETag
	}
	return p.LastModified != "" && r.Header.Get("If-Modified-Since") == p.LastModified
}

func (p Page) write(rw http.ResponseWriter, r *http.Request) {
	status := p.Status
	if status == 0 {
		status = http.StatusOK
	}
	if p.Gzip && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		rw.Header().Set("Content-Encoding", "gzip")
		rw.WriteHeader(status)
		z := gzip.NewWriter(rw)
		z.Write([]byte(p.Body)) // an error is a client that left
		z.Close()
		return
	}
	rw.WriteHeader(status)
	half := len(p.Body) / 2
	rw.Write([]byte(p.Body[:half]))
	if p.Break || p.Slow > 0 {
		http.NewResponseController(rw).Flush()
	}
	if p.Break {
		panic(http.ErrAbortHandler)
	}
	pause(r, p.Slow)
	rw.Write([]byte(p.Body[half:]))
}
