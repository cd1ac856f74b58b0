package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"attache/bot"
	"attache/bot/slack/slacktest"
	"attache/storage"
)

const deskChannel = bot.Channel("slack:" + slacktest.Team + "/" + slacktest.Desk)

// peer is a Slack before the real peer, behind the proxy that breaks it.
type peer struct {
	*Slack
	local *slacktest.LocalSlack
	proxy *slacktest.Proxy
	logs  *logs
}

// newPeer makes one that hears over Socket Mode. Its test fails if a token was
// logged.
func newPeer(t *testing.T, change ...func(*Options)) *peer {
	t.Helper()
	local := slacktest.Local(t, "")
	proxy := slacktest.NewProxy(t, local.URL)
	p := &peer{local: local, proxy: proxy, logs: &logs{}}
	o := Options{
		BotToken: slacktest.SocketApp.BotToken, AppToken: slacktest.SocketApp.AppToken, API: proxy.API(),
		Desk: nobody{}, Store: openStore(t), Log: slog.New(slog.NewTextHandler(p.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.settle = 0
	p.Slack = s
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(p.logs)
		}
		for _, token := range slacktest.Tokens() {
			if strings.Contains(p.logs.String(), token) {
				t.Errorf("the log has the token %s in it", token)
			}
		}
	})
	return p
}

func openStore(t *testing.T) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "attache.db"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// rooms makes channels that the app is in.
func (p *peer) rooms(t *testing.T, n int) (list []bot.Channel) {
	t.Helper()
	for i := range n {
		c, err := p.api(slacktest.SocketApp.BotToken).CreateConversationContext(t.Context(), slack.CreateConversationParams{ChannelName: fmt.Sprintf("room-%d", i)})
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, bot.Channel("slack:"+slacktest.Team+"/"+c.ID))
	}
	return list
}

// hears runs it until the test ends; h answers.
func (p *peer) hears(t *testing.T, h bot.Handler) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := p.Run(ctx, h); err != nil && ctx.Err() == nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
	slacktest.Eventually(t, "a connection", func() bool { return p.proxy.Sockets() > 0 })
}

// logs is a log that can be read while it is written.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// readable is what people read of messages: the blocks, or else the text, mrkdwn as
// it is marked up, everything else with what Slack would obey escaped.
func readable(blocks json.RawMessage, text string) string {
	var tree []any
	if json.Unmarshal(blocks, &tree) != nil || len(tree) == 0 {
		return text
	}
	var b strings.Builder
	var links []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if words, ok := v["text"].(string); ok {
				if v["type"] != "mrkdwn" {
					words = escape(words)
				}
				b.WriteString(words)
			}
			for _, key := range []string{"text", "fields", "elements", "element", "accessory", "options"} {
				if _, words := v[key].(string); !words {
					walk(v[key])
				}
			}
			if url, ok := v["url"].(string); ok {
				links = append(links, "("+url+")")
			}
			if kind, _ := v["type"].(string); kind != "text" && kind != "link" {
				b.WriteString("\n")
			}
		}
	}
	walk(tree)
	return b.String() + strings.Join(links, " ")
}

func card(title string) bot.Message {
	return bot.Message{
		Kind: bot.KindAlert, Alert: 1, Story: 12, Severity: bot.Normal, Title: bot.Text{Text: title},
		URL: "https://wire-one.example/1", Outlet: "Wire One", Tier: "agency",
		Summary:   []bot.Text{{Text: "The ministry said so on Wednesday."}},
		Published: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC), Seen: time.Date(2026, 3, 4, 12, 1, 0, 0, time.UTC),
	}
}
