package slack

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"attache/bot/slack/slacktest"
	"attache/storage"
)

const (
	checkBot = "xoxb-1-hunter2"
	checkApp = "xapp-1-A0123-1-hunter2"
)

// spoken is what a Slack answers to each method: a status and a body. What is
// not there is answered as all is well.
type spoken map[string]string

var allWell = spoken{
	"api.test":              `{"ok":true}`,
	"auth.test":             `{"ok":true,"url":"https://acme.slack.com/","team":"Acme","user":"attache","team_id":"T01ABC","user_id":"U0BOT","bot_id":"B01"}`,
	"bots.info":             `{"ok":true,"bot":{"id":"B01","app_id":"A0123","name":"attache"}}`,
	"apps.connections.open": `{"ok":true,"url":"wss://wss-primary.slack.com/link/?ticket=hunter2&app_id=1"}`,
}

// speak starts a Slack whose clock is wrong by skew, and which says that the
// tokens have these scopes.
func speak(t *testing.T, said spoken, scopes string, skew time.Duration) (api string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method := strings.TrimPrefix(r.URL.Path, "/api/")
		answer, ok := said[method]
		if !ok {
			answer = allWell[method]
		}
		w.Header().Set("Date", time.Now().Add(skew).UTC().Format(http.TimeFormat))
		if scopes != "" {
			w.Header().Set("X-OAuth-Scopes", scopes)
		}
		switch answer {
		case "429":
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(http.StatusTooManyRequests)
		case "503":
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			fmt.Fprint(w, answer)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL + "/api/"
}

func allScopes() string {
	var names []string
	for _, s := range Scopes {
		names = append(names, s.Name)
	}
	return strings.Join(names, ",")
}

func refuse(word string) string { return fmt.Sprintf(`{"ok":false,"error":%q}`, word) }

// Every finding is a sentence that tells what to do, on which page.
func TestCheck(t *testing.T) {
	socket := Options{BotToken: checkBot, AppToken: checkApp}
	overHTTP := Options{BotToken: checkBot, SigningSecret: "hunter2", URL: "https://alerts.example.org"}
	unread := Options{BotToken: checkBot, AppToken: "xapp-hunter2"}
	for name, test := range map[string]struct {
		o      Options
		said   spoken
		scopes string
		skew   time.Duration
		want   []string // of each finding: what, ok or BAD, and words of it
	}{
		"well": {o: socket, scopes: allScopes(), want: []string{
			"connection ok: can be reached, and the clocks agree",
			"bot token ok: @attache in Acme (T01ABC), with all scopes",
			"app token ok: for A0123",
		}},
		"scopes unsaid": {o: socket, want: []string{"connection ok", "bot token ok: which scopes it has was not said", "app token ok"}},
		"scopes missing": {o: socket, scopes: "chat:write, commands,app_mentions:read,channels:read,groups:read,groups:history,users:read,files:read", want: []string{
			"connection ok", "bot token BAD: lacks channels:history, im:history: add that under Bot Token Scopes at https://api.slack.com/apps/A0123/oauth, then reinstall", "app token ok",
		}},
		"page unknown": {o: unread, scopes: "chat:write", said: spoken{"bots.info": refuse("missing_scope")}, want: []string{
			"connection ok", "bot token BAD: at https://api.slack.com/apps, then reinstall", "app token ok: Slack would open a connection",
		}},
		"page told": {o: unread, scopes: "chat:write", want: []string{
			"connection ok", "bot token BAD: at https://api.slack.com/apps/A0123/oauth, then reinstall", "app token ok",
		}},
		"bot refused": {o: socket, said: spoken{"auth.test": refuse("invalid_auth"), "apps.connections.open": refuse("invalid_auth")}, want: []string{
			"connection ok", "bot token BAD: copy the Bot User OAuth Token again: https://api.slack.com/apps/A0123/oauth",
			"app token BAD: copy it again under App-Level Tokens, or generate another: https://api.slack.com/apps/A0123/general",
		}},
		"app's type": {o: socket, said: spoken{"apps.connections.open": refuse("not_allowed_token_type")}, want: []string{
			"connection ok", "bot token ok", "app token BAD: it is not an app's: generate one under App-Level Tokens, which begins with xapp-: https://api.slack.com/apps/A0123/general",
		}},
		"app's scope": {o: socket, said: spoken{"apps.connections.open": `{"ok":false,"error":"missing_scope","needed":"connections:write","provided":""}`}, want: []string{
			"connection ok", "bot token ok", "app token BAD: it lacks connections:write: generate another",
		}},
		"two apps": {o: socket, said: spoken{"bots.info": `{"ok":true,"bot":{"id":"B01","app_id":"A0999"}}`}, want: []string{
			"connection ok", "bot token ok", "app token BAD: it is of the app A0123, and the bot token is of A0999",
		}},
		"no bots.info": {o: socket, said: spoken{"bots.info": refuse("unknown_method")}, want: []string{"connection ok", "bot token ok", "app token ok"}},
		"unheard-of":   {o: socket, said: spoken{"auth.test": `{"ok":false,"error":"xoxb-9-hunter2 \u001b[31m"}`}, want: []string{"connection ok", "bot token BAD: with the word \"…", "app token ok"}},
		"hostile name": {o: socket, said: spoken{"auth.test": `{"ok":true,"team":"A\u001b[31m\u202ecme xoxb-1-hunter2","user":"u","team_id":"T1","bot_id":"B01"}`}, want: []string{
			"connection ok", "bot token ok: @u in A[31mcme … (T1)", "app token ok",
		}},
		"limited": {o: socket, said: spoken{"auth.test": "429"}, want: []string{"connection ok", "bot token BAD: check again in 30s", "app token ok"}},
		"unwell":  {o: socket, said: spoken{"api.test": "503"}, want: []string{"connection BAD: it answered 503: check again in a while"}},
		"another": {o: socket, said: spoken{"auth.test": "<html>hunter2"}, want: []string{"connection ok", "bot token BAD: does not speak like Slack", "app token ok"}},
		"slow clock": {o: socket, skew: 90 * time.Second, scopes: allScopes(), want: []string{
			"clock BAD: slow by Slack's: what Slack signs would be refused", "bot token ok", "app token ok",
		}},
		"fast clock":   {o: socket, skew: -10 * time.Minute, want: []string{"clock BAD: fast by Slack's", "bot token ok", "app token ok"}},
		"near clock":   {o: socket, skew: 55 * time.Second, want: []string{"connection ok: the clocks agree", "bot token ok", "app token ok"}},
		"HTTP":         {o: overHTTP, want: []string{"connection ok", "bot token ok", "requests ok: https://alerts.example.org/slack/events, as in attache slack manifest --http https://alerts.example.org"}},
		"HTTP, no url": {o: Options{BotToken: checkBot, SigningSecret: "hunter2"}, want: []string{"connection ok", "bot token ok", "requests ok: ends in /slack/events"}},
		"no secret":    {o: Options{BotToken: checkBot}, want: []string{"connection ok", "bot token ok", "requests BAD: set slack.signing_secret, from Basic Information at https://api.slack.com/apps"}},
		"many, no database yet": {o: Options{ClientID: "1", ClientSecret: "hunter2", SigningSecret: "hunter2", TokenKey: "hunter2"},
			want: []string{"connection ok", "requests ok"}},
	} {
		t.Run(name, func(t *testing.T) {
			test.o.API = speak(t, test.said, test.scopes, test.skew)
			found := Check(t.Context(), test.o)
			for i, f := range found {
				line := fmt.Sprintf("%s ok %s", f.What, f.Good)
				if f.Err != nil {
					line = fmt.Sprintf("%s BAD %v", f.What, f.Err)
				}
				if strings.Contains(line, "hunter2") || strings.ContainsAny(line, "\x1b\u202e") {
					t.Errorf("not to be shown: %q", line)
				}
				if i >= len(test.want) {
					t.Errorf("and: %s", line)
					continue
				}
				head, words, _ := strings.Cut(test.want[i], ": ")
				if !strings.HasPrefix(line, head) || !strings.Contains(line, words) {
					t.Errorf("%s\nwant %s", line, test.want[i])
				}
			}
			if len(found) < len(test.want) {
				t.Errorf("nothing of %q", test.want[len(found):])
			}
		})
	}
}

// broken is a network that fails.
type broken struct{ err error }

func (b broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, b.err }

type slow struct{ error }

func (slow) Timeout() bool   { return true }
func (slow) Temporary() bool { return true }

func TestCheckUnreached(t *testing.T) {
	for want, err := range map[string]error{
		"did not answer within 15s":                                &url.Error{Op: "Post", URL: "x", Err: slow{errors.New("hunter2")}},
		"https://slack.com/api/ cannot be reached: no such host …": errors.New("no such host " + checkBot),
	} {
		found := Check(t.Context(), Options{BotToken: checkBot, AppToken: checkApp, Transport: broken{err}})
		if len(found) != 1 || found[0].Err == nil || !strings.HasSuffix(found[0].Err.Error(), want) {
			t.Errorf("%+v, want %q", found, want)
		}
	}
}

// The token of every workspace that installed the app is tried.
func TestCheckWorkspaces(t *testing.T) {
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "attache.db"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	o := Options{ClientID: "1", ClientSecret: "hunter2", SigningSecret: "hunter2", URL: "https://alerts.example.org",
		TokenKey: strings.Repeat("hunter2", 5), Store: db, API: speak(t, nil, allScopes(), 0)}
	found := func(o Options) string {
		var b strings.Builder
		for _, f := range Check(t.Context(), o)[2:] {
			fmt.Fprintf(&b, "%s: %v%s\n", f.What, f.Err, f.Good)
		}
		return b.String()
	}
	if got := found(o); !strings.Contains(got, "none has installed the app yet; people do at https://alerts.example.org/slack/install") {
		t.Error(got)
	}
	for _, team := range []string{"T01", "T02"} {
		if err := (&Slack{o: o}).keep(t.Context(), installation{Team: team, Token: "xoxb-" + team + "-hunter2"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := found(o); strings.Count(got, "<nil>@attache in Acme (T01ABC), with all") != 2 || !strings.HasPrefix(got, "workspace T01: ") {
		t.Error(got)
	}
	o.API = speak(t, spoken{"auth.test": refuse("account_inactive")}, "", 0)
	if got := found(o); strings.Count(got, "the app was removed from the workspace") != 2 || strings.Contains(got, "hunter2") {
		t.Error(got)
	}
	o.TokenKey = strings.Repeat("another key ", 5)
	if got := found(o); strings.Count(got, "cannot be read") != 2 || !strings.HasPrefix(got, "workspaces: ") || strings.Contains(got, "hunter2") {
		t.Error(got)
	}
}

// The peers, too, are Slack enough.
func TestCheckPeers(t *testing.T) {
	local := slacktest.Local(t, "")
	proxy := slacktest.NewProxy(t, local.URL)
	proxy.Scopes(strings.Split(allScopes(), ",")...)
	o := Options{BotToken: slacktest.SocketApp.BotToken, AppToken: slacktest.SocketApp.AppToken, API: proxy.API()}
	for _, f := range Check(t.Context(), o) {
		if f.Err != nil {
			t.Errorf("%s: %v", f.What, f.Err)
		}
	}
	o.BotToken, o.AppToken = o.AppToken, o.BotToken
	bad := 0
	for _, f := range Check(t.Context(), o) {
		t.Logf("%s: %v%s", f.What, f.Err, f.Good)
		if f.Err != nil {
			bad++
		}
		for _, token := range slacktest.Tokens() {
			if strings.Contains(fmt.Sprint(f), token) {
				t.Errorf("%s: the token %s is in it", f.What, token)
			}
		}
	}
	if proxy.Sockets() > 0 || bad != 2 {
		t.Errorf("%d sockets, %d findings about swapped tokens, want 0 and 2", proxy.Sockets(), bad)
	}
}
