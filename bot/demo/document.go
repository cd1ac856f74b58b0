package demo

import (
	"strings"
	"time"
)

// window is how many items a feed lists.
const window = 30

// document is a feed as it stands at some moment.
type document struct {
	*Outlet
	Banner  string
	Updated time.Time // when it last changed
	Items   []listed  // newest first
}

// listed is an item as a document shows it.
type listed struct {
	*Item
	Title     string // with its edits
	Published time.Time
}

// document is the outlet's feed as it stands at a simulated time.
func (o *Outlet) document(at time.Duration, date func(offset time.Duration) time.Time) document {
	d := document{Outlet: o, Banner: Banner, Updated: date(o.changedAt(at)).In(o.Zone)}
	for i := range o.Items {
		it := &o.Items[len(o.Items)-1-i]
		if it.Offset <= at && len(d.Items) < window {
			d.Items = append(d.Items, listed{it, it.titleAt(at), date(it.Offset).In(o.Zone)})
		}
	}
	return d
}

// changedAt is when the document last became another, up to a simulated time.
func (o *Outlet) changedAt(at time.Duration) time.Duration {
	var last time.Duration
	change := func(offset time.Duration) {
		if offset <= at {
			last = max(last, offset)
		}
	}
	for _, it := range o.Items {
		change(it.Offset)
		for _, e := range it.Edits {
			change(e.Offset)
		}
	}
	for _, f := range o.Faults {
		change(f.From)
		change(f.To)
	}
	return last
}

// HTML is the item's body in paragraphs, "" if it has none.
func (l listed) HTML() string {
	var b strings.Builder
	for _, p := range l.Body {
		b.WriteString("<p>" + p + "</p>\n")
	}
	return b.String()
}
