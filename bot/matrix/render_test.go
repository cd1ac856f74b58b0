package matrix

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attache/bot"
	"attache/bot/bottest"
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
	m.Severity = bot.Normal
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

// TestFirstLine looks at what a notification shows.
func TestFirstLine(t *testing.T) {
	bare := plain()
	bare.Title.Text = " "
	for want, m := range map[string]bot.Message{
		"Velm and Karsia announce immediate ceasefire along the northern corridor\nVelm Foreign Ministry (official) · 23 Nov 10:02 UTC\n": plain(),
		"FLASH · Velm and Karsia announce":                                                        bottest.Flash(),
		"URGENT · Corrected, no longer stands · Karsia recalls its envoy":                         bottest.OtherCorrection(),
		"URGENT · Corrected · Karsia's envoy in Oster is on planned leave and was not recalled\n": bottest.OwnCorrection(),
		"6 alerts at once, here together\n\nVelm and Karsia":                                      bottest.Several(),
		"Alert\nVelm Foreign Ministry (official)":                                                 bare,
		"Alert": {},
	} {
		if got := looks.render(m).Body; !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q…", got, want)
		}
	}
}

func TestReply(t *testing.T) {
	silent := bottest.Joined()
	silent.Silent = true
	for name, m := range map[string]bot.Message{"silent": silent, "nothing": bottest.Flash()} {
		if w, ok := reply(m); ok {
			t.Errorf("%s: a reply %q", name, w.Body)
		}
	}
	after := bottest.OtherCorrection()
	after.Changes = append(after.Changes, bot.Change{What: bot.ToldBy, Who: "Late Wire", Now: "Envoy home"})
	if w, _ := reply(after); !strings.HasPrefix(w.Body, "Corrected by Northern Wire: Karsia's envoy in Oster was not recalled") || !strings.Contains(w.Body, "Late Wire") {
		t.Errorf("a correction that others followed: %q", w.Body)
	}
	inDigest := bottest.Joined()
	inDigest.Alerts = bottest.Several().Alerts
	if w, _ := reply(inDigest); !strings.HasPrefix(w.Body, inDigest.Title.Text+"\n\nAlso told by The Harbour Daily (6 outlets): “Guns fall silent") {
		t.Errorf("in a digest: %q", w.Body)
	}
	same := bottest.Joined()
	same.Changes = []bot.Change{{What: bot.ToldBy, Who: "Copy", Now: same.Title.Text}}
	if w, _ := reply(same); w.Body != "Also told by Copy (6 outlets)" {
		t.Errorf("in the same words: %q", w.Body)
	}
}

// TestDigestKeepsAll renders as many alerts as are put together; each has its
// place, its sentence and its address.
func TestDigestKeepsAll(t *testing.T) {
	m := bot.Message{Kind: bot.KindDigest}
	for i := range 10 {
		a := bottest.Joined()
		a.Story = int64(100 + i)
		m.Alerts = append(m.Alerts, a)
	}
	w := looks.render(m)
	for _, fault := range faults(w) {
		t.Error(fault)
	}
	for i := range m.Alerts {
		if n := fmt.Sprintf("6 outlets · #%d", 100+i); !strings.Contains(w.Body, n) || !strings.Contains(w.HTML, n) {
			t.Errorf("%s is not there", n)
		}
	}
	for _, words := range []string{"declared that all fire", "matched", "https://mfa.velm.example/statements/118?lang=en"} {
		if n := strings.Count(strings.ToLower(w.Body), words); n != 10 {
			t.Errorf("%q %d times", words, n)
		}
	}
	if !strings.HasSuffix(w.Body, "By number: !attache claim 100, or mute, why, story.") {
		t.Error(w.Body)
	}
}

// TestDigestCountsTheRest renders more alerts than a message holds.
func TestDigestCountsTheRest(t *testing.T) {
	m := bot.Message{Kind: bot.KindDigest}
	for range 200 {
		m.Alerts = append(m.Alerts, bottest.Joined())
	}
	w := looks.render(m)
	for _, fault := range faults(w) {
		t.Error(fault)
	}
	var more int
	_, after, _ := strings.Cut(w.Body, "\nAnd ")
	if _, err := fmt.Sscan(after, &more); err != nil || strings.Count(w.Body, "#12")+more != 200 || more > 190 {
		t.Errorf("%d shown, %d counted (%v)", strings.Count(w.Body, "#12"), more, err)
	}
}
