package discover

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"attache/feeds"
	"attache/feeds/tree"
)

const (
	maxNamed    = 4 // feeds tried that the page names
	maxSitemaps = 3
)

// usualPaths are where feeds are when nothing says so: of WordPress, Drupal,
// static site generators, SPIP.
var usualPaths = []string{"/feed/", "/rss.xml", "/rss", "/feed.xml", "/atom.xml", "/index.xml", "/?feed=rss2", "/spip.php?page=backend"}

// named tries the feeds that the page names, in its head before its links.
func (f *finder) named() {
	var heads, links []string
	for n := range f.root.Descendants() {
		address := f.resolve(tree.Attr(n, "href"))
		switch {
		case address == "":
		case n.DataAtom == atom.Link && alternate(n):
			heads = append(heads, address)
		case n.DataAtom == atom.A && feedLike(n, address):
			links = append(links, address)
		}
	}
	all := slices.Concat(heads, links)
	tried := 0
	for i, address := range all {
		if f.known[address] || tried == maxNamed {
			continue
		}
		tried++
		reason := "the page names it as its feed"
		if i >= len(heads) {
			reason = "the page has a link to it that looks like a feed's"
		}
		if err := f.ask(address, feeds.Syndicated, reason); err != nil {
			f.note(fmt.Sprintf("%s, which the page names: %s.", place(address), feeds.Sentence(err)))
		}
	}
	if tried == 0 {
		f.note("The page names no feed.")
	}
}

// alternate reports whether a <link> is to a feed
// (https://html.spec.whatwg.org/multipage/links.html#rel-alternate).
func alternate(n *html.Node) bool {
	rel := strings.Fields(strings.ToLower(tree.Attr(n, "rel")))
	kind := strings.ToLower(tree.Attr(n, "type"))
	return slices.Contains(rel, "alternate") &&
		(strings.Contains(kind, "rss") || strings.Contains(kind, "atom+xml") || strings.Contains(kind, "feed+json") || strings.Contains(kind, "rdf"))
}

// feedLike reports whether a link seems to lead to a feed, by its address or by
// its text.
func feedLike(n *html.Node, address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	path := strings.TrimSuffix(strings.ToLower(u.Path), "/")
	last := path[strings.LastIndexByte(path, '/')+1:]
	switch last {
	case "rss", "feed", "atom", "feeds", "backend", "rss2":
		return true
	}
	for _, ending := range []string{".rss", ".atom", ".rdf", "rss.xml", "feed.xml", "atom.xml", "rss.php", "rss.aspx", "rss.ashx", "feed.json"} {
		if strings.HasSuffix(last, ending) {
			return true
		}
	}
	switch strings.ToLower(strings.TrimSpace(tree.Text(n, 100))) {
	case "rss", "rss feed", "atom", "feed", "xml", "rss 2.0", "rss-feed", "flux rss", "fil rss", "canal rss":
		return true
	}
	return strings.Contains(strings.ToLower(u.RawQuery), "feed=") || strings.Contains(u.RawQuery, "page=backend")
}

// usual tries the usual paths of the host.
func (f *finder) usual() {
	for _, path := range usualPaths {
		_ = f.ask(f.resolve(path), feeds.Syndicated, "it is at one of the usual places") // that there is none is usual, too
		if f.fresh {
			return
		}
	}
	f.note("There is no live feed at the usual places (" + strings.Join(usualPaths, ", ") + ").")
}

// robots tries the sitemaps that robots.txt names (RFC 9309 leaves the line to
// https://www.sitemaps.org/protocol.html#submit_robots), else those at the usual
// places.
func (f *finder) robots() {
	var maps []string
	if f.report.Requests < maxRequests {
		if d, err := f.fetch(f.resolve("/robots.txt")); err == nil {
			for line := range strings.Lines(string(d.UTF8())) {
				key, value, _ := strings.Cut(line, ":")
				if strings.EqualFold(strings.TrimSpace(key), "sitemap") {
					maps = append(maps, f.resolve(value))
				}
			}
		}
	}
	slices.SortStableFunc(maps, func(a, b string) int { return news(a) - news(b) })
	f.sitemaps(slices.Concat(maps[:min(len(maps), maxSitemaps)], []string{f.resolve("/news-sitemap.xml"), f.resolve("/sitemap.xml")}))
	if !f.fresh {
		f.note("There is no sitemap of recent news.")
	}
}

// sitemaps tries sitemaps until one is of news, and goes into an index once.
func (f *finder) sitemaps(addresses []string) {
	var inside []string
	for _, address := range addresses {
		if f.fresh || address == "" {
			continue
		}
		err := f.ask(address, feeds.Sitemap, "it is a sitemap of the site")
		if index, ok := errors.AsType[*feeds.IndexError](err); ok {
			inside = append(inside, index.Sitemaps...)
		}
	}
	slices.SortStableFunc(inside, func(a, b string) int { return news(a) - news(b) })
	for _, address := range inside[:min(len(inside), maxSitemaps)] {
		if !f.fresh {
			_ = f.ask(address, feeds.Sitemap, "it is one of the site's sitemaps")
		}
	}
}

// news is 0 for an address that speaks of news, and 1 for others.
func news(address string) int {
	if strings.Contains(strings.ToLower(address), "news") {
		return 0
	}
	return 1
}

// resolve makes an address of a link of the page; "" if it is none to ask for.
func (f *finder) resolve(ref string) string {
	if strings.TrimSpace(ref) == "" {
		return ""
	}
	u, err := f.page.Parse(strings.TrimSpace(ref))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return ""
	}
	u.Fragment = ""
	return u.String()
}

// place is an address without what may be a secret.
func place(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address"
	}
	return u.Host + u.EscapedPath()
}

// siteName is what a page calls its site, in few words; "" if it does not.
func siteName(root *html.Node) string {
	if root == nil {
		return ""
	}
	for n := range root.Descendants() {
		if n.DataAtom == atom.Meta && strings.EqualFold(tree.Attr(n, "property"), "og:site_name") {
			if name := strings.Join(strings.Fields(tree.Attr(n, "content")), " "); len(name) <= 100 {
				return name
			}
		}
	}
	return ""
}
