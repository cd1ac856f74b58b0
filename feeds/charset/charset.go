// Package charset makes UTF-8 of the bytes that a server sent, and mends text
// that somebody has read in the wrong encoding.
package charset

import (
	"bytes"
	"cmp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Decode returns a document in UTF-8 without its byte order mark. The XML
// declaration, if any, stays where it is: the reader behind it ignores the
// encoding it names. contentType is the HTTP header. What is UTF-8 already is
// not copied.
//
// What can be seen in the bytes goes before what is said of them: a byte order
// mark, the zero bytes of UTF-16 and UTF-32, the escapes of ISO-2022-JP, and the
// form of UTF-8, which no other encoding has by chance. Then come the XML
// declaration, the HTTP header and a page's meta element, in this order (which
// is that of browsers and feed readers, against RFC 7303, because servers
// guess), unless the bytes are far more probable in another encoding. Labels are
// read as WHATWG's Encoding standard has it: ISO-8859-1 is windows-1252. Bytes
// that are of no character become U+FFFD, because a refusal would cost the whole
// document.
func Decode(body []byte, contentType string) []byte {
	e, body := wideUnicode(body)
	if e != nil {
		return decode(body, e)
	}
	for cut := true; cut; { // some servers put two
		body, cut = bytes.CutPrefix(body, []byte("\xEF\xBB\xBF"))
	}
	if escapes(body) {
		return decode(body, japanese.ISO2022JP)
	}
	if utf8.Valid(body) {
		return body
	}
	labels := declarations(body, contentType)
	if mostlyUTF8(body, labels) {
		return patch(body)
	}
	var declared, hinted *candidate
	for _, label := range labels {
		e, name := charset.Lookup(label)
		switch {
		case e == nil || strings.HasPrefix(name, "utf-") || name == "replacement" || name == "x-user-defined" || name == "iso-2022-jp":
			// Not in a document of this form, whatever it says.
		case name == "windows-1252":
			hinted = named(name) // servers say so when they do not know
		case named(name) == nil:
			if declared == nil {
				return decode(body, e) // none that can be told from others
			}
		default:
			declared = cmp.Or(declared, named(name))
		}
	}
	return decode(body, detect(body, declared, hinted).Encoding)
}

func decode(body []byte, e encoding.Encoding) []byte {
	decoded, err := e.NewDecoder().Bytes(body)
	if err != nil || !utf8.Valid(decoded) { // which none of these should do
		return bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	return decoded
}

// form is a way to write all of Unicode in units of more than one byte.
type form struct {
	mark string // the byte order mark
	unit int    // bytes
	at   int    // where in a unit the byte of an ASCII character is
	encoding.Encoding
}

// forms has the longer marks first: that of UTF-16 starts that of UTF-32.
var forms = []form{
	{"\xFF\xFE\x00\x00", 4, 0, utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
	{"\x00\x00\xFE\xFF", 4, 3, utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
	{"\xFF\xFE", 2, 0, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
	{"\xFE\xFF", 2, 1, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
}

// wideUnicode recognises UTF-16 and UTF-32, and cuts the byte order mark off.
// The zero bytes around the first characters go before the mark, and a document
// without any, whose markup has to be of ASCII, has the mark by mistake.
func wideUnicode(body []byte) (encoding.Encoding, []byte) {
	var marked *form
	for i := range forms {
		if marked == nil && bytes.HasPrefix(body, []byte(forms[i].mark)) {
			marked = &forms[i]
		}
	}
	if marked != nil {
		body = body[len(marked.mark):]
	}
	for i := range forms {
		if forms[i].starts(body) {
			return forms[i].Encoding, body
		}
	}
	if marked == nil || len(body) >= 64 && bytes.IndexByte(body[:64], 0) < 0 {
		return nil, body
	}
	return marked.Encoding, body
}

// starts reports whether body starts with markup or JSON in this form: with a <
// or { behind no more than spaces, and another character of ASCII.
func (f *form) starts(body []byte) bool {
	for len(body) >= 2*f.unit {
		first, second := f.ascii(body), f.ascii(body[f.unit:])
		if second == 0 {
			return false
		}
		if first == '<' || first == '{' || first == '[' {
			return true
		}
		if first != ' ' && first != '\t' && first != '\r' && first != '\n' {
			return false
		}
		body = body[f.unit:]
	}
	return false
}

// ascii returns the first character of text, or 0 when it is not of ASCII.
func (f *form) ascii(text []byte) byte {
	for i, b := range text[:f.unit] {
		if i != f.at && b != 0 {
			return 0
		}
	}
	if text[f.at] >= 0x80 {
		return 0
	}
	return text[f.at]
}
