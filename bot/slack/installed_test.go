package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"attache/bot"
	"attache/bot/seal"
	"attache/bot/slack/slacktest"
	"attache/storage"
)

// full is a store with no room.
type full struct{ bot.Keeping }

func (full) Keep(context.Context, string, string, []byte) error { return errors.New("disk full") }

func TestInstallNotKept(t *testing.T) {
	m := openMint(t)
	o := installOptions(t, m.URL+"/api/")
	o.Store = full{o.Store}
	s, address, _ := serveSlack(t, o)
	b := newBrowser()
	resp, page := b.get(t, come(address, b.begin(t, address), "code"))
	if resp.StatusCode != http.StatusInternalServerError || strings.Contains(page, "disk") {
		t.Errorf("answered %s\n%s", resp.Status, page)
	}
	if len(s.workspaces) != 0 || len(m.revoked) != 0 {
		t.Errorf("spoken to %v, revoked %q", s.workspaces, m.revoked)
	}
}

func TestInstallationsThatDoNotOpen(t *testing.T) {
	o := installOptions(t, "")
	o.Listener, o.SigningSecret = loopback(t), "s"
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for _, team := range []string{"T03", "T01", "T02", "T05"} {
		if err := s.keep(ctx, installation{Team: team, Name: "N", Token: "xoxb-secret-" + team, BotUser: "U"}); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := o.Store.Kept(ctx, "slack")
	if err != nil {
		t.Fatal(err)
	}
	// Another's row under this name, a row of another key, a row that is none of
	// them, and one of another kind.
	wrong, _ := json.Marshal(record{Team: "T05", Token: "xoxb-secret-T05"})
	sealed, _ := seal.Seal(sealKey, purposeTokens, "team/T06", wrong)
	other, _ := seal.Seal(sealKey+"!", purposeTokens, "team/T04", wrong)
	for name, value := range map[string][]byte{"team/T02": kept["team/T01"], "team/T04": other, "team/T06": sealed, "cursor": []byte("x")} {
		if err := o.Store.Keep(ctx, "slack", name, value); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.installations(ctx)
	var teams []string
	for _, i := range list {
		teams = append(teams, i.Team)
		if i.Token != "xoxb-secret-"+i.Team {
			t.Errorf("%s has another's token", i.Team)
		}
	}
	if !slices.Equal(teams, []string{"T01", "T03", "T05"}) {
		t.Errorf("opened are %q", teams)
	}
	for _, team := range []string{"T02", "T04", "T06"} {
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", team)) {
			t.Errorf("the error does not name %s: %v", team, err)
		}
	}
	if err == nil || strings.Contains(err.Error(), "xoxb") || !strings.Contains(err.Error(), "http://attache.example/slack/install") {
		t.Errorf("the error is %v", err)
	}
}

// TestInstallAtAPeer installs from a Slack that we did not write, into a
// database that outlives us.
func TestInstallAtAPeer(t *testing.T) {
	e, l := slacktest.Emulate(t, "chat:write", "commands"), &logs{}
	o := installOptions(t, e.URL+"/api/")
	o.ClientID, o.ClientSecret, o.Log, o.Teams = e.ClientID, e.ClientSecret, logger(l), []string{slacktest.EmulateTeam}
	file := filepath.Join(t.TempDir(), "installed.db")
	db, err := storage.Open(t.Context(), file, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o.Store = db
	s, address, end := serveSlack(t, o)

	// yes is a person who goes to Slack and says so.
	yes := func(b *browser) (back string) {
		t.Helper()
		resp, _ := b.get(t, address+installPath)
		back, err := e.Install(resp.Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Replace(back, o.URL, address, 1) // what the proxy with TLS does
	}
	stolen := yes(newBrowser())
	if resp, _ := newBrowser().get(t, stolen); resp.StatusCode != http.StatusBadRequest || len(s.workspaces) != 0 {
		t.Errorf("a browser that did not begin it answered %s", resp.Status)
	}
	b := newBrowser()
	back := yes(b)
	forged := strings.Replace(back, "state=", "state=A", 1)
	if resp, _ := b.get(t, forged); resp.StatusCode != http.StatusBadRequest || len(s.workspaces) != 0 {
		t.Errorf("a forged state answered %s", resp.Status)
	}
	back = yes(b)
	if resp, page := b.get(t, back); resp.StatusCode != http.StatusOK || !strings.Contains(page, "<h1>Attaché is in <bdi>The Gazette</bdi></h1>") {
		t.Fatalf("answered %s\n%s\n%s", resp.Status, page, l)
	}
	if resp, _ := b.get(t, back); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a second use answered %s", resp.Status)
	}
	w := s.workspaces[slacktest.EmulateTeam]
	if w == nil || w.BotUser != slacktest.EmulateBotUser || !strings.HasPrefix(w.Token, "xoxb-") {
		t.Fatalf("the workspaces are %v", s.workspaces)
	}
	r, err := http.NewRequest(http.MethodPost, o.API+"auth.test", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.Token)
	if _, body := send(t, r); !strings.Contains(body, `"team_id":"`+slacktest.EmulateTeam+`"`) {
		t.Errorf("Slack says of the token: %s", body)
	}

	if err := end(); err != nil {
		t.Error(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{file, file + "-wal"} {
		if raw, err := os.ReadFile(part); err == nil && (bytes.Contains(raw, []byte(w.Token)) || bytes.Contains(raw, []byte("xoxb-"))) {
			t.Errorf("%s has a token in it", part)
		}
	}
	if strings.Contains(l.String(), "xoxb-") || strings.Contains(l.String(), e.ClientSecret) {
		t.Errorf("the log has a secret in it:\n%s", l)
	}
	if db, err = storage.Open(t.Context(), file, storage.Options{}); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s.o.Store = db
	again, err := New(s.o)
	if err != nil {
		t.Fatal(err)
	}
	found, err := again.workspace(t.Context(), slacktest.EmulateTeam)
	if err != nil || found.installation != w.installation {
		t.Errorf("after a restart it is %+v, %v", found, err)
	}
}
