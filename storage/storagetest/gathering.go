package storagetest

import (
	"fmt"
	"strings"
	"time"

	"attache/bot"
	"attache/feeds"
)

var gathering = []promise{
	{"a digest is made where more wait than may, of the oldest", func(f *fixture) {
		f.tell("one", "two", "three", "four")
		f.ok(f.Gather(f.Context(), desk, 4, 3))
		f.same(f.next(), "one")
		f.ok(f.Gather(f.Context(), desk, 3, 3))
		f.same(f.next(), "one+two+three")
		f.ok(f.Gather(f.Context(), duty, 0, 3))
		f.ok(f.Gather(f.Context(), desk, 0, 3)) // one is no crowd
		f.same(f.says(2), []string{"one+two+three", "four"})
		f.same(len(must(f.Lanes(f.Context()))(f)), 0)
	}},
	{"nothing is put together by ones, nor in another channel", func(f *fixture) {
		f.story(0, "a", desk, duty)
		f.story(1, "b", desk, duty)
		for _, together := range []int{-1, 0, 1} {
			f.ok(f.Gather(f.Context(), desk, 1, together))
		}
		f.same(f.next(), "a")
		f.ok(f.Gather(f.Context(), desk, -1, 5))
		f.same(f.next(), "a+b")
		f.same(must(f.Next(f.Context(), duty))(f).Kind, bot.KindAlert)
		f.same(len(must(f.Next(f.Context(), duty))(f).Message.Alerts), 0)
	}},
	{"urgent alerts, those tried before and updates go by themselves", func(f *fixture) {
		done := f.tell("tried")
		tried := must(f.Next(f.Context(), desk))(f)
		f.ok(f.Attempt(f.Context(), tried.ID, at(50)))
		f.ok(f.Finish(f.Context(), tried.ID, bot.Result{State: bot.Retry, At: at(50), Due: at(51)}))
		f.severe(60, bot.Urgent, "urgent", desk)
		f.severe(61, bot.Flash, "flash", desk)
		f.restate(62, done[0].Alerts[0], "tried, updated")
		late := f.story(63, "one", desk)
		f.restate(64, late.Alerts[0], "one, updated")
		f.story(65, "two", desk)
		f.ok(f.Gather(f.Context(), desk, 2, 9))
		f.story(66, "three", desk)
		f.ok(f.Gather(f.Context(), desk, 2, 9))
		f.same(f.says(6), []string{
			"flash", "urgent", "tried", "tried, updated", "one, updated+two+three", // as each stands
			"one, updated: one, updated+two+three",
		})
	}},
	{"alerts of one plan that belong together are digests of ten", func(f *fixture) {
		var items []feeds.Item
		for i := range 13 {
			items = append(items, item(fmt.Sprint(i), fmt.Sprint(i)))
		}
		p := opening(1, items...)
		for i := range items {
			c := card(bot.KindAlert, fmt.Sprint(i))
			p.Alerts = append(p.Alerts, bot.PlanAlert{Item: i, Story: p.Items[i].Story, Channel: desk, Card: c, Together: i != 12})
		}
		must(f.Apply(f.Context(), p))(f)
		f.reopen()
		f.same(f.says(3), []string{"0+1+2+3+4+5+6+7+8+9", "10+11", "12"})
		_, err := f.Next(f.Context(), desk)
		f.is(err, bot.ErrNotFound)
	}},
	{"a digest is one delivery from then on, over a restart", func(f *fixture) {
		told := f.tell("one", "two", "three")
		lead := must(f.Next(f.Context(), desk))(f)
		f.ok(f.Gather(f.Context(), desk, 2, 2))
		f.reopen()
		d := must(f.Next(f.Context(), desk))(f)
		want := bot.Delivery{
			ID: d.ID, Channel: desk, Kind: bot.KindDigest, Key: lead.Key, State: bot.Pending, Created: at(1), // its youngest's
			Message: bot.Message{Kind: bot.KindDigest, Channel: desk, Severity: bot.Normal},
		}
		for i, title := range []string{"one", "two"} {
			m := card(bot.KindAlert, title)
			m.Alert, m.Story, m.Channel = told[i].Alerts[0], told[i].Stories[0], desk
			want.Message.Alerts = append(want.Message.Alerts, m)
		}
		f.same(d, want)

		f.ok(f.Attempt(f.Context(), d.ID, at(10)))
		f.reopen()
		want.Attempts, want.Attempted, want.Doubt = 1, at(10), bot.Doubt{Since: at(10), Last: at(10)}
		f.same(must(f.Next(f.Context(), desk))(f), want)
		f.ok(f.Finish(f.Context(), d.ID, bot.Result{State: bot.Retry, At: at(11), Due: at(12), Doubt: want.Doubt, Reason: "busy"}))
		want.State, want.Due = bot.Retry, at(12)
		f.same(must(f.Next(f.Context(), desk))(f), want)

		f.story(20, "four", desk) // they have a digest of their own
		f.ok(f.Gather(f.Context(), desk, 1, 9))
		f.severe(21, bot.Flash, "flash", desk)
		f.reopen()
		f.say(22, desk, "r")
		f.same(must(f.Next(f.Context(), desk))(f), want)
		f.same(f.says(2), []string{"one+two", "three+four"})
	}},
	{"a digest that was sent was each of its alerts, and an update of one has them all", func(f *fixture) {
		told := f.tell("one", "two", "three")
		f.ok(f.Gather(f.Context(), desk, 1, 3))
		d := f.say(10, desk, "1700.01")
		for _, id := range []int64{d.ID, d.ID + 1} {
			f.is(f.Attempt(f.Context(), id, at(11)), bot.ErrNotFound)
		}
		f.is(f.Scatter(f.Context(), d.ID), bot.ErrNotFound)
		for _, a := range must(f.Cards(f.Context(), desk, 9))(f) {
			f.same(a.Card.Sent, at(10))
		}
		for _, done := range told {
			h := must(f.Story(f.Context(), done.Stories[0], desk))(f)
			f.same([]any{len(h.Deliveries), h.Deliveries[0].State, h.Deliveries[0].Sent, h.Deliveries[0].Attempts, h.Deliveries[0].Kind},
				[]any{1, bot.Sent, at(10), 1, bot.KindAlert})
		}
		f.restate(12, told[1].Alerts[0], "two, updated")
		f.restate(13, told[2].Alerts[0], "three, updated")
		f.reopen()
		for _, title := range []string{"two, updated", "three, updated"} {
			u := f.say(14, desk, "1700.01")
			f.same([]any{u.Kind, u.Ref, u.Message.Title.Text, u.Message.Sent}, []any{bot.KindUpdate, bot.Ref("1700.01"), title, at(10)})
			f.same(together(u.Message), "one+two, updated+three, updated")
			f.same(u.Message.Alerts[0].Sent, at(10))
		}
		f.story(15, "alone", desk)
		f.same(f.says(1), []string{"alone"})
	}},
	{"a digest taken apart is its alerts again, and they stay apart", func(f *fixture) {
		told := f.tell("one", "two", "three")
		keys := map[string]bool{}
		f.ok(f.Gather(f.Context(), desk, 1, 2))
		d := must(f.Next(f.Context(), desk))(f)
		f.restate(10, told[0].Alerts[0], "one, updated")
		f.ok(f.Attempt(f.Context(), d.ID, at(11)))
		f.ok(f.Finish(f.Context(), d.ID, bot.Result{State: bot.Retry, At: at(12), Due: at(100), Doubt: d.Doubt}))
		f.ok(f.Attempt(f.Context(), d.ID, at(100)))
		f.ok(f.Scatter(f.Context(), d.ID))
		f.is(f.Scatter(f.Context(), d.ID), bot.ErrNotFound)
		f.reopen()
		f.ok(f.Gather(f.Context(), desk, 1, 9)) // three alone is no crowd
		for _, title := range []string{"one", "two", "three", "one, updated"} {
			d := must(f.Next(f.Context(), desk))(f)
			f.same([]any{d.Message.Title.Text, d.State, d.Doubt, d.Due, len(d.Message.Alerts)}, []any{title, bot.Pending, bot.Doubt{}, time.Time{}, 0})
			keys[f.say(101, desk, "r-"+bot.Ref(title)).Key] = true
		}
		f.same(len(keys), 4)
		f.is(f.Scatter(f.Context(), 99), bot.ErrNotFound)
	}},
	{"a digest that is given up is given up with all its alerts", func(f *fixture) {
		told := f.tell("one", "two", "three")
		f.ok(f.Gather(f.Context(), desk, 1, 2))
		f.restate(10, told[1].Alerts[0], "two, updated")
		d := must(f.Next(f.Context(), desk))(f)
		f.ok(f.Attempt(f.Context(), d.ID, at(11)))
		f.ok(f.Finish(f.Context(), d.ID, bot.Result{State: bot.Dead, At: at(12), Reason: "no"}))
		f.reopen()
		for _, done := range told[:2] {
			first := must(f.Story(f.Context(), done.Stories[0], desk))(f).Deliveries[0]
			f.same([]any{first.State, first.Reason}, []any{bot.Dead, "no"})
		}
		f.same(len(must(f.Cards(f.Context(), desk, 9))(f)), 0)
		f.same(f.next(), "three")
		f.say(13, desk, "r")
		f.same(must(f.Next(f.Context(), desk))(f).Ref, bot.Ref("")) // of the update of two
	}},
}

// tell tells stories to the desk, one a minute.
func (f *fixture) tell(titles ...string) []bot.Applied {
	f.Helper()
	var done []bot.Applied
	for i, title := range titles {
		done = append(done, f.story(i, title, desk))
	}
	return done
}

// next is what the desk is to be told next: a title, or those of a digest with
// pluses in between.
func (f *fixture) next() string {
	f.Helper()
	return words(must(f.Next(f.Context(), desk))(f))
}

// says delivers so many to the desk, and returns what they are.
func (f *fixture) says(n int) []string {
	f.Helper()
	var said []string
	for range n {
		said = append(said, words(f.say(99, desk, "r")))
	}
	return said
}

func words(d bot.Delivery) string {
	switch {
	case d.Kind == bot.KindDigest:
		return together(d.Message)
	case len(d.Message.Alerts) > 0:
		return d.Message.Title.Text + ": " + together(d.Message)
	}
	return d.Message.Title.Text
}

// together is the titles of a digest.
func together(m bot.Message) string {
	var titles []string
	for _, a := range m.Alerts {
		titles = append(titles, a.Title.Text)
	}
	return strings.Join(titles, "+")
}
