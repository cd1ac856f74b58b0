package feeds

import (
	"fmt"
	"strings"
	"testing"
)

// TestHostilePages reads or refuses what is made to hurt us. How long each may
// take is for the benchmark of the same documents to show.
func TestHostilePages(t *testing.T) {
	for name, h := range hostilePages() {
		t.Run(name, func(t *testing.T) {
			items, err := Parse(Document{Body: []byte(h.body())}, h.feed)
			if (err != nil) != (h.refused != "") || err != nil && !strings.Contains(Sentence(err), h.refused) {
				t.Errorf("%d items, %v, want %q", len(items), err, h.refused)
			}
		})
	}
}

func BenchmarkHostilePages(b *testing.B) {
	for name, h := range hostilePages() {
		b.Run(name, func(b *testing.B) {
			body := []byte(h.body())
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				Parse(Document{Body: body}, h.feed)
			}
		})
	}
}

type hostilePage struct {
	body    func() string
	feed    Feed
	refused string // a part of the sentence; "" when it is read
}

func hostilePages() map[string]hostilePage {
	page := func(s Selectors) Feed { return Feed{Kind: Page, Page: s} }
	link := page(Selectors{Item: "a"})
	many := func(s string, bytes int) func() string {
		return func() string { return "<html><a href=/x>x</a>" + strings.Repeat(s, bytes/len(s)) }
	}
	nested := func() string {
		return strings.Repeat("<div class=x>", 450) + strings.Repeat("<a href=/x>x</a><br>", 60_000)
	}
	return map[string]hostilePage{
		"14 MB of div":         {many("<div>", 14<<20), link, "elements"},
		"200,000 nested":       {many("<div>", 5*199_000), link, "512 deep"},
		"1 M attributes":       {func() string { return "<a " + attributes(1_000_000) + "href=/x>x" }, link, "4 MB"},
		"2 M links":            {many("<a href=/x>", 16<<20-100), link, "elements"},
		"190,000 links":        {many("<p><a href=/y>y", 190_000*15/2), link, ""},
		"15 MB of end tags":    {many("</p>", 15<<20), link, "tags"},
		"end tags in the deep": {func() string { return strings.Repeat("<div>", 500) + strings.Repeat("</b>", 990_000) }, link, "nothing"},
		"formatting reopened":  {func() string { return "<a href=/x>x</a>" + formats(480) + strings.Repeat("<p>x", 150_000) }, link, ""},
		"formatting in foreign": {func() string {
			return "<a href=/x>x</a><svg><title>" + formats(480) + "</title>" + formats(400) + strings.Repeat("<p>x", 150_000)
		}, link, ""},
		"bodies with attributes": {func() string {
			return "<a href=/x>x</a>" + strings.Repeat("<body a=1 b=2 c=3>", 100_000)
		}, link, ""},
		"pieces of text": {many("a</i>", 2_400_000), link, ""},
		"comments":       {many("<!---->", 6_500_000), link, ""},
		"one long text":  {many("x", 15<<20), link, "4 MB"},
		"one long title": {func() string { return "<a href=/x>" + strings.Repeat("x ", 1<<20) }, link, ""},
		"foster parents": {func() string {
			return "<a href=/x>x</a>" + strings.Repeat("<table>", 450) + strings.Repeat("x<tr>", 150_000)
		}, link, ""},
		"a deep descent": {nested, page(Selectors{Item: ".y .x .x .x .x .x .x a"}), "matches nothing"},
		"items in items": {nested, page(Selectors{Item: "div", Title: "h1", Date: "time"}), ""},
		"one date for all": {func() string {
			return "<h1>" + strings.Repeat("<i></i>x ", 60_000) + "</h1><ul>" + strings.Repeat("<li><a href=/x>x</a>", 40_000)
		}, page(Selectors{Item: "li", Date: "h1"}), ""},
		"siblings":          {nested, page(Selectors{Item: "b ~ a"}), "selector"},
		"contains":          {nested, page(Selectors{Item: "div:contains('y')"}), "selector"},
		"has":               {nested, page(Selectors{Item: "div:has(b)"}), "selector"},
		"nth":               {nested, page(Selectors{Item: "a:nth-last-child(100000n)"}), "selector"},
		"nested addresses":  {many("<url>", 10<<20), Feed{Kind: Sitemap}, "HTML"},
		"sitemap deep":      {func() string { return "<urlset>" + strings.Repeat("<url>", 2_000_000) }, Feed{Kind: Sitemap}, "deep"},
		"sitemap elements":  {func() string { return "<urlset>" + strings.Repeat("<a/>", 3_000_000) }, Feed{Kind: Sitemap}, "tags"},
		"sitemap attribute": {func() string { return "<urlset " + attributes(1_200_000) + "/>" }, Feed{Kind: Sitemap}, "1 MB"},
		"sitemap ampersand": {func() string { return "<urlset><url><loc>" + strings.Repeat("&", 14<<20) }, Feed{Kind: Sitemap}, "1 MB"},
		"sitemap full": {func() string {
			return "<urlset>" + strings.Repeat("<url><loc>https://a.example/x-y</loc><lastmod>2026-01-01</lastmod></url>", maxSitemap) + "</urlset>"
		}, Feed{Kind: Sitemap}, ""},
	}
}

// formats opens n formatting elements, no two alike.
func formats(n int) string {
	var out strings.Builder
	for i := range n {
		out.WriteString("<b id=b")
		out.WriteString(strings.Repeat("1", i))
		out.WriteString("></p>")
	}
	return out.String()
}

// attributes are n attributes, no two alike.
func attributes(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, "a%d='' ", i)
	}
	return out.String()
}
