package rule

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// term is a word or a phrase of a rule: words that stand side by side in one
// field.
type term struct {
	text  string // as typed, without quotes and outer punctuation
	field Field  // "" for any
	words []word
	at    int // byte offset in the rule's text, for errors
}

// word is one word of a term.
type word struct {
	text   string
	wild   bool   // text holds * or ?
	prefix string // what comes before the first * or ?; all of text if not wild
	named  bool   // in capitals on purpose: see words.go
	next   string // this and the next word as one (ceasefire), where they may be; else ""
	pair   string // this and the next word, where both are characters of Han and the like; else ""
}

// newTerm folds a word or phrase; it has no words if nothing in s is one.
func newTerm(s string, field Field, at int) *term {
	s = clean(s)
	folded := tokenize(s, true)
	t := &term{field: field, at: at}
	for p := range folded.tokens {
		tok := &folded.tokens[p]
		w := word{text: tok.Text, prefix: tok.Text}
		if i := strings.IndexAny(tok.Text, "*?"); i >= 0 {
			w.wild, w.prefix = true, tok.Text[:i]
		}
		w.named = tok.Upper && !w.wild && (english[w.text] || foreign[w.text])
		if folded.soft(p) && !strings.ContainsAny(folded.joined(p), "*?") {
			w.next = folded.joined(p)
		}
		if folded.pair(p) {
			w.pair = folded.joined(p)
		}
		t.words = append(t.words, w)
	}
	if n := len(folded.tokens); n > 0 {
		t.text = s[folded.tokens[0].Start:folded.tokens[n-1].End]
	}
	return t
}

// span is where a term stands: the tokens [from, to) of a field.
type span struct{ field, from, to int }

// stands yields every place where the term stands in d; a place may come twice.
func (t *term) stands(d *Doc) iter.Seq[span] {
	return func(yield func(span) bool) {
		first := &t.words[0]
		var starts [2][]place
		switch {
		case first.wild:
			starts[0] = d.beginning(first.prefix)
		default:
			starts[0] = d.holding(first.text)
			if first.next != "" {
				starts[1] = d.holding(first.next)
			}
		}
		for _, places := range starts {
			for _, p := range places {
				if to := t.end(d, p); to > 0 && !yield(span{p.field, p.pos, to}) {
					return
				}
			}
		}
	}
}

// match reports whether the term stands anywhere in d.
func (t *term) match(d *Doc) bool {
	for range t.stands(d) {
		return true
	}
	return false
}

// end returns the position after the term if it stands in d at p, else -1. At
// each step at most one way of reading the two sides fits, for the letters of
// both are the same, so there is nothing to go back to.
func (t *term) end(d *Doc, at place) int {
	if t.field != "" && t.field != fields[at.field] {
		return -1
	}
	f, p := &d.texts[at.field], at.pos
	for i := 0; i < len(t.words); {
		w := &t.words[i]
		switch {
		case p == len(f.tokens):
			return -1
		case w.is(f.tokens[p].Text) && (!w.named || d.capital(at.field, p)):
			i, p = i+1, p+1
		case w.next != "" && w.next == f.tokens[p].Text:
			i, p = i+2, p+1
		case w.next != "" && f.soft(p) && w.next == f.joined(p):
			i, p = i+2, p+2
		case f.soft(p) && w.isJoined(f.joined(p), len(f.tokens[p].Text)):
			i, p = i+1, p+2
		default:
			return -1
		}
	}
	return p
}

// is reports whether the folded word s is w.
func (w *word) is(s string) bool {
	if w.wild {
		return glob(w.text, s)
	}
	return w.text == s
}

// isJoined is like is for a word that two tokens make, the first n bytes long.
// The seam must lie in the letters that are given: ceasefire* may begin in
// cease-fire, but s*n is not shut down.
func (w *word) isJoined(s string, n int) bool { return len(w.prefix) > n && w.is(s) }

// longestWild is the longest word, in bytes, that a wildcard looks at; longer
// ones are not words, and the time glob takes grows with them.
const longestWild = 256

// glob reports whether s matches pattern, where * is any letters and ? is one.
func glob(pattern, s string) bool {
	if len(s) > longestWild {
		return false
	}
	star, retry := -1, 0 // the last *, and where to let it end if it was too short
	p, i := 0, 0
	for i < len(s) {
		_, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, retry = p, i
			p++
		case p < len(pattern) && pattern[p] == '?':
			p++
			i += size
		case p < len(pattern) && pattern[p] == s[i]:
			p++
			i++
		case star >= 0:
			_, size = utf8.DecodeRuneInString(s[retry:])
			retry += size
			p, i = star+1, retry
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
