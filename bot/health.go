package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"attache/feeds"
)

// Health is who is told when a feed breaks or heals. The zero Health tells
// nobody but the log.
type Health struct {
	Channel Channel       // "" is none
	After   time.Duration // how long a feed that fails may do so before it is told; 0 means an hour
}

// Watch makes h be who is told: at start, and when the config is read again.
func (b *Bot) Watch(h Health) {
	h.After = cmp.Or(h.After, time.Hour)
	b.mu.Lock()
	b.watch = h
	b.mu.Unlock()
}

func (b *Bot) watched() (Health, []feeds.Feed) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.watch, b.feeds
}

// FeedStatus is how a feed is doing, for people.
type FeedStatus struct {
	Feed  feeds.Feed
	State feeds.State
	feeds.Health
}

// gravity is the conditions, the worst first.
var gravity = []feeds.Condition{feeds.Broken, feeds.Gone, feeds.Quiet, feeds.Failing, feeds.Moved, feeds.Unread, feeds.Well}

// Feeds tells how every configured feed is doing, the troubled ones first.
func (b *Bot) Feeds(ctx context.Context) ([]FeedStatus, error) {
	list, _, err := b.health(ctx, time.Now())
	slices.SortStableFunc(list, func(a, b FeedStatus) int {
		return cmp.Compare(slices.Index(gravity, a.Condition), slices.Index(gravity, b.Condition))
	})
	return list, err
}

// health is every configured feed in the order of the config, and what is
// remembered of those that were ever configured.
func (b *Bot) health(ctx context.Context, now time.Time) ([]FeedStatus, map[string]feeds.State, error) {
	states, err := b.store.FeedStates(ctx)
	if err != nil {
		return nil, nil, err
	}
	watch, list := b.watched()
	var out []FeedStatus
	for _, f := range list {
		s := states[f.Name]
		out = append(out, FeedStatus{f, s, feeds.Check(f, s, now, watch.After)})
	}
	return out, states, nil
}

// Tally counts feeds by how they are: "31 sources: 28 well, 2 broken, 1 quiet".
func Tally(list []FeedStatus) string {
	n := map[feeds.Condition]int{}
	for _, s := range list {
		n[s.Condition]++
	}
	var parts []string
	for _, c := range slices.Concat([]feeds.Condition{feeds.Well}, gravity) {
		if n[c] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[c], c))
			delete(n, c)
		}
	}
	return Count(len(list), "source") + ": " + strings.Join(parts, ", ")
}

// feedName is a feed as people and the config know it: "Wire One (wire-one)".
func feedName(f feeds.Feed) string {
	if f.Outlet == "" {
		return f.Name
	}
	return fmt.Sprintf("%s (%s)", f.Outlet, f.Name)
}

// feedMark says before its name whether a feed is well.
func feedMark(s FeedStatus) string {
	if s.Healthy() {
		return "✓ "
	}
	return "✗ "
}

func feedLine(s FeedStatus) Line { return Line{Text: feedMark(s) + feedName(s.Feed), Detail: s.Words} }

// In chat, this many feeds are listed unless all are asked for.
const (
	maxListed   = 12 // if there are no more, all of them; else, those that need somebody
	maxTroubled = 20
)

func feedList(ctx context.Context, b *Bot, c Command, rest string) (Message, error) {
	list, err := b.Feeds(ctx)
	if err != nil {
		return Message{}, err
	}
	if len(list) == 0 {
		return notice("No feeds are configured."), nil
	}
	whole := strings.EqualFold(rest, "all")
	if rest != "" && !whole {
		return oneFeed(c, list, rest)
	}
	m := notice(Tally(list))
	shown := len(list)
	if !whole && len(list) > maxListed {
		fine := func(s FeedStatus) bool { return s.Condition == feeds.Unread || s.Condition == feeds.Well }
		if i := slices.IndexFunc(list, fine); i >= 0 { // they are last
			shown = i
		}
		shown = min(shown, maxTroubled)
	}
	for _, s := range list[:shown] {
		m.Lines = append(m.Lines, feedLine(s))
	}
	if shown < len(list) {
		m.Lines = append(m.Lines, Line{Text: fmt.Sprintf("To see all of them, or all about one: %s, %s", c.Typed("feeds all"), c.Typed("feeds "+list[0].Feed.Name))})
	}
	return m, nil
}

// oneFeed tells all about the feed of a name, or the feeds of an outlet.
func oneFeed(c Command, list []FeedStatus, name string) (Message, error) {
	of := func(same func(FeedStatus) bool) []FeedStatus {
		return slices.DeleteFunc(slices.Clone(list), func(s FeedStatus) bool { return !same(s) })
	}
	found := of(func(s FeedStatus) bool { return strings.EqualFold(s.Feed.Name, name) })
	if len(found) == 0 {
		found = of(func(s FeedStatus) bool { return strings.EqualFold(s.Feed.Outlet, name) })
	}
	if len(found) == 0 {
		found = of(func(s FeedStatus) bool {
			return strings.Contains(strings.ToLower(feedName(s.Feed)), strings.ToLower(name))
		})
	}
	switch {
	case len(found) == 0:
		return Message{}, &plainError{fmt.Sprintf("There is no feed %s. Type %s to see them.", OneLine(name, 60), c.Typed("feeds all"))}
	case len(found) > 1:
		m := notice(Tally(found))
		for _, s := range found[:min(len(found), maxTroubled)] {
			m.Lines = append(m.Lines, feedLine(s))
		}
		return m, nil
	}
	return aboutFeed(found[0]), nil
}

// aboutFeed is all about a feed. Of its address only the host is told, for the
// rest may hold a key, and whoever reads a channel is not the operator.
func aboutFeed(s FeedStatus) Message {
	m := notice()
	say := func(text, detail string) {
		if detail != "" {
			m.Lines = append(m.Lines, Line{Text: text, Detail: detail})
		}
	}
	when := func(t time.Time) string {
		if t.IsZero() {
			return "never"
		}
		return fmt.Sprintf("%s, %s", ago(time.Since(t)), clock(t))
	}
	say(feedMark(s)+feedName(s.Feed), s.Words)
	say("State", string(s.Condition))
	say("Outlet", strings.TrimSuffix(s.Feed.Outlet+", "+string(s.Feed.Tier), ", "))
	say("Host", feeds.Host(s.Feed.URL))
	if s.Condition == feeds.Unread {
		return m
	}
	say("Last read", when(s.State.Succeeded))
	say("Last news", when(s.State.Changed))
	say("News", s.Rhythm)
	if s.Condition != feeds.Gone {
		say("Next check", clock(s.State.Next))
	}
	say("Trouble", s.State.Error)
	if s.State.Failures > 0 {
		say("Failures in a row", fmt.Sprint(s.State.Failures))
	}
	if s.State.Moved != "" {
		say("Moved to", feeds.Host(s.State.Moved)+", since "+clock(s.State.MovedSince))
	}
	if !s.State.Ailing.IsZero() {
		say("Known to be ill", "since "+clock(s.State.Ailing))
	}
	return m
}
