package feeds

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mmcdole/gofeed"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestParseGolden reads each document of testdata and compares its items, as
// `feed parse --json` prints them, with the file beside it.
func TestParseGolden(t *testing.T) {
	documents, err := filepath.Glob("testdata/*.*ml")
	if err != nil {
		t.Fatal(err)
	}
	more, _ := filepath.Glob("testdata/*.json")
	for _, path := range append(documents, more...) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			body, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			items, err := Parse(Document{Body: body, URL: "https://base.example/feeds/all"},
				Feed{Name: "example", Outlet: "Example", Tier: Official, Lang: "la"})
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			e := json.NewEncoder(&got)
			e.SetEscapeHTML(false)
			e.SetIndent("", "\t")
			for _, item := range items {
				if err := e.Encode(item); err != nil {
					t.Fatal(err)
				}
			}
			golden := path + ".golden"
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
		})
	}
}

func TestParseFails(t *testing.T) {
	for _, test := range []struct{ body, contentType, want string }{
		{"", "", "the document is empty"},
		{" \n\uFEFF", "", "it is not a feed"},
		{"service unavailable", "text/plain", "it is not a feed"},
		{"<!DOCTYPE html><html><body><br>", "", "it is HTML, not a feed"},
		{"<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"><title>x</title>", "", "it is HTML, not a feed"},
		{"Please enable JavaScript", "text/html; charset=utf-8", "it is HTML, not a feed"},
		{"<!-- x --><urlset><url/></urlset>", "", "it is XML, but not a feed: it begins with <urlset>"},
		{`{"error":"no"}`, "", "it is JSON, but not a feed"},
		{`{"items":[{"id":"1"`, "", "it breaks off before the end of its first item"},
		{"<rss><channel><ite", "", "it breaks off before the end of its first item"},
		{"<feed><entry>", "", "it breaks off before the end of its first item"},
	} {
		_, err := Parse(Document{Body: []byte(test.body), ContentType: test.contentType}, Feed{Name: "desk"})
		if err == nil || err.Error() != "feeds: parse desk: "+test.want || Sentence(err) != test.want {
			t.Errorf("%q: %v, want %q", test.body, err, test.want)
		}
	}
}

func TestParseCharset(t *testing.T) {
	const title = "Посол отозван"
	doc := func(declaration string) string {
		return declaration + "<rss><channel><item><title>" + title + "</title></item></channel></rss>"
	}
	cyrillic := func(s string) string {
		out, err := charmap.Windows1251.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(doc("<?xml version='1.0' encoding='utf-16'?>"))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ body, contentType string }{
		"nothing said":            {doc(""), ""},
		"declared":                {cyrillic(doc(`<?xml version="1.0" encoding="windows-1251"?>`)), ""},
		"declared with junk":      {"\n junk " + cyrillic(doc(`<?xml version='1.0' encoding = 'CP1251' ?>`)), ""},
		"in the header":           {cyrillic(doc("")), `text/xml; charset="windows-1251"`},
		"header against document": {cyrillic(doc(`<?xml version="1.0" encoding="windows-1251"?>`)), "text/xml; charset=utf-8"},
		"mark against header":     {"\uFEFF" + doc(""), "text/xml; charset=koi8-r"},
		"UTF-16":                  {wide, ""},
		"no UTF-16 at all":        {doc(`<?xml version="1.0" encoding="UTF-16"?>`), ""},
		"nobody's encoding":       {doc(`<?xml version="1.0" encoding="x-klingon"?>`), ""},
		"XML 1.1":                 {doc(`<?xml version="1.1" encoding="utf-8"?>`), ""},
		"control characters":      {strings.ReplaceAll(doc(""), "По", "П\x00\x0Bо"), ""},
	} {
		items, err := Parse(Document{Body: []byte(test.body), ContentType: test.contentType}, Feed{})
		if err != nil || len(items) != 1 || items[0].Title != title {
			t.Errorf("%s: %+v, %v", name, items, err)
		}
	}
}

func TestParseLinks(t *testing.T) {
	for ref, want := range map[string]string{
		"https://a.example/x?b=1&amp;c=2#d": "https://a.example/x?b=1&c=2#d",
		"HTTP://A.example/":                 "http://A.example/",
		"/x":                                "https://base.example/x",
		"x":                                 "https://base.example/feeds/x",
		"//other.example/x":                 "https://other.example/x",
		" \n /x\n ":                         "https://base.example/x",
		"https://un.example@evil.example/":  "https://evil.example/",
		"https://пример.example/путь":       "https://xn--e1afmkfd.example/%D0%BF%D1%83%D1%82%D1%8C",
		"javascript:alert(1)":               "",
		"data:text/html,x":                  "",
		"ftp://a.example/":                  "",
		"mailto:a@a.example":                "",
		"https://":                          "",
		"http://[::1":                       "",
		"/" + strings.Repeat("x", maxLink):  "",
	} {
		body := "<rss><channel><item><title>t</title><link>" + ref + "</link></item></channel></rss>"
		items, err := Parse(Document{Body: []byte(body), URL: "https://base.example/feeds/all"}, Feed{})
		if err != nil || len(items) != 1 || items[0].URL != want {
			t.Errorf("%.60q: %+v, %v, want %q", ref, items, err, want)
		}
	}
}

func TestParseLimits(t *testing.T) {
	long := strings.Repeat("é ", 30_000)
	body := "<rss><channel><item><title>" + long + "</title><description>" + long + "</description>" +
		"<encoded xmlns='http://purl.org/rss/1.0/modules/content/'>&lt;p>" + long + "</encoded>" +
		"<guid>" + long + "</guid><author>" + long + "</author>" + strings.Repeat("<category>"+long[:500]+"</category>", 3) +
		"</item></channel></rss>"
	items, err := Parse(Document{Body: []byte(body)}, Feed{})
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	it := items[0]
	for _, part := range []struct {
		name, text string
		want       int
	}{{"title", it.Title, maxTitle}, {"summary", it.Summary, maxSummary}, {"body", it.Body, maxText}, {"author", it.Author, maxWord}} {
		if got := len([]rune(part.text)); got != part.want-1 { // the last one would be a space
			t.Errorf("the %s has %d graphemes", part.name, got)
		}
	}
	if !strings.HasPrefix(it.GUID, "sha256:") || len(it.Categories) != 1 {
		t.Errorf("guid %q, %d categories", it.GUID, len(it.Categories))
	}
	if _, err := Parse(Document{Body: make([]byte, maxBody+1)}, Feed{}); Sentence(err) != "it is larger than 16 MB" {
		t.Error(err)
	}
}

func TestParseDates(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Second)
	for text, want := range map[string]time.Time{
		"Mon, 16 Nov 2026 10:07:00 +0100":            time.Date(2026, 11, 16, 9, 7, 0, 0, time.UTC),
		"2026-11-16T10:07:00Z":                       time.Date(2026, 11, 16, 10, 7, 0, 0, time.UTC),
		now.Add(25 * time.Hour).Format(time.RFC3339): {},
		"0000-01-01T00:00:00+14:00":                  {},
		"yesterday":                                  {},
		"":                                           {},
	} {
		body := "<rss><channel><item><title>t</title><pubDate>" + text + "</pubDate></item></channel></rss>"
		items, err := Parse(Document{Body: []byte(body)}, Feed{})
		if err != nil || len(items) != 1 || !items[0].Published.Equal(want) {
			t.Errorf("%q: %+v, %v", text, items, err)
		}
	}
}

// TestParseToCome reads a date in the near future as now.
func TestParseToCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := "<rss><channel><item><title>t</title><pubDate>" + time.Now().Add(23*time.Hour).Format(time.RFC3339) + "</pubDate></item></channel></rss>"
		items, err := Parse(Document{Body: []byte(body)}, Feed{})
		if err != nil || len(items) != 1 || !items[0].Published.Equal(time.Now()) {
			t.Errorf("%+v, %v", items, err)
		}
	})
}

func TestParseOrder(t *testing.T) {
	item := func(title, date string) string { return "<item><title>" + title + "</title>" + date + "</item>" }
	first, second := "<pubDate>Mon, 16 Nov 2020 10:00:00 GMT</pubDate>", "<pubDate>Mon, 16 Nov 2020 11:00:00 GMT</pubDate>"
	for _, test := range []struct{ items, want string }{
		{item("c", second) + item("b", first) + item("a", first), "abc"},
		{item("b", first) + item("c", second) + item("a", first), "abc"},
		{item("c", "") + item("b", second) + item("a", ""), "abc"}, // as the document has them
	} {
		items, err := Parse(Document{Body: []byte("<rss><channel>" + test.items + "</channel></rss>")}, Feed{})
		var got strings.Builder
		for _, it := range items {
			got.WriteString(it.Title)
		}
		if err != nil || got.String() != test.want {
			t.Errorf("%s is read as %s, %v", test.items, got.String(), err)
		}
	}
}

// TestParseTruncated cuts a document at every byte: the items whose end is
// there are read.
func TestParseTruncated(t *testing.T) {
	for _, test := range []struct{ body, end string }{
		{`<rss version="2.0"><channel><title>t</title><item><title>a</title></item> <item><title>b<![CDATA[</item>]]></title></item><item/></channel></rss>`, "</item>"},
		{`<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>a</a:title></a:entry><a:entry><a:title>b</a:title></a:entry></a:feed>`, "</a:entry>"},
		{`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>t</title></channel><item><title>a</title></item><item><title>b</title></item></rdf:RDF>`, "</item>"},
	} {
		for n := range test.body {
			body := test.body[:n]
			before, _, _ := strings.Cut(body, "<![CDATA[")
			if _, behind, ok := strings.Cut(body, "]]>"); ok {
				before += behind
			}
			want := strings.Count(before, strings.TrimSuffix(test.end, ">"))
			items, whole, err := parse(t.Context(), Document{Body: []byte(body)}, Feed{})
			inEnd := n > strings.LastIndex(test.body, "</")+2
			if len(items) != want || whole && !inEnd || (err == nil) != (want > 0) {
				t.Fatalf("%s: %d items, want %d; whole: %v; %v", body, len(items), want, whole, err)
			}
		}
		if _, whole, err := parse(t.Context(), Document{Body: []byte(test.body)}, Feed{}); !whole || err != nil {
			t.Errorf("%s: whole: %v; %v", test.body, whole, err)
		}
	}
}

// captured are documents as publishers served them; they are not ours to keep.
func captured(tb testing.TB) map[string][]byte {
	paths, _ := filepath.Glob("../../shared/data/feeds/*.xml")
	if len(paths) == 0 {
		if os.Getenv("ATTACHE_TEST_FULL") == "1" {
			tb.Fatal("the captured feeds are not at ../shared/data/feeds")
		}
		tb.Skip("left out: the captured feeds are not at ../shared/data/feeds")
	}
	documents := map[string][]byte{}
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		documents[filepath.Base(path)] = body
	}
	return documents
}

func TestParseCaptured(t *testing.T) {
	for name, body := range captured(t) {
		items, whole, err := parse(t.Context(), Document{Body: body}, Feed{Name: name})
		if err != nil || !whole || len(items) == 0 {
			t.Errorf("%s: %d items; whole: %v; %v", name, len(items), whole, err)
		}
		for _, it := range items {
			check(t, it)
		}
	}
}

// check holds an item to what its doc comment says.
func check(t *testing.T, it Item) {
	t.Helper()
	for _, s := range []string{it.Title, it.Summary, it.Body, it.Author} {
		if s != plain(s) {
			t.Errorf("%q is not plain", s)
		}
	}
	if strings.Contains(it.Title, "\n") || it.Title == "" && it.URL == "" {
		t.Errorf("title is %q", it.Title)
	}
	if it.URL != "" && !strings.HasPrefix(it.URL, "http://") && !strings.HasPrefix(it.URL, "https://") {
		t.Errorf("url is %q", it.URL)
	}
	if it.ID != it.Keys()[0] {
		t.Errorf("id is %q, keys are %q", it.ID, it.Keys())
	}
	if _, err := json.Marshal(it); err != nil {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*.*ml")
	more, _ := filepath.Glob("testdata/*.json")
	for _, path := range append(paths, more...) {
		body, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body, "text/xml; charset=windows-1251")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		items, err := Parse(Document{Body: body, ContentType: contentType, URL: "https://base.example/feed"}, Feed{})
		if err != nil && Sentence(err) == "it trips the parser" {
			t.Error(err)
		}
		for _, it := range items {
			check(t, it)
		}
	})
}

// BenchmarkParse reads all captured feeds, by us and by gofeed alone, taking
// turns, and tells our speed in parts of gofeed's: a machine is seldom alone.
func BenchmarkParse(b *testing.B) {
	documents := captured(b)
	total := 0
	for _, body := range documents {
		total += len(body)
	}
	b.SetBytes(int64(total))
	b.ReportAllocs()
	var ours, theirs time.Duration
	for b.Loop() {
		start := time.Now()
		for name, body := range documents {
			if _, err := Parse(Document{Body: body}, Feed{}); err != nil {
				b.Fatal(name, err)
			}
		}
		ours += time.Since(start)
		b.StopTimer()
		start = time.Now()
		for name, body := range documents {
			if _, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err != nil {
				b.Fatal(name, err)
			}
		}
		theirs += time.Since(start)
		b.StartTimer()
	}
	b.ReportMetric(float64(theirs)/float64(ours), "of-gofeed")
}
