package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attache/bot"
)

// pipes is a listener in memory, so that a bubble's time can pass.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

// client returns a transport of its own, which keeps no connection.
func (p *pipes) client() *http.Transport {
	return &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		select {
		case p.conns <- there:
			return here, nil
		case <-p.done:
			return nil, net.ErrClosed
		}
	}}
}

// bubble runs a page within a synctest bubble and hands its parts to f; f calls
// end to see Run out.
func bubble(t *testing.T, f func(t *testing.T, s *Server, client *http.Transport, end func() time.Duration)) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipes()
		d := morning()
		s, err := New(d, Options{Listener: p, Zone: time.UTC})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx, d) }()
		f(t, s, p.client(), func() time.Duration {
			begun := time.Now()
			stop()
			if err := <-ended; err != nil {
				t.Errorf("Run: %v", err)
			}
			return time.Since(begun)
		})
	})
}

// open opens a channel's stream.
func open(t *testing.T, client *http.Transport, channel string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://localhost/c/"+channel+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// told is one event of a stream.
type told struct{ name, data string }

// read yields a stream's events until it ends; comments and the retry line are
// none, and any other line is an error.
func read(t *testing.T, stream io.Reader) <-chan told {
	events := make(chan told, 100)
	go func() {
		defer close(events)
		var e told
		lines := bufio.NewScanner(stream)
		for lines.Scan() {
			line := lines.Text()
			if name, ok := strings.CutPrefix(line, "event: "); ok {
				e.name = name
			} else if data, ok := strings.CutPrefix(line, "data: "); ok {
				e.data += data + "\n"
			} else if line == "" && e.name != "" {
				events <- e
				e = told{}
			} else if line != "" && line != ":" && line != "retry: 2000" {
				t.Errorf("the stream has a line %q", line)
			}
		}
	}()
	return events
}

func TestStreamShowsWhatIsPosted(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, client *http.Transport, end func() time.Duration) {
		resp := open(t, client, "desk")
		defer resp.Body.Close()
		stream := read(t, resp.Body)
		if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
			t.Errorf("the stream is %q", got)
		}
		time.Sleep(3 * time.Minute) // past every timeout of the server, and some heartbeats

		m := flash()
		m.Alert, m.Story = 71, 12
		if _, err := s.Post(t.Context(), "web:energy", m, bot.Attempt{Key: "other"}); err != nil {
			t.Fatal(err)
		}
		m.Title = mark("Oster\rretry: 1\n\nevent: evil")
		for range 2 { // posting again says it of the same element
			ref, err := s.Post(t.Context(), desk, m, bot.Attempt{Key: "key"})
			if err != nil || ref != "alert-71" {
				t.Fatalf("Post returned %q, %v", ref, err)
			}
			if e := <-stream; e.name != "card" || !strings.Contains(e.data, `id="alert-71"`) || !strings.Contains(e.data, "event: evil") {
				t.Errorf("after Post the stream has %q", e)
			}
		}
		m.Kind, m.Title = bot.KindUpdate, mark("Oster reopens")
		if err := s.Update(t.Context(), desk, "alert-71", m, bot.Attempt{Key: "again"}); err != nil {
			t.Fatal(err)
		}
		if e := <-stream; e.name != "card" || !strings.Contains(e.data, `id="alert-71"`) || !strings.Contains(e.data, "Oster reopens") {
			t.Errorf("after Update the stream has %q", e)
		}

		// What was said just before a page joins is not on record yet.
		late := open(t, client, "desk")
		defer late.Body.Close()
		if e := <-read(t, late.Body); e.name != "again" || !strings.Contains(e.data, "Oster reopens") {
			t.Errorf("a late page is told %q", e)
		}
		if took := end(); took > 2*time.Second {
			t.Errorf("with open streams Run took %s to end", took)
		}
		if e, more := <-stream; more {
			t.Errorf("after the last card the stream has %q", e)
		}
	})
}

// A digest is the card of each of its alerts, in one event; an update of one
// changes that one's card, whatever the digest is called.
func TestStreamShowsDigest(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, client *http.Transport, end func() time.Duration) {
		resp := open(t, client, "desk")
		defer resp.Body.Close()
		stream := read(t, resp.Body)
		digest := bot.Message{Kind: bot.KindDigest, Severity: bot.Normal, Channel: desk}
		for i, m := range []bot.Message{arabic(), claimed(), chinese()} {
			m.Alert, m.Story = int64(71+i), int64(12+i)
			digest.Alerts = append(digest.Alerts, m)
		}
		ref, err := s.Post(t.Context(), desk, digest, bot.Attempt{Key: "key"})
		again, errAgain := s.Post(t.Context(), desk, digest, bot.Attempt{Key: "key", Doubt: bot.Doubt{Since: time.Now(), Last: time.Now()}})
		if err != nil || errAgain != nil || ref == "" || ref != again {
			t.Fatalf("Post returned %q, %v and then %q, %v", ref, err, again, errAgain)
		}
		late := open(t, client, "desk")
		defer late.Body.Close()
		for _, e := range []told{<-stream, <-stream, <-read(t, late.Body)} {
			for i, m := range digest.Alerts {
				if want := draw(t, m, fmt.Sprintf("alert-%d", 71+i)); !strings.Contains(e.data, want) {
					t.Errorf("the stream's %s lacks the card of alert %d:\n%s", e.name, 71+i, e.data)
				}
			}
			if strings.Count(e.data, "<article") != 3 {
				t.Errorf("the stream's %s has more than the cards:\n%s", e.name, e.data)
			}
		}
		m := digest.Alerts[1]
		m.Kind, m.Title, m.Alerts = bot.KindUpdate, mark("Oster reopens"), digest.Alerts
		if err := s.Update(t.Context(), desk, ref, m, bot.Attempt{Key: "again"}); err != nil {
			t.Fatal(err)
		}
		if e := <-stream; strings.Count(e.data, "<article") != 1 || !strings.Contains(e.data, `id="alert-72"`) || !strings.Contains(e.data, "Oster reopens") {
			t.Errorf("after Update the stream has %q", e)
		}
		end()
	})
}

func TestSlowPageIsDropped(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, client *http.Transport, end func() time.Duration) {
		resp := open(t, client, "desk")
		defer resp.Body.Close()
		for i := range 3 * streamBacklog {
			m := flash()
			m.Alert = int64(i + 1)
			m.Title.Text = strings.Repeat("long ", 2000)
			m.Title.Marks = nil
			if _, err := s.Post(t.Context(), desk, m, bot.Attempt{Key: "k"}); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		s.hub.mu.Lock()
		open := len(s.hub.streams)
		s.hub.mu.Unlock()
		if open != 0 {
			t.Errorf("%d pages are live, want none: this one reads nothing", open)
		}
		if took := end(); took > 2*time.Second {
			t.Errorf("with a page that reads nothing Run took %s to end", took)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("the dropped stream ended with %v", err)
		}
	})
}

func TestStreamsAreBounded(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, client *http.Transport, end func() time.Duration) {
		for range maxStreams {
			if _, ok := s.hub.join(desk); !ok {
				t.Fatal("a page was turned away too soon")
			}
		}
		resp := open(t, client, "desk")
		resp.Body.Close()
		if resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("one page too many answered %s, want 503", resp.Status)
		}
		end()
	})
}

func TestPostBeforeAndAfterRun(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server, client *http.Transport, end func() time.Duration) {
		end()
		if _, err := s.Post(t.Context(), desk, flash(), bot.Attempt{Key: "k"}); err != nil {
			t.Errorf("Post after Run: %v", err)
		}
	})
}
