package demo

import "time"

// patience is how long after the first request the clock waits for feeds that
// nobody has asked for yet.
const patience = time.Second

// clock turns real time into simulated time. It has no hands of its own: it is
// wound by requests. The zero first and start say that none came yet, and that
// it is not running.
type clock struct {
	from         time.Duration // simulated time to begin at
	scale        float64       // real time that a simulated one takes
	first, start time.Time
}

// tick takes note of a request and returns the simulated time. A fresh clock
// starts once every feed has been asked for, or patience after the first
// request; one that carries on, with the first request.
func (c *clock) tick(now time.Time, allAsked bool) time.Duration {
	if c.first.IsZero() {
		c.first = now
	}
	if c.start.IsZero() {
		switch {
		case c.from > 0:
			c.start = c.first
		case now.Sub(c.first) >= patience:
			c.start = c.first.Add(patience)
		case allAsked:
			c.start = now
		default:
			return c.from
		}
	}
	// Nothing happens after the end, and a demo left running must not overflow.
	return c.from + time.Duration(min(float64(now.Sub(c.start))/c.scale, float64(Span)))
}

// date is the real time of a simulated one. What was there before the start
// keeps its date when the clock starts, so that no feed changes by that alone.
func (c *clock) date(offset time.Duration) time.Time {
	anchor := c.start
	if offset <= c.from {
		anchor = c.first
	}
	return anchor.Add(time.Duration(float64(offset-c.from) * c.scale))
}
