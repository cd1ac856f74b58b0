package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"attache/bot/slack/slacktest"
	"attache/feeds"
	"attache/feeds/feedstest"
)

// TestSlackRoundTrip is a desk's first quarter of an hour in Slack, through the
// program: people act in a real Slack that others wrote, two outlets publish,
// and what stands in the channel is read back from there.
func TestSlackRoundTrip(t *testing.T) {
	local := slacktest.Local(t, "")
	proxy := slacktest.NewProxy(t, local.URL)
	web := outlets{feedstest.Start(t)}
	publish := web.publish
	publish("wire-one")
	publish("courier")
	logs := attache(t, web.web, fmt.Sprintf(`
		[poll]
		every = "200ms"
		host_gap = "0s"
		[web]
		enabled = false
		[slack]
		bot_token = %q
		app_token = %q
		api_url = %q
		`+twoOutlets, slacktest.SocketApp.BotToken, slacktest.SocketApp.AppToken, proxy.API()))
	defer func() {
		if t.Failed() {
			t.Log(logs)
		}
		for _, token := range slacktest.Tokens() {
			if strings.Contains(logs.String(), token) {
				t.Errorf("the log has the token %s in it", token)
			}
		}
	}()
	slacktest.Eventually(t, "a connection", func() bool { return proxy.Sockets() > 0 })

	// Subscribe by slash command; only who typed sees the answer.
	local.Command(slacktest.Desk, slacktest.Alice, "/attache", "subscribe ambassador AND Norvania")
	answer := shows(t, local, "Subscribed as 1: ambassador AND Norvania")
	if answer.EphemeralTo != slacktest.Alice {
		t.Errorf("everybody sees the answer: %+v", answer)
	}

	// An item is published: an alert.
	publish("wire-one", "Norvania recalls its ambassador")
	alert := shows(t, local, "https://wire-one.example/0")
	t.Logf("the alert: %s", indented(alert.RawBlocks))

	// A second outlet tells it: the card is edited, and its thread says so.
	publish("courier", "Norvania recalls its ambassador")
	slacktest.Eventually(t, "the second outlet on the card", func() bool {
		for _, m := range local.Messages(slacktest.Desk) {
			if m.Timestamp == alert.Timestamp && strings.Contains(raw(m), "https://courier.example/0") {
				return true
			}
		}
		return false
	})
	slacktest.Eventually(t, "the reply in its thread", func() bool {
		return slices.ContainsFunc(local.Messages(slacktest.Desk), func(m slacktest.Message) bool {
			return m.ThreadTimestamp == alert.Timestamp && strings.Contains(raw(m), "Courier")
		})
	})

	// Why, by button.
	local.Press(slacktest.Desk, alert.Timestamp, slacktest.Bob, "do:why", "", "why 1")
	why := shows(t, local, "Matched subscription 1")
	if why.EphemeralTo != slacktest.Bob {
		t.Errorf("everybody sees why: %+v", why)
	}

	// On it, by button: the card says who.
	local.Press(slacktest.Desk, alert.Timestamp, slacktest.Bob, "do:claim", "", "claim 1")
	slacktest.Eventually(t, "the claim on the card", func() bool {
		for _, m := range local.Messages(slacktest.Desk) {
			if m.Timestamp == alert.Timestamp && strings.Contains(raw(m), slacktest.Bob) {
				return true
			}
		}
		return false
	})

	// Unsubscribe in the dialog that the Home tab opens.
	local.OpenHome(slacktest.Alice)
	slacktest.Eventually(t, "the Home tab", func() bool { return strings.Contains(indented(local.Home(slacktest.Alice)), "home:edit") })
	local.PressHome(slacktest.Alice, "home:edit", "", slacktest.Desk+" 1")
	slacktest.Eventually(t, "the dialog", func() bool { return strings.Contains(indented(local.Modal()), "Unsubscribe") })
	local.Submit(slacktest.Alice, map[string]map[string]any{
		"rule": {"value": map[string]any{"type": "plain_text_input", "value": "ambassador AND Norvania"}},
		"end":  {"value": map[string]any{"type": "checkboxes", "selected_options": []any{map[string]any{"value": "end"}}}},
	})
	slacktest.Eventually(t, "what came of it", func() bool { return strings.Contains(indented(local.Modal()), "Unsubscribed from 1") })
	local.Command(slacktest.Desk, slacktest.Alice, "/attache", "list")
	shows(t, local, "subscribed to nothing yet")

	if n := len(proxy.Posted()); n != 2 { // the alert and the reply in its thread
		t.Errorf("posted %d messages: %+v", n, proxy.Posted())
	}
}

// attache runs the program on a config until the test ends, and returns its log.
func attache(t *testing.T, web *feedstest.Web, config string) *logged {
	t.Helper()
	logs, stop := start(t, web, config, t.TempDir())
	t.Cleanup(stop)
	return logs
}

// start runs the program on a config, with its files in a folder, until stop.
func start(t *testing.T, web *feedstest.Web, config, dir string) (logs *logged, stop func()) {
	t.Helper()
	file := filepath.Join(dir, "config.toml")
	config = fmt.Sprintf("storage.path = %q\nconsole.enabled = false\n", filepath.Join(dir, "attache.db")) + config
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	transport := feeds.NewTransport(feeds.TransportOptions{})
	transport.DialContext = web.Dial
	logs = &logged{}
	p := &Program{In: strings.NewReader(""), Out: io.Discard, Err: logs, Transport: func(feeds.TransportOptions) http.RoundTripper { return transport }, Listen: net.Listen}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var wg sync.WaitGroup
	wg.Go(func() {
		if status := p.Main(ctx, []string{"run", "-c", file}); status != fine {
			t.Errorf("the program ended with status %d:\n%s", status, logs)
		}
	})
	return logs, func() {
		cancel()
		wg.Wait()
		transport.CloseIdleConnections()
	}
}

// shows waits until a message in the desk's channel has the words in it.
func shows(t *testing.T, local *slacktest.LocalSlack, words string) (found slacktest.Message) {
	t.Helper()
	slacktest.Eventually(t, words, func() bool {
		for _, m := range local.Messages(slacktest.Desk) {
			if strings.Contains(raw(m), words) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// raw is a message's blocks as JSON, without its escapes.
func raw(m slacktest.Message) string { return indented(m.RawBlocks) }

func indented(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v)
	return b.String()
}

// logged is a log that can be read while it is written.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
