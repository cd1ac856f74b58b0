package feeds

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/json"
	"github.com/mmcdole/gofeed/rss"
)

// read turns a document in UTF-8 into gofeed's idea of a feed. A document that
// breaks off is read up to its last whole item, and whole is then false.
func read(doc []byte, contentType string) (feed *gofeed.Feed, whole bool, err error) {
	doc = bytes.TrimSpace(doc)
	if len(doc) == 0 {
		return nil, false, &problem{"the document is empty", nil}
	}
	if doc[0] == '{' {
		feed, err = readJSON(doc)
		return feed, true, err
	}
	root, doc, err := cutProlog(doc, contentType)
	if err != nil {
		return nil, false, err
	}
	o, err := guardXML(doc)
	if err != nil {
		return nil, false, err
	}
	feed, err = readXML(root, doc)
	if err == nil || o.whole || o.cut == 0 {
		return feed, true, err
	}
	feed, err = readXML(root, o.mend(doc))
	return feed, false, err
}

// mend cuts the document behind its last whole item and closes what is open.
func (o outline) mend(doc []byte) []byte {
	mended := slices.Clone(doc[:o.cut])
	for _, name := range slices.Backward(o.open) {
		mended = fmt.Appendf(mended, "</%s>", name)
	}
	return mended
}

// cutProlog cuts off what stands before the root element, whose name it
// returns in lower case. The root's own tag is left to the guard.
func cutProlog(doc []byte, contentType string) (root string, rest []byte, err error) {
	d := xml.NewDecoder(bytes.NewReader(doc))
	d.Strict = false
	for {
		rest = doc[d.InputOffset():]
		if len(rest) > 1 && rest[0] == '<' && nameByte(rest[1]) {
			break
		}
		if _, err := d.RawToken(); err != nil {
			return "", nil, notFeed(doc, contentType, "", err)
		}
	}
	root = strings.ToLower(string(local(tagName(rest[1:]))))
	switch root {
	case "rss", "rdf", "feed":
		return root, rest, nil
	}
	return "", nil, notFeed(doc, contentType, root, nil)
}

// notFeed says what a document is instead.
func notFeed(doc []byte, contentType, root string, err error) error {
	sniffed := http.DetectContentType(doc)
	if bytes.HasPrefix(doc, []byte("<!--")) {
		sniffed = "" // it takes a comment for HTML
	}
	switch {
	case root == "html", strings.HasPrefix(sniffed, "text/html"),
		root == "" && strings.HasPrefix(contentType, "text/html"):
		return &problem{"it is HTML, not a feed", err}
	case root != "":
		return &problem{fmt.Sprintf("it is XML, but not a feed: it begins with <%s>", cut(plain(root), 40)), err}
	}
	return &problem{"it is not a feed", err}
}

// readXML reads RSS 0.9x, 1.0 and 2.0, and Atom 0.3 and 1.0. gofeed is not ours
// and the document is anybody's: a panic there is a feed that cannot be read.
func readXML(root string, doc []byte) (feed *gofeed.Feed, err error) {
	defer func() {
		if r := recover(); r != nil {
			feed, err = nil, &problem{"it trips the parser", fmt.Errorf("gofeed: %v", r)}
		}
	}()
	if root == "feed" {
		f, err := (&atom.Parser{}).Parse(bytes.NewReader(doc))
		if err != nil {
			return nil, &problem{"it is not well-formed Atom", err}
		}
		return (&gofeed.DefaultAtomTranslator{}).Translate(f)
	}
	f, err := (&rss.Parser{}).Parse(bytes.NewReader(doc))
	if err != nil {
		return nil, &problem{"it is not well-formed RSS", err}
	}
	for _, it := range f.Items {
		if it.Link == "" && it.GUID != nil && it.GUID.IsPermalink == "true" {
			it.Link = it.GUID.Value
		}
	}
	return (&gofeed.DefaultRSSTranslator{DisableContentImageScan: true}).Translate(f)
}

// readJSON reads JSON Feed 1.0 and 1.1. There only content_html is HTML
// (https://www.jsonfeed.org/version/1.1/); the rest is escaped, so that all
// text from here on is HTML.
func readJSON(doc []byte) (feed *gofeed.Feed, err error) {
	if err := guardJSON(doc); err != nil {
		return nil, err
	}
	f, err := (&json.Parser{}).Parse(bytes.NewReader(doc))
	if err != nil {
		return nil, &problem{"it is not a well-formed JSON feed", err}
	}
	if f.Items == nil && !strings.Contains(f.Version, "jsonfeed") {
		return nil, &problem{"it is JSON, but not a feed", nil}
	}
	absent := func(a *json.Author) bool { return a == nil }
	f.Authors = slices.DeleteFunc(f.Authors, absent)
	f.Items = slices.DeleteFunc(f.Items, func(it *json.Item) bool { return it == nil })
	for _, it := range f.Items {
		it.Authors = slices.DeleteFunc(it.Authors, absent)
		it.Title, it.Summary = html.EscapeString(it.Title), html.EscapeString(it.Summary)
		if it.ContentHTML == "" {
			it.ContentHTML = strings.ReplaceAll(html.EscapeString(it.ContentText), "\n", "<br>")
		}
	}
	feed, err = (&gofeed.DefaultJSONTranslator{}).Translate(f)
	if err != nil {
		return nil, &problem{"it is not a JSON feed", err}
	}
	for i, it := range f.Items { // gofeed has no place for an item's language but this
		if it.Language != "" {
			feed.Items[i].DublinCoreExt = &ext.DublinCoreExtension{Language: []string{it.Language}}
		}
	}
	return feed, nil
}
