package matrix

import (
	"context"
	"slices"
	"strings"
	"testing"

	"attache/bot"
	"attache/bot/matrix/matrixtest"
)

// desk answers as the bot does: what the card shows, it says all the same, and
// what is wrong is a mistake.
type desk struct{ echo }

func (d *desk) Answer(ctx context.Context, c bot.Command) bot.Message {
	m := d.echo.Answer(ctx, c)
	m.Mistake = strings.HasSuffix(c.Line, " 13")
	return m
}

func TestReacts(t *testing.T) {
	p := newPeer(t)
	h := &desk{}
	stop := p.hears(t, h)
	room := p.room(t, true)
	p.heard(t, room, "Good day.")
	post := func(title string, story int64) matrixtest.Seen {
		t.Helper()
		m := alert(title)
		m.Story = story
		if _, err := p.Post(t.Context(), channelOf(room), m, bot.Attempt{Key: title}); err != nil {
			t.Fatal(err)
		}
		return p.heard(t, room, title)
	}
	first, wrong := post("Norvania recalls its ambassador", 12), post("Sylvania recalls its envoy", 13)
	p.heard(t, room, "A reaction to an alert of mine")

	p.alice.React(room, first.ID, "👍") // means nothing
	claim := p.alice.React(room, first.ID, "🙋🏽")
	mute := p.alice.React(room, first.ID, "🔇")
	p.alice.React(room, wrong.ID, "🙋")
	if got := p.heard(t, room, "heard: claim 13"); got.Thread != wrong.ID || got.MsgType != "m.notice" {
		t.Errorf("a mistake is told in thread %q as %s, want %q", got.Thread, got.MsgType, wrong.ID)
	}
	p.alice.React(room, first.ID, "❓")
	if got := p.heard(t, room, "heard: why 12"); got.Thread != first.ID {
		t.Errorf("why is told in thread %q, want %q", got.Thread, first.ID)
	}
	p.alice.Redact(room, claim)
	p.alice.Redact(room, mute)
	chat := p.alice.Say(room, "nothing of ours")
	p.alice.React(room, chat, "❓")
	p.alice.Say(room, "!attache list")
	p.heard(t, room, "heard: list")
	want := []string{"claim 12", "mute 12", "claim 13", "why 12", "release 12", "unmute 12", "list"}
	if got := h.lines(); !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
	for _, line := range []string{"heard: claim 12", "heard: mute 12", "heard: release 12"} {
		for _, s := range p.says(room) {
			if s.Body == line {
				t.Errorf("said %q, which the card shows", line)
			}
		}
	}

	// In the next life it knows its alerts again, and has explained itself.
	stop()
	p = p.another(t, p.o.Device)
	later := &echo{}
	p.hears(t, later)
	p.alice.React(room, first.ID, "❔")
	matrixtest.Eventually(t, "the reaction", func() bool { return slices.Equal(later.lines(), []string{"why 12"}) })
	post("Tyrolia recalls its consul", 14)
	p.alice.Say(room, "!attache list")
	p.heard(t, room, "heard: list")
	explained := 0
	for _, s := range p.says(room) {
		if strings.Contains(s.Body, "A reaction to an alert of mine") {
			explained++
		}
	}
	if explained != 1 {
		t.Errorf("explained %d times what reactions do", explained)
	}
}
