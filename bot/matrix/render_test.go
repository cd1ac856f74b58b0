package matrix

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/bottest"
	"attache/feeds"
)

var (
	update = flag.Bool("update", false, "write the golden files anew")
	looks  = look{Prefix: "!attache"}
)

// golden compares words with testdata/message/name.txt and name.html.
func golden(t *testing.T, name string, w words) {
	t.Helper()
	for _, fault := range faults(w) {
		t.Errorf("%s: %s", name, fault)
	}
	for ending, text := range map[string]string{".txt": w.Body, ".html": w.HTML} {
		file := filepath.Join("testdata", "message", name+ending)
		got := text + "\n"
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs (go test -update writes it anew):\n%s", file, got)
		}
	}
}

func plain() bot.Message {
	m := bottest.Flash()
	m.Severity, m.Claim = bot.Normal, nil
	return m
}

func claimedAndMuted() bot.Message {
	m := bottest.ClaimedAndMuted()
	m.Claim.User, m.Muted = "@alice:velm.example", "@bashir:oster.example"
	return m
}

// pilled is an alert from a feed that knows Matrix.
func pilled() bot.Message {
	return bot.Message{
		Kind: bot.KindAlert, Severity: bot.Normal, Story: 67, Outlet: "@room", Tier: "@Room:x", Lang: "en",
		Title:   bottest.Marked("@room @ROOM: write to @boss:velm.example in #desk:velm.example, https://matrix.to/#/@boss:velm.example", "room", "boss:velm", "@ROOM"),
		URL:     "https://matrix.to/#/@boss:velm.example",
		Summary: []bot.Text{{Text: `<mx-reply>x</mx-reply><a href="https://matrix.to/#/@a:b">a</a> matrix:u/boss:velm.example <img src=x onerror=alert(1)> <font color="red">`}},
		Rules:   []string{"@room", "!id:velm.example"}, Matched: []string{"@room"},
		Sources: []bot.Source{
			{Outlet: "@room"}, {Outlet: "One", URL: "https://www.MATRIX.to/#/#desk:velm.example"},
			{Outlet: "Two", URL: "https://wire.example/@room"}, {Outlet: "Three", URL: "https://chat.example/#/room/!id:velm.example"},
		},
		Claim: &bot.Claim{User: "@room:velm.example", At: bottest.At("09:05")}, Muted: "<b>@room",
		Published: bottest.At("09:00"), Seen: bottest.At("09:00"),
	}
}

func TestRenderGolden(t *testing.T) {
	several := bottest.Several()
	several.Alerts[3] = claimedAndMuted()
	for name, m := range map[string]bot.Message{
		"alert": plain(), "flash": bottest.Flash(), "arabic": bottest.Arabic(), "hostile": bottest.Hostile(), "pilled": pilled(), "joined": bottest.Joined(),
		"corrected-itself": bottest.OwnCorrection(), "corrected": bottest.OtherCorrection(), "claimed": claimedAndMuted(), "digest": several,
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, name, looks.render(m))
			if w, ok := reply(m); ok {
				golden(t, name+"-reply", w)
			}
		})
	}
	golden(t, "legend", legend())
}

func TestNoticeGolden(t *testing.T) {
	for name, m := range map[string]bot.Message{
		"help": bottest.HelpNotice(), "found": bottest.FoundNotice(), "mistake": bottest.MistakeNotice(), "long": bottest.LongNotice(),
	} {
		t.Run(name, func(t *testing.T) {
			pages := notices(m)
			for i, w := range pages {
				file := "notice-" + name
				if len(pages) > 1 {
					file += fmt.Sprintf("-%d", i+1)
				}
				golden(t, file, w)
			}
		})
	}
}

var _ = strings.Repeat
var _ = time.Now
var _ = feeds.Official
