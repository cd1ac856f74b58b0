package slack

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"attache/bot"
	"attache/bot/slack/slacktest"
)

// newDesk is a peer with a bot behind it.
func newDesk(t *testing.T) *peer {
	t.Helper()
	db := openStore(t)
	p := newPeer(t, func(o *Options) { o.Store = db })
	b, err := bot.Open(t.Context(), bot.Options{Store: db, Log: p.log})
	if err != nil {
		t.Fatal(err)
	}
	p.o.Desk = b
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var wg sync.WaitGroup
	wg.Go(func() { b.Run(ctx, p.Slack) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	slacktest.Eventually(t, "a connection", func() bool { return p.proxy.Sockets() > 0 })
	return p
}

// waitFor waits until the words stand in the desk's channel.
func (p *peer) waitFor(t *testing.T, words string) (found slacktest.Message) {
	t.Helper()
	slacktest.Eventually(t, words, func() bool {
		for _, m := range p.local.Messages(slacktest.Desk) {
			if strings.Contains(readable(m.RawBlocks, m.Text), words) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

func jsonOf(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func input(value string) map[string]any {
	return map[string]any{valueAction: map[string]any{"type": "plain_text_input", "value": value}}
}

// A mention is answered in its thread for all to read, a direct message where
// it stands, a mistake in private; nobody answers a bot.
func TestWaysToAsk(t *testing.T) {
	p := newDesk(t)
	ts := p.local.Say(slacktest.Desk, slacktest.Bob, "<@"+slacktest.SocketApp.BotUser+"> subscribe Iran AND nuclear", "")
	m := p.waitFor(t, "Subscribed as 1: Iran AND nuclear")
	if m.ThreadTimestamp != ts || m.EphemeralTo != "" {
		t.Errorf("a mention is answered by %+v", m)
	}
	p.local.Say(slacktest.Desk, slacktest.Bob, "<@"+slacktest.SocketApp.BotUser+"> subscrbe Iran", "")
	if m := p.waitFor(t, "Did you mean subscribe?"); m.EphemeralTo != slacktest.Bob {
		t.Errorf("a mistake is answered by %+v", m)
	}
	p.local.Command(slacktest.Desk, slacktest.Alice, "/attache", "help")
	if m := p.waitFor(t, "Type /attache and then"); m.EphemeralTo != slacktest.Alice {
		t.Errorf("a slash command is answered by %+v", m)
	}
	p.local.Command(slacktest.Desk, slacktest.Alice, "/attache", `subscribe iran AND (nuclear`)
	p.waitFor(t, "That is not a rule yet")
}

// Guests and strangers ask, and change nothing; the refusal is theirs alone.
func TestRefusals(t *testing.T) {
	p := newDesk(t)
	for i, tt := range []struct {
		user, because string
		change        map[string]any
	}{
		{slacktest.Bob, "You are a guest here", map[string]any{"is_restricted": true}},
		{slacktest.Carol, "of another organisation", map[string]any{"team_id": "T0ELSEWHERE"}},
	} {
		p.proxy.Override("users.info", func(form url.Values, answer map[string]any) {
			if form.Get("user") == tt.user {
				maps.Copy(answer["user"].(map[string]any), tt.change)
			}
		})
		p.local.Command(slacktest.Desk, tt.user, "/attache", "subscribe Iran")
		if m := p.waitFor(t, tt.because); m.EphemeralTo != tt.user {
			t.Errorf("%d: refused by %+v", i, m)
		}
		p.local.Command(slacktest.Desk, tt.user, "/attache", "list")
	}
	p.waitFor(t, "subscribed to nothing yet")
}

// Whoever subscribes learns that the app is not there, or who else reads.
func TestNotes(t *testing.T) {
	p := newDesk(t)
	p.proxy.Override("conversations.info", func(_ url.Values, answer map[string]any) {
		c := answer["channel"].(map[string]any)
		c["is_ext_shared"], c["is_member"] = true, false
	})
	p.local.Command(slacktest.Desk, slacktest.Alice, "/attache", "subscribe Iran")
	m := p.waitFor(t, "Subscribed as 1")
	if all := readable(m.RawBlocks, m.Text); !strings.Contains(all, "shared with another organisation") || !strings.Contains(all, "/invite") {
		t.Errorf("answered %s", all)
	}
}

// Subscriptions are made, changed and ended in dialogs, and a mistake stands
// beside what was filled in wrongly.
func TestDialogs(t *testing.T) {
	p := newDesk(t)
	p.local.OpenHome(slacktest.Alice)
	slacktest.Eventually(t, "the Home tab", func() bool { return strings.Contains(jsonOf(p.local.Home(slacktest.Alice)), "subscribed to nothing") })

	p.local.PressHome(slacktest.Alice, subscribeAction, "home", "subscribe")
	slacktest.Eventually(t, "the dialog", func() bool { return strings.Contains(jsonOf(p.local.Modal()), "New subscription") })
	filled := map[string]map[string]any{
		channelBlock: {valueAction: map[string]any{"type": "conversations_select", "selected_conversation": slacktest.Desk}},
		ruleBlock:    input("Iran AND (nuclear"),
	}
	p.local.Submit(slacktest.Alice, filled)
	slacktest.Eventually(t, "the mistake", func() bool { return strings.Contains(jsonOf(p.local.ViewErrors()), "That is not a rule yet") })
	filled[ruleBlock] = input("Iran AND nuclear")
	p.local.Submit(slacktest.Alice, filled)
	slacktest.Eventually(t, "what came of it", func() bool { return strings.Contains(jsonOf(p.local.Modal()), "Subscribed as 1: Iran AND nuclear") })
	slacktest.Eventually(t, "the Home tab", func() bool { return strings.Contains(jsonOf(p.local.Home(slacktest.Alice)), "1: Iran AND nuclear") })

	// Settings.
	p.local.PressHome(slacktest.Alice, editAction, "", slacktest.Desk+" 1")
	slacktest.Eventually(t, "the settings", func() bool { return strings.Contains(jsonOf(p.local.Modal()), "Unsubscribe: end") })
	p.local.Submit(slacktest.Alice, map[string]map[string]any{"rule": input("Iran AND nuclear"), "name": input("7")})
	slacktest.Eventually(t, "the mistake", func() bool { return strings.Contains(jsonOf(p.local.ViewErrors()), "must not be a number") })
	p.local.Submit(slacktest.Alice, map[string]map[string]any{"rule": input("Iran AND talks"), "name": input("Gulf & <talks>")})
	slacktest.Eventually(t, "both changes", func() bool {
		view := jsonOf(p.local.Modal())
		return strings.Contains(view, "Subscription 1 is now: Iran AND talks") && strings.Contains(view, "The name of subscription 1 is now")
	})
	slacktest.Eventually(t, "the Home tab", func() bool {
		return strings.Contains(jsonOf(p.local.Home(slacktest.Alice)), jsonOf("1 Gulf & <talks>: Iran AND talks"))
	})

	// Whoever is not in the channel does not see it, and changes nothing.
	p.proxy.Override("conversations.members", func(_ url.Values, answer map[string]any) { answer["members"] = []any{slacktest.Alice} })
	p.members = newCache[membership]()
	p.local.OpenHome(slacktest.Bob)
	slacktest.Eventually(t, "Bob's Home tab", func() bool { return strings.Contains(jsonOf(p.local.Home(slacktest.Bob)), "subscribed to nothing") })
	p.local.PressHome(slacktest.Alice, editAction, "", slacktest.Desk+" 1")
	slacktest.Eventually(t, "the settings", func() bool { return strings.Contains(jsonOf(p.local.Modal()), "Unsubscribe: end") })
	p.local.Submit(slacktest.Bob, map[string]map[string]any{"end": {valueAction: map[string]any{"type": "checkboxes", "selected_options": []any{map[string]any{"value": "end"}}}}})
	slacktest.Eventually(t, "the refusal", func() bool { return strings.Contains(jsonOf(p.local.ViewErrors()), "You are not in that channel") })
}

// The shortcut on a message tells why it was said; on others' it says so.
func TestWhyShortcut(t *testing.T) {
	p := newDesk(t)
	ref, err := p.Post(t.Context(), deskChannel, card("Norvania recalls its ambassador"), bot.Attempt{Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	var alert slacktest.Message
	for _, m := range p.local.Messages(slacktest.Desk) {
		if m.Timestamp == string(ref) {
			alert = m
		}
	}
	shortcut := func(id string, blocks any) {
		p.proxy.SendSockets(map[string]any{"type": "interactive", "envelope_id": id, "payload": map[string]any{
			"type": "message_action", "callback_id": whyShortcut, "team": map[string]any{"id": slacktest.Team},
			"user": map[string]any{"id": slacktest.Alice}, "channel": map[string]any{"id": slacktest.Desk},
			"message": map[string]any{"ts": ref, "blocks": blocks},
		}})
	}
	shortcut("e1", alert.RawBlocks)
	p.waitFor(t, "There is no story 12")
	shortcut("e2", []any{})
	p.waitFor(t, "not an alert of mine")
}

// A setting that the dialog did not ask for stays as it is.
func TestSaveWhatWasAsked(t *testing.T) {
	var lines []string
	s, _, _ := shared(t, func(o *Options) {
		o.Desk = one{bot.Subscription{Number: 1, Channel: "slack:T01/C1", Name: "Gulf", Rule: "iran"}}
	})
	s.handler = answerer(func(c bot.Command) bot.Message {
		lines = append(lines, c.Line)
		return bot.Message{Lines: []bot.Line{{Text: "done"}}}
	})
	w, err := s.workspace(t.Context(), "T01")
	if err != nil {
		t.Fatal(err)
	}
	s.save(t.Context(), place{w, "C1"}, "U1", 1, inputs{ruleBlock: {valueAction: {Value: "iran AND talks"}}})
	if want := []string{"set 1 rule iran AND talks"}; !slices.Equal(lines, want) {
		t.Errorf("typed %q", lines)
	}
}
