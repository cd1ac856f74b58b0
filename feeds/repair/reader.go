package repair

import (
	"bytes"
	"encoding/xml"
	"io"
	"net/url"
	"strings"
	"sync"
)

// reader goes over a document and tells the writer what it finds.
type reader struct {
	writer
	doc []byte
	at  int

	prefixes map[string]string // as the document declares them
	open     []element         // what is open now; the first is the feed
	bases    []base

	comments, cdatas, instructions finder

	elements, attributes, items int
	searched                    int         // bytes looked at twice
	formed                      func() bool // it is well-formed; asked for rarely
	complete                    bool        // the document has its end, whatever is in its middle
	whole                       bool        // and what was read of it so far
	err                         error
}

// element is an element with elements in it.
type element struct {
	name []byte           // as it stands
	has  map[string]field // what is kept of what is in it; nil for nothing
	ends string           // the element of the writer's that ends with it
}

// base is an xml:base, and the place of its element among those open.
type base struct {
	url   *url.URL
	place int
}

func newReader(doc []byte, at int, atom bool) *reader {
	r := &reader{
		doc: doc, at: at, writer: writer{atom: atom}, prefixes: map[string]string{},
		comments: finder{end: "-->"}, cdatas: finder{end: "]]>"}, instructions: finder{end: "?>"},
	}
	r.formed = sync.OnceValue(func() bool { return wellFormed(doc[at:]) })
	r.complete = closesRoot(doc)
	r.open = []element{{has: rssFeed}}
	if atom {
		r.open[0].has = atomFeed
	}
	if root, ok := readTag(doc, at); ok { // whatever prefix the root has is that of its kind
		if prefix, _ := split(root.name); usual[strings.ToLower(string(prefix))] == "" {
			r.prefixes[string(prefix)] = core
		}
	}
	return r
}

// step goes past a piece of text and the markup behind it. Text between
// elements means nothing.
func (r *reader) step() {
	r.at = skipTo(r.doc, r.at)
	if r.at == len(r.doc) {
		return
	}
	if n, _ := r.section(r.at); n > 0 {
		r.at += n
		return
	}
	t, ok := readTag(r.doc, r.at)
	switch {
	case !ok:
		r.at++
	case t.end:
		r.at = t.next
		r.close(t)
	default:
		r.at = t.next
		r.start(t)
	}
}

// start goes past a start tag, and past the element if it is a field.
func (r *reader) start(t tag) {
	if r.count(t); r.err != nil {
		return
	}
	var buf [64]byte
	name := r.name(buf[:0], t)
	around := r.open[len(r.open)-1]
	switch string(name) {
	case "item", "entry":
		r.startItem(t)
		return
	case "rss", "rdf:rdf", "channel", "feed":
		if len(r.open) == 1 { // a stray one within an item begins nothing
			r.whole = false
			r.rebase(t, 0)
			r.say(t.attribute("xml:lang"))
		}
		return
	case "media:group":
		r.push(t, element{has: around.has})
		return
	}
	if f, ok := around.has[string(name)]; ok {
		r.field(t, f)
		return
	}
	switch {
	case len(r.open) > 1 && !r.closed(t): // a <br> that nobody has escaped
	case string(name) == r.authorName() && around.has != nil && around.ends == "" && !t.empty:
		r.begin(r.authorName())
		r.push(t, element{has: person[r.atom], ends: r.authorName()})
	default:
		r.push(t, element{})
	}
}

// authorName is what an author is called who has a name and an address within.
func (r *reader) authorName() string {
	if r.atom {
		return "author"
	}
	return "atom:author"
}

// count adds an element to the tallies and takes note of its namespaces.
func (r *reader) count(t tag) {
	r.elements++
	r.attributes += t.attributes(func(name, value []byte) {
		prefix, local := split(name)
		if string(prefix) != "xmlns" || len(r.prefixes) == maxDepth {
			return
		}
		if canonical, ok := namespaces[string(bytes.TrimSpace(value))]; ok {
			r.prefixes[string(local)] = canonical
		}
	})
	switch {
	case r.elements > maxElements:
		r.err = refuse("it has more than %d elements", maxElements)
	case r.attributes > maxAttributes:
		r.err = refuse("it has more than %d attributes", maxAttributes)
	}
}

// name appends a tag's name in lower case with the prefix that we know it by,
// none if it is of RSS or Atom itself.
func (r *reader) name(buf []byte, t tag) []byte {
	prefix, local := split(t.name)
	canonical, known := r.prefixes[string(prefix)]
	if len(prefix) == 0 { // a namespace for this element alone, if it is one of the extensions
		canonical = namespaces[string(bytes.TrimSpace(t.attribute("xmlns")))]
		known = canonical != core && canonical != "atom" && canonical != "rdf"
	}
	if !known && len(prefix) <= maxName {
		canonical, known = usual[string(lower(buf, prefix))]
	}
	switch {
	case !known:
		buf = append(buf, '?', ':')
	case canonical != core && (canonical != "atom" || !r.atom):
		buf = append(append(buf, canonical...), ':')
	}
	return lower(buf, local[:min(len(local), maxName)])
}

// push opens an element that has elements in it.
func (r *reader) push(t tag, e element) {
	if t.empty {
		return
	}
	if len(r.open) == maxDepth {
		r.err = refuse("its elements are nested more than %d deep", maxDepth)
		return
	}
	e.name = t.name
	r.open = append(r.open, e)
	r.rebase(t, len(r.open)-1)
}

// startItem begins an item, and ends the one before if that has forgotten to.
func (r *reader) startItem(t tag) {
	r.finishItem()
	if r.items++; r.items > maxItems {
		r.err = refuse("it has more than %d items", maxItems)
		return
	}
	r.beginItem()
	r.about = r.resolve(decode(t.attribute("rdf:about")))
	r.say(t.attribute("xml:lang"))
	e := element{has: rssItem}
	if r.atom {
		e.has = atomItem
	}
	if r.push(t, e); t.empty {
		r.finishItem()
	}
}

// finishItem ends the item that is open, if one is, with all that is in it.
func (r *reader) finishItem() {
	r.pop(1)
	r.endItem()
}

// close goes past an end tag. One that closes nothing that is open is none.
func (r *reader) close(t tag) {
	var buf [maxName]byte
	_, local := split(t.name)
	switch string(lower(buf[:0], local[:min(len(local), maxName)])) {
	case "item", "entry":
		r.finishItem()
		return
	case "rss", "rdf", "feed":
		r.whole = true
		r.finishItem()
		return
	case "channel":
		r.finishItem()
		return
	}
	for i := len(r.open) - 1; i > 0; i-- {
		if bytes.EqualFold(r.open[i].name, t.name) {
			r.pop(i)
			return
		}
	}
	if r.elements++; r.elements > maxElements { // it costs as much as one
		r.err = refuse("it has more than %d elements", maxElements)
	}
}

// pop closes what is open from place n on.
func (r *reader) pop(n int) {
	for i := len(r.open) - 1; i >= n; i-- {
		if r.open[i].ends != "" {
			r.end(r.open[i].ends)
		}
	}
	r.open = r.open[:min(n, len(r.open))]
	for len(r.bases) > 0 && r.bases[len(r.bases)-1].place >= n {
		r.bases = r.bases[:len(r.bases)-1]
	}
}

// rebase takes note of an element's xml:base (https://www.w3.org/TR/xmlbase/).
func (r *reader) rebase(t tag, place int) {
	value := t.attribute("xml:base")
	if value == nil || len(value) > maxBase {
		return
	}
	if u, err := url.Parse(r.resolve(decode(value))); err == nil {
		r.bases = append(r.bases, base{u, place})
	}
}

const maxBase = 2048 // bytes of an xml:base; a longer one would be copied into every link

// resolve makes an address that is relative to an xml:base absolute, or at
// least relative to what the base is relative to.
func (r *reader) resolve(ref string) string {
	if len(r.bases) == 0 || ref == "" {
		return ref
	}
	u, err := r.bases[len(r.bases)-1].url.Parse(ref)
	if err != nil {
		return ref
	}
	return u.String()
}

// closed reports whether an element in an item is closed within it, as far as
// one can see. All that is looked at is limited; beyond, it counts as closed.
func (r *reader) closed(t tag) bool {
	if t.empty || r.searched > maxSearched {
		return true
	}
	ahead := r.doc[t.next:min(len(r.doc), t.next+maxAhead)]
	n := bytes.Index(ahead, append([]byte("</"), t.name...))
	within := ahead[:max(n, 0)]
	if n < 0 {
		within = ahead
	}
	r.searched += len(within)
	ended := bytes.Contains(within, []byte("</item")) || bytes.Contains(within, []byte("</entry"))
	return !ended && (n >= 0 || len(ahead) == maxAhead)
}

// finder finds the ends of sections in a document, each once, however often it
// is asked: a document may begin a million and end none.
type finder struct {
	end        string
	from, next int // from on, the first one is at next
}

// find returns the offset of the first end from at on, -1 if there is none.
func (f *finder) find(doc []byte, at int) int {
	if f.next >= 0 && (at > f.next || f.next == 0) || at < f.from {
		f.from, f.next = at, bytes.Index(doc[at:], []byte(f.end))
		if f.next >= 0 {
			f.next += at
		}
	}
	return f.next
}

// section measures the comment, CDATA section or instruction at an offset; n is
// 0 if there is none. One without an end is its start only, and what follows is
// text; so is a CDATA section in which another begins, but for a document that
// is well-formed: there it is somebody's text, who must not write items with it.
func (r *reader) section(at int) (n int, cdata []byte) {
	rest := r.doc[at:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		return r.sectionEnd(&r.comments, at, len("<!--")), nil
	case bytes.HasPrefix(rest, []byte("<?")):
		return r.sectionEnd(&r.instructions, at, len("<?")), nil
	case bytes.HasPrefix(rest, []byte(cdataStart)):
		n = r.sectionEnd(&r.cdatas, at, len(cdataStart))
		if n == len(cdataStart) && !r.complete {
			return len(rest), nil // the document breaks off in it
		}
		if n > len(cdataStart) {
			cdata = rest[len(cdataStart) : n-len(cdataEnd)]
			if bytes.Contains(cdata, []byte(cdataStart)) && !r.formed() {
				return len(cdataStart), nil
			}
		}
		return n, cdata
	case bytes.HasPrefix(rest, []byte("<!")):
		return len("<!"), nil
	}
	return 0, nil
}

func (r *reader) sectionEnd(f *finder, at, start int) int {
	end := f.find(r.doc, at+start)
	if end < 0 {
		return start
	}
	return end + len(f.end) - at
}

// wellFormed reports whether all of a document is XML as it should be.
func wellFormed(doc []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(doc))
	d.Entity = xml.HTMLEntity
	for depth := 0; depth <= maxDepth; {
		token, err := d.Token()
		switch token.(type) {
		case nil:
			return err == io.EOF
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	return false
}

const (
	cdataStart = "<![CDATA["
	cdataEnd   = "]]>"
)

// closesRoot reports whether a document ends as a feed ends.
func closesRoot(doc []byte) bool {
	end := bytes.ToLower(doc[max(0, len(doc)-maxTail):])
	return bytes.Contains(end, []byte("</rss")) || bytes.Contains(end, []byte("</feed")) || bytes.Contains(end, []byte(":rdf>")) ||
		bytes.Contains(end, []byte(":feed>"))
}

const maxTail = 512 // bytes at the end of a document that may follow its last tag
