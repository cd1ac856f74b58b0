// Package feeds is what the world says: it fetches the feeds of foreign
// ministries, agencies and the press, reads them, and hands on their items.
//
// Everything that arrives here is hostile until proven dull: bodies are
// bounded, text is plain by the time it leaves, and a feed that misbehaves
// costs nobody but itself. The room knows nothing of rules, stories or chats.
//
// A poll goes through it like this. The Poller picks who is due (schedule.go,
// pace.go) and asks, through the gate that keeps it out of private networks
// (fetch.go, trail.go, gate.go). The bytes become UTF-8 (package charset), the
// document one that no parser stumbles over (package repair) or the tree of a
// page (package tree), and gofeed says what is where. normalise.go makes Items of
// that: text plain, links whole, dates read (package date) or left out. identity.go
// says by what each is known. Then the Sink has them.
package feeds

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Tier says how close an outlet stands to the event it reports.
type Tier string

// The four tiers, the closest first.
const (
	Official Tier = "official" // a ministry, the UN, a court: the actor itself
	Agency   Tier = "agency"   // a wire agency
	Press    Tier = "press"    // a newspaper, a broadcaster
	Other    Tier = "other"    // anybody else
)

// UnmarshalText accepts the four words and nothing else.
func (t *Tier) UnmarshalText(text []byte) error {
	switch tier := Tier(text); tier {
	case Official, Agency, Press, Other:
		*t = tier
		return nil
	}
	return fmt.Errorf("%q is not a tier: official, agency, press or other", text)
}

// Feed is a source we poll. It comes from the config; what we remember of it
// between polls is its State.
type Feed struct {
	Name   string        // unique and short, the id used everywhere: "un-news"
	URL    string        // http or https
	Outlet string        // who publishes it, as readers know them: "UN News"
	Tier   Tier          //
	Lang   string        // BCP 47; the language of items that do not say
	Region string        // the part of the world it reports from, a word for people: "europe"
	Group  string        // the folder it is kept in, for people
	Every  time.Duration // base interval between polls; 0 means the poller's default for its tier

	Kind Kind           // what its address serves; "" means Syndicated
	Page Selectors      // of a Page: where its items are
	Zone *time.Location // of dates that do not say theirs; nil means UTC

	Agent  string      // who we say we are; "" means the Fetcher's own
	Header http.Header // further headers of every request; may hold secrets
	Proxy  string      // "http://host:port" to ask through; "" means none
	HTTP1  bool        // no HTTP/2, for servers whose HTTP/2 turns us away

	// Backlog alerts on what the very first poll finds. Without it that poll
	// is a silent baseline: remembered and searchable, told to nobody.
	Backlog bool
}

// Kind is what an address serves.
type Kind string

// The kinds of sources.
const (
	Syndicated Kind = "feed"    // RSS, Atom or a JSON feed
	Page       Kind = "page"    // an HTML page with a list of links, read by Selectors
	Sitemap    Kind = "sitemap" // a sitemap, of news as a rule
)

// Selectors say where the items of a Page are, as CSS selectors. All but Item
// are looked up inside the item.
type Selectors struct {
	Item   string `json:"item,omitempty"`   // one element an item; required
	Link   string `json:"link,omitempty"`   // the element with the href; "" means the first link in the item, or the item itself
	Title  string `json:"title,omitempty"`  // whose text is the title; "" means that of the link
	Date   string `json:"date,omitempty"`   // whose datetime attribute or text is the date; the item itself means its text beside the link; "" means none
	Layout string `json:"layout,omitempty"` // of the date, as in package time, where it cannot be told from the text: "02/01/2006"
}

// State is what we remember of a feed between polls. The zero State is a feed
// never polled.
type State struct {
	URL          string    // the address the validators belong to
	ETag         string    // byte for byte as the server sent it, quotes included
	LastModified string    // byte for byte, never a clock of ours
	Checked      time.Time // last time we asked, whatever came of it
	Succeeded    time.Time // last 200 or 304 that could be read
	Changed      time.Time // last time it had an item we did not know
	Next         time.Time // not before this time again
	Failures     int       // in a row
	Error        string    // the last failure as a sentence for people; "" when healthy

	Moved      string        // where permanent redirects (301, 308) lead; "" if nowhere
	MovedSince time.Time     // since when they have always led there
	Gone       bool          // the server said 410: not asked again until the address changes
	Rhythm     time.Duration // the usual time between new items; 0 while not known
	Empty      int           // documents without any item, in a row

	// Ailing is since when an operator knows that it is broken or quiet; zero
	// when it is well. It is not the poller's: a Store gives it back, and leaves
	// it as it is when a State is saved.
	Ailing time.Time
}

// Polled reports whether the feed was ever read to the end.
func (s State) Polled() bool { return !s.Succeeded.IsZero() }

// Poll is one successful reading of a feed, on its way to the Sink.
type Poll struct {
	Feed     Feed
	State    State     // to be remembered together with the items, or not at all
	First    bool      // it is the first one ever
	Baseline bool      // what was there before we began to watch: to be remembered, told to nobody
	At       time.Time // when it was read; every new item's Seen
	Items    []Item    // oldest first
}

// Sink takes a poll. It returns nil only when the items and the State are both
// stored for good; on an error the poller keeps the old State and asks again,
// so that no item is lost between fetching and remembering. The poller never
// calls it twice at a time, and lets it finish when its own context ends.
type Sink func(ctx context.Context, p Poll) error

// Store is what the poller needs remembered.
type Store interface {
	// FeedStates returns the State of every feed ever polled, by name.
	FeedStates(ctx context.Context) (map[string]State, error)
	// SaveFeedState remembers a poll that brought no items: a 304, a failure.
	// It leaves Ailing as it is.
	SaveFeedState(ctx context.Context, name string, s State) error
}
