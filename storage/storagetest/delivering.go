package storagetest

import (
	"strconv"
	"strings"
	"time"

	"attache/bot"
	"attache/feeds"
)

var delivering = []promise{
	{"an alert is a delivery pending in its channel", func(f *fixture) {
		done := f.story(0, "a", desk)
		f.same(must(f.Lanes(f.Context()))(f), []bot.Channel{desk})
		d := must(f.Next(f.Context(), desk))(f)
		m := card(bot.KindAlert, "a")
		m.Alert, m.Story, m.Channel = done.Alerts[0], done.Stories[0], desk
		f.same(d, bot.Delivery{
			ID: d.ID, Alert: done.Alerts[0], Channel: desk, Kind: bot.KindAlert, Key: d.Key, Message: m,
			State: bot.Pending, Created: at(0),
		})
		_, err := f.Next(f.Context(), duty)
		f.is(err, bot.ErrNotFound)
	}},
	{"a lane is in the order planned, and nothing overtakes a retry", func(f *fixture) {
		f.story(0, "first", desk, duty)
		f.story(1, "second", desk)
		done := f.story(2, "third", desk)
		p := joining(3, done.Stories[0], item("more", "more"))
		p.Updates = []bot.PlanUpdate{{Alert: done.Alerts[0], Card: card(bot.KindUpdate, "third, updated")}}
		f.apply(p)
		d := must(f.Next(f.Context(), desk))(f)
		f.ok(f.Attempt(f.Context(), d.ID, at(5)))
		f.ok(f.Finish(f.Context(), d.ID, bot.Result{State: bot.Retry, At: at(5), Due: at(600), Reason: "busy"}))
		f.same(must(f.Next(f.Context(), desk))(f).ID, d.ID)
		var said []string
		for range 4 {
			said = append(said, f.say(6, desk, "r").Message.Title.Text)
		}
		f.same(said, []string{"first", "second", "third", "third, updated"})
		_, err := f.Next(f.Context(), desk)
		f.is(err, bot.ErrNotFound)
		f.same(must(f.Lanes(f.Context()))(f), []bot.Channel{duty})
	}},
	{"an attempt is on record before its outcome, over a restart", func(f *fixture) {
		f.story(0, "a", desk)
		d := must(f.Next(f.Context(), desk))(f)
		f.ok(f.Attempt(f.Context(), d.ID, at(1)))
		f.reopen()
		d.Attempts, d.Attempted, d.Doubt = 1, at(1), bot.Doubt{Since: at(1), Last: at(1)}
		f.same(must(f.Next(f.Context(), desk))(f), d)

		f.ok(f.Finish(f.Context(), d.ID, bot.Result{State: bot.Retry, At: at(2), Due: at(3), Reason: "busy"}))
		d.State, d.Due, d.Doubt = bot.Retry, at(3), bot.Doubt{}
		f.same(must(f.Next(f.Context(), desk))(f), d)
		f.same(must(f.Lanes(f.Context()))(f), []bot.Channel{desk})

		// Its outcome is unknown again, and that of the first attempt is history.
		f.ok(f.Attempt(f.Context(), d.ID, at(4)))
		d.State, d.Attempts, d.Attempted, d.Doubt = bot.Pending, 2, at(4), bot.Doubt{Since: at(4), Last: at(4)}
		f.same(must(f.Next(f.Context(), desk))(f), d)
	}},
	{"an attempt that was put off does not count", func(f *fixture) {
		f.story(0, "a", desk)
		d := must(f.Next(f.Context(), desk))(f)
		for range 3 {
			f.ok(f.Attempt(f.Context(), d.ID, at(1)))
			f.ok(f.Finish(f.Context(), d.ID, bot.Result{State: bot.Retry, At: at(1), Due: at(2), PutOff: true}))
			f.same(must(f.Next(f.Context(), desk))(f).Attempts, 0)
		}
		f.ok(f.Attempt(f.Context(), d.ID, at(3)))
		f.ok(f.Finish(f.Context(), d.ID, bot.Result{State: bot.Retry, At: at(3), Due: at(4)}))
		f.same(must(f.Next(f.Context(), desk))(f).Attempts, 1)
	}},
	{"a doubt begins with an attempt, and stays until it is known that nothing was said", func(f *fixture) {
		done := f.story(0, "a", desk)
		d := must(f.Next(f.Context(), desk))(f)
		doubt := func(attempted time.Time, want bot.Doubt) {
			f.Helper()
			f.reopen()
			got := must(f.Next(f.Context(), desk))(f)
			f.same(got.Attempted, attempted)
			f.same(got.Doubt, want)
		}
		retry := func(minutes int, left bot.Doubt) {
			f.Helper()
			f.ok(f.Finish(f.Context(), d.ID, bot.Result{State: bot.Retry, At: at(minutes), Due: at(minutes), Doubt: left}))
		}
		f.ok(f.Attempt(f.Context(), d.ID, at(1)))
		doubt(at(1), bot.Doubt{Since: at(1), Last: at(1)})
		retry(2, bot.Doubt{Since: at(1), Last: at(1)})
		doubt(at(1), bot.Doubt{Since: at(1), Last: at(1)})
		f.ok(f.Attempt(f.Context(), d.ID, at(3))) // and the program is killed
		f.ok(f.Attempt(f.Context(), d.ID, at(4)))
		doubt(at(4), bot.Doubt{Since: at(1), Last: at(4)})
		retry(5, bot.Doubt{Since: at(1), Last: at(3)}) // that at 4 said nothing
		doubt(at(4), bot.Doubt{Since: at(1), Last: at(3)})
		f.ok(f.Attempt(f.Context(), d.ID, at(6)))
		retry(7, bot.Doubt{})
		doubt(at(6), bot.Doubt{})
		f.ok(f.Attempt(f.Context(), d.ID, at(8)))
		doubt(at(8), bot.Doubt{Since: at(8), Last: at(8)})

		f.restate(9, done.Alerts[0], "b")
		f.ok(f.Finish(f.Context(), d.ID, bot.Result{State: bot.Sent, At: at(10), Ref: "r"}))
		doubt(time.Time{}, bot.Doubt{}) // of the update
	}},
	{"the more severe alert goes first, an update never before its alert", func(f *fixture) {
		update := func(minutes int, done bot.Applied, s bot.Severity, title string) {
			f.Helper()
			u := bot.PlanUpdate{Alert: done.Alerts[0], Card: card(bot.KindCorrection, title)}
			u.Card.Severity = s
			f.ok(f.Restate(f.Context(), u, at(minutes)))
		}
		f.story(0, "one", desk)
		f.story(1, "two", desk)
		urgent := f.severe(2, bot.Urgent, "urgent", desk)
		update(3, urgent, bot.Urgent, "urgent, corrected")
		flash := f.severe(4, bot.Flash, "flash", desk)
		update(5, flash, bot.Flash, "flash, corrected")
		f.severe(6, bot.Urgent, "urgent too", desk)
		f.story(7, "three", desk)
		f.severe(8, bot.Flash, "elsewhere", duty)

		d := must(f.Next(f.Context(), desk))(f)
		f.ok(f.Attempt(f.Context(), d.ID, at(9)))
		f.ok(f.Finish(f.Context(), d.ID, bot.Result{State: bot.Retry, At: at(9), Due: at(900)}))
		f.reopen()
		var said []string
		for range 8 {
			said = append(said, f.say(10, desk, "r").Message.Title.Text)
		}
		f.same(said, []string{"flash", "urgent", "urgent too", "one", "two", "urgent, corrected", "flash, corrected", "three"})
	}},
	{"a more severe alert overtakes one that is to be tried again, and that stays so", func(f *fixture) {
		f.story(0, "one", desk)
		d := must(f.Next(f.Context(), desk))(f)
		f.ok(f.Attempt(f.Context(), d.ID, at(1)))
		f.ok(f.Finish(f.Context(), d.ID, bot.Result{State: bot.Retry, At: at(1), Due: at(60)}))
		d = must(f.Next(f.Context(), desk))(f)
		f.severe(2, bot.Urgent, "urgent", desk)
		f.same(f.say(3, desk, "r").Message.Title.Text, "urgent")
		f.same(must(f.Next(f.Context(), desk))(f), d)
	}},
	{"an update has the Ref under which its alert was posted", func(f *fixture) {
		done := f.story(0, "a", desk)
		for i := range 2 {
			p := joining(i+1, done.Stories[0], item(string(rune('a'+i)), "b"))
			p.Updates = []bot.PlanUpdate{{Alert: done.Alerts[0], Card: card(bot.KindUpdate, "b")}}
			f.apply(p)
		}
		f.same(f.say(5, desk, "1700.01").Ref, bot.Ref(""))
		d := f.say(6, desk, "1700.02")
		f.same([]any{d.Ref, d.Kind, d.Alert, d.Message.Story, d.Message.Channel, d.Message.Sent},
			[]any{bot.Ref("1700.01"), bot.KindUpdate, done.Alerts[0], done.Stories[0], desk, at(5)})
		f.same(f.say(7, desk, "").Ref, bot.Ref("1700.01"))
	}},
	{"an update of an alert that was given up has no Ref", func(f *fixture) {
		done := f.story(0, "a", desk)
		p := joining(1, done.Stories[0], item("b", "b"))
		p.Updates = []bot.PlanUpdate{{Alert: done.Alerts[0], Card: card(bot.KindUpdate, "b")}}
		f.apply(p)
		d := must(f.Next(f.Context(), desk))(f)
		f.ok(f.Finish(f.Context(), d.ID, bot.Result{State: bot.Dead, At: at(2), Reason: "the channel is gone"}))
		f.same(must(f.Next(f.Context(), desk))(f).Ref, bot.Ref(""))
	}},
	{"a delivery that was sent or given up is finished", func(f *fixture) {
		f.story(0, "a", desk)
		f.story(1, "b", desk)
		sent := f.say(2, desk, "r")
		dead := must(f.Next(f.Context(), desk))(f)
		f.ok(f.Finish(f.Context(), dead.ID, bot.Result{State: bot.Dead, At: at(3), Reason: "no"}))
		for _, id := range []int64{sent.ID, dead.ID, 99} {
			f.is(f.Attempt(f.Context(), id, at(4)), bot.ErrNotFound)
			f.is(f.Finish(f.Context(), id, bot.Result{State: bot.Retry, At: at(4), Due: at(5)}), bot.ErrNotFound)
		}
		f.same(len(must(f.Lanes(f.Context()))(f)), 0)
	}},
	{"only sent, retry and dead come of an attempt", func(f *fixture) {
		f.story(0, "a", desk)
		d := must(f.Next(f.Context(), desk))(f)
		for _, state := range []bot.Outcome{"", bot.Pending, bot.Baseline, bot.Alerted} {
			if err := f.Finish(f.Context(), d.ID, bot.Result{State: state, At: at(1)}); err == nil {
				f.Errorf("a delivery was finished as %q", state)
			}
		}
		f.same(must(f.Next(f.Context(), desk))(f), d)
	}},
	{"a notice is a delivery about no alert, in its lane like any other", func(f *fixture) {
		f.ok(f.SaveFeedState(f.Context(), wire, feeds.State{Checked: at(0)}))
		f.story(1, "first", desk)
		m := bot.Message{Lines: []bot.Line{{Text: "a feed is broken", Detail: "the server answered 503"}}}
		f.ok(f.Notify(f.Context(), bot.Notice{Channel: desk, Message: m, Ailing: map[string]time.Time{wire: at(2)}}, at(2)))
		f.story(3, "second", desk)
		f.reopen()
		f.ok(f.Gather(f.Context(), desk, 1, 9))
		f.same(f.say(4, desk, "r").Kind, bot.KindDigest)
		d := must(f.Next(f.Context(), desk))(f)
		m.Kind, m.Channel = bot.KindNotice, desk
		f.same(d, bot.Delivery{ID: d.ID, Channel: desk, Kind: bot.KindNotice, Key: d.Key, Message: m, State: bot.Pending, Created: at(2)})
		f.ok(f.Attempt(f.Context(), d.ID, at(5)))
		f.ok(f.Finish(f.Context(), d.ID, bot.Result{State: bot.Retry, At: at(5), Due: at(6), Reason: "busy"}))
		f.reopen()
		f.same(len(must(f.Notices(f.Context(), desk, 9))(f)), 0)
		f.same(f.say(6, desk, "n1").Key, d.Key)
		m.Sent = at(6)
		f.same(must(f.Notices(f.Context(), desk, 9))(f), []bot.Delivery{{Ref: "n1", Message: m}})
		f.same(len(must(f.Lanes(f.Context()))(f)), 0)
		f.same(len(must(f.Cards(f.Context(), desk, 9))(f)), 2)
	}},
	{"a notice about a feed that was never polled is not stored, nor is what an operator would know by it", func(f *fixture) {
		f.ok(f.SaveFeedState(f.Context(), wire, feeds.State{Checked: at(0)}))
		n := bot.Notice{Channel: desk, Ailing: map[string]time.Time{wire: at(1), "wire2": at(1)}}
		f.is(f.Notify(f.Context(), n, at(1)), bot.ErrNotFound)
		f.same(must(f.FeedStates(f.Context()))(f), map[string]feeds.State{wire: {Checked: at(0)}})
		f.same(len(must(f.Lanes(f.Context()))(f)), 0)
	}},
	{"a delivery's key is its own, for ever and in all databases", func(f *fixture) {
		seen := map[string]bool{}
		for _, key := range append(f.keys(), f.another().keys()...) {
			if seen[key] || strings.ContainsFunc(key, notOfKey) {
				f.Errorf("key %q: want one that no other has, of letters, digits and hyphens", key)
			}
			seen[key] = true
		}
		f.same(len(seen), 32)
	}},
}

// severe opens a story with an alert of a severity to each channel.
func (f *fixture) severe(minutes int, s bot.Severity, title string, channels ...bot.Channel) bot.Applied {
	f.Helper()
	p := alerting(opening(minutes, item(strconv.Itoa(minutes), title)), channels...)
	for i := range p.Alerts {
		p.Alerts[i].Card.Severity = s
	}
	return f.apply(p)
}

func notOfKey(r rune) bool {
	return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

// keys delivers two alerts, their updates and a notice each to two channels, and
// returns all keys.
func (f *fixture) keys() []string {
	f.Helper()
	var keys []string
	for i := range 2 {
		done := f.story(10*i, "a", desk, duty)
		p := joining(10*i+1, done.Stories[0], item("more"+string(rune('0'+i)), "more"))
		for _, a := range done.Alerts {
			p.Updates = append(p.Updates,
				bot.PlanUpdate{Alert: a, Card: card(bot.KindUpdate, "b")}, bot.PlanUpdate{Alert: a, Card: card(bot.KindUpdate, "c")})
		}
		f.apply(p)
		for _, c := range []bot.Channel{desk, duty} {
			f.ok(f.Notify(f.Context(), bot.Notice{Channel: c}, at(10*i+2)))
			for range 4 {
				before := must(f.Next(f.Context(), c))(f).Key
				f.reopen()
				keys = append(keys, f.say(5, c, "r").Key)
				if before != keys[len(keys)-1] {
					f.Errorf("a key changed from %q to %q over a restart", before, keys[len(keys)-1])
				}
			}
		}
	}
	return keys
}
