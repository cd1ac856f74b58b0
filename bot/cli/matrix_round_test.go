package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"attache/bot/matrix/matrixtest"
	"attache/bot/slack/slacktest"
	"attache/feeds/feedstest"
)

// outlets publishes headlines, each with the text that is always the same.
type outlets struct{ web *feedstest.Web }

func (o outlets) publish(outlet string, titles ...string) {
	var b strings.Builder
	for i, title := range titles {
		fmt.Fprintf(&b, `<item><guid>%s-%d</guid><title>%s</title><link>https://%s.example/%d</link>
			<description>The foreign ministry said so on Wednesday.</description></item>`, outlet, i, title, outlet, i)
	}
	o.web.Set(outlet+".example/rss", feedstest.Page{Body: `<rss version="2.0"><channel>` + b.String() + `</channel></rss>`})
}

const twoOutlets = `
	[[feed]]
	name = "wire-one"
	url = "http://wire-one.example/rss"
	outlet = "Wire One"
	tier = "agency"
	[[feed]]
	name = "courier"
	url = "http://courier.example/rss"
	outlet = "Courier"
	tier = "press"
	`

// TestMatrixRoundTrip is a desk's first quarter of an hour in an encrypted room
// of Matrix, mirrored in a channel of Slack, through the program: somebody logs
// in, invites the bot, subscribes; outlets publish; and what stands in the room
// is what her client shows. Both desks hear the same.
func TestMatrixRoundTrip(t *testing.T) {
	server := matrixtest.Shared(t)
	alice := server.Person(t, "alice")
	proxy := matrixtest.NewProxy(t, server.URL)
	account := server.Account(t, "attache")
	local := slacktest.Local(t, "")
	slack := slacktest.NewProxy(t, local.URL)
	web := outlets{feedstest.Start(t)}
	web.publish("wire-one")
	web.publish("courier")
	dir := t.TempDir()
	config := fmt.Sprintf(`
		poll = { every = "200ms", host_gap = "0s" }
		web.enabled = false
		matrix = { user = %q, homeserver = %q, store = %q }
		slack = { bot_token = %q, app_token = %q, api_url = %q }
		`+twoOutlets, account.User, proxy.URL, filepath.Join(dir, "matrix.db"),
		slacktest.SocketApp.BotToken, slacktest.SocketApp.AppToken, slack.API())
	if err := os.WriteFile(filepath.Join(dir, "login.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, errs := typed(t, account.Password+"\n", "matrix", "login", "-c", filepath.Join(dir, "login.toml"))
	told(t, "login", status, fine, out+errs, "Logged in as")
	logs, stop := start(t, web.web, config, dir)
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Log(logs)
		}
		for _, token := range append(proxy.Tokens(), slacktest.Tokens()...) {
			if strings.Contains(logs.String(), token) {
				t.Errorf("the log has the secret %s in it", token)
			}
		}
	})
	slacktest.Eventually(t, "a connection", func() bool { return slack.Sockets() > 0 })

	room := alice.Room(true, account.User)
	alice.WaitJoined(room, account.User)
	reads(alice, room, "Good day.")
	alice.Say(room, "!attache subscribe ambassador AND Norvania")
	reads(alice, room, "Subscribed as 1: ambassador AND Norvania")
	local.Command(slacktest.Desk, slacktest.Alice, "/attache", "subscribe ambassador AND Norvania")
	shows(t, local, "Subscribed as 1: ambassador AND Norvania")

	web.publish("wire-one", "Norvania recalls its ambassador", "Ruritania recalls its ambassador", "Ambassador of Norvania speaks")
	card := reads(alice, room, "Norvania recalls its ambassador")
	reads(alice, room, "Ambassador of Norvania speaks")
	if !card.Encrypted || card.Shielded() || card.MsgType != "m.text" {
		t.Errorf("the alert is %+v", card)
	}
	web.publish("courier", "Norvania recalls its ambassador")
	reads(alice, room, "Courier")
	alice.React(room, card.ID, "❓")
	reads(alice, room, "Matched subscription 1")
	claim := alice.React(room, card.ID, "🙋")
	reads(alice, room, "On it: ")
	alice.Redact(room, claim)
	alice.Wait(room, "nobody on it", func(seen []matrixtest.Seen) bool {
		return !slices.ContainsFunc(seen, func(s matrixtest.Seen) bool { return s.Replaces == "" && strings.Contains(s.Now.Body, "On it: ") })
	})
	alice.Say(room, "!attache unsubscribe 1")
	reads(alice, room, "Unsubscribed from 1")

	// The two desks were told the same.
	onSlack := func(title string) (n int) {
		for _, m := range slack.Posted() {
			if m.ThreadTS == "" && strings.Contains(m.Text, title) {
				n++
			}
		}
		return n
	}
	slacktest.Eventually(t, "both on Slack", func() bool {
		return onSlack("Norvania recalls its ambassador") > 0 && onSlack("Ambassador of Norvania speaks") > 0
	})
	for _, title := range []string{"Norvania recalls its ambassador", "Ambassador of Norvania speaks", "Ruritania"} {
		want := map[bool]int{true: 0, false: 1}[title == "Ruritania"]
		here, there := 0, onSlack(title)
		for _, s := range alice.Sees(room) {
			if s.Sender == account.User && s.MsgType == "m.text" && s.Replaces == "" && strings.HasPrefix(s.Body, title) {
				here++
			}
		}
		if here != want || there != want {
			t.Errorf("%s: told %d times on Matrix and %d times on Slack, want %d", title, here, there, want)
		}
	}
	for _, e := range server.Stored(t, room) {
		t.Logf("stored: %.300s", e.Raw)
		if strings.Contains(string(e.Raw), "Norvania") {
			t.Errorf("the homeserver can read %s", e.Raw)
		}
	}
	for _, s := range alice.Sees(room) {
		t.Logf("seen: %s %s %s encrypted=%t trust=%s edits=%d %q", s.Type, s.Sender, s.MsgType, s.Encrypted, s.Trust, s.Edits, s.Now.Body)
	}
}

// reads waits until somebody's client shows a message with the words in it.
func reads(p *matrixtest.Person, room id.RoomID, words string) (found matrixtest.Seen) {
	p.Wait(room, words, func(seen []matrixtest.Seen) bool {
		i := slices.IndexFunc(seen, func(s matrixtest.Seen) bool {
			return s.Sender != p.User && s.Replaces == "" && strings.Contains(s.Now.Body, words)
		})
		if i >= 0 {
			found = seen[i]
		}
		return i >= 0
	})
	return found
}
