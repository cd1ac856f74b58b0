package demo

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mmcdole/gofeed"
)

// pace is how many simulated seconds pass in one of a test's.
const pace = 60

// desk asks a server for its feeds, as a poller does.
type desk struct {
	t *testing.T
	*Server
	scenario *Scenario
	handler  http.Handler
}

func newDesk(t *testing.T, from time.Duration) *desk {
	t.Helper()
	s := bundled(t)
	server := NewServer(s, Span/pace, from)
	return &desk{t, server, s, server.Handler()}
}

// get asks for a feed; nil says that the connection was closed without an answer.
func (d *desk) get(name string, headers ...string) (answer *httptest.ResponseRecorder) {
	d.t.Helper()
	r := httptest.NewRequestWithContext(d.t.Context(), "GET", d.scenario.outlet(d.t, name).Path(), nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	defer func() {
		if v := recover(); v == http.ErrAbortHandler {
			answer = nil
		} else if v != nil {
			panic(v)
		}
	}()
	answer = httptest.NewRecorder()
	d.handler.ServeHTTP(answer, r)
	return answer
}

// getAll asks once for every feed, those that are dead too.
func (d *desk) getAll() {
	d.t.Helper()
	for _, o := range d.scenario.Outlets {
		d.get(o.Name)
	}
}

// read asks for a feed and parses it.
func (d *desk) read(name string) *gofeed.Feed {
	d.t.Helper()
	answer := d.get(name)
	if answer == nil || answer.Code != http.StatusOK {
		d.t.Fatalf("%s answered %+v, want 200", name, answer)
	}
	feed, err := gofeed.NewParser().Parse(answer.Body)
	if err != nil {
		d.t.Fatalf("%s: %v", name, err)
	}
	return feed
}

// begin asks for every feed, which starts the clock, and waits until a
// simulated time, with a little to spare for what a float may lose.
func (d *desk) begin(until time.Duration) {
	d.t.Helper()
	d.getAll()
	wait(until)
}

func wait(simulated time.Duration) { time.Sleep(simulated/pace + time.Millisecond) }

// Every feed parses in its own format, and says what the scenario says.
func TestFormats(t *testing.T) {
	kinds := map[Format]string{RSS: "rss 2.0", Atom: "atom 1.0", RDF: "rss 1.0", JSON: "json https://jsonfeed.org/version/1.1"}
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, 0)
		d.getAll()
		start := time.Now()
		wait(29 * time.Hour)
		for _, o := range d.scenario.Outlets {
			feed := d.read(o.Name)
			if got := feed.FeedType + " " + feed.FeedVersion; got != kinds[o.Format] {
				t.Errorf("%s is %s, want %s", o.Name, got, kinds[o.Format])
			}
			if feed.Title != o.Title || feed.Language != o.Lang || feed.Description != Banner {
				t.Errorf("%s: title %q, language %q, description %q", o.Name, feed.Title, feed.Language, feed.Description)
			}
			var want []Item
			for _, it := range o.Items {
				if it.Offset <= 29*time.Hour {
					want = append([]Item{it}, want...)
				}
			}
			if len(feed.Items) != len(want) {
				t.Errorf("%s has %d items, want %d", o.Name, len(feed.Items), len(want))
				continue
			}
			for i, got := range feed.Items {
				checkItem(t, o, got, want[i], start)
			}
		}
	})
}

func checkItem(t *testing.T, o *Outlet, got *gofeed.Item, want Item, start time.Time) {
	t.Helper()
	if got.Title != want.titleAt(29*time.Hour) || got.Link != want.Link {
		t.Errorf("%s: %q at %s, want %q at %s", o.Name, got.Title, got.Link, want.Title, want.Link)
	}
	if o.Format != RDF && got.GUID != want.GUID { // RSS 1.0 has no guid
		t.Errorf("%s: guid %s, want %s", o.Name, got.GUID, want.GUID)
	}
	published := start.Add(want.Offset / pace)
	if late := published.Sub(*got.PublishedParsed); late < -time.Millisecond || late >= time.Second {
		t.Errorf("%s: %s published %s, want %s", o.Name, want.GUID, got.PublishedParsed, published)
	}
	if o.Format != JSON && strings.TrimSpace(got.Description) != want.Summary {
		t.Errorf("%s: %s describes %q, want %q", o.Name, want.GUID, got.Description, want.Summary)
	}
	for _, p := range want.Body {
		if !strings.Contains(got.Content, "<p>"+p+"</p>") {
			t.Errorf("%s: %s lacks the paragraph %q, has %q", o.Name, want.GUID, p, got.Content)
		}
	}
	if want.Author != "" && (len(got.Authors) != 1 || got.Authors[0].Name != want.Author) {
		t.Errorf("%s: %s is by %v, want %s", o.Name, want.GUID, got.Authors, want.Author)
	}
	if len(got.Categories) != len(want.Tags) {
		t.Errorf("%s: %s is tagged %v, want %v", o.Name, want.GUID, got.Categories, want.Tags)
	}
}

func TestConditionalGET(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, 0)
		first := d.get("wire-one")
		etag, modified := first.Header().Get("ETag"), first.Header().Get("Last-Modified")
		if first.Code != http.StatusOK || !strings.HasPrefix(etag, `"`) || modified == "" {
			t.Fatalf("%d, ETag %s, Last-Modified %s", first.Code, etag, modified)
		}
		if got, want := first.Header().Get("Content-Type"), "application/rss+xml; charset=utf-8"; got != want {
			t.Errorf("Content-Type %s, want %s", got, want)
		}
		d.begin(10 * time.Minute) // the clock's start alone changes nothing
		for _, headers := range [][]string{
			{"If-None-Match", etag},
			{"If-Modified-Since", modified},
			{"If-None-Match", etag, "If-Modified-Since", modified},
		} {
			answer := d.get("wire-one", headers...)
			if answer.Code != http.StatusNotModified || answer.Body.Len() != 0 || answer.Header().Get("ETag") != etag {
				t.Errorf("%v: %d with %d bytes", headers, answer.Code, answer.Body.Len())
			}
		}
		wait(15 * time.Minute) // a new item
		news := d.get("wire-one", "If-None-Match", etag, "If-Modified-Since", modified)
		if news.Code != http.StatusOK || news.Header().Get("ETag") == etag || !strings.Contains(news.Body.String(), "URGENT") {
			t.Errorf("after a new item: %d, ETag %s", news.Code, news.Header().Get("ETag"))
		}
	})
}

// An edit changes the title and nothing else that a reader could notice.
func TestEditIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, 0)
		d.begin(7 * time.Hour)
		before, etag := d.read("morning-ledger").Items[0], d.get("morning-ledger").Header().Get("ETag")
		wait(210 * time.Minute)
		after := d.read("morning-ledger").Items[0]
		if d.get("morning-ledger", "If-None-Match", etag).Code != http.StatusOK {
			t.Error("the edit did not change the ETag")
		}
		if before.GUID != after.GUID || !before.UpdatedParsed.Equal(*after.UpdatedParsed) || before.Description != after.Description {
			t.Errorf("the edit shows: %+v, then %+v", before, after)
		}
		if !strings.Contains(before.Title, "Selwyn") || !strings.Contains(after.Title, "Marisol") {
			t.Errorf("%q became %q", before.Title, after.Title)
		}
	})
}

// A feed lists only its latest items.
func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := *bundled(t).Outlets[0]
		o.Items = nil
		for range window + 10 {
			it := bundled(t).Outlets[0].Items[0]
			it.Offset = time.Duration(len(o.Items)-window-10) * time.Minute
			it.GUID = it.Offset.String()
			o.Items = append(o.Items, it)
		}
		s := &Scenario{Outlets: []*Outlet{&o}}
		server := NewServer(s, time.Minute, 0)
		d := &desk{t, server, s, server.Handler()}
		feed := d.read(o.Name)
		if len(feed.Items) != window || feed.Items[0].GUID != "-1m0s" {
			t.Errorf("%d items, the first %s; want %d and the latest", len(feed.Items), feed.Items[0].GUID, window)
		}
	})
}

func TestFaults(t *testing.T) {
	const closed = 0
	for _, c := range []struct {
		feed string
		at   time.Duration
		want int
	}{
		{"agence-littoral", 13*time.Hour + 59*time.Minute, http.StatusOK},
		{"agence-littoral", 14 * time.Hour, http.StatusTooManyRequests},
		{"agence-littoral", 16*time.Hour + 59*time.Minute, http.StatusTooManyRequests},
		{"agence-littoral", 17 * time.Hour, http.StatusOK},
		{"radio-costera", 29*time.Hour + 59*time.Minute, http.StatusOK},
		{"radio-costera", 30 * time.Hour, http.StatusInternalServerError},
		{"radio-costera", 33 * time.Hour, closed},
		{"radio-costera", 60 * time.Hour, closed},
		{"wire-one", 60 * time.Hour, http.StatusOK},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, 0)
			d.begin(c.at)
			answer, code := d.get(c.feed), closed
			if answer != nil {
				code = answer.Code
			}
			if code != c.want {
				t.Errorf("%s at %s: %d, want %d", c.feed, c.at, code, c.want)
			}
			if code == http.StatusTooManyRequests && answer.Header().Get("Retry-After") != "1" {
				t.Errorf("Retry-After: %q", answer.Header().Get("Retry-After"))
			}
		})
	}
}

// The broken document is not XML, ends within its oldest item, and mends with
// all that it should have said meanwhile.
func TestBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, 0)
		d.begin(8*time.Hour + 50*time.Minute)
		well := d.get("harbour-times")
		wait(time.Hour)
		broken := d.get("harbour-times", "If-None-Match", well.Header().Get("ETag"))
		if broken.Code != http.StatusOK {
			t.Fatalf("broken: %d", broken.Code)
		}
		body := broken.Body.String()
		if feed, err := gofeed.NewParser().ParseString(body); err == nil {
			t.Errorf("the broken feed parses: %d items", len(feed.Items))
		}
		if !strings.Contains(body, "<title>Port & customs") {
			t.Error("its & is escaped")
		}
		oldest := body[strings.LastIndex(body, "<item>"):]
		if !strings.Contains(oldest, "Tide tables") || strings.Contains(oldest, "</item>") {
			t.Errorf("it is not cut off in its oldest item: %s", oldest)
		}
		wait(100 * time.Minute)
		if feed := d.read("harbour-times"); !strings.HasPrefix(feed.Items[0].Title, "Cod & consequences") {
			t.Errorf("mended, it begins with %q", feed.Items[0].Title)
		}
	})
}

// What a feed says depends on the simulated time and on nothing else.
func TestDeterministic(t *testing.T) {
	run := func() (said string) {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, 0)
			d.begin(20 * time.Hour)
			for _, o := range d.scenario.Outlets {
				said += d.get(o.Name).Body.String()
			}
		})
		return said
	}
	if first, second := run(), run(); first != second {
		t.Error("two runs differ")
	}
}
