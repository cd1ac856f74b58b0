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
)

// Span is a piece of a field of an item.
type Span struct {
	Field string // "title", "summary" or "body"; "" from Sentences

	// Start and End are byte offsets into the field, at the edges of graphemes.
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
	lead = leadOf("summary", summary, said)
	if len(lead) == 0 || breaksOff(summary, lead) {
		if whole := leadOf("body", body, said); len(lead) == 0 || begins(body, whole, summary, lead) {
			lead = whole
		}
	}
	if headline.Start == headline.End && len(lead) > 0 {
		headline, lead = lead[0], lead[1:]
		text := summary
		if headline.Field == "body" {
			text = body
		}
		end, cut := shorten(text[headline.Start:headline.End], headlineLimit, false)
		headline.End, headline.Cut = headline.Start+end, headline.Cut || cut
	}
	return headline, lead
}

// headlineOf is the title without labels, cut between words.
func headlineOf(title string) Span {
	_, start := Label(title)
	start += len(title[start:]) - len(strings.TrimLeftFunc(title[start:], unicode.IsSpace))
	end, cut := shorten(strings.TrimRightFunc(title[start:], unicode.IsSpace), headlineLimit, false)
	return Span{Field: "title", Start: start, End: start + end, Cut: cut}
}

// leadOf picks the lead from a field. The sentences in said, folded, are not
// repeated.
func leadOf(field, text string, said []string) (lead []Span) {
	room := leadLimit
	for s := range sentences(text, true) {
		sentence := text[s.Start:s.End]
		folded := fold(sentence)
		if folded == "" || boilerplate(sentence) || repeats(said, folded) {
			continue
		}
		s.Field = field
		if body := trimEllipsis(sentence); len(body) < len(sentence) {
			s.End, s.Cut = s.Start+len(body), true
		}
		end, cut := shorten(text[s.Start:s.End], room, true)
		if cut && len(lead) > 0 {
			break // a sentence that fits only in part is worth less than an end
		}
		s.End, s.Cut = s.Start+end, s.Cut || cut
		lead = append(lead, s)
		room -= uniseg.GraphemeClusterCount(text[s.Start:s.End]) + 1
		if s.Cut || len(lead) == leadSentences || room <= 1 {
			break
		}
	}
	return lead
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

// breaksOff reports whether a field that ends with its lead ends in the middle
// of a sentence.
func breaksOff(text string, lead []Span) bool {
	last := lead[len(lead)-1]
	rest := strings.TrimSpace(text[last.End:])
	return last.Cut || rest == "" && !ends(text[last.Start:last.End])
}

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
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}
