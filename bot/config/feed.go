package config

import (
	"cmp"
	"fmt"
	"maps"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/http/httpguts"
	"golang.org/x/text/language"
)

// Feed is a source to poll.
type Feed struct {
	// Name is short, unique and without spaces; commands and logs use it, and
	// what is remembered of the feed hangs on it. Required.
	Name string `toml:"name"`

	// URL is where the feed is: http or https, with no password in it. Required.
	URL string `toml:"url"`

	// Outlet is who publishes it, as readers know them. Default: the name.
	Outlet string `toml:"outlet"`

	// Tier says how close the outlet stands to events: "official" (a ministry,
	// the UN, a court), "agency" (a wire agency), "press" (a newspaper, a
	// broadcaster) or "other". Default: "other".
	Tier string `toml:"tier"`

	// Lang is the language of items that do not say theirs, as a BCP 47 tag:
	// "en", "pt-BR", "zh-Hans". Default: "", not known.
	Lang string `toml:"lang"`

	// Region is the part of the world it reports from, a word for people:
	// "europe". Default: "".
	Region string `toml:"region"`

	// Group is the folder it is kept in, for people and for OPML; folders in it
	// are named behind a slash: "World/Asia". Default: "".
	Group string `toml:"group"`

	// Kind is what the address serves: "feed" (RSS, Atom or a JSON feed), "page"
	// (an HTML page with a list of links, see Page) or "sitemap" (a sitemap of
	// news). Default: "feed".
	Kind string `toml:"kind"`

	// Page says where the items of a page are. Required with kind "page", and
	// refused with others.
	Page Page `toml:"page"`

	// Zone is that of dates that do not say theirs: "Europe/Paris", "+03:00".
	// Default: "", UTC.
	Zone string `toml:"zone"`

	// Every is the time between two polls. 100ms to 7d. Default: "", poll.every.
	Every Duration `toml:"every"`

	// UserAgent names us to this server alone. Default: "", poll.user_agent.
	UserAgent string `toml:"user_agent"`

	// Headers go with every request, by name: {Authorization = "Bearer …"}.
	// Their values are secrets. Those that say how we fetch (Host, User-Agent,
	// If-None-Match and the like) are ours to set. Default: none.
	Headers map[string]Secret `toml:"headers"`

	// Proxy is asked in place of the server, "http://proxy.example:3128"; https
	// and socks5 will do too, and a user name and password may stand in it. The
	// environment names none. Default: "", none.
	Proxy Secret `toml:"proxy"`

	// HTTP1 speaks HTTP/1.1 only, to servers whose HTTP/2 turns us away.
	// Default: false.
	HTTP1 bool `toml:"http1"`

	// Backlog alerts on what the very first poll finds. Without it that poll is
	// a silent baseline: remembered and searchable, told to nobody.
	// Default: false.
	Backlog bool `toml:"backlog"`
}

// Page are CSS selectors. All but Item are looked up inside of an item.
type Page struct {
	// Item finds the elements that are an item each: "ul.news li". Required.
	Item string `toml:"item"`

	// Link finds the element with the href. Default: "", the first link in the
	// item, or the item itself.
	Link string `toml:"link"`

	// Title finds the element whose text is the title. Default: "", the link.
	Title string `toml:"title"`

	// Date finds the element whose datetime attribute or text is the date.
	// Default: "", none.
	Date string `toml:"date"`

	// Layout is how such a date is written, if nobody could tell: as Go writes
	// 2 January 2006 at 15:04, "02/01/2006". Default: "".
	Layout string `toml:"layout"`
}

func (f *Feed) complete() {
	f.Outlet = cmp.Or(f.Outlet, f.Name)
	f.Tier = cmp.Or(f.Tier, "other")
	f.Kind = cmp.Or(f.Kind, "feed")
}

// Zone returns the time zone that a text names: "Asia/Tokyo", "+03:00"; UTC for
// the empty text.
func Zone(text string) (*time.Location, error) {
	if t, err := time.Parse("-07:00", text); err == nil {
		_, seconds := t.Zone()
		return time.FixedZone(text, seconds), nil
	}
	if text == "Local" { // it would change with the machine
		return nil, fmt.Errorf("%q is not the name of a zone", text)
	}
	return time.LoadLocation(text)
}

func (c *checker) feed(at string, f Feed) {
	if c.required(at+"name", f.Name) {
		c.word(at+"name", f.Name)
	}
	if c.required(at+"url", f.URL) {
		c.url(at+"url", f.URL)
	}
	c.line(at+"outlet", f.Outlet, 100)
	c.line(at+"region", f.Region, 100)
	c.line(at+"group", f.Group, 100)
	c.oneOf(at+"tier", f.Tier, "official", "agency", "press", "other")
	if _, err := language.Parse(f.Lang); f.Lang != "" && err != nil {
		c.add(at+"lang", fmt.Sprintf("%q is not a language", f.Lang), `write a BCP 47 tag, like "en" or "pt-BR"`)
	}
	if _, err := Zone(f.Zone); err != nil {
		c.add(at+"zone", fmt.Sprintf("%.60q is not a time zone", f.Zone), `write "Europe/Paris" or "+03:00"`)
	}
	c.every(at+"every", f.Every)
	c.oneOf(at+"kind", f.Kind, "feed", "page", "sitemap")
	c.page(at+"page", f)
	c.agent(at+"user_agent", f.UserAgent)
	c.headers(at+"headers", f.Headers)
	c.proxy(at+"proxy", f.Proxy)
}

func (c *checker) page(at string, f Feed) {
	if f.Kind != "page" {
		if _, said := c.at[at]; said || f.Page != (Page{}) {
			c.add(at, "the feed is not a page", `write kind = "page" as well, or leave this out`)
		}
		return
	}
	c.required(at+".item", f.Page.Item)
	for _, s := range []struct{ key, selector string }{
		{".item", f.Page.Item}, {".link", f.Page.Link}, {".title", f.Page.Title}, {".date", f.Page.Date},
	} {
		if _, err := cascadia.ParseGroup(s.selector); s.selector != "" && (err != nil || len(s.selector) > 1000) {
			c.add(at+s.key, "not a CSS selector", `write one like "ul.news li" or "td > a", at most 1000 bytes`)
		}
	}
	if l := f.Page.Layout; l != "" && !dated(l) {
		c.add(at+".layout", fmt.Sprintf("%.60q is not the layout of a date", l), `write 2 January 2006 as they do, like "02/01/2006"`)
	}
}

// dated reports whether a layout writes a date that it reads back.
func dated(layout string) bool {
	day := time.Date(1987, 11, 24, 0, 0, 0, 0, time.UTC) // no number in it stands for another
	back, err := time.Parse(layout, day.Format(layout))
	return err == nil && back.Year() == day.Year() && back.YearDay() == day.YearDay()
}

// ours are the headers that say how we fetch, or frame the request: RFC 9110,
// RFC 9112 section 6.
var ours = []string{
	"Accept-Encoding", "Connection", "Content-Length", "Content-Type", "Expect", "Host", "If-Match", "If-Modified-Since",
	"If-None-Match", "If-Range", "If-Unmodified-Since", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Range",
	"Te", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent",
}

// headers checks names, and values without quoting them.
func (c *checker) headers(at string, headers map[string]Secret) {
	if len(headers) > 32 {
		c.add(at, fmt.Sprintf("%d headers are too many", len(headers)), "at most 32")
	}
	first := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		key, value := at+"."+strings.ToLower(name), headers[name].Reveal()
		canonical := textproto.CanonicalMIMEHeaderKey(name)
		switch {
		case !httpguts.ValidHeaderFieldName(name) || len(name) > 100:
			c.add(at, "there is a name that no header can have", `write one like "Authorization"`)
		case canonical == "User-Agent":
			c.add(key, "this has a key of its own", "set user_agent")
		case canonical == "Proxy-Authorization":
			c.add(key, "this goes to the proxy", "put the user name and the password into the address of proxy")
		case slices.Contains(ours, canonical):
			c.add(key, "this header is ours to set", "leave it out")
		case first[canonical]:
			c.add(key, "this header is set twice", "names of headers are the same in any case")
		case value == "" || len(value) > 4096 || !httpguts.ValidHeaderFieldValue(value):
			c.add(key, "not the value of a header", "at most 4096 bytes, not empty, no line breaks")
		}
		first[canonical] = true
	}
}

// proxy checks an address that may hold a password, and so quotes nothing.
func (c *checker) proxy(key string, s Secret) {
	if s.Reveal() == "" {
		return
	}
	u, err := url.Parse(s.Reveal())
	if err != nil || u.Hostname() == "" || !slices.Contains([]string{"http", "https", "socks5"}, u.Scheme) ||
		strings.Trim(u.Path, "/")+u.RawQuery+u.Fragment != "" {
		c.add(key, "not the address of a proxy", `write "http://proxy.example:3128"; https and socks5 will do too`)
	}
}

// agent checks who we say we are.
func (c *checker) agent(key, text string) {
	if len(text) > 200 || !httpguts.ValidHeaderFieldValue(text) {
		c.add(key, "not a short line of text", "at most 200 bytes, no line breaks")
	}
}
