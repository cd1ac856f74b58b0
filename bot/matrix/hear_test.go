package matrix

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
	"attache/bot/matrix/matrixtest"
)

func TestHears(t *testing.T) {
	p := newPeer(t)
	h := &echo{}
	p.hears(t, h)
	room := p.room(t, true)
	p.heard(t, room, "Good day.")
	bob := p.server.Person(t, "bob")
	p.alice.Invite(room, bob.User)
	bob.Join(room)
	bob.WaitJoined(room, p.user)
	p.alice.WaitJoined(room, bob.User)
	me := string(p.user)
	name := p.user.Localpart()
	mention := &event.Mentions{UserIDs: []id.UserID{p.user}}
	text := func(body string) *event.MessageEventContent {
		return &event.MessageEventContent{MsgType: event.MsgText, Body: body}
	}
	with := func(c *event.MessageEventContent, change func(*event.MessageEventContent)) *event.MessageEventContent {
		change(c)
		return c
	}
	for _, test := range []struct {
		what string
		said *event.MessageEventContent
		line string // "-": not heard
	}{
		{"prefix", text("!attache list"), "list"},
		{"prefix in capitals", text("!Attache LIST 1"), "LIST 1"},
		{"prefix alone", text("!attache"), ""},
		{"prefix and a line feed", text("!attache\nsubscribe iran"), "subscribe iran"},
		{"backquotes", text("`!attache subscribe iran`"), "subscribe iran"},
		{"prefix of another", text("!attachement list"), "-"},
		{"prefix within", text("type !attache list"), "-"},
		{"user id", text(me + " list"), "list"},
		{"user id and a colon", text(me + ": list"), "list"},
		{"name and a colon", text(name + ": list"), "list"},
		{"name with a mention", with(text(name+" list"), func(c *event.MessageEventContent) { c.Mentions = mention }), "list"},
		{"name in a sentence", text(name + " is late today"), "-"},
		{"pill", with(text(name+" list"), func(c *event.MessageEventContent) {
			c.Format, c.FormattedBody = event.FormatHTML, fmt.Sprintf(`<a href="https://matrix.to/#/%s">%s</a> list`, me, name)
		}), "list"},
		{"mention by a reply alone", with(text("thanks"), func(c *event.MessageEventContent) { c.Mentions = mention }), "-"},
		{"talk", text("anything new on Iran?"), "-"},
		{"notice", with(text("!attache list"), func(c *event.MessageEventContent) { c.MsgType = event.MsgNotice }), "-"},
		{"emote", with(text("!attache list"), func(c *event.MessageEventContent) { c.MsgType = event.MsgEmote }), "-"},
		{"edit", with(text("!attache list"), func(c *event.MessageEventContent) { c.SetEdit("$some:event") }), "-"},
		{"structured", with(text("/latest 3"), func(c *event.MessageEventContent) {
			c.Mentions = mention
			c.MSC4391BotCommand = &event.MSC4391BotCommandInput{Command: "latest", Arguments: json.RawMessage(`{"rest":"3"}`)}
		}), "latest 3"},
		{"structured for another", with(text("/latest 3"), func(c *event.MessageEventContent) {
			c.MSC4391BotCommand = &event.MSC4391BotCommandInput{Command: "latest", Arguments: json.RawMessage(`{"rest":"3"}`)}
		}), "-"},
		{"nothing", text(""), "-"},
	} {
		t.Run(test.what, func(t *testing.T) {
			before := len(h.lines())
			bob.SayContent(room, test.said)
			bob.Say(room, "!attache last") // heard after it
			matrixtest.Eventually(t, "what comes after", func() bool {
				lines := h.lines()
				return len(lines) > before && lines[len(lines)-1] == "last"
			})
			got := h.lines()[before:]
			want := []string{test.line, "last"}
			if test.line == "-" {
				want = want[1:]
			}
			if !slices.Equal(got, want) {
				t.Errorf("heard %q, want %q", got, want)
			}
		})
	}
	for _, c := range h.heard {
		if c.User != string(bob.User) || c.Channel != channelOf(room) || c.Prefix != "!attache" {
			t.Errorf("heard %+v", c)
		}
	}
}

// TestHearsAlone is a conversation between two, in which no prefix is needed
// until a third comes in.
func TestHearsAlone(t *testing.T) {
	p := newPeer(t)
	h := &echo{}
	p.hears(t, h)
	room := p.alice.Direct(p.user)
	p.alice.WaitJoined(room, p.user)
	p.heard(t, room, "Good day.")
	p.alice.Say(room, "list")
	p.heard(t, room, "heard: list")
	p.alice.Say(room, "!attache help")
	p.heard(t, room, "heard: help")
	bob := p.server.Person(t, "bob")
	p.alice.Invite(room, bob.User)
	bob.Join(room)
	p.alice.WaitJoined(room, bob.User)
	p.alice.Say(room, "hello Bob")
	p.alice.Say(room, "!attache latest")
	p.heard(t, room, "heard: latest")
	if got, want := h.lines(), []string{"list", "help", "latest"}; !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
	if h.heard[0].Prefix != "" || h.heard[2].Prefix == "" {
		t.Errorf("prefixes %q and %q", h.heard[0].Prefix, h.heard[2].Prefix)
	}
}

// TestHearsNothingFromBefore comes into a room in which commands were typed
// before, twice: by invitation, and as a device that never heard anything.
func TestHearsNothingFromBefore(t *testing.T) {
	p := newPeer(t)
	h := &echo{}
	room := p.alice.Create(&mautrix.ReqCreateRoom{Preset: "public_chat"})
	p.alice.Say(room, "!attache before")
	p.alice.Invite(room, p.user)
	stop := p.hears(t, h)
	p.alice.WaitJoined(room, p.user)
	p.heard(t, room, "Good day.")
	p.alice.Say(room, "!attache after")
	p.heard(t, room, "heard: after")
	stop()
	again := p.another(t, p.o.Device) // whose position is kept
	again.hears(t, h)
	p.alice.Say(room, "!attache later")
	p.heard(t, room, "heard: later")
	if got, want := h.lines(), []string{"after", "later"}; !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
}

// another is the same bot, started again.
func (p *peer) another(t *testing.T, device *Device) *peer {
	t.Helper()
	o := p.o
	o.Device = device
	m, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	m.settle = p.settle
	next := *p
	next.Matrix = m
	return &next
}

// TestHearsWhatWasMissed stops while a room goes on talking, more than a sync
// tells at once, and answers every command in it, once and in order.
func TestHearsWhatWasMissed(t *testing.T) {
	t.Parallel()
	for _, encrypted := range []bool{false, true} {
		t.Run(fmt.Sprintf("encrypted=%t", encrypted), func(t *testing.T) {
			p := newPeer(t)
			h := &echo{}
			stop := p.hears(t, h)
			room := p.room(t, encrypted)
			p.heard(t, room, "Good day.")
			p.alice.Say(room, "!attache first")
			p.heard(t, room, "heard: first")
			stop()
			var want []string
			for i := range 130 {
				if i%20 == 0 {
					want = append(want, fmt.Sprint("missed ", i))
					p.alice.Say(room, "!attache "+want[len(want)-1])
				} else {
					p.alice.Say(room, "talk")
				}
			}
			again := p.another(t, p.o.Device)
			missed := &echo{}
			// What was missed is not to be had at first.
			p.proxy.Fail("messages", 1, matrixtest.Limit(time.Second))
			p.proxy.Fail("messages", 1, matrixtest.Status(502, "<html>"))
			again.hears(t, missed)
			p.heard(t, room, "heard: missed 120")
			if got := missed.lines(); !slices.Equal(got, want) {
				t.Errorf("heard %q, want %q", got, want)
			}
		})
	}
}

// slow answers when it is told to.
type slow struct {
	echo
	asked, go_ chan struct{}
}

func (s *slow) Answer(ctx context.Context, c bot.Command) bot.Message {
	s.asked <- struct{}{}
	select {
	case <-s.go_:
	case <-ctx.Done():
	}
	return s.echo.Answer(ctx, c)
}

// TestAnswersInThread answers in the thread in which it was asked.
func TestAnswersInThread(t *testing.T) {
	p := newPeer(t)
	p.hears(t, &echo{})
	room := p.room(t, true)
	root := p.heard(t, room, "Good day.")
	asked := p.alice.ReplyInThread(room, root.ID, "!attache list")
	if got := p.heard(t, room, "heard: list"); got.Thread != root.ID || got.ReplyTo != asked {
		t.Errorf("answered in thread %q, in reply to %q; want %q and %q", got.Thread, got.ReplyTo, root.ID, asked)
	}
	asked = p.alice.Say(room, "!attache help")
	if got := p.heard(t, room, "heard: help"); got.Thread != "" || got.ReplyTo != asked {
		t.Errorf("answered in thread %q, in reply to %q; want none and %q", got.Thread, got.ReplyTo, asked)
	}
}

// TestHearsFromNewOn has a position that the homeserver does not know any more:
// it says so, and goes on.
func TestHearsFromNewOn(t *testing.T) {
	p := newPeer(t)
	h := &echo{}
	stop := p.hears(t, h)
	room := p.room(t, true)
	p.heard(t, room, "Good day.")
	stop()
	p = p.another(t, p.o.Device)
	p.proxy.Fail("sync", 1, matrixtest.Refuse("M_UNKNOWN_POS", 400))
	p.hears(t, h)
	p.logged(t, "does not know how far we had heard")
	p.logged(t, "speaks on Matrix")
	p.alice.Say(room, "!attache list")
	p.heard(t, room, "heard: list")
}

// TestHearsAgain ends while a command is being worked, and while another waits:
// both are answered in the next life, and none twice.
func TestHearsAgain(t *testing.T) {
	t.Parallel()
	p := newPeer(t)
	h := &slow{asked: make(chan struct{}, 10), go_: make(chan struct{}, 10)}
	stop := p.hears(t, h)
	room := p.room(t, true)
	p.heard(t, room, "Good day.")
	h.go_ <- struct{}{}
	p.alice.Say(room, "!attache one")
	p.heard(t, room, "heard: one")
	<-h.asked
	p.alice.Say(room, "!attache two")
	<-h.asked
	p.alice.Say(room, "!attache three")
	p.alice.Wait(room, "that", func(s []matrixtest.Seen) bool { return strings.HasSuffix(s[len(s)-1].Body, "three") })
	stop() // in the middle of two
	again := p.another(t, p.o.Device)
	second := &echo{}
	again.hears(t, second)
	p.heard(t, room, "heard: three")
	if got, want := second.lines(), []string{"two", "three"}; !slices.Equal(got, want) {
		t.Errorf("heard %q in the second life, want %q", got, want)
	}
	answers := 0
	for _, s := range p.says(room) {
		if strings.HasPrefix(s.Body, "heard:") {
			answers++
		}
	}
	if answers != 3 {
		t.Errorf("answered %d times, want 3", answers)
	}
}
