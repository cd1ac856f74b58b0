package matrix

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/bottest"
)

// TestMonsters renders what is too long, too much or too odd.
func TestMonsters(t *testing.T) {
	for name, words := range bottest.Odd() {
		for _, address := range []string{"", "https://a.example/?q=" + strings.Repeat("&x|y<z>", 280), "https://a.example/" + strings.Repeat("&", 90)} {
			checkAll(t, fmt.Sprintf("%s, an address of %d", name, len(address)), bottest.Monster(words, address, 0))
		}
		checkAll(t, name+", many times", bottest.Monster(words, "https://a.example/"+strings.Repeat("&", 90), 60))
	}
	m := bottest.Monster("x ", "https://a.example/"+strings.Repeat("&", 1900), 64)
	m.Title.Text = strings.Repeat("👩🏽‍❤️‍💋‍👨🏿", 10_000)
	m.Rules = strings.Split(strings.Repeat("word ", 1000), " ")
	m.Matched = m.Rules
	checkAll(t, "many rules", m)
}

// checkAll renders a message in every way there is, as every kind.
func checkAll(t *testing.T, name string, m bot.Message) {
	t.Helper()
	for m := range bottest.Every(m) {
		list := []words{looks.render(m)}
		if m.Kind == bot.KindNotice {
			list = notices(m)
		} else if w, ok := reply(m); ok {
			list = append(list, w)
		}
		if n := len(list); n < 1 || n > maxPages {
			t.Errorf("%s: %d pages", name, n)
		}
		for _, w := range list {
			for _, fault := range faults(w) {
				t.Errorf("%s, %s: %.600s", name, m.Kind, fault)
			}
		}
	}
}

func FuzzRender(f *testing.F) {
	f.Add("Velm & Karsia @room <b>", "https://wire.example/a?b=c|d", "agency", "@alice:velm.example", 3, 9, int64(12), int64(1_800_000_000), 2)
	f.Add("\u202e停火 👩🏽‍❤️‍💋‍👨🏿 z\u0301\u0301", "javascript:alert(1)", "<u>", "@ROOM", -1, 4, int64(-1), int64(-1), 60)
	f.Add("@room", "https://matrix.to/#/@a:b", "@ro", "om", 1, 2, int64(0), int64(1<<50), 0)
	f.Add("!a:b #c:d matrix:u/e matrix.to", "https://x@MATRIX%2Eto./#/@a:b", "שלום", "\u2066", 0, 1<<40, int64(1), int64(0), 3)
	f.Add("</p><script>", "https://x.example/@room#/!a", "\xff", "וקראו", 0, 3, int64(1), int64(0), 1)
	f.Fuzz(func(t *testing.T, words, address, tier, user string, from, to int, story, when int64, n int) {
		if len(words) > 1<<10 { // TestMonsters has those
			return
		}
		text := bot.Text{Text: words, Marks: []bot.Mark{{Start: from, End: to}, {Start: to, End: to + 1}, {Start: 1, End: 2}}}
		m := bottest.Monster(words, address, min(max(n, 0), 3))
		m.Title, m.Tier, m.Story = text, bottest.Monster(tier, "", 0).Tier, story
		m.Published, m.Seen, m.Claim, m.Muted = time.Unix(when, 0), time.Unix(0, when), &bot.Claim{User: user}, user
		m.Severity, m.Summary = bot.Severity(tier), append(m.Summary, text)
		m.Rules, m.Matched = append(m.Rules, tier, user), append(m.Matched, user, tier)
		for i := range m.Changes {
			m.Changes[i].At = time.Unix(when, 0)
		}
		checkAll(t, "", m)
	})
}

func BenchmarkRender(b *testing.B) {
	for name, m := range map[string]bot.Message{
		"card": bottest.Joined(), "digest": bottest.Several(), "answer": bottest.LongNotice(), "monster": bottest.Monster(strings.Repeat(`"&<word> `, 2000), "https://a.example/", 60),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if m.Kind == bot.KindNotice {
					notices(m)
				} else {
					looks.render(m)
				}
			}
		})
	}
}
