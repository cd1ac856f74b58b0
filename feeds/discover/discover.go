// Package discover finds out how a site can be watched: by its feeds, by its
// sitemap of news, or, where there is neither, by the list on one of its pages.
package discover

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"attache/feeds"
	"attache/feeds/tree"
)

const (
	maxRequests = 15                  // in all, redirects not counted
	gap         = time.Second         // between two requests; nearly all are to one host
	stale       = 60 * 24 * time.Hour // a feed without anything newer may be dead
	titles      = 3                   // shown of each candidate
	maxReadings = 3                   // of a page, the best ones
)

// Report is what there is to watch.
type Report struct {
	URL        string      // the page that was asked for, after redirects
	Candidates []Candidate // each really read, the best first
	Notes      []string    // what was looked at and what came of it, in sentences
	Requests   int
}

// Candidate is a way to watch the site, and what it reads now. Its JSON is what
// `feed discover` prints.
type Candidate struct {
	Name    string          `json:"name"` // a proposal: "mfa-example"
	URL     string          `json:"url"`
	Outlet  string          `json:"outlet"` // what the page calls itself, else its host
	Kind    feeds.Kind      `json:"kind"`
	Page    feeds.Selectors `json:"page,omitzero"`
	Items   int             `json:"items"`
	Newest  time.Time       `json:"newest,omitzero"` // zero when nothing has a date
	Titles  []string        `json:"titles"`          // of the latest three
	Reasons []string        `json:"reasons"`         // why it is proposed, and what speaks against it
}

// Feed is the candidate as a source.
func (c Candidate) Feed() feeds.Feed {
	return feeds.Feed{Name: c.Name, URL: c.URL, Outlet: c.Outlet, Kind: c.Kind, Page: c.Page}
}

// Discover looks at the page at address: is it a feed itself; does it name feeds,
// in its head or in its links; are there any at the usual paths of its host; is
// there a sitemap of news. It stops at the first of these that brings a feed
// with anything new in it. Where none does, it proposes selectors for the page.
// It asks at most 15 times and waits a second between two requests.
//
// The error says why the page itself could not be had; that nothing was found
// is no error.
func Discover(ctx context.Context, fetcher *feeds.Fetcher, address string) (Report, error) {
	f := &finder{ctx: ctx, fetcher: fetcher, known: map[string]bool{}}
	d, err := f.fetch(address)
	if err != nil {
		return Report{}, err
	}
	f.report.URL = d.URL
	f.known[d.URL] = true
	f.page, err = url.Parse(d.URL)
	if err != nil {
		return Report{}, fmt.Errorf("discover: %w", err)
	}
	notFeed := f.try(d, feeds.Syndicated, "the address itself is a feed")
	if notFeed == nil {
		return f.report, ctx.Err()
	}
	notMap := f.try(d, feeds.Sitemap, "the address itself is a sitemap")
	if index, ok := errors.AsType[*feeds.IndexError](notMap); ok {
		f.note("The address itself is an index of sitemaps.")
		f.sitemaps(index.Sitemaps[:min(len(index.Sitemaps), maxSitemaps)])
		notMap = nil
	}
	if notMap == nil {
		return f.report, ctx.Err()
	}
	f.note("The page itself: " + feeds.Sentence(notFeed) + ".")
	f.root, err = tree.Build(d.UTF8())
	if err != nil {
		f.note("Its links could not be looked at: " + err.Error() + ".")
		return f.report, ctx.Err()
	}
	f.look(d)
	return f.report, ctx.Err()
}

// finder is one search.
type finder struct {
	ctx     context.Context
	fetcher *feeds.Fetcher
	page    *url.URL
	root    *html.Node
	report  Report
	known   map[string]bool // addresses asked for
	fresh   bool            // a feed or a sitemap of news with something new was found
}

func (f *finder) note(sentence string) { f.report.Notes = append(f.report.Notes, sentence) }

// look goes from the surest way to the least sure.
func (f *finder) look(d feeds.Document) {
	for _, stage := range []func(){f.named, f.usual, f.robots} {
		if stage(); f.fresh || f.ctx.Err() != nil {
			break
		}
	}
	if !f.fresh && f.ctx.Err() == nil {
		f.read(d)
	}
	slices.SortStableFunc(f.report.Candidates, func(a, b Candidate) int { return cmp.Compare(rank(a), rank(b)) })
}

// rank puts what is alive before what is not, and feeds before the rest.
func rank(c Candidate) int {
	place := map[feeds.Kind]int{feeds.Syndicated: 0, feeds.Sitemap: 1, feeds.Page: 2}[c.Kind]
	if slices.Contains(c.Reasons, noNews) || old(c) {
		place += 3
	}
	return place
}

func old(c Candidate) bool { return !c.Newest.IsZero() && time.Since(c.Newest) > stale }

// fetch asks for an address, in its turn.
func (f *finder) fetch(address string) (feeds.Document, error) {
	if f.report.Requests > 0 {
		select {
		case <-time.After(gap):
		case <-f.ctx.Done():
			return feeds.Document{}, f.ctx.Err()
		}
	}
	f.report.Requests++
	f.known[address] = true
	return f.fetcher.Fetch(f.ctx, feeds.Feed{Name: "address", URL: address}, feeds.State{})
}

// ask tries an address as a source of some kind, if it was not asked for before
// and there are requests left.
func (f *finder) ask(address string, kind feeds.Kind, reason string) error {
	if f.known[address] || f.report.Requests >= maxRequests || f.ctx.Err() != nil {
		return nil
	}
	d, err := f.fetch(address)
	if err != nil || d.URL != address && f.known[d.URL] {
		return err
	}
	f.known[d.URL] = true
	return f.try(d, kind, reason)
}

// noNews marks a sitemap of all that a site has.
const noNews = "it is no sitemap of news: old pages come up as new when they change"

// try reads a document as a source, and takes it for a candidate if it can be
// read.
func (f *finder) try(d feeds.Document, kind feeds.Kind, reason string) error {
	items, err := feeds.Parse(d, feeds.Feed{Kind: kind})
	if err != nil {
		return err
	}
	c := f.candidate(d.URL, kind, items)
	c.Reasons = []string{reason}
	if kind == feeds.Sitemap && !strings.Contains(string(d.UTF8()), "sitemap-news") {
		c.Reasons = append(c.Reasons, noNews)
	}
	switch {
	case len(items) == 0:
		c.Reasons = append(c.Reasons, "it is empty now")
	case old(c):
		c.Reasons = append(c.Reasons, "its newest item is older than 60 days")
	case !slices.Contains(c.Reasons, noNews):
		f.fresh = true
	}
	f.report.Candidates = append(f.report.Candidates, c)
	return nil
}

// candidate says what was read; items are the oldest first.
func (f *finder) candidate(address string, kind feeds.Kind, items []feeds.Item) Candidate {
	c := Candidate{URL: address, Kind: kind, Items: len(items), Titles: []string{}}
	u, err := url.Parse(address)
	if err == nil {
		host := strings.TrimPrefix(u.Hostname(), "www.")
		c.Name = strings.ReplaceAll(host, ".", "-")
		c.Outlet = cmp.Or(feeds.Item{Outlet: siteName(f.root)}.Clean().Outlet, host)
	}
	for _, it := range slices.Backward(items) {
		if it.Published.After(c.Newest) {
			c.Newest = it.Published
		}
		if len(c.Titles) < titles && it.Title != "" {
			c.Titles = append(c.Titles, it.Title)
		}
	}
	n := 1
	for _, other := range f.report.Candidates {
		if other.Name == c.Name || strings.HasPrefix(other.Name, c.Name+"-") {
			n++
		}
	}
	if n > 1 {
		c.Name = fmt.Sprintf("%s-%d", c.Name, n)
	}
	return c
}
