package feeds

import (
	"bytes"
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"
)

// TestParseShapes reads items as odd, but honest programs write them.
func TestParseShapes(t *testing.T) {
	const (
		rss  = `<rss xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:a10="http://www.w3.org/2005/Atom"><channel><item>`
		atom = `<feed xmlns="http://www.w3.org/2005/Atom"><entry>`
		html = ` xmlns:h="http://www.w3.org/1999/xhtml"`
	)
	for name, test := range map[string]struct {
		doc  string
		want Item // only what is set is compared
	}{
		"a guid that is no address":       {rss + `<title>T</title><guid>abc123</guid>`, Item{Title: "T", GUID: "abc123"}},
		"a guid that is one":              {rss + `<title>T</title><guid>https://a.example/1</guid>`, Item{Title: "T", URL: "https://a.example/1"}},
		"an author as .NET has it":        {rss + `<title>T</title><a10:author><a10:name>Ada</a10:name></a10:author>`, Item{Title: "T", Author: "Ada"}},
		"an author as podcasts have it":   {rss + `<title>T</title><itunes:author>Ada</itunes:author>`, Item{Title: "T", Author: "Ada"}},
		"a relation with its whole name":  {atom + `<title>T</title><link rel="http://www.iana.org/assignments/relation/alternate" href="https://a.example/1"/>`, Item{Title: "T", URL: "https://a.example/1"}},
		"no link but to itself":           {atom + `<title>T</title><link rel="self" href="https://a.example/1"/>`, Item{Title: "T", URL: "https://a.example/1"}},
		"XHTML with a prefix":             {atom + `<title>T</title><summary type="xhtml"` + html + `><h:div><h:p>One</h:p><h:script>x()</h:script><h:p>Two</h:p></h:div></summary>`, Item{Title: "T", Summary: "One\nTwo"}},
		"base64 of Atom 1.0":              {atom + `<title type="application/octet-stream">VA==</title>`, Item{Title: "T"}},
		"a JSON item that points away":    {`{"items":[{"id":"1","title":"T","external_url":"https://a.example/1"}]}`, Item{Title: "T", URL: "https://a.example/1"}},
		"a brace in a warning before XML": {"warning {main} in feed.php\n" + rss + `<title>T</title>`, Item{Title: "T"}},
	} {
		switch {
		case strings.Contains(test.doc, "<item>"):
			test.doc += "</item></channel></rss>"
		case strings.Contains(test.doc, "<entry>"):
			test.doc += "</entry></feed>"
		}
		items, err := Parse(Document{Body: []byte(test.doc), URL: "https://base.example/feed"}, Feed{})
		if err != nil || len(items) != 1 {
			t.Errorf("%s: %+v, %v", name, items, err)
			continue
		}
		got := Item{Title: items[0].Title, URL: items[0].URL, Author: items[0].Author, Summary: items[0].Summary}
		if test.want.GUID != "" {
			got.GUID = items[0].GUID
		}
		if got.Title != test.want.Title || got.URL != test.want.URL || got.Author != test.want.Author ||
			got.Summary != test.want.Summary || got.GUID != test.want.GUID {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

// wants skips a test for want of something, which the full tests do not want.
func wants(t *testing.T, why ...any) {
	t.Helper()
	if os.Getenv("ATTACHE_TEST_FULL") == "1" {
		t.Fatal(why...)
	}
	t.Skip(why...)
}

// TestParseAsGofeed finds in gofeed's own test documents all that it finds
// there. They are read where Go keeps modules.
func TestParseAsGofeed(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/mmcdole/gofeed").Output()
	if err != nil {
		wants(t, "gofeed's own tests are not to be had: ", err)
	}
	documents, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "testdata", "*", "*", "*.xml"))
	if err != nil || len(documents) == 0 {
		wants(t, "gofeed came without its tests")
	}
	for _, path := range documents {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := gofeed.NewParser().Parse(bytes.NewReader(body))
		if err != nil || len(want.Items) == 0 {
			continue
		}
		name := filepath.Base(path)
		got, _, err := read(body, "")
		if err != nil {
			if strings.Contains(string(body), "encoding=") {
				continue // that is for another room
			}
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(got.Items) != len(want.Items) {
			t.Errorf("%s: %d items, gofeed has %d", name, len(got.Items), len(want.Items))
			continue
		}
		for i, w := range want.Items {
			g := got.Items[i]
			for field, pair := range map[string][2]string{
				"title": {g.Title, w.Title}, "link": {g.Link, w.Link}, "description": {g.Description, w.Description},
				"content": {g.Content, w.Content}, "published": {cmp.Or(extension(g, "dcterms", "issued"), extension(g, "dcterms", "date"), extension(g, "dcterms", "created"), extension(g, "dcterms", "modified")), w.Published},
				"updated": {cmp.Or(extension(g, "dcterms", "modified"), extension(g, "dcterms", "date")), w.Updated},
				"author":  {names(g.Authors), names(w.Authors)},
			} {
				known := name == "issue_275_extensions_and_source.xml" && field == "content" // base64 of no known type
				if g, w := text(pair[0], maxText), text(pair[1], maxText); w != "" && g != w && !known {
					t.Errorf("%s: %s %q, gofeed has %q", name, field, g, w)
				}
			}
		}
	}
}

// TestParseForged lets somebody who writes one item's text write no other.
func TestParseForged(t *testing.T) {
	const forged = "</description></item><item><title>Forged</title><link>https://evil.example/</link><description>"
	for name, text := range map[string]string{
		"escaped":              strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(forged),
		"in CDATA":             "<![CDATA[" + forged + "]]>",
		"in CDATA of CDATA":    "<![CDATA[<![CDATA[" + forged + "]]>",
		"behind text of CDATA": "<![CDATA[x" + forged + "<![CDATA[" + "]]>",
		"in a comment":         "<!--" + forged + "-->",
		"in a quote":           `<![CDATA[<a title="]]>x<![CDATA[` + forged + `">]]>`,
	} {
		doc := "<rss><channel><item><title>Real</title><description>" + text + "</description></item></channel></rss>"
		items, err := Parse(Document{Body: []byte(doc)}, Feed{})
		if err != nil || len(items) != 1 || items[0].Title != "Real" || items[0].URL != "" {
			t.Errorf("%s: %+v, %v", name, items, err)
		}
	}
	doc := `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Real</title><summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
		<details><summary>More</summary></details><title>Forged</title><link href="https://evil.example/"/><entry><title>Forged</title></entry> words</div></summary></entry></feed>`
	items, err := Parse(Document{Body: []byte(doc)}, Feed{})
	if err != nil || len(items) != 1 || items[0].Title != "Real" || items[0].URL != "" || !strings.HasSuffix(items[0].Summary, "words") {
		t.Errorf("in XHTML: %+v, %v", items, err)
	}
}
