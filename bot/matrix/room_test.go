package matrix

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
	"attache/bot/matrix/matrixtest"
)

// eventually waits until the log has some words in it.
func (p *peer) logged(t *testing.T, words string) {
	t.Helper()
	matrixtest.Eventually(t, "the log to say: "+words, func() bool { return strings.Contains(p.logs.String(), words) })
}

func TestDeclines(t *testing.T) {
	p := newPeer(t, func(o *Options) { o.Allow = []string{"elsewhere.example", "@boss:localhost"} })
	p.hears(t, &echo{})
	room := p.invited(t, false)
	p.logged(t, "declined an invitation")
	matrixtest.Eventually(t, "the bot to decline", func() bool {
		return slices.ContainsFunc(p.alice.State(room, event.StateMember), func(e *event.Event) bool {
			return e.GetStateKey() == string(p.user) && e.Content.AsMember().Membership == event.MembershipLeave
		})
	})
	_, err := p.Post(t.Context(), channelOf(room), alert("one"), bot.Attempt{Key: "k1"})
	if retry, ok := errors.AsType[*bot.RetryError](err); !ok || retry.After == 0 {
		t.Errorf("posting where we are not: %v, want a RetryError", err)
	}
}

// TestExpected lets anybody invite it to a room that it is to speak in.
func TestExpected(t *testing.T) {
	var room id.RoomID
	p := newPeer(t, func(o *Options) {
		o.Allow = []string{"elsewhere.example"}
		o.Channels = func(context.Context) ([]bot.Channel, error) { return []bot.Channel{"web:desk", channelOf(room)}, nil }
	})
	room = p.invited(t, true)
	p.hears(t, &echo{})
	p.alice.WaitJoined(room, p.user)
}

func TestMayInvite(t *testing.T) {
	for _, test := range []struct {
		allow []string
		user  id.UserID
		may   bool
	}{
		{nil, "@a:home.example", true},
		{nil, "@a:away.example", false},
		{[]string{"away.example"}, "@a:away.example", true},
		{[]string{"away.example"}, "@a:home.example", false},
		{[]string{"@a:away.example"}, "@a:away.example", true},
		{[]string{"@a:away.example"}, "@b:away.example", false},
		{[]string{}, "@a:home.example", true},
		{[]string{}, "@admin:away.example", true},
	} {
		o := Options{Allow: test.allow, Admins: []string{"@admin:away.example"}}
		if got := o.mayInvite("@bot:home.example", test.user); got != test.may {
			t.Errorf("%s with %q: %t", test.user, test.allow, got)
		}
	}
}

// TestRemoved is kicked, and speaks on when it is let in again.
func TestRemoved(t *testing.T) {
	p := newPeer(t)
	p.hears(t, &echo{})
	room := p.room(t, true)
	p.heard(t, room, "Good day.")
	p.alice.Kick(room, p.user)
	p.logged(t, "was removed from a room")
	before := p.proxy.Calls("send") + p.proxy.Calls("join")
	for i := range 5 {
		_, err := p.Post(t.Context(), channelOf(room), alert("one"), bot.Attempt{Key: "k1"})
		if retry, ok := errors.AsType[*bot.RetryError](err); !ok || retry.After == 0 || !strings.Contains(err.Error(), "invite") {
			t.Errorf("try %d where we were kicked: %v, want a RetryError that says what to do", i, err)
		}
	}
	if n := p.proxy.Calls("send") + p.proxy.Calls("join") - before; n > 1 {
		t.Errorf("asked the homeserver %d times", n)
	}
	p.alice.Invite(room, p.user)
	p.alice.WaitJoined(room, p.user)
	matrixtest.Eventually(t, "a post", func() bool {
		_, err := p.Post(t.Context(), channelOf(room), alert("Norvania is back"), bot.Attempt{Key: "k1"})
		return err == nil
	})
	p.heard(t, room, "Norvania is back")
	p.alice.Ban(room, p.user)
	p.logged(t, "was banned from a room")
}

// TestMoved follows a room to the one that replaces it, in which its channel
// goes on: commands, alerts, and corrections of what stands in the old one.
func TestMoved(t *testing.T) {
	p := newPeer(t)
	h := &echo{}
	stop := p.hears(t, h)
	room := p.room(t, true)
	p.heard(t, room, "Good day.")
	ref, err := p.Post(t.Context(), channelOf(room), alert("Norvania recalls its ambassador"), bot.Attempt{Key: "k1"})
	if err != nil {
		t.Fatal(err)
	}
	p.heard(t, room, "Norvania recalls")
	next := p.alice.Upgrade(room, "11")
	p.alice.Invite(next, p.user)
	p.alice.WaitJoined(next, p.user)
	p.logged(t, "followed a room")
	p.alice.Say(next, "!attache list")
	p.heard(t, next, "heard: list")
	if got := h.heard[len(h.heard)-1].Channel; got != channelOf(room) {
		t.Errorf("heard it in %s, want %s", got, channelOf(room))
	}
	stop()
	p = p.another(t, p.o.Device) // which must remember
	p.hears(t, h)
	if _, err := p.Post(t.Context(), channelOf(room), alert("Sylvania recalls its envoy"), bot.Attempt{Key: "k2"}); err != nil {
		t.Fatal(err)
	}
	p.heard(t, next, "Sylvania recalls")
	m := alert("Norvania recalls its ambassador")
	m.Kind = bot.KindUpdate
	if err := p.Update(t.Context(), channelOf(room), ref, m, bot.Attempt{Key: "k3"}); !errors.Is(err, bot.ErrRefused) {
		t.Errorf("an update of a card in the old room: %v, want ErrRefused", err)
	}
	m.Kind = bot.KindCorrection
	m.Changes = []bot.Change{{What: bot.CorrectedBy, Who: "Wire One", Was: "ambassador", Now: "consul"}}
	if err := p.Update(t.Context(), channelOf(room), ref, m, bot.Attempt{Key: "k4"}); err != nil {
		t.Fatal(err)
	}
	p.heard(t, next, "consul")
}

// TestMovedByAnybody does not follow a room to one that knows nothing of it.
func TestMovedByAnybody(t *testing.T) {
	p := newPeer(t)
	p.hears(t, &echo{})
	room := p.room(t, false)
	trap := p.alice.Create(&mautrix.ReqCreateRoom{Preset: "public_chat"})
	p.alice.SetState(room, event.StateTombstone, "", &event.TombstoneEventContent{Body: "this way", ReplacementRoom: trap})
	p.logged(t, "replaced by one to which it does not go")
	if _, err := p.Post(t.Context(), channelOf(room), alert("Norvania recalls its ambassador"), bot.Attempt{Key: "k1"}); err != nil {
		t.Fatal(err)
	}
	p.heard(t, room, "Norvania recalls")
	for _, s := range p.says(trap) {
		if strings.Contains(s.Body, "Norvania") {
			t.Error("said it in the room of whoever ended the other")
		}
	}
}

func TestRoles(t *testing.T) {
	p := newPeer(t, func(o *Options) { o.Admins = []string{"@named:localhost"} })
	p.hears(t, &echo{})
	room := p.room(t, false)
	p.heard(t, room, "Good day.")
	p.alice.SetPower(room, "@mod:localhost", 50)
	p.alice.SetPower(room, "@some:localhost", 10)
	p.alice.Say(room, "!attache list")
	p.heard(t, room, "heard: list") // after the powers
	s, err := p.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		user  id.UserID
		level int
		want  string
	}{
		{p.alice.User, -1, "admin"},
		{"@mod:localhost", -1, "editor"},
		{"@some:localhost", -1, "reader"},
		{"@some:localhost", 10, "editor"},
		{"@nobody:localhost", -1, "reader"},
		{"@nobody:localhost", 0, "editor"},
		{"@mod:localhost", 60, "reader"},
		{"@named:localhost", 60, "admin"},
	} {
		p.o.Level = nil
		if test.level >= 0 {
			p.o.Level = &test.level
		}
		role, because := p.role(t.Context(), s, room, test.user)
		if role.String() != test.want || (because == "") != (role > 0) {
			t.Errorf("%s with level %d: %s %q, want %s", test.user, test.level, role, because, test.want)
		}
	}
}

// TestDescribes lists the commands in a room where it has the power to, and says
// nothing where it has not.
func TestDescribes(t *testing.T) {
	p := newPeer(t)
	p.hears(t, &echo{})
	weak := p.room(t, false)
	p.heard(t, weak, "Good day.")
	strong := p.alice.Create(&mautrix.ReqCreateRoom{
		Preset: "private_chat", Invite: []id.UserID{p.user},
		PowerLevelOverride: &event.PowerLevelsEventContent{Users: map[id.UserID]int{p.alice.User: 100, p.user: 50}},
	})
	p.alice.WaitJoined(strong, p.user)
	matrixtest.Eventually(t, "the commands", func() bool {
		return len(p.alice.State(strong, event.StateMSC4391BotCommand)) == len(bot.Usages())
	})
	p.heard(t, strong, "Good day.")
	if n := len(p.alice.State(weak, event.StateMSC4391BotCommand)); n > 0 {
		t.Errorf("listed %d commands in a room in which it has no power", n)
	}
}
