package charset

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxDeclaration is how far from the start a document may say what it is in.
// It is WHATWG's limit for a page.
const maxDeclaration = 1024

// declarations are the labels that a document has, the most trusted first. Some
// may be empty or unknown.
func declarations(body []byte, contentType string) []string {
	start := string(body[:min(len(body), maxDeclaration)])
	if i := strings.IndexByte(start, '<'); i < 0 || strings.IndexByte(start[:i], '{') >= 0 {
		start = "" // JSON, or nothing
	}
	labels := []string{"", labelIn(contentType, "charset")}
	if _, inside, found := strings.Cut(start, "<?xml"); found {
		inside, _, _ = strings.Cut(inside, "?>")
		labels[0] = labelIn(inside, "encoding")
	}
	start = strings.ToLower(start)
	for {
		_, inside, found := strings.Cut(start, "<meta")
		if !found {
			return labels
		}
		inside, start, _ = strings.Cut(inside, ">")
		if label := labelIn(inside, "charset"); label != "" {
			labels = append(labels, label)
		}
	}
}

// labelIn returns the value that name has in text, with or without quotes, in
// small letters.
func labelIn(text, name string) string {
	text = strings.ToLower(text)
	for {
		_, behind, found := strings.Cut(text, name)
		if !found {
			return ""
		}
		text = behind
		value, found := strings.CutPrefix(strings.TrimLeft(text, " \t\r\n"), "=")
		if !found {
			continue
		}
		value = strings.TrimLeft(value, " \t\r\n\"'\\")
		if end := strings.IndexAny(value, " \t\r\n\"'\\;,>?"); end >= 0 {
			value = value[:end]
		}
		return value
	}
}

// maxBeforeEscape is how far from the start the first word in Japanese is.
const maxBeforeEscape = 16 << 10

// escapes reports whether a document without bytes beyond ASCII changes to
// Japanese by an escape of ISO-2022-JP (RFC 1468).
func escapes(body []byte) bool {
	start := body[:min(len(body), maxBeforeEscape)]
	i := bytes.IndexByte(start, 0x1B)
	if i < 0 {
		return false
	}
	for _, escape := range []string{"\x1B$@", "\x1B$B", "\x1B$(D", "\x1B(I"} {
		if bytes.Contains(start[i:], []byte(escape)) {
			return !slices.ContainsFunc(body, func(b byte) bool { return b >= utf8.RuneSelf })
		}
	}
	return false
}
