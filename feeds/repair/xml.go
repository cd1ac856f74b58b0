package repair

import (
	"bytes"
	"strings"
)

// XML reads an RSS or Atom document of any version, in UTF-8, as far as it can
// be understood, and writes it anew. It fails with a Refusal if there is too
// much of something, and with a NotFeedError if it is something else.
//
// It is one pass; only what is never closed is looked at again, and how much of
// that is limited, too.
func XML(doc []byte) (Document, error) {
	at, root, err := findRoot(doc)
	if err != nil {
		return Document{}, err
	}
	r := newReader(doc, at, root == "feed")
	for r.err == nil && r.at < len(r.doc) {
		r.step()
	}
	if r.err != nil {
		return Document{}, r.err
	}
	if r.inItem() {
		r.dropItem() // one that has no end is not whole
	} else {
		r.pop(1)
	}
	return Document{Text: r.document(), Atom: r.atom, Whole: r.whole}, nil
}

// findRoot finds where the feed begins. Before it there may be anything: a
// declaration, white space, a warning of the program that made it.
func findRoot(doc []byte) (at int, root string, err error) {
	doc = doc[:min(len(doc), 2*maxJunk)]
	first := ""
	for at = skipTo(doc, 0); at < min(len(doc), maxJunk); at = skipTo(doc, at) {
		if n := prolog(doc[at:]); n > 0 {
			at += n
			continue
		}
		t, ok := readTag(doc, at)
		if !ok || t.end {
			at++
			continue
		}
		_, local := split(t.name)
		name := strings.ToLower(string(local[:min(len(local), maxName)]))
		if first == "" {
			first = name
		}
		switch name {
		case "html", "urlset", "sitemapindex", "opml":
			return 0, "", &NotFeedError{first}
		case "rss", "rdf", "feed", "channel":
			return at, name, nil
		}
		at = t.next
	}
	return 0, "", &NotFeedError{first}
}

const (
	maxJunk = 64 << 10 // bytes before the root in which it is looked for
	maxName = 40       // bytes of a name that anybody looks at
)

// prolog returns the length of the comment, declaration or document type that
// rest begins with; 0 if it begins with none, or there is no end to it.
func prolog(rest []byte) int {
	start, end := "", ""
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		start, end = "<!--", "-->"
	case bytes.HasPrefix(rest, []byte("<?")):
		start, end = "<?", "?>"
	case bytes.HasPrefix(rest, []byte("<!")):
		start, end = "<!", ">"
		if subset := bytes.IndexByte(rest, '['); subset >= 0 && subset < bytes.IndexByte(rest, '>') { // with entities
			end = "]>"
		}
	default:
		return 0
	}
	n := bytes.Index(rest[len(start):], []byte(end))
	if n < 0 {
		return 0
	}
	return len(start) + n + len(end)
}

// skipTo returns the offset of the next "<" from at on.
func skipTo(doc []byte, at int) int {
	n := bytes.IndexByte(doc[at:], '<')
	if n < 0 {
		return len(doc)
	}
	return at + n
}
