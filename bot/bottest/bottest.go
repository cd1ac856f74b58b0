// Package bottest holds a platform to the promises of bot.Platform. Every
// platform's own tests run it against the real thing: a terminal's stream, a
// page over HTTP, a chat server.
package bottest

import (
	"context"
	"errors"
	"hash/crc32"
	"strings"
	"sync"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/command"
)

// Peer is a platform with somebody at the other end of it.
type Peer struct {
	Platform bot.Platform
	Channel  bot.Channel // one that exists
	Gone     bot.Channel // one that does not

	// Type types a line at the bot in Channel, as its people do there, and
	// returns once it is on its way.
	Type func(t *testing.T, line string)

	// Shows returns everything that people can read in Channel by now, in
	// whatever markup the platform has; words are as they were sent, but for
	// escaping. The markup of highlights and breaks within a line are left out.
	Shows func(t *testing.T) string

	// Obeys are strings that a client here would act on, were they to stand in
	// what Shows returns: markup, mentions. (All obey control characters.)
	Obeys []string
}

// patience is how long anything may take to show.
const patience = 10 * time.Second

// Test runs the suite; open is called for every subtest and cleans up after
// itself through t.
func Test(t *testing.T, open func(t *testing.T) Peer) {
	t.Run("a post shows", func(t *testing.T) {
		p := start(t, open)
		p.post(t, alert("one"), "k1")
		p.wait(t, "Norvania recalls its ambassador one")
		p.wait(t, "The ministry said so on Wednesday.")
		p.wait(t, "Wire One")
	})
	t.Run("a post before and after Run shows", func(t *testing.T) {
		p := open(t)
		p.post(t, alert("early"), "k1")
		stop := p.run(t)
		p.wait(t, "ambassador early")
		stop()
		p.post(t, alert("late"), "k2")
	})
	t.Run("a notice shows in its own words", func(t *testing.T) {
		p := start(t, open)
		m := bot.Message{Kind: bot.KindNotice, Seen: time.Now(), Lines: []bot.Line{
			{Text: "Two sources are in trouble:"}, {Text: "Wire One (wire-one) is broken", Detail: "failing for 2 h"},
		}}
		p.post(t, m, "k1")
		p.again(t, m, "k1")
		p.post(t, alert("one"), "k2")
		shown := p.wait(t, "ambassador one")
		for _, l := range m.Lines {
			if n := strings.Count(shown, l.Text); n != 1 {
				t.Errorf("shows %d times %q", n, l.Text)
			}
			if !strings.Contains(shown, l.Detail) {
				t.Errorf("does not show %q", l.Detail)
			}
		}
	})
	t.Run("the same key says it once", func(t *testing.T) {
		p := start(t, open)
		first := p.post(t, alert("one"), "k1")
		second := p.again(t, alert("one"), "k1")
		if first != second {
			t.Errorf("posted again as %q, was %q", second, first)
		}
		p.post(t, alert("two"), "k2")
		if n := strings.Count(p.wait(t, "ambassador two"), "ambassador one"); n != 1 {
			t.Errorf("said %d times", n)
		}
	})
	t.Run("an update shows what changed", func(t *testing.T) {
		p := start(t, open)
		m := alert("one")
		ref := p.post(t, m, "k1")
		m.Kind = bot.KindUpdate
		m.Sources = append(m.Sources, bot.Source{Outlet: "Courier", Title: "Envoy goes home"})
		m.Changes = []bot.Change{{At: time.Now(), What: "also told by", Who: "Courier", Now: "Envoy goes home"}}
		for _, a := range []bot.Attempt{{Key: "k2"}, inDoubt("k2")} { // twice is harmless
			if err := p.Platform.Update(t.Context(), p.Channel, ref, m, a); err != nil {
				t.Fatal(err)
			}
		}
		p.wait(t, "Courier")
		p.wait(t, "Envoy goes home")
	})
	t.Run("a line is answered to whom it came from", func(t *testing.T) {
		p := start(t, open)
		p.Type(t, `subscribe "Security Council" <&> ambassador`)
		p.wait(t, `heard`)
		p.Type(t, strings.Repeat("x", 2*command.MaxLine)) // however it is answered
		p.Type(t, "list")
		p.hears.wait(t, "list")
		got := p.hears.lines()
		if got[0].Line != `subscribe "Security Council" <&> ambassador` || got[0].Channel != p.Channel {
			t.Errorf("heard %+v", got)
		}
	})
	t.Run("feed text stays text", func(t *testing.T) {
		p := start(t, open)
		m := alert("one")
		m.Title = bot.Text{Text: "<script>alert(1)</script> & \x1b]0;owned\a\x1b[2J <!channel> @room \u202egnp.exe"}
		m.URL = "javascript:alert(1)"
		p.post(t, m, "k1")
		shown := p.wait(t, "Wire One")
		for _, bad := range append(p.Obeys, "\x1b]0", "\x1b[2J", "\u202e") {
			if strings.Contains(shown, bad) {
				t.Errorf("shows %q", bad)
			}
		}
	})
	t.Run("a channel that is not there is gone", func(t *testing.T) {
		p := start(t, open)
		_, err := p.Platform.Post(t.Context(), p.Gone, alert("one"), bot.Attempt{Key: "k1"})
		if !errors.Is(err, bot.ErrChannelGone) {
			t.Errorf("posting in %s: %v, want ErrChannelGone", p.Gone, err)
		}
		if err := p.Platform.Update(t.Context(), p.Gone, "ref", alert("one"), bot.Attempt{Key: "k2"}); !errors.Is(err, bot.ErrChannelGone) {
			t.Errorf("updating in %s: %v, want ErrChannelGone", p.Gone, err)
		}
	})
	t.Run("Run ends with its context", func(t *testing.T) {
		p := open(t)
		stop := p.run(t)
		p.post(t, alert("one"), "k1")
		stop()
	})
}

// peer is a Peer at work.
type peer struct {
	Peer
	hears *handler
}

func start(t *testing.T, open func(t *testing.T) Peer) *peer {
	p := &peer{Peer: open(t), hears: &handler{}}
	t.Cleanup(p.Peer.runWith(t, p.hears))
	return p
}

func (p Peer) run(t *testing.T) (stop func()) { return p.runWith(t, &handler{}) }

// runWith runs the platform; stop ends it and fails the test if it does not end.
func (p Peer) runWith(t *testing.T, h bot.Handler) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- p.Platform.Run(ctx, h) }()
	return func() {
		t.Helper()
		cancel()
		select {
		case err := <-done:
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("Run ended with %v", err)
			}
		case <-time.After(patience):
			t.Error("Run did not end with its context")
		}
	}
}

func (p Peer) post(t *testing.T, m bot.Message, key string) bot.Ref {
	t.Helper()
	return p.attempt(t, m, bot.Attempt{Key: key})
}

// again posts as after a crash: nobody knows what came of the last attempt.
func (p Peer) again(t *testing.T, m bot.Message, key string) bot.Ref {
	t.Helper()
	return p.attempt(t, m, inDoubt(key))
}

func inDoubt(key string) bot.Attempt {
	then := time.Now().Add(-time.Minute)
	return bot.Attempt{Key: key, Doubt: bot.Doubt{Since: then, Last: then}}
}

func (p Peer) attempt(t *testing.T, m bot.Message, a bot.Attempt) bot.Ref {
	t.Helper()
	m.Channel = p.Channel
	ref, err := p.Platform.Post(t.Context(), p.Channel, m, a)
	if err != nil || ref == "" {
		t.Fatalf("Post: ref %q, %v", ref, err)
	}
	return ref
}

// wait waits until people can read the words, and returns all they can read.
func (p Peer) wait(t *testing.T, words string) string {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		shown := p.Shows(t)
		if strings.Contains(shown, words) {
			return shown
		}
		if time.Now().After(end) {
			t.Fatalf("%q never showed; there is:\n%s", words, shown)
		}
	}
}

// handler remembers what it was asked, and says so.
type handler struct {
	mu    sync.Mutex
	heard []bot.Command
}

func (h *handler) Answer(_ context.Context, c bot.Command) bot.Message {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heard = append(h.heard, c)
	return bot.Message{Kind: bot.KindNotice, Channel: c.Channel, Lines: []bot.Line{{Text: "heard"}}}
}

// wait waits until a line was heard.
func (h *handler) wait(t *testing.T, line string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		for _, c := range h.lines() {
			if c.Line == line {
				return
			}
		}
		if time.Now().After(end) {
			t.Fatalf("never heard %q", line)
		}
	}
}

func (h *handler) lines() []bot.Command {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.heard
}

func alert(name string) bot.Message {
	return bot.Message{
		Kind: bot.KindAlert, Alert: int64(crc32.ChecksumIEEE([]byte(name))), Story: 12, Severity: bot.Urgent,
		Title: bot.Text{Text: "Norvania recalls its ambassador " + name, Marks: []bot.Mark{{Start: 21, End: 31}}},
		URL:   "https://wire-one.example/" + name, Outlet: "Wire One", Tier: "agency", Lang: "en",
		Summary:   []bot.Text{{Text: "The ministry said so on Wednesday."}},
		Rules:     []string{"ambassador"},
		Matched:   []string{"ambassador"},
		Sources:   []bot.Source{{Outlet: "Wire One", Tier: "agency"}},
		Published: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC),
		Seen:      time.Date(2026, 3, 4, 12, 1, 0, 0, time.UTC),
	}
}
