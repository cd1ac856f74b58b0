package bot

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"attache/feeds"
)

// What is news is decided by when it was first seen. These are the cases in
// which that would make news of what is none: old items that come up late, and a
// feed that all at once has a document full of items nobody has seen.
const (
	oldAfter  = 48 * time.Hour // between an item's own date and when it came up
	floodFrom = 10             // new items in a poll, if they are the better half of it, too
	floodAlso = 3              // new items in a poll that has no other
	floodTold = 50             // alerts to a channel; what comes after is only remembered
)

// flooded reports whether a poll, of which so many items were known, has far
// more new ones than a feed's usual. (A busy feed after a long outage looks the
// same, and is told the same way: all of it, what is not urgent together.)
func flooded(p feeds.Poll, tellings []telling, known int) bool {
	if p.First || p.Baseline {
		return false
	}
	fresh := 0
	for _, t := range tellings {
		if t.known == nil {
			fresh++
		}
	}
	return fresh > max(floodFrom, len(p.Items)/2) || known == 0 && fresh > floodAlso
}

// old says how late an item came up, if that is so late that it is no news.
func old(p feeds.Poll, it feeds.Item) (reason string, is bool) {
	late := p.At.Sub(it.Published)
	if it.Published.IsZero() || late <= oldAfter || p.First {
		return "", false
	}
	return fmt.Sprintf("it came up in %s %d days after its own date", it.Outlet, int(late/(24*time.Hour))), true
}

// sameDate reports whether a poll has the same date on everything, so that its
// dates say nothing.
func sameDate(items []feeds.Item) bool {
	for _, it := range items {
		if !it.Published.Equal(items[0].Published) {
			return false
		}
	}
	return len(items) > 2
}

// reissued reports whether an outlet has given the guid of an item we know to
// another one: its link is new and so are its words. Titles are edited, but
// not to the last word.
func reissued(it feeds.Item, by string, known map[string]Known) bool {
	if !strings.HasPrefix(by, "guid:") || it.URL == "" {
		return false
	}
	for _, k := range it.Keys() {
		if _, ok := known[k]; ok && k != by {
			return false
		}
	}
	return len(it.Keys()) > 1 && !akin(it.Title, known[by].Title)
}

// akin reports whether two titles have something in common: a third of the
// shorter one's runs of three letters, which does for any script. (A fifth is
// but one long word, and every other headline has a minister in it.)
func akin(a, b string) bool {
	ofA, ofB := trigrams(a), trigrams(b)
	common := 0
	for g := range ofA {
		if ofB[g] {
			common++
		}
	}
	return 3*common >= min(len(ofA), len(ofB))
}

func trigrams(s string) map[[3]rune]bool {
	grams := map[[3]rune]bool{}
	var last [3]rune
	n := 0
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			continue
		}
		last[0], last[1], last[2] = last[1], last[2], unicode.ToLower(r)
		if n++; n >= 3 {
			grams[last] = true
		}
	}
	return grams
}
