package bot_test

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"attache/bot"
	"attache/bot/command"
	"attache/storage"
)

// Where people type something before a line, no answer tells them to type one
// without it.
func TestPrefix(t *testing.T) {
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "a.db"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	b, err := bot.Open(context.Background(), bot.Options{Store: db})
	if err != nil {
		t.Fatal(err)
	}
	told := regexp.MustCompile(`(?:Type |For example: |Usage: |To undo: |with )(\S+)`)
	for _, line := range []string{
		"list", "latest", "zzz", "help zzz", "help set", "subscribe", "subscribe Iran", "set", "set 9", "set 1 name Gulf", "unsubscribe", "unsubscribe 7",
		"unsubscribe 1", "why", "why 7", "story", "claim", "claim 7", "release", "mute", "unmute", "latest x", "search",
	} {
		m := b.Answer(t.Context(), bot.Command{Channel: "slack:T1/C1", Role: command.Editor, Line: line, Prefix: "/attache"})
		for _, l := range m.Lines {
			for _, said := range told.FindAllStringSubmatch(l.Text, -1) {
				if said[1] != "/attache" {
					t.Errorf("%s is answered: %s", line, l.Text)
				}
			}
			if l.Code && !strings.HasPrefix(l.Text, "/attache ") {
				t.Errorf("%s is answered: %s", line, l.Text)
			}
		}
		if len(m.Lines) == 0 {
			t.Errorf("%s is not answered", line)
		}
	}
}
