package opml

import (
	"bufio"
	"cmp"
	"encoding/xml"
	"io"
	"strings"

	"attache/feeds"
)

// Write writes the list as OPML 2.0, in folders after the groups of its feeds.
// A page and a sitemap are written as links, which other readers do not take
// for feeds. Header and Proxy may hold secrets, and are left out.
func Write(w io.Writer, l List) error {
	o := writer{bufio.NewWriter(w)}
	o.WriteString(xml.Header)
	o.WriteString(`<opml version="2.0" xmlns:` + prefix + `="` + namespace + "\">\n  <head>\n    <title>")
	o.text(cmp.Or(l.Title, "Feeds"))
	o.WriteString("</title>\n  </head>\n  <body>\n")
	root := &folder{}
	for _, f := range l.Feeds {
		at := root
		for name := range strings.SplitSeq(f.Group, "/") {
			if name = strings.TrimSpace(name); name != "" {
				at = at.in(name)
			}
		}
		at.feeds = append(at.feeds, f)
	}
	o.folder(root, "    ")
	o.WriteString("  </body>\n</opml>\n")
	return o.Flush()
}

// folder is a group, in the order in which its feeds came.
type folder struct {
	name    string
	feeds   []feeds.Feed
	folders []*folder
}

// in returns the folder of that name.
func (f *folder) in(name string) *folder {
	for _, sub := range f.folders {
		if sub.name == name {
			return sub
		}
	}
	sub := &folder{name: name}
	f.folders = append(f.folders, sub)
	return sub
}

// writer writes; what goes wrong is said by Flush.
type writer struct{ *bufio.Writer }

func (o writer) folder(f *folder, indent string) {
	for _, feed := range f.feeds {
		o.WriteString(indent)
		o.feed(feed)
	}
	for _, sub := range f.folders {
		o.WriteString(indent + "<outline")
		o.attribute("text", sub.name)
		o.WriteString(">\n")
		o.folder(sub, indent+"  ")
		o.WriteString(indent + "</outline>\n")
	}
}

func (o writer) feed(f feeds.Feed) {
	o.WriteString("<outline")
	own := func(key, value string) { o.attribute(prefix+":"+key, value) }
	yes := func(key string, value bool) {
		if value {
			own(key, "true")
		}
	}
	kind, address := "rss", "xmlUrl"
	if f.Kind == feeds.Page || f.Kind == feeds.Sitemap {
		kind, address = "link", "url"
	}
	o.attribute("type", kind)
	o.attribute("text", cmp.Or(f.Outlet, f.Name)) // required
	o.attribute("title", f.Outlet)
	o.attribute(address, f.URL)
	o.attribute("language", f.Lang)
	own("name", f.Name)
	if kind == "link" {
		own("kind", string(f.Kind))
	}
	if f.Tier != feeds.Other {
		own("tier", string(f.Tier))
	}
	own("region", f.Region)
	if f.Zone != nil && f.Zone.String() != "UTC" {
		own("zone", f.Zone.String())
	}
	if f.Every > 0 {
		own("every", f.Every.String())
	}
	own("user-agent", f.Agent)
	yes("http1", f.HTTP1)
	yes("backlog", f.Backlog)
	own("item", f.Page.Item)
	own("link", f.Page.Link)
	own("title", f.Page.Title)
	own("date", f.Page.Date)
	own("layout", f.Page.Layout)
	o.WriteString("/>\n")
}

// attribute writes one that has a value.
func (o writer) attribute(name, value string) {
	if value == "" {
		return
	}
	o.WriteString(" " + name + `="`)
	o.text(value)
	o.WriteString(`"`)
}

func (o writer) text(s string) { _ = xml.EscapeText(o.Writer, []byte(s)) } // Flush says it
