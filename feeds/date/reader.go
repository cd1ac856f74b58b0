// Package date reads the dates that feeds and pages really carry: those of
// RFC 822 and its heirs, RFC 3339 and ISO 8601, and the odd ones that people
// and programs write in a dozen languages.
//
// It is never silently wrong. A text that could mean two instants ("10/12/2026",
// "14:30 CST"), that holds a word we do not know, or that names a day that does
// not exist is no date; whoever asked then goes by when the item was first seen.
package date

import (
	"html"
	"strings"
	"time"
)

const (
	maxText   = 200  // bytes of a date; the longest honest ones have about 60
	firstYear = 1970 // before it there is no news on the web
	lastYear  = 2200 // after it come other calendars: 2569 is a Buddhist year
)

var (
	first = time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC)
	after = time.Date(lastYear+1, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Reader reads the dates of one source.
type Reader struct {
	Zone   *time.Location // of dates that do not say theirs; nil means UTC
	Layout string         // as in package time, tried first where set (for numeric dates whose order cannot be told: "02/01/2006"); foreign month names are translated before it is applied
}

// Read returns the time in UTC; ok is false for what is no date or cannot be
// told for sure. A date without a time is midnight. A weekday that does not fit
// is not believed, for it is the day of the month that programs copy rightly.
//
// A numeric date is read where its order is certain: the year first, points
// between (12.10.2026: all who write points put the day first), a part above
// 12, both parts alike; else in the order of the Layout. Two digits of a year
// are read by RFC 5322 section 4.3, and only beside a month's name.
//
// A zone's abbreviation that several countries use (CST, BST) is read only where
// the Zone uses it; one that the Zone uses, but not at that date, is not read.
func (r Reader) Read(text string) (t time.Time, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) > maxText {
		return time.Time{}, false
	}
	if r.Layout == "" {
		t, ok = common(text)
	} else {
		t, ok = r.layout(text)
	}
	if !ok {
		t, ok = r.scan(text)
	}
	if !ok || t.Before(first) || !t.Before(after) {
		return time.Time{}, false
	}
	return t, true
}

// zone is where dates are that do not say it.
func (r Reader) zone() *time.Location {
	if r.Zone == nil {
		return time.UTC
	}
	return r.Zone
}

// scan reads any text word by word.
func (r Reader) scan(text string) (time.Time, bool) {
	if strings.IndexByte(text, '&') >= 0 {
		text = html.UnescapeString(text)
	}
	text = strings.TrimPrefix(text, "<![CDATA[")
	text = strings.TrimSuffix(text, "]]>")
	s := scanner{reader: r}
	if strings.IndexByte(text, '/') >= 0 {
		text, s.place = cutPlace(text)
	}
	if !s.tokens.split(text) {
		return time.Time{}, false
	}
	return s.scan()
}
