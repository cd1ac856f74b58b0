package charset

import (
	"bytes"
	"cmp"
	"mime"
	"strings"

	"golang.org/x/net/html/charset"
)

// toUTF8 returns a document in UTF-8, without byte order mark, XML declaration,
// and the bytes that XML forbids. The parser behind it then reads exactly the
// bytes that the guard has seen: a declaration left in would make it convert
// once more, to something nobody has looked at.
//
// The encoding is that of the byte order mark, else of the XML declaration,
// else of the HTTP header, else UTF-8. Browsers and feed readers put the
// declaration before the header, against RFC 7303, because servers guess.
func Decode(body []byte, contentType string) []byte {
	mark, body := byteOrderMark(body)
	if mark != "" {
		body = convert(body, mark)
	}
	declared, body := xmlDeclaration(body)
	if mark == "" {
		_, params, _ := mime.ParseMediaType(contentType)
		body = convert(body, cmp.Or(declared, params["charset"]))
	}
	return body
}

// byteOrderMark cuts the mark off and names the encoding it stands for.
func byteOrderMark(body []byte) (label string, rest []byte) {
	for mark, label := range map[string]string{"\xEF\xBB\xBF": "utf-8", "\xFE\xFF": "utf-16be", "\xFF\xFE": "utf-16le"} {
		if rest, ok := bytes.CutPrefix(body, []byte(mark)); ok {
			return label, rest
		}
	}
	return "", body
}

// xmlDeclaration cuts the declaration off, with what stands before it, and
// returns the encoding it names.
func xmlDeclaration(body []byte) (label string, rest []byte) {
	start := bytes.IndexByte(body, '<')
	if start < 0 || bytes.IndexByte(body[:start], '{') >= 0 {
		return "", body // JSON, or nothing
	}
	inside, found := bytes.CutPrefix(body[start:], []byte("<?xml"))
	if !found || len(inside) == 0 || inside[0] > 0x20 {
		return "", body
	}
	declaration, rest, found := bytes.Cut(inside, []byte("?>"))
	if !found {
		return "", body
	}
	_, value, found := strings.Cut(string(declaration), "encoding")
	value = strings.TrimLeft(value, " \t\r\n=")
	if !found || value == "" {
		return "", rest
	}
	label, _, _ = strings.Cut(value[1:], value[:1]) // between the quotes
	// A declaration that can be read byte by byte is not in UTF-16, whatever it says.
	if strings.HasPrefix(strings.ToLower(label), "utf-16") {
		label = "utf-8"
	}
	return label, rest
}

// convert decodes body. A label nobody knows counts as UTF-8, and bytes that are
// not of the encoding they claim become U+FFFD, because either would cost the
// whole document.
func convert(body []byte, label string) []byte {
	if e, name := charset.Lookup(label); e != nil && name != "utf-8" {
		if decoded, err := e.NewDecoder().Bytes(body); err == nil {
			body = decoded
		}
	}
	return bytes.ToValidUTF8(body, []byte("\uFFFD"))
}
func Mend(s string) string { return s }
