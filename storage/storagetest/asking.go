package storagetest

import (
	"attache/bot"
)

var asking = []promise{
	{"the latest stories come first, each by the item that opened it", func(f *fixture) {
		a := f.story(0, "a")
		f.story(1, "b")
		f.apply(joining(2, a.Stories[0], item("more", "more of a")))
		p := opening(3, item("c", "c"), item("d", "d"), item("c2", "more of c"))
		p.Stories = p.Stories[:2]
		p.Items[2].Story = -1
		f.apply(p)
		f.same(titles(must(f.Latest(f.Context(), 9))(f)), []string{"d", "c", "b", "a"})
		f.same(titles(must(f.Latest(f.Context(), 2))(f)), []string{"d", "c"})
		f.same(titles(must(f.Latest(f.Context(), 0))(f)), []string(nil))
		f.same(titles(must(f.Latest(f.Context(), -1))(f)), []string(nil))
	}},
	{"a story's record is its tellings, and the matches and deliveries of one channel", func(f *fixture) {
		subs := map[bot.Channel]bot.Subscription{}
		for _, c := range []bot.Channel{desk, duty} {
			subs[c] = must(f.Subscribe(f.Context(), bot.Subscription{Channel: c, Rule: "talks", Created: at(-1)}))(f)
		}
		p := alerting(opening(0, item("a", "Talks open")), desk)
		p.Matches = []bot.PlanMatch{
			{Item: 0, Subscription: subs[desk].ID, Matched: []string{"Talks", "open"}, Outcome: bot.Alerted, Reason: "it is new"},
			{Item: 0, Subscription: subs[duty].ID, Outcome: bot.Baseline, Reason: "quiet hours"},
		}
		done := f.apply(p)
		f.story(1, "another story", desk)
		f.ok(f.Unsubscribe(f.Context(), subs[desk].ID, at(1))) // what it matched stays on record
		d := f.say(2, desk, "r")
		more := joining(3, done.Stories[0], item("b", "Talks go on"))
		more.Matches = []bot.PlanMatch{{Item: 0, Subscription: subs[desk].ID, Matched: []string{"Talks"}, Outcome: bot.Merged, Reason: "told before"}}
		more.Updates = []bot.PlanUpdate{{Alert: done.Alerts[0], Card: card(bot.KindUpdate, "Talks open")}}
		joined := f.apply(more)
		f.say(4, desk, "other")
		update := must(f.Next(f.Context(), desk))(f)
		f.ok(f.Attempt(f.Context(), update.ID, at(5)))
		f.ok(f.Finish(f.Context(), update.ID, bot.Result{State: bot.Dead, At: at(6), Reason: "the channel is gone"}))

		h := must(f.Story(f.Context(), done.Stories[0], desk))(f)
		f.same(titles(h.Items), []string{"Talks open", "Talks go on"})
		f.same(h.Matches, []bot.Match{
			{Item: done.Items[0], Subscription: subs[desk], Matched: []string{"Talks", "open"}, Outcome: bot.Alerted, Reason: "it is new", At: at(0)},
			{Item: joined.Items[0], Subscription: subs[desk], Matched: []string{"Talks"}, Outcome: bot.Merged, Reason: "told before", At: at(3)},
		})
		f.same(h.Deliveries, []bot.Record{
			{ID: d.ID, Kind: bot.KindAlert, State: bot.Sent, Created: at(0), Sent: at(2), Attempts: 1},
			{ID: update.ID, Kind: bot.KindUpdate, State: bot.Dead, Reason: "the channel is gone", Created: at(3), Attempts: 1},
		})
		h = must(f.Story(f.Context(), done.Stories[0], duty))(f)
		f.same(titles(h.Items), []string{"Talks open", "Talks go on"})
		f.same(h.Matches, []bot.Match{{Item: done.Items[0], Subscription: subs[duty], Outcome: bot.Baseline, Reason: "quiet hours", At: at(0)}})
		f.same(len(h.Deliveries), 0)
		_, err := f.Story(f.Context(), 99, desk)
		f.is(err, bot.ErrNotFound)
	}},
	{"cards are the alerts that were sent, the latest first, as they stand now", func(f *fixture) {
		first := f.story(0, "first", desk, duty)
		second := f.story(1, "second", desk)
		f.story(2, "third", desk)
		for _, ref := range []bot.Ref{"r1", "r2"} {
			f.say(10, desk, ref)
		}
		p := joining(3, first.Stories[0], item("more", "more"))
		p.Updates = []bot.PlanUpdate{{Alert: first.Alerts[0], Card: card(bot.KindCorrection, "first, corrected")}}
		f.apply(p)
		want := func(done bot.Applied, kind bot.Kind, title string) bot.Alert {
			m := card(kind, title)
			m.Alert, m.Story, m.Channel, m.Sent = done.Alerts[0], done.Stories[0], desk, at(10)
			return bot.Alert{ID: done.Alerts[0], Story: done.Stories[0], Channel: desk, Item: done.Items[0], Card: m}
		}
		f.same(must(f.Cards(f.Context(), desk, 9))(f), []bot.Alert{
			want(second, bot.KindAlert, "second"), want(first, bot.KindCorrection, "first, corrected"),
		})
		f.same(must(f.Cards(f.Context(), desk, 1))(f), []bot.Alert{want(second, bot.KindAlert, "second")})
		f.same(len(must(f.Cards(f.Context(), desk, -1))(f)), 0)
		f.same(len(must(f.Cards(f.Context(), duty, 9))(f)), 0)
	}},
}
