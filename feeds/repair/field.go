package repair

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// field reads an element with a text, up to its end, and writes it.
func (r *reader) field(t tag, f field) {
	text, closed := r.text(t)
	switch {
	case !closed:
		return
	case f.link:
		r.link(t, f, string(bytes.TrimSpace(text)))
		return
	case bytes.HasPrefix(t.attribute("type"), []byte("image/")):
		return
	case string(t.attribute("mode")) == "base64", r.atom && binary(t.attribute("type")): // Atom 0.3, and RFC 4287 section 4.1.3.3
		if plain, err := base64.StdEncoding.AppendDecode(nil, bytes.TrimSpace(text)); err == nil {
			text = bytes.ToValidUTF8(plain, nil)
		}
	}
	if !f.html && f.name != "guid" && f.name != "id" { // gofeed tries a hundred layouts on a date
		text = bytes.ToValidUTF8(text[:min(len(text), maxLine)], nil)
	}
	if r.total > maxText {
		text = whole(text, maxLate)
	}
	r.total += len(text)
	if f.html {
		r.say(t.attribute("xml:lang"))
	}
	r.begin(f.name)
	for _, name := range f.attrs {
		r.attr(name, decode(t.attribute(name)))
	}
	r.write(text)
	r.end(f.name)
}

// binary reports whether a text of this type is in base64, as Atom has what is
// neither text nor XML. Other types with a name are of those who know no better.
func binary(mediaType []byte) bool {
	return bytes.HasPrefix(mediaType, []byte("application/octet-stream"))
}

// link writes an address. RSS has it as the text and Atom as an attribute; one
// that has it the other way is an address all the same.
func (r *reader) link(t tag, f field, text string) {
	rel, href := strings.TrimPrefix(decode(t.attribute("rel")), relations), decode(t.attribute("href"))
	if f.attrs == nil { // as text
		if ref := r.resolve(cmp.Or(text, href)); ref != "" && (rel == "" || rel == "alternate") {
			r.begin(f.name)
			r.write([]byte(ref))
			r.end(f.name)
		}
		return
	}
	r.begin(f.name)
	r.attr("rel", rel)
	r.attr("href", r.resolve(cmp.Or(href, text)))
	r.end(f.name)
}

// relations is what the short names of link relations stand for (RFC 4287
// section 4.2.7.2).
const relations = "http://www.iana.org/assignments/relation/"

// text returns the text of the element whose start tag was read last, and goes
// past its end. It is not whole if the document ends before.
func (r *reader) text(t tag) (text []byte, whole bool) {
	if t.empty {
		return r.behind(t), true
	}
	start := r.at
	end, next := r.textEnd(t)
	if end < 0 {
		r.at = len(r.doc)
		return nil, false
	}
	xhtml := bytes.Contains(t.attribute("type"), []byte("xhtml"))
	r.scratch = r.gather(r.scratch[:0], start, end, xhtml)
	r.at = next
	return r.scratch, r.err == nil
}

// behind is the text behind an empty link: HTML has such an element, and what
// went through a program for HTML has its links behind it.
func (r *reader) behind(t tag) []byte {
	if len(t.attrs) > 0 || !bytes.EqualFold(t.name, []byte("link")) {
		return nil
	}
	return bytes.TrimSpace(r.doc[r.at:skipTo(r.doc, r.at)])
}

// textEnd finds where a text ends and what is behind its element, -1 if the
// document ends before. An element that is never closed ends where the next one
// that we know begins, or else at the first tag. In a document that is
// well-formed every one is closed, and what is in it is text, whatever its name.
func (r *reader) textEnd(t tag) (end, next int) {
	start, sibling, nested := r.at, -1, 0
	for i := skipTo(r.doc, start); i < len(r.doc); i = skipTo(r.doc, i) {
		if n, _ := r.section(i); n > 0 {
			i += n
			continue
		}
		tag, ok := readTag(r.doc, i)
		if r.elements++; r.elements > maxElements {
			r.err = refuse("it has more than %d elements", maxElements)
			return -1, -1
		}
		switch {
		case !ok:
			i++
			continue
		case tag.end && nested > 0 && bytes.EqualFold(tag.name, t.name):
			nested--
		case tag.end && bytes.EqualFold(tag.name, t.name):
			return i, tag.next
		case !tag.end && !tag.empty && bytes.EqualFold(tag.name, t.name) && r.formed():
			nested++
		case bounds(tag) && !r.formed():
			if r.searched += i - start; r.searched > maxSearched {
				r.err = refuse("too many of its elements are never closed")
			}
			end = cmp.Or(max(sibling, 0), i)
			return end, end
		case sibling < 0 && !tag.end && r.isField(tag):
			sibling = i
		}
		i = tag.next
	}
	return -1, -1
}

// isField reports whether a tag begins another field of what is open.
func (r *reader) isField(t tag) bool {
	var buf [64]byte
	_, ok := r.open[len(r.open)-1].has[string(r.name(buf[:0], t))]
	return ok
}

// bounds reports whether a tag cannot be in any text, so that a text that
// reaches it was never closed.
func bounds(t tag) bool {
	var buf [maxName]byte
	_, local := split(t.name)
	switch string(lower(buf[:0], local[:min(len(local), maxName)])) {
	case "item", "entry":
		return true
	case "rss", "channel", "feed", "rdf":
		return t.end
	}
	return false
}

// gather appends the text between two offsets, decoded once: what is in CDATA
// sections is so already, and in XHTML what is escaped is to be seen. Comments
// go. A text that is too long is cut off.
func (r *reader) gather(out []byte, start, end int, xhtml bool) []byte {
	add := func(piece []byte, plain bool) {
		piece = whole(piece, maxField-len(out))
		if plain || xhtml {
			out = append(out, piece...)
		} else {
			out = appendDecoded(out, piece)
		}
	}
	for i := start; i < end && len(out) < maxField; {
		i = skipTo(r.doc[:end], i)
		n := 0
		var inside []byte
		if i < end {
			n, inside = r.section(i)
			if n == 0 {
				i++
				continue
			}
		}
		add(r.doc[start:i], false)
		add(inside, true)
		i = min(i+n, end)
		start = i
	}
	return out
}

// whole cuts a text to at most n bytes, between two characters.
func whole(text []byte, n int) []byte {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
