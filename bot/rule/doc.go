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
	places []place // sorted by word, then field, then position
	bits   [bits / 64]uint64
}

// bit is the bit of a word in a Doc's Bloom filter; 0 stands for any word. An
// item of 400 words sets about one bit in ten.
type bit uint16

const bits = 4096

func bitOf(word string) bit {
	h := uint32(2166136261) // FNV-1a
	for i := range len(word) {
		h = (h ^ uint32(word[i])) * 16777619
	}
	return bit(1 + h%(bits-1))
}

// hasAny reports whether d may hold one of the words whose bits these are.
func (d *Doc) hasAny(set [4]bit) bool {
	for _, b := range set {
		if d.bits[b/64]&(1<<(b%64)) != 0 {
			return true
		}
	}
	return false
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
	d := &Doc{}
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
		}
	}
	slices.SortFunc(d.places, func(a, b place) int {
		return cmp.Or(strings.Compare(a.word, b.word), cmp.Compare(a.field, b.field), cmp.Compare(a.pos, b.pos))
	})
	d.bits[0] = 1
	for _, p := range d.places {
		b := bitOf(p.word)
		d.bits[b/64] |= 1 << (b % 64)
	}
	return d
}

// from returns the places of the first word not before w, and of all after it.
func (d *Doc) from(w string) []place {
	i, _ := slices.BinarySearchFunc(d.places, w, func(p place, w string) int { return strings.Compare(p.word, w) })
	return d.places[i:]
}

// named reports whether the token at p of field i is meant as a name in
// capitals: US, and not us. In a headline that is all capitals, US is no
// evidence if English has such a word, unless another field says US too.
func (d *Doc) named(i, p int) bool {
	t := &d.texts[i].tokens[p]
	if t.dotted || !t.Upper || !d.texts[i].shouts || !english[t.Text] {
		return t.Upper
	}
	for _, at := range d.from(t.Text) {
		if at.word != t.Text {
			break
		}
		other := &d.texts[at.field]
		if o := &other.tokens[at.pos]; o.dotted || o.Upper && !other.shouts && o.Text == t.Text {
			return true
		}
	}
	return false
}
