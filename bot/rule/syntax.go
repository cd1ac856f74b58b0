package rule

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// SyntaxError tells why a text is not a rule.
type SyntaxError struct {
	Text   string // the rule as it was typed
	Offset int    // in bytes into Text; its length if something is missing at the end
	Msg    string // a sentence without a full stop
	Hint   string // a suggested repair; may be empty
}

// Error returns one line.
func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("rule: character %d: %s", utf8.RuneCountInString(e.Text[:e.Offset])+1, e.Msg)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Caret returns the line of the rule where the mistake is and, under it, a line
// with a ^ where it begins. Columns are those of a terminal: a Han character is
// two wide, a combining mark none.
func (e *SyntaxError) Caret() string {
	before, after := e.Text[:e.Offset], e.Text[e.Offset:]
	before = before[strings.LastIndexByte(before, '\n')+1:]
	after, _, _ = strings.Cut(after, "\n")
	before, after = printable(before), printable(after)
	return before + after + "\n" + strings.Repeat(" ", uniseg.StringWidth(before)) + "^"
}

// printable drops what would move a caret without showing: tabs, control and
// bidi characters.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		}
		return r
	}, s)
}
