package rule

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// tokenize folds a text. In a rule, wild keeps * and ? as letters.
//
// Text that is in NFKC already is taken as it is; what is not is composed a
// segment at a time, and its letters all have the place of the segment.
func tokenize(s string, wild bool) text {
	f := folder{src: s, wild: wild, buf: make([]byte, 0, len(s))}
	for i := 0; i < len(s); {
		for end := i + norm.NFKC.QuickSpanString(s[i:]); i < end; {
			r, size := utf8.DecodeRuneInString(s[i:])
			f.rune(r, i, i+size)
			i += size
		}
		if i < len(s) {
			n := norm.NFKC.NextBoundaryInString(s[i:], true)
			f.segment(i, i+n)
			i += n
		}
	}
	f.close()
	return f.text()
}

// folder turns runes into tokens.
type folder struct {
	src    string
	wild   bool
	buf    []byte // the folded text so far
	tokens []token

	open           bool // the last token may still grow
	last           rune // the last letter, as written
	run            int  // letters since the token began, or since its last dot
	uppers, lowers int  // in the open token
	seps           int  // separators since the last token
	sep            rune // the last of them

	loud, longest int // words in capitals, and the letters of the longest
	small         bool
}

// segment takes src[i:j], a letter with its marks that is not in NFKC.
func (f *folder) segment(i, j int) {
	if r, _ := utf8.DecodeRuneInString(f.src[i:]); unicode.IsSymbol(r) {
		f.gap(r, j) // NFKC would make letters of ™ and №
		return
	}
	for _, r := range norm.NFKC.String(f.src[i:j]) {
		f.rune(r, i, j)
	}
}

// rune takes a rune in NFKC that stands, or comes from what stands, at
// src[start:end].
func (f *folder) rune(r rune, start, end int) {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		f.letter(r, start, end)
	case f.wild && r == '*' && f.open && !spaced(f.last): // Han goes on as it likes anyway
	case f.wild && (r == '*' || r == '?'):
		f.letter(r, start, end)
	case r < utf8.RuneSelf, '\u02b9' <= r && r <= '\u02bf': // the latter are apostrophes that Unicode calls letters
		f.gap(r, end)
	case invisible(r):
	case unicode.IsLetter(r), unicode.IsNumber(r):
		f.letter(r, start, end)
	case unicode.IsMark(r):
		f.mark(r, end)
	default:
		f.gap(r, end)
	}
}

// seam reports whether a word ends between a and b: a Korean particle is
// written right behind a foreign name, NATO는.
func seam(a, b rune) bool {
	return a != '*' && a != '?' && b != '*' && b != '?' && unicode.Is(unicode.Hangul, a) != unicode.Is(unicode.Hangul, b)
}

func (f *folder) letter(r rune, start, end int) {
	if !spaced(r) || f.open && (!spaced(f.last) || seam(f.last, r)) {
		f.close()
	}
	if !f.open {
		t := token{at: len(f.buf), spaced: spaced(r)}
		t.Start = start
		if f.seps == 1 {
			t.gap = separator(f.sep)
		}
		f.tokens = append(f.tokens, t)
		f.open, f.run, f.uppers, f.lowers, f.seps = true, 0, 0, 0, 0
	}
	switch {
	case unicode.IsUpper(r):
		f.uppers++
	case unicode.IsLower(r):
		f.lowers++
	case unicode.Is(unicode.Lo, r):
		f.small = true // a script without case: capitals among it are evidence
	}
	f.run++
	f.last = r
	f.buf = appendFolded(f.buf, r)
	f.tokens[len(f.tokens)-1].End = end
}

// mark takes a mark that NFKC could not compose with its letter: a vowel sign
// is part of the word, an accent on a script of ours is not.
func (f *folder) mark(r rune, end int) {
	if !f.open {
		return
	}
	if f.last >= utf8.RuneSelf && !unicode.In(f.last, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Hebrew, unicode.Arabic) {
		f.buf = utf8.AppendRune(f.buf, r)
	}
	f.tokens[len(f.tokens)-1].End = end
}

// gap takes what is no part of a word, except for the dots of an acronym.
func (f *folder) gap(r rune, end int) {
	if f.open && r == '.' {
		t := &f.tokens[len(f.tokens)-1]
		if f.run == 1 && t.spaced && unicode.IsLetter(f.last) && lone(f.src[end:]) {
			t.dotted = true
			f.run = 0
			return
		}
		if t.dotted {
			t.End = end
			f.close()
			return
		}
	}
	f.close()
	f.seps++
	f.sep = r
}

// lone reports whether s begins with a letter that no other letter follows.
func lone(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	next, _ := utf8.DecodeRuneInString(s[size:])
	return unicode.IsLetter(r) && !unicode.IsLetter(next) && !unicode.IsNumber(next) && !unicode.IsMark(next)
}

func (f *folder) close() {
	if !f.open {
		return
	}
	f.open = false
	t := &f.tokens[len(f.tokens)-1]
	n := utf8.RuneCount(f.buf[t.at:])
	t.Upper = t.dotted || f.uppers > 0 && f.lowers == 0 && n > 1
	f.small = f.small || f.lowers > 0
	if f.uppers > 0 && f.lowers == 0 {
		f.loud++
		f.longest = max(f.longest, n)
	}
}

// text hands over what was folded. A text in capitals shouts unless it is so
// short that it may be names and nothing else: "US-EU".
func (f *folder) text() text {
	t := text{folded: string(f.buf), tokens: f.tokens}
	t.shouts = !f.small && (f.loud > 2 || f.longest > 4)
	end := len(t.folded)
	for i := len(t.tokens) - 1; i >= 0; i-- {
		t.tokens[i].Text = t.folded[t.tokens[i].at:end]
		end = t.tokens[i].at
	}
	return t
}

// separator reduces what parts two words to what soft looks at.
func separator(r rune) rune {
	switch {
	case hyphen(r):
		return '-'
	case unicode.Is(unicode.Zs, r):
		return ' '
	}
	return 0
}

// hyphen reports whether r is a hyphen or one of the dashes and minus signs
// that people and their telephones write for it.
func hyphen(r rune) bool {
	switch r {
	case '-', '\u2010', '\u2011', '\u2012', '\u2013', '\u2212', '\u05be', '\u058a', '\uff0d', '\ufe63':
		return true
	}
	return false
}

// invisible reports whether r says nothing and shows nothing: soft hyphens,
// zero-width spaces and joiners, bidi marks, variation selectors, and the
// tatweel that only stretches an Arabic word.
func invisible(r rune) bool {
	return r == '\u0640' || unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// spaced reports whether the script of r parts its words by spaces.
func spaced(r rune) bool {
	return r < '\u0e00' || r != 'ー' &&
		!unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// appendFolded appends a letter without its case and, on the Latin and Greek
// scripts, without its marks. Elsewhere a mark makes another letter: Cyrillic
// й, kana ガ, the Indic vowels. What remains of the table are letters that no
// decomposition in Unicode relates, though people spell them for each other;
// the Arabic rows are those of Lucene's ArabicNormalizer and PersianNormalizer.
func appendFolded(dst []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(dst, byte(r))
	}
	if unicode.In(r, unicode.Latin, unicode.Greek) {
		if d := norm.NFD.PropertiesString(string(r)).Decomposition(); d != nil {
			r, _ = utf8.DecodeRune(d)
		}
	}
	switch r = unicode.ToLower(r); r {
	case 'ı':
		return append(dst, 'i')
	case 'ł':
		return append(dst, 'l')
	case 'ø':
		return append(dst, 'o')
	case 'đ':
		return append(dst, 'd')
	case 'æ':
		return append(dst, "ae"...)
	case 'œ':
		return append(dst, "oe"...)
	case 'ß':
		return append(dst, "ss"...)
	case 'ς':
		r = 'σ'
	case 'ё':
		r = 'е'
	case 'أ', 'إ', 'آ', 'ٱ':
		r = 'ا'
	case 'ى', 'ی':
		r = 'ي'
	case 'ة':
		r = 'ه'
	case 'ک':
		r = 'ك'
	}
	return utf8.AppendRune(dst, r)
}
