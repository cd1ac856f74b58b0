package feeds

import (
	"fmt"
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
