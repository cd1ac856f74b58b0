package matrix

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
	"attache/bot/bottest"
)

// TestUpdates is what stands in a room of a card that changes: the card itself,
// quietly a thread, and a correction for all to see.
func TestUpdates(t *testing.T) {
	p := newPeer(t)
	p.hears(t, &echo{})
	room := p.room(t, true)
	m := alert("Norvania recalls its ambassador")
	ref, err := p.Post(t.Context(), channelOf(room), m, bot.Attempt{Key: "k1"})
	if err != nil {
		t.Fatal(err)
	}
	card := p.heard(t, room, "Norvania recalls")
	change := func(kind bot.Kind, ch bot.Change, key string) {
		t.Helper()
		m.Kind, m.Changes = kind, append(m.Changes, ch)
		if err := p.Update(t.Context(), channelOf(room), ref, m, bot.Attempt{Key: key}); err != nil {
			t.Fatal(err)
		}
	}
	change(bot.KindUpdate, bot.Change{What: bot.ToldBy, Who: "Courier", Now: "Envoy goes home"}, "k2")
	if s := p.heard(t, room, "Envoy goes home"); s.MsgType != event.MsgNotice || s.Thread != card.ID || s.ReplyTo != card.ID {
		t.Errorf("an update is %s in thread %q, in reply to %q", s.MsgType, s.Thread, s.ReplyTo)
	}
	change(bot.KindCorrection, bot.Change{What: bot.CorrectedBy, Who: "Wire One", Was: "Norvania recalls its ambassador", Now: "Norvania recalls its consul"}, "k3")
	if s := p.heard(t, room, "Corrected by Wire One: Norvania recalls its consul"); s.MsgType != event.MsgText || s.Thread != "" || s.ReplyTo != card.ID {
		t.Errorf("a correction is %s in thread %q, in reply to %q", s.MsgType, s.Thread, s.ReplyTo)
	}
	m.Silent = true
	change(bot.KindUpdate, bot.Change{What: bot.ToldBy, Who: "Herald", Now: "Consul goes home"}, "k4")
	p.alice.Say(room, "!attache list")
	p.heard(t, room, "heard: list")
	for _, s := range p.says(room) {
		if strings.Contains(s.Body, "Consul goes home") && s.ID != card.ID {
			t.Errorf("a silent update said %q", s.Body)
		}
		if mentions, _ := s.Raw["m.mentions"].(map[string]any); mentions == nil || len(mentions) > 0 {
			t.Errorf("%.30q mentions %v", s.Body, s.Raw["m.mentions"])
		}
		if s.ID == card.ID && s.Edits != 3 {
			t.Errorf("the card was changed %d times", s.Edits)
		}
	}
}

// TestMonstrous posts the largest messages there are, and changes of them: none
// is more than an event may hold, in a room in which encryption makes it more.
func TestMonstrous(t *testing.T) {
	p := newPeer(t)
	p.hears(t, &echo{})
	room := p.room(t, true)
	n := 0
	for name, words := range bottest.Odd() {
		for m := range bottest.Every(bottest.Monster(words, "https://a.example/"+strings.Repeat("&", 1900), 40)) {
			n++
			ref, err := p.Post(t.Context(), channelOf(room), m, bot.Attempt{Key: fmt.Sprint("post-", n)})
			if err != nil {
				t.Fatalf("%s, %s: %v", name, m.Kind, err)
			}
			if err := p.Update(t.Context(), channelOf(room), ref, m, bot.Attempt{Key: fmt.Sprint("update-", n)}); err != nil {
				t.Errorf("changing %s, %s: %v", name, m.Kind, err)
			}
		}
	}
	most := 0
	for _, e := range p.server.Stored(t, room) {
		most = max(most, len(e.Raw))
	}
	if most > 48_000 { // see limits.go
		t.Errorf("the largest event has %d bytes", most)
	}
}

// TestForbidden speaks in a room in which it may not.
func TestForbidden(t *testing.T) {
	p := newPeer(t)
	p.hears(t, &echo{})
	room := p.alice.Create(&mautrix.ReqCreateRoom{
		Preset: "private_chat", Invite: []id.UserID{p.user},
		PowerLevelOverride: &event.PowerLevelsEventContent{Users: map[id.UserID]int{p.alice.User: 100}, EventsDefault: 50},
	})
	p.alice.WaitJoined(room, p.user)
	_, err := p.Post(t.Context(), channelOf(room), alert("one"), bot.Attempt{Key: "k1"})
	if _, ok := errors.AsType[*bot.RetryError](err); !ok || !strings.Contains(err.Error(), "power") {
		t.Errorf("%v, want a RetryError that says what to do", err)
	}
	p.alice.SetPower(room, p.user, 50)
	p.insist(t, room, "Norvania recalls its ambassador", "k1")
	p.heard(t, room, "Norvania recalls")
}

// TestKeyInClear finds what it said by its key, which stands in clear; nothing
// else does.
func TestKeyInClear(t *testing.T) {
	p := newPeer(t)
	p.hears(t, &echo{})
	room := p.room(t, true)
	p.insist(t, room, "Norvania recalls its ambassador", "the-key")
	for _, e := range p.server.Stored(t, room) {
		if e.Sender != p.user || e.Type != "m.room.encrypted" {
			continue
		}
		var content map[string]json.RawMessage
		if err := json.Unmarshal(e.Content, &content); err != nil {
			t.Fatal(err)
		}
		for _, field := range []string{"algorithm", "ciphertext", "device_id", "sender_key", "session_id", "m.relates_to", "m.mentions", keyField} {
			delete(content, field)
		}
		if len(content) > 0 {
			t.Errorf("in clear: %s", content)
		}
	}
}
