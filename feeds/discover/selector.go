package discover

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"attache/feeds"
	"attache/feeds/tree"
)

// read proposes selectors for the page itself.
func (f *finder) read(d feeds.Document) {
	found := 0
	known := map[*html.Node]bool{} // links; one list of the same is enough
	k := newKnower(f.root, f.page)
	for _, l := range lists(f.root, f.page) {
		if l.among(known) {
			continue
		}
		s, ok := l.selectors(k)
		if !ok {
			continue
		}
		items, err := feeds.Parse(d, feeds.Feed{Kind: feeds.Page, Page: s})
		if err != nil || len(items) < minItems {
			continue
		}
		for _, p := range l.parts {
			known[p.link] = true
		}
		c := f.candidate(d.URL, feeds.Page, items)
		c.Page, c.Reasons = s, l.reasons
		if n := ambiguous(l.parts); s.Date != "" && s.Layout == "" && n != "" {
			c.Reasons = append(c.Reasons, fmt.Sprintf("whether %q begins with the day or the month cannot be told: set layout", n))
		}
		f.report.Candidates = append(f.report.Candidates, c)
		if found++; found == maxReadings {
			return
		}
	}
	if found == 0 {
		f.note("The page has no list of links that looks like news; a script may fill it in a browser.")
	}
}

// among reports whether half of the list's links are known.
func (l *list) among(known map[*html.Node]bool) bool {
	n := 0
	for _, p := range l.parts {
		if known[p.link] {
			n++
		}
	}
	return 2*n > len(l.parts)
}

// selectors writes down how to find the list and its parts. Each selector is
// tried on the page; false if none finds the list.
func (l *list) selectors(k *knower) (feeds.Selectors, bool) {
	var s feeds.Selectors
	if s.Item = k.item(l); s.Item == "" {
		return s, false
	}
	s.Link = k.inside(l.parts, "a[href]", func(p part) *html.Node { return p.link })
	s.Title = k.inside(l.parts, "", func(p part) *html.Node { return p.title })
	if 2*l.dated > len(l.parts) {
		s.Date = k.inside(l.parts, "", func(p part) *html.Node { return p.date })
		if first := l.parts[0]; first.date == first.node {
			s.Date = s.Item // the text beside the link
		}
		s.Layout = layout(l.parts)
	}
	if s.Date == "" {
		s.Layout = ""
	}
	return s, true
}

// maxTries bounds the selectors tried on one page, and maxParts the elements of
// an item looked at: the page may be made to have many of both.
const (
	maxTries = 200
	maxParts = 5000
)

// knower tries selectors on a page, each once.
type knower struct {
	root   *html.Node
	linked map[*html.Node]bool // elements with a link of the site in them
	known  map[string]map[*html.Node]bool
}

func newKnower(root *html.Node, page *url.URL) *knower {
	k := &knower{root: root, linked: map[*html.Node]bool{}, known: map[string]map[*html.Node]bool{}}
	for n := range root.Descendants() {
		if n.DataAtom == atom.A && leadsOn(n, page) {
			for at := n; at != nil && !k.linked[at]; at = at.Parent {
				k.linked[at] = true
			}
		}
	}
	return k
}

// matches are the elements that a selector finds.
func (k *knower) matches(selector string) map[*html.Node]bool {
	if nodes, ok := k.known[selector]; ok {
		return nodes
	}
	nodes := map[*html.Node]bool{}
	odd := func(r rune) bool { return r < ' ' || r > '~' } // a tag's name may be anything
	if len(k.known) == maxTries || strings.ContainsFunc(selector, odd) {
		return nodes
	}
	k.known[selector] = nodes
	s, err := tree.Compile(selector)
	if err != nil {
		return nodes
	}
	all, _ := s.All(k.root) // too slow is as good as nothing
	for _, n := range all {
		nodes[n] = true
	}
	return nodes
}

// item is the shortest selector that finds the list and nothing else with links
// in it.
func (k *knower) item(l *list) string {
	wanted := map[*html.Node]bool{}
	for _, n := range l.nodes {
		wanted[n] = true
	}
	for _, selector := range ways(l.nodes[0]) {
		right, wrong := 0, 0
		for n := range k.matches(selector) {
			if wanted[n] {
				right++
			} else if k.linked[n] {
				wrong++
			}
		}
		if 20*right >= 19*len(l.nodes) && 10*wrong <= right {
			return selector
		}
	}
	return ""
}

// ways are selectors for an element, the short and lasting ones first: by its
// class, by the class or id of an element around it.
func ways(n *html.Node) []string {
	tag := n.Data
	var out []string
	for _, class := range classes(n) {
		out = append(out, tag+"."+class)
	}
	for at, path := n.Parent, tag; element(at) && at.DataAtom != atom.Html && len(out) < 60; at = at.Parent {
		for _, name := range names(at) {
			for _, class := range classes(n) {
				out = append(out, name+" "+tag+"."+class)
			}
			out = append(out, name+" "+tag)
			if path != tag || at == n.Parent {
				out = append(out, name+" > "+path)
			}
		}
		path = at.Data + " > " + path
	}
	return append(out, tag)
}

// names are ways to name an element that has a name.
func names(n *html.Node) []string {
	var out []string
	for _, class := range classes(n) {
		out = append(out, n.Data+"."+class)
	}
	if id := tree.Attr(n, "id"); lasting(id) {
		out = append(out, "#"+id)
	}
	return out
}

// inside is the shortest selector whose first match in each item is the wanted
// part; "" when without one the same is found, or nothing fits.
func (k *knower) inside(parts []part, without string, want func(part) *html.Node) string {
	var sample *html.Node
	for _, p := range parts {
		if n := want(p); n != nil {
			sample = n
			break
		}
	}
	if sample == nil || without != "" && k.fits(without, parts, want) {
		return ""
	}
	tries := []string{}
	if sample.DataAtom == atom.Time {
		tries = append(tries, "time")
	}
	for _, class := range classes(sample) {
		tries = append(tries, "."+class, sample.Data+"."+class)
	}
	for at, up := sample.Parent, 0; element(at) && up < 2; at, up = at.Parent, up+1 {
		for _, class := range classes(at) {
			tries = append(tries, "."+class+" "+sample.Data)
		}
	}
	tries = append(tries, sample.Data)
	if element(sample.Parent) {
		tries = append(tries, sample.Parent.Data+" "+sample.Data)
	}
	if i := index(sample); i > 0 {
		tries = append(tries, fmt.Sprintf("%s:nth-child(%d)", sample.Data, i))
	}
	for _, selector := range tries {
		if k.fits(selector, parts, want) {
			return selector
		}
	}
	return ""
}

// fits reports whether a selector finds the wanted part of nine items in ten. It
// may find none where none is wanted.
func (k *knower) fits(selector string, parts []part, want func(part) *html.Node) bool {
	nodes := k.matches(selector)
	if len(nodes) == 0 {
		return false
	}
	right := 0
	for _, p := range parts {
		wanted := want(p)
		first := firstIn(p.node, nodes)
		switch {
		case wanted == nil && first == nil, wanted != nil && first == wanted:
			right++
		case wanted != nil && first == nil && nodes[wanted]: // the item itself, or above it
			right++
		}
	}
	return 10*right >= 9*len(parts)
}

// firstIn is the first of the nodes that is in an element, or the element.
func firstIn(n *html.Node, nodes map[*html.Node]bool) *html.Node {
	left := maxParts
	for c := range n.Descendants() {
		if nodes[c] {
			return c
		}
		if left--; left == 0 {
			break
		}
	}
	if nodes[n] {
		return n
	}
	return nil
}

// index is an element's place among its siblings, from 1.
func index(n *html.Node) int {
	i := 1
	for s := n.PrevSibling; s != nil; s = s.PrevSibling {
		if element(s) {
			i++
		}
	}
	return i
}

// look is what an element looks like: its tag and its classes.
func look(n *html.Node) string {
	if !element(n) {
		return ""
	}
	return n.Data + "." + strings.Join(classes(n), ".")
}

// classes are those of an element that will be there tomorrow, at most four.
func classes(n *html.Node) []string {
	var out []string
	for class := range strings.FieldsSeq(tree.Attr(n, "class")) {
		if lasting(class) && !slices.Contains(passing, strings.ToLower(class)) {
			out = append(out, class)
		}
		if len(out) == 4 {
			break
		}
	}
	return out
}

// passing are classes that tell the elements of one list apart.
var passing = []string{"odd", "even", "first", "last", "active", "current", "new", "hot", "top", "visited", "clearfix"}

// lasting reports whether a class or an id seems to be written by a person: it
// is a plain name without many digits, and no fingerprint of a style sheet such
// as "css-1q2w3e" or "Card_title__x9Kd2".
func lasting(name string) bool {
	if !plainName.MatchString(name) || len(name) > 40 || strings.HasPrefix(name, "css-") || strings.HasPrefix(name, "sc-") || strings.HasPrefix(name, "jsx-") {
		return false
	}
	_, hash, found := strings.Cut(name, "__")
	if found && len(hash) >= 5 && mixed.MatchString(hash) {
		return false
	}
	digits := strings.Count(digit.ReplaceAllString(name, "0"), "0")
	return digits == 0 || digits == 1 && len(name) > 2 && name[len(name)-1] >= '0' && name[len(name)-1] <= '9'
}

var (
	plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)
	mixed     = regexp.MustCompile(`[a-z][A-Z]|[A-Z][A-Z][a-z]`)
	digit     = regexp.MustCompile(`[0-9]`)
)

// numeric is a date in numbers with the year last.
var numeric = regexp.MustCompile(`^(\d{1,2})([/-])(\d{1,2})([/-])(\d{4})$`)

// layout is that of dates in numbers, where one of them tells the day from the
// month. Dates with dots have the day first everywhere.
func layout(parts []part) string {
	for _, p := range parts {
		m := numeric.FindStringSubmatch(p.when)
		if m == nil {
			continue
		}
		a, _ := strconv.Atoi(m[1])
		b, _ := strconv.Atoi(m[3])
		switch {
		case a > 12 && b <= 12:
			return "02" + m[2] + "01" + m[4] + "2006"
		case b > 12 && a <= 12:
			return "01" + m[2] + "02" + m[4] + "2006"
		}
	}
	return ""
}

// ambiguous is a date that could be read both ways; "" if there is none.
func ambiguous(parts []part) string {
	for _, p := range parts {
		if numeric.MatchString(p.when) {
			return p.when
		}
	}
	return ""
}
