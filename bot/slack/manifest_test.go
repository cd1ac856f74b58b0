package slack

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"attache/bot/slack/slacktest"
)

// made is a manifest as Slack reads it.
func made(t *testing.T, o ManifestOptions) (text []byte, m manifest) {
	t.Helper()
	text, err := Manifest(o)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		t.Fatal(err)
	}
	return text, m
}

func TestManifest(t *testing.T) {
	for name, o := range map[string]ManifestOptions{
		"socket": {},
		"http":   {URL: "https://alerts.example.org", Name: "Desk Bot", Command: "/desk"},
	} {
		got, _ := made(t, o)
		file := filepath.Join("testdata", "manifest", name+".json")
		if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v\ngot:\n%s", file, err, got)
		}
	}
}

// Slack's own types know every word of it.
func TestManifestTypes(t *testing.T) {
	slacktest.Check(t, "manifest", "testdata/manifest/socket.json", "testdata/manifest/http.json")
}

// The limits are those of Slack's own schema of manifests.
func TestManifestLimits(t *testing.T) {
	_, m := made(t, ManifestOptions{Name: strings.Repeat("É", maxAppName), Command: "/" + strings.Repeat("é", maxCommand-1)})
	within := func(what, text string, least, most int) {
		if n := utf8.RuneCountInString(text); n < least || n > most {
			t.Errorf("%s has %d characters, not %d to %d: %s", what, n, least, most, text)
		}
	}
	within("the name", m.Display.Name, 1, 35)
	within("the description", m.Display.Description, 1, 140)
	within("the long description", m.Display.Long, 175, 4000)
	within("the bot's name", m.Features.Bot.Name, 1, 80)
	for _, s := range m.Features.Shortcuts {
		within("a shortcut", s.Name, 1, 24)
		within("a shortcut's description", s.Description, 1, 150)
		within("a callback id", s.Callback, 1, 255)
	}
	for _, c := range m.Features.Commands {
		within("a command", c.Command, 2, 32)
		within("a command's description", c.Description, 1, 2000)
		within("a command's usage", c.Usage, 1, 1000)
	}
}

func TestManifestRefuses(t *testing.T) {
	for want, o := range map[string]ManifestOptions{
		"35 characters":       {Name: strings.Repeat("a", 36)},
		"one line":            {Name: "a\nb"},
		"31 lower-case":       {Command: "/Attache"},
		"without spaces":      {Command: "/at tache"},
		"is not a slash":      {Command: "attache"},
		`"/" is not`:          {Command: "/"},
		"https only":          {URL: "http://alerts.example.org"},
		"alerts.example.org":  {URL: "alerts"},
		"there is a slash":    {URL: "https://alerts.example.org/"},
		"the address is not ": {URL: "https://me:hunter2@alerts.example.org"},
	} {
		_, err := Manifest(o)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%+v: %v, want %q", o, err, want)
		}
	}
}

func TestBotName(t *testing.T) {
	for name, want := range map[string]string{
		"Attaché": "attache", "Desk Bot 2": "desk-bot-2", "a_b.c-d": "a_b.c-d", "外交": "attache", " x ": "x",
	} {
		if got := botName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// The table of scopes, the manifest and the README say the same.
func TestScopes(t *testing.T) {
	_, m := made(t, ManifestOptions{})
	var names []string
	for _, s := range Scopes {
		names = append(names, s.Name)
		if s.Reason == "" {
			t.Errorf("%s: no reason", s.Name)
		}
	}
	if !slices.IsSorted(names) || !slices.Equal(m.OAuth.Scopes.Bot, names) {
		t.Errorf("the manifest asks for %q, the table has %q", m.OAuth.Scopes.Bot, names)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var shown []Scope
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_]+(?::[a-z]+)?)` \\| (.+) \\|$").FindAllStringSubmatch(string(readme), -1) {
		shown = append(shown, Scope{row[1], strings.ReplaceAll(row[2], "`", "")})
	}
	if !slices.Equal(shown, Scopes) {
		t.Errorf("the README shows\n%q\nthe table has\n%q", shown, Scopes)
	}
}

// The link carries the same manifest, and nothing in it ends the parameter.
func TestManifestLink(t *testing.T) {
	text, want := made(t, ManifestOptions{Name: "A & B + C #1"})
	link, err := ManifestLink(text)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(link)
	if err != nil || u.Fragment != "" || u.Query().Get("new_app") != "1" || strings.ContainsAny(link, "+ \"") {
		t.Fatalf("%v: %s", err, link)
	}
	var got manifest
	if err := json.Unmarshal([]byte(u.Query().Get("manifest_json")), &got); err != nil || got.Display != want.Display {
		t.Errorf("%v: %+v", err, got)
	}
	if len(link) > 8000 {
		t.Errorf("%d bytes are more than servers take", len(link))
	}
}
