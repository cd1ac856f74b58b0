package feeds

import (
	"bytes"
	"fmt"
)

// Limits of a document, far above any honest feed and far below what it takes
// to hurt us. gofeed v1.4.2 has none of its own: a deep document overflows the
// goroutine stack and kills the process, namespaces are copied into every
// element, the text of an extension is put together piece by piece, and under an
// xml:base the HTML in Atom is built into trees, at seconds a megabyte if need be.
const (
	maxDepth      = 256
	maxItems      = 20_000
	maxElements   = 400_000
	maxAttributes = 1_000_000
	maxScope      = 5_000_000 // namespace bindings copied, over all elements
	maxCopied     = 256 << 20 // bytes of text copied while it is put together
	maxBasedText  = 2 << 20   // bytes of text in Atom with an xml:base
)

// outline is what the guard learns of an XML document as it goes over it.
type outline struct {
	whole bool     // every element is closed
	cut   int      // just behind the last whole item; 0 if there is none
	open  [][]byte // the names of the elements open there, the root first
}

// guardXML goes once over an XML document, without its prolog, and refuses what
// the parser could be hurt by. Up to the first mistake it sees the same
// elements as encoding/xml with Strict off, and after a mistake the parser
// stops by itself; a tag that closes the wrong element closes at least one
// there, so that the depth seen here is never too small.
func guardXML(doc []byte) (outline, error) {
	g := guard{doc: doc}
	g.run()
	return g.outline, g.err
}

// guard is the state of guardXML.
type guard struct {
	doc []byte
	at  int

	depth   int
	names   [maxDepth + 1][]byte // of the open elements, by depth
	scope   [maxDepth + 1]int    // namespace bindings in scope, by depth
	text    [maxDepth + 1]int    // bytes of text so far, by depth
	plainTo int                  // down to this depth text is not collected
	atom    bool
	based   bool // an element has an xml:base

	items, elements, attributes, scopes int
	collected, copied                   int // bytes of text

	outline outline
	err     error
}

func (g *guard) run() {
	for g.err == nil && g.at < len(g.doc) {
		g.step()
	}
	g.outline.whole = g.depth == 0
}

// step goes past a piece of text and the markup behind it.
func (g *guard) step() {
	n := bytes.IndexByte(g.doc[g.at:], '<')
	if n < 0 {
		g.at = len(g.doc)
		return
	}
	g.collect(n)
	g.at += n
	rest := g.doc[g.at:]
	switch {
	case bytes.HasPrefix(rest, []byte("</")):
		g.close()
	case bytes.HasPrefix(rest, []byte("<!--")):
		g.skip(len("<!--"), "-->")
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		n := g.skip(len("<![CDATA["), "]]>")
		g.collect(n)
	case bytes.HasPrefix([]byte("<!--"), rest), bytes.HasPrefix([]byte("<![CDATA["), rest):
		g.at = len(g.doc) // cut off
	case bytes.HasPrefix(rest, []byte("<!")):
		g.refuse("it has a document type in its middle")
	case bytes.HasPrefix(rest, []byte("<?xml")) && len(rest) > 5 && !nameByte(rest[5]):
		g.refuse("it has a second XML declaration")
	case bytes.HasPrefix(rest, []byte("<?")):
		g.skip(len("<?"), "?>")
	default:
		g.open()
	}
}

func (g *guard) refuse(format string, args ...any) {
	g.err = &problem{fmt.Sprintf(format, args...), nil}
}

// skip goes past markup that ends with end, and returns its length.
func (g *guard) skip(start int, end string) int {
	n := bytes.Index(g.doc[g.at+start:], []byte(end))
	if n < 0 {
		g.at = len(g.doc)
		return 0
	}
	g.at += start + n + len(end)
	return n
}

// collect counts n bytes of text. The parser may add them to what the element
// has already, and copies all of that.
func (g *guard) collect(n int) {
	if n == 0 || g.depth <= g.plainTo {
		return
	}
	g.copied += g.text[g.depth]
	g.text[g.depth] += n
	g.collected += n
	if g.copied > maxCopied {
		g.refuse("its text is in too many pieces")
	}
	if g.atom && g.based && g.collected > maxBasedText {
		g.refuse("it has an xml:base and more than %s of text", size(maxBasedText))
	}
}

// open goes past a start tag.
func (g *guard) open() {
	length, names, whole := startTag(g.doc[g.at:])
	tag := g.doc[g.at : g.at+length]
	g.at += length
	name := tagName(tag[1:])
	if !whole || len(name) == 0 {
		return // cut off or a mistake; the parser will say which
	}
	g.count(tag, name, names-1)
	if bytes.HasSuffix(tag, []byte("/>")) {
		g.end(name)
		return
	}
	if g.depth == maxDepth {
		g.refuse("its elements are nested more than %d deep", maxDepth)
		return
	}
	bound := g.scope[g.depth] + bytes.Count(tag, []byte("xmlns"))
	g.depth++
	g.names[g.depth], g.scope[g.depth], g.text[g.depth] = name, bound, 0
	if g.depth == 1 {
		g.atom = bytes.EqualFold(local(name), []byte("feed"))
		g.plainTo = 1
		if !g.atom {
			g.plainTo = 2 // a channel between the root and its items
		}
	}
}

// count adds an element to the tallies.
func (g *guard) count(tag, name []byte, attributes int) {
	g.elements++
	g.attributes += attributes
	g.scopes += g.scope[g.depth] + bytes.Count(tag, []byte("xmlns"))
	g.based = g.based || bytes.Contains(tag, []byte(":base"))
	if isItem(name) {
		g.items++
	}
	switch {
	case g.items > maxItems:
		g.refuse("it has more than %d items", maxItems)
	case g.elements > maxElements:
		g.refuse("it has more than %d elements", maxElements)
	case g.attributes > maxAttributes:
		g.refuse("it has more than %d attributes", maxAttributes)
	case g.scopes > maxScope:
		g.refuse("it has too many namespaces")
	}
}

// close goes past an end tag.
func (g *guard) close() {
	n := bytes.IndexByte(g.doc[g.at:], '>')
	if n < 0 {
		g.at = len(g.doc)
		return
	}
	name := tagName(g.doc[g.at+2 : g.at+n])
	g.at += n + 1
	g.depth = max(0, g.depth-1)
	g.end(name)
}

// end marks the end of an item as a place where the document could be cut.
func (g *guard) end(name []byte) {
	if isItem(name) && g.depth <= g.plainTo {
		g.outline.cut = g.at
		g.outline.open = append(g.outline.open[:0], g.names[1:g.depth+1]...)
	}
}

// startTag measures the start tag that doc begins with: its length, a quoted ">"
// and all, and how many names and bare values it has outside of quotes. It is
// not whole when the document ends first.
func startTag(doc []byte) (length, names int, whole bool) {
	for i := 1; i < len(doc); i++ {
		switch c := doc[i]; {
		case nameByte(c):
			if !nameByte(doc[i-1]) {
				names++
			}
		case c == '>':
			return i + 1, names, true
		case c == '"' || c == '\'':
			n := bytes.IndexByte(doc[i+1:], c)
			if n < 0 {
				return len(doc), names, false
			}
			i += n + 1
		case c == '<':
			return i, names, false // a mistake
		}
	}
	return len(doc), names, false
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

// nameByte is encoding/xml's idea of a byte in a name.
func nameByte(b byte) bool {
	return b >= 0x80 || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' ||
		b == '_' || b == ':' || b == '.' || b == '-'
}

func local(name []byte) []byte {
	return name[bytes.IndexByte(name, ':')+1:]
}

func isItem(name []byte) bool {
	name = local(name)
	return len(name) == 4 && bytes.EqualFold(name, []byte("item")) ||
		len(name) == 5 && bytes.EqualFold(name, []byte("entry"))
}

// guardJSON goes once over a JSON document and refuses what is too much. The
// depth needs no mention: encoding/json has a limit of its own.
func guardJSON(doc []byte) error {
	depth, items, values := 0, 0, 0
	for i := 0; i < len(doc); i++ {
		switch doc[i] {
		case '"':
			for i++; i < len(doc) && doc[i] != '"'; i++ {
				if doc[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			values++
			if depth == 3 { // in an array in the outermost object
				items++
			}
		case '}', ']':
			depth--
		case ',':
			values++
		}
		if depth > maxDepth {
			return &problem{fmt.Sprintf("its values are nested more than %d deep", maxDepth), nil}
		}
		if items > maxItems {
			return &problem{fmt.Sprintf("it has more than %d items", maxItems), nil}
		}
		if values > maxElements {
			return &problem{fmt.Sprintf("it has more than %d values", maxElements), nil}
		}
	}
	return nil
}
