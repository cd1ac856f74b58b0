package matrix

import (
	"strings"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/bottest"
)

func TestDisarm(t *testing.T) {
	for text, want := range map[string]string{
		"@room":                             "@\u2060room",
		"call @ROOM @Room! a@room.example":  "call @\u2060ROOM @\u2060Room! a@\u2060room.example",
		"@\u2060room is broken already":     "@\u2060room is broken already",
		"@boss:velm.example, #desk:[::1]":   "@\u2060boss:velm.example, #\u2060desk:[::1]",
		"!id:velm.example +x:velm.example":  "!\u2060id:velm.example +\u2060x:velm.example",
		"https://matrix.to/#/@boss:velm.ex": "https://matrix.\u2060to/#\u2060/@\u2060boss:velm.ex",
		"see MATRIX.TO/x or matrix.tools":   "see MATRIX.\u2060TO/x or matrix.tools",
		"matrix:u/boss:velm.example":        "matrix:\u2060u/boss:velm.example",
		"The matrix: a summary":             "The matrix: a summary",
		"#12 Velm: talks @ 10:30, +5 a@b.c": "#12 Velm: talks @ 10:30, +5 a@b.c",
		"@UN said: yes; #Velm: no":          "@UN said: yes; #Velm: no",
		"":                                  "",
	} {
		got := disarm(bot.Text{Text: text}).Text
		if got != want {
			t.Errorf("disarm(%q) = %q, want %q", text, got, want)
		}
		if again := disarm(bot.Text{Text: got}).Text; again != got {
			t.Errorf("disarm(%q) = %q: it is not broken yet", got, again)
		}
	}
}

// TestDisarmKeepsMarks looks for a mention in words of which a part is marked:
// the markup between does not break it for those who see none.
func TestDisarmKeepsMarks(t *testing.T) {
	for _, test := range []struct {
		text bot.Text
		want words
	}{
		{bottest.Marked("call @room now", "room"), words{"call @\u2060room now", "call @\u2060<u>room</u> now"}},
		{bottest.Marked("call @room now", "@"), words{"call @\u2060room now", "call <u>@</u>\u2060room now"}},
		{bottest.Marked("@room and @room", "@room and"), words{"@\u2060room and @\u2060room", "<u>@\u2060room and</u> @\u2060room"}},
		{bottest.Marked("  <b> & c ", " <b> "), words{"<b> & c", "<u>&lt;b&gt; </u>&amp; c"}},
	} {
		w := quote(test.text, 99, "u")
		if w = w.settled(false); w != test.want {
			t.Errorf("%v is\n%q, want\n%q", test.text, w, test.want)
		}
	}
}

func TestLink(t *testing.T) {
	for address, want := range map[string]string{
		"https://wire.example/a?b=c&d":                 "https://wire.example/a?b=c&d",
		"https://youtube.example/@velm":                "https://youtube.example/@velm",
		"https://wire.example/@Room":                   "https://wire.example/%40Room",
		"https://wire.example/matrix-to":               "https://wire.example/matrix-to",
		"https://matrix.to/#/@boss:velm.example":       "",
		"https://matrix.to":                            "",
		"HTTPS://MATRIX.to./x":                         "",
		"https://www.matrix.to:443/#/!a:b":             "",
		"https://matrix.to.velm.example/":              "", // Element looks no further than that
		"https://matrix%2eto/":                         "",
		"https://user:secret@wire.example/":            "",
		"https://matrix.to@wire.example/":              "",
		"https://chat.velm.example/#/room/!a:b":        "",
		"https://chat.velm.example/#%2Froom%2F!a:b":    "",
		"https://wire.example/?to=//matrix.to/":        "",
		"https://wire.example/%252Fmatrix%252Eto%252F": "",
		"matrix:u/boss:velm.example":                   "", "javascript:alert(1)": "", "//wire.example": "", "": "", "mxc://velm.example/a": "",
		"https://wire.example/" + strings.Repeat("x", 100):          "",
		"https://wire.example/" + strings.Repeat("x", 75) + "@room": "", // too long once it is escaped
	} {
		if got := link(address, 100); got != want {
			t.Errorf("link(%q) = %q, want %q", address, got, want)
		}
	}
	// Wide letters that browsers take for others: whatever it links to, it is not
	// what a client looks for.
	if got := link("https://ｍatrix。to/#/@a:b", 100); got != "" && !strings.HasPrefix(got, "https://xn--") {
		t.Error(got)
	}
}

// TestDirections looks for isolates: around everything in a message that begins
// from right to left, only where they are needed in others, and nowhere in most.
func TestDirections(t *testing.T) {
	for name, test := range map[string]struct {
		m       bot.Message
		lines   int // in plain text
		isolate int // of them, with isolates
	}{
		"left to right": {bottest.Flash(), 5, 0}, "one name in it": {bottest.Joined(), 10, 1}, "right to left": {bottest.Arabic(), 5, 4}, // and a bare address
	} {
		w := looks.render(test.m)
		var with int
		var list []string
		for l := range strings.SplitSeq(w.Body, "\n") {
			if l == "" {
				continue
			}
			if list = append(list, l); strings.HasPrefix(l, leftToRight) && strings.HasSuffix(l, popIsolate) {
				with++
			} else if strings.ContainsAny(l, leftToRight+asItIs+popIsolate) {
				t.Errorf("%s: %q", name, l)
			}
		}
		if len(list) != test.lines || with != test.isolate {
			t.Errorf("%s: %d lines, %d with isolates:\n%q", name, len(list), with, list)
		}
		if strings.Contains(w.HTML, leftToRight) != (test.isolate > 0) {
			t.Errorf("%s: %q", name, w.HTML)
		}
	}
}

func TestStamp(t *testing.T) {
	zone := time.FixedZone("VET", -4*3600)
	eve := time.Date(2026, 12, 31, 22, 30, 0, 0, zone)
	for _, test := range []struct {
		t, seen time.Time
		want    string
	}{
		{bottest.At("10:02"), bottest.At("10:03"), "23 Nov 10:02 UTC"},
		{eve, eve, "1 Jan 02:30 UTC"},
		{eve, bottest.At("10:03"), "1 Jan 2027 02:30 UTC"},
		{bottest.At("10:02"), time.Time{}, "23 Nov 2026 10:02 UTC"},
		{time.Time{}, eve, ""},
	} {
		if got := stamp(test.t, test.seen); got.Body != test.want || got.HTML != test.want {
			t.Errorf("stamp(%v, %v) = %q, want %q", test.t, test.seen, got, test.want)
		}
	}
}
