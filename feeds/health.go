package feeds

import (
	"fmt"
	"net/url"
	"time"
)

// Condition is how a feed is doing, in a word.
type Condition string

// The conditions. Of what fails, only Broken is worth telling somebody who did
// not ask: most failures are over before anybody could look.
const (
	Unread  Condition = "not read yet" // nobody has asked its address
	Well    Condition = "well"
	Moved   Condition = "moved"   // well, but its address should be changed in the config
	Failing Condition = "failing" // something is wrong with it, not for long or not very
	Broken  Condition = "broken"  // it has failed for long, or has nothing in it any more
	Quiet   Condition = "quiet"   // it can be read, but has had no news for longer than is like it
	Gone    Condition = "gone"    // the server said 410
)

// Healthy reports whether nothing is wrong, as far as we know.
func (c Condition) Healthy() bool { return c == Unread || c == Well || c == Moved }

// Ill reports whether it is so bad that an operator should know.
func (c Condition) Ill() bool { return c == Broken || c == Quiet || c == Gone }

// Health is how a feed is doing, for people.
type Health struct {
	Condition
	Words  string // one sentence without its full stop: "read 2 minutes ago, next in 8 minutes"
	Rhythm string // "usually every 2 h"; "" while it is not known
}

// When a feed is broken. A feed that was read before is given time (the after
// of Check); one that never was is new, and whoever added it is still there.
const (
	brokenFailures = 2 // in a row and for longer than after: one alone, of a feed polled seldom, says little
	unreadFailures = 3 // in a row, of a feed that was never read
	brokenEmpty    = 2 // documents without an item in a row, of a feed that has had some
)

// When a feed is quiet: when it has had no news for six times its rhythm, and
// longer than its people may be expected to rest. Those of a wire do not sleep.
// Others go home at night (16 h without news are nothing) and over a weekend,
// which is Saturday and Sunday in most of the world, Friday and Saturday or
// Thursday and Friday in some: so Friday to Sunday do not count, in UTC, and
// what is left of a Thursday does not suffice.
const (
	quietRhythms = 6
	wireRhythm   = 15 * time.Minute // nobody who sleeps keeps this up
	quietWire    = 6 * time.Hour
	quietOther   = 36 * time.Hour // Friday to Sunday left out
	lullRhythms  = 3              // after so many of them, the words mention it
)

// Check says how a feed is doing; after is how long one that fails may fail
// before it is Broken. Its Words are one of
//
//	read 2 minutes ago, next in 8 minutes; news usually every 2 h
//	quiet for 9 h, usually every 2 h; read 2 minutes ago, next in 8 minutes
//	failing for 3 h: the server answered 503; next try in 20 minutes
//	it has had no items 2 times in a row; read 2 minutes ago, next in 8 minutes
//	not read yet
//
// and no part of an address but a host is in them.
func Check(f Feed, s State, now time.Time, after time.Duration) Health {
	if s.Checked.IsZero() || s.URL != f.URL {
		return Health{Condition: Unread, Words: "not read yet"}
	}
	h := Health{Condition: condition(s, now, after)}
	if s.Rhythm > 0 {
		h.Rhythm = "usually every " + span(s.Rhythm)
	}
	read := "read " + ago(now.Sub(s.Succeeded))
	next := in(s.Next.Sub(now))
	switch {
	case s.Gone:
		h.Words = "gone: the server answered 410 " + ago(now.Sub(s.Checked)) + ", and is not asked again until the address is changed in the config"
	case s.Error != "" && s.Failures == 0: // read, but not to its end
		h.Words = fmt.Sprintf("%s: %s; next %s", read, s.Error, next)
	case s.Error != "" && !s.Polled():
		h.Words = fmt.Sprintf("never read: %s; next try %s", s.Error, next)
	case s.Error != "":
		h.Words = fmt.Sprintf("failing for %s: %s; next try %s", span(now.Sub(s.Succeeded)), s.Error, next)
	case h.Condition == Broken:
		h.Words = fmt.Sprintf("it has had no items %d times in a row; %s, next %s", s.Empty, read, next)
	case s.Rhythm > 0 && !s.Changed.IsZero() && now.Sub(s.Changed) > lullRhythms*s.Rhythm:
		h.Words = fmt.Sprintf("quiet for %s, %s; %s, next %s", span(now.Sub(s.Changed)), h.Rhythm, read, next)
	case s.Rhythm > 0:
		h.Words = fmt.Sprintf("%s, next %s; news %s", read, next, h.Rhythm)
	default:
		h.Words = read + ", next " + next
	}
	if s.Moved != "" && !s.Gone {
		to := Host(s.Moved)
		if to == Host(f.URL) { // to https, as a rule
			to = "another address at " + to
		}
		h.Words += fmt.Sprintf("; moved to %s for %s: change its address in the config", to, span(now.Sub(s.MovedSince)))
	}
	return h
}

// Status is Check for who asks for no more than whether a feed is well, and a
// sentence.
func Status(f Feed, s State, now time.Time) (healthy bool, words string) {
	h := Check(f, s, now, time.Hour)
	return h.Healthy(), h.Words
}

func condition(s State, now time.Time, after time.Duration) Condition {
	switch {
	case s.Gone:
		return Gone
	case s.Polled() && s.Failures >= brokenFailures && now.Sub(s.Succeeded) > after,
		!s.Polled() && s.Failures >= unreadFailures:
		return Broken
	case s.Error != "":
		return Failing
	case s.Empty >= brokenEmpty && !s.Changed.IsZero():
		return Broken
	case quiet(s):
		return Quiet
	case s.Moved != "":
		return Moved
	}
	return Well
}

// quiet looks at the time up to when the feed was last read, not up to now:
// while nobody asks, because the program stood still, nothing is new.
func quiet(s State) bool {
	switch {
	case s.Rhythm <= 0 || s.Changed.IsZero():
		return false
	case s.Rhythm <= wireRhythm:
		return s.Succeeded.Sub(s.Changed) > max(quietWire, quietRhythms*s.Rhythm)
	}
	return counted(s.Changed, s.Succeeded) > max(quietOther, quietRhythms*s.Rhythm)
}

// counted is the time between two, but for Friday to Sunday, in UTC.
func counted(from, to time.Time) time.Duration {
	const day, week = 24 * time.Hour, 7 * 24 * time.Hour
	from, to = from.UTC(), to.UTC()
	weeks := to.Sub(from) / week
	sum := weeks * 4 * day
	for at := from.Add(weeks * week); at.Before(to); {
		midnight := at.Truncate(day).Add(day)
		if wd := at.Weekday(); wd >= time.Monday && wd <= time.Thursday {
			sum += min(midnight.Sub(at), to.Sub(at))
		}
		at = midnight
	}
	return sum
}

// Host is all of an address that people are shown: the rest may hold a secret.
func Host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || len(u.Hostname()) > 253 { // RFC 1035, section 2.3.4
		return "a host of no name"
	}
	return u.Hostname()
}

func ago(d time.Duration) string {
	if d < time.Minute {
		return "just now"
	}
	return span(d) + " ago"
}

func in(d time.Duration) string {
	if d <= 0 {
		return "now"
	}
	return "in " + span(d)
}

// span writes a stretch of time in its largest unit.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(1, int(d.Seconds())))
	case d < 90*time.Second:
		return "1 minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f minutes", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
