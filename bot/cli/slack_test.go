package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attache/bot/config"
	"attache/feeds"
)

// ran is what a command line came to.
func ran(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	p := &Program{In: strings.NewReader(""), Out: &o, Err: &e, Transport: reach, Listen: net.Listen}
	status = p.Main(t.Context(), args)
	return status, o.String(), e.String()
}

func TestSlackManifest(t *testing.T) {
	type read struct {
		Display struct {
			Name string `json:"name"`
		} `json:"display_information"`
		Features struct {
			Commands []struct{ Command, URL string } `json:"slash_commands"`
		}
		Settings struct {
			Socket bool `json:"socket_mode_enabled"`
		}
	}
	for line, want := range map[string]string{
		"":                             "Attaché /attache  true",
		"--name Desk --command /desk":  "Desk /desk  true",
		"--http https://a.example.org": "Attaché /attache https://a.example.org/slack/events false",
		"--http=https://a.example/b/":  "Attaché /attache https://a.example/b/slack/events false",
	} {
		for _, more := range []string{"", "--link"} {
			status, out, errs := ran(t, append([]string{"slack", "manifest"}, strings.Fields(line+" "+more)...)...)
			if more != "" {
				u, err := url.Parse(strings.TrimSuffix(out, "\n"))
				if err != nil || u.Host != "api.slack.com" || u.Path != "/apps" {
					t.Fatalf("%q: %v: %s", line, err, out)
				}
				out = u.Query().Get("manifest_json")
			}
			var m read
			err := json.Unmarshal([]byte(out), &m)
			if err != nil || status != fine || errs != "" || len(m.Features.Commands) != 1 {
				t.Fatalf("%q: %d, %v, %s", line, status, err, errs)
			}
			c := m.Features.Commands[0]
			if got := fmt.Sprint(m.Display.Name, " ", c.Command, " ", c.URL, " ", m.Settings.Socket); got != want {
				t.Errorf("%q: %s, want %s", line, got, want)
			}
		}
	}
	for line, want := range map[string]string{
		"--http http://a.example":                           "https only",
		"--command attache":                                 "is not a slash",
		"--name An-app-whose-name-is-far-too-long-for-them": "at most 35 characters",
	} {
		status, out, errs := ran(t, append([]string{"slack", "manifest"}, strings.Fields(line)...)...)
		if status != wrong || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%q: %d, %q, %q; want %q", line, status, out, errs, want)
		}
	}
}

// check asks Slack, unless told to stay offline, and shows no token.
func TestCheckSlack(t *testing.T) {
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		switch r.URL.Path {
		case "/api/auth.test":
			w.Header().Set("X-OAuth-Scopes", "chat:write")
			fmt.Fprint(w, `{"ok":true,"team":"Acme","user":"attache","team_id":"T01ABC","bot_id":"B01"}`)
		case "/api/apps.connections.open":
			fmt.Fprint(w, `{"ok":false,"error":"invalid_auth"}`)
		default:
			fmt.Fprint(w, `{"ok":true}`)
		}
	}))
	defer server.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "config.toml")
	text := fmt.Sprintf("starter_feeds = false\nstorage.path = %q\n[slack]\napi_url = %q\nbot_token = 'xoxb-hunter2'\napp_token = 'xapp-1-A0123-1-hunter2'\n",
		filepath.Join(dir, "a.db"), server.URL+"/api/")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, errs := ran(t, "check", "-c", file)
	for _, want := range []string{
		"ok   slack, connection: ",
		"BAD  slack, bot token: @attache in Acme (T01ABC) lacks app_mentions:read, ",
		"at https://api.slack.com/apps/A0123/oauth, then reinstall",
		"BAD  slack, app token: Slack does not know it",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if status != found || !strings.Contains(errs, "2 problems") || strings.Contains(out+errs, "hunter2") {
		t.Errorf("%d\n%s%s", status, out, errs)
	}
	calls = 0
	if status, out, errs := ran(t, "check", "--offline", "-c", file); status != fine || calls > 0 || strings.Contains(out, "slack") {
		t.Errorf("offline: %d, %d calls\n%s%s", status, calls, out, errs)
	}
}

// In HTTP mode Slack is heard where the config says; what is wrong with that is
// a sentence.
func TestSlackListens(t *testing.T) {
	s := config.Default().Slack
	s.BotToken, s.SigningSecret, s.Listen = config.NewSecret("xoxb-1"), config.NewSecret("hunter2"), "127.0.0.1:0"
	asked := ""
	p := &Program{Listen: func(network, address string) (net.Listener, error) {
		asked = address
		return net.Listen(network, address)
	}}
	made, err := p.slack(s, nil, nil, slog.New(slog.DiscardHandler))
	if err != nil || made.Name() != "slack" || asked != s.Listen {
		t.Fatalf("listens at %q: %v", asked, err)
	}
	var l net.Listener
	p.Listen = func(network, address string) (net.Listener, error) {
		var err error
		l, err = net.Listen(network, address)
		return l, err
	}
	s.SigningSecret = config.NewSecret("")
	if _, err := p.slack(s, nil, nil, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("no signing secret, and no error")
	} else if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener is left open: %v", err)
	}
	p.Listen = func(string, string) (net.Listener, error) { return nil, errors.New("address in use") }
	if _, err := p.slack(s, nil, nil, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "address in use: set slack.listen") {
		t.Errorf("taken: %v", err)
	}
}

// The demo talks to nobody, whatever stands in the environment.
func TestDemoHasNoSlack(t *testing.T) {
	t.Setenv("ATTACHE_SLACK_BOT_TOKEN", "xoxb-hunter2")
	t.Setenv(config.PasswordEnv, "open sesame")
	if passwordOnly("ATTACHE_SLACK_BOT_TOKEN") != "" || passwordOnly(config.PasswordEnv) != "open sesame" {
		t.Error("the demo sees the wrong part of the environment")
	}
	status, out, errs := ran(t, "demo", "--once", "--for", "1s", "--json", "--listen", "127.0.0.1:0", "--db", filepath.Join(t.TempDir(), "demo.db"))
	if status != fine || !strings.Contains(out, `"kind":"alert"`) {
		t.Errorf("%d: %s", status, errs)
	}
}

// reach is the network as main has it.
func reach(o feeds.TransportOptions) http.RoundTripper { return feeds.NewTransport(o) }
