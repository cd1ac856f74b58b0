package bottest

import (
	"fmt"
	"iter"
	"strings"

	"attache/bot"
	"attache/feeds"
)

// Odd is words that are too long, too much or too odd, by what is odd about
// them.
func Odd() map[string]string {
	long := func(text string) string { return strings.Repeat(text, 4000/len(text)+1) }
	return map[string]string{
		"empty": "", "spaces": "  \n ", "zero width": "\u200b\u200d", "long": long("word "), "one word": long("x"), "escapes": long("&<>"),
		"quotes": long(`"\`), "emoji": long("👩🏽‍❤️‍💋‍👨🏿🇺🇳"), "tower": "z" + long("\u0301"), "joined": long("a\u200d\u0301"), "chinese": long("停火协议"),
		"arabic": long("وقف إطلاق النار "), "both directions": long("a ב"), "no UTF-8": long("\xff\xfe a"), "controls": long("\x00\x1b\u202e\u2067\u2028"),
		"markup": long("*_~`|:x:"), "signs": long("@@!!#") + "a:b", "everybody": long("@room"), "permalinks": long("matrix.to"),
	}
}

// Monster is a message of these words, everywhere, and n of whatever there may
// be many.
func Monster(words, address string, n int) bot.Message {
	text := bot.Text{Text: words}
	for i := range min(len(words), 400) / 2 {
		text.Marks = append(text.Marks, bot.Mark{Start: 2 * i, End: 2*i + 1})
	}
	m := bot.Message{
		Kind: bot.KindUpdate, Severity: bot.Flash, Story: 1<<63 - 1, Title: text, URL: address, Outlet: words, Tier: feeds.Tier(words),
		Published: At("10:00"), Claim: &bot.Claim{User: words, At: At("10:00")}, Muted: words,
	}
	for i := range n {
		m.Summary = append(m.Summary, text)
		m.Rules = append(m.Rules, words)
		m.Matched = append(m.Matched, words)
		m.Sources = append(m.Sources, bot.Source{Outlet: words + fmt.Sprint(i), Tier: m.Tier, Title: words, URL: address})
		m.Changes = append(m.Changes, bot.Change{At: At("10:00"), What: []string{bot.CorrectedBy, bot.RetitledBy, words}[i%3], Who: words, Was: words, Now: words, URL: address})
		m.Lines = append(m.Lines, bot.Line{Text: words, URL: address, Detail: words, Story: int64(i)}, bot.Line{Text: words, Code: true}, bot.Line{Text: words})
	}
	return m
}

// Every is a message as a card and as a correction, as many of them in a digest,
// and as a notice.
func Every(m bot.Message) iter.Seq[bot.Message] {
	return func(yield func(bot.Message) bool) {
		corrects, many, notice := m, m, m
		corrects.Kind, many.Kind, notice.Kind = bot.KindCorrection, bot.KindDigest, bot.KindNotice
		for range max(1, len(m.Summary)) {
			many.Alerts = append(many.Alerts, m)
		}
		_ = yield(m) && yield(corrects) && yield(many) && yield(notice)
	}
}
