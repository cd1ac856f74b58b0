package feeds

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// PollOptions are the manners of a Poller; the zero value is good.
type PollOptions struct {
	Every   time.Duration // between polls of a feed that does not say; 0 means 10 min
	HostGap time.Duration // between the starts of two requests to one host
	Workers int           // polls at a time, to all hosts; 0 means 8
	Log     *slog.Logger  // nil means silence
}

// Poller asks each feed when it is due and hands what it says to a Sink. It
// asks a host one thing at a time, and not sooner than its server wants.
type Poller struct {
	store   Store
	fetcher *Fetcher
	sink    Sink
	opts    PollOptions
	log     *slog.Logger

	mu      sync.Mutex
	sources []source

	changed chan struct{} // holds a token when feeds was replaced
	taking  chan struct{} // holds a token while the sink works
}

// NewPoller returns a Poller without feeds; Set gives it some. The store is
// asked once, when Run begins, for what is remembered; the sink is never called
// twice at a time.
func NewPoller(store Store, fetcher *Fetcher, sink Sink, opts PollOptions) *Poller {
	opts.Every = cmp.Or(opts.Every, 10*time.Minute)
	opts.Workers = cmp.Or(opts.Workers, 8)
	return &Poller{
		store:   store,
		fetcher: fetcher,
		sink:    sink,
		opts:    opts,
		log:     cmp.Or(opts.Log, slog.New(slog.DiscardHandler)),
		changed: make(chan struct{}, 1),
		taking:  make(chan struct{}, 1),
	}
}

// Set replaces the list of feeds, before or during Run. A feed that is new, or
// has a new address, is due at once; one that is gone is not asked again.
func (p *Poller) Set(feeds []Feed) {
	sources := make([]source, len(feeds))
	for i, f := range feeds {
		sources[i] = source{f, hostOf(f)}
	}
	p.mu.Lock()
	p.sources = sources
	p.mu.Unlock()
	select {
	case p.changed <- struct{}{}:
	default: // a token is there already
	}
}

func (p *Poller) list() []source {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sources
}

// Run polls until ctx ends, and then returns nil once every poll has: requests
// on their way are given up, a Sink at work may finish. It fails only if the
// store cannot say what is remembered.
func (p *Poller) Run(ctx context.Context) error {
	states, err := p.store.FeedStates(ctx)
	if err != nil {
		return fmt.Errorf("feeds: recalling what was polled: %w", err)
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	done := make(chan polled, p.opts.Workers) // never blocks the one who polled
	s := newSchedule(states, p.opts.HostGap)
	for {
		for len(s.flying) < p.opts.Workers {
			src, ok := s.start(p.list(), time.Now())
			if !ok {
				break
			}
			past := s.past[src.Name]
			wg.Go(func() { done <- polled{src, p.poll(ctx, src.Feed, past)} })
		}
		var next <-chan time.Time
		if len(s.flying) < p.opts.Workers {
			next = time.After(s.wait(p.list(), time.Now()))
		}
		select {
		case <-ctx.Done():
			return nil
		case d := <-done:
			s.finish(d.source, d.past)
		case <-p.changed:
		case <-next:
		}
	}
}

// polled is a source with what is to be remembered of it.
type polled struct {
	source source
	past   past
}

// poll asks a feed once and returns what is to be remembered of it.
func (p *Poller) poll(ctx context.Context, f Feed, old past) past {
	start := time.Now()
	doc, err := p.fetcher.Fetch(ctx, f, old.State)
	var items []Item
	whole := true
	if err == nil && !doc.NotModified {
		items, whole, err = parse(ctx, doc, f)
	}
	if ctx.Err() != nil && err != nil {
		return old // the program ends; that says nothing about the feed
	}
	// From here on the end of ctx must not undo a fetch: the server has done its
	// work, and would have to do it again.
	ctx = context.WithoutCancel(ctx)
	now := moment()
	fresh := old
	switch {
	case err != nil:
		fresh = past{p.failed(f, old.State, err, now), old.items}
		p.save(ctx, f, fresh.State)
	case doc.NotModified:
		fresh.State = p.succeeded(f, old.State, doc, whole, now)
		p.save(ctx, f, fresh.State)
	default:
		fresh = old.with(items, p.succeeded(f, old.State, doc, whole, now))
		baseline := !old.Polled() && !f.Backlog
		if err = p.take(ctx, Poll{Feed: f, State: fresh.State, First: !old.Polled(), Baseline: baseline, At: now, Items: items}); err != nil {
			fresh = past{p.untaken(f, old.State, err, now), old.items}
			p.save(ctx, f, fresh.State)
		}
	}
	p.tell(f, time.Since(start), old, fresh, len(items), err)
	return fresh
}

// tell logs a poll: at Debug that it was, at Info what it changed, at Warn what
// will be tried again.
func (p *Poller) tell(f Feed, took time.Duration, old, fresh past, items int, err error) {
	log := p.log.With("feed", f.Name, "took", took.Round(time.Millisecond))
	switch {
	case err != nil:
		log.Warn("failed to read", "attempt", fresh.Failures, "err", err)
	case fresh.Error != "":
		log.Warn("read a broken document", "items", items, "err", fresh.Error)
	case fresh.Changed != old.Changed || old.Error != "":
		log.Info("read", "items", items)
	default:
		log.Debug("polled", "items", items)
	}
}

// take hands the poll to the sink, one at a time. (Not under a mutex: in a
// synctest bubble one who waits for a mutex keeps the clock from moving.)
func (p *Poller) take(ctx context.Context, poll Poll) error {
	p.taking <- struct{}{}
	defer func() { <-p.taking }()
	if err := p.sink(ctx, poll); err != nil {
		return fmt.Errorf("feeds: handing on %s: %w", poll.Feed.Name, &problem{"what it says could not be stored", err})
	}
	return nil
}

// save remembers a poll without items. When that fails the state still holds
// until the program ends, which is all that politeness needs.
func (p *Poller) save(ctx context.Context, f Feed, s State) {
	if err := p.store.SaveFeedState(ctx, f.Name, s); err != nil {
		p.log.Warn("failed to remember", "feed", f.Name, "err", err)
	}
}

// moment is now, as the store keeps it.
func moment() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
