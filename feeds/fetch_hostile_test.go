package feeds

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attache/feeds/feedstest"
)

// TestFetchHostile is answered by servers that would hold a fetcher, or fill
// it. Each is left within the fetch's time, with a sentence, and nothing large
// is kept.
func TestFetchHostile(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
	drip := func(c net.Conn, text string) {
		for {
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
			time.Sleep(time.Second)
		}
	}
	flood := func(c net.Conn, text string) {
		for {
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
		}
	}
	for _, test := range []struct {
		name   string
		answer func(net.Conn)
		want   string
	}{
		{"says more than it sends", func(c net.Conn) { io.WriteString(c, ok+"Content-Length: 100\r\n\r\n<rss/>") }, "the server hung up before it had answered"},
		{"says that it sends more than we take", func(c net.Conn) { io.WriteString(c, ok+"Content-Length: 99999999999\r\n\r\n<rss/>") }, "it is larger than 16 MB"},
		{"says more than there are numbers", func(c net.Conn) { io.WriteString(c, ok+"Content-Length: 99999999999999999999999\r\n\r\n<rss/>") }, "the server gave no answer that HTTP knows"},
		{"says less than nothing", func(c net.Conn) { io.WriteString(c, ok+"Content-Length: -1\r\n\r\n<rss/>") }, "the server gave no answer that HTTP knows"},
		{"says two lengths", func(c net.Conn) { io.WriteString(c, ok+"Content-Length: 6\r\nContent-Length: 5\r\n\r\n<rss/>") }, "the server gave no answer that HTTP knows"},
		{"sends without end", func(c net.Conn) { io.WriteString(c, ok+"\r\n"); flood(c, strings.Repeat("x", 1<<16)) }, "it is larger than 16 MB"},
		{"sends chunks without end", func(c net.Conn) {
			io.WriteString(c, ok+"Transfer-Encoding: chunked\r\n\r\n")
			flood(c, "10000\r\n"+strings.Repeat("x", 1<<16)+"\r\n")
		}, "it is larger than 16 MB"},
		{"breaks off a chunk", func(c net.Conn) { io.WriteString(c, ok+"Transfer-Encoding: chunked\r\n\r\n10000\r\nx") }, "the server hung up before it had answered"},
		{"drips its body", func(c net.Conn) { io.WriteString(c, ok+"\r\n"); drip(c, "x") }, "no whole answer within 30 s"},
		{"drips its header", func(c net.Conn) { io.WriteString(c, ok); drip(c, "X: x\r\n") }, "no answer within 30 s"},
		{"drips its status", func(c net.Conn) { drip(c, "H") }, "no answer within 30 s"},
		{"drips 100s", func(c net.Conn) { drip(c, "HTTP/1.1 103 Early Hints\r\n\r\n") }, "no answer within 30 s"},
		{"floods with 100s", func(c net.Conn) { flood(c, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n") }, "the server gave no answer that HTTP knows"},
		{"floods with headers", func(c net.Conn) { io.WriteString(c, ok); flood(c, "X: x\r\n") }, "the server gave no answer that HTTP knows"},
		{"sends one long header", func(c net.Conn) { io.WriteString(c, ok+"X: "); flood(c, strings.Repeat("x", 1000)) }, "the server gave no answer that HTTP knows"},
		{"switches protocols", func(c net.Conn) { io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\n\r\n") }, "the server answered 101"},
		{"speaks something else", func(c net.Conn) { io.WriteString(c, "SSH-2.0-OpenSSH_9.9\r\n") }, "the server gave no answer that HTTP knows"},
		{"says that it is compressed", func(c net.Conn) {
			io.WriteString(c, ok+"Content-Encoding: gzip\r\nContent-Length: 17\r\n\r\n<rss><channel/></")
		}, "it is not compressed as it says"},
		{"unpacks without end", func(c net.Conn) {
			io.WriteString(c, ok+"Content-Encoding: gzip\r\nConnection: close\r\n\r\n")
			bomb(c, 1<<30)
		}, "it is larger than 16 MB"},
		{"is a bot check without end", func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 403 Forbidden\r\nCf-Mitigated: challenge\r\n\r\n")
			flood(c, "<p>checking your browser</p>")
		}, "the site answers with a bot check (403)"},
		{"drips an error", func(c net.Conn) { io.WriteString(c, "HTTP/1.1 500 Oh\r\n\r\n"); drip(c, "x") }, "the server answered 500"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := feedstest.Listen()
				var wg sync.WaitGroup
				defer wg.Wait()
				defer l.Close()
				wg.Go(func() {
					for {
						c, err := l.Accept()
						if err != nil {
							return
						}
						if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
							test.answer(c)
						}
						c.Close()
					}
				})
				transport := NewTransport(TransportOptions{})
				transport.DialContext = l.Dial
				defer transport.CloseIdleConnections()
				start, before := time.Now(), allocated()
				d, err := NewFetcher(transport, FetchOptions{}).Fetch(t.Context(), desk, State{})
				if got := d.Cut; err == nil && got != test.want || err != nil && Sentence(err) != test.want {
					t.Errorf("%v, cut: %q, want %q", err, got, test.want)
				}
				if took := time.Since(start); took > fetchTimeout {
					t.Errorf("took %v", took)
				}
				if used := allocated() - before; used > 8*maxBody {
					t.Errorf("took %s", size(int64(used)))
				}
			})
		})
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// bomb writes n zeros, compressed, or what of them the reader takes.
func bomb(w io.Writer, n int64) {
	z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if _, err := io.CopyN(z, zeros{}, n); err == nil {
		z.Close()
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// FuzzHints: whatever a server writes into a header, no wait is negative, and
// none is longer than what a Duration holds.
func FuzzHints(f *testing.F) {
	for _, seed := range []string{"max-age=60", "120", "Sat, 01 Jan 2000 01:00:00 GMT", "-1", "99999999999999999999", `max-age="5", no-store`, ""} {
		f.Add(seed, "5", "Sat, 01 Jan 2000 00:00:00 GMT")
	}
	f.Fuzz(func(t *testing.T, value, age, date string) {
		for _, name := range []string{"Cache-Control", "Expires", "Retry-After"} {
			h := http.Header{name: {value}, "Age": {age}, "Date": {date}}
			if fresh, wait := freshness(h), retryAfter(h); fresh < 0 || wait < 0 {
				t.Errorf("%s %q, Age %q, Date %q: %v, %v", name, value, age, date, fresh, wait)
			}
		}
	})
}

// FuzzRedirect: wherever a Location leads, no error has more of it than a host,
// and no address is asked that the rules do not let be asked.
func FuzzRedirect(f *testing.F) {
	for _, seed := range []string{"/x", "//a.example/", "http://a.example/s3cret", "https://u:p@a.example", "http://[::1%25lo]/", "file:///x", "http://%zz", "\\\\x", "?", "#"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, to string) {
		if strings.ContainsAny(to, "\r\n\x00") {
			return
		}
		asked := 0
		transport := tripper(func(req *http.Request) (*http.Response, error) {
			asked++
			if err := checkAddress(req.URL); err != nil {
				t.Errorf("%q was asked: %v", req.URL, err)
			}
			if req.Header.Get("X-Key") != "" && !strings.EqualFold(req.URL.Hostname(), "news.example") {
				t.Errorf("%q was told the key", req.URL)
			}
			return &http.Response{StatusCode: 301, Header: http.Header{"Location": {to}}, Body: io.NopCloser(bytes.NewReader(nil)), Request: req}, nil
		})
		feed := Feed{Name: "desk", URL: desk.URL, Header: http.Header{"X-Key": {"k"}}}
		_, err := NewFetcher(transport, FetchOptions{}).Fetch(context.Background(), feed, State{})
		if err == nil || asked > maxRedirects+1 {
			t.Errorf("%q: asked %d times, %v", to, asked, err)
		}
		if len(to) > 20 && strings.Contains(fmt.Sprint(err), to) {
			t.Errorf("%v", err)
		}
	})
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
