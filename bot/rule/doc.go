package rule

import (
	"cmp"
	"slices"
	"strings"
)

// Field is a part of an item that words stand in.
type Field string

// The fields, in the order that Explain sorts by.
const (
	Title   Field = "title"
	Summary Field = "summary"
	Body    Field = "body"
)

var fields = [...]Field{Title, Summary, Body}

// Doc is an item, folded and tokenised once for all the rules that look at it.
// It does not change.
type Doc struct {
	texts  [len(fields)]text
	places []place         // sorted by word, then field, then position
	names  map[string]bool // words of English that capitals or dots say are names
}

// place is where a word stands: at token pos, or made of the tokens pos and
// pos+1 where those may be read as one.
type place struct {
	word  string
	field int
	pos   int
}

// NewDoc returns the Doc of an item's plain text.
func NewDoc(title, summary, body string) *Doc {
	d := &Doc{names: map[string]bool{}}
	for i, s := range [...]string{title, summary, body} {
		d.texts[i] = tokenize(s, false)
	}
	n := 0
	for i := range d.texts {
		n += len(d.texts[i].tokens)
	}
	d.places = make([]place, 0, n+n/2)
	for i := range d.texts {
		t := &d.texts[i]
		for p := range t.tokens {
			d.places = append(d.places, place{t.tokens[p].Text, i, p})
			if t.soft(p) || t.pair(p) {
				d.places = append(d.places, place{t.joined(p), i, p})
			}
			if tok := &t.tokens[p]; tok.Upper && (tok.dotted || !t.shouts) && english[tok.Text] {
				d.names[tok.Text] = true
			}
		}
	}
	slices.SortFunc(d.places, func(a, b place) int {
		return cmp.Or(strings.Compare(a.word, b.word), cmp.Compare(a.field, b.field), cmp.Compare(a.pos, b.pos))
	})
	return d
}

// holding returns the places of a word.
func (d *Doc) holding(w string) []place {
	rest := d.from(w)
	n := 0
	for n < len(rest) && rest[n].word == w {
		n++
	}
	return rest[:n]
}

// beginning returns the places of all words with a prefix.
func (d *Doc) beginning(prefix string) []place {
	rest := d.from(prefix)
	n := 0
	for n < len(rest) && strings.HasPrefix(rest[n].word, prefix) {
		n++
	}
	return rest[:n]
}

// from returns the places of the first word not before w, and all after it.
func (d *Doc) from(w string) []place {
	i, _ := slices.BinarySearchFunc(d.places, w, func(p place, w string) int { return strings.Compare(p.word, w) })
	return d.places[i:]
}

// capital reports whether the token at p of field i is a name in capitals: US,
// and not us. In a headline that is all capitals that is no evidence if English
// has such a word, unless another field says US too.
func (d *Doc) capital(i, p int) bool {
	t := &d.texts[i]
	tok := &t.tokens[p]
	return tok.Upper && (!t.shouts || tok.dotted || !english[tok.Text] || d.names[tok.Text])
}
