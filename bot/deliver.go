package bot

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// How a delivery is tried again.
const (
	firstRetry = 2 * time.Second
	lastRetry  = 10 * time.Minute

	// What a platform gives up for its age was tried as often as that: it may be
	// old because nobody could be reached.
	minAttempts = 8

	// A platform may ask for more patience than that, within reason: a slip of
	// a digit must not silence a channel for good.
	maxRetryAfter = time.Hour

	// An alert that could not be said for this long is a record, not an alert.
	giveUp = 24 * time.Hour

	// The store is asked again this long after it failed, and a save that must
	// not be lost to a shutdown may take this long.
	storeRetry = time.Second
	saveTime   = 3 * time.Second
)

// wake tells deliver that there may be something to say. It never blocks.
func (b *Bot) wake() { token(b.due) }

// token leaves one, unless one lies there.
func token(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// deliver says what is due until ctx ends. Each channel is a lane with a
// goroutine of its own while it has something to say: in order within a
// channel, side by side across channels.
func (b *Bot) deliver(ctx context.Context, platforms []Platform) {
	byName := map[string]Platform{}
	for _, p := range platforms {
		byName[p.Name()] = p
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	busy := map[Channel]chan struct{}{} // each takes a token: there is more
	emptied := make(chan Channel)
	b.wake() // what an earlier run left behind
	for {
		select {
		case <-ctx.Done():
			return
		case c := <-emptied:
			// Something may have come between its last look and now.
			delete(busy, c)
		case <-b.due:
		}
		lanes, err := b.store.Lanes(ctx)
		if err != nil {
			if ctx.Err() == nil {
				b.log.Warn("failed to read what is due", "err", err)
				time.AfterFunc(storeRetry, b.wake)
			}
			continue
		}
		for _, c := range lanes {
			p := byName[c.Platform()]
			if p == nil {
				continue // a platform switched off keeps its lanes until it is back
			}
			if more, ok := busy[c]; ok {
				token(more)
				continue
			}
			more := make(chan struct{}, 1)
			busy[c] = more
			wg.Go(func() {
				b.lane(ctx, p, c, more)
				select {
				case emptied <- c:
				case <-ctx.Done():
				}
			})
		}
	}
}

// lane says a channel's deliveries in order until there is none left. While it
// waits for one, a token from more makes it look whether another goes first.
func (b *Bot) lane(ctx context.Context, p Platform, c Channel, more <-chan struct{}) {
	for ctx.Err() == nil {
		d, err := b.next(ctx, p, c)
		if errors.Is(err, ErrNotFound) {
			return
		}
		// No wait is longer than one we would plan: the clock may have been ahead.
		if err == nil && !await(ctx, min(time.Until(d.Due), maxRetryAfter), more) {
			continue
		}
		if err == nil {
			err = b.attempt(ctx, p, d)
		}
		if err != nil && ctx.Err() == nil {
			b.log.Error("failed to record a delivery", "channel", c, "err", err)
			sleep(ctx, storeRetry)
		}
	}
}

// next is the delivery whose turn it is. Where too many wait, they are said
// together.
func (b *Bot) next(ctx context.Context, p Platform, c Channel) (Delivery, error) {
	if crowded, ok := p.(Crowded); ok {
		waiting, together := crowded.Crowd()
		if err := b.store.Gather(ctx, c, waiting, together); err != nil {
			return Delivery{}, err
		}
	}
	return b.store.Next(ctx, c)
}

// attempt says one delivery and records what came of it. Its error is the
// store's.
func (b *Bot) attempt(ctx context.Context, p Platform, d Delivery) error {
	start := time.Now()
	if err := b.store.Attempt(ctx, d.ID, start); err != nil {
		return err
	}
	ref, err := say(ctx, p, d)
	if retry, ok := errors.AsType[*RetryError](err); err != nil && ctx.Err() != nil && (!ok || retry.Unsure) {
		return nil // ended while speaking: the next start asks the platform again
	}
	r := resultOf(d, ref, err, start, time.Now())
	apart := d.Kind == KindDigest && errors.Is(err, ErrRefused) // one of them is at fault, and must not take the others with it
	log := b.log.With("delivery", d.ID, "channel", d.Channel, "attempt", d.Attempts+1, "took", time.Since(start))
	switch {
	case r.State == Sent:
		log.Debug("sent", "story", d.Message.Story, "kind", d.Kind)
		b.said(sent(d, r.At)) // before it is on record: whoever listens may hear it twice, never not at all
	case r.State == Retry:
		log.Warn("failed to send", "due", r.Due, "err", err)
	case apart:
		log.Warn("took a digest apart", "err", err)
	default:
		log.Error("gave up", "story", d.Message.Story, "err", err)
	}
	// It has been said: that must be on record even if we are told to stop.
	save, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer cancel()
	if apart {
		return b.store.Scatter(save, d.ID)
	}
	return b.store.Finish(save, d.ID, r)
}

// sent is what a delivery said, now that it was: a digest, each of its alerts.
func sent(d Delivery, at time.Time) Message {
	m := d.Message
	m.Sent = at
	if d.Kind == KindDigest {
		m.Alerts = slices.Clone(m.Alerts)
		for i := range m.Alerts {
			m.Alerts[i].Sent = at
		}
	}
	return m
}

// errNeverPosted is the reason of an update whose alert never went out.
var errNeverPosted = errors.New("the alert it changes was never posted")

// say posts what is new to the channel, or changes an alert posted before.
func say(ctx context.Context, p Platform, d Delivery) (Ref, error) {
	a := Attempt{d.Key, d.Doubt}
	if d.Kind == KindAlert || d.Kind == KindDigest || d.Kind == KindNotice {
		return p.Post(ctx, d.Channel, d.Message, a)
	}
	if d.Ref == "" {
		return "", errNeverPosted
	}
	return d.Ref, p.Update(ctx, d.Channel, d.Ref, d.Message, a)
}

// resultOf classifies what came of an attempt that began at start.
func resultOf(d Delivery, ref Ref, err error, start, now time.Time) Result {
	switch {
	case err == nil:
		return Result{State: Sent, At: now, Ref: ref}
	case errors.Is(err, ErrChannelGone), errors.Is(err, ErrRefused), errors.Is(err, errNeverPosted), now.Sub(d.Created) > giveUp:
		return Result{State: Dead, At: now, Reason: err.Error()}
	}
	r := Result{State: Retry, At: now, Due: now.Add(backoff(d.Attempts)), Doubt: d.Doubt, Reason: err.Error()}
	retry, sure := errors.AsType[*RetryError](err)
	switch {
	case !sure:
		r.Doubt.Last = start
	case !retry.Unsure:
		r.Doubt = Doubt{}
	}
	if r.Doubt.Since.IsZero() {
		r.Doubt.Since = r.Doubt.Last
	}
	if sure && retry.Within > 0 && now.Sub(d.Created) > retry.Within && d.Attempts >= minAttempts {
		return Result{State: Dead, At: now, Reason: err.Error()}
	}
	if sure && retry.After > 0 {
		r.Due, r.PutOff = now.Add(min(retry.After, maxRetryAfter)), true
	}
	return r
}

// backoff doubles from firstRetry to lastRetry, less up to a quarter, so that
// channels that failed together do not come back together.
func backoff(attempts int) time.Duration {
	wait := min(firstRetry<<min(attempts, 20), lastRetry)
	return wait - rand.N(wait/4)
}

// await waits for d. It reports false if there is reason to look again before.
func await(ctx context.Context, d time.Duration, more <-chan struct{}) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-more:
	case <-ctx.Done():
	}
	return false
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
