package feeds

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// PollOptions are the manners of a Poller; the zero value is good.
type PollOptions struct {
	Every   time.Duration // between polls of a feed that does not say; 0 means what suits its tier: 5 to 30 min
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

	mu    sync.Mutex
	feeds []Feed

	changed chan struct{} // holds a token when feeds was replaced
	taking  chan struct{} // holds a token while the sink works
}

// NewPoller returns a Poller without feeds; Set gives it some. The store is
// asked once, when Run begins, for what is remembered; the sink is never called
// twice at a time.
func NewPoller(store Store, fetcher *Fetcher, sink Sink, opts PollOptions) *Poller {
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
	p.mu.Lock()
	p.feeds = slices.Clone(feeds)
	p.mu.Unlock()
	select {
	case p.changed <- struct{}{}:
	default: // a token is there already
	}
}

func (p *Poller) list() []Feed {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.feeds
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
	s.set(p.list(), wall())
	for {
		for len(s.flying) < p.opts.Workers {
			f, ok := s.start(wall())
			if !ok {
				break
			}
			past := s.past[f.Name]
			wg.Go(func() { done <- p.poll(ctx, f, past) })
		}
		var next <-chan time.Time
		if len(s.flying) < p.opts.Workers {
			next = time.After(s.idle(wall()))
		}
		select {
		case <-ctx.Done():
			return nil
		case d := <-done:
			s.finish(d, wall())
		case <-p.changed:
			s.set(p.list(), wall())
		case <-next:
		}
	}
}

// polled is what is to be remembered of a feed by name, and of its server.
type polled struct {
	feed string
	past past
	hold time.Duration // for all feeds of its host
}

// poll asks a feed once.
func (p *Poller) poll(ctx context.Context, f Feed, before past) polled {
	start := time.Now()
	old := before.of(f)
	doc, err := p.fetcher.Fetch(ctx, f, old.State)
	var items []Item
	whole := true
	if err == nil && !doc.NotModified {
		items, whole, err = parse(ctx, doc, f)
	}
	if ctx.Err() != nil && err != nil {
		return polled{feed: f.Name, past: before} // the program ends; that says nothing about the feed
	}
	// From here on the end of ctx must not undo a fetch: the server has done its
	// work, and would have to do it again.
	ctx = context.WithoutCancel(ctx)
	now := moment()
	var fresh past
	switch {
	case err != nil:
		fresh = p.failed(f, old, err, now)
		p.save(ctx, f, fresh.State)
	case doc.NotModified:
		fresh = p.succeeded(f, old, doc, nil, true, now)
		p.save(ctx, f, fresh.State)
	default:
		fresh = p.succeeded(f, old, doc, items, whole, now)
		baseline := !old.Polled() && !f.Backlog
		if err = p.take(ctx, Poll{Feed: f, State: fresh.State, First: !old.Polled(), Baseline: baseline, At: now, Items: items}); err != nil {
			fresh = p.untaken(f, old, err, now)
			p.save(ctx, f, fresh.State)
		}
	}
	p.tell(f, time.Since(start), old, fresh, len(items), err)
	return polled{f.Name, fresh, hold(err)}
}

// tell logs a poll: at Debug that it was, at Info what it changed, at Warn what
// will be tried again, at Error what will not.
func (p *Poller) tell(f Feed, took time.Duration, old, fresh past, items int, err error) {
	if fresh.address(f) != old.address(f) {
		p.log.Info("moved", "feed", f.Name, "host", hostIn(fresh.address(f)))
	}
	log := func(level slog.Level, what string, more ...any) {
		if p.log.Enabled(context.Background(), level) {
			p.log.With("feed", f.Name, "took", took.Round(time.Millisecond)).Log(context.Background(), level, what, more...)
		}
	}
	switch {
	case fresh.Gone:
		log(slog.LevelError, "stopped asking, until its address is changed", "err", err)
	case err != nil:
		log(slog.LevelWarn, "failed to read", "attempt", fresh.Failures, "err", err)
	case fresh.Error != "":
		log(slog.LevelWarn, "read a broken document", "items", items, "err", fresh.Error)
	case fresh.Changed != old.Changed || old.Error != "":
		log(slog.LevelInfo, "read", "items", items)
	default:
		log(slog.LevelDebug, "polled", "items", items)
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

// wall is now, as moments are compared with it: by the clock on the wall, which
// goes on while a computer sleeps, and may be set back.
func wall() time.Time { return time.Now().Round(0) }
