// Package summary tells an item in a few of its own sentences: a headline
// without the outlet's labels, and a lead without datelines, credits and calls
// to read on.
//
// Everything it returns is a Span of what it was given, so that a quotation is
// verbatim by construction. It knows no language beforehand: its tables hold
// words of many, and are looked up together. Leads beat graph methods on news
// at equal length (see the measurements the project keeps), so there are none.
package summary

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// The most that Of returns, in graphemes: what a reader would count as characters.
const (
	headlineLimit = 120
	leadLimit     = 280
	leadSentences = 3
	leadReach     = 50 // how many sentences to look for them in
)

// Span is a piece of a field of an item.
type Span struct {
	Field string // "title", "summary" or "body"; "" from Sentences

	// Start and End are byte offsets into the field.
	Start, End int

	// Cut says that the text goes on where the span ends, in the middle of a
	// sentence: whoever shows it adds "…", for which there is room.
	Cut bool
}

// Of returns the headline of an item, at most 120 graphemes of its title, and
// its lead: up to three sentences of the summary or, where that says no more
// than the title or breaks off, of the body; at most 280 graphemes in all with
// the spaces between them. An item without a title has its first sentence as
// headline. The lead is in order, and empty when there is nothing to add.
func Of(title, summary, body string) (headline Span, lead []Span) {
	headline = headlineOf(title)
	said := []string{fold(title), fold(title[headline.Start:])}
	lead, broken := leadOf("summary", summary, said)
	if len(lead) == 0 || broken {
		whole, _ := leadOf("body", body, said)
		if len(lead) == 0 || begins(body, whole, summary, lead) {
			lead = whole
		}
	}
	if headline.Start < headline.End || len(lead) == 0 {
		return headline, lead
	}
	text := summary
	if lead[0].Field == "body" {
		text = body
	}
	headline, lead = lead[0], lead[1:]
	headline.shorten(text, headlineLimit, false)
	return headline, lead
}

// headlineOf is the title without labels, cut between words.
func headlineOf(title string) Span {
	_, start := Label(title)
	headline := trim(title, start, len(title))
	headline.Field = "title"
	headline.shorten(title, headlineLimit, false)
	return headline
}

// leadOf picks the lead from a field. The sentences in said, folded, are not
// repeated. It is broken if the outlet ended the field within a sentence.
func leadOf(field, text string, said []string) (lead []Span, broken bool) {
	room, reach := leadLimit, leadReach
	for s := range sentences(text, true) {
		if reach--; reach < 0 {
			break
		}
		sentence := text[s.Start:s.End]
		if folded := fold(sentence); folded == "" || boilerplate(sentence) || repeats(said, folded) {
			continue
		}
		s.Field = field
		if short := trimEllipsis(sentence); len(short) < len(sentence) {
			s.End, s.Cut = s.Start+len(short), true
		}
		broken = s.Cut || !ends(sentence)
		s.shorten(text, room, true)
		if s.Cut && len(lead) > 0 {
			break // what fits only in part is worth less than a full stop
		}
		lead = append(lead, s)
		room -= uniseg.GraphemeClusterCount(text[s.Start:s.End]) + 1
		if s.Cut || len(lead) == leadSentences || room <= 1 {
			break
		}
	}
	return lead, broken
}

// repeats reports whether a sentence only says again what the title said.
func repeats(said []string, folded string) bool {
	for _, s := range said {
		if s == folded || len(folded) >= minSame && strings.HasPrefix(s, folded) {
			return true
		}
	}
	return false
}

// minSame is how many bytes of folded text must agree before two texts that go
// on differently are said to begin alike.
const minSame = 24

// begins reports whether the body begins as the summary does.
func begins(body string, whole []Span, summary string, lead []Span) bool {
	if len(whole) == 0 {
		return false
	}
	a := fold(body[whole[0].Start:whole[0].End])
	b := fold(summary[lead[0].Start:lead[0].End])
	n := min(len(a), len(b))
	return a == b || n >= minSame && a[:n] == b[:n]
}

// fold keeps the letters and digits of a text, in lower case, so that texts can
// be compared whatever their spaces and punctuation.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// wordless reports whether a text has neither letters nor digits.
func wordless(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
