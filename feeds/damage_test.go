package feeds

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// damage is one way in which servers break a feed. It returns nil where a
// document has nothing to break in that way.
type damage struct {
	name string
	do   func(doc string) []byte
}

var (
	startTitle = regexp.MustCompile(`(?i)<title[^>]*>(?:<!\[CDATA\[)?`)
	endItem    = regexp.MustCompile(`(?i)</(item|entry)>`)
	startItem  = regexp.MustCompile(`(?i)<(item|entry)[ >]`)
	cdataIn    = regexp.MustCompile(`<!\[CDATA\[|\]\]>`)
	linkText   = regexp.MustCompile(`<link>([^<]*)</link>`)
	namespace  = regexp.MustCompile(`\s+xmlns:\w+="[^"]*"`)
	htmlTag    = regexp.MustCompile(`&lt;(/?\w+[^&]*)&gt;`)
	headLine   = regexp.MustCompile(`^\s*<\?xml[^>]*\?>`)
	itemNames  = regexp.MustCompile(`<(/?)(item|entry|title|link|guid|description|pubDate)\b`)
)

var damages = []damage{
	{"none", func(doc string) []byte { return []byte(doc) }},
	{"cut off at two thirds", func(doc string) []byte { return []byte(doc[:len(doc)*2/3]) }},
	{"cut off at nine tenths", func(doc string) []byte { return []byte(doc[:len(doc)*9/10]) }},
	{"no closing tags", func(doc string) []byte {
		ends := endItem.FindAllStringIndex(doc, -1)
		return []byte(doc[:ends[len(ends)-1][1]])
	}},
	{"blank lines before", func(doc string) []byte { return []byte("\n\n  \n" + doc) }},
	{"words before", func(doc string) []byte { return []byte("Notice: Undefined index: lang in feed.php on line 7\n" + doc) }},
	{"HTML before", func(doc string) []byte {
		return []byte("<br />\n<b>Warning</b>:  mysql_connect() in <b>/srv/db.php</b> on line <b>9</b><br />\n" + doc)
	}},
	{"a long comment before", func(doc string) []byte {
		return []byte("<!-- " + strings.Repeat("cached by the proxy ", 300) + "-->" + headLine.ReplaceAllString(doc, ""))
	}},
	{"two byte order marks", func(doc string) []byte { return []byte("\uFEFF\uFEFF" + doc) }},
	{"a page behind", func(doc string) []byte {
		return []byte(doc + "<script>track(a && b < c)</script><!-- 0.07 s -->")
	}},
	{"twice in one", func(doc string) []byte { return []byte(doc + doc) }},
	{"bare &", func(doc string) []byte {
		return []byte(strings.ReplaceAll(titled(doc, "R&D & AT&T "), "&amp;", "&"))
	}},
	{"bare <", func(doc string) []byte { return []byte(titled(doc, "1 < 2 <3 ")) }},
	{"entities of HTML", func(doc string) []byte { return []byte(titled(doc, "Caf&eacute;&nbsp;&hellip; ")) }},
	{"controls", func(doc string) []byte { return []byte(titled(doc, "\x0B\x1F\x00 ")) }},
	{"references to nothing", func(doc string) []byte { return []byte(titled(doc, "&#0;&#x1F;&#11; ")) }},
	{"references to half a character", func(doc string) []byte { return []byte(titled(doc, "&#xD83D;&#xFFFF; ")) }},
	{"bytes that are no text", func(doc string) []byte { return []byte(titled(doc, "\xFF ")) }},
	{"items never closed", func(doc string) []byte { return []byte(endItem.ReplaceAllString(doc, "")) }},
	{"every third title never closed", func(doc string) []byte { return []byte(third(doc, "</title>", "")) }},
	{"every third end of CDATA missing", func(doc string) []byte {
		if !strings.Contains(doc, "]]>") {
			return nil
		}
		return []byte(third(doc, "]]></title>", "</title>"))
	}},
	{"ends misspelt", func(doc string) []byte { return []byte(third(doc, "</title>", "</titel>")) }},
	{"ends in capitals", func(doc string) []byte { return []byte(strings.ReplaceAll(doc, "</title>", "</TITLE>")) }},
	{"all in capitals", func(doc string) []byte {
		return []byte(itemNames.ReplaceAllStringFunc(doc, strings.ToUpper))
	}},
	{"a tag of HTML in each item", func(doc string) []byte {
		return []byte(startItem.ReplaceAllStringFunc(doc, func(s string) string {
			if !strings.HasSuffix(s, ">") {
				return s
			}
			return s + "<br><hr>"
		}))
	}},
	{"HTML in the open", func(doc string) []byte {
		return []byte(htmlTag.ReplaceAllString(cdataIn.ReplaceAllString(doc, ""), "<$1>"))
	}},
	{"attributes without quotes", func(doc string) []byte {
		return []byte(regexp.MustCompile(`(isPermaLink|rel|type|domain)="(\w+)"`).ReplaceAllString(doc, "$1=$2"))
	}},
	{"attributes with half their quotes", func(doc string) []byte {
		return []byte(regexp.MustCompile(`(isPermaLink|rel|domain)="(\w+)"`).ReplaceAllString(doc, `$1="$2`))
	}},
	{"prefixes never declared", func(doc string) []byte { return []byte(namespace.ReplaceAllString(doc, "")) }},
	{"links as HTML has them", func(doc string) []byte {
		if !linkText.MatchString(doc) {
			return nil
		}
		return []byte(linkText.ReplaceAllString(doc, "<link/>$1"))
	}},
	{"a document type", func(doc string) []byte {
		return []byte("<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y 'z'><!ELEMENT item ANY>]>" + headLine.ReplaceAllString(doc, ""))
	}},
	{"comments that are none", func(doc string) []byte { return []byte(titled(doc, "<!-- -- <x> --> ")) }},
	{"XML 1.1", func(doc string) []byte {
		return []byte(`<?xml version="1.1" encoding="UTF-8"?>` + headLine.ReplaceAllString(doc, ""))
	}},
	{"unlabelled gzip", func(doc string) []byte { return zipped(doc) }},
	{"half of an unlabelled gzip", func(doc string) []byte { z := zipped(doc); return z[:len(z)*2/3] }},
	{"encoded twice", func(doc string) []byte { return []byte(twice(doc)) }},
	{"UTF-16", recode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "utf-16")},
	{"UTF-16 without a mark", recode(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "utf-16")},
	{"UTF-32", recode(utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), "utf-32")},
	{"windows-1252 undeclared", recode(charmap.Windows1252, "")},
	{"windows-1251 undeclared", recode(charmap.Windows1251, "")},
	{"windows-1251 called UTF-8", recode(charmap.Windows1251, "utf-8")},
	{"windows-1252 called UTF-8", recode(charmap.Windows1252, "utf-8")},
	{"UTF-8 called ISO-8859-1", recode(encoding.Nop, "iso-8859-1")},
	{"UTF-8 called UTF-16", recode(encoding.Nop, "utf-16")},
}

// titled puts words before every title.
func titled(doc, words string) string { return startTitle.ReplaceAllString(doc, "${0}"+words) }

// third replaces every third old.
func third(doc, old, with string) string {
	n := 0
	return regexp.MustCompile(regexp.QuoteMeta(old)).ReplaceAllStringFunc(doc, func(s string) string {
		if n++; n%3 == 0 {
			return with
		}
		return s
	})
}

func zipped(doc string) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write([]byte(doc))
	z.Close()
	return out.Bytes()
}

// twice encodes a document that was read as windows-1252.
func twice(doc string) string {
	var out strings.Builder
	for _, b := range []byte(doc) {
		out.WriteRune(charmap.Windows1252.DecodeByte(b))
	}
	if strings.ContainsRune(out.String(), utf8.RuneError) { // its five holes
		out.Reset()
		for _, b := range []byte(doc) {
			out.WriteRune(rune(b))
		}
	}
	return out.String()
}

// recode writes a document in an encoding and declares another, or none. It is
// nil where the encoding has few of its letters.
func recode(e encoding.Encoding, declared string) func(string) []byte {
	return func(doc string) []byte {
		doc = headLine.ReplaceAllString(doc, "")
		if declared != "" {
			doc = fmt.Sprintf(`<?xml version="1.0" encoding="%s"?>`, declared) + doc
		}
		out, err := encoding.HTMLEscapeUnsupported(e.NewEncoder()).String(doc)
		letters := 0
		for _, r := range doc {
			if r >= 0x80 {
				letters++
			}
		}
		if err != nil || letters == 0 || 5*(strings.Count(out, "&#")-strings.Count(doc, "&#")) > letters {
			return nil // it would be no such document
		}
		return []byte(out)
	}
}

// wanted is what a reader should find of an item. Some of the captured titles
// were encoded twice when they were captured: mended is what was meant.
type wanted struct{ title, mended, link string }

// truth is what bare gofeed finds in a document before it is damaged, and how
// much of the document it takes.
func truth(t *testing.T, doc string) (items []wanted, ends []int) {
	feed, err := gofeed.NewParser().ParseString(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range feed.Items {
		if original := extension(it, "feedburner", "origLink"); original != "" {
			it.Link = original
		}
		items = append(items, wanted{unmended(it.Title), strings.ReplaceAll(text(it.Title, maxTitle), "\n", " "), CanonicalLink(it.Link)})
	}
	for _, end := range endItem.FindAllStringIndex(doc, -1) {
		ends = append(ends, end[1])
	}
	if len(ends) != len(items) {
		t.Fatalf("%d ends of %d items", len(ends), len(items))
	}
	return items, ends
}

// unmended is a title as plain text, as it came.
func unmended(title string) string {
	return strings.ReplaceAll(plain(html.UnescapeString(regexp.MustCompile(`</?\w[^>]*>`).ReplaceAllString(title, ""))), "\n", " ")
}

// recall is how much of what is wanted was found.
type recall struct{ titles, links, of int }

func (r *recall) add(want []wanted, titles, links []string) {
	for _, w := range want {
		if slices.ContainsFunc(titles, func(s string) bool { return strings.HasSuffix(s, w.title) || strings.HasSuffix(s, w.mended) }) {
			r.titles++
		}
		if w.link == "" || slices.Contains(links, w.link) {
			r.links++
		}
	}
	r.of += len(want)
}

func (r recall) String() string {
	if r.of == 0 {
		return "-"
	}
	return fmt.Sprintf("%5.1f %5.1f", 100*float64(r.titles)/float64(r.of), 100*float64(r.links)/float64(r.of))
}

// TestDamage breaks captured feeds in every way above and tells, for each, how
// many of their items are found, by title and by link, by us and by gofeed.
func TestDamage(t *testing.T) {
	documents := captured(t)
	var all, bare recall
	t.Logf("%-36s %-8s %-13s %s", "recall in %: by title, by link", "items", "ours", "gofeed")
	for _, d := range damages {
		var ours, theirs recall
		for name, body := range documents {
			doc := string(charsetOf(body))
			want, ends := truth(t, doc)
			broken := d.do(doc)
			if broken == nil {
				continue
			}
			if strings.HasPrefix(d.name, "cut off") {
				n := 0
				for n < len(ends) && ends[n] <= len(broken) {
					n++
				}
				want = want[:n]
			}
			if d.name == "half of an unlabelled gzip" {
				want = want[:len(want)/3]
			}
			before := ours
			var titles, links []string
			items, err := Parse(Document{Body: broken}, Feed{Name: name})
			for _, it := range items {
				titles, links = append(titles, it.Title), append(links, CanonicalLink(it.URL))
			}
			ours.add(want, titles, links)
			if missed := len(want) - (ours.titles - before.titles); missed > 0 {
				t.Logf("  %s: %d of %d titles missing in %s (%d items, %v)", d.name, missed, len(want), name, len(items), err)
			}
			titles, links = nil, nil
			if feed, err := gofeed.NewParser().Parse(bytes.NewReader(broken)); err == nil {
				for _, it := range feed.Items {
					it.Link = cmp.Or(extension(it, "feedburner", "origLink"), it.Link)
					titles, links = append(titles, unmended(it.Title)), append(links, CanonicalLink(it.Link))
				}
			}
			theirs.add(want, titles, links)
		}
		t.Logf("%-36s %5d   %s   %s", d.name, ours.of, ours, theirs)
		if 100*(theirs.titles-ours.titles) > ours.of || ours.links < theirs.links { // a title that was encoded twice is not mended beside words that were not
			t.Errorf("%s: gofeed alone finds more", d.name)
		}
		all.titles, all.links, all.of = all.titles+ours.titles, all.links+ours.links, all.of+ours.of
		bare.titles, bare.links, bare.of = bare.titles+theirs.titles, bare.links+theirs.links, bare.of+theirs.of
	}
	t.Logf("%-36s %5d   %s   %s", "all", all.of, all, bare)
	if 100*all.titles < 99*all.of || 100*all.links < 99*all.of {
		t.Errorf("of %d items %d titles and %d links were found", all.of, all.titles, all.links)
	}
}

// charsetOf is a captured document in UTF-8, without its declaration where that
// says otherwise.
func charsetOf(body []byte) []byte {
	if utf8.Valid(body) {
		return body
	}
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(body)
	if err != nil {
		return body
	}
	return headLine.ReplaceAll(decoded, nil)
}
