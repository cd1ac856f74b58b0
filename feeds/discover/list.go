package discover

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"attache/feeds/tree"
)

// Limits of the search for lists.
const (
	maxAnchors = 3000 // of a page
	maxLevels  = 7    // of elements above a link that are looked at as its item
	maxLists   = 100  // the longest ones
	maxLooked  = 50   // items of a list looked at closely
	minItems   = 3
	minTitle   = 14 // columns; shorter texts are menus
	maxTitle   = 300
)

// list is a group of like elements of a page that may be items: each holds one
// link of its own to the site. The idea is that of politepol and feedless: what
// repeats with links in it is the list.
type list struct {
	nodes  []*html.Node
	links  map[*html.Node][]*html.Node // in each node
	level  int                         // elements between the link and the node
	chrome int                         // nodes in menus, headers, footers

	parts   []part // of the first nodes
	dated   int    // of them with a date
	width   int    // of their titles, in columns, in the middle
	score   float64
	reasons []string
}

// part is what an item of a list seems to be made of.
type part struct {
	node, link, title, date *html.Node // title is nil where it is the link; date is the node for text beside the link
	text                    string     // the title
	when                    string     // the date as the page writes it
}

// lists finds the lists of a page, the best first.
func lists(root *html.Node, page *url.URL) []*list {
	var out []*list
	for _, l := range group(root, page) {
		if l.judge() {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b *list) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.level, b.level))
	})
	return out
}

// group gathers elements with links in them by what they and the two elements
// around them look like.
func group(root *html.Node, page *url.URL) []*list {
	groups := map[string]*list{}
	var order []*list
	anchors := 0
	for n := range root.Descendants() {
		if n.DataAtom != atom.A || !leadsOn(n, page) {
			continue
		}
		if anchors++; anchors > maxAnchors {
			break
		}
		inMenu := inChrome(n)
		for level, at := 0, n; level < maxLevels && element(at) && at.DataAtom != atom.Body; level, at = level+1, at.Parent {
			key := look(at) + "<" + look(at.Parent) + "<" + look(at.Parent.Parent)
			l := groups[key]
			if l == nil {
				l = &list{links: map[*html.Node][]*html.Node{}, level: level}
				groups[key] = l
				order = append(order, l)
			}
			if l.links[at] == nil {
				l.nodes = append(l.nodes, at)
				if inMenu {
					l.chrome++
				}
			}
			l.links[at] = append(l.links[at], n)
		}
	}
	order = slices.DeleteFunc(order, func(l *list) bool { return len(l.nodes) < minItems })
	slices.SortStableFunc(order, func(a, b *list) int { return len(b.nodes) - len(a.nodes) })
	return order[:min(len(order), maxLists)]
}

// judge scores a list and says why; false if it cannot be one of news.
func (l *list) judge() bool {
	several := 0
	hrefs := map[string]bool{}
	var widths []int
	for _, n := range l.nodes[:min(len(l.nodes), maxLooked)] {
		p := take(n, l.links[n])
		if own(l.links[n], p) > 1 {
			several++
		}
		if w := columns(p.text); w >= minTitle && w <= maxTitle {
			widths = append(widths, w)
			hrefs[tree.Attr(p.link, "href")] = true
			if p.date != nil {
				l.dated++
			}
			l.parts = append(l.parts, p)
		}
	}
	all := min(len(l.nodes), maxLooked)
	if len(hrefs) < minItems || 2*len(widths) < all || 5*len(hrefs) < 4*len(widths) || 4*several > all || 2*l.chrome > len(l.nodes) {
		return false
	}
	slices.Sort(widths)
	l.width = widths[len(widths)/2]
	dated := 0.0 // a date above may be that of others, too
	for _, p := range l.parts {
		switch {
		case p.date == nil:
		case within(p.date, p.node):
			dated += 1 / float64(len(l.parts))
		default:
			dated += 0.8 / float64(len(l.parts))
		}
	}
	headlines := math.Min(1, float64(l.width)/40)
	count := math.Min(1, math.Log2(float64(len(l.nodes)))/4)
	titled := float64(len(l.parts)) / float64(all)
	l.score = 3*dated + 2*headlines + count + 2*titled - 2*float64(l.chrome)/float64(len(l.nodes))
	l.reasons = []string{
		fmt.Sprintf("the page repeats one element %d times, each with a link to another page of the site", len(l.nodes)),
		fmt.Sprintf("their texts are %d to %d columns wide, as headlines are", widths[0], widths[len(widths)-1]),
	}
	switch l.dated {
	case 0:
		l.reasons = append(l.reasons, "no dates were found beside them, so it may as well be a menu")
	case len(l.parts):
		l.reasons = append(l.reasons, "each has a date")
	default:
		l.reasons = append(l.reasons, fmt.Sprintf("%d of %d have a date", l.dated, len(l.parts)))
	}
	return true
}

// own counts the addresses with a headline of their own in an item.
func own(links []*html.Node, p part) int {
	hrefs := map[string]bool{tree.Attr(p.link, "href"): true}
	for _, link := range links {
		if columns(tree.Text(link, 4*maxTitle)) >= minTitle {
			hrefs[tree.Attr(link, "href")] = true
		}
	}
	return len(hrefs)
}

// take tells what an item is made of: its link is the one with the longest text.
func take(n *html.Node, links []*html.Node) part {
	p := part{node: n}
	for _, link := range links[:min(len(links), 20)] {
		if text := tree.Text(link, 4*maxTitle); p.link == nil || columns(text) > columns(p.text) {
			p.link, p.text = link, text
		}
	}
	if h := heading(n); h != nil && h != p.link && (within(h, p.link) || columns(p.text) < minTitle) {
		p.title, p.text = h, tree.Text(h, 4*maxTitle)
	}
	p.date, p.when = findDate(p)
	return p
}

// heading is the first heading in an element, or what calls itself a title.
func heading(n *html.Node) *html.Node {
	left := 200
	for c := range n.Descendants() {
		if left--; left == 0 {
			return nil
		}
		switch c.DataAtom {
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
			return c
		case 0:
		default:
			if c.DataAtom != atom.A && strings.Contains(strings.ToLower(tree.Attr(c, "class")), "title") {
				return c
			}
		}
	}
	return nil
}

// findDate finds the date of an item: in an element of its own, as text beside the
// link, or in an element above.
func findDate(p part) (*html.Node, string) {
	left := 200
	for c := range p.node.Descendants() {
		if left--; left == 0 {
			break
		}
		if !element(c) || c == p.link || c == p.title || within(p.link, c) {
			continue
		}
		if when, ok := dateOf(c); ok {
			return c, when
		}
	}
	beside := strings.Trim(tree.Text(p.node, 200, p.link, p.title), brackets)
	if isDate(beside) && p.node != p.link {
		return p.node, beside
	}
	for at, up := p.node, 0; at != nil && at.DataAtom != atom.Body && up < 4; at, up = at.Parent, up+1 {
		sibling := at.PrevSibling
		for range 20 {
			if sibling == nil {
				break
			}
			if when, ok := dateOf(sibling); ok && element(sibling) {
				return sibling, when
			}
			sibling = sibling.PrevSibling
		}
	}
	return nil, ""
}

// brackets are what dates stand in.
const brackets = " ()[]|,;/-–—·•:（）【】［］〔〕｜、，："

// dateOf reads an element as a date.
func dateOf(n *html.Node) (string, bool) {
	if when := tree.Attr(n, "datetime"); when != "" {
		if isDate(when) {
			return when, true
		}
	}
	when := strings.Trim(tree.Text(n, 120), brackets)
	if len(when) > 100 || !strings.ContainsFunc(when, unicode.IsDigit) {
		return "", false
	}
	return when, isDate(when)
}

// leadsOn reports whether a link leads to another page of the same site.
func leadsOn(n *html.Node, page *url.URL) bool {
	ref := strings.TrimSpace(tree.Attr(n, "href"))
	if ref == "" || strings.HasPrefix(ref, "#") {
		return false
	}
	u, err := page.Parse(ref)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	site := strings.TrimPrefix(page.Hostname(), "www.")
	return u.Hostname() == site || strings.HasSuffix(u.Hostname(), "."+site) || strings.HasSuffix(site, "."+u.Hostname())
}

// inChrome reports whether an element is in what stands around the content.
func inChrome(n *html.Node) bool {
	for ; element(n); n = n.Parent {
		switch n.DataAtom {
		case atom.Nav, atom.Header, atom.Footer, atom.Aside:
			return n.Parent == nil || n.Parent.DataAtom != atom.Article // an article has a header of its own
		}
		for _, word := range append(strings.Fields(tree.Attr(n, "class")), tree.Attr(n, "id"), tree.Attr(n, "role")) {
			switch strings.ToLower(word) {
			case "nav", "navigation", "navbar", "menu", "header", "footer", "sidebar", "breadcrumb", "breadcrumbs", "pager", "pagination":
				return true
			}
		}
	}
	return false
}

// columns is how wide a text is: two for a letter of CJK.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n++
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
			n++
		}
	}
	return n
}

func element(n *html.Node) bool { return n != nil && n.Type == html.ElementNode }

// within reports whether n is in the element around, or is it.
func within(n, around *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == around {
			return true
		}
	}
	return false
}
