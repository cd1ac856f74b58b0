package slack

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"attache/bot"
	"attache/bot/bottest"
	"attache/feeds"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a message with testdata/message/name.json, which .ci/slack
// holds to Slack's own types.
func golden(t *testing.T, name string, p payload) {
	t.Helper()
	if err := limits(p); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	goldenJSON(t, "message/"+name, map[string]any{"text": p.Text, "blocks": unmarshaled(t, p.Blocks)})
}

// goldenJSON compares a value with its file in testdata.
func goldenJSON(t *testing.T, name string, v any) {
	t.Helper()
	var got bytes.Buffer
	encoder := json.NewEncoder(&got)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", filepath.FromSlash(name)+".json")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s differs (go test -update writes it anew):\n%s", file, got.Bytes())
	}
}

// unmarshaled is blocks as JSON knows them, without Go's escapes for HTML.
func unmarshaled(t *testing.T, blocks []slack.Block) []any {
	t.Helper()
	list := []any{}
	if len(blocks) == 0 {
		return list
	}
	raw, err := json.Marshal(blocks)
	if err == nil {
		err = json.Unmarshal(raw, &list)
	}
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestRenderGolden(t *testing.T) {
	for name, m := range map[string]bot.Message{
		"flash": flash(), "arabic": arabic(), "hostile": hostile(), "joined": joined(),
		"corrected-itself": ownCorrection(), "corrected": otherCorrection(), "claimed": claimedAndMuted(), "digest": several(),
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, name, render(m))
			golden(t, name+"-plain", payload{Text: plain(m)})
			if p, ok := reply(m); ok {
				golden(t, name+"-reply", p)
			}
		})
	}
}

func TestHeadline(t *testing.T) {
	bare := flash()
	bare.Summary, bare.Severity = nil, bot.Normal
	nameless := bare
	nameless.Outlet = " "
	for want, m := range map[string]bot.Message{
		"FLASH · Velm Foreign Ministry: Velm and Karsia announce immediate ceasefire along the northern corridor\nThe ministers of both": flash(),
		"Velm Foreign Ministry: Velm and Karsia announce":                                          bare,
		"Velm and Karsia announce":                                                                 nameless,
		"Correction · Northern Wire: Karsia's envoy in Oster was not recalled — He is":             otherCorrection(),
		"6 alerts: Velm and Karsia announce immediate ceasefire along the northern corridor; وزير": several(),
		"Alert": {},
	} {
		if got := render(m).Text; !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q…", got, want)
		}
	}
}

func TestStruck(t *testing.T) {
	later := otherCorrection()
	later.Kind = bot.KindUpdate // another outlet joined after the correction
	for name, test := range map[string]struct {
		m                 bot.Message
		corrected, struck bool
	}{
		"by another item":       {otherCorrection(), true, true},
		"by an edit of its own": {ownCorrection(), true, false},
		"then updated":          {later, true, true},
		"never":                 {flash(), false, false},
	} {
		if test.m.Corrected() != test.corrected || test.m.Struck() != test.struck {
			t.Errorf("%s: corrected %t, struck %t, want %t and %t", name, test.m.Corrected(), test.m.Struck(), test.corrected, test.struck)
		}
	}
}

func TestReply(t *testing.T) {
	silent := joined()
	silent.Silent = true
	for name, m := range map[string]bot.Message{"silent": silent, "nothing": flash()} {
		if p, ok := reply(m); ok {
			t.Errorf("%s: a reply %q", name, p.Text)
		}
	}
	after := otherCorrection()
	after.Changes = append(after.Changes, bot.Change{What: bot.ToldBy, Who: "Late Wire", Now: "Envoy home"})
	if p, _ := reply(after); !strings.HasPrefix(p.Text, "Correction · Northern Wire: ") || !strings.Contains(p.Text, "Late Wire") {
		t.Errorf("a correction that others followed: %q", p.Text)
	}
	inDigest := joined()
	inDigest.Alerts = several().Alerts
	if p, _ := reply(inDigest); !strings.HasPrefix(p.Text, inDigest.Title.Text+"\nAlso told by The Harbour Daily (6 outlets): “Guns fall silent") {
		t.Errorf("in a digest: %q", p.Text)
	}
	same := joined()
	same.Changes = []bot.Change{{What: bot.ToldBy, Who: "Copy", Now: same.Title.Text}}
	if p, _ := reply(same); p.Text != "Also told by Copy (6 outlets)" {
		t.Errorf("in the same words: %q", p.Text)
	}
}

func TestStoryOf(t *testing.T) {
	roundTrip := func(m bot.Message) []slack.Block {
		raw, err := json.Marshal(slack.Blocks{BlockSet: render(m).Blocks})
		if err != nil {
			t.Fatal(err)
		}
		var blocks slack.Blocks
		if err := json.Unmarshal(raw, &blocks); err != nil {
			t.Fatal(err)
		}
		return blocks.BlockSet
	}
	for name, test := range map[string]struct {
		m    bot.Message
		want int64
	}{"alert": {flash(), 12}, "claimed": {claimedAndMuted(), 14}, "digest": {several(), 0}, "notice": {helpNotice(), 0}} {
		if id, ok := storyOf(roundTrip(test.m)); id != test.want || ok != (test.want != 0) {
			t.Errorf("%s: %d, %t", name, id, ok)
		}
	}
	for _, value := range []string{"", "why", "why x", "why -1", "why 99999999999999999999", "list"} {
		row := slack.NewActionBlock("", slack.NewButtonBlockElement("do:why", value, plainText("Why", 75)))
		if id, ok := storyOf([]slack.Block{row, &slack.ActionBlock{}, nil}); ok {
			t.Errorf("%q is story %d", value, id)
		}
	}
}

// TestMonsters renders what is too long, too much or too odd.
func TestMonsters(t *testing.T) {
	for name, words := range bottest.Odd() {
		for _, address := range []string{"", "https://a.example/?q=" + strings.Repeat("&x|y<z>", 300), "https://a.example/" + strings.Repeat("p", 2900)} {
			for _, n := range []int{1, 60} {
				checkAll(t, fmt.Sprintf("%s, %d times, an address of %d", name, n, len(address)), bottest.Monster(words, address, n))
			}
		}
	}
}

// checkAll renders a message in every way there is, as every kind.
func checkAll(t *testing.T, name string, m bot.Message) {
	t.Helper()
	for m := range bottest.Every(m) {
		pages := []payload{render(m)}
		if m.Kind == bot.KindNotice {
			pages = notices(m)
		} else if p, ok := reply(m); ok {
			pages = append(pages, p)
		}
		if n := len(pages); n < 1 || n > maxPages {
			t.Errorf("%s: %d pages", name, n)
		}
		for _, p := range append(pages, payload{Text: plain(m)}) {
			if err := limits(p); err != nil {
				t.Errorf("%s, %s: %v", name, m.Kind, err)
			}
		}
	}
}

// TestDigestKeepsAll renders as many alerts as the platform asks to have put
// together; each has its place and its menu.
func TestDigestKeepsAll(t *testing.T) {
	_, together := (*Slack)(nil).Crowd()
	m := bot.Message{Kind: bot.KindDigest}
	for range together {
		m.Alerts = append(m.Alerts, joined())
	}
	p := render(m)
	if err := limits(p); err != nil {
		t.Error(err)
	}
	menus := 0
	for _, b := range p.Blocks {
		if s, ok := b.(*slack.SectionBlock); ok && s.Accessory != nil && strings.Contains(s.Text.Text, "declared that all fire") {
			menus++
		}
	}
	if menus != together {
		t.Errorf("%d of %d alerts with their menu and sentence", menus, together)
	}
	if n := strings.Count(plain(m), "Velm and Karsia announce immediate"); n != together {
		t.Errorf("%d of %d alerts in plain text", n, together)
	}
}

// TestNothingObeys looks for whatever Slack would act on in the words of a
// hostile feed.
func TestNothingObeys(t *testing.T) {
	m := hostile()
	many := bot.Message{Kind: bot.KindDigest, Alerts: []bot.Message{m}}
	answer := notice(bot.Line{Text: m.Title.Text, URL: m.URL, Detail: m.Outlet, Story: 3})
	update, _ := reply(m)
	for name, p := range map[string]payload{"card": render(m), "plain": {Text: plain(m)}, "reply": update, "digest": render(many), "answer": notices(answer)[0]} {
		if err := limits(p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for text := range texts(unmarshaled(t, p.Blocks), p.Text) {
			for _, bad := range []string{"<!", "<@", "<#", "<https://evil", "javascript:", "*bold*", "_it_", "~no~", "`code`", ":skull:"} {
				if strings.Contains(strings.ReplaceAll(text, "<!date^", ""), bad) {
					t.Errorf("%s: %q in %q", name, bad, text)
				}
			}
		}
	}
}

// texts yields every text that Slack parses.
func texts(v any, more ...string) func(func(string) bool) {
	var list []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if v["type"] == "mrkdwn" {
				list = append(list, str(v["text"]))
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(v)
	return slices.Values(append(list, more...))
}

func FuzzRender(f *testing.F) {
	f.Add("Velm & Karsia <!channel>", "https://wire.example/a?b=c|d", "agency", "U012AB", 3, 9, int64(12), int64(1_800_000_000), 2)
	f.Add("\u202e停火 👩🏽‍❤️‍💋‍👨🏿 z\u0301\u0301", "javascript:alert(1)", "*x*", "<!here>", -1, 4, int64(-1), int64(-1), 60)
	f.Add(`"\"\ :skull: > `, "https://мид.example:80/\"<>?<|>#`", "", "", 0, 1<<40, int64(0), int64(1<<50), 0)
	f.Add(` :"`, "https://wire.example/", "", "", 1, 2, int64(1), int64(0), 1) // nothing to see before the mark
	f.Fuzz(func(t *testing.T, words, address, tier, user string, from, to int, story, when int64, n int) {
		if len(words) > 1<<16 {
			return
		}
		text := bot.Text{Text: words, Marks: []bot.Mark{{Start: from, End: to}, {Start: to, End: to + 1}, {Start: 1, End: 2}}}
		m := bottest.Monster(words, address, min(max(n, 0), 60))
		m.Title, m.Tier, m.Story = text, feeds.Tier(tier), story
		m.Published, m.Claim, m.Muted = time.Unix(when, 0), &bot.Claim{User: user}, user
		m.Severity, m.Summary = bot.Severity(tier), append(m.Summary, text)
		for i := range m.Changes {
			m.Changes[i].At = time.Unix(when, 0)
		}
		checkAll(t, "", m)
	})
}

func BenchmarkRender(b *testing.B) {
	for name, m := range map[string]bot.Message{"card": joined(), "digest": several(), "answer": longNotice(), "monster": bottest.Monster(strings.Repeat(`"&<word> `, 2000), "https://a.example/", 60)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if m.Kind == bot.KindNotice {
					notices(m)
				} else {
					render(m)
				}
			}
		})
	}
}
