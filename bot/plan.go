package bot

import (
	"cmp"
	"fmt"
	"slices"

	"attache/bot/rule"
	"attache/bot/story"
	"attache/bot/summary"
	"attache/feeds"
)

// makePlan decides what follows from a poll. It is pure: everything it knows
// is in its arguments, and the clock is the poll's.
func makePlan(p feeds.Poll, tellings []telling, v view) Plan {
	pl := planner{
		poll: p, view: v,
		plan:  Plan{Feed: p.Feed.Name, State: p.State, At: p.At},
		cards: map[StoryRef][]*card{},
		told:  map[StoryRef][]Source{}, alerts: map[Channel]int{},
	}
	pl.flood, pl.undated = flooded(p, tellings, v.known), sameDate(p.Items)
	for i, t := range tellings {
		pl.tell(i, t)
	}
	for _, c := range pl.order {
		switch {
		case c.alert == 0:
			together := pl.flood && pl.alerts[c.channel] > floodAlso && c.message.Severity == Normal
			pl.plan.Alerts = append(pl.plan.Alerts, PlanAlert{
				Item: c.index, Story: c.story, Channel: c.channel, Card: c.message,
				Together: together,
			})
		case c.changed:
			pl.plan.Updates = append(pl.plan.Updates, PlanUpdate{Alert: c.alert, Card: c.message})
		}
	}
	return pl.plan
}

type planner struct {
	poll  feeds.Poll
	view  view
	plan  Plan
	cards map[StoryRef][]*card  // of each story that this poll touches
	order []*card               // all of them, in the order in which they came up
	told  map[StoryRef][]Source // its tellers, the first first

	flood   bool            // the poll has far more that is new than is usual
	undated bool            // its dates say nothing
	alerts  map[Channel]int // that this poll makes
}

// card is an alert as it will stand after this poll.
type card struct {
	alert   int64 // 0 for one that this poll makes
	story   StoryRef
	channel Channel
	item    int64 // the item it quotes, if that is stored
	index   int   // and if this poll brings it
	message Message
	changed bool
	moved   bool // its kind says already what this poll did to it
}

// tell works one item into the plan.
func (pl *planner) tell(i int, t telling) {
	it := PlanItem{Item: t.item, Story: t.story}
	if t.known != nil {
		it.Known = t.known.Item
	}
	pl.plan.Items = append(pl.plan.Items, it)
	if t.story < 0 && t.how == story.Opened {
		pl.plan.Stories = append(pl.plan.Stories, i)
	}
	pl.open(t.story)
	found := pl.view.matches(rule.NewDoc(t.item.Title, t.item.Summary, t.item.Body))
	for _, c := range pl.cards[t.story] {
		pl.keepTrue(c, t, found)
	}
	pl.told[t.story] = addSource(pl.told[t.story], t.item)
	pl.match(i, t, found)
}

// open fetches what the store has of a story, the first time it comes up.
func (pl *planner) open(ref StoryRef) {
	if _, ok := pl.told[ref]; ok {
		return
	}
	sources := []Source{}
	for _, told := range pl.view.tellings[int64(ref)] {
		sources = addSource(sources, told.Item)
	}
	pl.told[ref] = sources
	for _, a := range pl.view.alerts[int64(ref)] {
		c := &card{alert: a.ID, story: ref, channel: a.Channel, item: a.Item, message: a.Card}
		pl.cards[ref], pl.order = append(pl.cards[ref], c), append(pl.order, c)
	}
}

// keepTrue changes a card of the story if this telling makes it less than true.
func (pl *planner) keepTrue(c *card, t telling, found []match) {
	switch {
	case t.known != nil && t.known.Item == c.item:
		var terms []rule.Term
		for _, m := range found {
			if m.sub.Channel == c.channel {
				terms = append(terms, m.terms...)
			}
		}
		c.edited(t, terms, pl.poll.At)
	case t.known != nil:
		c.reworded(t, pl.poll.At)
	case t.label == summary.Correction:
		c.corrected(t, pl.poll.At)
	default:
		c.joined(t, pl.poll.At)
	}
}

// match decides, channel by channel, what becomes of the item's matches.
func (pl *planner) match(i int, t telling, found []match) {
	if t.known != nil {
		found = pl.newly(found, t)
	}
	slices.SortStableFunc(found, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.sub.Channel, b.sub.Channel), cmp.Compare(a.sub.Number, b.sub.Number))
	})
	for group := range chunkBy(found, func(m match) Channel { return m.sub.Channel }) {
		outcome, reason := pl.settle(i, t, group)
		for _, m := range group {
			pl.plan.Matches = append(pl.plan.Matches, PlanMatch{
				Item: i, Subscription: m.sub.ID, Matched: spelled(t.item, m.terms), Outcome: outcome, Reason: reason,
			})
		}
	}
}

// newly leaves the matches that an edit brought about. Without it, every
// touch of an old item would make it news.
func (pl *planner) newly(found []match, t telling) []match {
	old := slices.IndexFunc(pl.view.tellings[t.known.Story], func(o Told) bool { return o.Number == t.known.Item })
	if old < 0 {
		return found
	}
	it := pl.view.tellings[t.known.Story][old].Item
	before := pl.view.matches(rule.NewDoc(it.Title, it.Summary, it.Body))
	return slices.DeleteFunc(found, func(m match) bool {
		return slices.ContainsFunc(before, func(b match) bool { return b.sub.ID == m.sub.ID })
	})
}

// settle decides for one channel.
func (pl *planner) settle(i int, t telling, group []match) (Outcome, string) {
	channel := group[0].sub.Channel
	for _, c := range pl.cards[t.story] {
		if c.channel != channel {
			continue
		}
		if t.known != nil {
			return Merged, "the channel had been told this story"
		}
		return Merged, fmt.Sprintf("the channel had been told this story (%s)", t.how)
	}
	if pl.poll.Baseline {
		return Baseline, fmt.Sprintf("it was in %s before Attaché began to watch it", pl.poll.Feed.Outlet)
	}
	if reason, is := old(pl.poll, t.item); is && !pl.undated && t.known == nil {
		return Held, reason
	}
	if pl.alerts[channel]++; pl.flood && pl.alerts[channel] > floodTold {
		return Held, fmt.Sprintf("%s published more than %d such items at once", pl.poll.Feed.Outlet, floodTold)
	}
	c := &card{story: t.story, channel: channel, index: i, message: compose(t, group, pl.told[t.story])}
	pl.cards[t.story], pl.order = append(pl.cards[t.story], c), append(pl.order, c)
	return Alerted, ""
}

// chunkBy yields runs of neighbours with the same key.
func chunkBy[T any, K comparable](list []T, key func(T) K) func(yield func([]T) bool) {
	return func(yield func([]T) bool) {
		for len(list) > 0 {
			n := 1
			for n < len(list) && key(list[n]) == key(list[0]) {
				n++
			}
			if !yield(list[:n]) {
				return
			}
			list = list[n:]
		}
	}
}
