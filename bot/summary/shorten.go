package summary

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// shorten returns how much of a text to show so that it has at most limit
// graphemes, the "…" after a cut included. It cuts at the end of a clause if
// asked to and there is one in the second half, else between words, else, where
// a script has no spaces or a word no end, between graphemes.
func shorten(text string, limit int, clauses bool) (end int, cut bool) {
	var clause, word, room int // where to cut: offsets
	state, rest := -1, text
	for n := 0; rest != ""; n++ {
		if n == limit {
			return len(trimOpen(text[:best(text, clause, word, room)])), true
		}
		at := len(text) - len(rest)
		if n < limit {
			room = at
		}
		r, _ := utf8.DecodeRuneInString(rest)
		if unicode.IsSpace(r) {
			word = at
		}
		if clauses && n > limit/2 && clauseEnd(text[:at], r) {
			clause = at
		}
		_, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
	}
	return len(text), false
}

// best chooses a place to cut. Where the last space is in the first half there
// are no words to speak of.
func best(text string, clause, word, room int) int {
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
