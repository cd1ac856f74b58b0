package matrix

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"attache/bot"
)

const (
	// patience is how long a message waits for its turn here; when that is
	// farther off, it gives its place to what is more urgent in its channel.
	patience = 2 * time.Second

	// maxPause is how long we believe a homeserver that asks for silence: a slip
	// must not silence us for good.
	maxPause = 15 * time.Minute

	maxGap = 10 * time.Second      // learnt between two messages
	noGap  = 20 * time.Millisecond // less than that is none
)

// pace is how fast we may speak. A homeserver limits an account, and not a room,
// by a bucket of which it tells nothing but how long it is empty
// (https://spec.matrix.org/v1.16/client-server-api/#rate-limiting). So after a
// refusal all that is said waits for that long, then goes out one by one, that
// far apart at first and closer as it goes well. What is urgent goes first,
// whichever room it is for.
type pace struct {
	mu       sync.Mutex
	next     time.Time     // nothing before
	gap      time.Duration // between two messages
	reserved time.Time     // until then, for what is urgent only
	last     time.Time     // when the homeserver last took something
	answered bool          // the last turn was an answer's
	streak   int           // how much it took since it last refused
}

// class is how much in a hurry something is.
type class int

const (
	ordinary  class = iota
	answering       // somebody waits for it: it goes first every other time
	urgent
)

// first reports whether something goes before what is ordinary. Who asks much
// must not keep the news from everybody. p.mu is held.
func (p *pace) first(c class) bool { return c == urgent || c == answering && !p.answered }

// turn waits for the turn to say something.
func (p *pace) turn(ctx context.Context, c class) error {
	p.mu.Lock()
	first := p.first(c)
	now := time.Now()
	wait := max(0, p.next.Sub(now))
	later := wait + rand.N(wait/4+time.Millisecond)
	switch {
	case wait > patience && first:
		later = wait
		p.reserved = p.next.Add(time.Second) // when it will be back
	case wait <= patience && !first && now.Before(p.reserved):
		later = p.reserved.Sub(now) + p.gap + rand.N(p.gap/4+time.Millisecond)
	case wait <= patience:
		p.next = now.Add(wait + p.gap)
		if first {
			p.reserved = time.Time{}
		}
		p.answered = c == answering
		p.mu.Unlock()
		return sleep(ctx, wait)
	}
	p.mu.Unlock()
	return &bot.RetryError{After: later, Err: fmt.Errorf("matrix: the homeserver wants to hear nothing for %s", later.Round(time.Millisecond))}
}

// limited notes that the homeserver wants to hear nothing for a while. That it
// took something so long ago, and would again after that while, is how far apart
// it wants messages, if we have been busy; a little more lets its bucket fill.
func (p *pace) limited(d time.Duration, c class) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if until := now.Add(d); until.After(p.next) {
		p.next = until
	}
	apart := d
	if since := now.Sub(p.last); since <= 2*max(p.gap, d) {
		apart += since
	}
	p.gap = max(min(apart+apart/10, maxGap), noGap)
	p.streak = 0
	if p.first(c) {
		p.reserved = p.next.Add(time.Second)
	}
}

// took notes that the homeserver took something: the more so in a row, the
// faster what comes next.
func (p *pace) took() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = time.Now()
	p.streak = min(p.streak+1, 32)
	if p.gap -= p.gap * time.Duration(p.streak) / 64; p.gap < noGap {
		p.gap = 0
	}
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// persist does something again and again until it is done, never can be, or has
// taken too long. It is for what has no delivery behind it: answers, joining.
func persist(ctx context.Context, most time.Duration, do func() error) error {
	end := time.Now().Add(most)
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := do()
		if err == nil || errors.Is(err, bot.ErrChannelGone) || errors.Is(err, bot.ErrRefused) {
			return err
		}
		pause := wait
		if retry, ok := errors.AsType[*bot.RetryError](err); ok && retry.After > 0 {
			pause = retry.After
		}
		if time.Now().Add(pause).After(end) || sleep(ctx, pause) != nil {
			return err
		}
	}
}
