package bot

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"attache/feeds"
)

// How operators are told.
const (
	glance  = time.Minute      // between two looks at the feeds
	steady  = 30 * time.Minute // how long a feed must be well before that is told: one that comes and goes is not
	patient = 2 * time.Hour    // how long one that is well waits for others to be told with it
	nap     = 5 * glance       // between two looks: the computer slept, and what we know is old
	outage  = 4                // as many feeds, and more than half of all, do not fail together by chance
	dawn    = time.Hour        // after that, each was asked again and is well if it has no trouble of its own
	chronic = 24 * time.Hour   // one that is known to be ill for so long has no part in that
	maxTold = 10               // feeds named in a notice
)

// tellHealth tells operators when feeds break and heal, until ctx ends.
func (b *Bot) tellHealth(ctx context.Context) {
	w := newWatcher(time.Now())
	for sleep(ctx, glance) == nil {
		if err := b.look(ctx, w, time.Now()); err != nil && ctx.Err() == nil {
			b.log.Warn("failed to look at the feeds", "err", err) // a minute later there is another look
		}
	}
}

// look decides what is to be told, and stores that before anybody is told.
func (b *Bot) look(ctx context.Context, w *watcher, now time.Time) error {
	list, states, err := b.health(ctx, now)
	if err != nil {
		return fmt.Errorf("bot: reading the feeds' states: %w", err)
	}
	watch, _ := b.watched()
	n := w.look(list, now)
	notice := Notice{Channel: watch.Channel, Message: n.message(), Ailing: n.ailing(now)}
	notice.Message.Seen = now
	for _, s := range list {
		delete(states, s.Feed.Name)
	}
	for name, s := range states {
		if !s.Ailing.IsZero() { // out of the config: nobody waits for it any more
			notice.Ailing[name] = time.Time{}
		}
	}
	if len(notice.Ailing) == 0 {
		return nil
	}
	if n.none() {
		notice.Channel = ""
	}
	if err := b.store.Notify(ctx, notice, now); err != nil {
		return fmt.Errorf("bot: storing how the feeds are: %w", err)
	}
	n.log(b.log)
	b.wake()
	return nil
}

// watcher looks at the feeds again and again. What it remembers is about its
// own patience; who knows what is in the feeds' States.
type watcher struct {
	began time.Time            // what was to be asked before that and was not says nothing about now
	last  time.Time            // the last look
	dark  time.Time            // the last look at which most feeds failed
	well  map[string]time.Time // feeds that an operator knows to be ill: since when they are seen to be well
}

func newWatcher(now time.Time) *watcher {
	now = now.Round(0) // by the clock on the wall, which goes on while the computer sleeps
	return &watcher{began: now, last: now}
}

// look says what has changed since an operator was told.
func (w *watcher) look(list []FeedStatus, now time.Time) news {
	now = now.Round(0)
	if passed := now.Sub(w.last); passed > nap || passed < 0 {
		w.began = now
	}
	w.last = now
	var n news
	well := map[string]time.Time{}
	for _, s := range list {
		name, known := s.Feed.Name, !s.State.Ailing.IsZero()
		switch {
		case !s.State.Gone && s.State.Next.Before(w.began) && s.State.Checked.Before(w.began):
			continue
		case known && s.Healthy() && s.Condition != feeds.Unread:
			well[name] = cmp.Or(w.well[name], now)
			n.healed = append(n.healed, s)
		case !known && s.Ill():
			n.broke = append(n.broke, s)
		}
		if known && now.Sub(s.State.Ailing) > chronic {
			continue
		}
		if n.of++; fails(s) {
			n.failing = append(n.failing, s)
		}
	}
	w.well = well
	w.settle(&n, now)
	w.together(&n, now)
	return n
}

// settle leaves in the news those that healed for good, once none is left that
// may be about to: after an outage they come back one by one.
func (w *watcher) settle(n *news, now time.Time) {
	waits, longest := false, time.Duration(0)
	healed := slices.DeleteFunc(n.healed, func(s FeedStatus) bool {
		since := now.Sub(w.well[s.Feed.Name])
		longest = max(longest, since)
		waits = waits || since < steady
		return since < steady
	})
	if n.healed = healed; waits && longest < patient {
		n.healed = nil
	}
}

// together sees whether most feeds fail at the same time. Then that is the
// news, once, and not the trouble of each; what one of them has of its own
// shows when the others have been well again for a while.
func (w *watcher) together(n *news, now time.Time) {
	most := len(n.failing) >= outage && 2*len(n.failing) > n.of
	if most {
		w.dark = now
	}
	if now.Sub(w.dark) >= dawn || !slices.ContainsFunc(n.broke, fails) {
		return
	}
	n.broke = slices.DeleteFunc(n.broke, fails)
	known := 0
	for _, s := range n.failing {
		if !s.State.Ailing.IsZero() {
			known++
		}
	}
	n.outage = most && 2*known <= len(n.failing)
}

// news is what operators do not know yet.
type news struct {
	broke   []FeedStatus // ill
	healed  []FeedStatus
	failing []FeedStatus // all that cannot be read just now, known or not, the chronic left out
	of      int          // of so many
	outage  bool         // that is more than chance, and said of all of them at once
}

// fails reports whether a feed could not be read when it was last asked.
func fails(s FeedStatus) bool {
	return s.State.Failures > 0 && s.Condition != feeds.Unread && !s.State.Gone
}

func (n news) none() bool { return len(n.broke) == 0 && len(n.healed) == 0 && !n.outage }

// ailing is what is known of each feed once this has been told.
func (n news) ailing(now time.Time) map[string]time.Time {
	known := map[string]time.Time{}
	for _, s := range n.healed {
		known[s.Feed.Name] = time.Time{}
	}
	for _, s := range n.broke {
		known[s.Feed.Name] = now
	}
	if n.outage {
		for _, s := range n.failing {
			if s.State.Ailing.IsZero() {
				known[s.Feed.Name] = now
			}
		}
	}
	return known
}

// message is the news in words: at most maxTold feeds by name, and how many more.
// It fits one message of every platform.
func (n news) message() Message {
	m := notice()
	if n.outage {
		m.Lines = append(m.Lines, n.outageLine())
	}
	room := maxTold
	tell := func(list []FeedStatus, many string, one func(FeedStatus) string) {
		if len(list) > 1 {
			m.Lines = append(m.Lines, Line{Text: fmt.Sprintf("%d sources %s:", len(list), many)})
		}
		named := list[:min(len(list), room)]
		for _, s := range named {
			m.Lines = append(m.Lines, Line{Text: feedMark(s) + OneLine(feedName(s.Feed), 60) + " is " + one(s), Detail: OneLine(s.Words, 160)})
		}
		room -= len(named)
		if more := len(list) - len(named); more > 0 {
			m.Lines = append(m.Lines, Line{Text: fmt.Sprintf("And %d more.", more)})
		}
	}
	tell(n.broke, "are in trouble", func(s FeedStatus) string { return string(s.Condition) })
	tell(n.healed, "are well again", func(FeedStatus) string { return "well again" })
	return m
}

// outageLine is the one sentence about feeds that fail together: since the last
// time that any of them could be read.
func (n news) outageLine() Line {
	var last time.Time
	for _, s := range n.failing {
		if s.State.Succeeded.After(last) {
			last = s.State.Succeeded
		}
	}
	text := fmt.Sprintf("%d of %s cannot be read", len(n.failing), Count(n.of, "source"))
	if !last.IsZero() {
		text += " since " + last.Local().Format("15:04 MST")
	}
	return Line{Text: text + ": perhaps our own network.", Detail: OneLine(feedName(n.failing[0].Feed)+", for one: "+n.failing[0].State.Error, 160)}
}

// log tells the operator who reads the log, a line a feed.
func (n news) log(log *slog.Logger) {
	if n.outage {
		log.Warn("lost most feeds at once", "feeds", len(n.failing), "of", n.of, "err", n.failing[0].State.Error)
	}
	for _, s := range n.broke {
		log.Warn("found a feed "+string(s.Condition), "feed", s.Feed.Name, "err", s.Words)
	}
	for _, s := range n.healed {
		log.Info("found a feed well again", "feed", s.Feed.Name)
	}
}
