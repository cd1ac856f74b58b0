package feeds

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// BenchmarkPoll304 polls a feed that has not changed, over TLS on loopback and
// one shared transport, and has a bare http.Client ask the same in turn:
// x-bare is how many times as long a poll takes, with its scheduling, trail and
// state. The server's work is in both.
func BenchmarkPoll304(b *testing.B) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Cache-Control", "max-age=300")
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		io.WriteString(w, document("one"))
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	b.Cleanup(server.Close)
	trusting := func() *http.Transport {
		t := NewTransport(loopback)
		t.TLSClientConfig = &tls.Config{RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
		return t
	}
	feed := Feed{Name: "desk", URL: server.URL}
	m := &memory{}
	p := NewPoller(m, NewFetcher(trusting(), FetchOptions{}), m.take, PollOptions{})
	s := newSchedule(nil, 0)
	s.set([]Feed{feed}, wall())
	poll := func(b *testing.B) {
		f, ok := s.start(wall().Add(24 * time.Hour)) // it is always due
		if !ok {
			b.Fatal("not due")
		}
		d := p.poll(b.Context(), f, s.past[f.Name])
		if d.past.Error != "" {
			b.Fatal(d.past.Error)
		}
		s.finish(d, wall())
	}
	poll(b) // the first brings the document
	client := &http.Client{Transport: trusting()}
	bare := func(b *testing.B) {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, server.URL, nil)
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("User-Agent", "bare/1.0")
		req.Header.Set("Accept", accept)
		req.Header.Set("If-None-Match", `"1"`)
		resp, err := client.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusNotModified {
			b.Fatal(resp.Status)
		}
	}
	bare(b)
	b.Run("poll", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			poll(b)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "polls/s")
	})
	b.Run("bare", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			bare(b)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "polls/s")
	})
	b.Run("ratio", func(b *testing.B) {
		var ours, theirs time.Duration
		for b.Loop() {
			start := time.Now()
			poll(b)
			between := time.Now()
			bare(b)
			ours, theirs = ours+between.Sub(start), theirs+time.Since(between)
		}
		b.ReportMetric(ours.Seconds()/theirs.Seconds(), "x-bare")
	})
}

// BenchmarkSchedule is what it costs to start a poll and to take note of its
// end, among so many sources on half as many hosts.
func BenchmarkSchedule(b *testing.B) {
	for _, n := range []int{50, 5_000, 50_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			now := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
			var list []Feed
			for i := range n {
				list = append(list, Feed{Name: fmt.Sprint("feed-", i), URL: fmt.Sprintf("https://host-%d.example/%d", i/2, i)})
			}
			s := newSchedule(nil, time.Second)
			s.set(list, now)
			const every = 10 * time.Minute
			b.ReportAllocs()
			for b.Loop() {
				f, ok := s.start(now)
				for !ok {
					now = now.Add(s.idle(now))
					f, ok = s.start(now)
				}
				s.finish(polled{feed: f.Name, past: past{State: State{URL: f.URL, Checked: now, Succeeded: now, Next: now.Add(jitter(every))}}}, now)
			}
		})
	}
}
