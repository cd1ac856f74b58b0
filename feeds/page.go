package feeds

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"html"
	"net/url"
	"strings"

	"github.com/mmcdole/gofeed"
	dom "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"attache/feeds/charset"
	"attache/feeds/repair"
	"attache/feeds/tree"
)

// Limits of a page.
const (
	maxPageItems = 2000
	maxPageText  = 16 << 10 // bytes read for a title
	maxDateText  = 1 << 10  // bytes read for a date
	maxFound     = 10_000   // elements taken for items, of which many may have one link
	maxInDate    = 50       // elements in a date that are looked at
)

// errNothing is the cause of the problem that no item was found where there
// should be some: the site was rebuilt, or has nothing to show to us.
var errNothing = errors.New("no item matches")

// readKind reads a document in UTF-8 as what the feed says it is, into gofeed's
// idea of a feed; whole says whether it was there to its end.
func readKind(doc []byte, contentType string, feed Feed) (source *gofeed.Feed, whole bool, err error) {
	switch feed.Kind {
	case Page:
		source, err = readPage(doc, feed.Page)
		return source, true, err
	case Sitemap:
		return readSitemap(doc)
	}
	return read(doc, contentType)
}

// UTF8 is the body in UTF-8, whatever its encoding; nil if it is too large.
func (d Document) UTF8() []byte {
	body, err := unzipped(d.Body)
	if err != nil {
		return nil
	}
	return repair.Characters(charset.Decode(body, d.ContentType))
}

// readPage reads the items of an HTML page in UTF-8: their Link as the page has
// it, resolved against its <base href> only; their Title escaped, because all
// text is HTML from here on; their Published as the page has it. They come in
// the order of the page, each link once.
//
// An item without a link is left out. A title is the text of its element, else
// of the link, else what the link or a picture in it says instead of text. A
// date is the datetime, content or title attribute of its element, or the
// datetime of one in it, else its text. A date outside of all items is that of those below it which its parent
// holds: the <dt> above a <dd>, the heading above a list.
func readPage(doc []byte, s Selectors) (*gofeed.Feed, error) {
	root, err := tree.Build(doc)
	if err != nil {
		return nil, &problem{err.Error(), err}
	}
	r, err := newPageReader(root, s)
	if err != nil {
		return nil, err
	}
	if len(r.items) == 0 {
		return nil, noItems(doc, root, s)
	}
	r.walk(root, nil, nil)
	feed := &gofeed.Feed{Language: pageLang(root)}
	known := map[string]*gofeed.Item{}
	for _, found := range r.found {
		if found.link == nil {
			continue
		}
		link := r.resolve(href(found.link))
		it, again := known[link]
		if !again {
			if len(feed.Items) == maxPageItems {
				break
			}
			it = &gofeed.Item{Link: link}
			known[link] = it
			feed.Items = append(feed.Items, it)
		}
		found.describe(it)
	}
	if len(feed.Items) == 0 {
		return nil, &problem{fmt.Sprintf("none of the items of its selector %q has a link", s.Item), nil}
	}
	return feed, nil
}

// noItems says why a page has no items.
func noItems(doc []byte, root *dom.Node, s Selectors) error {
	switch {
	case botCheck(nil, doc):
		return &problem{botCheckWords, errNothing}
	case !bytes.HasPrefix(bytes.TrimSpace(doc), []byte("<")):
		return &problem{"it is not an HTML page", errNothing}
	case tree.Text(root, maxPageText) == "":
		return &problem{fmt.Sprintf("its selector %q matches nothing: the page has no text before a script fills it", s.Item), errNothing}
	}
	return &problem{fmt.Sprintf("its selector %q matches nothing", s.Item), errNothing}
}

// pageReader finds the parts of the items in one walk over the page.
type pageReader struct {
	base *url.URL // of the page's <base>; nil without

	items, links, titles, dates map[*dom.Node]bool // what the selectors match
	title                       bool               // there is a selector for it

	found []*pageItem
}

// pageItem is an item and the first elements in it that the selectors match.
type pageItem struct {
	node, link, title, date *dom.Node
}

func newPageReader(root *dom.Node, s Selectors) (*pageReader, error) {
	r := &pageReader{title: s.Title != ""}
	for _, part := range []struct {
		name, selector string
		nodes          *map[*dom.Node]bool
	}{
		{"item", s.Item, &r.items},
		{"link", cmp.Or(s.Link, "a[href], area[href]"), &r.links},
		{"title", s.Title, &r.titles},
		{"date", s.Date, &r.dates},
	} {
		if strings.TrimSpace(part.selector) == "" {
			if part.name == "item" {
				return nil, &problem{"it is a page, and has no selector for its items", nil}
			}
			continue
		}
		selector, err := tree.Compile(part.selector)
		if err != nil {
			return nil, &problem{fmt.Sprintf("its %s selector %q is not CSS: %v", part.name, part.selector, err), err}
		}
		nodes, err := selector.All(root)
		if err != nil {
			return nil, &problem{fmt.Sprintf("its %s selector %q %v", part.name, part.selector, err), err}
		}
		*part.nodes = map[*dom.Node]bool{}
		for _, n := range nodes {
			(*part.nodes)[n] = true
		}
	}
	r.base = pageBase(root)
	return r, nil
}

// walk goes over the elements under n. Around it are the items it is in, the
// outermost first; above it is the nearest date outside of all items.
func (r *pageReader) walk(n *dom.Node, around []*pageItem, above *dom.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != dom.ElementNode {
			continue
		}
		in := around
		if r.items[c] && len(r.found) < maxFound {
			it := &pageItem{node: c, date: above}
			r.found = append(r.found, it)
			in = append(in[:len(in):len(in)], it)
		} else if r.dates[c] && len(in) == 0 {
			above = c
		}
		if r.links[c] && href(c) != "" {
			firstOf(in, c, func(it *pageItem) **dom.Node { return &it.link }, nil)
		}
		if r.titles[c] {
			firstOf(in, c, func(it *pageItem) **dom.Node { return &it.title }, nil)
		}
		if r.dates[c] {
			firstOf(in, c, func(it *pageItem) **dom.Node { return &it.date }, above)
		}
		r.walk(c, in, above)
	}
}

// firstOf gives n to those of the items that have none yet. What is in the inner
// one is in the outer, so that behind one that has, all have.
func firstOf(items []*pageItem, n *dom.Node, part func(*pageItem) **dom.Node, unset *dom.Node) {
	for i := len(items) - 1; i >= 0; i-- {
		p := part(items[i])
		if *p != nil && *p != unset && *p != items[i].node {
			return
		}
		*p = n
	}
}

// resolve joins a link with the page's base.
func (r *pageReader) resolve(ref string) string {
	if r.base != nil {
		if u, err := r.base.Parse(ref); err == nil {
			return u.String()
		}
	}
	return ref
}

// describe adds what an item does not have yet.
func (p *pageItem) describe(it *gofeed.Item) {
	if it.Title == "" && p.title != nil {
		it.Title = html.EscapeString(tree.Text(p.title, maxPageText))
	}
	if it.Title == "" {
		it.Title = html.EscapeString(label(p.link))
	}
	if it.Published == "" && p.date != nil {
		it.Published = dateText(p)
	}
}

// href is where an element leads; "" for a place in the page, and for scripts.
func href(n *dom.Node) string {
	ref := strings.TrimSpace(tree.Attr(n, "href"))
	scheme, _, _ := strings.Cut(strings.ToLower(ref[:min(len(ref), 12)]), ":")
	switch {
	case strings.HasPrefix(ref, "#"), scheme == "javascript", scheme == "mailto", scheme == "tel":
		return ""
	}
	return ref
}

// label is the text of a link, or what stands for it.
func label(link *dom.Node) string {
	text := cmp.Or(tree.Text(link, maxPageText), folded(tree.Attr(link, "title")), folded(tree.Attr(link, "aria-label")))
	for c := range link.Descendants() {
		if text != "" {
			break
		}
		if c.DataAtom == atom.Img {
			text = folded(tree.Attr(c, "alt"))
		}
	}
	return text
}

// dateText is the date as the page writes it. An item that is its own date has
// it beside the link, often in brackets.
func dateText(found *pageItem) string {
	for _, key := range []string{"datetime", "content", "title"} {
		if value := folded(tree.Attr(found.date, key)); value != "" && (key != "title" || strings.ContainsAny(value, "0123456789")) {
			return value
		}
	}
	if found.date != found.node {
		left := maxInDate
		for n := range found.date.Descendants() {
			if value := folded(tree.Attr(n, "datetime")); value != "" {
				return value
			}
			if left--; left == 0 {
				break
			}
		}
	}
	text := tree.Text(found.date, maxDateText)
	if found.date == found.node {
		text = tree.Text(found.node, maxDateText, found.link, found.title)
	}
	return strings.Trim(text, " ()[]{}<>|,;/-–—·•:（）【】［］〔〕｜、，：")
}

func folded(s string) string { return strings.Join(strings.Fields(s), " ") }

// pageBase is where the page says that its links start from. One that is relative
// to the page's own directory changes nothing worth the trouble.
func pageBase(root *dom.Node) *url.URL {
	for n := range root.Descendants() {
		if n.DataAtom != atom.Base || tree.Attr(n, "href") == "" {
			continue
		}
		u, err := url.Parse(strings.TrimSpace(tree.Attr(n, "href")))
		if err == nil && (u.Host != "" || strings.HasPrefix(u.Path, "/")) {
			return u
		}
		break // only the first one counts
	}
	return nil
}

// pageLang is what the page says it is in.
func pageLang(root *dom.Node) string {
	for n := range root.ChildNodes() {
		if n.DataAtom == atom.Html {
			return tree.Attr(n, "lang")
		}
	}
	return ""
}
