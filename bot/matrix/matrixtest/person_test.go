package matrixtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// two are two people in a room.
func two(t *testing.T, s *Server, encrypted bool) (alice, bob *Person, room id.RoomID) {
	t.Helper()
	alice, bob = s.Person(t, "alice"), s.Person(t, "bob")
	room = alice.Room(encrypted, bob.User)
	bob.Join(room)
	alice.WaitJoined(room, bob.User)
	return alice, bob, room
}

func count(n int) func([]Seen) bool {
	return func(seen []Seen) bool {
		return len(seen) == n && !slices.ContainsFunc(seen, func(s Seen) bool { return s.Undecryptable != "" })
	}
}

// Two people talk, the server is killed in between, and each sees all of it as
// it was meant.
func TestPeopleTalk(t *testing.T) {
	for _, encrypted := range []bool{false, true} {
		t.Run(fmt.Sprintf("encrypted %t", encrypted), func(t *testing.T) {
			s := Start(t)
			alice, bob, room := two(t, s, encrypted)
			hello := alice.Say(room, "hello secret")
			bob.Wait(room, "hello", count(1))
			s.Kill()
			s.Restart()
			thread := bob.ReplyInThread(room, hello, "in a thread")
			alice.Wait(room, "an answer", count(2))
			alice.Edit(room, hello, "hello again secret")
			bob.React(room, hello, "👍")
			gone := bob.Notice(room, "a notice")
			reply := alice.Reply(room, thread, "an answer")
			bob.Redact(room, gone)
			for _, p := range []*Person{alice, bob} {
				seen := p.Wait(room, "everything", func(s []Seen) bool {
					return count(6)(s) && slices.ContainsFunc(s, func(s Seen) bool { return s.Redacted })
				})
				checkTalk(t, seen, encrypted, hello, thread, gone, reply)
			}
			checkStored(t, s.Stored(t, room), encrypted)
		})
	}
}

func checkTalk(t *testing.T, seen []Seen, encrypted bool, hello, thread, gone, reply id.EventID) {
	t.Helper()
	by := map[id.EventID]Seen{}
	for _, s := range seen {
		by[s.ID] = s
		if want := encrypted && s.Type != "m.reaction" && !s.Redacted; s.Encrypted != want || s.Shielded() {
			t.Errorf("%s %q came encrypted: %t, with a shield: %t (%s)", s.Type, s.Body, s.Encrypted, s.Shielded(), s.Trust)
		}
		if s.Encrypted && s.Device == "" {
			t.Errorf("%q came from no device", s.Body)
		}
		if s.Type == "m.reaction" && (s.Annotates != hello || s.Key != "👍") {
			t.Errorf("a reaction %q to %s", s.Key, s.Annotates)
		}
	}
	first := by[hello]
	if first.Body != "hello secret" || first.Now.Body != "hello again secret" || first.Edits != 1 || first.MsgType != event.MsgText {
		t.Errorf("the first is %+v", first)
	}
	if s := by[thread]; s.Thread != hello || s.Body != "in a thread" || s.ReplyTo != hello {
		t.Errorf("in the thread is %+v", s)
	}
	if s := by[reply]; s.ReplyTo != thread || s.Thread != "" {
		t.Errorf("the reply is %+v", s)
	}
	if s := by[gone]; !s.Redacted || s.Body != "" || s.Raw != nil {
		t.Errorf("what was redacted is %+v", s)
	}
	if i := slices.IndexFunc(seen, func(s Seen) bool { return s.Replaces == hello }); i < 0 || seen[i].Body != "* hello again secret" {
		t.Errorf("the edit is not among %+v", seen)
	}
}

// checkStored sees to it that the server has everything, and nothing in the
// clear that is encrypted.
func checkStored(t *testing.T, stored []Stored, encrypted bool) {
	t.Helper()
	var types []string
	for _, e := range stored {
		if e.StateKey == nil {
			types = append(types, e.Type)
		}
		if encrypted && strings.Contains(string(e.Raw), "secret") {
			t.Errorf("stored in the clear: %s", e.Raw)
		}
	}
	m := "m.room.message"
	if encrypted {
		m = "m.room.encrypted"
	}
	slices.Sort(types)
	want := []string{m, m, m, m, m, "m.reaction", "m.room.redaction"}
	if slices.Sort(want); !slices.Equal(types, want) {
		t.Errorf("stored are %q, want %q", types, want)
	}
}

// A change is one only if its author may make it.
func TestEditsOfOthersAreNone(t *testing.T) {
	alice, bob, room := two(t, Shared(t), true)
	hello := alice.Say(room, "hello")
	bob.Wait(room, "hello", count(1))
	bob.Edit(room, hello, "from another")
	plain := map[string]any{
		"msgtype": "m.text", "body": "* in the clear", "m.new_content": map[string]any{"msgtype": "m.text", "body": "in the clear"},
		"m.relates_to": map[string]any{"rel_type": "m.replace", "event_id": hello},
	}
	_, err := alice.Client.SendMessageEvent(t.Context(), room, event.EventMessage, plain, mautrix.ReqSendEvent{DontEncrypt: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*Person{alice, bob} {
		if seen := p.Wait(room, "three", count(3)); seen[0].Now.Body != "hello" || seen[0].Edits != 0 {
			t.Errorf("%s sees %+v", p.User, seen[0])
		}
	}
}

// The manners of keys: who does not sign a device is shielded to others, and
// left out by all but the trusting; a key that comes late opens what came
// before.
func TestKeys(t *testing.T) {
	s := Shared(t)
	alice, carol, bob := s.Person(t, "alice"), s.Person(t, "carol", Trusting()), s.Person(t, "bob", Unsigned())
	room := alice.Room(true, bob.User, carol.User)
	bob.Join(room)
	carol.Join(room)
	for _, p := range []*Person{alice, bob, carol} {
		for _, who := range []*Person{alice, bob, carol} {
			p.WaitJoined(room, who.User)
		}
	}
	fromAlice, fromCarol, fromBob := alice.Say(room, "from alice"), carol.Say(room, "from carol"), bob.Say(room, "from bob")
	find := func(seen []Seen, what id.EventID) Seen {
		i := slices.IndexFunc(seen, func(s Seen) bool { return s.ID == what })
		if i < 0 {
			return Seen{}
		}
		return seen[i]
	}
	seen := bob.Wait(room, "carol's", func(seen []Seen) bool { return len(seen) == 3 && find(seen, fromCarol).Body != "" })
	if got := find(seen, fromAlice); got.Undecryptable == "" || got.Body != "" {
		t.Errorf("a device that nobody signed reads %+v", got)
	}
	seen = alice.Wait(room, "all", count(3))
	if got := find(seen, fromBob); !got.Shielded() || got.Trust != id.TrustStateUnset {
		t.Errorf("a device that nobody signed is trusted: %+v", got)
	}
	if got := find(seen, fromCarol); got.Shielded() || got.Trust != id.TrustStateCrossSignedTOFU {
		t.Errorf("a device that was signed is not trusted: %+v", got)
	}
	for user, want := range map[id.UserID]id.TrustState{bob.User: id.TrustStateUnset, carol.User: id.TrustStateCrossSignedTOFU} {
		for device, trust := range alice.Knows(user) {
			if trust != want {
				t.Errorf("%s's %s is trusted: %s, want %s", user, device, trust, want)
			}
		}
	}
}

func TestRooms(t *testing.T) {
	s := Shared(t)
	alice, bob, room := two(t, s, false)
	alice.SetPower(room, bob.User, 50)
	bob.SetState(room, event.StateTopic, "", map[string]any{"topic": "talks"})
	Eventually(t, "the topic", func() bool {
		topic := alice.State(room, event.StateTopic)
		return len(topic) == 1 && topic[0].Content.Raw["topic"] == "talks"
	})
	member := func(p *Person, of id.UserID, want event.Membership) {
		t.Helper()
		Eventually(t, string(want), func() bool {
			return slices.ContainsFunc(p.State(room, event.StateMember), func(e *event.Event) bool {
				return e.GetStateKey() == string(of) && e.Content.AsMember().Membership == want
			})
		})
	}
	alice.Kick(room, bob.User)
	member(bob, bob.User, event.MembershipLeave)
	alice.Ban(room, bob.User)
	member(alice, bob.User, event.MembershipBan)
	alice.Unban(room, bob.User)
	alice.Invite(room, bob.User)
	Eventually(t, "the invitation", func() bool { return bob.Invitations()[room] == alice.User })
	bob.Join(room)
	if len(bob.Invitations()) != 0 {
		t.Errorf("after joining there are %v", bob.Invitations())
	}
	bob.Leave(room)
	member(alice, bob.User, event.MembershipLeave)
	direct := alice.Direct(bob.User)
	Eventually(t, "the invitation", func() bool { return bob.Invitations()[direct] == alice.User })
}

// Rooms of each version that Element makes by now, and the way from one to the
// next.
func TestRoomVersions(t *testing.T) {
	s := Shared(t)
	alice, bob := s.Person(t, "alice"), s.Person(t, "bob")
	for _, version := range []id.RoomVersion{"10", "11", "12"} {
		t.Run(string(version), func(t *testing.T) {
			room := alice.Create(&mautrix.ReqCreateRoom{
				RoomVersion: version, Preset: "public_chat", InitialState: []*event.Event{Encryption()},
			})
			bob.Join(room)
			alice.WaitJoined(room, bob.User)
			alice.Say(room, "hello")
			bob.Wait(room, "hello", count(1))
			gone := bob.Say(room, "gone")
			alice.Redact(room, gone)
			alice.Wait(room, "a redaction", func(s []Seen) bool { return len(s) == 2 && s[1].Redacted })
			if got := s.Stored(t, room); len(got) < 8 {
				t.Errorf("stored are %d events", len(got))
			}
			next := alice.Upgrade(room, "12")
			Eventually(t, "the tombstone", func() bool {
				stone := bob.State(room, event.StateTombstone)
				return len(stone) == 1 && stone[0].Content.AsTombstone().ReplacementRoom == next
			})
			bob.Join(next)
			alice.WaitJoined(next, bob.User)
			if got := bob.State(next, event.StateEncryption); len(got) != 1 {
				t.Errorf("the new room has %d m.room.encryption, want 1", len(got))
			}
			alice.Say(next, "here")
			bob.Wait(next, "here", count(1))
		})
	}
}
