package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"attache/bot"
	"attache/storage"
)

// arrows says which rooms of ours a room may look at. Data goes one way; a
// room without a row here has no place in the house yet.
var arrows = map[string][]string{
	".":                     {"bot/cli", "feeds"},
	"feeds":                 {"feeds/charset", "feeds/date", "feeds/repair", "feeds/tree"},
	"feeds/charset":         {},
	"feeds/date":            {},
	"feeds/repair":          {},
	"feeds/tree":            {},
	"feeds/discover":        {"feeds", "feeds/date", "feeds/tree"},
	"feeds/opml":            {"feeds", "feeds/charset", "feeds/repair"},
	"feeds/feedstest":       {"feeds"},
	"storage":               {"bot", "bot/rule", "feeds"},
	"storage/storagetest":   {"bot", "feeds"},
	"bot":                   {"bot/command", "bot/rule", "bot/story", "bot/summary", "feeds"},
	"bot/rule":              {},
	"bot/story":             {"feeds"},
	"bot/summary":           {},
	"bot/command":           {},
	"bot/config":            {},
	"bot/demo":              {},
	"bot/console":           {"bot", "bot/command"},
	"bot/server":            {},
	"bot/seal":              {},
	"bot/web":               {"bot", "bot/command", "bot/server"},
	"bot/slack":             {"bot", "bot/command", "bot/seal", "bot/server"},
	"bot/slack/slacktest":   {},
	"bot/matrix":            {"bot", "bot/command", "bot/seal"},
	"bot/matrix/matrixtest": {},
	"bot/bottest":           {"bot", "bot/command", "feeds"},
	"bot/cli": {"bot", "bot/config", "bot/console", "bot/demo", "bot/matrix", "bot/rule", "bot/slack", "bot/web",
		"feeds", "feeds/discover", "feeds/opml", "storage"},
}

// testArrows says what tests may look at beside that: rooms made for tests,
// and a real database where there would otherwise be a mock.
var testArrows = map[string][]string{
	".":              {"bot", "storage"},
	"feeds":          {"feeds/feedstest"},
	"feeds/discover": {"feeds/feedstest"},
	"storage":        {"storage/storagetest"},
	"bot":            {"storage"},
	"bot/console":    {"bot/bottest"},
	"bot/web":        {"bot/bottest", "feeds"},
	"bot/matrix":     {"bot/bottest", "bot/matrix/matrixtest", "storage"},
	"bot/slack":      {"bot/bottest", "bot/slack/slacktest", "feeds", "storage"},
	"bot/cli":        {"bot/matrix/matrixtest", "bot/slack/slacktest", "feeds/feedstest"},
}

func TestArrows(t *testing.T) {
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") {
			return err
		}
		room := filepath.ToSlash(filepath.Dir(file))
		allowed, ok := arrows[room]
		if !ok {
			t.Errorf("room %s has no row in the table of arrows", room)
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			to, ours := strings.CutPrefix(name, "attache/")
			if !ours || slices.Contains(allowed, to) {
				continue
			}
			if strings.HasSuffix(file, "_test.go") && (to == room || slices.Contains(testArrows[room], to)) {
				continue
			}
			t.Errorf("%s looks at %s; from %s one may look at %v", file, to, room, allowed)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTop holds the top level closed: the customer fixed it.
func TestTop(t *testing.T) {
	allowed := []string{"bot", "feeds", "storage", "main.go", "main_test.go", "config.example.toml", "go.mod", "go.sum", "README.md", "LICENSE"}
	files, err := filepath.Glob("*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !slices.Contains(allowed, f) && f[0] != '.' && path.Ext(f) != ".db" && f != "attache" {
			t.Errorf("%s has no place at the top level", f)
		}
	}
}

// TestReadme holds the README to the files it names.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`[\w./-]+\.(?:png|go|toml)\b|bot/[\w/]+|\.ci/run`).FindAllString(string(text), -1)
	if len(named) < 5 {
		t.Errorf("found only %q", named)
	}
	for _, file := range named {
		if _, err := os.Stat(file); err != nil {
			t.Errorf("the README names %s: %v", file, err)
		}
	}
}

// TestKill runs the demo as a user would, kills it over and over without
// warning and starts it again on the same database. Whatever an undisturbed run
// tells is told, and nothing is told twice, but for the alert that was on its
// way to standard output when the kill came: no output can be asked what it has
// shown. (Which of two outlets comes first, and so is quoted, is for the clock
// to decide: items are compared, not cards.)
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short: it runs the demo twice, for 25 s together")
	}
	t.Parallel()
	attache := build(t)
	whole, killed := filepath.Join(t.TempDir(), "whole.db"), filepath.Join(t.TempDir(), "killed.db")
	demo(t, attache, whole).wait(t, newTranscript())

	said := newTranscript()
	for _, after := range []time.Duration{300, 900, 1700, 600, 1300, 2100} {
		d := demo(t, attache, killed)
		time.AfterFunc(after*time.Millisecond, func() { d.cmd.Process.Kill() })
		d.read(t, said)
		_ = d.cmd.Wait() // it was killed
	}
	demo(t, attache, killed).wait(t, said)

	want, _ := record(t, whole)
	got, alerts := record(t, killed)
	if len(want) < 50 {
		t.Errorf("the undisturbed demo told only %d items", len(want))
	}
	for item := range want {
		if !got[item] {
			t.Errorf("never told: %s", item)
		}
	}
	for alert := range alerts {
		if n := said.alerts[alert]; n != 1 {
			t.Errorf("said %d times: %s", n, alert)
		}
	}
	if len(said.alerts) != len(alerts) {
		t.Errorf("%d alerts said, %d on record", len(said.alerts), len(alerts))
	}
	t.Logf("%d tellings undisturbed, %d through 6 kills, in %d alerts", len(want), len(got), len(alerts))
}

// record reads a database that a demo has left: which items were told or joined
// a told story, as "channel feed id", and which alerts were sent, as "channel
// story".
func record(t *testing.T, file string) (told, alerts map[string]bool) {
	t.Helper()
	db, err := storage.Open(t.Context(), file, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	items, err := db.Recent(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	told, alerts = map[string]bool{}, map[string]bool{}
	for _, it := range items {
		for _, c := range []bot.Channel{"console:", "web:desk"} {
			h, err := db.Story(t.Context(), it.Story, c)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range h.Matches {
				if m.Item == it.Number && m.Outcome != bot.Baseline {
					told[fmt.Sprint(c, " ", it.Item.Feed, " ", it.Item.ID)] = true
				}
			}
			for _, d := range h.Deliveries {
				if d.State != bot.Sent {
					t.Errorf("story %d in %s: the %s is %s", it.Story, c, d.Kind, d.State)
				}
				alerts[fmt.Sprint(c, " ", it.Story)] = true
			}
		}
	}
	return told, alerts
}

// build builds the program and returns its path.
func build(t *testing.T) string {
	t.Helper()
	attache := filepath.Join(t.TempDir(), "attache")
	if out, err := exec.Command("go", "build", "-o", attache, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return attache
}

// running is a demo that prints JSON.
type running struct {
	cmd *exec.Cmd
	out *bufio.Scanner
}

func demo(t *testing.T, attache, db string) running {
	cmd := exec.CommandContext(t.Context(), attache, "demo", "--once", "--json", "--for", "10s", "--listen", "127.0.0.1:0", "--db", db)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return running{cmd, bufio.NewScanner(out)}
}

// transcript is what a demo said in all its lives.
type transcript struct {
	alerts map[string]int           // how often each alert was said, by channel and story
	last   map[bot.Channel]bot.Said // what each channel heard last
}

func newTranscript() transcript { return transcript{map[string]int{}, map[bot.Channel]bot.Said{}} }

// read notes what the demo says until it ends. The first words of a life that
// were the last of the one before do not count again.
func (r running) read(t *testing.T, tr transcript) {
	awake := map[bot.Channel]bool{}
	for r.out.Scan() {
		var s bot.Said
		if err := json.Unmarshal(r.out.Bytes(), &s); err != nil {
			continue // the kill cut it short
		}
		before := tr.last[s.Channel]
		if !awake[s.Channel] && before.Story == s.Story && before.Kind == s.Kind {
			t.Logf("repeated after a kill: %s of story %d to %s", s.Kind, s.Story, s.Channel)
		} else if s.Kind == bot.KindAlert {
			tr.alerts[fmt.Sprint(s.Channel, " ", s.Story)]++
		}
		awake[s.Channel], tr.last[s.Channel] = true, s
	}
}

func (r running) wait(t *testing.T, tr transcript) {
	t.Helper()
	r.read(t, tr)
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("the demo ended with %v", err)
	}
}

// TestTerminate sends SIGTERM in the middle of things: it ends in order, and
// soon.
func TestTerminate(t *testing.T) {
	t.Parallel()
	d := demo(t, build(t), filepath.Join(t.TempDir(), "demo.db"))
	if !d.out.Scan() {
		t.Fatal("the demo said nothing")
	}
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	ended := time.AfterFunc(10*time.Second, func() { d.cmd.Process.Kill() })
	defer ended.Stop()
	d.read(t, newTranscript())
	if err := d.cmd.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
}
