package feeds

import (
	"errors"
	"hash/maphash"
	"net/http"
	"slices"
	"time"
)

// past is what we know of a feed's polls: what is stored, and which items the
// last document had. For want of these, a start does not know what is new.
type past struct {
	State
	known []uint64 // fingerprints of the items' keys, sorted; nil until a document was read since the start
}

// fingerprints keep thousands of feeds' keys in little memory. That two keys
// share one, and an item is not seen to be new, costs no more than its mark on
// the feed's rhythm.
var fingerprints = maphash.MakeSeed()

// of is the past of a feed as it is configured now: what we know of another
// address holds no more than when the feed was well.
func (p past) of(f Feed) past {
	if p.URL == f.URL {
		return p
	}
	return past{State: State{
		URL: f.URL, Checked: p.Checked, Succeeded: p.Succeeded, Changed: p.Changed, Rhythm: p.Rhythm, Ailing: p.Ailing,
	}}
}

// read is the past after a 200 or 304, but for when it is asked next. The
// validators of a document that broke off are forgotten: a 304 to them would
// keep its rest from us.
func (p past) read(d Document, items []Item, whole bool, now time.Time) past {
	next := p
	next.ETag, next.LastModified = d.ETag, d.LastModified
	next.Checked, next.Succeeded, next.Failures, next.Error = now, now, 0, ""
	if moved := d.Moved; moved != p.Moved && (moved != "" || !p.adopted()) {
		next.Moved, next.MovedSince = moved, now
		if moved == "" {
			next.MovedSince = time.Time{}
		}
	}
	if d.NotModified {
		return next
	}
	if !whole {
		next.ETag, next.LastModified = "", ""
		next.Error = "the document breaks off; its whole items were taken"
	}
	if len(items) == 0 {
		next.Empty++
		return next // what was known is still no news when it is back
	}
	next.Empty = 0
	next.known = []uint64{}
	fresh := false
	for _, it := range items {
		seen := false
		for _, key := range it.Keys() {
			print := maphash.String(fingerprints, key)
			_, found := slices.BinarySearch(p.known, print)
			seen = seen || found
			next.known = append(next.known, print)
		}
		fresh = fresh || !seen
	}
	slices.Sort(next.known)
	if p.known == nil && p.Polled() {
		fresh = p.grewSince(items)
	}
	if fresh {
		next.Rhythm = p.rhythm(now)
		next.Changed = now
	}
	return next
}

// grewSince judges the first document after a start. Who answers a conditional
// request with a document has as a rule something new in it; of others, the
// dates must say.
func (p past) grewSince(items []Item) bool {
	return p.validated() || slices.ContainsFunc(items, func(it Item) bool { return it.Published.After(p.Succeeded) })
}

// validated reports whether the server gives what a conditional request needs.
func (s State) validated() bool { return s.ETag != "" || s.LastModified != "" }

const (
	rhythmWeight = 4 // a new gap counts for a fourth
	rhythmLeap   = 4 // and for no more than so many usual ones: a night is no rhythm
)

// rhythm is the usual time between new items, exponentially smoothed, as there
// is something new now. Time in which nobody watched does not count.
func (p past) rhythm(now time.Time) time.Duration {
	if p.Changed.IsZero() {
		return p.Rhythm
	}
	watched := p.Next // until then, had it been asked in time
	if p.Failures > 0 || p.Next.IsZero() {
		watched = p.Succeeded
	}
	gap := max(0, now.Sub(p.Changed)-max(0, now.Sub(watched)))
	if p.Rhythm <= 0 {
		return gap
	}
	return p.Rhythm + (min(gap, rhythmLeap*p.Rhythm)-p.Rhythm)/rhythmWeight
}

// failed is the past after anything else, but for when it is asked next: the
// old one with the failure. Where a feed has moved to and fails for long, we go
// back to where it was.
func (p past) failed(err error, now time.Time) past {
	next := p
	next.Checked, next.Error = now, Sentence(err)
	next.Failures++
	status, ok := errors.AsType[*StatusError](err)
	gone := ok && status.Code == http.StatusGone
	switch {
	case p.adopted() && (gone || now.Sub(p.Succeeded) >= moveFails):
		next.Moved, next.MovedSince = "", time.Time{}
		next.ETag, next.LastModified = "", "" // they were its
	case gone:
		next.Gone = true
	}
	return next
}
