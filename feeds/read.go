package feeds

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"net/http"
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/json"
	"github.com/mmcdole/gofeed/rss"

	"attache/feeds/repair"
)

// read turns a document in UTF-8 into gofeed's idea of a feed. Of a document that
// breaks off it has the whole items, and whole is then false.
func read(doc []byte, contentType string) (feed *gofeed.Feed, whole bool, err error) {
	doc = bytes.TrimSpace(doc)
	if len(doc) == 0 {
		return nil, false, &problem{"the document is empty", nil}
	}
	repaired, parse := repair.XML, readXML
	object := isObject(doc)
	if object {
		repaired, parse = repair.JSON, readJSON
	}
	d, err := repaired(doc)
	if _, is := errors.AsType[*repair.NotFeedError](err); is && object && doc[0] != '{' { // a brace in the junk before a feed
		if x, bad := repair.XML(doc); bad == nil {
			d, err, parse = x, nil, readXML
		}
	}
	switch e, ok := errors.AsType[*repair.NotFeedError](err); {
	case ok && object:
		return nil, false, &problem{"it is JSON, but not a feed", err}
	case ok:
		return nil, false, notFeed(doc, contentType, e.Root, err)
	case err != nil:
		return nil, false, &problem{err.Error(), err} // what there is too much of
	}
	feed, err = parse(d)
	if err == nil && !d.Whole && len(feed.Items) == 0 {
		err = &problem{"it breaks off before the end of its first item", nil}
	}
	return feed, d.Whole, err
}

// isObject reports whether a document is JSON rather than markup: whether it
// has a brace before its first tag.
func isObject(doc []byte) bool {
	before, _, _ := bytes.Cut(doc, []byte("<"))
	return bytes.IndexByte(before, '{') >= 0
}

// notFeed says what a document is instead.
func notFeed(doc []byte, contentType, root string, err error) error {
	sniffed := http.DetectContentType(doc)
	if bytes.HasPrefix(doc, []byte("<!--")) {
		sniffed = "" // it takes a comment for HTML
	}
	switch {
	case botCheck(nil, doc):
		return &problem{botCheckWords, err}
	case root == "html", strings.HasPrefix(sniffed, "text/html"),
		root == "" && strings.HasPrefix(contentType, "text/html"):
		return &problem{"it is HTML, not a feed", err}
	case root != "":
		return &problem{fmt.Sprintf("it is XML, but not a feed: it begins with <%s>", cut(plain(root), 40)), err}
	}
	return &problem{"it is not a feed", err}
}

// readXML reads RSS and Atom. gofeed is not ours: a panic there is a feed that
// cannot be read.
func readXML(d repair.Document) (feed *gofeed.Feed, err error) {
	defer func() {
		if r := recover(); r != nil {
			feed, err = nil, &problem{"it trips the parser", fmt.Errorf("gofeed: %v", r)}
		}
	}()
	if d.Atom {
		f, err := (&atom.Parser{}).Parse(bytes.NewReader(d.Text))
		if err != nil {
			return nil, &problem{"it is not well-formed Atom", err}
		}
		return (&gofeed.DefaultAtomTranslator{}).Translate(f)
	}
	f, err := (&rss.Parser{}).Parse(bytes.NewReader(d.Text))
	if err != nil {
		return nil, &problem{"it is not well-formed RSS", err}
	}
	feed, err = (&gofeed.DefaultRSSTranslator{DisableContentImageScan: true}).Translate(f)
	if err != nil {
		return nil, &problem{"it is not RSS", err}
	}
	for i, it := range f.Items { // what gofeed's own shape of an item has no place for
		if it.Link == "" && it.GUID != nil && it.GUID.IsPermalink == "true" && strings.HasPrefix(it.GUID.Value, "http") {
			feed.Items[i].Link = it.GUID.Value
		}
		if it.Source != nil {
			feed.Items[i].Custom = map[string]string{sourceTitle: it.Source.Title}
		}
	}
	return feed, nil
}

// sourceTitle is where an item keeps the name of the feed it was taken from (RSS
// 2.0, "source").
const sourceTitle = "source title"

// readJSON reads JSON Feed 1.0 and 1.1. There only content_html is HTML
// (https://www.jsonfeed.org/version/1.1/); the rest is escaped, so that all
// text from here on is HTML.
func readJSON(d repair.Document) (feed *gofeed.Feed, err error) {
	f, err := (&json.Parser{}).Parse(bytes.NewReader(d.Text))
	if err != nil {
		return nil, &problem{"it is not a well-formed JSON feed", err}
	}
	dates := make([][2]string, len(f.Items))
	for i, it := range f.Items {
		dates[i] = [2]string{it.DatePublished, it.DateModified}
		it.DatePublished, it.DateModified = "", "" // gofeed tries a hundred layouts on each
		it.Title, it.Summary = html.EscapeString(it.Title), html.EscapeString(it.Summary)
		if it.ContentHTML == "" {
			it.ContentHTML = strings.ReplaceAll(html.EscapeString(it.ContentText), "\n", "<br>")
		}
	}
	feed, err = (&gofeed.DefaultJSONTranslator{}).Translate(f)
	if err != nil {
		return nil, &problem{"it is not a JSON feed", err}
	}
	for i, it := range f.Items {
		feed.Items[i].Published, feed.Items[i].Updated = dates[i][0], dates[i][1]
		if it.Language != "" { // gofeed has no place for it but this
			feed.Items[i].DublinCoreExt = &ext.DublinCoreExtension{Language: []string{it.Language}}
		}
	}
	return feed, nil
}
