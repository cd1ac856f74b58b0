package discover

import (
	"bytes"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attache/feeds"
	"attache/feeds/feedstest"
	"attache/feeds/tree"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestListGolden proposes selectors for the pages of feeds/testdata, and
// compares what they read with the file here.
func TestListGolden(t *testing.T) {
	pages, err := filepath.Glob("../testdata/page/*.html")
	if err != nil || len(pages) < 7 {
		t.Fatal(pages, err)
	}
	for _, path := range pages {
		name := filepath.Base(path)
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f := &finder{page: &url.URL{Scheme: "https", Host: "mid.example", Path: "/news/"}}
		if f.root, err = tree.Build(body); err != nil {
			t.Fatal(name, err)
		}
		f.read(feeds.Document{Body: body, URL: f.page.String()})
		var got bytes.Buffer
		for _, c := range f.report.Candidates {
			p := c.Page
			fmt.Fprintf(&got, "item %q link %q title %q date %q layout %q: %d items\n", p.Item, p.Link, p.Title, p.Date, p.Layout, c.Items)
			fmt.Fprintf(&got, "\t%s\n", strings.Join(append(c.Titles, c.Reasons...), "\n\t"))
		}
		fmt.Fprintln(&got, strings.Join(f.report.Notes, "\n"))
		golden := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s does not say so (-update writes it):\n%s", golden, got.Bytes())
		}
	}
}

const rss = `<rss version="2.0"><channel><title>t</title>
<item><title>Envoys meet again</title><link>https://mfa.example/3</link><pubDate>Fri, 31 Dec 1999 10:00:00 GMT</pubDate></item>
<item><title>Envoys meet</title><link>https://mfa.example/2</link><pubDate>Thu, 30 Dec 1999 10:00:00 GMT</pubDate></item></channel></rss>`

const newsMap = `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://mfa.example/3</loc><news:news><news:publication_date>1999-12-31</news:publication_date><news:title>Envoys meet again</news:title></news:news></url></urlset>`

// TestDiscover looks for the feeds of sites that have them in different places.
// It runs in a bubble, whose clock starts with the year 2000.
func TestDiscover(t *testing.T) {
	page := func(body string) feedstest.Page { return feedstest.Page{Body: body, Type: "text/html"} }
	list, err := os.ReadFile("../testdata/page/drupal.html")
	if err != nil {
		t.Fatal(err)
	}
	plain := page("<title>Ministry</title><p>Welcome.")
	for _, test := range []struct {
		name  string
		pages map[string]feedstest.Page
		want  string // of each candidate: name, kind, address, items
		most  int    // requests
	}{
		{"a feed", map[string]feedstest.Page{"/": {Body: rss}}, "mfa-example feed / 2", 1},
		{"a sitemap", map[string]feedstest.Page{"/": {Body: newsMap}}, "mfa-example sitemap / 1", 1},
		{"a link element", map[string]feedstest.Page{
			"/":    page(`<head><link rel="alternate stylesheet" type="text/css" href="/no"><link rel=alternate type="application/rss+xml" href="x"><link rel=alternate type="application/rss+xml" href="gone">`),
			"/x":   {Body: rss},
			"/rss": {Body: rss},
		}, "mfa-example feed /x 2", 3},
		{"a link", map[string]feedstest.Page{
			"/":      page(`<a href="/news">News</a> <a href="/en/x"><b>RSS</b></a> <a href="//user:pw@other.example/rss">x</a>`),
			"/en/x":  page(`<a href="/all.rss">all</a>`), // a page about feeds
			"/feed/": {Body: rss},
		}, "mfa-example feed /feed/ 2", 3},
		{"a usual path", map[string]feedstest.Page{"/": plain, "/atom.xml": {Body: `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>a</title></entry></feed>`}},
			"mfa-example feed /atom.xml 1", 6},
		{"every path leads home", map[string]feedstest.Page{"/": plain, "/feed/": {Status: 302, Header: map[string]string{"Location": "/"}}}, "", 13},
		{"robots.txt", map[string]feedstest.Page{"/": plain, "/robots.txt": {Type: "text/plain", Body: "User-agent: *\nDisallow:\nSitemap: http://mfa.example/all.xml\nSITEMAP : /index.xml.gz\n"},
			"/all.xml":          {Body: `<urlset><url><loc>https://mfa.example/about-the-ministry</loc></url></urlset>`},
			"/index.xml.gz":     {Body: `<sitemapindex><sitemap><loc>/tags.xml</loc></sitemap><sitemap><loc>http://mfa.example/sitemap-news.xml</loc></sitemap></sitemapindex>`},
			"/sitemap-news.xml": {Body: newsMap}},
			"mfa-example-2 sitemap /sitemap-news.xml 1; mfa-example sitemap /all.xml 1", 15},
		{"a dead feed and a list", map[string]feedstest.Page{"/": page(strings.Replace(string(list), "<head>", `<head><link rel=alternate type="application/atom+xml" href="/old">`, 1)),
			"/old": {Body: strings.ReplaceAll(rss, "1999", "1998")}},
			"mfa-example-2 page / 4; mfa-example feed /old 2", 13},
		{"a bot check", map[string]feedstest.Page{"/": page("<title>Just a moment...</title>")}, "", 12},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				web := feedstest.Start(t)
				for path, p := range test.pages {
					web.Set("mfa.example"+path, p)
				}
				transport := feeds.NewTransport(feeds.TransportOptions{})
				transport.DialContext = web.Dial
				defer transport.CloseIdleConnections()
				report, err := Discover(t.Context(), feeds.NewFetcher(transport, feeds.FetchOptions{}), "http://mfa.example/")
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, c := range report.Candidates {
					got = append(got, fmt.Sprintf("%s %s %s %d", c.Name, c.Kind, strings.TrimPrefix(c.URL, "http://mfa.example"), c.Items))
					if len(c.Reasons) == 0 || len(c.Titles) == 0 {
						t.Errorf("no reasons or titles: %+v", c)
					}
				}
				if strings.Join(got, "; ") != test.want {
					t.Errorf("found %q, want %q; %q", got, test.want, report.Notes)
				}
				manners(t, web.Requests(), test.most)
				if len(report.Candidates) == 0 && len(report.Notes) == 0 {
					t.Error("nothing is said")
				}
				if test.name == "a bot check" && report.Notes[0] != "The page itself: the site answers with a bot check." {
					t.Errorf("notes are %q", report.Notes)
				}
			})
		})
	}
}

// manners holds a search to what Discover promises to the site.
func manners(t *testing.T, requests []feedstest.Request, most int) {
	t.Helper()
	asked := map[string]bool{}
	for i, r := range requests {
		// where a redirect leads is asked for at once
		if i > 0 && r.At.Sub(requests[i-1].At) < time.Second && r.Address != "mfa.example/" {
			t.Errorf("%s is asked for %v after the one before", r.Address, r.At.Sub(requests[i-1].At))
		}
		if asked[r.Address] && r.Address != "mfa.example/" {
			t.Errorf("%s is asked for twice", r.Address)
		}
		asked[r.Address] = true
	}
	if len(requests) > most {
		t.Errorf("%d requests: %v", len(requests), asked)
	}
}

func TestDiscoverFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := feedstest.Start(t)
		transport := feeds.NewTransport(feeds.TransportOptions{})
		transport.DialContext = web.Dial
		defer transport.CloseIdleConnections()
		_, err := Discover(t.Context(), feeds.NewFetcher(transport, feeds.FetchOptions{}), "http://mfa.example/gone")
		if feeds.Sentence(err) != "the server answered 404" {
			t.Error(err)
		}
	})
}

func TestLasting(t *testing.T) {
	for name, want := range map[string]bool{
		"list1": true, "news-item": true, "views-row": true, "announce__link": true, "card-title": true, "rightListBox": true,
		"css-1q2w3e": false, "js-view-dom-id-4f1d2c9a": false, "Card_title__x9Kd2": false, "Card_title__xKdQz": false, "views-row-12": false,
		"sc-bdVaJa": false, "": false, "1st": false, "a:b": false, "md:flex": false, "2026": false,
	} {
		if got := lasting(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

// TestListHostile only has to come to an end.
func TestListHostile(t *testing.T) {
	for name, body := range map[string]string{
		"links":           strings.Repeat("<p><a href=/a-headline>A headline of some words</a> 12.10.2026", 90_000/2),
		"deep":            strings.Repeat("<div class='a b c d'>", 480) + strings.Repeat("<a href=/x>A headline of some words</a><br>", 50_000),
		"links in depths": strings.Repeat(strings.Repeat("<div class='a b c d'>", 100)+"<a href=/x>A headline of some words</a>"+strings.Repeat("</div>", 100), 1500),
	} {
		t.Run(name, func(t *testing.T) {
			f := &finder{page: &url.URL{Scheme: "https", Host: "mid.example", Path: "/news/"}}
			var err error
			if f.root, err = tree.Build([]byte(body)); err != nil {
				t.Fatal(err)
			}
			f.read(feeds.Document{Body: []byte(body), URL: f.page.String(), ContentType: "text/html; charset=utf-8"})
		})
	}
}

// TestOdd lets nothing of a page's choosing into a selector or a note.
func TestOdd(t *testing.T) {
	page := strings.Repeat("<x\u009b class=a><a href=/%d%0a>A headline of some words</a></x\u009b> ", 5)
	for i := range 5 {
		page = strings.Replace(page, "%d", fmt.Sprint(i), 1)
	}
	f := &finder{page: &url.URL{Scheme: "https", Host: "mid.example", Path: "/"}}
	f.root, _ = tree.Build([]byte(page))
	f.read(feeds.Document{Body: []byte(page), URL: f.page.String()})
	for _, c := range f.report.Candidates {
		if strings.Contains(c.Page.Item+c.Page.Link, "\u009b") {
			t.Errorf("it proposes %+v", c.Page)
		}
	}
	if len(f.report.Candidates) == 0 {
		t.Error("the list was not found at all")
	}
	if got := place("https://mid.example/a%0ab?key=k33p"); got != "mid.example/a%0ab" {
		t.Errorf("a place is %q", got)
	}
}

// FuzzLists takes any page for a list.
func FuzzLists(f *testing.F) {
	pages, _ := filepath.Glob("../testdata/page/*.html")
	for _, path := range pages {
		body, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		f := &finder{page: &url.URL{Scheme: "https", Host: "mid.example", Path: "/news/"}}
		var err error
		if f.root, err = tree.Build(body); err != nil {
			return
		}
		f.read(feeds.Document{Body: body, URL: f.page.String(), ContentType: "text/html; charset=utf-8"})
		for _, c := range f.report.Candidates {
			if c.Items < minItems || c.Page.Item == "" {
				t.Errorf("%+v", c)
			}
		}
	})
}
