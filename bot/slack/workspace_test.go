package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack/slackevents"

	"attache/bot"
	"attache/storage"
)

// shared is an app that two workspaces have installed, over a wire.
func shared(t *testing.T, change func(*Options)) (*Slack, *wire, *storage.DB) {
	t.Helper()
	w := &wire{texts: map[string]string{
		"chat.postMessage":   `{"ok":true,"channel":"C1","ts":"1.000001"}`,
		"users.info":         `{"ok":true,"user":{"id":"U1","team_id":"T01"}}`,
		"conversations.info": `{"ok":true,"channel":{"id":"C1","is_member":true}}`,
	}}
	db := openStore(t)
	o := Options{
		ClientID: "1.2", ClientSecret: "s", SigningSecret: "s", URL: "https://a.example", TokenKey: sealKey,
		Listener: loopback(t), Store: db, Transport: w,
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, team := range []string{"T01", "T02"} {
		if err := s.keep(t.Context(), installation{Team: team, Name: team, Token: "xoxb-" + team, BotUser: "U0BOT"}); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(&s.o)
	}
	return s, w, db
}

func eventOf(t *testing.T, team, inner string) slackevents.EventsAPIEvent {
	t.Helper()
	e, err := slackevents.ParseEvent(fmt.Appendf(nil, `{"type":"event_callback","team_id":%q,"event_id":"E1","event":%s}`, team, inner), slackevents.OptionNoVerifyToken())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func posts(s *Slack, team string) error {
	_, err := s.Post(context.Background(), bot.Channel("slack:"+team+"/C1"), card("x"), bot.Attempt{Key: "k"})
	return err
}

// A workspace that removes the app is forgotten, and no other, however often
// and by whomever that is told.
func TestRemoved(t *testing.T) {
	const uninstalled, revoked = `{"type":"app_uninstalled"}`, `{"type":"tokens_revoked","tokens":{"bot":["U0BOT"]}}`
	s, w, db := shared(t, nil)
	if err := errors.Join(posts(s, "T01"), posts(s, "T02")); err != nil {
		t.Fatal(err)
	}
	// Told late: the token is good again.
	w.set("auth.test", `{"ok":true,"team_id":"T02"}`)
	s.onEvent(t.Context(), eventOf(t, "T02", uninstalled))
	if err := posts(s, "T02"); err != nil {
		t.Errorf("a late word removed a workspace: %v", err)
	}
	w.set("auth.test", `{"ok":false,"error":"account_inactive"}`)
	s.onEvent(t.Context(), eventOf(t, "T02", revoked))
	s.onEvent(t.Context(), eventOf(t, "T02", uninstalled))
	s.onEvent(t.Context(), eventOf(t, "T99", uninstalled))
	if err := posts(s, "T02"); !errors.Is(err, bot.ErrChannelGone) {
		t.Errorf("T02 removed the app: %v", err)
	}
	if err := posts(s, "T01"); err != nil {
		t.Errorf("T01 did not: %v", err)
	}
	if kept, err := db.Kept(t.Context(), "slack"); err != nil || len(kept) != 1 || kept[recordPrefix+"T01"] == nil {
		t.Errorf("kept %d, %v", len(kept), err)
	}
}

// What waits for a workspace goes on waiting while its token cannot be read.
func TestUnreadableTokens(t *testing.T) {
	s, _, _ := shared(t, func(o *Options) { o.TokenKey = strings.Repeat("another key ", 3) })
	err := posts(s, "T01")
	if later, ok := errors.AsType[*bot.RetryError](err); !ok || !strings.Contains(err.Error(), "token_key") || later.Unsure {
		t.Errorf("with a wrong key: %v", err)
	}
	if err := posts(s, "T99"); !errors.Is(err, bot.ErrChannelGone) {
		t.Errorf("where the app never was: %v", err)
	}
	s, _, db := shared(t, nil)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, ok := errors.AsType[*bot.RetryError](posts(s, "T01")); !ok {
		t.Errorf("without its store: %v", posts(s, "T01"))
	}
}

// Workspaces that the operator does not name are neither told nor answered.
func TestTeams(t *testing.T) {
	s, w, _ := shared(t, func(o *Options) { o.Teams = []string{"T01"} })
	s.handler = answerer(func(bot.Command) bot.Message {
		t.Error("answered a stranger")
		return bot.Message{}
	})
	if err := posts(s, "T02"); !errors.Is(err, bot.ErrChannelGone) {
		t.Errorf("told T02: %v", err)
	}
	if err := posts(s, "T01"); err != nil {
		t.Error(err)
	}
	cmd := typed("C1", "latest")
	cmd.TeamID = "T66"
	s.onCommand(t.Context(), cmd)
	if n := len(w.calls); n != 1 {
		t.Errorf("called Slack %d times: %q", n, w.calls)
	}
}

// A clock that was a year ahead when an attempt began holds nothing up.
func TestDoubtFromTheFuture(t *testing.T) {
	s, w, _ := shared(t, nil)
	w.set("conversations.history", `{"ok":true,"messages":[]}`)
	then := time.Now().AddDate(1, 0, 0)
	_, err := s.Post(t.Context(), "slack:T01/C1", card("x"), bot.Attempt{Key: "k", Doubt: bot.Doubt{Since: then, Last: then}})
	if err != nil {
		t.Error(err)
	}
}

// The Home tab has as many blocks as Slack takes, whoever is in how many
// channels.
func TestHomeFits(t *testing.T) {
	s, w, _ := shared(t, nil)
	w.set("conversations.members", `{"ok":true,"members":["U1"]}`)
	for _, tt := range []struct{ channels, each int }{{40, 1}, {1, 200}, {33, 3}} {
		s.o.Desk = many{tt.channels, tt.each}
		team, err := s.workspace(t.Context(), "T01")
		if err != nil {
			t.Fatal(err)
		}
		view, err := s.home(t.Context(), team, "U1")
		if n := len(view.Blocks.BlockSet); err != nil || n > 100 || n < 90 {
			t.Errorf("%d channels with %d each: %d blocks, %v", tt.channels, tt.each, n, err)
		}
	}
}

// many is a desk of so many channels with so many subscriptions each.
type many struct{ channels, each int }

func (m many) Channels(context.Context) (list []bot.Channel, err error) {
	for i := range m.channels {
		list = append(list, bot.Channel(fmt.Sprintf("slack:T01/C%d", i)))
	}
	return list, nil
}

func (m many) Subscriptions(_ context.Context, c bot.Channel) (list []bot.Subscription, err error) {
	for i := range m.each {
		list = append(list, bot.Subscription{Number: i + 1, Channel: c, Rule: "Iran"})
	}
	return list, nil
}

// one is a desk of one channel with one subscription.
type one struct{ sub bot.Subscription }

func (o one) Channels(ctx context.Context) ([]bot.Channel, error) {
	return []bot.Channel{o.sub.Channel}, nil
}

func (o one) Subscriptions(_ context.Context, c bot.Channel) ([]bot.Subscription, error) {
	return []bot.Subscription{o.sub}, nil
}
