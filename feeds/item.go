package feeds

import (
	"crypto/sha256"
	"encoding/hex"
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

	keys []string // as its document made them; nil where there was none
}

// Keys are the identities an item may be known by within its feed: its guid,
// its canonical link, or failing both its title and day. An item is known if any
// of them is, because outlets reissue one article under new guids and under new
// links, though rarely both at once. What a document gives to several items
// tells none of them apart, and is no key: see identify.
func (it Item) Keys() []string {
	switch {
	case it.keys != nil:
		return it.keys
	case it.GUID != "" || it.URL != "" || it.ID == "":
		return it.keysBut(false, false)
	case strings.HasPrefix(it.ID, "text:"): // a key already, from here
		return []string{it.ID}
	}
	return []string{"guid:" + it.ID}
}

// Reissued is the item under its link alone: its outlet has given it the guid of
// another one.
func (it Item) Reissued() Item {
	it.keys = it.keysBut(true, false)
	it.ID = it.keys[0]
	return it
}

// keysBut are the keys of an item whose guid or link, if so said, is none.
func (it Item) keysBut(guid, link bool) (keys []string) {
	if it.GUID != "" && !guid {
		keys = append(keys, "guid:"+it.GUID)
	}
	if key := it.linkKey(); key != "" && !link {
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		keys = append(keys, it.textKey())
	}
	return keys
}

// textKey knows an item by its title and the day it is of. The rest of its text
// is no part of it, for that is what is edited.
func (it Item) textKey() string {
	if it.Published.IsZero() {
		return "text:" + digest(it.Title)
	}
	return "text:" + digest(it.Title, it.Published.UTC().Format(time.DateOnly))
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
