package feeds

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"attache/feeds/feedstest"
)

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
