package feeds

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for _, test := range []struct{ source, want string }{
		{"", ""},
		{" two \n words ", "two words"},
		{"<p>one</p><p>two<br>three</p>", "one\ntwo\nthree"},
		{"<p> one </p> \n <p>\n</p><p> two</p>", "one\ntwo"},
		{"<b>in</b>divisible <i>word</i>", "indivisible word"},
		{"<td>a</td><td>b</td>", "a b"},
		{"a&nbsp;b c　d e", "a b c d e"},
		{"AT&amp;T &#8211; &quot;x&quot; &eacute;", "AT&T – \"x\" é"},
		{"&amp;lt;b&amp;gt; is decoded once", "&lt;b&gt; is decoded once"},
		{"1 < 2, a <3 and 5 > 4", "1 < 2, a <3 and 5 > 4"},
		{"a<script>if (1 < 2) { '<p>' }</script>b<style>p { }</style>c", "abc"},
		{"a<figure><figure>x</figure><figcaption>y</figcaption></figure>b", "ab"},
		{"a<figcaption>y</figcaption>b<noscript><img src=x>z</noscript>c", "abc"},
		{"a<script src='x'/>b<iframe/>c", "abc"},
		{"a<textarea><b>x</b></textarea>b<plaintext><b>c</b>", "axbc"},
		{"a<!-- <p>x --> b<?php x ?><![CDATA[y]]>", "a b"},
		{"cut <b", "cut"},
		{"tab\tand\x00null\x07bell\u0085next", "tab andnullbell next"},
		{"zero\u200Bwidth\u2060\uFEFF soft\u00ADhyphen", "zerowidth softhyphen"},
		{"\u202Eevil\u202C \u2066x\u2069\u200F\u061C", "evil x"},
		{"tags\U000E0041\U000E007F private\uE000 filler\u3164", "tags private filler"},
		{"bad \xff byte", "bad \uFFFD byte"},
		{"می\u200Cشود", "می\u200Cشود"},
		{"می\u200C شود\u200C", "می شود"},
		{"می\u200C\u200Cشود", "می\u200Cشود"},
		{"क्\u200Dष क्\u200Cष", "क्\u200Dष क्\u200Cष"},
		{"Ir\u200Can a\u200Db", "Iran ab"},
		{"👩\u200D🚀 👩🏽\u200D🚀 ❤\uFE0F\u200D🔥", "👩\u200D🚀 👩🏽\u200D🚀 ❤\uFE0F\u200D🔥"},
	} {
		if got := text(test.source, 1000); got != test.want {
			t.Errorf("text(%q)\nis   %q,\nwant %q", test.source, got, test.want)
		}
	}
}

func TestCut(t *testing.T) {
	family := "👨\u200D👩\u200D👧"
	for _, test := range []struct {
		s     string
		limit int
		want  string
	}{
		{"short", 5, "short"},
		{"longer", 5, "longe"},
		{"four five", 5, "four"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301e\u0301"},
		{family + family + "xyz", 4, family + family + "xy"},
		{"🇫🇷🇩🇪🇮🇹", 2, "🇫🇷🇩🇪"},
		{"می\u200Cشود", 2, "می"},
		{"नमस्ते दुनिया", 4, "नमस्ते"},
		{"a" + strings.Repeat("\u0301", 1000), 10, ""},
		{"x a" + strings.Repeat("\u0301", 1000), 10, "x"},
	} {
		if got := cut(test.s, test.limit); got != test.want {
			t.Errorf("cut(%.40q, %d) is %q, want %q", test.s, test.limit, got, test.want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("<p>a&amp;b</p><figure><script>x", 10)
	f.Add("می\u200Cشود 👩\u200D🚀 \u202E", 3)
	f.Fuzz(func(t *testing.T, source string, limit int) {
		limit = max(0, limit%10_000)
		got := text(source, limit)
		if !utf8.ValidString(got) || len(got) > max(limit, maxCluster*limit) {
			t.Errorf("%q: %q", source, got)
		}
		if again := plain(got); again != got {
			t.Errorf("%q: %q and then %q", source, got, again)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) }) {
			t.Errorf("%q: %q", source, got)
		}
	})
}
