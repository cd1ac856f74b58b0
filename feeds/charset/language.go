package charset

import (
	"math"
	"strings"
	"unicode"
)

// script is a family of letters; a single-byte encoding is for one or two.
type script int

const (
	latin script = iota
	cyrillic
	greek
	hebrew
	arabic
	thai
)

// language is a model of how the letters of a language follow each other: the
// logarithm of the probability of a symbol after another one. A symbol is a
// letter, whatever its case, or one of the classes below.
type language struct {
	script        script
	letters, text string
	symbols       map[rune]int // letters, numbered behind the classes
	after         [][]float32  // [before][symbol]
}

// The classes of characters that are no letters of the language.
const (
	gap = iota // a space, punctuation of ASCII
	digit
	ascii   // a letter of ASCII, where it is not one of the language's
	quote   // “ ” – … and their like
	money   // £ § © ½: the signs that news has
	foreign // a letter of another language
	sign    // ¤ ¬ ╬: those it has not
	control // no character at all
	classes
)

// chance is the probability of one character of a class after anything. What
// is no letter has to be rarer than the rarest letter by far: that is what a
// text in the wrong encoding is full of.
var chance = [classes]float64{digit: 1e-3, ascii: 1e-5, quote: 1e-3, money: 1e-4, foreign: 1e-6, sign: 2e-6, control: 1e-8}

// learn fills the model in from the paragraph.
func (l *language) learn() {
	l.symbols = map[rune]int{}
	text := strings.ToLower(l.text)
	alphabet := l.letters + text
	if l.script == latin {
		alphabet += "abcdefghijklmnopqrstuvwxyz"
	}
	for _, r := range alphabet {
		if _, known := l.symbols[r]; !known && (unicode.IsLetter(r) || unicode.IsMark(r)) {
			l.symbols[r] = classes + len(l.symbols)
		}
	}
	n := classes + len(l.symbols)
	seen, follows := make([]float64, n), make([][]float64, n) // b at all, b after a
	for i := range n {
		follows[i] = make([]float64, n)
		if i >= classes {
			seen[i] = 0.5 // even if the paragraph lacks it
		}
	}
	a := gap
	for _, r := range text {
		if b := l.symbol(r); b == gap || b >= classes {
			seen[b]++
			follows[a][b]++
			a = b
		}
	}
	l.after = make([][]float32, n)
	for a := range n {
		l.after[a] = make([]float32, n)
		context := follows[a]
		if a < classes {
			context = follows[gap]
		}
		for b, p := range mix(context, seen) {
			if b != gap && b < classes {
				p = chance[b]
			}
			switch {
			case b >= classes && a < classes && a != gap && a != quote:
				p /= 100 // two alphabets in one word, or 5é
			case b == digit && a < classes:
				p = 0.1 // £5
			}
			l.after[a][b] = float32(math.Log(p))
		}
	}
}

// mix makes probabilities of counts, of which a paragraph has few: a mean of
// what was seen in a context and what was seen anywhere, by how much the first is.
func mix(context, anywhere []float64) []float64 {
	const doubt = 8 // letters in the context that count as much as all letters
	sum := func(counts []float64) (total float64) {
		for _, count := range counts {
			total += count
		}
		return total
	}
	total, all := sum(context), sum(anywhere)
	p := make([]float64, len(context))
	for b := range p {
		p[b] = (context[b] + doubt*anywhere[b]/all) / (total + doubt)
	}
	return p
}

// symbol is the number of a character in the model.
func (l *language) symbol(r rune) int {
	if s, known := l.symbols[r]; known {
		return s
	}
	if s, known := l.symbols[unicode.ToLower(r)]; known {
		return s
	}
	switch {
	case r == unicode.ReplacementChar || unicode.IsControl(r) && r >= 0x7F || r >= 0xE000 && r < 0xF900:
		return control
	case r < 0x80 && unicode.IsLetter(r):
		return ascii
	case r < 0x80 && unicode.IsDigit(r):
		return digit
	case r < 0x80:
		return gap
	case strings.ContainsRune("£¥§©®™±²³¼½¾×¢´", r):
		return money
	case strings.ContainsRune("“”‘’„‚«»‹›–—…•·№°€\u00A0\u00AD\u200C\u200D\u200E\u200F،؛؟", r):
		return quote
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return foreign
	}
	return sign
}
