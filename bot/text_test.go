package bot

import (
	"strings"
	"testing"
)

func TestCut(t *testing.T) {
	for _, test := range []struct {
		text string
		most int
		want string
	}{
		{"word", 4, "word"}, {"words", 4, "wor…"}, {"a b c", 3, "a…"}, {"", 0, ""}, {"word", 0, ""}, {"word", 1, "…"},
		{"👩🏽‍❤️‍💋‍👨🏿x", 16, "👩🏽‍❤️‍💋‍👨🏿x"}, {"👩🏽‍❤️‍💋‍👨🏿x", 15, "…"}, {"é́é́", 3, "é́…"}, {"é́é́", 2, "…"}, {"🇺🇳🇪🇺", 5, "🇺🇳…"},
	} {
		if got := Cut(test.text, test.most); got != test.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", test.text, test.most, got, test.want)
		}
	}
}

func TestTame(t *testing.T) {
	for text, want := range map[string]string{
		"a\nb\tc\u2028d":                   "a b c d",
		"z" + strings.Repeat("\u0301", 40): "z" + strings.Repeat("\u0301", maxMarks),
		"שָׁלוֹם":                          "שָׁלוֹם",
		"👩🏽‍❤️‍💋‍👨🏿 مؤتمراً":               "👩🏽‍❤️‍💋‍👨🏿 مؤتمراً",
		"a\u202eb\u2066c\x07d":             "abcd",
		strings.Repeat("\u200d\u0301", 20): strings.Repeat("\u200d\u0301", maxMarks) + strings.Repeat("\u200d", 20-maxMarks),
	} {
		if got := Tame(text, 99); got != want {
			t.Errorf("Tame(%q) = %q, want %q", text, got, want)
		}
	}
}
