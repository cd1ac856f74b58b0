package rule

import (
	"cmp"
	"slices"
)

// Term is a place in an item that supports a match.
type Term struct {
	Term  string `json:"term"`  // the word or phrase as the rule has it, without quotes
	Field Field  `json:"field"` //
	Start int    `json:"start"` // byte offsets into the field's text as it was given to NewDoc
	End   int    `json:"end"`
}

// Explain returns every place where a term that supports the match stands, in
// order and without overlap: where two terms share words, the one that begins
// first counts, and of those the longest. A branch of the rule that does not
// hold supports nothing. It returns nil if the rule does not match.
func (r *Rule) Explain(d *Doc) []Term {
	found, ok := explain(r.root, true, d)
	if !ok {
		return nil
	}
	slices.SortFunc(found, func(a, b support) int {
		return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end), cmp.Compare(a.term.text, b.term.text))
	})
	var terms []Term
	field, end := -1, 0
	for _, s := range found {
		if s.field == field && s.start < end {
			continue
		}
		terms = append(terms, Term{s.term.text, fields[s.field], s.start, s.end})
		field, end = s.field, s.end
	}
	return terms
}

// support is a place where a term stands.
type support struct {
	term       *term
	field      int
	start, end int
}

// explain reports whether x is want in d, and what supports that.
func explain(x expr, want bool, d *Doc) ([]support, bool) {
	switch x := x.(type) {
	case *term:
		if !want {
			return nil, !x.match(d)
		}
		found := x.supports(d)
		return found, len(found) > 0
	case *not:
		return explain(x.x, !want, d)
	case *group:
		all := x.all == want
		var found []support
		holds := all
		for _, y := range x.list {
			s, ok := explain(y, want, d)
			switch {
			case ok:
				found = append(found, s...)
				holds = true
			case all:
				return nil, false
			}
		}
		return found, holds
	}
	panic("rule: no such expression")
}

func (t *term) supports(d *Doc) []support {
	var found []support
	for s := range t.stands(d) {
		tokens := d.texts[s.field].tokens
		found = append(found, support{t, s.field, tokens[s.from].Start, tokens[s.to-1].End})
	}
	return found
}
