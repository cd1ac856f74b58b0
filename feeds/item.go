package feeds

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
	"time"
)

// Item is one entry of a feed, normalised: all text is plain (no markup, no
// control or bidi characters, entities decoded once), paragraphs are separated
// by "\n", and runs of white space are one space. Its JSON is the shape that
// `feed parse` prints and `replay` reads.
type Item struct {
	ID         string    `json:"id"` // the identity we store: the first of Keys
	Feed       string    `json:"feed,omitempty"`
	Outlet     string    `json:"outlet,omitempty"`
	Tier       Tier      `json:"tier,omitempty"`
	Lang       string    `json:"lang,omitempty"`
	URL        string    `json:"url,omitempty"` // absolute, http or https, or empty
	Title      string    `json:"title"`
	Summary    string    `json:"summary,omitempty"` // the feed's own description
	Body       string    `json:"body,omitempty"`    // the full text, where the feed carries it
	Author     string    `json:"author,omitempty"`
	Categories []string  `json:"categories,omitempty"`
	Published  time.Time `json:"published,omitzero"` // the outlet's claim; zero when unknown
	Updated    time.Time `json:"updated,omitzero"`   // likewise
	Seen       time.Time `json:"seen,omitzero"`      // when we first read it
	GUID       string    `json:"guid,omitempty"`
	Links      []string  `json:"links,omitempty"`

	linkShared bool // its document gives its link to other items, too
}

// Keys are the identities an item may be known by within its feed: its guid,
// its canonical link, or failing both its text. An item is known if any of
// them is, because outlets reissue one article under new guids and under new
// links, though rarely both at once. A link that a document gives to several
// items (a live page, the home page) tells none of them apart, and is no key.
func (it Item) Keys() []string {
	var keys []string
	if it.GUID != "" {
		keys = append(keys, "guid:"+it.GUID)
	}
	if it.URL != "" && !it.linkShared {
		keys = append(keys, "link:"+CanonicalLink(it.URL))
	}
	switch {
	case len(keys) > 0 || it.ID == "":
	case strings.HasPrefix(it.ID, "text:"): // a key already, from here
		keys = append(keys, it.ID)
	default:
		keys = append(keys, "guid:"+it.ID)
	}
	if len(keys) == 0 {
		keys = append(keys, "text:"+digest(it.Title, it.Summary, it.Body))
	}
	return keys
}

// Version is a fingerprint of what the item says; it changes when the outlet
// edits the words, and not when it touches a date or a guid.
func (it Item) Version() string { return digest(it.Title, it.Summary, it.Body) }

// digest is a short fingerprint of the parts, 128 bits in hex.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// CanonicalLink folds the spellings of one address into one: scheme and
// "www." dropped, host in lower case, default port and tracking parameters
// gone, the other parameters kept in their order; of fragments those that name
// a part of the page (#block-7) and not those that track (#xtor=RSS-1). It is
// an identity and not an address to visit.
func CanonicalLink(link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Host == "" {
		return link
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	path := strings.TrimSuffix(u.EscapedPath(), "/")
	var kept []string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if pair != "" && !tracking(strings.ToLower(name)) {
			kept = append(kept, pair)
		}
	}
	if len(kept) > 0 {
		path += "?" + strings.Join(kept, "&")
	}
	if u.Fragment != "" && !strings.Contains(u.Fragment, "=") {
		path += "#" + u.EscapedFragment()
	}
	return host + path
}

// tracking reports whether a query parameter says only where a reader came
// from. The list follows miniflux's url cleaner.
func tracking(name string) bool {
	switch name {
	case "fbclid", "gclid", "yclid", "msclkid", "mc_cid", "mc_eid", "cmp", "igshid", "at_medium", "at_campaign", "traffic_source":
		return true
	}
	return strings.HasPrefix(name, "utm_") || strings.HasPrefix(name, "mtm_")
}
