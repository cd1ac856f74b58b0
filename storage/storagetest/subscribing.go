package storagetest

import (
	"time"

	"attache/bot"
)

var subscribing = []promise{
	{"a subscription comes back whole, with its numbers", func(f *fixture) {
		s := bot.Subscription{Channel: desk, Name: "talks", Rule: `iran AND "nuclear talks"`, Source: "U1", Created: start}
		got := must(f.Subscribe(f.Context(), s))(f)
		s.ID, s.Number, s.Created = got.ID, 1, at(0)
		f.same(got, s)
		f.same(must(f.Subscriptions(f.Context(), desk))(f), []bot.Subscription{s})
	}},
	{"numbers count up in each channel, and are never given twice", func(f *fixture) {
		numbers := func(c bot.Channel, n int) (got []int, last int64) {
			for range n {
				s := must(f.Subscribe(f.Context(), bot.Subscription{Channel: c, Rule: "a", ID: 77, Number: 77}))(f)
				got, last = append(got, s.Number), s.ID
			}
			return got, last
		}
		first, last := numbers(desk, 3)
		other, _ := numbers(duty, 2)
		f.same([][]int{first, other}, [][]int{{1, 2, 3}, {1, 2}})
		f.ok(f.Unsubscribe(f.Context(), last, at(1)))
		f.reopen()
		next, _ := numbers(desk, 1)
		f.same(next, []int{4})
	}},
	{"a channel's subscriptions are in order of number, everybody's for no channel", func(f *fixture) {
		for _, c := range []bot.Channel{duty, desk, duty, desk} {
			must(f.Subscribe(f.Context(), bot.Subscription{Channel: c, Rule: "a"}))(f)
		}
		list := func(c bot.Channel) (got []int) {
			for _, s := range must(f.Subscriptions(f.Context(), c))(f) {
				if c != "" && s.Channel != c {
					f.Errorf("%s has a subscription of %s", c, s.Channel)
				}
				got = append(got, s.Number)
			}
			return got
		}
		f.same([][]int{list(desk), list(duty), list("web:none")}, [][]int{{1, 2}, {1, 2}, nil})
		f.same(len(list("")), 4)
	}},
	{"a subscription ends once", func(f *fixture) {
		s := must(f.Subscribe(f.Context(), bot.Subscription{Channel: desk, Rule: "a"}))(f)
		f.is(f.Unsubscribe(f.Context(), s.ID+1, at(1)), bot.ErrNotFound)
		f.ok(f.Unsubscribe(f.Context(), s.ID, time.Time{}))
		f.is(f.Unsubscribe(f.Context(), s.ID, at(2)), bot.ErrNotFound)
		f.same(len(must(f.Subscriptions(f.Context(), desk))(f)), 0)
		f.same(len(must(f.Subscriptions(f.Context(), ""))(f)), 0)
	}},
	{"an amended subscription has another name and rule, and is the same otherwise", func(f *fixture) {
		s := must(f.Subscribe(f.Context(), bot.Subscription{Channel: desk, Name: "talks", Rule: "a", Source: "U1", Created: start}))(f)
		other := must(f.Subscribe(f.Context(), bot.Subscription{Channel: duty, Name: "talks", Rule: "a"}))(f)
		f.ok(f.Amend(f.Context(), bot.Subscription{ID: s.ID, Rule: "b", Channel: duty, Number: 7, Source: "U2"}))
		f.reopen()
		s.Name, s.Rule = "", "b"
		f.same(must(f.Subscriptions(f.Context(), desk))(f), []bot.Subscription{s})
		f.same(must(f.Subscriptions(f.Context(), duty))(f), []bot.Subscription{other})
	}},
	{"what has ended is not amended", func(f *fixture) {
		s := must(f.Subscribe(f.Context(), bot.Subscription{Channel: desk, Rule: "a"}))(f)
		s.Rule = "b"
		f.is(f.Amend(f.Context(), bot.Subscription{ID: s.ID + 1, Rule: "b"}), bot.ErrNotFound)
		f.ok(f.Unsubscribe(f.Context(), s.ID, at(1)))
		f.is(f.Amend(f.Context(), s), bot.ErrNotFound)
		f.same(len(must(f.Subscriptions(f.Context(), ""))(f)), 0)
	}},
}
