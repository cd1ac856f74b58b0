package feeds

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// How long a feed may be left alone. The ceilings are there because a server's
// slip of a digit must not silence a source for good.
const (
	maxMaxAge     = time.Hour        // the most of a max-age that we follow
	maxRetryAfter = 24 * time.Hour   // the most of a Retry-After
	maxBackoff    = 6 * time.Hour    // between two tries of a feed that fails
	firstReach    = 30 * time.Second // before a host is tried again that was not reached
	maxJitter     = 10               // percent added, so that feeds drift apart
)

// succeeded is the state after a 200 or 304. The validators of a document that
// broke off are forgotten: a 304 to them would keep its rest from us.
func (p *Poller) succeeded(f Feed, old State, doc Document, whole bool, now time.Time) State {
	s := State{
		URL:          f.URL,
		ETag:         doc.ETag,
		LastModified: doc.LastModified,
		Checked:      now,
		Succeeded:    now,
		Changed:      old.Changed,
		Next:         now.Add(jitter(max(p.every(f), min(doc.MaxAge, maxMaxAge)))),
	}
	if !whole {
		s.ETag, s.LastModified = "", ""
		s.Error = "the document breaks off; its whole items were taken"
	}
	return s
}

// failed is the state after anything else: the old one, but for the failure.
func (p *Poller) failed(f Feed, old State, err error, now time.Time) State {
	s := asked(f, old, err, now)
	s.Failures++
	s.Next = now.Add(jitter(p.backoff(f, s.Failures, err)))
	return s
}

// untaken is the state after what the feed said could not be stored. That is no
// fault of the feed's: it is asked again at its usual interval.
func (p *Poller) untaken(f Feed, old State, err error, now time.Time) State {
	s := asked(f, old, err, now)
	s.Next = now.Add(jitter(p.every(f)))
	return s
}

// asked is the old state with what went wrong this time. Validators of another
// address are dropped.
func asked(f Feed, old State, err error, now time.Time) State {
	s := old
	if s.URL != f.URL {
		s.URL, s.ETag, s.LastModified, s.Failures = f.URL, "", "", 0
	}
	s.Checked, s.Error = now, Sentence(err)
	return s
}

// backoff is how long to leave a feed alone after so many failures in a row:
// its interval, doubled each time up to a ceiling, and never less than the
// server asked for. What is gone for good is asked for as seldom as we ever ask.
// Where no server was reached (no network, no name) nobody was bothered, and
// trying soon costs nobody anything: we begin sooner and never wait longer than
// the interval, so that a cable that is back in is not noticed hours later.
func (p *Poller) backoff(f Feed, failures int, err error) time.Duration {
	wait := p.every(f)
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
		if status.Code == http.StatusGone {
			wait = ceiling
		}
		wait = max(wait, min(status.RetryAfter, maxRetryAfter))
	}
	return wait
}

// unreached reports whether an error came before any server had our request.
func unreached(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

func (p *Poller) every(f Feed) time.Duration { return cmp.Or(f.Every, p.opts.Every) }

// jitter lengthens d a little, never shortens it.
func jitter(d time.Duration) time.Duration {
	return d + rand.N(d*maxJitter/100+1)
}
