package summary

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// shorten cuts s, of text, to at most limit graphemes, the "…" after a cut
// included: at the end of a clause if asked to and there is one in the second
// half, else between words, else, where a script has no spaces or a word no
// end, between graphemes.
func (s *Span) shorten(text string, limit int, clauses bool) {
	if s.Cut {
		limit-- // the "…" is there already
	}
	text = text[s.Start:s.End]
	var clause, word, room int // where to cut: offsets
	state, rest := -1, text
	for n := 0; rest != ""; n++ {
		if n == limit {
			if s.Cut {
				room = len(text) - len(rest)
			}
			s.End, s.Cut = s.Start+len(trimOpen(text[:best(clause, word, room)])), true
			return
		}
		room = len(text) - len(rest)
		r, _ := utf8.DecodeRuneInString(rest)
		if unicode.IsSpace(r) {
			word = room
		}
		if clauses && n > limit/2 && clauseEnd(text[:room], r) {
			clause = room
		}
		_, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
	}
}

// best chooses a place to cut. Where the last space is in the first half there
// are no words to speak of.
func best(clause, word, room int) int {
	switch {
	case clause > 0:
		return clause
	case word > room/2:
		return word
	}
	return room
}

// clauseEnd reports whether a clause ends with before, where next follows.
func clauseEnd(before string, next rune) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	switch r {
	case ',', ';', ':', '،', '؛':
		return unicode.IsSpace(next)
	case '，', '；', '：', '、':
		return true
	}
	return unicode.IsSpace(next) && strings.ContainsRune("–—)”»\"", r)
}

// trimOpen drops what must not stand before "…": spaces, and marks that lead on
// to what was cut.
func trimOpen(text string) string {
	trimmed := strings.TrimRightFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",;:،؛，；：、–—-(（[「『“«„|", r)
	})
	if trimmed == "" {
		return text
	}
	return trimmed
}
