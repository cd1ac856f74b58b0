package feeds

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestParseRefusesHostile feeds the documents that stop, or kill, a parser
// without a guard (each of them: minutes, gigabytes, or the process).
func TestParseRefusesHostile(t *testing.T) {
	rss := func(inside string) string {
		return `<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><item>` + inside
	}
	namespaces := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `<x%d:a xmlns:x%d="u%d">`, i, i, i)
		}
		return b.String()
	}
	var scope strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&scope, " xmlns:x%d='u'", i)
	}
	const mb = 1 << 20
	for name, test := range map[string]struct{ body, want string }{
		"deep elements":         {rss(strings.Repeat("<x:a>", 2*mb)), "its elements are nested more than 256 deep"},
		"deep namespaces":       {rss(namespaces(20_000)), "its elements are nested more than 256 deep"},
		"deep in a channel":     {"<rss><channel>" + strings.Repeat("<title>", 300), "its elements are nested more than 256 deep"},
		"items":                 {rss(strings.Repeat("<item/>", 2*mb)), "it has more than 20000 items"},
		"entries":               {"<feed>" + strings.Repeat("<entry/>", mb), "it has more than 20000 items"},
		"elements":              {rss(strings.Repeat("<x:a/>", 2*mb)), "it has more than 400000 elements"},
		"attributes":            {rss("<a" + strings.Repeat(` b=""`, 2*mb) + "/>"), "it has more than 1000000 attributes"},
		"bare attributes":       {rss("<a" + strings.Repeat(` b`, 4*mb) + "/>"), "it has more than 1000000 attributes"},
		"namespaces everywhere": {"<rss" + scope.String() + ">" + strings.Repeat("<a></a>", 50_000), "it has too many namespaces"},
		"text in pieces":        {rss("<x:a>" + strings.Repeat("x", mb) + strings.Repeat("x<![CDATA[x]]>", 50_000)), "its text is in too many pieces"},
		"text around elements":  {"<feed><x:a>" + strings.Repeat("x", mb) + strings.Repeat("x<b/>", 50_000), "its text is in too many pieces"},
		"text around comments":  {rss("<x:a>" + strings.Repeat("x", mb) + strings.Repeat("x<!---->", 50_000)), "its text is in too many pieces"},
		"HTML under a base":     {"<feed xml:base='http://a.example/'><entry><content type='html'><![CDATA[" + strings.Repeat("<li><b><i>", mb) + "]]>", "it has an xml:base and more than 2 MB of text"},
		"JSON items":            {`{"version":"https://jsonfeed.org/version/1","items":[` + strings.Repeat("{},", 4*mb), "it has more than 20000 items"},
		"JSON values":           {`{"items":[{"tags":[` + strings.Repeat(`"",`, 2*mb), "it has more than 400000 values"},
		"JSON arrays":           {`{"items":` + strings.Repeat("[", 5*mb), "its values are nested more than 256 deep"},
		"size":                  {rss(strings.Repeat("&", 16*mb)), "it is larger than 16 MB"},
		"behind a quote":        {rss(`<a b=">">` + strings.Repeat("<x:a>", 300)), "its elements are nested more than 256 deep"},
		"behind a CDATA":        {rss("<![CDATA[<!--]]>" + strings.Repeat("<x:a>", 300)), "its elements are nested more than 256 deep"},
		"behind a comment":      {rss("<!--<![CDATA[-->" + strings.Repeat("<x:a>", 300)), "its elements are nested more than 256 deep"},
		"behind a mistake":      {rss("</x></y>" + strings.Repeat("<x:a>", 300)), "its elements are nested more than 256 deep"},
		"behind control bytes":  {rss(strings.Repeat("<\x01x:a>", 300)), "its elements are nested more than 256 deep"},
	} {
		t.Run(name, func(t *testing.T) {
			if items, err := Parse(Document{Body: []byte(test.body)}, Feed{}); Sentence(err) != test.want {
				t.Errorf("%d items, %v, want %q", len(items), err, test.want)
			}
		})
	}
}

// TestParseSuffersHostile are documents that look worse than they are.
func TestParseSuffersHostile(t *testing.T) {
	laughs := `<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>`
	body := laughs + "<rss><channel><item><title>&b; &c;</title><description>" +
		strings.Repeat("<![CDATA[<div><b><p>]]>", 3_000) + "</description></item></channel></rss>"
	items, err := Parse(Document{Body: []byte(body)}, Feed{})
	if err != nil || len(items) != 1 || items[0].Title != "&b; &c;" || items[0].Summary != "" {
		t.Errorf("%+v, %v", items, err)
	}
}

// FuzzGuard holds the guard to its promise: what it has let pass is, to the
// decoder that reads it afterwards, no deeper and no more than it has counted.
func FuzzGuard(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*.xml")
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`<rss a='>' b=c d><!-- - --><![CDATA[]]]]><x:y/></z><?q ?></rss>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, doc, err := cutProlog(bytes.TrimSpace(toUTF8(body, "")), "")
		if err != nil {
			return
		}
		g := guard{doc: doc}
		g.run()
		if g.err != nil {
			return
		}
		elements, items, attributes, scopes, depth, deepest := 0, 0, 0, 0, 0, 0
		d := xml.NewDecoder(bytes.NewReader(doc))
		d.Strict = false
		d.CharsetReader = func(label string, r io.Reader) (io.Reader, error) {
			t.Errorf("the decoder is told to convert from %q", label)
			return r, nil
		}
		for {
			token, err := d.Token()
			if err != nil {
				break
			}
			switch token := token.(type) {
			case xml.StartElement:
				elements++
				attributes += len(token.Attr)
				if isItem([]byte(token.Name.Local)) {
					items++
				}
				for _, a := range token.Attr {
					if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
						scopes++
					}
				}
				depth++
				deepest = max(deepest, depth)
			case xml.EndElement:
				depth--
			}
		}
		if deepest > maxDepth || elements > g.elements || items > g.items || attributes > g.attributes || scopes > g.scopes {
			t.Errorf("the decoder sees depth %d, %d elements, %d items, %d attributes, %d namespaces; the guard %d, %d, %d, %d",
				deepest, elements, items, attributes, scopes, g.elements, g.items, g.attributes, g.scopes)
		}
	})
}
