//go:build unix

package cli

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"attache/bot"
	"attache/feeds"
	"attache/storage"
)

var (
	soakFor   = flag.Duration("soak", 5*time.Second, "how long the soak test polls; 10m to learn something")
	soakFeeds = flag.Int("soak-feeds", 30, "how many feeds the soak test polls")
)

// TestSoak polls many feeds of a real server on loopback, each every minute
// (or, in a short run, often enough to be polled a few times), through the
// poller, the bot and SQLite, and tells how late polls were and what it took.
// One poll in fifty brings an item; the others are 304s.
func TestSoak(t *testing.T) {
	every := min(time.Minute, *soakFor/4)
	var asked, fresh, unconditional atomic.Int64
	started := time.Now()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		version := int(time.Since(started)/every) + n // a feed changes in its own turn
		etag := fmt.Sprintf(`"%d"`, version/50)
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == "" {
			unconditional.Add(1)
		}
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fresh.Add(1)
		soakDocument(w, n, version/50)
	})}
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { server.Serve(l) })
	defer server.Close()

	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "soak.db"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	b, err := bot.Open(t.Context(), bot.Options{Store: db})
	if err != nil {
		t.Fatal(err)
	}
	// In its first round each feed has a document of twenty new items, and SQLite
	// takes them one feed at a time: a start is late, and told apart.
	late := &lateness{DB: db, next: map[string]time.Time{}, from: started.Add(2 * every)}
	port := l.Addr().(*net.TCPAddr).Port
	poller := feeds.NewPoller(late, feeds.NewFetcher(soakTransport(), feeds.FetchOptions{}), late.sink(b.Take), feeds.PollOptions{HostGap: 0, Workers: 32})
	poller.Set(soakList(port, every))
	ctx, cancel := context.WithTimeout(t.Context(), *soakFor)
	defer cancel()
	wg.Go(func() { soakMemory(ctx, t) })
	if err := poller.Run(ctx); err != nil {
		t.Fatal(err)
	}
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	polls := asked.Load()
	t.Logf("%d feeds every %v for %v: %d polls (%.0f/s), %d with a document, %.2f ms CPU a poll with the server's; late, after the first two rounds, by %v (median), %v (p99), %v (most)",
		*soakFeeds, every, *soakFor, polls, float64(polls)/soakFor.Seconds(), fresh.Load(),
		time.Duration(used.Utime.Nano()+used.Stime.Nano()).Seconds()*1000/float64(polls), late.quantile(0.5), late.quantile(0.99), late.quantile(1))
	if want := 2 * int64(*soakFeeds); polls < want {
		t.Errorf("%d polls, want %d at least", polls, want)
	}
	if n := unconditional.Load(); n > int64(*soakFeeds) {
		t.Errorf("%d polls were unconditional, of %d feeds", n, *soakFeeds)
	}
}

// soakDocument writes a document of twenty items, of which one is not in the
// version before.
func soakDocument(w http.ResponseWriter, feed, version int) {
	fmt.Fprint(w, "<rss><channel><title>t</title>")
	for i := version; i > version-20; i-- {
		fmt.Fprintf(w, "<item><title>Envoy %d of country %d is received</title><guid>%d-%d</guid><link>http://c%d.example/%d</link><description>%s</description></item>",
			i, feed, feed, i, feed, i, strings.Repeat("The envoy was received with the usual honours. ", 5))
	}
	fmt.Fprint(w, "</channel></rss>")
}

// soakList are the feeds, on a thousand hosts of loopback.
func soakList(port int, every time.Duration) (list []feeds.Feed) {
	for i := range *soakFeeds {
		list = append(list, feeds.Feed{
			Name: fmt.Sprint("feed-", i), URL: fmt.Sprintf("http://127.0.%d.%d:%d/%d", i%1000/250, 1+i%250, port, i), Outlet: fmt.Sprint("Outlet ", i), Every: every,
		})
	}
	return list
}

// soakMemory logs the heap in use ten times, and fails when the second half of
// the run needed much more of it than the first.
func soakMemory(ctx context.Context, t *testing.T) {
	var peaks []uint64
	for range 10 {
		select {
		case <-time.After(*soakFor / 11):
		case <-ctx.Done():
			return
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peaks = append(peaks, m.HeapAlloc)
	}
	var line strings.Builder
	for _, p := range peaks {
		fmt.Fprintf(&line, " %.1f", float64(p)/(1<<20))
	}
	t.Logf("heap after a collection, MB:%s", &line)
	first, second := slices.Max(peaks[1:5]), slices.Max(peaks[5:])
	if *soakFor >= time.Minute && second > first+first/2 {
		t.Errorf("the heap grows from %d to %d bytes", first, second)
	}
}

// lateness is a store that takes note of how long after its time each feed was
// asked.
type lateness struct {
	*storage.DB
	from time.Time // what was due before does not count
	mu   sync.Mutex
	next map[string]time.Time
	late []time.Duration
}

func (l *lateness) note(name string, s feeds.State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if due, ok := l.next[name]; ok && due.After(l.from) {
		l.late = append(l.late, s.Checked.Sub(due))
	}
	l.next[name] = s.Next
}

func (l *lateness) SaveFeedState(ctx context.Context, name string, s feeds.State) error {
	l.note(name, s)
	return l.DB.SaveFeedState(ctx, name, s)
}

func (l *lateness) sink(next feeds.Sink) feeds.Sink {
	return func(ctx context.Context, p feeds.Poll) error {
		l.note(p.Feed.Name, p.State)
		return next(ctx, p)
	}
}

func (l *lateness) quantile(q float64) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.SortFunc(l.late, cmp.Compare)
	if len(l.late) == 0 {
		return 0
	}
	return l.late[int(q*float64(len(l.late)-1))].Round(time.Millisecond)
}

func soakTransport() *http.Transport {
	return feeds.NewTransport(feeds.TransportOptions{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
}
