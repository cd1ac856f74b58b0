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
	if hold(err) != 0 {
		t.Errorf("the host is left alone for %v", hold(err))
	}
	if status, ok := errors.AsType[*StatusError](err); !ok || status.RetryAfter != time.Hour {
		t.Errorf("%v", err)
	}
}

// TestPollerHoldsItsOwn: a feed cannot have us shun the host of another, by
// leading us to where that one says no.
func TestPollerHoldsItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		web.Set("evil.example/", redirect(302, "http://news.example/busy"))
		web.Set("news.example/busy", feedstest.Page{Status: 503, Header: map[string]string{"Retry-After": "86400"}})
		web.Set("news.example/rss", feedstest.Page{Body: document("one"), ETag: `"1"`})
		run(t, web, m, PollOptions{}, Feed{Name: "evil", URL: "http://evil.example/"}, desk)
		time.Sleep(23 * time.Hour)
		if n := len(gaps(web, "news.example/rss")); n < 100 {
			t.Errorf("asked %d times in a day", n+1)
		}
		if n := len(gaps(web, "evil.example/")); n != 0 {
			t.Errorf("who led there was asked %d times", n+1)
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
	for range 3 {
		now = now.AddDate(-1, 0, 0)
		f, ok := s.start(now)
		if !ok || f.Name != "desk" {
			t.Fatal("waits for a year")
		}
		now = now.Add(2 * time.Second)
		s.finish(polled{feed: "desk", past: past{State: State{URL: desk.URL, Checked: now, Next: now.Add(time.Minute)}}}, now)
	}
}
