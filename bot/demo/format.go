package demo

import (
	"bytes"
	"embed"
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
