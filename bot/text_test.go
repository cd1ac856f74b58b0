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

func TestWithin(t *testing.T) {
	for _, test := range []struct {
		text        string
		marks       []Mark
		most, count int
		want        string // with its marks in brackets
	}{
		{"one two three", []Mark{{0, 3}, {8, 13}}, 99, 9, "[one] two [three]"},
		{"one two three", []Mark{{0, 3}, {8, 13}}, 99, 1, "[one] two three"},
		{"one two three", []Mark{{0, 3}, {3, 7}, {7, 13}}, 99, 1, "[one two three]"},
		{"one two three", []Mark{{0, 3}, {4, 7}, {8, 13}}, 10, 9, "[one] [two] [t…]"},
		{"one two three", []Mark{{0, 3}, {4, 7}, {8, 13}}, 8, 9, "[one] [two]…"},
		{"one two three", []Mark{{0, 13}}, 1, 9, "…"},
		{"one two three", []Mark{{0, 13}}, 0, 9, ""},
		{"a\x1b\nb\u202ec", []Mark{{1, 2}, {3, 4}}, 99, 9, "a [b]c"},
		{"停火", []Mark{{1, 2}}, 99, 9, "\ufffd[\ufffd]\ufffd火"}, // a mark in the middle of a letter
		{"", []Mark{{0, 1}}, 99, 9, ""},
	} {
		var b strings.Builder
		for piece, marked := range (Text{Text: test.text, Marks: test.marks}).Within(test.most, test.count).Pieces() {
			if marked {
				piece = "[" + piece + "]"
			}
			b.WriteString(piece)
		}
		if b.String() != test.want {
			t.Errorf("%q to %d is %q, want %q", test.text, test.most, b.String(), test.want)
		}
	}
}
