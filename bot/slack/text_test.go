package slack

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"attache/bot"
)

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"a & b":              "a &amp; b",
		"<!channel> <@U1>":   "&lt;!channel&gt; &lt;@U1&gt;",
		"&amp;":              "&amp;amp;",
		"x\x1b[2J\u202ey\nz": "x[2Jy\nz",
	} {
		if got := escape(text); got != want {
			t.Errorf("escape(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestUnescape(t *testing.T) {
	for sent, want := range map[string]string{
		"subscribe iran &amp; &lt;x&gt;":            "subscribe iran & <x>",
		"&amp;lt;":                                  "&lt;",
		"search <http://reuters.com|reuters.com> x": "search reuters.com x",
		"<https://a.example/b?c=d&amp;e=f>":         "https://a.example/b?c=d&e=f",
		"<mailto:a@b.example|a@b.example>":          "a@b.example",
		"<mailto:a@b.example>":                      "a@b.example",
		"<https://a.example/|a &amp; b>":            "a & b",
		"<@U012AB|alice> in <#C012AB|desk>":         "<@U012AB> in <#C012AB>",
		"<@U012AB> <#C012AB|>":                      "<@U012AB> <#C012AB>",
		"<!here> <!subteam^S1|@desk> <tel:1|1>":     "<!here> <!subteam^S1|@desk> <tel:1|1>",
		"a < b > c <":                               "a < b > c <",
		"":                                          "",
	} {
		if got := unescape(sent); got != want {
			t.Errorf("unescape(%q) = %q, want %q", sent, got, want)
		}
	}
}

func TestLiteral(t *testing.T) {
	for _, test := range []struct {
		text string
		most int
		want string
	}{
		{"plain words", 99, "plain words"}, {"*a* _b_ ~c~ `d`", 99, "∗a∗ ˍbˍ ∼c∼ ˋdˋ"}, {"＊a＊ ＿b＿", 99, "﹡a﹡ ⸏b⸏"},
		{":skull: 10:30:45", 99, "∶skull∶ 10:30:45"}, {"> said", 99, "\u00ad&gt; said"}, {"a\nb", 99, "a b"},
		{"&&&&", 20, "&amp;&amp;&amp;&amp;"}, {"&&&&", 19, "&amp;&amp;…"}, {"&&&&&&&&", 10, "&amp;…"}, {"&", 0, ""},
	} {
		if got := literal(test.text, test.most); got != test.want {
			t.Errorf("literal(%q, %d) = %q, want %q", test.text, test.most, got, test.want)
		}
	}
}

func TestDate(t *testing.T) {
	for want, moment := range map[string]time.Time{
		"": {}, "<!date^1795428120^{date_short_pretty} {time}|23 Nov 2026, 10:02 UTC>": at("10:02"), "1 Jan 1900, 00:00 UTC": time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		if got := date(moment); got != want {
			t.Errorf("date(%v) = %q, want %q", moment, got, want)
		}
	}
}

// FuzzUnescape holds that whatever somebody types is heard as it was typed.
func FuzzUnescape(f *testing.F) {
	for _, s := range []string{"subscribe a & <b>", "<@U1|x> <https://x|y> <mailto:a|b>", "<<>|", "<#C1|", "&lt;&amp;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := unescape(escaper.Replace(text)); got != text {
			t.Errorf("typed %q, heard %q", text, got)
		}
		if got := unescape(text); len(got) > len(text) {
			t.Errorf("unescape(%q) = %q", text, got)
		}
	})
}

// FuzzLiteral holds words from outside to their place in mrkdwn.
func FuzzLiteral(f *testing.F) {
	for _, s := range []string{"a & <b>", "*_~`", ":skull:", "> x", "\u202e|", "👩🏽‍❤️‍💋‍👨🏿", "\xff"} {
		f.Add(s, s, 20)
	}
	f.Fuzz(func(t *testing.T, text, address string, most int) {
		most = min(max(most, 0), 3000)
		got := literal(text, most)
		if bot.Units(got) > most || !utf8.ValidString(got) || strings.ContainsAny(got, "<>*_~`\n") {
			t.Errorf("literal(%q, %d) = %q", text, most, got)
		}
		var l limiter
		l.markup("literal", got)
		l.markup("anchor", anchor(address, text, most, 500))
		for _, fault := range l.faults {
			t.Error(fault)
		}
	})
}
