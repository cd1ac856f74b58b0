package rule

import (
	"strings"
	"unicode/utf8"
)

// Token is a folded word and where it stands.
type Token struct {
	Text       string // folded: "lodz" for "Łódź", "us" for "U.S."
	Start, End int    // byte offsets into the original text
	Upper      bool   // written in capitals (US) or with dots (U.S.)
}

// Tokens returns the words of a text, folded, in order. A word is a run of
// letters, digits and their marks; in scripts written without spaces (Han,
// kana, Thai, Lao, Khmer, Burmese) every character is a word. Hyphens and
// apostrophes part words, and the dots of U.S. do not.
func Tokens(text string) []Token {
	t := tokenize(text, false)
	out := make([]Token, len(t.tokens))
	for i := range t.tokens {
		out[i] = t.tokens[i].Token
	}
	return out
}

// Fold returns the folded words of a text joined by single spaces: what a full
// text search should store, and what it should be asked for. A hyphen parts
// words here, so cease-fire and cease fire are one phrase and ceasefire is
// another word; a rule sees through that, a search for the phrase does not.
func Fold(text string) string {
	var b strings.Builder
	for i, t := range Tokens(text) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.Text)
	}
	return b.String()
}

// token is a Token with what the matcher wants to know about it.
type token struct {
	Token
	at     int  // where Text begins in text.folded
	gap    rune // what parts it from the token before: '-', ' ', or 0 for more
	dotted bool // U.S.
	spaced bool // of a script with spaces, so that words have a length
}

// text is a text folded. The words of folded follow each other without a
// space, so that a word made of two neighbours is a slice of it too.
type text struct {
	folded string
	tokens []token
	shouts bool // no letter is small, so capitals are no evidence
}

// joined returns the tokens at p and p+1 as one word, which they also are if
// soft reports so.
func (t *text) joined(p int) string {
	last := &t.tokens[p+1]
	return t.folded[t.tokens[p].at : last.at+len(last.Text)]
}

// soft reports whether the tokens at p and p+1 may also be read as one word:
// where a hyphen parts them (cease-fire), or a single space and both have four
// letters or more (cease fire). With three letters "the war saw" names a
// capital; with four, 79 pairs of neighbours in half a million words of
// news also occur as one word, and nearly all of them mean the same.
func (t *text) soft(p int) bool {
	if p+1 >= len(t.tokens) {
		return false
	}
	a, b := &t.tokens[p], &t.tokens[p+1]
	return b.gap == '-' || b.gap == ' ' && a.long() && b.long()
}

func (t *token) long() bool {
	return t.spaced && utf8.RuneCountInString(t.Text) >= 4 && (t.Text[0] < '0' || t.Text[0] > '9')
}

// pair reports whether the tokens at p and p+1 are characters of a script
// without spaces. One such character says little, two make a good key.
func (t *text) pair(p int) bool {
	return p+1 < len(t.tokens) && !t.tokens[p].spaced && !t.tokens[p+1].spaced
}
