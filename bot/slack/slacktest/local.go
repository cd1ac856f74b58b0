package slacktest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/slack-go/slack"
)

// The workspace of Local.
const (
	Team = "T01TEST"

	Alice = "U01ALICE"
	Bob   = "U02BOB"
	Carol = "U03CAROL"

	General = "C01GEN"
	Desk    = "C02DESK"
	Private = "C03PRIV"  // a private channel
	Other   = "C04OTHER" // a public channel where no app is a member
)

// App is an app in a workspace.
type App struct {
	ID            string
	BotUser       string // its user, to mention: <@U0BOT>
	BotToken      string // xoxb-…
	AppToken      string // xapp-…
	SigningSecret string
}

// The apps of Local: one in Socket Mode, one that Slack calls by HTTP.
var (
	SocketApp = App{"A01APP", "U0BOT", "xoxb-1001-socket-b0tT0kenOfTheSocketApp", "xapp-1-A01APP-1001-appT0kenOfTheSocketApp", "5ignin6SecretOfTheSocketApp"}
	EventsApp = App{"A02APP", "U0BOT2", "xoxb-1002-events-b0tT0kenOfTheEventsApp", "xapp-1-A02APP-1002-appT0kenOfTheEventsApp", "5ignin6SecretOfTheEventsApp"}
)

// Tokens returns every secret in use here, for a test that greps for them. Those
// that OAuth gives out are Proxy.Issued.
func Tokens() []string {
	return []string{
		SocketApp.BotToken, SocketApp.AppToken, SocketApp.SigningSecret,
		EventsApp.BotToken, EventsApp.AppToken, EventsApp.SigningSecret,
		emulateBotToken, emulateNarrowToken, emulateClientSecret,
	}
}

// LocalSlack is a local-slack and the people in it. What people do fails the
// test if the peer refuses it; it may be done from any goroutine. It returns
// when the app has acknowledged it, or has not for five seconds.
type LocalSlack struct {
	URL string // http://127.0.0.1:1234

	t   testing.TB
	app App
	ui  *ui
}

// Local starts a local-slack that ends with the test. It calls EventsApp at
// requestURL, for everything; "" if nothing listens.
func Local(t testing.TB, requestURL string) *LocalSlack {
	t.Helper()
	binary := installed(t, "local-slack-linux-x64/bin/local-slack")
	config := filepath.Join(t.TempDir(), "workspace.json")
	if err := os.WriteFile(config, localConfig(cmp.Or(requestURL, "http://127.0.0.1:9/")), 0o600); err != nil {
		t.Fatal(err)
	}
	// It listens on all interfaces; there is no flag against that.
	out := run(t, binary, "--config", config, "--port", "0", "--base-host", "127.0.0.1", "--files-dir", t.TempDir())
	address := regexp.MustCompile(`Web API base:\s+(http://127\.0\.0\.1:\d+)/api/`)
	base := out.await(func(printed string) string {
		if m := address.FindStringSubmatch(printed); m != nil {
			return m[1]
		}
		return ""
	})
	if base == "" {
		t.Fatal("local-slack does not say that it runs")
	}
	l := &LocalSlack{URL: base, t: t, app: SocketApp}
	l.ui = watchUI(t, base)
	return l
}

// localConfig is the workspace in the shape of local-slack's config.
func localConfig(requestURL string) []byte {
	app := func(a App, name, mode string) object {
		return object{"appId": a.ID, "botUserId": a.BotUser, "botName": name, "botToken": a.BotToken, "appToken": a.AppToken,
			"signingSecret": a.SigningSecret, "mode": mode, "requestUrl": requestURL}
	}
	user := func(id, name, realName string) object {
		return object{"id": id, "name": name, "real_name": realName, "email": name + "@example.org", "tz": "Europe/Berlin"}
	}
	channel := func(id, name string, private bool, apps ...string) object {
		return object{"id": id, "name": name, "is_private": private, "members": append([]string{Alice, Bob, Carol}, apps...)}
	}
	config, err := json.Marshal(object{
		"workspace": object{"name": "The Gazette", "domain": "gazette", "teamId": Team},
		"apps":      []object{app(SocketApp, "attache", "socket"), app(EventsApp, "attache-http", "events")},
		"users":     []object{user(Alice, "alice", "Alice Ames"), user(Bob, "bob", "Bob Bell"), user(Carol, "carol", "Carol Cole")},
		"channels": []object{
			channel(General, "general", false, SocketApp.BotUser, EventsApp.BotUser),
			channel(Desk, "desk", false, SocketApp.BotUser, EventsApp.BotUser),
			channel(Private, "back-room", true, SocketApp.BotUser, EventsApp.BotUser),
			channel(Other, "other", false),
		},
	})
	if err != nil {
		panic(err) // strings and booleans
	}
	return config
}

// As returns the same Slack where people turn to another app.
func (l *LocalSlack) As(a App) *LocalSlack {
	other := *l
	other.app = a
	return &other
}

// patient outlasts the five seconds that the peer waits for an app, twice.
var patient = &http.Client{Timeout: 15 * time.Second}

// control asks the peer's control API; with a body it tells it.
func (l *LocalSlack) control(what string, body, answer any) {
	l.t.Helper()
	if err := control(l.URL+"/_control/"+what, body, answer); err != nil {
		l.t.Errorf("local-slack, %s: %v", what, err)
	}
}

func control(url string, body, answer any) error {
	method, data := "GET", []byte(nil)
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return err
		}
		method = "POST"
	}
	r, err := http.NewRequest(method, url, bytes.NewReader(data))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := patient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s", resp.Status)
	}
	if answer == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}

// Message is a message as people see it.
type Message struct {
	slack.Message
	EphemeralTo string          // the only user who sees it; "" for everybody
	RawBlocks   json.RawMessage // as they were sent
}

// Messages returns what stands in a channel, threads among it, oldest first.
func (l *LocalSlack) Messages(channel string) []Message {
	l.t.Helper()
	var answer struct{ Messages []json.RawMessage }
	l.control("messages/"+url.PathEscape(channel), nil, &answer)
	var list []Message
	for _, raw := range answer.Messages {
		var m Message
		var more struct {
			EphemeralTo string `json:"ephemeral_to"`
			Blocks      json.RawMessage
		}
		if err := cmp.Or(json.Unmarshal(raw, &m.Message), json.Unmarshal(raw, &more)); err != nil {
			l.t.Errorf("local-slack, a message: %v\n%s", err, raw)
		}
		m.EphemeralTo, m.RawBlocks = more.EphemeralTo, more.Blocks
		list = append(list, m)
	}
	return list
}

// Entry is a line of the peer's log: what went to an app and what came from it.
type Entry struct {
	Direction string // "to_bot", "from_bot", "internal"
	Kind      string // "web_api", "slash_commands", "ack", …
	Summary   string
	Detail    json.RawMessage
}

// Log returns the latest of what went back and forth, up to 1,000 entries.
func (l *LocalSlack) Log() []Entry {
	l.t.Helper()
	var answer struct{ Log []Entry }
	l.control("log", nil, &answer)
	return answer.Log
}
