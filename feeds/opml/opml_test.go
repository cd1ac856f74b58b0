package opml

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"attache/feeds"
)

var update = flag.Bool("update", false, "write the golden files")

// show is a list for people to compare.
func show(l List) string {
	var b strings.Builder
	fmt.Fprintf(&b, "title %q\n", l.Title)
	for i, f := range l.Feeds {
		zone := "UTC"
		if f.Zone != nil {
			zone = f.Zone.String()
		}
		fmt.Fprintf(&b, "line %d: %q %s\n    outlet %q tier %s lang %q region %q group %q\n    kind %s %q zone %s every %v agent %q http1 %v backlog %v\n",
			l.Lines[i], f.Name, f.URL, f.Outlet, f.Tier, f.Lang, f.Region, f.Group, f.Kind, f.Page, zone, f.Every, f.Agent, f.HTTP1, f.Backlog)
	}
	for _, r := range l.Refused {
		fmt.Fprintf(&b, "refused: %v\n", r)
	}
	return b.String()
}

// Each document in testdata has beside it what is read in it.
func TestRead(t *testing.T) {
	files, err := filepath.Glob("testdata/*.opml")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			l, err := Read(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			got := show(l)
			if strings.Contains(got, "hunter2") {
				t.Errorf("the secret is in\n%s", got)
			}
			golden(t, file+".golden", got)
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// What is written is OPML 2.0 without secrets.
func TestWrite(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	l := List{Title: "Desk & <friends>", Feeds: []feeds.Feed{
		{Name: "a", URL: "https://a.example/rss?a=1&b=2", Outlet: `"A" & <B>`, Tier: feeds.Official, Lang: "ja", Region: "asia", Group: "World/Asia", Zone: tokyo,
			Every: 90 * time.Minute, Agent: "desk", HTTP1: true, Backlog: true,
			Proxy: "http://desk:hunter2@proxy.example", Header: map[string][]string{"Authorization": {"hunter2"}}},
		{Name: "b", URL: "https://b.example/", Outlet: "B", Tier: feeds.Other, Kind: feeds.Page, Zone: time.UTC,
			Page: feeds.Selectors{Item: `li[data-x="1"] > a`, Layout: "02/01/2006"}},
		{Name: "c", URL: "https://c.example/", Outlet: "C", Tier: feeds.Press, Kind: feeds.Syndicated, Group: "World"},
		{Name: "d", URL: "https://d.example/", Outlet: "D", Tier: feeds.Agency, Kind: feeds.Sitemap, Group: "World/Asia"},
	}}
	var b bytes.Buffer
	if err := Write(&b, l); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "hunter2") {
		t.Error("a secret was written")
	}
	golden(t, "testdata/written.golden", b.String())
	back, err := Read(&b)
	if err != nil || len(back.Refused) > 0 || back.Title != l.Title {
		t.Fatal(err, back)
	}
	for i := range l.Feeds {
		l.Feeds[i].Kind = cmp.Or(l.Feeds[i].Kind, feeds.Syndicated)
	}
	if got, want := sorted(back), sorted(l); got != want {
		t.Errorf("got back:\n%s\nwant:\n%s", got, want)
	}
}

// sorted shows the feeds of a list in an order that folders do not change.
func sorted(l List) string {
	l.Feeds = slices.SortedFunc(slices.Values(l.Feeds), func(a, b feeds.Feed) int {
		return cmp.Compare(fmt.Sprint(a.URL, a.Group, a), fmt.Sprint(b.URL, b.Group, b))
	})
	return show(List{Title: l.Title, Feeds: l.Feeds, Lines: make([]int, len(l.Feeds))})
}

func TestReadLimits(t *testing.T) {
	for want, text := range map[string]string{
		"not OPML":                 `<rss><channel><title>x</title></channel></rss>`,
		"larger than 16 MB":        strings.Repeat(" ", maxBytes+1),
		"more than 20000 outlines": "<opml>" + strings.Repeat("<outline/>", maxOutlines+1),
		"more than 64 deep":        "<opml>" + strings.Repeat("<outline text='a'>", maxDepth+1),
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	full := "<opml>" + strings.Repeat("<outline text='a'>", maxDepth-1) + `<outline text="x" xmlUrl="https://x.example/"/>`
	if l, err := Read(strings.NewReader(full)); err != nil || len(l.Feeds) != 1 || len(l.Feeds[0].Group) > maxText {
		t.Errorf("as deep as may be: %v, %v", l, err)
	}
}

// Nothing makes it panic, and what it reads it reads again when it is written.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.opml")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := Write(&b, l); err != nil {
			t.Fatal(err)
		}
		written := b.String()
		back, err := Read(&b)
		if err != nil || len(back.Refused) > 0 {
			t.Fatalf("%v, %v, from\n%s", err, back.Refused, written)
		}
		l.Title = cmp.Or(l.Title, "Feeds")
		if got, want := sorted(back), sorted(l); got != want {
			t.Errorf("got back:\n%s\nwant:\n%s\nfrom\n%s", got, want, written)
		}
	})
}
