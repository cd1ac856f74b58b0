package feeds

import (
	"net/url"
	"slices"
	"strings"
)

// Clean returns the item as Parse would have made it: plain text within the
// limits, links to http and https only. Items that come another way (an
// archive) go through it first.
func (it Item) Clean() Item {
	it.Title = line(it.Title, maxTitle)
	it.Summary = cut(plain(it.Summary), maxSummary)
	it.Body = cut(plain(it.Body), maxText)
	it.Outlet, it.Author = line(it.Outlet, maxWord), line(it.Author, 2*maxWord)
	it.Categories = slices.Clone(it.Categories[:min(len(it.Categories), maxCategories)])
	for i, c := range it.Categories {
		it.Categories[i] = line(c, maxWord)
	}
	if !visitable(it.URL) {
		it.URL = ""
	}
	it.Links = slices.DeleteFunc(slices.Clone(it.Links), func(l string) bool { return !visitable(l) })
	return it
}

// line is a text of one line.
func line(s string, limit int) string {
	return strings.ReplaceAll(cut(plain(s), limit), "\n", " ")
}

// visitable reports whether an address is one that people may be sent to.
func visitable(address string) bool {
	u, err := url.Parse(address)
	return err == nil && len(address) <= maxLink && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
