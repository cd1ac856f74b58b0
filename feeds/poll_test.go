package feeds

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attache/feeds/feedstest"
)

// memory remembers states and polls as a database would.
type memory struct {
	mu     sync.Mutex
	states map[string]State
	polls  []Poll
	broken bool // the sink fails
}

func (m *memory) FeedStates(context.Context) (map[string]State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.states), nil
}

func (m *memory) SaveFeedState(_ context.Context, name string, s State) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.states == nil {
		m.states = map[string]State{}
	}
	m.states[name] = s
	return nil
}

func (m *memory) take(ctx context.Context, p Poll) error {
	m.mu.Lock()
	broken := m.broken
	if !broken {
		m.polls = append(m.polls, p)
	}
	m.mu.Unlock()
	if broken {
		return errors.New("disk full")
	}
	return m.SaveFeedState(ctx, p.Feed.Name, p.State)
}

func (m *memory) state(name string) State {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.states[name]
}

func (m *memory) setBroken(broken bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = broken
}

func (m *memory) taken() []Poll {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.polls)
}

// document is an RSS feed with these titles, the latest last.
func document(titles ...string) string {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>The Desk</title>`)
	for _, title := range slices.Backward(titles) {
		fmt.Fprintf(&b, "<item><title>%s</title><guid>%s</guid></item>", title, title)
	}
	return b.String() + "</channel></rss>"
}

// run starts a poller and returns it with what stops it.
func run(t *testing.T, web *feedstest.Web, m *memory, opts PollOptions, feeds ...Feed) (p *Poller, stop func()) {
	opts.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	p = NewPoller(m, fetcher(t, web, FetchOptions{}), m.take, opts)
	p.Set(feeds)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- p.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("Run: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return p, stop
}

func TestPollerPollsOnAndOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		web.Set("news.example/rss", feedstest.Page{Body: document("one", "two"), ETag: `"1"`, LastModified: "first"})
		run(t, web, m, PollOptions{}, desk)
		synctest.Wait()

		polls := m.taken()
		if len(polls) != 1 {
			t.Fatalf("%d polls at the start", len(polls))
		}
		first := polls[0]
		if !first.Baseline || len(first.Items) != 2 || first.Items[0].Title != "one" || !first.At.Equal(time.Now()) {
			t.Errorf("the first poll is %+v", first)
		}
		s := m.state("desk")
		if s.URL != desk.URL || s.ETag != `"1"` || s.LastModified != "first" || s.Error != "" || !s.Polled() ||
			!s.Checked.Equal(time.Now()) || !s.Changed.Equal(time.Now()) || !jittered(s.Next.Sub(s.Checked), 10*time.Minute) {
			t.Errorf("the first state is %+v", s)
		}
		changed := s.Changed

		time.Sleep(11 * time.Minute) // a 304
		s = m.state("desk")
		if len(m.taken()) != 1 || !s.Succeeded.After(changed) || !s.Changed.Equal(changed) || s.ETag != `"1"` {
			t.Errorf("after a 304: %d polls, %+v", len(m.taken()), s)
		}

		web.Set("news.example/rss", feedstest.Page{Body: document("one", "two"), ETag: `"2"`, LastModified: "touched"})
		time.Sleep(11 * time.Minute) // the same items under new validators
		s = m.state("desk")
		if len(m.taken()) != 2 || m.taken()[1].Baseline || s.ETag != `"2"` || !s.Changed.Equal(changed) {
			t.Errorf("after a touch: %d polls, %+v", len(m.taken()), s)
		}

		web.Set("news.example/rss", feedstest.Page{Body: document("two", "three"), ETag: `"3"`, LastModified: "second"})
		time.Sleep(11 * time.Minute)
		if s = m.state("desk"); len(m.taken()) != 3 || !s.Changed.After(changed) {
			t.Errorf("after a new item: %d polls, %+v", len(m.taken()), s)
		}

		want := [][2]string{{}, {`"1"`, "first"}, {`"1"`, "first"}, {`"2"`, "touched"}}
		for i, r := range web.Requests() {
			if sent := [2]string{r.Header.Get("If-None-Match"), r.Header.Get("If-Modified-Since")}; sent != want[i] {
				t.Errorf("request %d sent %q, want %q", i, sent, want[i])
			}
		}
	})
}

func TestPollerBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		web.Set("news.example/rss", feedstest.Page{Body: document("one")})
		eager := desk
		eager.Backlog = true
		run(t, web, m, PollOptions{}, eager)
		synctest.Wait()
		if polls := m.taken(); len(polls) != 1 || polls[0].Baseline {
			t.Errorf("polls are %+v", polls)
		}
	})
}

func TestPollerSurvivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		web.Set("news.example/rss", feedstest.Page{Body: document("one"), ETag: `"1"`})
		_, stop := run(t, web, m, PollOptions{}, desk)
		time.Sleep(4 * time.Minute)
		stop()
		run(t, web, m, PollOptions{}, desk)
		time.Sleep(5 * time.Minute)
		if got := len(web.Requests()); got != 1 {
			t.Errorf("%d requests within the interval", got)
		}
		time.Sleep(3 * time.Minute)
		if got := web.Requests(); len(got) != 2 || got[1].Header.Get("If-None-Match") != `"1"` {
			t.Errorf("after the interval: %+v", got)
		}
		if len(m.taken()) != 1 {
			t.Errorf("%d polls were taken", len(m.taken()))
		}
	})
}

func TestPollerKeepsWhatTheSinkRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		web.Set("news.example/rss", feedstest.Page{Body: document("one"), ETag: `"1"`})
		run(t, web, m, PollOptions{}, desk)
		time.Sleep(time.Minute)

		web.Set("news.example/rss", feedstest.Page{Body: document("one", "two"), ETag: `"2"`})
		m.setBroken(true)
		time.Sleep(11 * time.Minute)
		if s := m.state("desk"); s.ETag != `"1"` || s.Failures != 0 || s.Error != "what it says could not be stored" {
			t.Errorf("while the sink fails: %+v", s)
		}
		time.Sleep(3 * time.Hour) // of a full disk: the feed is not to blame, and not left alone for it
		m.setBroken(false)
		time.Sleep(11 * time.Minute)
		polls := m.taken()
		if len(polls) != 2 || len(polls[1].Items) != 2 || polls[1].State.ETag != `"2"` {
			t.Fatalf("polls are %+v", polls)
		}
		for i, want := range []string{"", `"1"`, `"1"`} {
			if got := web.Requests()[i].Header.Get("If-None-Match"); got != want {
				t.Errorf("request %d sent %q, want %q", i, got, want)
			}
		}
	})
}

func TestPollerFirstStaysFirstUntilItIsStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{broken: true}
		web.Set("news.example/rss", feedstest.Page{Body: document("one"), ETag: `"1"`})
		run(t, web, m, PollOptions{}, desk)
		time.Sleep(time.Minute)
		m.setBroken(false)
		time.Sleep(11 * time.Minute)
		if polls := m.taken(); len(polls) != 1 || !polls[0].Baseline {
			t.Errorf("polls are %+v", polls)
		}
	})
}

func TestPollerAsksAgainForABrokenDocument(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		body := document("one", "two", "three")
		web.Set("news.example/rss", feedstest.Page{Body: body[:strings.LastIndex(body, "<item>")+9], ETag: `"1"`})
		run(t, web, m, PollOptions{}, desk)
		synctest.Wait()
		s := m.state("desk")
		if polls := m.taken(); len(polls) != 1 || len(polls[0].Items) != 2 || s.ETag != "" || s.Error == "" || s.Failures != 0 {
			t.Errorf("polls are %+v, the state %+v", polls, s)
		}
		web.Set("news.example/rss", feedstest.Page{Body: body, ETag: `"1"`})
		time.Sleep(11 * time.Minute)
		if polls := m.taken(); len(polls) != 2 || len(polls[1].Items) != 3 || m.state("desk").Error != "" {
			t.Errorf("polls are %+v", polls)
		}
	})
}

func TestPollerSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		for _, address := range []string{"a.example/", "b.example/", "c.example/"} {
			web.Set(address, feedstest.Page{Body: document("one"), ETag: `"` + address + `"`})
		}
		a, b := Feed{Name: "a", URL: "http://a.example/"}, Feed{Name: "b", URL: "http://b.example/"}
		p, _ := run(t, web, m, PollOptions{}, a)
		time.Sleep(time.Minute)

		p.Set([]Feed{a, b}) // b is new
		synctest.Wait()
		if got := web.Requests(); len(got) != 2 || got[1].Address != "b.example/" {
			t.Fatalf("requests are %+v", got)
		}
		a.URL = "http://c.example/" // a has moved, and its validators have not
		p.Set([]Feed{a})
		synctest.Wait()
		got := web.Requests()
		if len(got) != 3 || got[2].Address != "c.example/" || got[2].Header.Get("If-None-Match") != "" {
			t.Fatalf("requests are %+v", got)
		}
		if s := m.state("a"); s.URL != a.URL || s.ETag != `"c.example/"` {
			t.Errorf("the state is %+v", s)
		}
		if polls := m.taken(); polls[2].Baseline {
			t.Error("a feed that moved was taken for a new one")
		}
		p.Set(nil)
		time.Sleep(time.Hour)
		if got := len(web.Requests()); got != 3 {
			t.Errorf("%d requests of feeds that are gone", got-3)
		}
	})
}

func TestPollerStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		web.Set("news.example/rss", feedstest.Page{Body: document("one"), Delay: 20 * time.Second})
		_, stop := run(t, web, m, PollOptions{}, desk)
		time.Sleep(time.Second)
		start := time.Now()
		stop()
		if took := time.Since(start); took != 0 {
			t.Errorf("stopping took %v", took)
		}
		if s := m.state("desk"); s != (State{}) {
			t.Errorf("a fetch given up left %+v", s)
		}
	})
}

func TestPollerLetsTheSinkFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := feedstest.Start(t)
		web.Set("a.example/", feedstest.Page{Body: document("one")})
		web.Set("b.example/", feedstest.Page{Body: document("one")})
		working, taken := 0, 0
		sink := func(ctx context.Context, p Poll) error {
			if working++; working > 1 {
				t.Error("the sink was called twice at a time")
			}
			time.Sleep(time.Second)
			working--
			taken++
			return ctx.Err()
		}
		p := NewPoller(&memory{}, fetcher(t, web, FetchOptions{}), sink, PollOptions{})
		p.Set([]Feed{{Name: "a", URL: "http://a.example/"}, {Name: "b", URL: "http://b.example/"}})
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		if err := p.Run(ctx); err != nil || taken != 2 {
			t.Errorf("Run: %v, %d polls taken", err, taken)
		}
	})
}

func TestPollerNeedsItsMemory(t *testing.T) {
	p := NewPoller(amnesia{}, nil, nil, PollOptions{})
	if err := p.Run(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "feeds: recalling") {
		t.Errorf("Run: %v", err)
	}
}

type amnesia struct{ *memory }

func (amnesia) FeedStates(context.Context) (map[string]State, error) {
	return nil, errors.New("who am I?")
}
