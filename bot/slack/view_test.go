package slack

import (
	"path/filepath"
	"testing"

	"attache/bot"
	"attache/bot/slack/slacktest"
)

// The Home tab and the dialogs look as in testdata/view.
func TestViews(t *testing.T) {
	sub := bot.Subscription{Number: 2, Channel: "slack:T01/C1", Name: "Gulf & <talks>", Rule: `iran AND ("nuclear talks" OR <!channel>)`}
	s, w, _ := shared(t, func(o *Options) { o.Desk = one{sub} })
	w.set("conversations.members", `{"ok":true,"members":["U1"]}`)
	team, err := s.workspace(t.Context(), "T01")
	if err != nil {
		t.Fatal(err)
	}
	home, err := s.home(t.Context(), team, "U1")
	if err != nil {
		t.Fatal(err)
	}
	goldenJSON(t, "view/home", home)
	goldenJSON(t, "view/subscribe", subscribeDialog())
	goldenJSON(t, "view/settings", settingsDialog("C1", sub))
	done := form{lines: []bot.Line{{Text: "Subscribed as 2: iran"}, {Text: "set 2 rule a", Code: true}}}.answer()
	goldenJSON(t, "view/done", done.View)
}

// Slack's own types know everything we send (.ci/slack/check.mjs).
func TestOfficialTypes(t *testing.T) {
	for kind, pattern := range map[string]string{"message": "message/*.json", "home": "view/home.json", "modal": "view/[ds]*.json"} {
		files, err := filepath.Glob("testdata/" + pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		slacktest.Check(t, kind, files...)
	}
}
