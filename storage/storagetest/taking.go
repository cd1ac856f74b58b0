package storagetest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"attache/bot"
	"attache/feeds"
)

var taking = []promise{
	{"a feed's state comes back whole, to the millisecond, in UTC", func(f *fixture) {
		s := feeds.State{
			URL: "https://wire.example/rss", ETag: `W/"a\"b"`, LastModified: "Sat, 14 Mar 2026 07:26:53 IST",
			Checked: start, Succeeded: start.Add(-time.Hour), Changed: start.Add(-48 * time.Hour), Next: start.Add(time.Hour),
			Failures: 3, Error: "the server said 503",
			Moved: "https://new.example/rss", MovedSince: start.Add(-time.Hour), Gone: true,
			Rhythm: 90 * time.Minute, Empty: 2, Ailing: start.Add(-2 * time.Hour),
		}
		f.ok(f.SaveFeedState(f.Context(), wire, s))
		f.ok(f.SaveFeedState(f.Context(), "other", feeds.State{}))
		s.Checked, s.Succeeded, s.Changed, s.Next = at(0), at(-60), at(-48*60), at(60)
		s.MovedSince, s.Ailing = at(-60), time.Time{} // it is Notify's
		f.same(must(f.FeedStates(f.Context()))(f), map[string]feeds.State{wire: s, "other": {}})
	}},
	{"a feed's state takes the place of the one before", func(f *fixture) {
		f.ok(f.SaveFeedState(f.Context(), wire, feeds.State{ETag: `"1"`, Failures: 2, Error: "no", Next: at(1)}))
		f.ok(f.SaveFeedState(f.Context(), wire, feeds.State{Checked: at(2)}))
		f.same(must(f.FeedStates(f.Context()))(f), map[string]feeds.State{wire: {Checked: at(2)}})
	}},
	{"what an operator knows of a feed is left alone by its polls", func(f *fixture) {
		f.apply(opening(0, item("a", "a")))
		f.ok(f.Notify(f.Context(), bot.Notice{Ailing: map[string]time.Time{wire: start}}, at(1)))
		f.ok(f.SaveFeedState(f.Context(), wire, feeds.State{Checked: at(2), Ailing: at(99)}))
		f.reopen()
		f.same(must(f.FeedStates(f.Context()))(f), map[string]feeds.State{wire: {Checked: at(2), Ailing: at(0)}})
		p := opening(3, item("b", "b"))
		f.apply(p)
		p.State.Ailing = at(0)
		f.same(must(f.FeedStates(f.Context()))(f), map[string]feeds.State{wire: p.State})
		f.ok(f.Notify(f.Context(), bot.Notice{Ailing: map[string]time.Time{wire: {}}}, at(4)))
		p.State.Ailing = time.Time{}
		f.same(must(f.FeedStates(f.Context()))(f), map[string]feeds.State{wire: p.State})
		f.same(len(must(f.Lanes(f.Context()))(f)), 0)
	}},
	{"an empty database has nothing, without an error", func(f *fixture) {
		f.same(len(must(f.FeedStates(f.Context()))(f)), 0)
		f.same(len(must(f.Known(f.Context(), wire, []string{"guid:a"}))(f)), 0)
		f.same(len(must(f.Recent(f.Context(), time.Time{}))(f)), 0)
		f.same(len(must(f.Tellings(f.Context(), []int64{1}))(f)), 0)
		f.same(len(must(f.Alerts(f.Context(), []int64{1}))(f)), 0)
		f.same(len(must(f.Lanes(f.Context()))(f)), 0)
		f.same(len(must(f.Subscriptions(f.Context(), ""))(f)), 0)
		f.same(len(must(f.Search(f.Context(), "word", 10))(f)), 0)
		f.same(len(must(f.Latest(f.Context(), 10))(f)), 0)
		f.same(len(must(f.Cards(f.Context(), desk, 10))(f)), 0)
		f.same(len(must(f.Kept(f.Context(), "slack"))(f)), 0)
	}},
	{"an item is known by each of its keys, in its feed only", func(f *fixture) {
		it := item("a", "Talks open")
		it.URL = "https://www.wire.example/a?utm_source=rss"
		done := f.apply(opening(0, it))
		k := bot.Known{Item: done.Items[0], Story: done.Stories[0], Version: it.Version(), Title: "Talks open"}
		f.same(must(f.Known(f.Context(), wire, append(it.Keys(), "guid:b")))(f),
			map[string]bot.Known{"guid:a": k, "link:wire.example/a": k})
		f.same(must(f.Known(f.Context(), "other", it.Keys()))(f), map[string]bot.Known{})
		f.same(must(f.Known(f.Context(), wire, nil))(f), map[string]bot.Known{})
	}},
	{"any number of keys may be looked up", func(f *fixture) {
		f.apply(opening(0, item("7", "Seven"), item("39999", "Last")))
		var keys []string
		for i := range 40_000 {
			keys = append(keys, fmt.Sprintf("guid:%d", i))
		}
		known := must(f.Known(f.Context(), wire, append(keys, keys...)))(f)
		f.same(slices.Sorted(maps.Keys(known)), []string{"guid:39999", "guid:7"})
	}},
	{"an item comes back whole", func(f *fixture) {
		it := feeds.Item{
			ID: "guid:a", Feed: wire, Outlet: "The Wire", Tier: feeds.Agency, Lang: "pt-BR", URL: "https://wire.example/a",
			Title: "Talks open", Summary: "In Geneva.", Body: "They sat down.\nThey talked.", Author: "A. Scribe",
			Categories: []string{"world", "a \"quoted\", one"}, Published: at(-5), Updated: at(-3), Seen: at(0),
			GUID: "a", Links: []string{"https://wire.example/a", "https://wire.example/b"},
		}
		done := f.apply(opening(0, it))
		want := []bot.Told{{Number: done.Items[0], Story: done.Stories[0], Item: it}}
		f.same(must(f.Tellings(f.Context(), done.Stories))(f), want)
		f.same(must(f.Recent(f.Context(), at(0)))(f), want)
		f.same(must(f.Latest(f.Context(), 1))(f), want)
		f.same(must(f.Search(f.Context(), "geneva", 1))(f), want)
	}},
	{"times are kept to the millisecond, none as none", func(f *fixture) {
		it := item("a", "Talks open")
		it.Published = time.Date(1999, 12, 31, 23, 59, 59, 999999999, time.FixedZone("", -5*3600))
		it.Updated = time.Date(1951, 1, 1, 0, 0, 0, 1e6, time.UTC) // before Unix time began
		got := must(f.Tellings(f.Context(), f.apply(opening(0, it)).Stories))(f)[0].Item
		f.same(got.Published, time.Date(2000, 1, 1, 4, 59, 59, 999e6, time.UTC))
		f.same(got.Updated, it.Updated)
		bare := must(f.Tellings(f.Context(), f.apply(opening(1, item("b", "Talks end"))).Stories))(f)[0].Item
		f.same([]time.Time{bare.Published, bare.Updated}, []time.Time{{}, {}})
	}},
	{"what is recent was first seen since then, oldest first", func(f *fixture) {
		f.apply(opening(20, item("c", "third")))
		f.apply(opening(9, item("z", "too old")))
		f.apply(opening(10, item("a", "first"), item("b", "second")))
		f.same(titles(must(f.Recent(f.Context(), at(10)))(f)), []string{"first", "second", "third"})
	}},
	{"tellings are those of the stories asked for, oldest first", func(f *fixture) {
		a := f.story(0, "a1").Stories[0]
		b := f.story(1, "b1").Stories[0]
		c := f.story(2, "c1").Stories[0]
		f.apply(joining(3, a, item("a2", "a2")))
		f.apply(joining(4, b, item("b2", "b2")))
		f.same(titles(must(f.Tellings(f.Context(), []int64{b, a, c + 1, a}))(f)), []string{"a1", "b1", "a2", "b2"})
		f.same(titles(must(f.Tellings(f.Context(), nil))(f)), []string(nil))
	}},
	{"alerts are those of every channel about the stories asked for", func(f *fixture) {
		a := f.story(0, "a", desk, duty)
		b := f.story(1, "b", duty)
		f.story(2, "c", desk)
		want := func(id int64, story int64, item int64, c bot.Channel, title string) bot.Alert {
			m := card(bot.KindAlert, title)
			m.Alert, m.Story, m.Channel = id, story, c
			return bot.Alert{ID: id, Story: story, Channel: c, Item: item, Card: m}
		}
		f.same(must(f.Alerts(f.Context(), []int64{b.Stories[0], a.Stories[0], 99, a.Stories[0]}))(f), []bot.Alert{
			want(a.Alerts[0], a.Stories[0], a.Items[0], desk, "a"),
			want(a.Alerts[1], a.Stories[0], a.Items[0], duty, "a"),
			want(b.Alerts[0], b.Stories[0], b.Items[0], duty, "b"),
		})
		f.same(len(must(f.Alerts(f.Context(), nil))(f)), 0)
	}},
}
