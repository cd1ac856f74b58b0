package matrix

import (
	"context"
	"encoding/json"
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

// plainly reports whether the homeserver can read some words in a room.
func (p *peer) plainly(t *testing.T, room id.RoomID, words string) bool {
	t.Helper()
	return slices.ContainsFunc(p.server.Stored(t, room), func(e matrixtest.Stored) bool { return strings.Contains(string(e.Raw), words) })
}

// TestStaysEncrypted is told that a room is encrypted no more, in ways that make
// the library believe it.
func TestStaysEncrypted(t *testing.T) {
	for name, content := range map[string]any{
		"nothing": map[string]any{}, "another way": map[string]any{"algorithm": "m.megolm.v2"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t)
			p.hears(t, &echo{})
			room := p.room(t, true)
			p.insist(t, room, "Norvania recalls its ambassador", "first")
			card := p.heard(t, room, "Norvania recalls")
			p.alice.SetState(room, event.StateEncryption, "", content)
			p.alice.React(room, card.ID, "❓")
			p.heard(t, room, "heard: why 12") // by then it has heard of it
			p.insist(t, room, "SECRET", "k1")
			if p.plainly(t, room, "SECRET") {
				t.Error("said in clear")
			}
		})
	}
}

// TestMillions is sent a message that pretends to millions before it.
func TestMillions(t *testing.T) {
	p := newPeer(t)
	p.hears(t, &echo{})
	room := p.room(t, true)
	p.alice.Say(room, "!attache one")
	p.heard(t, room, "heard: one")
	p.alice.SkipKeys(room, 3_000_000)
	p.alice.Say(room, "!attache two")
	p.heard(t, room, "heard: two")
	var size int64
	if err := p.o.Device.raw.QueryRowContext(t.Context(), `SELECT max(length(ratchet_safety)) FROM crypto_megolm_inbound_session`).Scan(&size); err != nil || size > 1000 {
		t.Errorf("keeps %d bytes of what it missed, %v", size, err)
	}
}

// TestGarbage is sent what nobody can decrypt, in a room of its own, and answers
// in another as ever.
func TestGarbage(t *testing.T) {
	p := newPeer(t)
	p.hears(t, &echo{})
	room, other := p.room(t, false), p.room(t, false)
	for i := range 3 * share {
		p.alice.Send(other, event.EventEncrypted, map[string]any{
			"algorithm": "m.megolm.v1.aes-sha2", "session_id": strings.Repeat("x", 40) + string(rune('a'+i%26)), "sender_key": "x", "device_id": "X",
			"ciphertext": strings.Repeat("A", 100),
		})
	}
	start := time.Now()
	p.alice.Say(room, "!attache list")
	p.heard(t, room, "heard: list")
	p.alice.Say(other, "!attache list")
	p.heard(t, other, "heard: list")
	if took := time.Since(start); took > keyTime+askedTime {
		t.Errorf("answered after %s", took)
	}
}

func TestInvitation(t *testing.T) {
	me := id.UserID("@attache:home.example")
	member := func(about id.UserID, by id.UserID, m event.Membership) *event.Event {
		return &event.Event{Type: event.StateMember, StateKey: new(string(about)), Sender: by, Content: event.Content{Parsed: &event.MemberEventContent{Membership: m}}}
	}
	for name, test := range map[string]struct {
		state []*event.Event
		by    id.UserID
	}{
		"nobody":         {nil, ""},
		"somebody":       {[]*event.Event{member("@x:y", "@x:y", event.MembershipJoin), member(me, "@boss:good.example", event.MembershipInvite)}, "@boss:good.example"},
		"twice the same": {[]*event.Event{member(me, "@a:b", event.MembershipInvite), member(me, "@a:b", event.MembershipInvite)}, "@a:b"},
		"a forged one":   {[]*event.Event{member(me, "@boss:good.example", event.MembershipInvite), member(me, "@mallory:evil.example", event.MembershipInvite)}, ""},
		"no invitation":  {[]*event.Event{member(me, "@a:b", event.MembershipLeave)}, ""},
		"unreadable":     {[]*event.Event{{Type: event.StateMember, StateKey: new(string(me)), Sender: "@a:b"}}, ""},
	} {
		by, _, ok := invitation(test.state, me)
		if by != test.by || ok != (test.by != "") {
			t.Errorf("%s: invited by %q, %t; want %q", name, by, ok, test.by)
		}
	}
}

// TestPowersAsText demotes somebody in a way that the library cannot read.
func TestPowersAsText(t *testing.T) {
	p := newPeer(t)
	p.hears(t, &echo{})
	mod := id.UserID("@mod:localhost")
	room := p.alice.Create(&mautrix.ReqCreateRoom{
		Preset: "private_chat", Invite: []id.UserID{p.user}, RoomVersion: "9",
		PowerLevelOverride: &event.PowerLevelsEventContent{Users: map[id.UserID]int{p.alice.User: 100, mod: 50}},
	})
	p.alice.WaitJoined(room, p.user)
	p.heard(t, room, "Good day.")
	s, err := p.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if role, _ := p.role(t.Context(), s, room, mod); role == 0 {
		t.Fatal("a moderator is none to begin with")
	}
	p.alice.SetState(room, event.StatePowerLevels, "", map[string]any{
		"users": map[string]any{string(p.alice.User): 100, "@bob:localhost": "10"}, "state_default": 50,
	})
	p.alice.Say(room, "!attache list")
	p.heard(t, room, "heard: list")
	if role, _ := p.role(t.Context(), s, room, mod); role != 0 {
		t.Errorf("whoever was demoted is %s", role)
	}
}

// TestForgetsPosition has the homeserver forget every position while it runs.
func TestForgetsPosition(t *testing.T) {
	p := newPeer(t)
	p.hears(t, &echo{})
	room := p.room(t, false)
	p.heard(t, room, "Good day.")
	forgotten := p.server.Stored(t, room) // from before now
	p.proxy.Fail("sync", 2, matrixtest.Refuse("M_UNKNOWN_POS", 400))
	p.alice.Say(room, "to end the poll under way")
	p.logged(t, "does not know how far we had heard")
	matrixtest.Eventually(t, "an answer", func() bool {
		p.alice.Say(room, "!attache list")
		time.Sleep(500 * time.Millisecond)
		return slices.ContainsFunc(p.says(room), func(s matrixtest.Seen) bool { return s.Body == "heard: list" })
	})
	if len(forgotten) == 0 {
		t.Error("nothing was there")
	}
}

// TestOneBadRoom has a room whose past nobody can read: the others go on.
func TestOneBadRoom(t *testing.T) {
	t.Parallel()
	p := newPeer(t)
	stop := p.hears(t, &echo{})
	bad, good := p.room(t, false), p.room(t, false)
	p.heard(t, bad, "Good day.")
	p.heard(t, good, "Good day.")
	stop()
	for range 60 {
		p.alice.Say(bad, "talk")
	}
	p = p.another(t, p.o.Device)
	p.proxy.Fail("messages", -1, matrixtest.Status(500, `{"errcode":"M_UNKNOWN","error":"x"}`))
	p.hears(t, &echo{})
	p.insist(t, good, "Norvania recalls its ambassador", "k1")
	p.heard(t, good, "Norvania recalls")
	p.logged(t, "cannot read what was said in the meantime")
}

// TestStrangers speaks in a room that it has come into just now, of which no sync
// has told it who is there: all of them can read it.
func TestStrangers(t *testing.T) {
	p := newPeer(t)
	bob := p.server.Person(t, "bob")
	room := p.alice.Room(true, bob.User)
	bob.Join(room)
	p.alice.WaitJoined(room, bob.User)
	p.alice.Invite(room, p.user)
	p.insist(t, room, "Norvania recalls its ambassador", "k1")
	for _, who := range []*matrixtest.Person{p.alice, bob} {
		who.Wait(room, "the alert", func(seen []matrixtest.Seen) bool {
			return slices.ContainsFunc(seen, func(s matrixtest.Seen) bool { return strings.Contains(s.Body, "Norvania recalls") })
		})
	}
}

// TestNewDevice has somebody add a device while nobody answers whose that is: it
// can read what is said afterwards.
func TestNewDevice(t *testing.T) {
	p := newPeer(t)
	p.hears(t, &echo{})
	room := p.room(t, true)
	p.insist(t, room, "one", "k1")
	p.proxy.Fail("keys/query", -1, matrixtest.Status(502, ""))
	before := p.proxy.Calls("keys/query")
	second := p.server.Device(t, matrixtest.Account{User: p.alice.User, Password: p.alice.Password}, matrixtest.Unsigned())
	matrixtest.Eventually(t, "a question", func() bool { return p.proxy.Calls("keys/query") > before })
	p.proxy.Heal()
	p.insist(t, room, "Norvania recalls its ambassador", "k2")
	second.Wait(room, "the alert", func(seen []matrixtest.Seen) bool {
		return slices.ContainsFunc(seen, func(s matrixtest.Seen) bool { return strings.Contains(s.Body, "Norvania recalls") })
	})
}

// TestEndsInTheMiddle ends while it takes in what is new: in the next life it
// takes it in again.
func TestEndsInTheMiddle(t *testing.T) {
	p := newPeer(t)
	stop := p.hears(t, &echo{})
	room := p.room(t, true)
	p.insist(t, room, "one", "k1")
	stop()
	bob := p.server.Person(t, "bob")
	p.alice.Invite(room, bob.User)
	bob.Join(room)
	p.alice.WaitJoined(room, bob.User)
	p.server.Device(t, matrixtest.Account{User: p.alice.User, Password: p.alice.Password}, matrixtest.Unsigned())
	p = p.another(t, p.o.Device)
	p.proxy.Fail("keys/query", 1, matrixtest.Pass()) // of its own keys
	p.proxy.Fail("keys/query", -1, matrixtest.Hang())
	before := p.proxy.Calls("keys/query")
	stop = p.hears(t, &echo{})
	matrixtest.Eventually(t, "a question", func() bool { return p.proxy.Calls("keys/query") > before+1 })
	stop()
	p.proxy.Heal()
	p = p.another(t, p.o.Device)
	p.hears(t, &echo{})
	p.insist(t, room, "Norvania recalls its ambassador", "k2")
	bob.Wait(room, "the alert", func(seen []matrixtest.Seen) bool {
		return slices.ContainsFunc(seen, func(s matrixtest.Seen) bool { return strings.Contains(s.Body, "Norvania recalls") })
	})
}

// TestRemembersConversations knows in its next life which rooms are
// conversations between two, and what reactions stood for.
func TestRemembersConversations(t *testing.T) {
	p := newPeer(t)
	h := &echo{}
	stop := p.hears(t, h)
	room := p.alice.Direct(p.user)
	p.alice.WaitJoined(room, p.user)
	p.heard(t, room, "Good day.")
	ref, err := p.Post(t.Context(), channelOf(room), alert("Norvania recalls its ambassador"), bot.Attempt{Key: "k1"})
	if err != nil {
		t.Fatal(err)
	}
	_, card, _ := splitRef(ref)
	claim := p.alice.React(room, card, "🙋")
	matrixtest.Eventually(t, "the claim", func() bool { return slices.Contains(h.lines(), "claim 12") })
	stop()
	p = p.another(t, p.o.Device)
	p.hears(t, h)
	p.alice.Say(room, "latest")
	p.heard(t, room, "heard: latest")
	p.alice.Redact(room, claim)
	matrixtest.Eventually(t, "the release", func() bool { return slices.Contains(h.lines(), "release 12") })
	bob := p.server.Person(t, "bob")
	second := bob.Direct(p.user)
	bob.WaitJoined(second, p.user)
	bob.Say(second, "list")
	p.as(bob).heard(t, second, "heard: list")
	p.alice.Say(room, "list")
	p.heard(t, room, "heard: list")
	s, err := p.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var chats map[id.UserID]json.RawMessage
	if err := s.client.GetAccountData(t.Context(), "m.direct", &chats); err != nil || len(chats) != 2 {
		t.Errorf("the account has %d conversations, %v", len(chats), err)
	}
}

// as is the same peer, with somebody else at the other end.
func (p *peer) as(who *matrixtest.Person) *peer {
	other := *p
	other.alice = who
	return &other
}

func TestSplitRef(t *testing.T) {
	for _, room := range []id.RoomID{"!a:host", "!a b:host", "!a $b:host", "!hash"} {
		r, e, ok := splitRef(refOf(room, "$event"))
		if r != room || e != "$event" || !ok {
			t.Errorf("%q: %q %q %t", room, r, e, ok)
		}
	}
	if _, _, ok := splitRef("nothing"); ok {
		t.Error("split what is none")
	}
}

// TestImpersonated hears nothing in clear in a room that is encrypted: it may be
// from anybody who runs the homeserver.
func TestImpersonated(t *testing.T) {
	p := newPeer(t)
	h := &echo{}
	p.hears(t, h)
	room := p.room(t, true)
	p.heard(t, room, "Good day.")
	if _, err := p.alice.Client.SendMessageEvent(context.WithoutCancel(t.Context()), room, event.EventMessage,
		&event.MessageEventContent{MsgType: event.MsgText, Body: "!attache in clear"}, mautrix.ReqSendEvent{DontEncrypt: true}); err != nil {
		t.Fatal(err)
	}
	p.alice.Say(room, "!attache in confidence")
	p.heard(t, room, "heard: in confidence")
	if got, want := h.lines(), []string{"in confidence"}; !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
}
