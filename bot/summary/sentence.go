package summary

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentences splits a text into its sentences, without the space around them.
// Together they hold everything in the text that is not space.
//
// A sentence ends at an end mark, the quotes and brackets that close after it
// included, if space and then anything but a lower-case letter follows; at the
// marks of scripts that put no space there; and at every line break. A full stop
// after an abbreviation, an initial or an ordinal ("3. März") ends none.
func Sentences(text string) []Span {
	var all []Span
	for s := range sentences(text, false) {
		all = append(all, s)
	}
	return all
}

// sentences yields what Sentences returns. For a lead, lines that are
// boilerplate are left out, and the others begin behind their datelines.
func sentences(text string, lead bool) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		for start := 0; start < len(text); {
			end := len(text)
			if i := strings.IndexAny(text[start:], "\n\r\u2028\u2029"); i >= 0 {
				end = start + i
			}
			line, at := text[start:end], 0
			if lead && line != "" {
				if at = dateline(line); boilerplate(line) {
					at = len(line)
				}
			}
			for at < len(line) {
				n := sentence(line[at:])
				if s := trim(line, at, at+n); s.Start < s.End {
					s.Start, s.End = s.Start+start, s.End+start
					if !yield(s) {
						return
					}
				}
				at += n
			}
			_, size := utf8.DecodeRuneInString(text[end:])
			start = end + size
		}
	}
}

// trim is text[start:end] without space around it.
func trim(text string, start, end int) Span {
	start += len(text[start:end]) - len(strings.TrimLeftFunc(text[start:end], unicode.IsSpace))
	end = start + len(strings.TrimRightFunc(text[start:end], unicode.IsSpace))
	return Span{Start: start, End: end}
}

const (
	endMarks   = ".!?…؟۔।։።"
	wideMarks  = "。！？｡"           // followed by no space
	closers    = "\"'”’“‘»«›‹)]}" // behind an end mark even an opening quote closes
	wideClosed = "」』】）》〉〗］"       // of scripts without spaces, beside \" and ”’
)

// sentence returns the length of the first sentence in a line.
func sentence(line string) int {
	for i, r := range line {
		switch {
		case strings.ContainsRune(wideMarks, r):
			return i + prefix(line[i:], wideMarks+wideClosed+"\"”’")
		case strings.ContainsRune(endMarks, r):
			if last, _ := utf8.DecodeLastRuneInString(line[:i]); i > 0 && strings.ContainsRune(endMarks, last) {
				continue // looked at with the first
			}
			after := i + prefix(line[i:], endMarks)
			after += prefix(line[after:], closers)
			after += guillemet(line[after:])
			if stops(line[:i], line[i:after], line[after:]) {
				return after
			}
		}
	}
	return len(line)
}

// guillemet returns how many bytes a French closing quote takes, which has a
// space before it; in German the same quote opens, and has none behind it.
func guillemet(text string) int {
	n := len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	after, ok := strings.CutPrefix(text[n:], "»")
	if next, _ := utf8.DecodeRuneInString(after); !ok || unicode.IsLetter(next) || unicode.IsDigit(next) {
		return 0
	}
	return n + len("»")
}

// prefix returns how many bytes at the start of a text are of the set.
func prefix(text, set string) int {
	return len(text) - len(strings.TrimLeft(text, set))
}

// stops reports whether a sentence ends with mark, between before and after.
func stops(before, mark, after string) bool {
	next := strings.TrimLeftFunc(after, unicode.IsSpace)
	if next == "" {
		return true
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(next, "\"'“‘«„‚([¿¡"))
	if len(next) == len(after) || unicode.IsLower(first) {
		return false
	}
	return mark != "." || !abbreviation(before, next)
}

// ends reports whether a text ends as a sentence does.
func ends(text string) bool {
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(text, closers+wideClosed))
	return strings.ContainsRune(endMarks+wideMarks, last)
}

// ellipses are how outlets mark that a text goes on elsewhere.
var ellipses = []string{"[…]", "[...]", "(…)", "(...)", "[&hellip;]", "&hellip;", "…", "...", ". . ."}

// trimEllipsis drops the marks at the end that say that a text goes on.
func trimEllipsis(text string) string {
	trimmed := strings.TrimRight(text, "»›> ")
	for _, e := range ellipses {
		if rest, ok := strings.CutSuffix(trimmed, e); ok {
			if rest = trimOpen(rest); !wordless(rest) {
				return rest
			}
		}
	}
	return text
}
