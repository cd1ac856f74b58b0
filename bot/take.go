package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"attache/bot/rule"
	"attache/bot/story"
	"attache/bot/summary"
	"attache/feeds"
)

// Take is the Sink of the poller: it remembers a poll's items and plans what
// is to be said about them, all in one transaction. When it returns nil,
// nothing of that can be lost any more.
func (b *Bot) Take(ctx context.Context, p feeds.Poll) error {
	_, err := b.take(ctx, p)
	return err
}

// taken is what came of a poll.
type taken struct {
	plan     Plan
	tellings []telling // as many as plan.Items, in that order
	done     Applied
}

// take plans and applies, and plans again when the store has moved meanwhile.
func (b *Bot) take(ctx context.Context, p feeds.Poll) (taken, error) {
	b.taking.Lock()
	defer b.taking.Unlock()
	for range 3 {
		tellings, known, err := b.place(ctx, p)
		if err != nil {
			return taken{}, err
		}
		v, err := b.view(ctx, tellings)
		if err != nil {
			return taken{}, err
		}
		v.known = known
		plan := makePlan(p, tellings, v)
		done, err := b.store.Apply(ctx, plan)
		if err == nil {
			b.applied(plan, tellings, done)
			return taken{plan, tellings, done}, nil
		}
		b.recent = nil // it may or may not have been stored: ask the store
		if !errors.Is(err, ErrStale) {
			return taken{}, fmt.Errorf("bot: storing the poll of %s: %w", p.Feed.Name, err)
		}
	}
	return taken{}, fmt.Errorf("bot: storing the poll of %s: %w", p.Feed.Name, ErrStale)
}

// telling is an item with its place: what makePlan starts from.
type telling struct {
	item     feeds.Item
	known    *Known   // nil for a new item
	story    StoryRef // a new story's first telling has how Opened
	how      story.How
	score    float64
	article  story.Article
	headline summary.Span
	lead     []summary.Span
	label    string // the outlet's own, as summary.Label reads it
}

// place finds which items of the poll say something new, and which story each
// belongs to; and how many of its items were known.
func (b *Bot) place(ctx context.Context, p feeds.Poll) (tellings []telling, known int, err error) {
	if err := b.remember(ctx, p.At); err != nil {
		return nil, 0, err
	}
	var keys []string
	for _, it := range p.Items {
		keys = append(keys, it.Keys()...)
	}
	items, err := b.store.Known(ctx, p.Feed.Name, keys)
	if err != nil {
		return nil, 0, fmt.Errorf("bot: looking up the items of %s: %w", p.Feed.Name, err)
	}
	tellings, known = placeAll(p, items, b.recent)
	return tellings, known, nil
}

// placeAll is the pure part of place.
func placeAll(p feeds.Poll, known map[string]Known, recent *story.Window) (out []telling, old int) {
	var fresh story.Window // of this poll alone, its stories numbered as StoryRefs
	inPoll := map[string]bool{}
	opened := StoryRef(0)
	for _, it := range p.Items {
		it.Seen = p.At
		t := telling{item: it, how: story.Opened}
		var repeated bool
		for _, k := range it.Keys() {
			if kn, ok := known[k]; ok && t.known == nil && !reissued(it, k, known) {
				t.known = &kn
			} else if ok && t.known == nil {
				it = it.Reissued()
				t.item = it
				break
			}
		}
		for _, k := range it.Keys() {
			repeated = repeated || inPoll[k]
			inPoll[k] = true
		}
		if t.known != nil {
			old++
		}
		if repeated || t.known != nil && t.known.Version == it.Version() {
			continue
		}
		t.headline, t.lead = summary.Of(it.Title, it.Summary, it.Body)
		t.label, _ = summary.Label(it.Title)
		t.article = articleOf(it, t.headline, t.lead)
		if t.known != nil {
			t.story = StoryRef(t.known.Story)
		} else if p := recent.Place(t.article); p.Story != 0 {
			t.story, t.how, t.score = StoryRef(p.Story), p.How, p.Score
		} else if p := fresh.Place(t.article); p.Story != 0 {
			t.story, t.how, t.score = StoryRef(p.Story), p.How, p.Score
		} else {
			opened--
			t.story = opened
		}
		fresh.Add(int64(t.story), t.article)
		out = append(out, t)
	}
	return out, old
}

// remember rebuilds the window of recent stories from the store.
func (b *Bot) remember(ctx context.Context, now time.Time) error {
	if b.recent != nil {
		return nil
	}
	told, err := b.store.Recent(ctx, now.Add(-story.Span))
	if err != nil {
		return fmt.Errorf("bot: reading recent stories: %w", err)
	}
	b.recent = &story.Window{}
	for _, t := range told {
		remembered(b.recent, t)
	}
	return nil
}

// remembered puts an item on record into the window.
func remembered(w *story.Window, t Told) {
	headline, lead := summary.Of(t.Item.Title, t.Item.Summary, t.Item.Body)
	w.Add(t.Story, articleOf(t.Item, headline, lead))
}

// articleOf is what folding looks at in an item.
func articleOf(it feeds.Item, headline summary.Span, lead []summary.Span) story.Article {
	return story.Article{
		Outlet: it.Outlet, Headline: quote(it, headline), Lead: quoteAll(it, lead),
		Seen: it.Seen, Corrects: corrects(it.Title),
	}
}

// view is what makePlan needs to know of the store and the rules.
type view struct {
	known    int              // how many of the poll's items were
	tellings map[int64][]Told // by story, of the stories that these items join
	alerts   map[int64][]Alert
	matches  func(*rule.Doc) []match // in order of subscription
}

// match is one rule that an item matches.
type match struct {
	sub   Subscription
	terms []rule.Term
}

func (b *Bot) view(ctx context.Context, tellings []telling) (view, error) {
	v := view{tellings: map[int64][]Told{}, alerts: map[int64][]Alert{}, matches: b.matches}
	var joined []int64
	for _, t := range tellings {
		if t.story > 0 {
			joined = append(joined, int64(t.story))
		}
	}
	if len(joined) == 0 {
		return v, nil
	}
	alerts, err := b.store.Alerts(ctx, joined)
	if err != nil {
		return v, fmt.Errorf("bot: reading alerts: %w", err)
	}
	for _, a := range alerts {
		v.alerts[a.Story] = append(v.alerts[a.Story], a)
	}
	told, err := b.store.Tellings(ctx, joined)
	if err != nil {
		return v, fmt.Errorf("bot: reading tellings: %w", err)
	}
	for _, t := range told {
		v.tellings[t.Story] = append(v.tellings[t.Story], t)
	}
	return v, nil
}

// matches returns the subscriptions whose rules an item matches.
func (b *Bot) matches(doc *rule.Doc) []match {
	var out []match
	for _, id := range b.index.Match(doc) {
		b.mu.RLock()
		sub, ok := b.subs[id]
		r := b.rules[id]
		b.mu.RUnlock()
		if ok { // or it was ended this moment
			out = append(out, match{sub, r.Explain(doc)})
		}
	}
	return out
}

// applied brings the window up to what was stored and wakes the delivery.
func (b *Bot) applied(p Plan, tellings []telling, done Applied) {
	for _, t := range tellings {
		ref := t.story
		if ref < 0 {
			ref = StoryRef(done.Stories[-1-ref])
		}
		b.recent.Add(int64(ref), t.article)
	}
	if len(p.Alerts)+len(p.Updates) > 0 {
		b.wake()
	}
}
