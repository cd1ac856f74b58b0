package feeds

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"
	dom "golang.org/x/net/html"

	"attache/feeds/date"
)

// Limits of a sitemap. The protocol allows 50,000 addresses, each below 2,048
// bytes (https://www.sitemaps.org/protocol.html).
const (
	maxSitemap      = 50_000
	maxSitemapItems = 2000
	maxSitemapDepth = 16
	maxSitemapText  = 8 << 10 // bytes of an element's text
	maxSitemapTag   = 1 << 20 // bytes of a tag, of a piece of text
	maxSitemapTags  = 1_500_000
)

// readSitemap reads the newest 2,000 addresses of a sitemap in UTF-8, the
// latest first where they have dates: those of news with title, date, language
// and keywords (https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap),
// others with their lastmod for a date. An address without a title is named by
// the last words in it, as they are there: ".../iran-talks-resume" is "iran
// talks resume". A sitemap that breaks off is read up to its last whole address,
// and whole is then false.
func readSitemap(doc []byte) (feed *gofeed.Feed, whole bool, err error) {
	r := sitemapReader{z: dom.NewTokenizer(bytes.NewReader(doc))}
	r.read()
	switch {
	case r.root != "urlset" && r.root != "sitemapindex" && botCheck(nil, doc):
		return nil, false, &problem{botCheckWords, nil}
	case r.refused != nil:
		return nil, false, r.refused
	case r.root == "":
		return nil, false, &problem{"it is not a sitemap", nil}
	case r.root == "sitemapindex":
		return nil, false, r.index()
	}
	whole = len(r.path) == 0
	if !whole && len(r.items) == 0 {
		return nil, false, &problem{"it breaks off before the end of its first address", nil}
	}
	slices.SortStableFunc(r.items, func(a, b dated) int { return b.at.Compare(a.at) })
	feed = &gofeed.Feed{}
	for _, it := range r.items[:min(len(r.items), maxSitemapItems)] {
		feed.Items = append(feed.Items, it.Item)
	}
	return feed, whole, nil
}

// dated is an item and its date, as far as a sitemap's can be read.
type dated struct {
	*gofeed.Item
	at time.Time
}

type sitemapReader struct {
	z       *dom.Tokenizer
	root    string   // the root's name, in lower case
	path    []string // the open elements, the root first
	text    strings.Builder
	now     sitemapEntry
	items   []dated
	maps    []string // of an index
	refused error    // what the document is instead, or why it is too much
}

// sitemapEntry is a <url>, or a <sitemap> of an index.
type sitemapEntry struct {
	loc, lastmod, title, published, lang, keywords string
}

// read goes over the document. It reads it as HTML is read, because then there
// is no mistake that ends it; what XML has beyond that a sitemap has not.
func (r *sitemapReader) read() {
	r.z.SetMaxBuf(maxSitemapTag)
	r.z.AllowCDATA(true)
	for tags := 0; r.refused == nil; tags++ {
		kind := r.z.Next()
		switch {
		case kind == dom.ErrorToken && errors.Is(r.z.Err(), dom.ErrBufferExceeded):
			r.refuse("it has a tag or a text larger than %s", size(maxSitemapTag))
		case kind == dom.ErrorToken:
			return
		case tags == maxSitemapTags:
			r.refuse("it has more than %d tags and pieces of text", maxSitemapTags)
		case kind == dom.TextToken:
			t := r.z.Text()
			r.text.Write(t[:min(len(t), max(0, maxSitemapText-r.text.Len()))])
		case kind == dom.StartTagToken, kind == dom.SelfClosingTagToken:
			name := r.name()
			r.z.NextIsNotRawText()
			r.open(name)
			if kind == dom.SelfClosingTagToken {
				r.close(name)
			}
		case kind == dom.EndTagToken:
			r.close(r.name())
		}
	}
}

// name is the tag's, in lower case and without its prefix.
func (r *sitemapReader) name() string {
	name, _ := r.z.TagName()
	return string(name[bytes.IndexByte(name, ':')+1:])
}

func (r *sitemapReader) refuse(format string, args ...any) {
	r.refused = &problem{fmt.Sprintf(format, args...), nil}
}

func (r *sitemapReader) open(name string) {
	r.text.Reset()
	if r.root == "" {
		switch r.root = name; name {
		case "urlset", "sitemapindex":
		case "rss", "rdf", "feed":
			r.refuse(`it is a feed, not a sitemap: set kind = "feed"`)
		case "html":
			r.refuse("it is HTML, not a sitemap")
		default:
			r.refuse("it is no sitemap: it begins with <%s>", cut(plain(name), 40))
		}
	}
	if len(r.path) == maxSitemapDepth {
		r.refuse("its elements are nested more than %d deep", maxSitemapDepth)
		return
	}
	r.path = append(r.path, name)
	if name == "url" || name == "sitemap" {
		r.now = sitemapEntry{}
	}
}

// close takes in what an element said. One that closes what is not open is a
// slip of the pen, and one that closes an outer element closes all in it.
func (r *sitemapReader) close(name string) {
	at := lastIndex(r.path, name)
	if at < 0 {
		return
	}
	text := folded(r.text.String())
	r.text.Reset()
	r.path = r.path[:at]
	switch parent := slices.Concat(r.path, []string{""}); {
	case name == "url" && r.root == "urlset":
		r.add()
	case name == "sitemap" && r.root == "sitemapindex" && r.now.loc != "" && len(r.maps) < maxSitemap:
		r.maps = append(r.maps, r.now.loc)
	case slices.Contains(parent, "image"), slices.Contains(parent, "video"): // with a loc and a title of their own
	case name == "loc":
		r.now.loc = text
	case name == "lastmod":
		r.now.lastmod = text
	case name == "title":
		r.now.title = text
	case name == "publication_date":
		r.now.published = text
	case name == "language":
		r.now.lang = text
	case name == "keywords":
		r.now.keywords = text
	}
}

func lastIndex(path []string, name string) int {
	for i, p := range slices.Backward(path) {
		if p == name {
			return i
		}
	}
	return -1
}

func (r *sitemapReader) add() {
	e := r.now
	if e.loc == "" {
		return
	}
	if len(r.items) == maxSitemap {
		r.refuse("it has more than %d addresses", maxSitemap)
		return
	}
	it := &gofeed.Item{
		Link:      e.loc,
		Title:     html.EscapeString(cmp.Or(e.title, slug(e.loc))),
		Published: cmp.Or(e.published, e.lastmod),
	}
	if e.published != "" {
		it.Updated = e.lastmod
	}
	if e.lang != "" {
		it.DublinCoreExt = &ext.DublinCoreExtension{Language: []string{e.lang}}
	}
	for word := range strings.SplitSeq(e.keywords, ",") {
		if word = strings.TrimSpace(word); word != "" && len(it.Categories) < maxCategories {
			it.Categories = append(it.Categories, html.EscapeString(word))
		}
	}
	at, _ := date.Reader{}.Read(it.Published) // only to tell which is newer
	r.items = append(r.items, dated{it, at})
}

// slug is the last part of an address that has words in it, with blanks for what
// addresses have instead. It is "" when there are none: a number is no title.
func slug(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	for _, part := range slices.Backward(strings.Split(u.Path, "/")) {
		if dot := strings.LastIndexByte(part, '.'); dot > 0 && len(part)-dot <= 6 {
			part = part[:dot] // .html
		}
		part = folded(strings.Map(func(r rune) rune {
			if r == '-' || r == '_' || r == '+' {
				return ' '
			}
			return r
		}, part))
		if strings.ContainsRune(part, ' ') && strings.ContainsFunc(part, unicode.IsLetter) {
			return part
		}
	}
	return ""
}

// index says which sitemaps to use instead: those of news before others.
func (r *sitemapReader) index() error {
	if len(r.maps) == 0 {
		return &problem{"it is an index of sitemaps, and names none", nil}
	}
	news := func(link string) int {
		if u, err := url.Parse(link); err == nil && strings.Contains(strings.ToLower(u.Path), "news") {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(r.maps, func(a, b string) int { return news(a) - news(b) })
	var names []string
	for _, link := range r.maps[:min(len(r.maps), 3)] {
		if u, err := url.Parse(link); err == nil {
			names = append(names, cut(plain(u.Host+u.Path), 200)) // what else it says may be a secret
		}
	}
	words := "it is an index of sitemaps: use one of them, such as " + strings.Join(names, ", ")
	return &problem{words, &IndexError{r.maps}}
}

// IndexError is the cause of a sitemap that cannot be read because it is an
// index of others.
type IndexError struct {
	Sitemaps []string // their addresses, those that speak of news first
}

func (e *IndexError) Error() string { return fmt.Sprintf("an index of %d sitemaps", len(e.Sitemaps)) }
