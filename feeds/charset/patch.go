package charset

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/charmap"
)

// mostlyUTF8 reports whether a document is in UTF-8 but for some bytes: those of
// a text that was cut within a character, or of one that was put in from a page
// in windows-1252. Chance makes one character of UTF-8 in seven of GB18030's, and
// fewer in all others.
func mostlyUTF8(body []byte, labels []string) bool {
	good, bad := 0, 0
	for i := 0; i < len(body); {
		if body[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(body[i:])
		switch {
		case r != utf8.RuneError || size > 1:
			good++
		case utf8.FullRune(body[i:]):
			bad++
		default: // cut at the end
			size = len(body) - i
		}
		i += size
	}
	for _, label := range labels {
		if label = strings.TrimSpace(label); label == "" {
			continue
		}
		if _, name := charset.Lookup(label); name == "utf-8" {
			return bad <= good // or cut in its only character
		}
		return good > 0 && 4*bad <= good
	}
	return good > 0 && 2*bad <= good
}

// patch makes a document valid that is in UTF-8 but for some bytes. The rest of
// a character that was cut becomes one U+FFFD, and a byte that is none of UTF-8
// the character that windows-1252 has for it.
func patch(body []byte) []byte {
	whole := make([]byte, 0, len(body)+len(body)/8)
	var before rune
	for i := 0; i < len(body); {
		if body[i] < utf8.RuneSelf {
			before = rune(body[i])
			whole = append(whole, body[i])
			i++
			continue
		}
		r, size := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && size == 1 {
			r, size = stray(body[i:], before)
		}
		before = r
		whole = utf8.AppendRune(whole, r)
		i += size
	}
	return whole
}

// stray reads bytes that start no character of UTF-8, behind the character
// before. They are a part of one behind a letter that windows-1252 lacks, and at
// the end of the document; two or more of them are, but for those of a word of
// Latin letters, which quotation marks follow. All else is of windows-1252.
func stray(text []byte, before rune) (r rune, size int) {
	lead, size := text[0], 1
	for in(lead, 0xC2, 0xF4) && size < min(len(text), 3) && in(text[size], 0x80, 0xBF) {
		size++
	}
	isPart := size == len(text) || unicode.IsLetter(before) && before >= 0x370
	if size > 1 && (lead == 0xE2 || !unicode.IsLetter(before)) {
		isPart = true
	}
	if isPart && in(lead, 0xC2, 0xF4) {
		return utf8.RuneError, size
	}
	if r := charmap.Windows1252.DecodeByte(lead); unicode.IsPrint(r) || r == '\u00A0' || r == '\u00AD' {
		return r, 1
	}
	return utf8.RuneError, 1
}
