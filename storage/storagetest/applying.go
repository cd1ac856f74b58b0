package storagetest

import (
	"context"
	"slices"

	"attache/bot"
	"attache/feeds"
)

var applying = []promise{
	{"the parts of a plan are given numbers, in their order", func(f *fixture) {
		old := f.story(0, "old", desk)
		p := opening(1, item("a", "a"), item("b", "b"))
		p.Items = append(p.Items, joining(1, old.Stories[0], item("c", "c")).Items...)
		p.Items = append(p.Items, editing(1, old.Items[0], item("0", "older")).Items...)
		p.Items = append(p.Items, bot.PlanItem{Item: item("d", "d"), Story: -2})
		p.Alerts = []bot.PlanAlert{
			{Item: 1, Story: -2, Channel: desk, Card: card(bot.KindAlert, "b")},
			{Item: 2, Story: bot.StoryRef(old.Stories[0]), Channel: duty, Card: card(bot.KindAlert, "c")},
		}
		done := f.apply(p)
		f.same([]int{len(done.Items), len(done.Stories), len(done.Alerts)}, []int{5, 2, 2})
		f.same(done.Items[3], old.Items[0])
		story := func(i int) []string {
			return titles(must(f.Tellings(f.Context(), done.Stories[i:i+1]))(f))
		}
		f.same([][]string{story(0), story(1)}, [][]string{{"a"}, {"b", "d"}})
		f.same(titles(must(f.Tellings(f.Context(), old.Stories))(f)), []string{"older", "c"})
		for _, want := range []bot.Alert{
			{ID: done.Alerts[0], Story: done.Stories[1], Item: done.Items[1], Channel: desk},
			{ID: done.Alerts[1], Story: old.Stories[0], Item: done.Items[2], Channel: duty},
		} {
			alerts := must(f.Alerts(f.Context(), []int64{want.Story}))(f)
			got := alerts[slices.IndexFunc(alerts, func(a bot.Alert) bool { return a.Channel == want.Channel })]
			got.Card = bot.Message{}
			f.same(got, want)
		}
	}},
	{"the feed's state is stored with the plan, items or none", func(f *fixture) {
		p := opening(5, item("a", "a"))
		p.State.ETag = `"5"`
		f.apply(p)
		f.same(must(f.FeedStates(f.Context()))(f), map[string]feeds.State{wire: p.State})
		empty := opening(6)
		f.apply(empty)
		f.same(must(f.FeedStates(f.Context()))(f), map[string]feeds.State{wire: empty.State})
	}},
	{"a plan whose new item is known is stale, and nothing is stored", func(f *fixture) {
		p := alerting(opening(0, item("a", "a")), desk)
		f.apply(p)
		again := alerting(opening(1, item("b", "b"), item("a", "another")), duty)
		f.refused(again, bot.ErrStale)
		f.refused(p, bot.ErrStale)
		f.refused(p, bot.ErrStale)
		again.Feed = "other" // has keys of its own
		f.apply(again)
	}},
	{"a plan is stale if only one of an item's keys is known", func(f *fixture) {
		a := item("a", "a")
		a.URL = "https://wire.example/1"
		f.apply(opening(0, a))
		b := item("b", "b")
		b.URL = "http://www.wire.example/1?utm_source=rss"
		f.refused(opening(1, b), bot.ErrStale)
	}},
	{"a plan whose alert is there is stale, and nothing is stored", func(f *fixture) {
		done := f.story(0, "a", desk)
		p := joining(1, done.Stories[0], item("b", "b"))
		f.refused(alerting(p, duty, desk), bot.ErrStale)
		f.apply(alerting(p, duty))
	}},
	{"a plan whose edit was made is stale, and nothing is stored", func(f *fixture) {
		done := f.story(0, "a", desk)
		p := editing(1, done.Items[0], item("0", "a, edited"))
		p.Updates = []bot.PlanUpdate{{Alert: done.Alerts[0], Card: card(bot.KindUpdate, "a, edited")}}
		f.apply(p)
		f.refused(p, bot.ErrStale)
		f.apply(editing(2, done.Items[0], item("0", "a"))) // and back
	}},
	{"a plan that fails in the middle stores nothing", func(f *fixture) {
		done := f.story(0, "a", desk)
		sub := must(f.Subscribe(f.Context(), bot.Subscription{Channel: desk, Rule: "a"}))(f)
		whole := func() bot.Plan {
			p := alerting(opening(1, item("b", "b")), desk)
			p.Items = append(p.Items, editing(1, done.Items[0], item("0", "a, edited")).Items...)
			p.Matches = []bot.PlanMatch{{Item: 0, Subscription: sub.ID, Outcome: bot.Alerted}}
			p.Updates = []bot.PlanUpdate{{Alert: done.Alerts[0], Card: card(bot.KindUpdate, "a, edited")}}
			return p
		}
		for name, spoil := range map[string]func(*bot.Plan){
			"a match of no subscription":   func(p *bot.Plan) { p.Matches[0].Subscription = 99 },
			"an update of no alert":        func(p *bot.Plan) { p.Updates[0].Alert = 99 },
			"two alerts where one may be":  func(p *bot.Plan) { p.Alerts = append(p.Alerts, p.Alerts[0]) },
			"a version of no item":         func(p *bot.Plan) { p.Items[1].Known = 99 },
			"a story that is not stored":   func(p *bot.Plan) { p.Alerts[0].Story = 99 },
			"a story that is not planned":  func(p *bot.Plan) { p.Items[0].Story = -3 },
			"no story":                     func(p *bot.Plan) { p.Items[0].Story = 0 },
			"a match of no item":           func(p *bot.Plan) { p.Matches[0].Item = 2 },
			"an alert about no item":       func(p *bot.Plan) { p.Alerts[0].Item = -1 },
			"a story opened by no item":    func(p *bot.Plan) { p.Stories[0] = 2 },
			"a story opened by an old one": func(p *bot.Plan) { p.Stories[0] = 1 },
		} {
			p := whole()
			spoil(&p)
			if err := f.refused(p, nil); err == nil {
				f.Errorf("%s was taken", name)
			}
		}
		ctx, cancel := context.WithCancel(f.Context())
		cancel()
		before := f.everything()
		if _, err := f.Apply(ctx, whole()); err == nil {
			f.Error("a plan was applied after its context had ended")
		}
		f.same(f.everything(), before)
		f.apply(whole())
	}},
	{"a new version takes the place of the words, under old and new keys", func(f *fixture) {
		done := f.story(0, "Talks open in Geneva")
		edit := item("0b", "Talks collapse")
		edit.URL, edit.Summary, edit.Seen = "https://wire.example/0", "Both sides left.", at(9)
		f.apply(editing(9, done.Items[0], edit))
		known := bot.Known{Item: done.Items[0], Story: done.Stories[0], Version: edit.Version(), Title: edit.Title}
		f.same(must(f.Known(f.Context(), wire, []string{"guid:0", "guid:0b", "link:wire.example/0"}))(f),
			map[string]bot.Known{"guid:0": known, "guid:0b": known, "link:wire.example/0": known})
		got := must(f.Tellings(f.Context(), done.Stories))(f)
		edit.ID, edit.Seen = "guid:0", at(0) // what it is, and when it was first seen, do not change
		f.same(got, []bot.Told{{Number: done.Items[0], Story: done.Stories[0], Item: edit}})
		f.same(len(must(f.Search(f.Context(), "geneva", 9))(f)), 0)
		f.same(titles(must(f.Search(f.Context(), "collapse", 9))(f)), []string{"Talks collapse"})
	}},
	{"a new version does not take over another item's key", func(f *fixture) {
		a, b := f.story(0, "a"), f.story(1, "b")
		f.apply(editing(2, b.Items[0], item("0", "b, under a's guid")))
		f.same(must(f.Known(f.Context(), wire, []string{"guid:0"}))(f)["guid:0"].Item, a.Items[0])
	}},
	{"an update replaces the card", func(f *fixture) {
		done := f.story(0, "a", desk)
		for i, kind := range []bot.Kind{bot.KindUpdate, bot.KindCorrection, bot.KindUpdate} {
			p := joining(i+1, done.Stories[0], item(string(rune('a'+i)), "b"))
			p.Updates = []bot.PlanUpdate{{Alert: done.Alerts[0], Card: card(kind, "v"+string(rune('1'+i)))}}
			f.apply(p)
			alerts := must(f.Alerts(f.Context(), done.Stories))(f)
			f.same([]any{len(alerts), alerts[0].Card.Kind, alerts[0].Card.Title.Text}, []any{1, kind, "v" + string(rune('1'+i))})
		}
	}},
	{"a card restated stands so at once, and its update is queued", func(f *fixture) {
		done := f.story(0, "a", desk, duty)
		it := item("0", "a")
		f.ok(f.Restate(f.Context(), bot.PlanUpdate{Alert: done.Alerts[0], Card: claimed("amal")}, at(1)))
		f.ok(f.Restate(f.Context(), bot.PlanUpdate{Alert: done.Alerts[0], Card: claimed("boris")}, at(2)))
		f.reopen()
		alerts := must(f.Alerts(f.Context(), done.Stories))(f)
		f.same([]any{len(alerts), alerts[0].Card.Claim, alerts[0].Item, alerts[1].Card.Claim},
			[]any{2, &bot.Claim{User: "boris", At: at(0)}, done.Items[0], (*bot.Claim)(nil)})
		f.same(f.say(3, desk, "r").Message.Claim, (*bot.Claim)(nil)) // as it was planned
		for i, user := range []string{"amal", "boris"} {
			d := f.say(4, desk, "")
			want := claimed(user)
			want.Alert, want.Story, want.Channel, want.Sent = done.Alerts[0], done.Stories[0], desk, at(3)
			f.same(d, bot.Delivery{
				ID: d.ID, Alert: done.Alerts[0], Channel: desk, Kind: bot.KindUpdate, Key: d.Key, Message: want, Ref: "r",
				State: bot.Pending, Created: at(1 + i),
			})
		}
		f.same(must(f.Lanes(f.Context()))(f), []bot.Channel{duty})

		// It is no poll: no item, story or feed knows of it, and no plan is stale for it.
		f.same(must(f.Known(f.Context(), wire, it.Keys()))(f)["guid:0"].Version, it.Version())
		f.same(titles(must(f.Latest(f.Context(), 9))(f)), []string{"a"})
		f.same(must(f.FeedStates(f.Context()))(f), map[string]feeds.State{wire: {Checked: at(0), Succeeded: at(0)}})
		f.apply(editing(5, done.Items[0], item("0", "a, edited")))
	}},
	{"what is no alert is not restated", func(f *fixture) {
		f.story(0, "a", desk)
		before := f.everything()
		f.is(f.Restate(f.Context(), bot.PlanUpdate{Alert: 99, Card: claimed("amal")}, at(1)), bot.ErrNotFound)
		f.same(f.everything(), before)
	}},
}

// claimed is a card that somebody is on.
func claimed(user string) bot.Message {
	m := card(bot.KindUpdate, "a")
	m.Silent, m.Claim = true, &bot.Claim{User: user, At: at(0)}
	return m
}

// restate makes an alert's card say something else.
func (f *fixture) restate(minutes int, alert int64, title string) {
	f.Helper()
	f.ok(f.Restate(f.Context(), bot.PlanUpdate{Alert: alert, Card: card(bot.KindUpdate, title)}, at(minutes)))
}

// refused applies a plan that must fail with want, if want is not nil, and sees
// that nothing was stored.
func (f *fixture) refused(p bot.Plan, want error) error {
	f.Helper()
	before := f.everything()
	done, err := f.Apply(f.Context(), p)
	if want != nil {
		f.is(err, want)
	}
	f.same(done, bot.Applied{})
	f.same(f.everything(), before)
	return err
}

// everything is all that can be asked of a database about the first hundred
// stories, and what the desk and the duty officer were told.
func (f *fixture) everything() map[string]any {
	f.Helper()
	ctx := f.Context()
	var stories []int64
	all := map[string]any{}
	for i := range int64(100) {
		stories = append(stories, i)
		for _, c := range []bot.Channel{desk, duty} {
			if h, err := f.Story(ctx, i, c); err == nil {
				all["story "+string(c)+string(rune(i))] = h
			}
		}
	}
	all["feeds"] = must(f.FeedStates(ctx))(f)
	all["items"] = must(f.Recent(ctx, at(-1e6)))(f)
	all["alerts"] = must(f.Alerts(ctx, stories))(f)
	all["lanes"] = must(f.Lanes(ctx))(f)
	all["latest"] = must(f.Latest(ctx, 100))(f)
	all["subscriptions"] = must(f.Subscriptions(ctx, ""))(f)
	all["found"] = must(f.Search(ctx, "a", 100))(f)
	all["kept"] = must(f.Kept(ctx, "slack"))(f)
	for _, c := range []bot.Channel{desk, duty} {
		all["cards "+string(c)] = must(f.Cards(ctx, c, 100))(f)
		all["next "+string(c)], _ = f.Next(ctx, c)
	}
	return all
}
