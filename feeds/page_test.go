package feeds

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
)

// lists are the pages of testdata and how they are read.
var lists = map[string]Selectors{
	"china":  {Item: "ul.list1 li", Date: "ul.list1 li"},
	"russia": {Item: ".announce", Date: "time"},
	"table":  {Item: "table.meldungen tr", Date: "td:first-child"},
	"drupal": {Item: ".views-row", Link: "h3 a", Date: ".views-field-created"},
	"japan":  {Item: "dl.title-list li", Date: "dt"},
	"arabic": {Item: ".card", Title: ".card-title", Date: "small", Layout: "02/01/2006"},
}

// TestPageGolden reads each page of testdata, and compares what it says with
// the file beside it.
func TestPageGolden(t *testing.T) {
	for name, selectors := range lists {
		source, err := readPage(written(t, "page/"+name+".html"), selectors)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		golden(t, "testdata/page/"+name+".html.golden", source)
	}
}

// written reads a file of testdata.
func written(tb testing.TB, name string) []byte {
	tb.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
	if err != nil {
		tb.Fatal(err)
	}
	return body
}

// golden compares items before the normaliser with a file: date, title, link.
func golden(t *testing.T, file string, source *gofeed.Feed) {
	t.Helper()
	var got bytes.Buffer
	fmt.Fprintln(&got, "language:", source.Language)
	for _, it := range source.Items {
		fmt.Fprintf(&got, "%s | %s | %s", it.Published, it.Title, it.Link)
		if it.DublinCoreExt != nil {
			fmt.Fprint(&got, " | ", it.DublinCoreExt.Language)
		}
		if it.Categories != nil {
			fmt.Fprintf(&got, " | %q", it.Categories)
		}
		fmt.Fprintln(&got)
	}
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s does not say so (-update writes it):\n%s", file, got.Bytes())
	}
}

func TestPageFails(t *testing.T) {
	list := `<ul><li><a href="#x">a</a><li><a href="javascript:void(0)">b</a></ul>`
	for _, test := range []struct {
		page      string
		selectors Selectors
		want      string
		nothing   bool
	}{
		{list, Selectors{}, "it is a page, and has no selector for its items", false},
		{list, Selectors{Item: "li["}, `its item selector "li[" is not CSS: `, false},
		{list, Selectors{Item: "li", Date: "::before"}, `its date selector "::before" is not CSS: `, false},
		{list, Selectors{Item: "ul.list1 li"}, `its selector "ul.list1 li" matches nothing`, true},
		{list, Selectors{Item: "li"}, `none of the items of its selector "li" has a link`, false},
		{"<b>" + strings.Repeat("<div>", 600), Selectors{Item: "li"}, "its elements are nested more than 512 deep", false},
		{"", Selectors{Item: "li"}, "it is not an HTML page", true},
		{string(written(t, "page/shell.html")), Selectors{Item: "li"}, `its selector "li" matches nothing: the page has no text before a script fills it`, true},
		{"<html><title>Just a moment...</title><script>window._cf_chl_opt={}</script>", Selectors{Item: "li"}, "the site answers with a bot check", true},
	} {
		_, err := Parse(Document{Body: []byte(test.page)}, Feed{Kind: Page, Page: test.selectors})
		said := Sentence(err)
		if strings.HasSuffix(test.want, ": ") { // and what cascadia says
			said = said[:min(len(said), len(test.want))]
		}
		if err == nil || said != test.want || errors.Is(err, errNothing) != test.nothing {
			t.Errorf("%.60s with %+v: %v, want %q", test.page, test.selectors, err, test.want)
		}
	}
}

// TestPageParts reads one item in many ways.
func TestPageParts(t *testing.T) {
	for page, want := range map[string]string{
		`<li><a href=/a title=t> A  <b>b</b>
			c</a>`: "/a | A b c | ",
		`<li><a href=/a title="A b"><img src=x></a>`:                                      "/a | A b | ",
		`<li><a href=/a aria-label="A b"></a>`:                                            "/a | A b | ",
		`<li><a href=/a><span><img alt="A b"></span></a>`:                                 "/a | A b | ",
		`<li><a href=/a>1 &lt; 2 &amp;amp; 3</a>`:                                         "/a | 1 < 2 &amp; 3 | ",
		`<li><a href=/a>x<script>y</script><style>z</style></a>`:                          "/a | x | ",
		`<li><a href=#top>up</a> <a href=" /a ">A</a>`:                                    "/a | A | ",
		`<li><a href=/a></a><a href=/b>B</a>`:                                             "/a |  | ",
		`<li><a href=/a><img></a><li><a href=/a>A</a>`:                                    "/a | A | ",
		`<base href="https://b.example/x/"><base href="/no/"><li><a href=a>A</a>`:         "https://b.example/x/a | A | ",
		`<base href="/x/"><li><a href=a>A</a>`:                                            "/x/a | A | ",
		`<base href="x/"><li><a href=a>A</a>`:                                             "a | A | ",
		`<li><a href=/a>A</a><i class=d title="12 May 2026">2 days ago</i>`:               "/a | A | 12 May 2026",
		`<li><a href=/a>A</a><i class=d title="published">【12 May 2026】</i>`:              "/a | A | 12 May 2026",
		`<li><a href=/a>A</a><meta class=d content="2026-05-12">`:                         "/a | A | 2026-05-12",
		`<li class=d>[12/05/2026] <a href=/a>A</a>`:                                       "/a | A | 12/05/2026",
		`<h3 class=d>12 May</h3><ul><li><a href=/a>A</a></ul>`:                            "/a | A | 12 May",
		`<header><p class=d>13 May</p></header><ul><li><a href=/a>A</a></ul>`:             "/a | A | ",
		`<h3 class=d>12 May</h3><ul><li><i class=d>11 May</i><a href=/a>A</a></ul>`:       "/a | A | 11 May",
		`<h3 class=d>12 May</h3><ul><li><ul><li><a href=/a>A</a></ul></ul>`:               "/a | A | 12 May",
		`<ul><li><i class=d>11 May</i><a href=/b>B</a><ul><li><a href=/a>A</a></ul></ul>`: "/b | B | 11 May; /a | A | ",
	} {
		source, err := readPage([]byte(page), Selectors{Item: "li", Date: ".d"})
		if err != nil {
			t.Errorf("%s: %v", page, err)
			continue
		}
		var got []string
		for _, it := range source.Items {
			got = append(got, fmt.Sprintf("%s | %s | %s", it.Link, html.UnescapeString(it.Title), it.Published))
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%s\nis read as %q, want %q", page, got, want)
		}
	}
	source, err := readPage([]byte("<a class=x href=/a>A</a><a class=x href=/b>B</a>"), Selectors{Item: "a.x"})
	if err != nil || len(source.Items) != 2 || source.Items[1].Link != "/b" {
		t.Errorf("items that are links: %v, %v", source, err)
	}
}

// TestPageTwice holds a page to the rules of identity: an item keeps its key
// when the words around it change.
func TestPageTwice(t *testing.T) {
	key := func(page string) string {
		items, err := Parse(Document{Body: []byte(page), URL: "https://mfa.example/news/"}, Feed{Kind: Page, Page: Selectors{Item: "li"}})
		if err != nil || len(items) != 1 {
			t.Fatal(items, err)
		}
		return items[0].ID
	}
	a, b := key(`<li><a href="t1.html">A statement</a>`), key(`<li><a href="http://mfa.example/news/t1.html?utm_source=list">A Statement (corrected)</a>`)
	if a != b || a != "link:mfa.example/news/t1.html" {
		t.Errorf("keys are %q and %q", a, b)
	}
}

func FuzzPage(f *testing.F) {
	for name, s := range lists {
		f.Add(written(f, "page/"+name+".html"), s.Item, s.Link, s.Title, s.Date)
	}
	f.Add([]byte("<table><b><td></b><svg><title><b>x"), "a:has(b) ~ c, d", "", "*", "td:nth-child(2n+1)")
	f.Fuzz(func(t *testing.T, body []byte, item, link, title, date string) {
		items, err := Parse(Document{Body: body, URL: "https://base.example/news/"},
			Feed{Kind: Page, Page: Selectors{Item: item, Link: link, Title: title, Date: date}})
		if err == nil && len(items) > maxPageItems {
			t.Errorf("%d items", len(items))
		}
		for _, it := range items {
			check(t, it)
		}
	})
}

// TestPageDates reads dates in the zone and the order that the config says.
func TestPageDates(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"(2020-10-12)":                          "2020-10-11T22:00:00Z",
		"12 октября 2020 18:40":                 "2020-10-12T16:40:00Z",
		"2020年10月12日":                           "2020-10-11T22:00:00Z",
		"05/10/2020":                            "2020-10-04T22:00:00Z", // by the layout
		"<time datetime=2020-10-12T07:00:00Z>x": "2020-10-12T07:00:00Z",
		"two days ago":                          "0001-01-01T00:00:00Z",
	} {
		page := "<li><a href=/a>A statement</a> <span>" + text + "</span>"
		items, err := Parse(Document{Body: []byte(page), URL: "https://mfa.example/"},
			Feed{Kind: Page, Zone: paris, Page: Selectors{Item: "li", Date: "time, span", Layout: "02/01/2006"}})
		if err != nil || len(items) != 1 || items[0].Published.Format(time.RFC3339) != want {
			t.Errorf("%s: %+v, %v, want %s", text, items, err, want)
		}
	}
}
