package feeds

import (
	"fmt"
	"time"
)

// Status says how a feed is doing, in one sentence for people:
//
//	read 2 minutes ago, next in 8 minutes
//	failing for 3 h: the server answered 503; next try in 20 minutes
//	not read yet
//
// A feed nobody has asked yet counts as healthy.
func Status(f Feed, s State, now time.Time) (healthy bool, words string) {
	switch {
	case s.Checked.IsZero() || s.URL != f.URL:
		return true, "not read yet"
	case s.Error == "":
		return true, fmt.Sprintf("read %s, next %s", ago(now.Sub(s.Succeeded)), in(s.Next.Sub(now)))
	case s.Failures == 0: // read, but not to its end
		return false, fmt.Sprintf("read %s: %s; next %s", ago(now.Sub(s.Succeeded)), s.Error, in(s.Next.Sub(now)))
	case !s.Polled():
		return false, fmt.Sprintf("never read: %s; next try %s", s.Error, in(s.Next.Sub(now)))
	}
	return false, fmt.Sprintf("failing for %s: %s; next try %s", span(now.Sub(s.Succeeded)), s.Error, in(s.Next.Sub(now)))
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
