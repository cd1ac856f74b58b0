package charset

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Mend returns text that was in UTF-8, was read as windows-1252, ISO-8859-1 or
// windows-1251, and written in UTF-8 again, as it was meant: "Ð¢Ð°Ñ…Ñ€Ð°Ð½" is
// Тахран. It undoes that as often as it was done, and returns any other text as
// it is. It has to see the text before white space is folded: the no-break
// space and U+0085 are halves of letters here.
//
// All of the text has to be so but for quotation marks and dashes, and some of
// it has to be what nobody writes: a capital before a closing quotation mark
// (LIBERTÉ») reads as a letter of UTF-8 as well.
func Mend(text string) string {
	for _, m := range []*misreading{&misread1252, &misread1251} {
		if mended, did := m.undo(text); did {
			again := Mend(mended) // it is shorter, so this ends
			if again != mended || !strings.ContainsFunc(mended, halfLetter) {
				return again
			}
		}
	}
	return text
}

// misreading is an encoding that bytes of UTF-8 were taken for.
type misreading struct {
	*charmap.Charmap
	// tells is how much it tells that a character of UTF-8 was meant, and not
	// those that stand there: 0 is nothing.
	tells func(p piece, before, after rune, joined bool) int
}

var (
	misread1252 = misreading{charmap.Windows1252, tells1252}
	misread1251 = misreading{charmap.Windows1251, tells1251}
)

// enough tells so much that right quotation marks beside it change nothing.
const enough = 3

// undo returns the text as it was meant, if all of it was misread.
func (m *misreading) undo(text string) (mended string, did bool) {
	told, loose := 0, 0
	joined := false // to the piece before
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			joined = false
			i++
			continue
		}
		p, ok := m.piece(text[i:])
		if !ok {
			r, size := utf8.DecodeRuneInString(text[i:])
			if !typographic(r) {
				return "", false
			}
			joined = false
			loose++
			i += size
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		i += p.size
		after, _ := utf8.DecodeRuneInString(text[i:])
		_, next := m.piece(text[i:])
		told += m.tells(p, before, after, joined || next)
		joined = true
	}
	if told == 0 || loose > 0 && told < enough {
		return "", false
	}
	return m.reread(text), true
}

func (m *misreading) reread(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(text); {
		if p, ok := m.piece(text[i:]); ok {
			b.WriteRune(p.meant)
			i += p.size
			continue
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		b.WriteString(text[i : i+size])
		i += size
	}
	return b.String()
}

// piece is some characters that are one character of UTF-8, read wrongly.
type piece struct {
	meant rune              // the one character
	size  int               // bytes in the text
	read  [utf8.UTFMax]rune // what stands there
	bytes [utf8.UTFMax]byte // of UTF-8
	n     int               // how many of both
}

// piece reads the one at the start of text.
func (m *misreading) piece(text string) (p piece, ok bool) {
	need := 1
	for _, r := range text {
		b, ok := m.EncodeRune(r)
		if halfLetter(r) {
			b, ok = byte(r), true // what has no character there stays a control
		}
		if !ok || p.n == 0 && !in(b, 0xC2, 0xF4) || p.n > 0 && !in(b, 0x80, 0xBF) {
			return piece{}, false
		}
		switch {
		case p.n > 0:
		case b >= 0xF0:
			need = 4
		case b >= 0xE0:
			need = 3
		default:
			need = 2
		}
		p.read[p.n], p.bytes[p.n] = r, b
		p.n++
		p.size += utf8.RuneLen(r)
		if p.n == need {
			break
		}
	}
	r, size := utf8.DecodeRune(p.bytes[:p.n])
	p.meant = r
	return p, p.n > 0 && p.n == need && size == p.n && plausible(r)
}

// tells1252 knows what people write of letters with a mark and what follows
// them: quotation marks behind a word in capitals, and more capitals.
func tells1252(p piece, before, after rune, joined bool) int {
	tail := p.read[p.n-1]
	odd := joined || asciiLetter(after) && unicode.IsLower(after) && !strings.ContainsRune("’‘–—…", tail) && !unicode.IsLetter(tail)
	for _, r := range p.read[1:p.n] {
		odd = odd || !behindWord(r) && (!unicode.IsLetter(r) || p.read[0] == 'Ã')
	}
	switch {
	case halfLetter(p.meant):
		return 0
	case p.bytes[0] == 0xE2 && p.bytes[1] == 0x80:
		return enough // â€™, a quotation mark
	case p.bytes[0] == 0xC2 || p.bytes[0] == 0xC3:
		// Ã©. No word starts with Â or Ã, and few in capitals end with them.
		if odd {
			return enough
		}
		if unicode.IsUpper(before) {
			return 0
		}
		return 1
	case odd:
		return 1
	case p.n == 2 && unicode.IsLower(before):
		return 1 // cÅ“ur: a capital within a word
	}
	return 0
}

// tells1251 wants more: with the letters of Ukrainian, Serbian and Belarusian, a
// word such as Ні reads as a letter of UTF-8.
func tells1251(p piece, before, after rune, joined bool) int {
	tail := p.read[p.n-1]
	switch {
	case p.bytes[0] == 0xE2 && (p.bytes[1] == 0x80 || p.bytes[1] == 0x84):
		return enough // вЂ™ в„–, a quotation mark and №
	case asciiLetter(before) && unicode.Is(unicode.Latin, p.meant) && (!behindWord(tail) || asciiLetter(after)):
		return 1 // FranГ§ois: two alphabets in one word
	case joined && !behindWord(tail) && !unicode.IsUpper(tail):
		return 1 // РїСЂ
	}
	return 0
}

func asciiLetter(r rune) bool { return r < utf8.RuneSelf && unicode.IsLetter(r) }

// behindWord reports whether people write r right behind a word.
func behindWord(r rune) bool {
	return typographic(r) || strings.ContainsRune("™®©°·´¨²³¹", r)
}

func typographic(r rune) bool {
	return strings.ContainsRune("“”‘’„‚«»‹›–—…\u00A0", r)
}

// halfLetter reports whether r is a control of Latin-1, which is no text, but a
// half of a character that was misread twice.
func halfLetter(r rune) bool { return r >= 0x80 && r < 0xA0 }

// plausible reports whether r is a character of news: a letter of today's
// alphabets, a sign, an emoji; not one of phonetics or of dead languages.
func plausible(r rune) bool {
	return unicode.Is(ordinary, r) && (unicode.IsGraphic(r) || unicode.In(r, unicode.Cf, unicode.Cc))
}

// ordinary are the blocks of such characters.
var ordinary = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x0080, 0x017F, 1}, // Latin-1, Latin Extended-A
		{0x018F, 0x018F, 1}, // Azerbaijani Ə
		{0x0192, 0x0192, 1}, // ƒ, ˆ and ˜ are halves of what was misread twice
		{0x01A0, 0x01A1, 1}, // Vietnamese Ơ
		{0x01AF, 0x01B0, 1}, // Vietnamese Ư
		{0x0218, 0x021B, 1}, // Romanian
		{0x0259, 0x0259, 1}, // Azerbaijani ə
		{0x02BB, 0x02BC, 1}, // apostrophes of Uzbek and Ukrainian
		{0x02C6, 0x02C6, 1},
		{0x02DC, 0x02DC, 1},
		{0x0300, 0x0328, 1}, // accents by themselves
		{0x0384, 0x03CE, 1}, // Greek
		{0x0400, 0x045F, 1}, // Cyrillic
		{0x0490, 0x04E9, 1}, // Cyrillic of Ukrainian and the languages of Central Asia
		{0x0531, 0x0589, 1}, // Armenian
		{0x05D0, 0x05F4, 1}, // Hebrew
		{0x060C, 0x06D5, 1}, // Arabic
		{0x06F0, 0x06F9, 1}, // Persian digits
		{0x0900, 0x0EFF, 1}, // India to Laos
		{0x1000, 0x109F, 1}, // Burmese
		{0x10D0, 0x10FF, 1}, // Georgian
		{0x1200, 0x137F, 1}, // Amharic
		{0x1780, 0x17FF, 1}, // Khmer
		{0x1E00, 0x1EFF, 1}, // Latin with two marks
		{0x2000, 0x206F, 1}, // punctuation
		{0x20A0, 0x20BF, 1}, // currencies
		{0x2100, 0x23FF, 1}, // №, ™, arrows, mathematics
		{0x2500, 0x27BF, 1}, // boxes, bullets, dingbats
		{0x3000, 0x30FF, 1}, // kana
		{0x3400, 0x9FFF, 1}, // Chinese
		{0xAC00, 0xD7A3, 1}, // Korean
		{0xFB50, 0xFDFF, 1}, // Arabic
		{0xFE0F, 0xFE0F, 1}, // emoji
		{0xFE70, 0xFFFD, 1}, // Arabic; full width; the character of what was lost
	},
	R32: []unicode.Range32{{0x1F000, 0x1FAFF, 1}}, // emoji
}
