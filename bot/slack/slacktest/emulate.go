package slacktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The workspace of Emulate. The app is a member of EmulateGeneral only.
const (
	EmulateTeam    = "T000000001"
	EmulateAdmin   = "U000000001" // a workspace admin, who installs
	EmulateGeneral = "C000000001"
	EmulateRandom  = "C000000002"
	EmulateApp     = "A0EMULATE"
	EmulateBotUser = "U0EMULATE"

	emulateClientID     = "1003.2006"
	emulateClientSecret = "cl1entSecretOfTheInstallableApp"
	emulateBotToken     = "xoxb-1003-emulate-b0tT0kenWithAllScopes"
	emulateNarrowToken  = "xoxb-1003-emulate-b0tT0kenWithFewScopes"
	emulateJoinToken    = "xoxb-1003-emulate-b0tT0kenThatJoins"
)

// EmulateSlack is a running emulate. It minds scopes: a token without the scope
// of a method is answered missing_scope.
type EmulateSlack struct {
	URL                    string // http://127.0.0.1:1234
	BotToken               string // with the scopes given to Emulate
	NarrowToken            string // with chat:write only
	ClientID, ClientSecret string // of the app that can be installed
}

// Emulate starts an emulate that ends with the test. The bot token has these
// scopes, and the app may be installed with them.
func Emulate(t testing.TB, scopes ...string) *EmulateSlack {
	t.Helper()
	program, node := installed(t, "emulate/dist/index.js"), node(t)
	seed := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(seed, emulateSeed(scopes), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 { // somebody else may have taken the port
		port := freePort(t)
		e := &EmulateSlack{"http://127.0.0.1:" + port, emulateBotToken, emulateNarrowToken, emulateClientID, emulateClientSecret}
		out := run(t, node, program, "start", "--service", "slack", "--port", port, "--base-url", e.URL, "--seed", seed)
		said := out.await(func(printed string) string {
			if strings.Contains(printed, "EADDRINUSE") {
				return "taken"
			}
			if _, err := call(patient, e.URL+"/api/auth.test", e.BotToken, nil); err != nil {
				return ""
			}
			return "there"
		})
		if said != "there" {
			continue
		}
		joined, err := call(patient, e.URL+"/api/conversations.join", emulateJoinToken, url.Values{"channel": {EmulateGeneral}})
		if err != nil || !strings.Contains(string(joined), `"ok":true`) {
			t.Fatalf("emulate, conversations.join: %v\n%s", err, joined)
		}
		return e
	}
	t.Fatal("emulate does not answer")
	return nil
}

// emulateSeed is the workspace in the shape of emulate's seed. It has what
// emulate makes by itself beside that: a team, an admin, two channels.
func emulateSeed(scopes []string) []byte {
	app := object{"app_id": EmulateApp, "client_id": emulateClientID, "bot_id": "B0EMULATE", "bot_user_id": EmulateBotUser}
	with := func(more object) object {
		maps.Copy(more, app)
		return more
	}
	token := func(token string, scopes []string) object {
		return with(object{"token": token, "type": "bot", "user_id": EmulateBotUser, "team_id": EmulateTeam, "scopes": scopes})
	}
	seed, err := json.Marshal(object{"slack": object{
		"team": object{"name": "The Gazette", "domain": "gazette"},
		"oauth_apps": []object{with(object{"client_secret": emulateClientSecret, "name": "Attaché", "bot_name": "attache",
			"redirect_uris": []string{}, "scopes": scopes})},
		"tokens":        []object{token(emulateBotToken, scopes), token(emulateNarrowToken, []string{"chat:write"}), token(emulateJoinToken, []string{"channels:join"})},
		"strict_scopes": true,
	}})
	if err != nil {
		panic(err) // strings
	}
	return seed
}

// Install does what an admin does at Slack when the app sends them to
// authorize, the address of which is given: it says yes, and returns where
// Slack sends the browser next, with code and state.
func (e *EmulateSlack) Install(authorize string) (redirect string, err error) {
	u, err := url.Parse(authorize)
	if err != nil {
		return "", fmt.Errorf("emulate: %w", err)
	}
	form := u.Query()
	form.Set("user_id", EmulateAdmin)
	browser := &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := browser.PostForm(e.URL+"/oauth/v2/authorize/callback", form)
	if err != nil {
		return "", fmt.Errorf("emulate: %w", err)
	}
	defer resp.Body.Close()
	if redirect = resp.Header.Get("Location"); redirect == "" {
		return "", errors.New("emulate does not install: " + resp.Status)
	}
	return redirect, nil
}
