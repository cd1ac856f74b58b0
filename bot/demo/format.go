package demo

import (
	"bytes"
	"embed"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"text/template"
	"time"
)

// Format is how a feed is written.
type Format string

// The formats that readers meet.
const (
	RSS  Format = "rss"  // RSS 2.0, https://www.rssboard.org/rss-specification
	Atom Format = "atom" // RFC 4287
	RDF  Format = "rdf"  // RSS 1.0, https://web.resource.org/rss/1.0/spec
	JSON Format = "json" // https://www.jsonfeed.org/version/1.1/
)

// mediaTypes are what the formats are served as.
var mediaTypes = map[Format]string{
	RSS:  "application/rss+xml",
	Atom: "application/atom+xml",
	RDF:  "application/rdf+xml",
	JSON: "application/feed+json",
}

func (o *Outlet) contentType() string { return mediaTypes[o.Format] + "; charset=" + o.Charset() }

// Charset names the encoding of the outlet's document.
func (o *Outlet) Charset() string {
	if o.Legacy {
		return "windows-1251"
	}
	return "utf-8"
}

// setFormat reads the words of a "format:" line.
func (o *Outlet) setFormat(words []string) error {
	o.Format = Format(words[0])
	if mediaTypes[o.Format] == "" {
		return fmt.Errorf("%q is not rss, atom, rdf or json", words[0])
	}
	for _, word := range words[1:] {
		switch {
		case o.Format == RSS && word == "cdata":
			o.CDATA = true
		case o.Format == RSS && word == "windows-1251":
			o.Legacy = true
		default:
			return fmt.Errorf("%s knows no %q", o.Format, word)
		}
	}
	return nil
}

// window is how many items a feed lists.
const window = 30

// document is a feed as it stands at some moment.
type document struct {
	*Outlet
	Banner  string
	Updated time.Time // when it last changed
	Entries []entry   // newest first
}

// entry is an item as a document shows it.
type entry struct {
	*Item
	Title     string // with its edits
	Published time.Time
}

// document is the outlet's feed as it stands at a simulated time.
func (o *Outlet) document(at time.Duration, date func(offset time.Duration) time.Time) document {
	d := document{Outlet: o, Banner: Banner, Updated: date(o.changedAt(at)).In(o.Zone)}
	for i := range o.Items {
		it := &o.Items[len(o.Items)-1-i]
		if it.Offset <= at && len(d.Entries) < window {
			d.Entries = append(d.Entries, entry{it, it.titleAt(at), date(it.Offset).In(o.Zone)})
		}
	}
	return d
}

// changedAt is when the document last became another, up to a simulated time.
func (o *Outlet) changedAt(at time.Duration) time.Duration {
	var last time.Duration
	change := func(offset time.Duration) {
		if offset <= at {
			last = max(last, offset)
		}
	}
	for _, it := range o.Items {
		change(it.Offset)
		for _, e := range it.Edits {
			change(e.Offset)
		}
	}
	for _, f := range o.Faults {
		change(f.From)
		change(f.To)
	}
	return last
}

// HTML is the item's body in paragraphs, "" if it has none.
func (e entry) HTML() string {
	var b strings.Builder
	for _, p := range e.Body {
		b.WriteString("<p>" + p + "</p>\n")
	}
	return b.String()
}

//go:embed format/*.xml
var formats embed.FS

// xmlFormats are the documents of the three XML formats, named "rss.xml" and so on.
var xmlFormats = template.Must(template.New("").Funcs(template.FuncMap{
	"text":    text,
	"cdata":   cdata,
	"rfc822":  func(t time.Time) string { return t.Format(time.RFC1123Z) },
	"rfc3339": func(t time.Time) string { return t.Format(rfc3339Milli) },
}).ParseFS(formats, "format/*.xml"))

const rfc3339Milli = "2006-01-02T15:04:05.000Z07:00"

// text escapes a string for character data and attributes.
func text(s string) (string, error) {
	var b strings.Builder
	err := xml.EscapeText(&b, []byte(s))
	return b.String(), err
}

// cdata wraps a string in a CDATA section, cutting the one thing it cannot hold.
func cdata(s string) string {
	return "<![CDATA[" + strings.ReplaceAll(s, "]]>", "]]]]><![CDATA[>") + "]]>"
}

// write renders the document in its outlet's format.
func (d document) write() ([]byte, error) {
	if d.Format == JSON {
		return d.writeJSON()
	}
	var b bytes.Buffer
	if err := xmlFormats.ExecuteTemplate(&b, string(d.Format)+".xml", d); err != nil {
		return nil, fmt.Errorf("demo: writing %s: %w", d.Name, err)
	}
	if d.Legacy {
		return windows1251(b.String()), nil
	}
	return b.Bytes(), nil
}

// spoil makes of a good document the broken one: unescaped, and cut off in the
// middle of its oldest item.
func spoil(doc []byte) []byte {
	doc = bytes.ReplaceAll(doc, []byte("&amp;"), []byte("&"))
	last := bytes.LastIndex(doc, []byte("<item>"))
	return doc[:last+(len(doc)-last)/2]
}

// jsonFeed and jsonItem are the fields of JSON Feed 1.1 that we fill.
type jsonFeed struct {
	Version     string     `json:"version"`
	Title       string     `json:"title"`
	HomePage    string     `json:"home_page_url"`
	Description string     `json:"description"`
	Language    string     `json:"language"`
	Items       []jsonItem `json:"items"`
}

type jsonItem struct {
	ID        string       `json:"id"`
	URL       string       `json:"url"`
	Title     string       `json:"title"`
	Summary   string       `json:"summary"`
	HTML      string       `json:"content_html"`
	Published string       `json:"date_published"`
	Authors   []jsonAuthor `json:"authors,omitempty"`
	Tags      []string     `json:"tags,omitempty"`
}

type jsonAuthor struct {
	Name string `json:"name"`
}

func (d document) writeJSON() ([]byte, error) {
	feed := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: d.Outlet.Title, HomePage: d.Site,
		Description: d.Banner, Language: d.Lang, Items: []jsonItem{},
	}
	for _, e := range d.Entries {
		item := jsonItem{
			ID: e.GUID, URL: e.Link, Title: e.Title, Summary: e.Summary, HTML: e.HTML(),
			Published: e.Published.Format(rfc3339Milli), Tags: e.Tags,
		}
		if item.HTML == "" {
			item.HTML = "<p>" + e.Summary + "</p>"
		}
		if e.Author != "" {
			item.Authors = []jsonAuthor{{e.Author}}
		}
		feed.Items = append(feed.Items, item)
	}
	doc, err := json.MarshalIndent(feed, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("demo: writing %s: %w", d.Name, err)
	}
	return doc, nil
}
