package slack

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"attache/bot"
	"attache/bot/command"
)

// wire is Slack's API in memory: it answers each method with a text.
type wire struct {
	mu    sync.Mutex
	texts map[string]string // by method
	calls []string
}

// set changes the answer to a method.
func (w *wire) set(method, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.texts[method] = text
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	method := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	w.calls = append(w.calls, method)
	text, ok := w.texts[method]
	if !ok {
		text = `{"ok":true}`
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
}

// listener is a Slack over a wire that hears, in a bubble; answer is what the
// bot does with a command.
func listener(t *testing.T, answer func(bot.Command) bot.Message) (*Slack, *wire) {
	t.Helper()
	w := &wire{texts: map[string]string{
		"auth.test":          `{"ok":true,"team_id":"T1","user_id":"U0BOT","team":"Desk"}`,
		"users.info":         `{"ok":true,"user":{"id":"U1","team_id":"T1"}}`,
		"conversations.info": `{"ok":true,"channel":{"id":"C1","is_member":true}}`,
	}}
	s, err := New(Options{BotToken: "xoxb-1", AppToken: "xapp-1", Transport: w})
	if err != nil {
		t.Fatal(err)
	}
	s.handler = answerer(answer)
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	wg.Go(func() { s.work(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	return s, w
}

type answerer func(bot.Command) bot.Message

func (a answerer) Answer(_ context.Context, c bot.Command) bot.Message { return a(c) }

func typed(channel, line string) slack.SlashCommand {
	return slack.SlashCommand{TeamID: "T1", ChannelID: channel, UserID: "U1", Text: line, ResponseURL: "https://hooks.slack.com/commands/1"}
}

// A command takes as long as it takes; Slack has its acknowledgement at once.
// What Slack sends again is answered once, what comes from one channel in order.
func TestTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var heardLines []string
		s, _ := listener(t, func(c bot.Command) bot.Message {
			time.Sleep(20 * time.Second)
			mu.Lock()
			defer mu.Unlock()
			heardLines = append(heardLines, c.Line)
			return bot.Message{Kind: bot.KindNotice, Lines: []bot.Line{{Text: "done"}}}
		})
		start, acks := time.Now(), 0
		for i := range 3 {
			for range 2 {
				s.take(heard{id: fmt.Sprint("envelope ", i), data: typed("C1", fmt.Sprint("search ", i))}, func(any) { acks++ })
			}
		}
		if acks != 6 || time.Since(start) > 0 {
			t.Errorf("%d acknowledgements after %s", acks, time.Since(start))
		}
		time.Sleep(2 * time.Minute)
		mu.Lock()
		defer mu.Unlock()
		if want := []string{"search 0", "search 1", "search 2"}; !slices.Equal(heardLines, want) {
			t.Errorf("worked %q", heardLines)
		}
	})
}

// Whoever sends more than can be worked is told so, and nobody else suffers.
func TestTooMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var worked atomic.Int32
		s, _ := listener(t, func(c bot.Command) bot.Message {
			time.Sleep(time.Second)
			if c.Channel == "slack:T1/C1" {
				worked.Add(1)
			}
			return bot.Message{Kind: bot.KindNotice}
		})
		refused := 0
		for i := range 1000 {
			s.take(heard{id: fmt.Sprint(i), data: typed("C1", "search x")}, func(payload any) {
				if payload != nil {
					refused++
				}
			})
		}
		if refused < 1000-backlog-1 || refused > 1000-backlog {
			t.Errorf("refused %d of 1000", refused)
		}
		time.Sleep(5 * time.Minute)
		if int(worked.Load())+refused != 1000 {
			t.Errorf("worked %d, refused %d", worked.Load(), refused)
		}
	})
}

// A dialog's answer is in its acknowledgement, unless it takes too long.
func TestSubmitted(t *testing.T) {
	for _, slow := range []bool{false, true} {
		t.Run(fmt.Sprint("slow ", slow), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, _ := listener(t, func(bot.Command) bot.Message {
					if slow {
						time.Sleep(10 * time.Second)
					}
					return bot.Message{Kind: bot.KindNotice, Mistake: true, Lines: []bot.Line{{Text: "That is not a rule yet"}}}
				})
				s.o.Desk = nobody{}
				data := slack.InteractionCallback{Type: slack.InteractionTypeViewSubmission, User: slack.User{ID: "U1"}, Team: slack.Team{ID: "T1"}}
				data.View.CallbackID, data.View.PrivateMetadata = subscribeView, subject{Channel: "C1"}.String()
				start := time.Now()
				payloads := make(chan any, 2)
				s.take(heard{id: "1", data: data}, func(payload any) { payloads <- payload })
				payload := <-payloads
				if after := time.Since(start); after > 3*time.Second {
					t.Errorf("acknowledged after %s", after)
				}
				answer, ok := payload.(*slack.ViewSubmissionResponse)
				if ok == slow || ok && answer.Errors[ruleBlock] != "That is not a rule yet" {
					t.Errorf("answered %+v", payload)
				}
				time.Sleep(time.Minute)
				if len(payloads) > 0 {
					t.Error("acknowledged twice")
				}
			})
		})
	}
}

// nobody is a desk without subscriptions.
type nobody struct{}

func (nobody) Subscriptions(context.Context, bot.Channel) ([]bot.Subscription, error) {
	return nil, nil
}
func (nobody) Channels(context.Context) ([]bot.Channel, error) { return nil, nil }

func TestRole(t *testing.T) {
	s, err := New(Options{BotToken: "xoxb-1", AppToken: "xapp-1", Admins: []string{"U7", "T2/U8"}})
	if err != nil {
		t.Fatal(err)
	}
	w := &workspace{installation: installation{Team: "T1", Enterprise: "E1"}}
	for _, tt := range []struct {
		name   string
		user   slack.User
		inside bool
		want   command.Role
	}{
		{"a member", slack.User{ID: "U1", TeamID: "T1"}, true, command.Editor},
		{"not in the channel", slack.User{ID: "U1", TeamID: "T1"}, false, command.Reader},
		{"an admin", slack.User{ID: "U1", TeamID: "T1", IsAdmin: true}, true, command.Admin},
		{"an owner", slack.User{ID: "U1", TeamID: "T1", IsOwner: true}, true, command.Admin},
		{"an admin who is not in the channel", slack.User{ID: "U1", TeamID: "T1", IsAdmin: true}, false, command.Reader},
		{"a guest", slack.User{ID: "U1", TeamID: "T1", IsRestricted: true}, true, command.Reader},
		{"a guest of one channel", slack.User{ID: "U1", TeamID: "T1", IsUltraRestricted: true}, true, command.Reader},
		{"of another organisation", slack.User{ID: "U1", TeamID: "T9"}, true, command.Reader},
		{"an admin of another organisation", slack.User{ID: "U1", TeamID: "T9", IsAdmin: true}, true, command.Reader},
		{"a stranger", slack.User{ID: "U1", TeamID: "T1", IsStranger: true}, true, command.Reader},
		{"of another workspace of ours", slack.User{ID: "U1", TeamID: "T9", Enterprise: slack.EnterpriseUser{EnterpriseID: "E1"}}, true, command.Editor},
		{"named in the config", slack.User{ID: "U7", TeamID: "T1"}, false, command.Admin},
		{"named for another workspace", slack.User{ID: "U8", TeamID: "T1"}, true, command.Editor},
	} {
		role, because := s.role(w, tt.user, tt.inside)
		if role != tt.want || (because == "") != (role > command.Reader) {
			t.Errorf("%s: %s %q, want %s", tt.name, role, because, tt.want)
		}
	}
}

func TestMentioned(t *testing.T) {
	for text, want := range map[string]string{
		"<@U0BOT> list":                     "list",
		"<@U0BOT>: search Iran":             "search Iran",
		"hey <@U0BOT>, why 12":              "why 12",
		"list <@U0BOT>":                     "list",
		"<@U0BOT>":                          "",
		"<@U0BOT> subscribe a\nb":           "subscribe a\nb",
		"<@U0BOT> subscribe <@U0BOT> talks": "subscribe <@U0BOT> talks",
	} {
		if got := mentioned(text, "U0BOT"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestSlackOwn(t *testing.T) {
	for address, want := range map[string]bool{
		"https://hooks.slack.com/commands/1":      true,
		"https://hooks.slack-gov.com/commands/1":  true,
		"https://slack.com/x":                     true,
		"http://hooks.slack.com/commands/1":       false,
		"https://slack.com.evil.example/x":        false,
		"https://evilslack.com/x":                 false,
		"https://evil.example/?https://slack.com": false,
		"http://127.0.0.1/":                       false,
		"":                                        false,
	} {
		s, _ := New(Options{BotToken: "xoxb-1", AppToken: "xapp-1"})
		if got := s.slackOwn(address); got != want {
			t.Errorf("%q: %v, want %v", address, got, want)
		}
	}
}
