package feeds

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestSitemapGolden(t *testing.T) {
	for _, name := range []string{"news", "plain"} {
		source, whole, err := readSitemap(written(t, "sitemap/"+name+".xml"))
		if err != nil || !whole {
			t.Errorf("%s: whole: %v; %v", name, whole, err)
			continue
		}
		golden(t, "testdata/sitemap/"+name+".xml.golden", source)
	}
}

func TestSitemapFails(t *testing.T) {
	for doc, want := range map[string]string{
		"":                                     "it is not a sitemap",
		"nothing here":                         "it is not a sitemap",
		"<rss><channel/></rss>":                `it is a feed, not a sitemap: set kind = "feed"`,
		"<feed xmlns='a'/>":                    `it is a feed, not a sitemap: set kind = "feed"`,
		"<!doctype html><html><p>":             "it is HTML, not a sitemap",
		"<opml/>":                              "it is no sitemap: it begins with <opml>",
		"<sitemapindex/>":                      "it is an index of sitemaps, and names none",
		"<urlset><url><l":                      "it breaks off before the end of its first address",
		"<urlset>" + strings.Repeat("<a>", 20): "its elements are nested more than 16 deep",
		"<urlset>" + strings.Repeat("<url><loc>/a</loc></url>", maxSitemap+1): "it has more than 50000 addresses",
		"<html><title>Just a moment...</title>":                               "the site answers with a bot check",
		"<urlset>" + strings.Repeat("<a/>", maxSitemapTags+1) + "</urlset>":   "it has more than 1500000 tags and pieces of text",
	} {
		_, err := Parse(Document{Body: []byte(doc)}, Feed{Kind: Sitemap})
		if Sentence(err) != want {
			t.Errorf("%.60s: %v, want %q", doc, err, want)
		}
	}
}

func TestSitemapIndex(t *testing.T) {
	_, err := Parse(Document{Body: written(t, "sitemap/index.xml")}, Feed{Kind: Sitemap})
	want := "it is an index of sitemaps: use one of them, such as courier.example/sitemap-news.xml, courier.example/sitemap-pages.xml, courier.example/sitemap-2025.xml"
	if Sentence(err) != want {
		t.Errorf("%v, want %q", err, want)
	}
	index, ok := errors.AsType[*IndexError](err)
	if !ok || len(index.Sitemaps) != 4 || index.Sitemaps[0] != "https://courier.example/sitemap-news.xml?key=k33p" {
		t.Errorf("the index is %+v", index)
	}
}

// TestSitemapBroken reads what is there of a sitemap, whatever broke it.
func TestSitemapBroken(t *testing.T) {
	for doc, want := range map[string]string{
		"<urlset><url><loc>/a</loc></url><url><loc>/b</loc>":                               "/a",
		"<urlset><url><loc>/a</loc></url><url><loc>/b</lo":                                 "/a",
		"<URLSET><URL><LOC>/a</LOC></URL></URLSET>":                                        "/a",
		"<urlset><url><loc>/a?b=1&c=2</loc></url></urlset>":                                "/a?b=1&c=2",
		"<urlset><url><loc>/a</loc></x></url></urlset>":                                    "/a",
		"<urlset><url><loc>/a</url><url><loc>/b</loc></url></urlset>":                      "/b",
		"<urlset><url><loc>/a</loc><lastmod>soon</lastmod></url></urlset>":                 "/a",
		"<x:urlset xmlns:x='y'><x:url><x:loc><![CDATA[/a]]></x:loc></x:url></x:urlset>":    "/a",
		"<urlset><url><loc>/a</loc><image><loc>/no</loc></image></url></urlset>":           "/a",
		"<urlset><url><loc>/a</loc><image:image><image:loc>/no</image:loc></url></urlset>": "/a",
	} {
		source, _, err := readSitemap([]byte(doc))
		if err != nil || len(source.Items) != 1 || source.Items[0].Link != want {
			t.Errorf("%s: %v, %v", doc, source, err)
		}
	}
}

// TestSitemapNewest keeps the latest of many, wherever they stand.
func TestSitemapNewest(t *testing.T) {
	var doc strings.Builder
	doc.WriteString("<urlset>")
	for i := range maxSitemapItems + 500 {
		fmt.Fprintf(&doc, "<url><loc>/%d</loc><lastmod>2026-01-01T%02d:%02d:%02dZ</lastmod></url>", i, i/3600, i/60%60, i%60)
	}
	source, _, err := readSitemap([]byte(doc.String() + "</urlset>"))
	if err != nil || len(source.Items) != maxSitemapItems || source.Items[0].Link != "/2499" || source.Items[maxSitemapItems-1].Link != "/500" {
		t.Error(len(source.Items), err)
	}
}

func TestSlug(t *testing.T) {
	for link, want := range map[string]string{
		"https://a.example/x/iran-talks-resume-in-geneva":         "iran talks resume in geneva",
		"https://a.example/x/iran_talks_resume.html":              "iran talks resume",
		"https://a.example/iran-talks-resume/12345":               "iran talks resume",
		"https://a.example/iran-talks-resume/?a=b-c":              "iran talks resume",
		"https://a.example/%D0%BF%D0%BE%D1%81%D0%BE%D0%BB-%D0%B2": "посол в",
		"https://a.example/2026-10-12":                            "",
		"https://a.example/news":                                  "",
		"https://a.example/":                                      "",
		"http://[":                                                "",
	} {
		if got := slug(link); got != want {
			t.Errorf("%s: %q, want %q", link, got, want)
		}
	}
}

func FuzzSitemap(f *testing.F) {
	for _, name := range []string{"news", "plain", "index"} {
		f.Add(written(f, "sitemap/"+name+".xml"))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		items, err := Parse(Document{Body: body, URL: "https://base.example/sitemap.xml"}, Feed{Kind: Sitemap})
		if err == nil && len(items) > maxSitemapItems {
			t.Errorf("%d items", len(items))
		}
		for _, it := range items {
			check(t, it)
		}
	})
}

// TestSitemapCategories keeps keywords within the limit of an item.
func TestSitemapCategories(t *testing.T) {
	doc := "<urlset><url><loc>/a</loc><news><keywords>" + strings.Repeat("a,", 100) + "b, c&lt;d</keywords></news></url></urlset>"
	source, _, err := readSitemap([]byte(doc))
	if err != nil || len(source.Items[0].Categories) != maxCategories || slices.Contains(source.Items[0].Categories, "") {
		t.Error(source, err)
	}
}
