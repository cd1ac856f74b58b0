package charset

import (
	"math"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// wide is an encoding of one byte for ASCII and two or more for all else.
type wide struct {
	// shape tells the size of the character at the start of text, which is not
	// ASCII, and what kind of character it is.
	shape  func(text []byte) (size int, kind kind)
	common func() map[uint16]float64 // the commonest characters: logarithms of their probability
}

// kind is how usual a character is that is not one of the commonest.
type kind int

const (
	broken  kind = iota // no character
	strange             // a later extension of the standard
	second              // its second level: rare characters
	mark                // punctuation and the alphabets of others
	half                // a half-width katakana
	first               // its first level
)

// The logarithm of the probability of one character of a kind: the share of the
// kind in news, by the number of its characters.
var kindChance = [...]float64{
	broken:  math.Log(1e-9),
	strange: math.Log(0.001 / 15000),
	second:  math.Log(0.005 / 3000),
	mark:    math.Log(0.01 / 400),
	half:    math.Log(0.001 / 63),
	first:   math.Log(0.25 / 3000),
}

const (
	commonShare = 0.7 // of the commonest characters in a text
	// The logarithms of the probability of a wide character behind a letter of
	// ASCII, of that behind a wide one, and of the end of a word.
	wideAfterASCII, asciiAfterWide, endAfterWide = -4, -7, -2.5
)

var (
	gb18030  = wide{shapeGB18030, commonest(simplifiedchinese.GB18030, commonChinese)}
	big5     = wide{shapeBig5, commonest(traditionalchinese.Big5, commonTaiwan)}
	shiftJIS = wide{shapeShiftJIS, commonest(japanese.ShiftJIS, commonJapanese)}
	eucJP    = wide{shapeEUCJP, commonest(japanese.EUCJP, commonJapanese)}
	eucKR    = wide{shapeEUCKR, commonest(korean.EUCKR, commonKorean)}
)

// commonest gives the characters of a list, commonest first, and punctuation
// the probability that their rank has by Zipf's law.
func commonest(e encoding.Encoding, list string) func() map[uint16]float64 {
	return sync.OnceValue(func() map[uint16]float64 {
		chances, total := map[uint16]float64{}, 0.0
		for _, r := range list + marks {
			code, err := e.NewEncoder().String(string(r))
			if err != nil || len(code) != 2 || chances[uint16(code[0])<<8|uint16(code[1])] != 0 {
				continue
			}
			chance := 1 / float64(len(chances)+20)
			chances[uint16(code[0])<<8|uint16(code[1])] = chance
			total += chance
		}
		for code, chance := range chances {
			chances[code] = math.Log(commonShare * chance / total)
		}
		return chances
	})
}

// score is the logarithm of the probability of the words, or some number below
// the least one of interest.
func (w *wide) score(words []byte, least float64) float64 {
	common, total, behind := w.common(), 0.0, byte(' ') // behind: a space, a letter, or 0xFF for a wide character
	for len(words) > 0 && total >= least {
		b := words[0]
		if b < utf8.RuneSelf {
			if behind == 0xFF && b == ' ' {
				total += endAfterWide
			} else if behind == 0xFF {
				total += asciiAfterWide
			}
			behind, words = b, words[1:]
			continue
		}
		if behind != ' ' && behind != 0xFF {
			total += wideAfterASCII
		}
		size, kind := w.shape(words)
		chance, listed := 0.0, false
		if size == 2 {
			chance, listed = common[uint16(b)<<8|uint16(words[1])]
		}
		if !listed {
			chance = kindChance[kind]
		}
		total += chance
		behind, words = 0xFF, words[size:]
	}
	return total
}

// byteAt is 0 behind the end, which is half of no character.
func byteAt(text []byte, i int) byte {
	if i < len(text) {
		return text[i]
	}
	return 0
}

func in(b, low, high byte) bool { return low <= b && b <= high }

// The ranges are those of the WHATWG's Encoding standard, sections 10 to 14.

func shapeGB18030(text []byte) (int, kind) {
	a, b := text[0], byteAt(text, 1)
	switch {
	case !in(a, 0x81, 0xFE):
		return 1, broken
	case in(b, '0', '9') && in(byteAt(text, 2), 0x81, 0xFE) && in(byteAt(text, 3), '0', '9'):
		return 4, strange
	case !in(b, 0x40, 0xFE) || b == 0x7F:
		return 1, broken
	case b < 0xA1 || in(a, 0xAA, 0xAF) || a > 0xF7 || a < 0xA1:
		return 2, strange
	case a < 0xB0:
		return 2, mark
	case a < 0xD8:
		return 2, first
	}
	return 2, second
}

func shapeBig5(text []byte) (int, kind) {
	a, b := text[0], byteAt(text, 1)
	switch {
	case !in(a, 0x81, 0xFE) || !in(b, 0x40, 0x7E) && !in(b, 0xA1, 0xFE):
		return 1, broken
	case in(a, 0xA1, 0xA3):
		return 2, mark
	case in(a, 0xA4, 0xC6):
		return 2, first
	case in(a, 0xC9, 0xF9):
		return 2, second
	}
	return 2, strange
}

func shapeShiftJIS(text []byte) (int, kind) {
	a, b := text[0], byteAt(text, 1)
	switch {
	case in(a, 0xA1, 0xDF):
		return 1, half
	case !in(a, 0x81, 0x9F) && !in(a, 0xE0, 0xFC) || !in(b, 0x40, 0xFC) || b == 0x7F:
		return 1, broken
	case a < 0x88:
		return 2, mark
	case a < 0x98:
		return 2, first
	case a <= 0xEA:
		return 2, second
	}
	return 2, strange
}

func shapeEUCJP(text []byte) (int, kind) {
	a, b := text[0], byteAt(text, 1)
	switch {
	case a == 0x8E && in(b, 0xA1, 0xDF):
		return 2, half
	case a == 0x8F && in(b, 0xA1, 0xFE) && in(byteAt(text, 2), 0xA1, 0xFE):
		return 3, strange
	case !in(a, 0xA1, 0xFE) || !in(b, 0xA1, 0xFE):
		return 1, broken
	case a < 0xB0:
		return 2, mark
	case a < 0xD0:
		return 2, first
	case a <= 0xF4:
		return 2, second
	}
	return 2, strange
}

func shapeEUCKR(text []byte) (int, kind) {
	a, b := text[0], byteAt(text, 1)
	switch {
	case !in(a, 0x81, 0xFE) || !in(b, 0x41, 0x5A) && !in(b, 0x61, 0x7A) && !in(b, 0x81, 0xFE):
		return 1, broken
	case b < 0xA1 || a < 0xA1 || a == 0xC9 || a == 0xFE:
		return 2, strange
	case a < 0xB0:
		return 2, mark
	case a < 0xC9:
		return 2, first
	}
	return 2, second
}
