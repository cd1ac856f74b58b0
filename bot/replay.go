package bot

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"attache/bot/summary"
	"attache/feeds"
)

// maxItemLine is how long one line of an archive may be, in bytes.
const maxItemLine = 16 << 20

// Replayed is what became of one item of an archive.
type Replayed struct {
	ID      string   `json:"id"`
	Story   int64    `json:"story"`
	First   bool     `json:"first"`   // it opened the story
	Score   float64  `json:"score"`   // how much of it the story it joined has said, from 0 to 1
	Rules   []string `json:"rules"`   // names of the subscriptions that matched
	Alerts  int      `json:"alerts"`  // cards it made
	Summary string   `json:"summary"` // the sentences a card would quote
	Title   string   `json:"-"`
}

// Totals closes a replay.
type Totals struct {
	Items          int     `json:"items"`
	Stories        int     `json:"stories"`
	Matches        int     `json:"matches"`
	Seconds        float64 `json:"seconds"`
	ItemsPerSecond float64 `json:"items_per_second"`
}

// ReadArchive reads items, one JSON object a line, and puts them in the order
// of their Seen, which defaults to Published, and that to the line before.
// Errors name the line.
func ReadArchive(name string, in io.Reader) ([]feeds.Item, error) {
	var items []feeds.Item
	last := time.Unix(0, 0).UTC()
	scan := bufio.NewScanner(in)
	scan.Buffer(nil, maxItemLine)
	n := 0
	for scan.Scan() {
		n++
		line := bytes.TrimSpace(scan.Bytes())
		if len(line) == 0 {
			continue
		}
		var it feeds.Item
		if err := json.Unmarshal(line, &it); err != nil {
			return nil, fmt.Errorf("%s:%d: not an item: %w", name, n, err)
		}
		if it = it.Clean(); it.Title == "" {
			return nil, fmt.Errorf("%s:%d: the item has no title", name, n)
		}
		if it.ID == "" {
			it.ID = fmt.Sprintf("line-%d", n)
		}
		if it.Feed == "" {
			it.Feed = "replay"
		}
		if it.Outlet == "" {
			it.Outlet = it.Feed
		}
		it.Seen = cmp.Or(it.Seen, it.Published, last)
		last = it.Seen
		items = append(items, it)
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", name, n+1, err)
	}
	slices.SortStableFunc(items, func(a, b feeds.Item) int { return a.Seen.Compare(b.Seen) })
	return items, nil
}

// Replay takes items through the pipeline, each in a poll of its own at its
// own time, and tells what became of each. Nothing is said anywhere.
func (b *Bot) Replay(ctx context.Context, items []feeds.Item, out func(Replayed) error) (Totals, error) {
	var sum Totals
	start := time.Now()
	for _, it := range items {
		r, err := b.replay(ctx, it)
		if err != nil {
			return sum, err
		}
		sum.Items++
		sum.Matches += len(r.Rules)
		if r.First {
			sum.Stories++
		}
		if err := out(r); err != nil {
			return sum, err
		}
	}
	sum.Seconds = time.Since(start).Seconds()
	sum.ItemsPerSecond = float64(sum.Items) / max(sum.Seconds, 1e-9)
	return sum, nil
}

func (b *Bot) replay(ctx context.Context, it feeds.Item) (Replayed, error) {
	r := Replayed{ID: it.ID, Title: it.Title, Rules: []string{}}
	_, lead := summary.Of(it.Title, it.Summary, it.Body)
	r.Summary = quoteAll(it, lead)
	p := feeds.Poll{
		Feed: feeds.Feed{Name: it.Feed, Outlet: it.Outlet, Tier: it.Tier, Lang: it.Lang},
		At:   it.Seen, Items: []feeds.Item{it},
		State: feeds.State{Checked: it.Seen, Succeeded: it.Seen, Changed: it.Seen},
	}
	t, err := b.take(ctx, p)
	if err != nil {
		return r, err
	}
	if len(t.plan.Items) == 0 { // said before, word for word
		known, err := b.store.Known(ctx, it.Feed, it.Keys())
		for _, k := range it.Keys() {
			if r.Story == 0 {
				r.Story = known[k].Story
			}
		}
		return r, err
	}
	r.First, r.Alerts = len(t.plan.Stories) > 0, len(t.plan.Alerts)
	r.Story, r.Score = int64(t.tellings[0].story), t.tellings[0].score
	if r.First {
		r.Story = t.done.Stories[0]
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, m := range t.plan.Matches {
		r.Rules = append(r.Rules, nameOf(b.subs[m.Subscription]))
	}
	return r, nil
}
