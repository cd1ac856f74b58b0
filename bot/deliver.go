package bot

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// How a delivery is tried again.
const (
	firstRetry = 2 * time.Second
	lastRetry  = 10 * time.Minute

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
func (b *Bot) wake() {
	select {
	case b.due <- struct{}{}:
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
	busy := map[Channel]bool{}
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
			if p == nil || busy[c] {
				continue // a platform switched off keeps its lanes until it is back
			}
			busy[c] = true
			wg.Go(func() {
				b.lane(ctx, p, c)
				select {
				case emptied <- c:
				case <-ctx.Done():
				}
			})
		}
	}
}

// lane says a channel's deliveries in order until there is none left.
func (b *Bot) lane(ctx context.Context, p Platform, c Channel) {
	for ctx.Err() == nil {
		d, err := b.store.Next(ctx, c)
		if errors.Is(err, ErrNotFound) {
			return
		}
		// No wait is longer than one we would plan: the clock may have been ahead.
		if err == nil && sleep(ctx, min(time.Until(d.Due), maxRetryAfter)) == nil {
			err = b.attempt(ctx, p, d)
		}
		if err != nil && ctx.Err() == nil {
			b.log.Error("failed to record a delivery", "channel", c, "err", err)
			sleep(ctx, storeRetry)
		}
	}
}

// attempt says one delivery and records what came of it. Its error is the
// store's.
func (b *Bot) attempt(ctx context.Context, p Platform, d Delivery) error {
	if err := b.store.Attempt(ctx, d.ID, time.Now()); err != nil {
		return err
	}
	start := time.Now()
	ref, err := say(ctx, p, d)
	if err != nil && ctx.Err() != nil {
		return nil // ended while speaking: the next start asks the platform again
	}
	r := resultOf(d, ref, err, time.Now())
	log := b.log.With("delivery", d.ID, "channel", d.Channel, "attempt", d.Attempts+1, "took", time.Since(start))
	switch r.State {
	case Sent:
		log.Debug("sent", "story", d.Message.Story, "kind", d.Kind)
	case Retry:
		log.Warn("failed to send", "due", r.Due, "err", err)
	case Dead:
		log.Error("gave up", "story", d.Message.Story, "err", err)
	}
	if r.State == Sent {
		m := d.Message
		m.Sent = r.At
		b.said(m) // before it is on record: whoever listens may hear it twice, never not at all
	}
	// It has been said: that must be on record even if we are told to stop.
	save, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer cancel()
	return b.store.Finish(save, d.ID, r)
}

// errNeverPosted is the reason of an update whose alert never went out.
var errNeverPosted = errors.New("the alert it changes was never posted")

// say posts an alert, or changes one posted before.
func say(ctx context.Context, p Platform, d Delivery) (Ref, error) {
	if d.Kind == KindAlert {
		return p.Post(ctx, d.Channel, d.Message, d.Key)
	}
	if d.Ref == "" {
		return "", errNeverPosted
	}
	return d.Ref, p.Update(ctx, d.Channel, d.Ref, d.Message)
}

// resultOf classifies what came of an attempt.
func resultOf(d Delivery, ref Ref, err error, now time.Time) Result {
	switch {
	case err == nil:
		return Result{State: Sent, At: now, Ref: ref}
	case errors.Is(err, ErrChannelGone), errors.Is(err, ErrRefused), errors.Is(err, errNeverPosted), now.Sub(d.Created) > giveUp:
		return Result{State: Dead, At: now, Reason: err.Error()}
	}
	wait := backoff(d.Attempts)
	if retry, ok := errors.AsType[*RetryError](err); ok && retry.After > 0 {
		wait = min(retry.After, maxRetryAfter)
	}
	return Result{State: Retry, At: now, Due: now.Add(wait), Reason: err.Error()}
}

// backoff doubles from firstRetry to lastRetry, less up to a quarter, so that
// channels that failed together do not come back together.
func backoff(attempts int) time.Duration {
	wait := min(firstRetry<<min(attempts, 20), lastRetry)
	return wait - rand.N(wait/4)
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
