package feeds

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"attache/feeds/charset"
	"attache/feeds/repair"
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

	maxAhead = 24 * time.Hour // a date further in the future is a mistake, and none
)

// Parse reads a document into its items, oldest first: RSS 0.9x to 2.0, Atom
// 0.3 and 1.0, JSON Feed 1.0 and 1.1; or a page or a sitemap, if that is the
// feed's Kind. Of d it needs the Body; ContentType names
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
	body, err := unzipped(d.Body)
	if err != nil {
		return nil, false, fmt.Errorf("feeds: parse %s: %w", cmp.Or(feed.Name, "document"), err)
	}
	doc := repair.Characters(charset.Decode(body, d.ContentType))
	source, whole, err := readKind(doc, d.ContentType, feed)
	if err != nil {
		if d.Cut != "" {
			err = &problem{d.Cut, err}
		}
		return nil, false, fmt.Errorf("feeds: parse %s: %w", cmp.Or(feed.Name, "document"), err)
	}
	whole = whole && d.Cut == ""
	n := newNormaliser(source, d, feed)
	for _, it := range slices.Backward(source.Items) { // feeds have their latest first
		if ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		if item := n.item(it); item.Title != "" || item.URL != "" {
			items = append(items, item)
		}
	}
	identify(items)
	if !slices.ContainsFunc(items, func(it Item) bool { return it.Published.IsZero() }) {
		slices.SortStableFunc(items, func(a, b Item) int { return a.Published.Compare(b.Published) })
	}
	return items, whole, nil
}

// unzipped undoes a compression that nobody has labelled. Of one that is broken
// it returns what was whole.
func unzipped(body []byte) ([]byte, error) {
	if bytes.HasPrefix(body, []byte("\x1F\x8B")) {
		if z, err := gzip.NewReader(bytes.NewReader(body)); err == nil {
			body, _ = io.ReadAll(io.LimitReader(z, maxBody+1))
		}
	}
	if len(body) > maxBody {
		return nil, &problem{fmt.Sprintf("it is larger than %s", size(maxBody)), nil}
	}
	return body, nil
}
