package feeds

import (
	"testing"
	"time"
)

func TestCheck(t *testing.T) {
	now := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC) // a Wednesday
	at := now.Add
	const m, h, day = time.Minute, time.Hour, 24 * time.Hour
	for _, test := range []struct {
		state State
		is    Condition
		want  string
	}{
		{State{}, Unread, "not read yet"},
		{State{URL: "http://old.example/", Checked: now, Succeeded: now, Gone: true}, Unread, "not read yet"},
		{State{Checked: at(-2 * m), Succeeded: at(-2 * m), Next: at(8*m + 20*time.Second)}, Well, "read 2 minutes ago, next in 8 minutes"},
		{State{Checked: now, Succeeded: now, Next: at(m)}, Well, "read just now, next in 1 minute"},
		{State{Checked: at(-3 * h), Succeeded: at(-3 * h), Next: at(-h)}, Well, "read 3 h ago, next now"},
		{State{Checked: now, Succeeded: now, Next: at(5 * time.Second)}, Well, "read just now, next in 5 s"},
		{State{Checked: at(-m), Succeeded: at(-3 * h), Next: at(20 * m), Failures: 4, Error: "the server answered 503"}, Broken,
			"failing for 3 h: the server answered 503; next try in 20 minutes"},
		{State{Checked: at(-m), Succeeded: at(-80 * h), Next: at(6 * h), Failures: 9, Error: "410: the feed is gone"}, Broken,
			"failing for 3 days: 410: the feed is gone; next try in 6 h"},
		{State{Checked: at(-m), Next: at(20 * m), Failures: 1, Error: "no answer within 30 s"}, Failing,
			"never read: no answer within 30 s; next try in 20 minutes"},
		{State{Checked: at(-m), Succeeded: at(-m), Next: at(9 * m), Error: "the document breaks off"}, Failing,
			"read 1 minute ago: the document breaks off; next in 9 minutes"},
		// Not for long enough, and then it is.
		{State{Checked: at(-m), Succeeded: at(-h), Next: at(m), Failures: 6, Error: "the server answered 503"}, Failing,
			"failing for 60 minutes: the server answered 503; next try in 1 minute"},
		{State{Checked: at(-m), Succeeded: at(-h - 1), Next: at(m), Failures: 2, Error: "the site answers with a bot check"}, Broken,
			"failing for 60 minutes: the site answers with a bot check; next try in 1 minute"},
		{State{Checked: at(-m), Succeeded: at(-6 * h), Next: at(6 * h), Failures: 1, Error: "HTML instead of a feed"}, Failing,
			"failing for 6 h: HTML instead of a feed; next try in 6 h"},
		{State{Checked: at(-m), Next: at(m), Failures: 3, Error: "there is no host of that name"}, Broken,
			"never read: there is no host of that name; next try in 1 minute"},
		// Not stored by us, for a day: no fault of its.
		{State{Checked: at(-m), Succeeded: at(-day), Next: at(m), Error: "what it says could not be stored"}, Failing,
			"read 24 h ago: what it says could not be stored; next in 1 minute"},
		{State{Checked: at(-3 * day), Succeeded: at(-4 * day), Failures: 1, Gone: true, Error: "410: the feed is gone", Moved: "http://new.example/"}, Gone,
			"gone: the server answered 410 3 days ago, and is not asked again until the address is changed in the config"},
		// Empty: once may happen, and one that never had any may be new.
		{State{Checked: now, Succeeded: now, Changed: at(-h), Next: at(m), Empty: 1}, Well, "read just now, next in 1 minute"},
		{State{Checked: now, Succeeded: now, Next: at(m), Empty: 9}, Well, "read just now, next in 1 minute"},
		{State{Checked: now, Succeeded: now, Changed: at(-h), Next: at(m), Empty: 2}, Broken,
			"it has had no items 2 times in a row; read just now, next in 1 minute"},
		{State{Checked: now, Succeeded: now, Changed: at(-h), Next: at(m), Empty: 2, Failures: 1, Error: "no"}, Failing,
			"failing for 1 s: no; next try in 1 minute"},
		// A rhythm, a lull, and quiet.
		{State{Checked: now, Succeeded: now, Changed: at(-h), Next: at(m), Rhythm: 2 * h}, Well,
			"read just now, next in 1 minute; news usually every 2 h"},
		{State{Checked: now, Succeeded: now, Changed: at(-9 * h), Next: at(m), Rhythm: 2 * h}, Well,
			"quiet for 9 h, usually every 2 h; read just now, next in 1 minute"},
		{State{Checked: now, Succeeded: now, Changed: at(-36 * h), Next: at(m), Rhythm: 2 * h}, Well,
			"quiet for 36 h, usually every 2 h; read just now, next in 1 minute"},
		{State{Checked: now, Succeeded: now, Changed: at(-37 * h), Next: at(m), Rhythm: 2 * h}, Quiet,
			"quiet for 37 h, usually every 2 h; read just now, next in 1 minute"},
		{State{Checked: now, Succeeded: now, Changed: at(-6*h - 1), Next: at(m), Rhythm: 15 * m}, Quiet,
			"quiet for 6 h, usually every 15 minutes; read just now, next in 1 minute"},
		{State{Checked: now, Succeeded: now, Changed: at(-6 * h), Next: at(m), Rhythm: 15 * m}, Well,
			"quiet for 6 h, usually every 15 minutes; read just now, next in 1 minute"},
		{State{Checked: now, Succeeded: now, Changed: at(-20 * h), Next: at(m), Rhythm: 16 * m}, Well, // a night
			"quiet for 20 h, usually every 16 minutes; read just now, next in 1 minute"},
		{State{Checked: now, Succeeded: now, Changed: at(-9 * day), Next: at(m), Rhythm: day}, Well, // six of its days are counted ones
			"quiet for 9 days, usually every 24 h; read just now, next in 1 minute"},
		{State{Checked: now, Succeeded: now, Changed: at(-11 * day), Next: at(m), Rhythm: day}, Quiet,
			"quiet for 11 days, usually every 24 h; read just now, next in 1 minute"},
		// Nobody asked for a week: that says nothing about the feed.
		{State{Checked: at(-7 * day), Succeeded: at(-7 * day), Changed: at(-7*day - h), Next: at(-7 * day), Rhythm: h}, Well,
			"quiet for 7 days, usually every 60 minutes; read 7 days ago, next now"},
		{State{Checked: now, Succeeded: now, Next: at(m), Rhythm: h}, Well, "read just now, next in 1 minute; news usually every 60 minutes"},
		// Moved, and no more of its new address than the host.
		{State{Checked: now, Succeeded: now, Next: at(m), Moved: "https://user:pass@new.example:8443/feed?key=secret", MovedSince: at(-50 * h)}, Moved,
			"read just now, next in 1 minute; moved to new.example for 2 days: change its address in the config"},
		{State{Checked: now, Succeeded: now, Next: at(m), Moved: "https://news.example/rss", MovedSince: at(-50 * h)}, Moved,
			"read just now, next in 1 minute; moved to another address at news.example for 2 days: change its address in the config"},
		{State{Checked: now, Succeeded: now, Next: at(m), Moved: "https://[", MovedSince: at(-h)}, Moved,
			"read just now, next in 1 minute; moved to a host of no name for 60 minutes: change its address in the config"},
		{State{Checked: now, Succeeded: now, Changed: at(-h), Next: at(m), Empty: 3, Moved: "https://new.example/", MovedSince: at(-h)}, Broken,
			"it has had no items 3 times in a row; read just now, next in 1 minute; moved to new.example for 60 minutes: change its address in the config"},
	} {
		if test.state.URL == "" {
			test.state.URL = desk.URL
		}
		h := Check(desk, test.state, now, time.Hour)
		if h.Condition != test.is || h.Words != test.want {
			t.Errorf("%s, %q, want %s, %q", h.Condition, h.Words, test.is, test.want)
		}
		if healthy, words := Status(desk, test.state, now); healthy != test.is.Healthy() || words != test.want {
			t.Errorf("status %t, %q of %s, %q", healthy, words, test.is, test.want)
		}
	}
}

// Nobody cries wolf over a weekend, wherever it falls; over what lasts longer,
// somebody does.
func TestWeekends(t *testing.T) {
	monday := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
	when := func(day time.Weekday, hour int) time.Time {
		return monday.AddDate(0, 0, (int(day)+6)%7).Add(time.Duration(hour) * time.Hour)
	}
	for name, test := range map[string]struct {
		from, to time.Time
		quiet    bool
	}{
		"a night":                       {when(time.Tuesday, 17), when(time.Wednesday, 9), false},
		"two nights":                    {when(time.Tuesday, 17), when(time.Thursday, 9), true},
		"Saturday and Sunday":           {when(time.Friday, 16), when(time.Monday, 10).AddDate(0, 0, 7), false},
		"Friday and Saturday":           {when(time.Thursday, 14), when(time.Sunday, 9), false},
		"Thursday and Friday":           {when(time.Wednesday, 14), when(time.Saturday, 9), false},
		"Saturday to Monday in America": {when(time.Friday, 22), when(time.Monday, 14).AddDate(0, 0, 7), false},
		"Friday to Tuesday":             {when(time.Friday, 16), when(time.Tuesday, 14).AddDate(0, 0, 7), true},
		"back in time":                  {when(time.Friday, 16), when(time.Monday, 0), false},
		"long ago":                      {time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), when(time.Saturday, 0), true},
	} {
		s := State{URL: desk.URL, Checked: test.to, Succeeded: test.to, Changed: test.from, Rhythm: time.Hour}
		if got := Check(desk, s, test.to, time.Hour).Condition; (got == Quiet) != test.quiet {
			t.Errorf("%s: %s after %s", name, got, counted(test.from, test.to))
		}
	}
}
