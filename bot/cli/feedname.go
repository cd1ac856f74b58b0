package cli

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"attache/bot/config"
	"attache/bot/rule"
	"attache/feeds"
)

// roster is what feeds there are, so that none is taken twice.
type roster struct {
	names map[string]bool
	links map[string]string // names, by canonical address
	last  map[string]int    // the last number put behind a name, by that name
}

func newRoster(list []feeds.Feed) roster {
	r := roster{map[string]bool{}, map[string]string{}, map[string]int{}}
	for _, f := range list {
		r.add(f.Name, f.URL)
	}
	return r
}

func (r roster) add(name, address string) {
	r.names[name] = true
	r.links[feeds.CanonicalLink(address)] = name
}

// has returns the name of the feed of an address, if there is one.
func (r roster) has(address string) (name string, ok bool) {
	name, ok = r.links[feeds.CanonicalLink(address)]
	return name, ok
}

// name makes a name that nobody has: the one that is wanted, or else a short one
// after the outlet or, if that is not in Latin letters, the host.
func (r roster) name(want, outlet, address string) string {
	if want == "" {
		want = slug(outlet)
	}
	if len(want) < 2 {
		want = slug(hostName(address))
	}
	if want == "" {
		want = "feed"
	}
	name := want
	for n := max(2, r.last[want]); r.names[name]; n++ {
		suffix := fmt.Sprint("-", n)
		name = strings.ToValidUTF8(want[:min(len(want), 64-len(suffix))], "") + suffix
		r.last[want] = n
	}
	return name
}

// maxSlug is how long a name may be that we make, in bytes: people type it.
const maxSlug = 24

// slug is a text in lower-case Latin letters and digits, with hyphens between
// its words; "" if it has none of them.
func slug(text string) string {
	words := strings.FieldsFunc(rule.Fold(text), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	s := ""
	for _, w := range words {
		if s != "" {
			w = "-" + w
		}
		if len(s)+len(w) > maxSlug {
			break
		}
		s += w
	}
	if s == "" && len(words) > 0 {
		s = words[0][:maxSlug]
	}
	return s
}

// hostName is the host of an address without what every host has.
func hostName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	host := u.Hostname()
	for _, usual := range []string{"www.", "rss.", "feeds."} {
		host = strings.TrimPrefix(host, usual)
	}
	if i := strings.LastIndexByte(host, '.'); i > 0 {
		host = host[:i]
	}
	return host
}

// mistake is what is wrong with a feed as a config would have it, in words.
func mistake(f config.Feed) string {
	_, err := config.Parse("", []byte(f.TOML()), func(string) string { return "" })
	problems, _ := errors.AsType[config.Problems](err)
	var words []string
	for _, p := range problems {
		words = append(words, strings.TrimSuffix(strings.TrimPrefix(p.Key, "feed[0].")+": "+p.Msg+": "+p.Hint, ": "))
	}
	return strings.Join(words, "; ")
}
