package feeds

import (
	"net/url"
	"slices"
	"strings"
)

// identify gives the items of a document their keys and their ID. Of each guid
// and each link it looks whether it stands for one item: some feeds have one
// guid for all they say, and live pages and home pages one link. (The rule is
// FreshRSS's, but for each item and not for the whole document, so that one slip
// does not make all the others new.)
func identify(items []Item) {
	guids, links := map[string]string{}, map[string]string{} // the title each stands for
	const many = "\n"                                        // no title has a line break
	note := func(titles map[string]string, key, title string) {
		if first, seen := titles[key]; seen && first != title {
			title = many
		}
		titles[key] = title
	}
	for _, it := range items {
		note(guids, it.GUID, it.Title)
		note(links, it.linkKey(), it.Title)
	}
	for i := range items {
		it := &items[i]
		it.keys = it.keysBut(guids[it.GUID] == many, links[it.linkKey()] == many)
		it.ID = it.keys[0]
	}
}

// linkKey is the canonical link as a key. Addresses of Google News are opaque
// and made anew each time; there it is the outlet and the title. A home page is
// no item's: "".
func (it Item) linkKey() string {
	link := CanonicalLink(it.URL)
	if strings.HasPrefix(link, googleNews+"/") {
		return "news:" + digest(it.Outlet, it.Title)
	}
	if !strings.ContainsAny(link, "/?#") {
		return ""
	}
	return "link:" + link
}

const googleNews = "news.google.com"

// CanonicalLink folds the spellings of one address into one: scheme and
// "www." dropped, host in lower case, default port and tracking parameters
// gone, the other parameters sorted (forums shuffle them); of fragments those that name
// a part of the page (#block-7) and not those that track (#xtor=RSS-1). It is
// an identity and not an address to visit.
func CanonicalLink(link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Host == "" {
		return link
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	path := strings.TrimSuffix(u.EscapedPath(), "/")
	if rest, ok := strings.CutPrefix(path, "/feed/view/"); ok && host == "news.un.org" {
		path = "/" + rest // what its feeds link to leads there
	}
	var kept []string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name = strings.ToLower(name)
		if from := name == "ref" && (value == host || value == "www."+host || value == "rss"); pair != "" && !from && !tracking(name) {
			kept = append(kept, pair)
		}
	}
	if slices.Sort(kept); len(kept) > 0 {
		path += "?" + strings.Join(kept, "&")
	}
	if u.Fragment != "" && !strings.Contains(u.Fragment, "=") {
		path += "#" + u.EscapedFragment()
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	return host + path
}

// tracking reports whether a query parameter says only where a reader came
// from. The list follows miniflux's url cleaner.
func tracking(name string) bool {
	switch name {
	case "fbclid", "gclid", "dclid", "gbraid", "wbraid", "yclid", "ysclid", "msclkid", "twclid", "igshid", "mibextid", "srsltid",
		"mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "vero_id", "oly_anon_id", "oly_enc_id", "ref_src", "ref_url",
		"cmp", "cmpid", "s_cid", "wt_mc", "at_medium", "at_campaign", "traffic_source", "xtor":
		return true
	}
	return strings.HasPrefix(name, "utm_") || strings.HasPrefix(name, "mtm_")
}
