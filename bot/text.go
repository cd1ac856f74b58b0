package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// What platforms say of lengths, they say in characters, and not what they take
// for one. So Units counts what JavaScript does, UTF-16 units, of which a text
// has more than of whatever else may be meant, bytes aside.
func Units(text string) int {
	n := 0
	for _, r := range text {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// Cut cuts a text to at most so many units, between graphemes, the "…" after
// a cut included.
func Cut(text string, most int) string {
	if Units(text) <= most {
		return text
	}
	if most < 1 {
		return ""
	}
	end, room, state := 0, most-1, -1
	for rest := text; rest != ""; {
		var grapheme string
		grapheme, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if room -= Units(grapheme); room < 0 {
			break
		}
		end += len(grapheme)
	}
	return strings.TrimRightFunc(text[:end], unicode.IsSpace) + "…"
}

// maxMarks is how many marks may stand on one letter. Pointed and chanted
// Hebrew has five; what piles up more of them writes over its neighbours.
const maxMarks = 6

// OneLine makes words from outside fit for a line of at most so many units.
func OneLine(text string, most int) string { return Cut(strings.TrimSpace(Tame(text, most)), most) }

// Tame takes out of words from outside what a screen would obey, breaks, and
// towers of marks. It looks at no more of a text than makes more than most
// units, unless there is next to nothing in it to see.
func Tame(text string, most int) string {
	marks := 0
	return strings.Map(func(r rune) rune {
		switch {
		case r < utf8.RuneSelf: // most of all there is
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				return -1
			}
			return r
		case unicode.Is(unicode.Cf, r): // invisible, and so no way around the count
			return r
		}
		marks = 0
		switch r {
		case '\n', '\t', '\u2028', '\u2029':
			return ' '
		}
		return r
	}, Plain(text[:min(len(text), 8*most+256)]))
}

// Blank reports whether there is nothing to see in a text.
func Blank(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r)
	})
}

// Within is the text tamed and cut to at most so many units, with no more than
// so many of its marks, of which those that touch are one: every mark is markup,
// and a text may be nothing but marks.
func (t Text) Within(most, marks int) Text {
	var all strings.Builder
	var out Text
	for piece, marked := range t.Pieces() {
		if all.Len() > 8*most {
			break
		}
		start := all.Len()
		all.WriteString(Tame(piece, most))
		last := len(out.Marks) - 1
		switch {
		case !marked || start == all.Len():
		case last >= 0 && out.Marks[last].End == start:
			out.Marks[last].End = all.Len()
		case last+1 < marks:
			out.Marks = append(out.Marks, Mark{start, all.Len()})
		}
	}
	whole := all.String()
	if out.Text = Cut(whole, most); out.Text == whole {
		return out
	}
	end := len(out.Text) - len("…")
	for i, m := range out.Marks {
		if m.End > end {
			out.Marks = out.Marks[:i]
			if m.Start < end {
				out.Marks = append(out.Marks, Mark{m.Start, len(out.Text)})
			}
			break
		}
	}
	return out
}

// Upper begins a sentence with a capital.
func Upper(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + text[size:]
}
