package feeds

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"net"
	"time"
)

// How long a feed may be left alone. The ceilings are there because a server's
// slip of a digit must not silence a source for good.
const (
	maxRetryAfter = 24 * time.Hour   // the most of a Retry-After that we follow
	maxBackoff    = 6 * time.Hour    // between two tries of a feed that fails
	firstReach    = 30 * time.Second // before a host is tried again that was not reached
	maxJitter     = 10               // percent added, so that feeds drift apart

	maxStretch = time.Hour // the most that a feed is put off for having nothing new
	stretches  = 4         // and that in intervals, where asking costs its server little
	perGap     = 4         // polls in the usual time between new items
)

// usual is the time between polls of a feed where nobody has said one. A wire
// has news each minute; and a 304 every few minutes burdens nobody.
func usual(t Tier) time.Duration {
	switch t {
	case Agency:
		return 5 * time.Minute
	case Official:
		return 10 * time.Minute
	case Press:
		return 15 * time.Minute
	}
	return 30 * time.Minute
}

// maxFresh is the most that we follow of what a server says its document stays
// fresh. Where events come from, a desk cannot wait longer than an hour for the
// next; much of what ministries run says "a day" of everything it has, and means
// its pictures. What others report of the event may come hours later.
func maxFresh(t Tier) time.Duration {
	if t == Official || t == Agency {
		return time.Hour
	}
	return 6 * time.Hour
}

// base is the time between polls of a feed, and whether an operator chose it.
func (p *Poller) base(f Feed) (d time.Duration, chosen bool) {
	if d = cmp.Or(f.Every, p.opts.Every); d > 0 {
		return d, true
	}
	return usual(f.Tier), false
}

// succeeded is the past after a 200 or 304.
func (p *Poller) succeeded(f Feed, old past, doc Document, items []Item, whole bool, now time.Time) past {
	fresh := old.read(doc, items, whole, now)
	fresh.Next = now.Add(jitter(p.pause(f, fresh.State, doc.MaxAge)))
	return fresh
}

// failed is the past after anything else.
func (p *Poller) failed(f Feed, old past, err error, now time.Time) past {
	fresh := old.failed(err, now)
	wait := p.backoff(f, fresh.Failures, err)
	if fresh.Moved != old.Moved { // the address it is back at has not failed
		wait, _ = p.base(f)
	}
	fresh.Next = now.Add(jitter(wait))
	return fresh
}

// untaken is the past after what the feed said could not be stored. That is no
// fault of the feed's: it is asked again at its usual interval.
func (p *Poller) untaken(f Feed, old past, err error, now time.Time) past {
	fresh := old
	fresh.Checked, fresh.Error = now, Sentence(err)
	wait, _ := p.base(f)
	fresh.Next = now.Add(jitter(wait))
	return fresh
}

// pause is how long a feed is left alone after it was read: as long as the
// server says that nothing will be new, and the feed's own interval at least.
func (p *Poller) pause(f Feed, s State, fresh time.Duration) time.Duration {
	wait, chosen := p.base(f)
	if !chosen {
		wait = stretched(f.Tier, wait, s)
	}
	return max(wait, min(fresh, maxFresh(f.Tier)))
}

// stretched is an interval that suits the feed, where no operator has chosen one: a feed that has something new once
// a day need not be asked each quarter of an hour, unless an event may begin
// there. One that gives no validators, and so has to send a whole document each
// time, is asked half as often with each that brings nothing new.
func stretched(t Tier, base time.Duration, s State) time.Duration {
	wait := base
	if t != Official && t != Agency {
		wait = min(max(base, s.Rhythm/perGap), stretches*base)
	}
	if !s.validated() {
		since := s.Succeeded.Sub(s.Changed) // Changed may be the zero time, long ago
		wait = max(wait, min(base, maxStretch)+min(since, maxStretch))
	}
	return max(base, min(wait, maxStretch))
}

// backoff is how long to leave a feed alone after so many failures in a row:
// its interval, doubled each time up to a ceiling, and never less than the
// server asked for. Where no server was reached (no network, no name) nobody was
// bothered, and trying soon costs nobody anything: we begin sooner and never
// wait longer than the interval, so that a cable that is back in is not noticed
// hours later.
func (p *Poller) backoff(f Feed, failures int, err error) time.Duration {
	wait, _ := p.base(f)
	ceiling := max(wait, maxBackoff)
	if unreached(err) {
		wait, ceiling = min(wait, firstReach), wait
	}
	for range failures - 1 {
		if wait *= 2; wait >= ceiling {
			wait = ceiling
			break
		}
	}
	if status, ok := errors.AsType[*StatusError](err); ok {
		wait = max(wait, min(status.RetryAfter, maxRetryAfter))
	}
	return wait
}

// hold is how long the whole host of a feed is left alone after an error: as
// long as its server has asked for.
func hold(err error) time.Duration {
	status, ok := errors.AsType[*StatusError](err)
	if !ok || status.alone {
		return 0
	}
	return min(status.RetryAfter, maxRetryAfter)
}

// unreached reports whether an error came before any server had our request.
func unreached(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "dial" || op.Op == "proxyconnect")
}

// jitter lengthens d a little, never shortens it.
func jitter(d time.Duration) time.Duration {
	return d + rand.N(d*maxJitter/100+1)
}
