package bot

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"attache/bot/rule"
	"attache/bot/story"
	"attache/feeds"
)

// Bot takes items in, decides what follows, says it, and answers people.
// Make one with Open.
type Bot struct {
	store Store
	log   *slog.Logger
	said  func(Message)

	// taking is held by whoever takes a poll: one at a time, because what an
	// item means depends on those before it. It guards recent.
	taking sync.Mutex
	recent *story.Window // mirrors the store; rebuilt from it when in doubt

	// mu guards the lists below; their elements do not change.
	mu    sync.RWMutex
	subs  map[int64]Subscription
	rules map[int64]*rule.Rule
	feeds []feeds.Feed
	watch Health // who is told of them

	changing sync.Mutex // held while a channel's subscriptions are changed

	index rule.Index    // of rules, safe by itself
	due   chan struct{} // one token: there may be something to deliver
}

// Options are the parts a Bot is made of.
type Options struct {
	Store Store         // what is remembered
	Log   *slog.Logger  // for the operator; nil says nothing
	Said  func(Message) // told of every message after it was said, side by side; may be nil
}

// Open returns a Bot that goes on where the store stands.
func Open(ctx context.Context, o Options) (*Bot, error) {
	b := &Bot{
		store: o.Store, log: o.Log, said: o.Said,
		subs: map[int64]Subscription{}, rules: map[int64]*rule.Rule{},
		due: make(chan struct{}, 1),
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	if b.said == nil {
		b.said = func(Message) {}
	}
	b.Watch(Health{})
	subs, err := b.store.Subscriptions(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("bot: reading subscriptions: %w", err)
	}
	for _, s := range subs {
		r, err := rule.Parse(s.Rule)
		if err != nil {
			// An older program accepted it. The channel must learn that it
			// hears nothing, so it stays listed; the operator is told.
			b.log.Error("read a subscription whose rule no longer parses", "channel", s.Channel, "sub", s.Number, "err", err)
			continue
		}
		b.enlist(s, r)
	}
	return b, nil
}

// enlist makes a stored subscription match from now on.
func (b *Bot) enlist(s Subscription, r *rule.Rule) {
	b.mu.Lock()
	b.subs[s.ID], b.rules[s.ID] = s, r
	b.mu.Unlock()
	b.index.Add(s.ID, r)
}

// dismiss makes a subscription match no more.
func (b *Bot) dismiss(id int64) {
	b.index.Remove(id)
	b.mu.Lock()
	delete(b.subs, id)
	delete(b.rules, id)
	b.mu.Unlock()
}

// Configured marks a subscription that stands in the config file.
const Configured = "config"

// Configure makes the feeds and the configured subscriptions be these: at
// start, and when the config is read again. Subscriptions that people made in
// chat are not touched.
func (b *Bot) Configure(ctx context.Context, list []feeds.Feed, want []Subscription) error {
	b.mu.Lock()
	b.feeds = slices.Clone(list)
	b.mu.Unlock()

	have, err := b.store.Subscriptions(ctx, "")
	if err != nil {
		return fmt.Errorf("bot: reading subscriptions: %w", err)
	}
	same := func(a, b Subscription) bool {
		return a.Channel == b.Channel && a.Name == b.Name && a.Rule == b.Rule
	}
	for _, s := range have {
		if s.Source != Configured || slices.ContainsFunc(want, func(w Subscription) bool { return same(s, w) }) {
			continue
		}
		if err := b.store.Unsubscribe(ctx, s.ID, time.Now()); err != nil {
			return fmt.Errorf("bot: ending configured subscription %s %d: %w", s.Channel, s.Number, err)
		}
		b.dismiss(s.ID)
	}
	for _, w := range want {
		if slices.ContainsFunc(have, func(s Subscription) bool { return s.Source == Configured && same(s, w) }) {
			continue
		}
		r, err := rule.Parse(w.Rule)
		if err != nil {
			return fmt.Errorf("bot: configured subscription %q of %s: %w", w.Name, w.Channel, err)
		}
		w.Source, w.Created = Configured, time.Now()
		if err := b.subscribe(ctx, w, r); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bot) subscribe(ctx context.Context, s Subscription, r *rule.Rule) error {
	s, err := b.store.Subscribe(ctx, s)
	if err != nil {
		return fmt.Errorf("bot: storing a subscription of %s: %w", s.Channel, err)
	}
	b.enlist(s, r)
	return nil
}

// Run lets the platforms hear and says what is due, until ctx ends or a
// platform cannot go on. It returns when everything it started has ended; what
// was not said by then is still in the store.
func (b *Bot) Run(ctx context.Context, platforms ...Platform) error {
	outer := ctx
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for _, p := range platforms {
		wg.Go(func() {
			if err := p.Run(ctx, b); err != nil && ctx.Err() == nil {
				cancel(fmt.Errorf("bot: %s cannot go on: %w", p.Name(), err))
			}
		})
	}
	wg.Go(func() { b.deliver(ctx, platforms) })
	wg.Go(func() { b.tellHealth(ctx) })
	wg.Wait()
	if outer.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}

// Idle reports whether everything planned has been said, or never will be.
func (b *Bot) Idle(ctx context.Context) (bool, error) {
	lanes, err := b.store.Lanes(ctx)
	return len(lanes) == 0, err
}

// Cards returns what a channel was told, the latest first, each as it stands.
func (b *Bot) Cards(ctx context.Context, c Channel, limit int) ([]Alert, error) {
	return b.store.Cards(ctx, c, limit)
}

// Subscriptions returns what a channel asked for.
func (b *Bot) Subscriptions(ctx context.Context, c Channel) ([]Subscription, error) {
	return b.store.Subscriptions(ctx, c)
}

// Notices returns what operators were told in a channel, the latest first.
func (b *Bot) Notices(ctx context.Context, c Channel, limit int) ([]Delivery, error) {
	return b.store.Notices(ctx, c, limit)
}

// Channels returns the channels that have a subscription, and that where
// operators are told of feeds, in order.
func (b *Bot) Channels(ctx context.Context) ([]Channel, error) {
	subs, err := b.store.Subscriptions(ctx, "")
	if err != nil {
		return nil, err
	}
	var list []Channel
	if watch, _ := b.watched(); watch.Channel != "" {
		list = append(list, watch.Channel)
	}
	for _, s := range subs {
		list = append(list, s.Channel)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}
