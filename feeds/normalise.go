package feeds

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/idna"
	"golang.org/x/text/language"

	"attache/feeds/date"
)

// normaliser makes our items of gofeed's: it chooses among what a feed says of
// an item, and makes that plain.
type normaliser struct {
	feed   Feed
	source *gofeed.Feed
	base   *url.URL // what links are relative to
	author string   // of items that name none
	google bool     // it came from Google News
	dates  date.Reader
	now    time.Time
}

func newNormaliser(source *gofeed.Feed, d Document, feed Feed) *normaliser {
	n := &normaliser{
		feed: feed, source: source, base: new(url.URL), now: moment(),
		google: strings.HasPrefix(CanonicalLink(cmp.Or(d.URL, feed.URL)), googleNews+"/"),
		dates:  date.Reader{Zone: feed.Zone, Layout: feed.Page.Layout},
	}
	if source.FeedType != "rss" { // in Atom (RFC 4287 section 4.2.1) and JSON
		n.author = names(source.Authors)
	}
	// Links without an xml:base are relative to the site that the feed says it
	// is of, else to the feed's own address, else to where it came from.
	for _, ref := range []string{cmp.Or(d.URL, feed.URL), source.FeedLink, source.Link} {
		if u, err := n.base.Parse(plain(ref)); ref != "" && err == nil && (web(u) && u.Host != "") {
			n.base = u
		}
	}
	return n
}

func (n *normaliser) item(it *gofeed.Item) Item {
	item := Item{
		Feed:       n.feed.Name,
		Outlet:     n.feed.Outlet,
		Tier:       n.feed.Tier,
		Lang:       n.lang(it),
		URL:        n.link(cmp.Or(extension(it, "feedburner", "origLink"), it.Link, first(it.Links))),
		Title:      n.title(it),
		Summary:    n.prose(cmp.Or(it.Description, extension(it, "media", "description")), maxSummary),
		Body:       n.prose(it.Content, maxText),
		Author:     cmp.Or(names(it.Authors), n.author),
		Categories: words(it.Categories, maxCategories, maxWord),
		Published:  n.date(it, []string{it.Published, it.Updated}, "issued", "available", "date", "created", "modified"),
		Updated:    n.date(it, []string{it.Updated}, "modified", "date"),
		GUID:       guid(it.GUID),
		Links:      n.links(it),
	}
	n.fromGoogleNews(&item, it)
	if item.Body == item.Summary {
		item.Body = ""
	}
	if item.Title == "" { // a short post; its first line stands for it
		line, _, _ := strings.Cut(cmp.Or(item.Summary, item.Body), "\n")
		item.Title = cut(line, madeTitle)
	}
	return item
}

// first is for an item without a link of its own: an outlet that only points
// elsewhere (external_url in JSON), or has but the item's address as a document
// (rel="self" in Atom).
func first(links []string) string {
	if len(links) == 0 {
		return ""
	}
	return links[0]
}

func (n *normaliser) title(it *gofeed.Item) string {
	title := cmp.Or(it.Title, extension(it, "media", "title"))
	if it.DublinCoreExt != nil && title == "" && len(it.DublinCoreExt.Title) > 0 {
		title = it.DublinCoreExt.Title[0]
	}
	return strings.ReplaceAll(n.prose(title, maxTitle), "\n", " ")
}

// fromGoogleNews names the outlet that an item is of: Google has it as the
// item's source, and behind the title. No other feed may speak for an outlet that
// is not its own.
func (n *normaliser) fromGoogleNews(item *Item, it *gofeed.Item) {
	source := words([]string{it.Custom[sourceTitle]}, 1, maxWord)
	if len(source) == 0 || !n.google {
		return
	}
	item.Outlet = source[0]
	item.Title = strings.TrimSuffix(item.Title, " - "+item.Outlet)
}

// extension is the text of an item's element of a namespace, by gofeed's name
// for that; "" if there is none.
func extension(it *gofeed.Item, space, name string) string {
	if found := it.Extensions[space][name]; len(found) > 0 {
		return found[0].Value
	}
	return ""
}

// prose is the plain text of HTML that may have been escaped once too often. (Not so in JSON, which says of each text what it is.)
func (n *normaliser) prose(source string, limit int) string {
	said := text(source, limit)
	if n.source.FeedType != "json" && escaped(said) {
		said = text(strings.ReplaceAll(said, "\n", "<br>"), limit)
	}
	return said
}

// escaped reports whether plain text is HTML still: whether it has a tag or a
// reference in it that nobody means to show.
func escaped(plain string) bool {
	for _, tag := range []string{"<p>", "</p>", "<br", "<a href=", "</a>", "<div", "<b>", "<strong>", "<em>", "<i>", "<span", "<img "} {
		if strings.Contains(plain, tag) {
			return true
		}
	}
	for _, after, ok := strings.Cut(plain, "&"); ok; _, after, ok = strings.Cut(after, "&") {
		name, _, closed := strings.Cut(after[:min(len(after), 10)], ";")
		if closed && (strings.HasPrefix(name, "#") || slices.Contains([]string{"amp", "quot", "apos", "lt", "gt", "nbsp", "rsquo", "lsquo", "ldquo", "rdquo", "ndash", "mdash", "hellip"}, name)) {
			return true
		}
	}
	return false
}

// lang is the language the item says it is in, else the document, else the
// config.
func (n *normaliser) lang(it *gofeed.Item) string {
	said := []string{extension(it, "dc", "language")}
	if it.DublinCoreExt != nil {
		said = it.DublinCoreExt.Language
	}
	for _, s := range append(said, n.source.Language) {
		if len(s) > maxTag {
			continue
		}
		if tag, err := language.Parse(strings.TrimSpace(s)); err == nil && tag != language.Und {
			return tag.String()
		}
	}
	return n.feed.Lang
}

// names joins the names of authors.
func names(people []*gofeed.Person) string {
	var all []string
	for _, p := range people {
		all = append(all, cmp.Or(p.Name, p.Email))
	}
	return cut(strings.Join(words(all, 4, maxWord), ", "), 2*maxWord)
}

// date is the first that can be read of these claims and of the item's dates by
// these names of Dublin Core; zero when none can. A time to come is now:
// clocks and zones go wrong by hours, and one that is further off is no time of
// publishing.
func (n *normaliser) date(it *gofeed.Item, claims []string, names ...string) time.Time {
	for _, name := range names {
		for _, e := range it.Extensions["dcterms"][name] {
			claims = append(claims, e.Value)
		}
	}
	for _, claim := range claims[:min(len(claims), maxClaims)] {
		t, ok := n.dates.Read(claim)
		switch {
		case !ok || t.After(n.now.Add(maxAhead)):
		case t.After(n.now):
			return n.now
		default:
			return t
		}
	}
	return time.Time{}
}

const maxClaims = 16 // dates of an item that are looked at

// guid is the item's own name for itself. It is no text for people, so it keeps
// its markup and case.
func guid(s string) string {
	if s = plain(s); len(s) > maxGUID {
		return "sha256:" + digest(s)
	}
	return s
}

// link resolves an address against the feed's; "" unless it is http or https. A
// user name goes, because it makes one host look like another, and a host in
// letters that look alike is written in ASCII.
func (n *normaliser) link(ref string) string {
	ref = strings.ReplaceAll(plain(ref), "&amp;", "&") // escaped twice
	if ref == "" || len(ref) > maxLink {
		return ""
	}
	u, err := n.base.Parse(ref)
	if err != nil || !web(u) || u.Hostname() == "" {
		return ""
	}
	u.User = nil
	if strings.ContainsFunc(u.Host, func(r rune) bool { return r >= 0x80 }) {
		host, err := idna.Lookup.ToASCII(u.Hostname())
		if err != nil || u.Port() != "" {
			return ""
		}
		u.Host = host
	}
	return u.String()
}

func (n *normaliser) links(it *gofeed.Item) []string {
	var out []string
	for _, ref := range it.Links {
		link := n.link(ref)
		if link != "" && !slices.Contains(out, link) {
			out = append(out, link)
		}
		if len(out) == maxLinks {
			break
		}
	}
	return out
}
