// Package opml reads and writes lists of feeds as other readers of news keep
// them: OPML 1.0, 1.1 and 2.0 (http://opml.org/spec2.opml).
//
// What OPML has no place for (a tier, a zone, the selectors of a page) goes into
// attributes of a namespace of ours, so that what we write we read back. Secrets
// are never written.
package opml

import (
	"fmt"

	"attache/feeds"
)

// List is what an OPML document subscribes to.
type List struct {
	Title   string
	Feeds   []feeds.Feed // with a Name if we wrote it; the folders around it are the Group: "World/Asia"
	Lines   []int        // where each of them stands, from 1; Write needs none
	Refused []Refused    // the others
}

// Limits of a document.
const (
	maxBytes    = 16 << 20
	maxOutlines = 20_000
	maxDepth    = 64
	maxLink     = 4096 // bytes of an address
	maxText     = 100  // bytes of an outlet, a group
	maxSelector = 1000 // bytes

	maxAttributes = 64 // of an outline; the others are not looked at
)

// namespace is that of our own attributes; prefix is how we write it.
const (
	namespace = "urn:attache:feed"
	prefix    = "attache"
)

// Refused is an outline that cannot be taken, and why.
type Refused struct {
	Line   int    // from 1
	Name   string // its title; may be ""
	Reason string // "its address holds a user name or a password"
}

// String is a sentence for people, without the address: that may hold a secret.
func (r Refused) String() string {
	if r.Name == "" {
		return fmt.Sprintf("line %d: %s", r.Line, r.Reason)
	}
	return fmt.Sprintf("line %d: %s: %s", r.Line, r.Name, r.Reason)
}
