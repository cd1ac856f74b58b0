package feeds

import (
	"testing"
	"testing/synctest"
	"time"

	"attache/feeds/feedstest"
)

// gaps are the times between requests to an address.
func gaps(web *feedstest.Web, address string) []time.Duration {
	var out []time.Duration
	var last time.Time
	for _, r := range web.Requests() {
		if r.Address != address {
			continue
		}
		if !last.IsZero() {
			out = append(out, r.At.Sub(last))
		}
		last = r.At
	}
	return out
}

// jittered reports whether a wait is want, or up to a tenth longer.
func jittered(got, want time.Duration) bool {
	return got >= want-time.Millisecond && got <= want+want/10+time.Millisecond
}

func TestPollerWaits(t *testing.T) {
	header := func(name, value string) map[string]string { return map[string]string{name: value} }
	for _, test := range []struct {
		name string
		page feedstest.Page
		want []time.Duration // before the second request, the third …
		err  string
	}{
		{"its interval", feedstest.Page{Body: document()}, []time.Duration{10 * time.Minute, 10 * time.Minute}, ""},
		{"max-age", feedstest.Page{Body: document(), Header: header("Cache-Control", "max-age=1800")}, []time.Duration{30 * time.Minute, 30 * time.Minute}, ""},
		{"silly max-age", feedstest.Page{Body: document(), Header: header("Cache-Control", "max-age=31536000")}, []time.Duration{6 * time.Hour, 6 * time.Hour}, ""},
		{"impatient max-age", feedstest.Page{Body: document(), Header: header("Cache-Control", "max-age=1")}, []time.Duration{10 * time.Minute}, ""},
		{"backoff", feedstest.Page{Status: 503}, []time.Duration{
			10 * time.Minute, 20 * time.Minute, 40 * time.Minute, 80 * time.Minute, 160 * time.Minute, 320 * time.Minute, 6 * time.Hour, 6 * time.Hour,
		}, "the server answered 503"},
		{"Retry-After", feedstest.Page{Status: 429, Header: header("Retry-After", "1800")}, []time.Duration{
			30 * time.Minute, 30 * time.Minute, 40 * time.Minute,
		}, "the server answered 429"},
		{"long Retry-After", feedstest.Page{Status: 503, Header: header("Retry-After", "28800")}, []time.Duration{8 * time.Hour, 8 * time.Hour}, "the server answered 503"},
		{"silly Retry-After", feedstest.Page{Status: 503, Header: header("Retry-After", "31536000")}, []time.Duration{24 * time.Hour}, "the server answered 503"},
		{"HTML", feedstest.Page{Body: "<!DOCTYPE html><title>Sign in</title>"}, []time.Duration{10 * time.Minute, 20 * time.Minute}, "it is HTML, not a feed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				web, m := feedstest.Start(t), &memory{}
				web.Set("news.example/rss", test.page)
				run(t, web, m, PollOptions{}, desk)
				for i, want := range test.want {
					for len(gaps(web, "news.example/rss")) <= i && !t.Failed() {
						time.Sleep(time.Minute)
					}
					if got := gaps(web, "news.example/rss")[i]; !jittered(got, want) {
						t.Errorf("wait %d is %v, want %v", i, got, want)
					}
				}
				if s := m.state("desk"); s.Error != test.err || (s.Failures == 0) != (test.err == "") {
					t.Errorf("the state is %+v", s)
				}
			})
		})
	}
}

func TestPollerRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		web.Set("news.example/rss", feedstest.Page{Body: document("one"), ETag: `"1"`})
		run(t, web, m, PollOptions{}, desk)
		time.Sleep(time.Minute)
		web.Set("news.example/rss", feedstest.Page{Body: "<rss><channel>", ETag: `"broken"`})
		time.Sleep(12 * time.Minute)
		if s := m.state("desk"); s.Failures != 1 || s.ETag != `"1"` || s.Error != "it breaks off before the end of its first item" {
			t.Errorf("while it fails: %+v", s)
		}
		web.Set("news.example/rss", feedstest.Page{Body: document("one"), ETag: `"1"`})
		time.Sleep(12 * time.Minute) // a 304 is a success
		if s := m.state("desk"); s.Failures != 0 || s.Error != "" || len(m.taken()) != 1 {
			t.Errorf("afterwards: %+v", s)
		}
	})
}

// TestPollerUnreached takes the network away for a day: once it is back, a feed
// is read within its interval.
func TestPollerUnreached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		web.Set("news.example/rss", feedstest.Page{Body: document("one")})
		lost := Feed{Name: "lost", URL: "http://news.invalid/rss", Every: 10 * time.Minute} // no such host: nothing there is ever reached
		run(t, web, m, PollOptions{}, lost)
		time.Sleep(2 * time.Minute)
		if n := m.state("lost").Failures; n < 3 {
			t.Errorf("tried %d times in the first two minutes", n)
		}
		time.Sleep(24 * time.Hour)
		if wait := time.Until(m.state("lost").Next); wait > 11*time.Minute {
			t.Errorf("next try in %s", wait)
		}
	})
}

// TestPause is the time to the next poll of a feed that was read, by all that it
// hangs on; jitter comes on top.
func TestPause(t *testing.T) {
	const m, h = time.Minute, time.Hour
	now := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	with := State{ETag: `"1"`, Succeeded: now, Changed: now}
	rhythm := func(d time.Duration) State { s := with; s.Rhythm = d; return s }
	bare := func(unchanged time.Duration) State { return State{Succeeded: now, Changed: now.Add(-unchanged)} }
	for _, test := range []struct {
		name  string
		feed  Feed
		every time.Duration // of the Poller
		state State
		fresh time.Duration
		want  time.Duration
	}{
		{"agency", Feed{Tier: Agency}, 0, with, 0, 5 * m},
		{"official", Feed{Tier: Official}, 0, with, 0, 10 * m},
		{"press", Feed{Tier: Press}, 0, with, 0, 15 * m},
		{"other", Feed{Tier: Other}, 0, with, 0, 30 * m},
		{"of no tier", Feed{}, 0, with, 0, 30 * m},
		{"an interval for all", Feed{Tier: Agency}, 20 * m, with, 0, 20 * m},
		{"its own", Feed{Tier: Agency, Every: m}, 20 * m, with, 0, m},

		{"fresh", Feed{Tier: Press}, 0, with, 40 * m, 40 * m},
		{"hardly fresh", Feed{Tier: Press}, 0, with, m, 15 * m},
		{"fresh for a year", Feed{Tier: Press}, 0, with, 9000 * h, 6 * h},
		{"an agency, for a year", Feed{Tier: Agency}, 0, with, 9000 * h, h},
		{"a ministry, for a year", Feed{Tier: Official}, 0, with, 9000 * h, h},
		{"fresh, at its own interval", Feed{Tier: Press, Every: m}, 0, with, 40 * m, 40 * m},
		{"seldom, and fresh for a year", Feed{Tier: Press, Every: 24 * h}, 0, with, 9000 * h, 24 * h},

		{"busy press", Feed{Tier: Press}, 0, rhythm(20 * m), 0, 15 * m},
		{"slow press", Feed{Tier: Press}, 0, rhythm(2 * h), 0, 30 * m},
		{"slower press", Feed{Tier: Press}, 0, rhythm(48 * h), 0, h},
		{"slow other", Feed{Tier: Other}, 0, rhythm(48 * h), 0, h},
		{"slow press, at its own interval", Feed{Tier: Press, Every: 5 * m}, 0, rhythm(48 * h), 0, 5 * m},
		{"slow ministry", Feed{Tier: Official}, 0, rhythm(48 * h), 0, 10 * m},
		{"slow agency", Feed{Tier: Agency}, 0, rhythm(48 * h), 0, 5 * m},

		{"no validators, changed", Feed{Tier: Official}, 0, bare(0), 0, 10 * m},
		{"no validators, unchanged once", Feed{Tier: Official}, 0, bare(10 * m), 0, 20 * m},
		{"twice", Feed{Tier: Official}, 0, bare(30 * m), 0, 40 * m},
		{"often", Feed{Tier: Official}, 0, bare(70 * m), 0, h},
		{"never had an item", Feed{Tier: Agency}, 0, State{Succeeded: now}, 0, h},
		{"at its own interval", Feed{Tier: Official, Every: 2 * m}, 0, bare(70 * m), 0, 2 * m},
	} {
		p := NewPoller(nil, nil, nil, PollOptions{Every: test.every})
		if got := p.pause(test.feed, test.state, test.fresh); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestPollerGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		web.Set("news.example/rss", feedstest.Page{Status: 410})
		web.Set("news.example/new", feedstest.Page{Body: document("one")})
		_, stop := run(t, web, m, PollOptions{}, desk)
		time.Sleep(30 * 24 * time.Hour)
		stop()
		p, _ := run(t, web, m, PollOptions{}, desk)
		time.Sleep(30 * 24 * time.Hour)
		if s := m.state("desk"); len(web.Requests()) != 1 || !s.Gone || s.Error != "410: the feed is gone" {
			t.Errorf("asked %d times: %+v", len(web.Requests()), s)
		}
		moved := desk
		moved.URL = "http://news.example/new"
		p.Set([]Feed{moved})
		time.Sleep(time.Minute)
		if s := m.state("desk"); s.Gone || s.Error != "" || !s.Polled() {
			t.Errorf("at its new address: %+v", s)
		}
	})
}
