package feeds

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/idna"
	"golang.org/x/text/language"
)

// Limits of an item, in graphemes unless they say otherwise.
const (
	maxTitle      = 500
	maxSummary    = 5_000
	maxText       = 20_000
	maxWord       = 100 // a category, an author's name
	maxCategories = 32
	maxLinks      = 16
	maxTag        = 64   // bytes of a language tag; RFC 5646 section 4.4.1 has none in use beyond 35
	maxLink       = 4096 // bytes
	maxGUID       = 1024 // bytes; a longer one is known by its fingerprint
	madeTitle     = 120  // of an item that has no title of its own

	maxAhead = 24 * time.Hour // a date further in the future is a mistake
)

// Parse reads a document into its items, oldest first: RSS 0.9x to 2.0, Atom
// 0.3 and 1.0, JSON Feed 1.0 and 1.1. Of d it needs the Body; ContentType names
// the encoding where the document does not, and relative links resolve against
// URL, or else against the feed's. Items carry the feed's name, outlet and tier,
// and its language where neither they nor the document say; Seen is left to the
// one who knows when. The zero Feed will do.
//
// A document that breaks off is read up to its last whole item. The error of
// one that cannot be read at all is a sentence for people.
func Parse(d Document, feed Feed) ([]Item, error) {
	items, _, err := parse(context.Background(), d, feed)
	return items, err
}

// parse is Parse, and reports whether the document was there to its end. It
// stops between two items when ctx ends.
func parse(ctx context.Context, d Document, feed Feed) (items []Item, whole bool, err error) {
	if len(d.Body) > maxBody {
		err = &problem{fmt.Sprintf("it is larger than %s", size(maxBody)), nil}
		return nil, false, fmt.Errorf("feeds: parse %s: %w", cmp.Or(feed.Name, "document"), err)
	}
	source, whole, err := read(toUTF8(d.Body, d.ContentType), d.ContentType)
	if err != nil {
		return nil, false, fmt.Errorf("feeds: parse %s: %w", cmp.Or(feed.Name, "document"), err)
	}
	base, err := url.Parse(cmp.Or(d.URL, feed.URL))
	if err != nil {
		base = new(url.URL)
	}
	n := normaliser{feed: feed, source: source, base: base, now: time.Now()}
	for _, it := range slices.Backward(source.Items) { // feeds have their latest first
		if ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		if item := n.item(it); item.Title != "" || item.URL != "" {
			items = append(items, item)
		}
	}
	markShared(items)
	if !slices.ContainsFunc(items, func(it Item) bool { return it.Published.IsZero() }) {
		slices.SortStableFunc(items, func(a, b Item) int { return a.Published.Compare(b.Published) })
	}
	return items, whole, nil
}

// markShared finds the links that stand for several items, by their guids.
func markShared(items []Item) {
	guids := map[string]string{}
	shared := map[string]bool{}
	for _, it := range items {
		link := CanonicalLink(it.URL)
		if guid, ok := guids[link]; ok && guid != it.GUID {
			shared[link] = true
		}
		guids[link] = it.GUID
	}
	for i := range items {
		if it := &items[i]; it.URL != "" && shared[CanonicalLink(it.URL)] {
			it.linkShared = true
			it.ID = it.Keys()[0]
		}
	}
}

// normaliser makes our items of gofeed's.
type normaliser struct {
	feed   Feed
	source *gofeed.Feed
	base   *url.URL
	now    time.Time
}

func (n *normaliser) item(it *gofeed.Item) Item {
	item := Item{
		Feed:       n.feed.Name,
		Outlet:     n.feed.Outlet,
		Tier:       n.feed.Tier,
		Lang:       n.lang(it),
		URL:        n.link(it.Link),
		Title:      strings.ReplaceAll(text(it.Title, maxTitle), "\n", " "),
		Summary:    text(it.Description, maxSummary),
		Body:       text(it.Content, maxText),
		Author:     n.author(it),
		Categories: words(it.Categories, maxCategories, maxWord),
		Published:  n.date(it.PublishedParsed),
		Updated:    n.date(it.UpdatedParsed),
		GUID:       guid(it.GUID),
		Links:      n.links(it),
	}
	if item.Body == item.Summary {
		item.Body = ""
	}
	if item.Title == "" { // a short post; its first line stands for it
		line, _, _ := strings.Cut(cmp.Or(item.Summary, item.Body), "\n")
		item.Title = cut(line, madeTitle)
	}
	item.ID = item.Keys()[0]
	return item
}

// lang is the language the item says it is in, else the document, else the
// config.
func (n *normaliser) lang(it *gofeed.Item) string {
	var said []string
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

// author is the names of the item's authors. In Atom and JSON those of the feed
// stand for those of an item without (RFC 4287 section 4.2.1).
func (n *normaliser) author(it *gofeed.Item) string {
	people := it.Authors
	if len(people) == 0 && n.source.FeedType != "rss" {
		people = n.source.Authors
	}
	var names []string
	for _, p := range people {
		names = append(names, cmp.Or(p.Name, p.Email))
	}
	return cut(strings.Join(words(names, 4, maxWord), ", "), 2*maxWord)
}

// date is a time the feed claims; zero when it claims none, or an impossible one.
func (n *normaliser) date(t *time.Time) time.Time {
	if t == nil || t.UTC().Year() < 1 || t.After(n.now.Add(maxAhead)) {
		return time.Time{}
	}
	return t.UTC()
}

// guid is the item's own name for itself. It is no text for people, so it keeps
// its markup and case.
func guid(s string) string {
	if s = plain(s); len(s) > maxGUID {
		return "sha256:" + digest(s)
	}
	return s
}

// link resolves an address against the document's; "" unless it is http or
// https. A user name goes, because it makes one host look like another, and a
// host in letters that look alike is written in ASCII.
func (n *normaliser) link(ref string) string {
	ref = plain(ref)
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
