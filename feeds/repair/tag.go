package repair

import (
	"bytes"
	"strings"
)

// tag is one tag as it stands in a document.
type tag struct {
	name  []byte // with its prefix
	attrs []byte // all between the name and the end
	end   bool   // </name>
	empty bool   // <name/>
	next  int    // the offset behind it
}

// readTag reads the tag whose "<" is at offset at; ok is false if that is no
// tag but a bare "<". A tag without its ">" ends where the next one begins.
func readTag(doc []byte, at int) (t tag, ok bool) {
	i := at + 1
	if i < len(doc) && doc[i] == '/' {
		t.end = true
		i++
	}
	start := i
	for i < len(doc) && nameByte(doc[i]) {
		i++
	}
	if i == start || !nameStart(doc[start]) {
		return tag{}, false
	}
	t.name = doc[start:i]
	end, next := tagEnd(doc, i)
	t.next = next
	t.attrs = doc[i:end]
	if n := len(t.attrs); n > 0 && t.attrs[n-1] == '/' {
		t.attrs, t.empty = t.attrs[:n-1], !t.end
	}
	return t, true
}

// tagEnd returns where the attributes from i on end, and what is behind the
// tag. A quote counts as one only behind "=" and only if it is closed before
// another tag begins: a forgotten one must not swallow the document.
func tagEnd(doc []byte, i int) (end, next int) {
	for behind := byte(0); i < len(doc); i++ {
		switch c := doc[i]; {
		case c == '>':
			return i, i + 1
		case c == '<':
			return i, i
		case (c == '"' || c == '\'') && behind == '=':
			if n := quoted(doc[i+1:], c); n >= 0 {
				i += n + 1
			}
			behind = c
		case c != ' ' && c != '\t' && c != '\n' && c != '\r':
			behind = c
		}
	}
	return len(doc), len(doc)
}

// quoted returns the length of a quoted value; -1 if it is never closed, so that
// the next quote is that of another value. HTML in a value is let pass if its
// quote is followed by what may follow one.
func quoted(rest []byte, quote byte) int {
	n := bytes.IndexByte(rest[:min(len(rest), maxValue)], quote)
	if n < 0 {
		return -1
	}
	if bytes.IndexByte(rest[:n], '<') >= 0 && (n+1 == len(rest) || !bytes.ContainsAny(rest[n+1:n+2], " \t\r\n/>")) {
		return -1
	}
	if name := rest[bytes.LastIndexAny(rest[:n], " \t\r\n")+1 : n]; len(name) > 1 && len(name) < n && len(tagName(name)) == len(name)-1 && name[len(name)-1] == '=' {
		return -1 // rel="alternate type="text/html"
	}
	return n
}

const maxValue = 16 << 10 // bytes of a value in quotes

// attributes calls found for each attribute, its name as it stands and its
// value still encoded, and returns how many there were.
func (t tag) attributes(found func(name, value []byte)) (count int) {
	for b := t.attrs; ; count++ {
		for len(b) > 0 && !nameByte(b[0]) {
			b = b[1:]
		}
		name := tagName(b)
		if len(name) == 0 {
			return count
		}
		var value []byte
		b = bytes.TrimLeft(b[len(name):], " \t\r\n")
		if len(b) > 0 && b[0] == '=' {
			value, b = attributeValue(bytes.TrimLeft(b[1:], " \t\r\n"))
		}
		found(name, value)
	}
}

// attribute returns the value of an attribute as it stands, whatever the case of
// its name; nil if there is none.
func (t tag) attribute(wanted string) (found []byte) {
	if len(t.attrs) <= len(wanted) {
		return nil
	}
	t.attributes(func(name, value []byte) {
		if found == nil && len(name) == len(wanted) && strings.EqualFold(string(name), wanted) {
			found = value
		}
	})
	return found
}

func attributeValue(b []byte) (value, rest []byte) {
	if len(b) > 0 && (b[0] == '"' || b[0] == '\'') {
		if n := quoted(b[1:], b[0]); n >= 0 {
			return b[1 : n+1], b[n+2:]
		}
		b = b[1:]
	}
	n := bytes.IndexAny(b, " \t\r\n")
	if n < 0 {
		n = len(b)
	}
	return bytes.TrimRight(b[:n], `"'`), b[n:]
}

// tagName is the name that b begins with.
func tagName(b []byte) []byte {
	for i := range b {
		if !nameByte(b[i]) {
			return b[:i]
		}
	}
	return b
}

func nameStart(b byte) bool {
	return b >= 0x80 || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || b == '_'
}

// nameByte is encoding/xml's idea of a byte in a name.
func nameByte(b byte) bool {
	return nameStart(b) || '0' <= b && b <= '9' || b == ':' || b == '.' || b == '-'
}

// lower appends a name in lower case.
func lower(buf, name []byte) []byte {
	for _, b := range name {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		buf = append(buf, b)
	}
	return buf
}

// split parts a name into its prefix and the local name.
func split(name []byte) (prefix, local []byte) {
	if before, after, ok := bytes.Cut(name, []byte{':'}); ok {
		return before, after
	}
	return nil, name
}
