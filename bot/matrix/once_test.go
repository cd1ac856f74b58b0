package matrix

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
	"attache/bot/matrix/matrixtest"
)

// saidIn is how often a room was told something, as the homeserver stored it:
// by the keys of what the bot said.
func (p *peer) saidIn(t *testing.T, room id.RoomID) map[string]int {
	t.Helper()
	times := map[string]int{}
	for _, raw := range p.server.Stored(t, room) {
		var content map[string]any
		if err := json.Unmarshal(raw.Content, &content); err != nil {
			t.Fatal(err)
		}
		if key, _ := content[keyField].(string); key != "" && raw.Sender == p.user {
			times[key]++
		}
	}
	return times
}

// insist posts as bot's deliver does: again and again, with the doubt that the
// attempts before have left.
func (p *peer) insist(t *testing.T, room id.RoomID, title, key string) {
	t.Helper()
	p.insistOn(t, room, title, bot.Attempt{Key: key})
}

func (p *peer) insistOn(t *testing.T, room id.RoomID, title string, a bot.Attempt) {
	t.Helper()
	for range 100 {
		start := time.Now()
		_, err := p.Post(t.Context(), channelOf(room), alert(title), a)
		if err == nil {
			return
		}
		retry, sure := errors.AsType[*bot.RetryError](err)
		switch {
		case !sure:
			a.Last = start
		case !retry.Unsure:
			a.Doubt = bot.Doubt{}
		}
		if a.Since.IsZero() {
			a.Since = a.Last
		}
		if errors.Is(err, bot.ErrChannelGone) || errors.Is(err, bot.ErrRefused) {
			t.Fatal(err)
		}
		if sure && retry.After > 0 {
			time.Sleep(retry.After)
		}
	}
	t.Fatalf("%s was never said", a.Key)
}

// TestCut loses the answer at many places, when the homeserver has and has not
// taken the message. Whatever nobody could know, it was said once.
func TestCut(t *testing.T) {
	t.Parallel()
	for _, encrypted := range []bool{false, true} {
		t.Run(fmt.Sprintf("encrypted=%t", encrypted), func(t *testing.T) {
			p := newPeer(t)
			p.hears(t, &echo{})
			room := p.room(t, encrypted)
			p.heard(t, room, "Good day.")
			p.insist(t, room, "Norvania recalls its ambassador", "first")
			p.heard(t, room, "A reaction to an alert of mine") // it is said by itself
			length := p.proxy.AnswerLength("send")
			faults := map[string]matrixtest.Fault{"before": matrixtest.CutBefore(), "bad-gateway": matrixtest.Status(502, "<html>")}
			for at := 0; at < length; at += length/5 + 1 {
				faults[fmt.Sprint("after-", at)] = matrixtest.Cut(at)
			}
			for name, fault := range faults {
				p.proxy.Fail("send", 1, fault)
				p.insist(t, room, "Norvania: "+name, name)
			}
			p.heard(t, room, "Norvania: before")
			for name := range faults {
				if n := p.saidIn(t, room)[name]; n != 1 {
					t.Errorf("%s: said %d times", name, n)
				}
			}
		})
	}
}

// TestForgetful restarts the homeserver when it has taken messages and not said
// so: it knows no transaction any more, and may for a while not know what it took
// either. One of the rooms is encrypted in the meantime. All is said once.
func TestForgetful(t *testing.T) {
	t.Parallel()
	server := matrixtest.Start(t)
	p := peerAt(t, server)
	stop := p.hears(t, &echo{})
	rooms := []id.RoomID{p.room(t, false), p.room(t, true), p.room(t, false)}
	for _, room := range rooms {
		p.insist(t, room, "Norvania recalls its ambassador", "first")
	}
	stop() // or it would hear of them by sync
	p = p.another(t, p.o.Device)
	attempts := map[id.RoomID]bot.Attempt{}
	post := func(room id.RoomID, a bot.Attempt) {
		t.Helper()
		now := time.Now()
		_, err := p.Post(t.Context(), channelOf(room), alert("Sylvania recalls its envoy"), a)
		if retry, sure := errors.AsType[*bot.RetryError](err); err == nil || sure && !retry.Unsure {
			t.Fatalf("posting into the void: %v, want a doubt", err)
		}
		attempts[room] = bot.Attempt{Key: "forgotten", Doubt: bot.Doubt{Since: now, Last: now}}
	}
	p.proxy.Fail("send", len(rooms), matrixtest.Cut(0))
	for _, room := range rooms {
		post(room, bot.Attempt{Key: "forgotten"})
	}
	server.Stop()
	p.settle = 0
	post(rooms[0], attempts[rooms[0]]) // nobody is there
	time.Sleep(outage)
	post(rooms[0], attempts[rooms[0]]) // and not for a moment only
	server.Restart()
	p.alice.SetState(rooms[2], event.StateEncryption, "", &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1})
	for _, room := range rooms {
		p.insistOn(t, room, "Sylvania recalls its envoy", attempts[room])
		if n := p.saidIn(t, room)["forgotten"]; n != 1 {
			t.Errorf("said %d times", n)
		}
	}
}

// TestNothingInClear posts into an encrypted room in all the ways in which the
// library would say it in clear.
func TestNothingInClear(t *testing.T) {
	p := newPeer(t)
	stop := p.hears(t, &echo{})
	room := p.room(t, true)
	p.heard(t, room, "Good day.")
	plain := p.room(t, false)
	p.heard(t, plain, "Good day.")
	stop()
	// A room that it was let into while it was not running, by a device that
	// knows of none.
	p = p.another(t, loggedIn(t, p.proxy.URL, p.account))
	for _, r := range []id.RoomID{room, plain} {
		if _, err := p.Post(t.Context(), channelOf(r), alert("secret before the first sync is over"), bot.Attempt{Key: "k1" + string(r)}); err != nil {
			t.Fatal(err)
		}
	}
	p.hears(t, &echo{})
	if _, err := p.Post(t.Context(), channelOf(room), alert("secret as ever"), bot.Attempt{Key: "k2"}); err != nil {
		t.Fatal(err)
	}
	p.heard(t, room, "secret as ever")
	// One that is encrypted from now on, of which it hears later.
	p.proxy.Fail("sync", -1, matrixtest.Slow(10*time.Second))
	p.alice.Say(plain, "to end the poll under way")
	matrixtest.Eventually(t, "a slow poll", func() bool { return p.proxy.Calls("sync") > 3 })
	p.alice.SetState(plain, event.StateEncryption, "", &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1})
	if _, err := p.Post(t.Context(), channelOf(plain), alert("secret by now"), bot.Attempt{Key: "k3"}); err != nil {
		t.Fatal(err)
	}
	p.proxy.Heal()
	p.heard(t, plain, "secret by now")
	for _, raw := range append(p.server.Stored(t, room), p.server.Stored(t, plain)...) {
		if s := string(raw.Raw); strings.Contains(s, "secret as ever") || strings.Contains(s, "secret by now") {
			t.Errorf("the homeserver can read %s", s)
		}
	}
	if n := p.saidIn(t, plain)["k1"+string(plain)]; n != 1 {
		t.Errorf("in clear it was said %d times: the test finds nothing", n)
	}
}
