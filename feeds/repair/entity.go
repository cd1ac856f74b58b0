package repair

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// decode is the value of an attribute as it is meant.
func decode(value []byte) string {
	return string(bytes.TrimSpace(appendDecoded(nil, whole(value, maxValue))))
}

// appendDecoded appends text with the references that XML knows resolved (XML
// 1.0 sections 4.1 and 4.6). Those of HTML stay, for HTML is what comes out; so
// does a bare "&". References to what is no character are dropped.
func appendDecoded(out, text []byte) []byte {
	for {
		n := bytes.IndexByte(text, '&')
		if n < 0 {
			return append(out, text...)
		}
		out = append(out, text[:n]...)
		text = text[n:]
		end := bytes.IndexByte(text[:min(len(text), maxReference)], ';')
		if end < 0 {
			out, text = append(out, '&'), text[1:]
			continue
		}
		var known bool
		if out, known = appendReference(out, text[1:end]); !known {
			out = append(out, text[:end+1]...)
		}
		text = text[end+1:]
	}
}

const maxReference = 16 // bytes; longer ones are HTML's

// appendReference appends what a reference stands for; known is false if that
// is not for XML to say.
func appendReference(out, name []byte) (with []byte, known bool) {
	switch string(name) {
	case "amp":
		return append(out, '&'), true
	case "lt":
		return append(out, '<'), true
	case "gt":
		return append(out, '>'), true
	case "quot":
		return append(out, '"'), true
	case "apos":
		return append(out, '\''), true
	}
	if len(name) < 2 || name[0] != '#' {
		return out, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' || digits[0] == 'X' {
		digits, base = digits[1:], 16
	}
	code, err := strconv.ParseUint(string(digits), base, 64)
	if err != nil {
		return out, false
	}
	if 0x80 <= code && code < 0xA0 { // HTML's rule for those who mean windows-1252
		return append(out, "&#"+strconv.FormatUint(code, 10)+";"...), true
	}
	if code > utf8.MaxRune || !character(rune(code)) {
		return out, true
	}
	return utf8.AppendRune(out, rune(code)), true
}

// character reports whether XML can hold a character (XML 1.0 section 2.2).
func character(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || ' ' <= r && r < 0xD800 || 0xE000 <= r && r < 0xFFFE || 0x10000 <= r && r <= utf8.MaxRune
}

// Characters returns text in UTF-8 without what no XML document can hold.
func Characters(text []byte) []byte {
	for i, b := range text {
		if (b < ' ' || b == 0xEF) && forbidden(text, i) > 0 {
			return appendCharacters(append(make([]byte, 0, len(text)), text[:i]...), text[i:])
		}
	}
	return text
}

func appendCharacters(out, text []byte) []byte {
	for i := 0; i < len(text); {
		if n := forbidden(text, i); n > 0 {
			i += n
			continue
		}
		out = append(out, text[i])
		i++
	}
	return out
}

// forbidden is the length of what is no character at text[i]: a control, or
// U+FFFE or U+FFFF.
func forbidden(text []byte, i int) int {
	switch b := text[i]; {
	case b < ' ' && b != '\t' && b != '\n' && b != '\r':
		return 1
	case b == 0xEF && i+2 < len(text) && text[i+1] == 0xBF && text[i+2] >= 0xBE:
		return 3
	}
	return 0
}
