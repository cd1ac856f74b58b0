package slack

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/slack/slacktest"
)

// untilSaid posts or updates as the bot's delivery does: again and again, with
// the doubt about what came before, until it knows.
func untilSaid(t *testing.T, key string, say func(bot.Attempt) error) {
	t.Helper()
	a := bot.Attempt{Key: key}
	for range 20 {
		began := time.Now()
		err := say(a)
		if err == nil {
			return
		}
		if errors.Is(err, bot.ErrChannelGone) || errors.Is(err, bot.ErrRefused) {
			t.Fatalf("gave up: %v", err)
		}
		later, sure := errors.AsType[*bot.RetryError](err)
		if sure {
			if !later.Unsure {
				a.Doubt = bot.Doubt{}
			}
			time.Sleep(min(later.After, 3*time.Second))
			continue
		}
		a.Last = began
		if a.Since.IsZero() {
			a.Since = began
		}
	}
	t.Fatal("never said")
}

// Slack hears the message and the connection is cut at each byte of its answer:
// it is said once, whatever we have read of that.
func TestCutAnswer(t *testing.T) {
	p := newPeer(t)
	p.pace.gap = time.Microsecond
	rooms := p.rooms(t, 30) // the peer grows slow where much has been said
	if _, err := p.Post(t.Context(), deskChannel, card("warm up"), bot.Attempt{Key: "k-warm"}); err != nil {
		t.Fatal(err)
	}
	length := p.proxy.AnswerLength("chat.postMessage")
	if length < 100 {
		t.Fatalf("the answer has %d bytes", length)
	}
	step := 1
	if testing.Short() || raceDetector {
		step = 97 // it takes ten times as long, and each byte is cut at without
	}
	unknown := 0
	for n := 0; n <= length; n += step {
		p.proxy.Fail("chat.postMessage", 1, slacktest.Cut(n))
		tries := 0
		var ref bot.Ref
		untilSaid(t, fmt.Sprintf("k-%d", n), func(a bot.Attempt) (err error) {
			tries++
			ref, err = p.Post(t.Context(), rooms[n%len(rooms)], card(fmt.Sprintf("cut after %d", n)), a)
			return err
		})
		if tries > 1 {
			unknown++
		}
		if ref == "" {
			t.Errorf("cut after %d: no ref", n)
		}
	}
	times := map[string]int{}
	for _, m := range p.proxy.Posted() {
		times[keyOf(m)]++
	}
	for n := 0; n <= length; n += step {
		if got := times[fmt.Sprintf("k-%d", n)]; got != 1 {
			t.Errorf("cut after %d of %d bytes: said %d times", n, length, got)
		}
	}
	t.Logf("%d cuts, %d of them left it open whether it was said", length/step+1, unknown)
	if unknown < length/step/2 {
		t.Error("the cuts cut nothing")
	}
}

func keyOf(m slacktest.Posted) string { return fmt.Sprint(m.Metadata.EventPayload["key"]) }

// The same for the reply in the thread that an update brings.
func TestCutReply(t *testing.T) {
	p := newPeer(t)
	p.pace.gap = time.Microsecond
	m := card("Norvania recalls its ambassador")
	ref, err := p.Post(t.Context(), deskChannel, m, bot.Attempt{Key: "k-alert"})
	if err != nil {
		t.Fatal(err)
	}
	m.Kind = bot.KindUpdate
	m.Sources = append(m.Sources, bot.Source{Outlet: "Courier"})
	m.Changes = []bot.Change{{At: time.Now(), What: bot.ToldBy, Who: "Courier", Now: "Envoy goes home"}}
	for i, fault := range []slacktest.Fault{
		slacktest.Cut(0), slacktest.Cut(20), slacktest.CutBefore(), slacktest.Status(500, 0, "<html>"), slacktest.Status(429, time.Second, ""),
		slacktest.Answer("<html>Slack is down</html>"), slacktest.Refuse("fatal_error"), slacktest.Refuse("ratelimited"),
	} {
		key := fmt.Sprintf("k-update-%d", i)
		p.proxy.Fail("chat.postMessage", 1, fault)
		untilSaid(t, key, func(a bot.Attempt) error { return p.Update(t.Context(), deskChannel, ref, m, a) })
		said := 0
		for _, posted := range p.proxy.Posted() {
			if keyOf(posted) == key {
				said++
				if posted.ThreadTS != string(ref) {
					t.Errorf("%d: replied to %q", i, posted.ThreadTS)
				}
			}
		}
		if said != 1 {
			t.Errorf("%d: replied %d times", i, said)
		}
		time.Sleep(p.pace.paused(slacktest.Team+" chat.postMessage", slacktest.Desk))
	}
}

// What the history cannot tell is said again, and the operator is told.
func TestUnreadableHistory(t *testing.T) {
	p := newPeer(t)
	p.proxy.Fail("chat.postMessage", 1, slacktest.Cut(0))
	p.proxy.Fail("conversations.history", -1, slacktest.Refuse("missing_scope"))
	untilSaid(t, "k", func(a bot.Attempt) error {
		_, err := p.Post(t.Context(), deskChannel, card("twice, then"), a)
		return err
	})
	if n := len(p.proxy.Posted()); n != 2 {
		t.Errorf("said %d times", n)
	}
	if !strings.Contains(p.logs.String(), "may come twice") {
		t.Error("nobody was told")
	}
}

// An attempt that just began may still come to something: it is not asked
// after before it is settled, and the doubt stays.
func TestSettle(t *testing.T) {
	p := newPeer(t)
	p.settle = time.Minute
	now := time.Now()
	_, err := p.Post(t.Context(), deskChannel, card("settle"), bot.Attempt{Key: "k", Doubt: bot.Doubt{Since: now, Last: now}})
	later, ok := errors.AsType[*bot.RetryError](err)
	if !ok || !later.Unsure || later.After < 50*time.Second {
		t.Errorf("got %v", err)
	}
	if p.proxy.Calls("chat.postMessage")+p.proxy.Calls("conversations.history") > 0 {
		t.Error("asked or spoke before it was settled")
	}
}

// Where Slack refuses the blocks, the words go out without them; where it
// refuses those too, the next message has its turn.
func TestRefusedBlocks(t *testing.T) {
	p := newPeer(t)
	p.proxy.Fail("chat.postMessage", 1, slacktest.Refuse("invalid_blocks"))
	ref, err := p.Post(t.Context(), deskChannel, card("Norvania recalls its ambassador"), bot.Attempt{Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	posted := p.proxy.Posted()[0]
	if len(posted.Blocks) > len("[]") || !strings.Contains(posted.Text, "Norvania recalls its ambassador") || !strings.Contains(posted.Text, "The ministry said so") {
		t.Errorf("said %+v", posted)
	}
	if !strings.Contains(p.logs.String(), "refused as blocks") {
		t.Error("nobody was told")
	}
	p.proxy.Fail("chat.update", 1, slacktest.Refuse("msg_blocks_too_long"))
	m := card("Norvania recalls two ambassadors")
	m.Kind, m.Silent = bot.KindUpdate, true
	if err := p.Update(t.Context(), deskChannel, ref, m, bot.Attempt{Key: "k2"}); err != nil {
		t.Error(err)
	}
	p.proxy.Fail("chat.postMessage", 2, slacktest.Refuse("invalid_blocks"))
	if _, err := p.Post(t.Context(), deskChannel, card("poison"), bot.Attempt{Key: "k3"}); !errors.Is(err, bot.ErrRefused) {
		t.Errorf("got %v", err)
	}
}

// A message that somebody deleted cannot be edited. Only a correction is said
// anew.
func TestDeleted(t *testing.T) {
	p := newPeer(t)
	m := card("Norvania recalls its ambassador")
	m.Kind = bot.KindUpdate
	m.Changes = []bot.Change{{At: time.Now(), What: bot.ToldBy, Who: "Courier", Now: "Envoy goes home"}}
	if err := p.Update(t.Context(), deskChannel, "1.000001", m, bot.Attempt{Key: "k1"}); !errors.Is(err, bot.ErrRefused) {
		t.Errorf("updated: %v", err)
	}
	m.Kind = bot.KindCorrection
	m.Changes = []bot.Change{{At: time.Now(), What: bot.CorrectedBy, Who: "Wire One", Was: m.Title.Text, Now: "Norvania keeps its ambassador"}}
	if err := p.Update(t.Context(), deskChannel, "1.000001", m, bot.Attempt{Key: "k2"}); err != nil {
		t.Errorf("corrected: %v", err)
	}
	posted := p.proxy.Posted()
	if len(posted) != 1 || posted[0].ThreadTS != "" || !strings.Contains(readable(posted[0].Blocks, posted[0].Text), "Norvania keeps its ambassador") {
		t.Errorf("said %+v", posted)
	}
}

// A correction shows in the channel as well as in the thread.
func TestBroadcast(t *testing.T) {
	p := newPeer(t)
	m := card("Norvania recalls its ambassador")
	ref, err := p.Post(t.Context(), deskChannel, m, bot.Attempt{Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	m.Kind = bot.KindCorrection
	m.Changes = []bot.Change{{At: time.Now(), What: bot.CorrectedBy, Who: "Wire One", Was: m.Title.Text, Now: "Norvania keeps its ambassador"}}
	if err := p.Update(t.Context(), deskChannel, ref, m, bot.Attempt{Key: "k2"}); err != nil {
		t.Fatal(err)
	}
	forms := p.proxy.Forms("chat.postMessage")
	last := forms[len(forms)-1]
	if last.Get("reply_broadcast") != "true" || last.Get("thread_ts") != string(ref) {
		t.Errorf("said %v", last)
	}
	for _, form := range forms {
		if form.Get("unfurl_links") != "false" || form.Get("unfurl_media") != "false" || form.Get("text") == "" {
			t.Errorf("said %v", form)
		}
	}
}

// Where the thread is locked, a correction is said in the channel; and once,
// though nobody knows what came of the first try.
func TestLockedThread(t *testing.T) {
	p := newPeer(t)
	p.pace.gap = time.Microsecond
	m := card("Norvania recalls its ambassador")
	ref, err := p.Post(t.Context(), deskChannel, m, bot.Attempt{Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	m.Kind = bot.KindCorrection
	m.Changes = []bot.Change{{At: time.Now(), What: bot.CorrectedBy, Who: "Wire One", Was: m.Title.Text, Now: "Norvania keeps its ambassador"}}
	cut := false
	p.proxy.Fail("chat.postMessage", -1, slacktest.Choose(func(r slacktest.Request) slacktest.Fault {
		switch {
		case r.Form.Get("thread_ts") != "":
			return slacktest.Refuse("restricted_action_thread_locked")
		case !cut:
			cut = true
			return slacktest.Cut(0)
		}
		return slacktest.Pass()
	}))
	untilSaid(t, "k2", func(a bot.Attempt) error { return p.Update(t.Context(), deskChannel, ref, m, a) })
	if n := len(p.proxy.Posted()); n != 2 {
		t.Errorf("said %d messages: %+v", n, p.proxy.Posted())
	}
}

// What fails before anything is said leaves no doubt, and so nothing to wait
// for.
func TestUnsaid(t *testing.T) {
	p := newPeer(t)
	p.proxy.Fail("auth.test", 1, slacktest.Status(500, 0, ""))
	_, err := p.Post(t.Context(), deskChannel, card("x"), bot.Attempt{Key: "k"})
	if later, ok := errors.AsType[*bot.RetryError](err); !ok || later.Unsure {
		t.Errorf("asking who we are: %v", err)
	}
	ref, err := p.Post(t.Context(), deskChannel, card("x"), bot.Attempt{Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	p.proxy.Fail("chat.update", 1, slacktest.Cut(0))
	m := card("y")
	m.Kind = bot.KindUpdate
	err = p.Update(t.Context(), deskChannel, ref, m, bot.Attempt{Key: "k2"})
	if later, ok := errors.AsType[*bot.RetryError](err); !ok || later.Unsure {
		t.Errorf("editing: %v", err)
	}
}
