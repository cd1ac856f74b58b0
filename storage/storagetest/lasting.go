package storagetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"attache/bot"
	"attache/feeds"
)

var lasting = []promise{
	{"everything outlives a restart", func(f *fixture) {
		sub := must(f.Subscribe(f.Context(), bot.Subscription{Channel: desk, Rule: "a"}))(f)
		p := alerting(opening(0, item("a", "a"), item("b", "b")), desk, duty)
		p.Matches = []bot.PlanMatch{{Item: 0, Subscription: sub.ID, Outcome: bot.Alerted}}
		f.apply(p)
		f.say(1, desk, "r")
		f.ok(f.Keep(f.Context(), "slack", "token", []byte("x")))
		before := f.everything()
		f.reopen()
		f.same(f.everything(), before)
		f.refused(p, bot.ErrStale)
	}},
	{"hostile text is kept as text", func(f *fixture) {
		for i, text := range []string{
			"a\x00b", "\xff\xfe broken \xc3", "'; DROP TABLE item; --", `" OR ( NEAR *`, "\u202eright to left\u2066", "😀👩‍👩‍👧‍👧",
			"\ufeff", "$1 ?1 :a @b", strings.Repeat("long title ", 100_000),
		} {
			it := item(text, text)
			it.Outlet, it.Tier, it.Lang, it.URL, it.Summary, it.Body, it.Author = text, feeds.Tier(text), text, text, text, text, text
			it.Categories, it.Links = []string{text}, []string{text}
			sub := must(f.Subscribe(f.Context(), bot.Subscription{Channel: bot.Channel("web:" + text), Name: text, Rule: text, Source: text}))(f)
			p := alerting(opening(i, it), sub.Channel)
			p.State.Error, p.State.ETag = text, text
			p.Matches = []bot.PlanMatch{{Item: 0, Subscription: sub.ID, Matched: []string{text}, Outcome: bot.Alerted, Reason: text}}
			done := f.apply(p)
			f.same(must(f.Known(f.Context(), wire, it.Keys()))(f)["guid:"+text].Item, done.Items[0])
			f.refused(p, bot.ErrStale)
			f.same(plain(titles(must(f.Tellings(f.Context(), done.Stories))(f))[0]), plain(text))
			h := must(f.Story(f.Context(), done.Stories[0], sub.Channel))(f)
			f.same(plain(h.Matches[0].Reason), plain(text))
			f.same(plain(f.say(i, sub.Channel, bot.Ref(text)).Message.Title.Text), plain(text))
			must(f.Search(f.Context(), text, 9))(f)
		}
	}},
	{"readers and writers work side by side", func(f *fixture) {
		const writers, rounds = 4, 25
		errs := make(chan error, 2*writers*rounds)
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for r := range rounds {
					errs <- f.writeOne(w, r)
				}
			})
			wg.Go(func() {
				for range rounds {
					errs <- f.readAll()
				}
			})
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			f.ok(err)
		}
		f.same(len(must(f.Latest(f.Context(), 1e6))(f)), writers*rounds)
		for w := range writers {
			f.same(len(must(f.Cards(f.Context(), laneOf(w), 1e6))(f)), rounds)
		}
		numbers := map[int]bool{}
		for _, s := range must(f.Subscriptions(f.Context(), desk))(f) {
			numbers[s.Number] = true
		}
		f.same(len(numbers), writers*rounds)
	}},
	{"of many who apply one plan, one does", func(f *fixture) {
		p := alerting(opening(0, item("a", "a")), desk)
		errs := make(chan error, 8)
		var wg sync.WaitGroup
		for range cap(errs) {
			wg.Go(func() {
				_, err := f.Apply(f.Context(), p)
				errs <- err
			})
		}
		wg.Wait()
		close(errs)
		stored := 0
		for err := range errs {
			if err == nil {
				stored++
			} else {
				f.is(err, bot.ErrStale)
			}
		}
		f.same([]int{stored, len(must(f.Recent(f.Context(), at(0)))(f))}, []int{1, 1})
	}},
}

// plain is text as every database can keep it: PostgreSQL has no NUL, and none
// but UTF-8.
func plain(text string) string {
	return strings.ReplaceAll(string([]rune(text)), "\x00", "\ufffd")
}

func laneOf(writer int) bot.Channel { return bot.Channel(fmt.Sprintf("web:%d", writer)) }

// writeOne tells one story in the writer's own lane, after a subscription in
// the desk's, where all writers want numbers.
func (f *fixture) writeOne(writer, round int) error {
	ctx := f.Context()
	if _, err := f.Subscribe(ctx, bot.Subscription{Channel: desk, Rule: "a"}); err != nil {
		return err
	}
	it := item(fmt.Sprintf("%d-%d", writer, round), "a word")
	if _, err := f.Apply(ctx, alerting(opening(round, it), laneOf(writer))); err != nil {
		return err
	}
	d, err := f.Next(ctx, laneOf(writer))
	if err != nil {
		return err
	}
	if err := f.Attempt(ctx, d.ID, at(round)); err != nil {
		return err
	}
	return f.Finish(ctx, d.ID, bot.Result{State: bot.Sent, At: at(round), Ref: "r"})
}

// readAll reads what others write, and sees none of it in halves.
func (f *fixture) readAll() error {
	ctx := f.Context()
	told, err := f.Recent(ctx, at(0))
	if err != nil {
		return err
	}
	for _, t := range told {
		alerts, err := f.Alerts(ctx, []int64{t.Story})
		if err == nil && len(alerts) != 1 {
			err = fmt.Errorf("story %d has %d alerts", t.Story, len(alerts))
		}
		if err != nil {
			return err
		}
	}
	_, one := f.Lanes(ctx)
	_, two := f.Search(ctx, "word", 5)
	_, three := f.FeedStates(ctx)
	return errors.Join(one, two, three)
}
