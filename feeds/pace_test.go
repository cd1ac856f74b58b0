package feeds

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
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

func TestPollerMindsTheHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		var list []Feed
		for i := range 5 {
			address := fmt.Sprintf("news.example/%d", i)
			web.Set(address, feedstest.Page{Body: document("one"), Delay: 3 * time.Second})
			list = append(list, Feed{Name: address, URL: "http://" + address})
		}
		web.Set("quick.example/a", feedstest.Page{Body: document("one")})
		web.Set("quick.example/b", feedstest.Page{Body: document("one")})
		list = append(list, Feed{Name: "a", URL: "http://quick.example/a"}, Feed{Name: "b", URL: "http://QUICK.example/b"})
		start := time.Now()
		run(t, web, m, PollOptions{HostGap: time.Second}, list...)
		time.Sleep(time.Minute)

		var slow, quick []time.Duration
		for _, r := range web.Requests() {
			if strings.HasPrefix(r.Address, "news") {
				slow = append(slow, r.At.Sub(start))
			} else {
				quick = append(quick, r.At.Sub(start))
			}
		}
		const s = time.Second
		if want := []time.Duration{0, 3 * s, 6 * s, 9 * s, 12 * s}; !slices.Equal(slow, want) {
			t.Errorf("a host that takes 3 s was asked at %v, want %v", slow, want)
		}
		if want := []time.Duration{0, 1 * s}; !slices.Equal(quick, want) {
			t.Errorf("a quick host was asked at %v, want %v", quick, want)
		}
	})
}

// TestPollerClockAhead starts on what a clock that was a year ahead left behind.
func TestPollerClockAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		web.Set("news.example/rss", feedstest.Page{Body: document("one")})
		ahead := time.Now().AddDate(1, 0, 0)
		if err := m.SaveFeedState(t.Context(), "desk", State{URL: desk.URL, Checked: ahead, Succeeded: ahead, Next: ahead.Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
		run(t, web, m, PollOptions{}, desk)
		time.Sleep(time.Minute)
		if n := len(web.Requests()); n != 1 {
			t.Errorf("asked %d times in the first minute", n)
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

// TestPollerComesRound gives a host more feeds than it may be asked for: none is
// forgotten over the others.
func TestPollerComesRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		var list []Feed
		for i := range 5 {
			address := fmt.Sprintf("news.example/%d", i)
			web.Set(address, feedstest.Page{Body: document("one")})
			list = append(list, Feed{Name: address, URL: "http://" + address, Every: time.Second})
		}
		run(t, web, m, PollOptions{HostGap: time.Second}, list...)
		time.Sleep(time.Minute)
		for _, f := range list {
			if n := len(gaps(web, f.Name)); n < 8 || n > 14 {
				t.Errorf("%s was asked %d times in a minute", f.Name, n+1)
			}
		}
	})
}

func TestPollerWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		var list []Feed
		for i := range 6 {
			address := fmt.Sprintf("host%d.example/", i)
			web.Set(address, feedstest.Page{Body: document("one"), Delay: 10 * time.Second})
			list = append(list, Feed{Name: address, URL: "http://" + address})
		}
		run(t, web, m, PollOptions{Workers: 2}, list...)
		for want := 2; want <= 6; want += 2 {
			time.Sleep(time.Second)
			if got := len(web.Requests()); got != want {
				t.Errorf("%d requests, want %d", got, want)
			}
			time.Sleep(9 * time.Second)
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

// TestRhythm plays a feed's days, and what it is taken to be like after them.
func TestRhythm(t *testing.T) {
	const m, h = time.Minute, time.Hour
	for _, test := range []struct {
		name  string
		gaps  func(day int) []time.Duration // between what is new
		least time.Duration
		most  time.Duration
	}{
		{"steady", func(int) []time.Duration { return slices.Repeat([]time.Duration{h}, 24) }, 58 * m, 62 * m},
		{"by day only", func(int) []time.Duration { return append(slices.Repeat([]time.Duration{20 * m}, 45), 9*h) }, 20 * m, 40 * m},
		{"once a day", func(int) []time.Duration { return []time.Duration{24 * h} }, 23 * h, 25 * h},
		{"slows down", func(day int) []time.Duration {
			return slices.Repeat([]time.Duration{time.Duration(day+1) * h}, 24/(day+1))
		}, 6 * h, 10 * h},
	} {
		now := time.Date(2026, 11, 18, 0, 0, 0, 0, time.UTC)
		p := past{State: State{Changed: now, Succeeded: now, Next: now.AddDate(1, 0, 0)}}
		for day := range 10 {
			for _, gap := range test.gaps(day) {
				now = now.Add(gap)
				p.Rhythm = p.rhythm(now)
				p.Changed = now
			}
		}
		if p.Rhythm < test.least || p.Rhythm > test.most {
			t.Errorf("%s: %v", test.name, p.Rhythm)
		}
	}
}

// TestRhythmWatched leaves out the time when nobody watched, or could.
func TestRhythmWatched(t *testing.T) {
	now := time.Date(2026, 11, 18, 0, 0, 0, 0, time.UTC)
	at := now.Add
	const m, h = time.Minute, time.Hour
	for name, s := range map[string]State{
		"always":           {Changed: at(-h), Succeeded: at(-10 * m), Next: now},
		"after a standing": {Changed: at(-25 * h), Succeeded: at(-24 * h), Next: at(-24 * h)},
		"after an outage":  {Changed: at(-25 * h), Succeeded: at(-24 * h), Next: at(-m), Failures: 9},
	} {
		if got := (past{State: s}).rhythm(now); got < h-m || got > h+m {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPollerRhythm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		slow := Feed{Name: "slow", URL: "http://slow.example/", Tier: Press}
		var titles []string
		publish := func() {
			titles = append(titles, fmt.Sprint("item ", len(titles)))
			web.Set("slow.example/", feedstest.Page{Body: document(titles...), ETag: fmt.Sprintf(`"%d"`, len(titles))})
		}
		publish()
		_, stop := run(t, web, m, PollOptions{}, slow)
		for range 10 {
			time.Sleep(3 * time.Hour)
			publish()
		}
		time.Sleep(3*time.Hour - time.Minute)
		stop()
		if r := m.state("slow").Rhythm; r < 150*time.Minute || r > 210*time.Minute {
			t.Errorf("something new each 3 h is a rhythm of %v", r)
		}
		g := gaps(web, "slow.example/")
		if first, last := g[0], g[len(g)-1]; !jittered(first, 15*time.Minute) || last < 37*time.Minute || last > 58*time.Minute {
			t.Errorf("asked after %v at first, %v at last", first, last)
		}
		before := m.state("slow").Rhythm
		run(t, web, m, PollOptions{}, slow)
		time.Sleep(time.Hour)
		if r := m.state("slow").Rhythm; r != before {
			t.Errorf("a restart changes the rhythm from %v to %v", before, r)
		}
	})
}

// TestPollerUnvalidated asks a server that always sends all of it less often
// while it has nothing new, over a restart too.
func TestPollerUnvalidated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		web.Set("heavy.example/", feedstest.Page{Body: document("one")})
		_, stop := run(t, web, m, PollOptions{}, Feed{Name: "heavy", URL: "http://heavy.example/", Tier: Official})
		time.Sleep(5 * time.Hour)
		stop()
		run(t, web, m, PollOptions{}, Feed{Name: "heavy", URL: "http://heavy.example/", Tier: Official})
		time.Sleep(3 * time.Hour)
		for i, got := range gaps(web, "heavy.example/") {
			want := min(10*time.Minute<<i, time.Hour)
			if got < want-time.Millisecond || got > want+want/4 {
				t.Errorf("wait %d is %v, want %v", i, got, want)
			}
		}
		web.Set("heavy.example/", feedstest.Page{Body: document("one", "two")})
		before := m.state("heavy").Changed
		for end := time.Now().Add(67 * time.Minute); m.state("heavy").Changed.Equal(before) && time.Now().Before(end); {
			time.Sleep(time.Minute)
		}
		if wait := m.state("heavy").Next.Sub(m.state("heavy").Checked); !jittered(wait, 10*time.Minute) {
			t.Errorf("with something new it is asked after %v", wait)
		}
	})
}

// TestPollerHolds keeps from a whole host when it says so, with a restart of
// the feed it said it to.
func TestPollerHolds(t *testing.T) {
	for _, status := range []int{429, 503} {
		synctest.Test(t, func(t *testing.T) {
			web, m := feedstest.Start(t), &memory{}
			list := []Feed{}
			for _, name := range []string{"a", "b", "c"} {
				web.Set("news.example/"+name, feedstest.Page{Body: document("one")})
				list = append(list, Feed{Name: name, URL: "http://news.example/" + name, Every: 10 * time.Minute})
			}
			web.Set("other.example/", feedstest.Page{Body: document("one")})
			list = append(list, Feed{Name: "other", URL: "http://other.example/", Every: 10 * time.Minute})
			web.Set("news.example/a", feedstest.Page{Status: status, Header: map[string]string{"Retry-After": "7200"}})
			_, stop := run(t, web, m, PollOptions{HostGap: time.Second}, list...)
			time.Sleep(119 * time.Minute)
			if n := len(gaps(web, "news.example/a")) + len(gaps(web, "news.example/b")) + len(gaps(web, "news.example/c")); n != 0 {
				t.Errorf("%d: the host was asked %d times in the two hours it wanted", status, n)
			}
			if n := len(gaps(web, "other.example/")); n < 9 {
				t.Errorf("%d: another host was asked %d times", status, n+1)
			}
			stop()
			web.Set("news.example/a", feedstest.Page{Body: document("one")})
			run(t, web, m, PollOptions{HostGap: time.Second}, list...)
			time.Sleep(30 * time.Second)
			if n := len(gaps(web, "news.example/a")); n != 0 {
				t.Errorf("%d: asked again after a restart", status)
			}
			time.Sleep(15 * time.Minute)
			if s := m.state("a"); s.Error != "" {
				t.Errorf("%d: %+v", status, s)
			}
		})
	}
}

// TestPollerHoldsAlone: what a server of the operator's own says of one feed
// says nothing of its others. (Real connections, hence real time.)
func TestPollerHoldsAlone(t *testing.T) {
	bridge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer bridge.Close()
	_, err := NewFetcher(NewTransport(loopback), FetchOptions{}).Fetch(t.Context(), Feed{Name: "f", URL: bridge.URL}, State{})
	if hold := holdOf(err, time.Now()); hold.host != "" {
		t.Errorf("holds %+v", hold)
	}
	if status, ok := errors.AsType[*StatusError](err); !ok || status.RetryAfter != time.Hour {
		t.Errorf("%v", err)
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

// TestPollerEmpty counts documents without items, and takes what is back after
// them for what was there before.
func TestPollerEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		web.Set("news.example/rss", feedstest.Page{Body: document("one")})
		run(t, web, m, PollOptions{}, desk)
		time.Sleep(time.Minute)
		changed := m.state("desk").Changed
		web.Set("news.example/rss", feedstest.Page{Body: document(), ETag: `"0"`})
		time.Sleep(12 * time.Minute)
		if s := m.state("desk"); s.Empty != 1 || s.Error != "" {
			t.Errorf("after one: %+v", s)
		}
		web.Set("news.example/rss", feedstest.Page{Body: document(), ETag: `"00"`})
		time.Sleep(24 * time.Minute) // and a 304, which is no document
		if s := m.state("desk"); s.Empty != 2 {
			t.Errorf("after two: %+v", s)
		}
		web.Set("news.example/rss", feedstest.Page{Body: document("one")})
		time.Sleep(12 * time.Minute)
		if s := m.state("desk"); s.Empty != 0 || !s.Changed.Equal(changed) {
			t.Errorf("afterwards: %+v", s)
		}
	})
}

// TestScheduleClock sets the clock back by a year: plans made before it do not
// bind.
func TestScheduleClock(t *testing.T) {
	now := time.Date(2027, 11, 18, 12, 0, 0, 0, time.UTC)
	s := newSchedule(map[string]State{"desk": {URL: desk.URL, Checked: now.Add(-time.Minute), Next: now.Add(time.Minute)}}, time.Second)
	s.set([]Feed{desk}, now)
	if _, ok := s.start(now); ok {
		t.Error("started early")
	}
	if f, ok := s.start(now.AddDate(-1, 0, 0)); !ok || f.Name != "desk" {
		t.Error("waits for a year")
	}
}
