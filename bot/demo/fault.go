package demo

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// Fault is a stretch of simulated time in which a feed misbehaves.
type Fault struct {
	Kind     FaultKind
	From, To time.Duration // To not included
}

// FaultKind is how a feed misbehaves.
type FaultKind string

// The faults a scenario may have.
const (
	Broken  FaultKind = "broken"  // a document cut off in the middle of an item, every & unescaped
	Limited FaultKind = "limited" // 429, with Retry-After: 1
	Failing FaultKind = "failing" // 500
	Closed  FaultKind = "closed"  // the connection ends without an answer, for ever
)

// forever ends the fault that does not.
const forever = 1<<63 - 1

// parseFault reads "broken 9h 11h30m" or "closed 33h".
func parseFault(words []string) (Fault, error) {
	f := Fault{Kind: FaultKind(words[0]), To: forever}
	want := 3
	switch f.Kind {
	case Closed:
		want = 2
	case Broken, Limited, Failing:
	default:
		return f, fmt.Errorf("%q is not broken, limited, failing or closed", f.Kind)
	}
	if len(words) != want {
		return f, fmt.Errorf("%s takes %d times", f.Kind, want-1)
	}
	for i, to := range []*time.Duration{&f.From, &f.To}[:want-1] {
		d, err := time.ParseDuration(words[i+1])
		if err != nil {
			return f, fmt.Errorf("%q is not a time such as 9h30m", words[i+1])
		}
		*to = d
	}
	if f.From <= 0 || f.From >= f.To {
		return f, fmt.Errorf("%q is not a stretch after the start", strings.Join(words, " "))
	}
	return f, nil
}

// faultAt is what is wrong with the feed at a simulated time, "" when it is well.
func (o *Outlet) faultAt(at time.Duration) FaultKind {
	for _, f := range o.Faults {
		if f.From <= at && at < f.To {
			return f.Kind
		}
	}
	return ""
}

// alive reports whether the feed still answers when the scenario ends.
func (o *Outlet) alive() bool { return o.faultAt(Span) == "" }

// spoil makes of a good document the broken one: unescaped, and cut off in the
// middle of its oldest item.
func spoil(doc []byte) []byte {
	doc = bytes.ReplaceAll(doc, []byte("&amp;"), []byte("&"))
	last := bytes.LastIndex(doc, []byte("<item>"))
	return doc[:last+(len(doc)-last)/2]
}
