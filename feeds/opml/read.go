package opml

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/net/html"
	"golang.org/x/text/language"

	"attache/feeds"
	"attache/feeds/charset"
	"attache/feeds/repair"
)

// Read reads an OPML document, in whatever encoding and however broken: it is
// taken apart as a browser would, because lists that people have edited by hand
// have bare "&", and "<" in titles. Outlines that cannot be taken are named in
// the list and cost only themselves. Its error is a sentence for people.
func Read(r io.Reader) (List, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return List{}, err
	}
	if len(body) > maxBytes {
		return List{}, fmt.Errorf("it is larger than %d MB", maxBytes>>20)
	}
	body = repair.Characters(charset.Decode(body, "text/xml"))
	d := reader{tokens: html.NewTokenizer(bytes.NewReader(body)), prefixes: []string{prefix}, line: 1}
	for err == nil {
		err = d.step()
	}
	switch {
	case !errors.Is(err, io.EOF):
		return List{}, err
	case !d.opml:
		return List{}, errors.New("it is not OPML: there is no outline in it")
	}
	return d.list, nil
}

// reader is a document being read.
type reader struct {
	tokens   *html.Tokenizer
	prefixes []string // of our namespace
	line     int      // that the token ends in
	folders  []string // the names of the outlines that are open; "" of one that is no folder
	outlines int
	opml     bool // there was an element of OPML
	titled   bool // the title is open

	list List
}

// step reads a token.
func (d *reader) step() error {
	kind, line := d.tokens.Next(), d.line
	d.line += bytes.Count(d.tokens.Raw(), []byte("\n"))
	switch kind {
	case html.ErrorToken:
		return d.tokens.Err()
	case html.TextToken:
		if d.titled && d.list.Title == "" {
			d.list.Title = oneLine(html.UnescapeString(string(d.tokens.Text())), maxText)
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		d.tokens.NextIsNotRawText() // this is no HTML
		name, more := d.tokens.TagName()
		d.titled = string(name) == "title" && kind == html.StartTagToken
		switch string(name) {
		case "opml":
			d.opml = true
			d.attributes(more)
		case "outline":
			d.opml = true
			return d.outline(line, d.attributes(more), kind == html.SelfClosingTagToken)
		}
	case html.EndTagToken:
		d.titled = false
		if name, _ := d.tokens.TagName(); string(name) == "outline" && len(d.folders) > 0 {
			d.folders = d.folders[:len(d.folders)-1]
		}
	}
	return nil
}

// attributes are those of a tag, names in lower case and ours without a prefix
// but a colon: ":tier".
func (d *reader) attributes(more bool) map[string]string {
	all := map[string]string{}
	for more {
		var key, value []byte
		key, value, more = d.tokens.TagAttr()
		name := string(key)
		if p, ok := strings.CutPrefix(name, "xmlns:"); ok && string(value) == namespace && len(d.prefixes) < 8 {
			d.prefixes = append(d.prefixes, p)
		}
		for _, p := range d.prefixes {
			if own, ok := strings.CutPrefix(name, p+":"); ok {
				name = ":" + own
			}
		}
		if _, twice := all[name]; !twice && len(all) < maxAttributes {
			all[name] = strings.TrimSpace(strings.Map(printable, string(value)))
		}
	}
	return all
}

// outline takes an outline: a feed, a folder, or a note.
func (d *reader) outline(line int, a map[string]string, closed bool) error {
	if d.outlines++; d.outlines > maxOutlines {
		return fmt.Errorf("it has more than %d outlines", maxOutlines)
	}
	title := oneLine(cmp.Or(a["title"], a["text"]), maxText)
	folder := ""
	switch address, kind := address(a); {
	case address != "":
		f, err := feed(address, kind, title, a)
		f.Group = group(d.folders)
		if err != nil {
			d.list.Refused = append(d.list.Refused, Refused{line, title, err.Error()})
			break
		}
		d.list.Feeds, d.list.Lines = append(d.list.Feeds, f), append(d.list.Lines, line)
	case strings.EqualFold(a["type"], "include"):
		d.list.Refused = append(d.list.Refused, Refused{line, title, "it is another list: import that one itself"})
	default:
		folder = oneLine(cmp.Or(a["text"], a["title"]), maxText)
	}
	if closed {
		return nil
	}
	if d.folders = append(d.folders, folder); len(d.folders) > maxDepth {
		return fmt.Errorf("its outlines are nested more than %d deep", maxDepth)
	}
	return nil
}

// address is where the feed of an outline is, and what it says that is; "" if
// it is none. A page or a sitemap that we wrote is a link to others.
func address(a map[string]string) (address string, kind feeds.Kind) {
	switch kind = feeds.Kind(a[":kind"]); {
	case kind == feeds.Page || kind == feeds.Sitemap:
		return cmp.Or(a["xmlurl"], a["url"]), kind
	case strings.EqualFold(a["type"], "rss") || strings.EqualFold(a["type"], "atom"):
		return cmp.Or(a["xmlurl"], a["url"]), feeds.Syndicated
	}
	return a["xmlurl"], feeds.Syndicated
}

// feed is the feed of an outline; its outlet is its host if it has no title. What of our own attributes cannot be read is
// left at its default: somebody else has changed it.
func feed(address string, kind feeds.Kind, title string, a map[string]string) (feeds.Feed, error) {
	address, host, err := fetchable(address)
	if err != nil {
		return feeds.Feed{}, err
	}
	f := feeds.Feed{
		URL: address, Outlet: cmp.Or(title, oneLine(host, maxText), "?"), Kind: kind, Tier: feeds.Other, Zone: zone(a[":zone"]),
		Region: oneLine(a[":region"], maxText), Agent: oneLine(a[":user-agent"], 200),
		HTTP1: a[":http1"] == "true", Backlog: a[":backlog"] == "true",
	}
	_ = f.Tier.UnmarshalText([]byte(a[":tier"])) // other, then
	if every, err := time.ParseDuration(a[":every"]); err == nil && every > 0 {
		f.Every = every
	}
	if name := a[":name"]; len(name) <= 64 && !strings.ContainsFunc(name, unicode.IsSpace) {
		f.Name = name
	}
	for _, lang := range []string{a[":lang"], a["language"]} {
		if _, err := language.Parse(lang); err == nil && len(lang) <= 64 && f.Lang == "" {
			f.Lang = lang
		}
	}
	if kind == feeds.Page {
		f.Page = feeds.Selectors{Item: a[":item"], Link: a[":link"], Title: a[":title"], Date: a[":date"], Layout: a[":layout"]}
		for _, s := range []string{f.Page.Item, f.Page.Link, f.Page.Title, f.Page.Date, f.Page.Layout} {
			if len(s) > maxSelector {
				return f, errors.New("its selectors are too long")
			}
		}
		if f.Page.Item == "" {
			return f, errors.New("it is a page, and nothing says where its items are")
		}
	}
	return f, nil
}

// fetchable returns an address that may be asked for, and its host. No error
// quotes it.
func fetchable(address string) (clean, host string, err error) {
	if rest, ok := strings.CutPrefix(address, "feed:"); ok { // what browsers once handed to readers
		address = rest
		if strings.HasPrefix(rest, "//") {
			address = "http:" + rest
		}
	}
	if len(address) > maxLink {
		return "", "", errors.New("its address is too long")
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || strings.ContainsFunc(address, unicode.IsSpace):
		return "", "", errors.New("its address is not one")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", "", errors.New("its address is not http or https")
	case u.Hostname() == "":
		return "", "", errors.New("its address names no host")
	case u.User != nil:
		return "", "", errors.New("its address holds a user name or a password")
	}
	return address, u.Hostname(), nil
}

// zone is the one that a text names; nil is UTC.
func zone(text string) *time.Location {
	if t, err := time.Parse("-07:00", text); err == nil {
		_, seconds := t.Zone()
		return time.FixedZone(text, seconds)
	}
	z, err := time.LoadLocation(text)
	if err != nil || z == time.UTC || z == time.Local {
		return nil
	}
	return z
}

// group is the path of the folders, as far as there is room.
func group(folders []string) string {
	path := ""
	for _, folder := range folders {
		for name := range strings.SplitSeq(folder, "/") {
			if name = strings.TrimSpace(name); name == "" {
				continue
			}
			if path != "" {
				name = "/" + name
			}
			if len(path)+len(name) > maxText {
				return path
			}
			path += name
		}
	}
	return path
}

// oneLine is a text in one line of at most so many bytes, cut between what
// readers call characters.
func oneLine(text string, most int) string {
	text = strings.Join(strings.Fields(strings.Map(printable, text)), " ")
	if len(text) <= most {
		return text
	}
	end, state := 0, -1
	for rest := text; rest != ""; {
		var grapheme string
		grapheme, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if end+len(grapheme) > most-len("…") {
			break
		}
		end += len(grapheme)
	}
	return strings.TrimSpace(text[:end]) + "…"
}

// printable drops what XML has no place for, and what turns the direction of
// the text around it; line breaks become spaces.
func printable(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return ' '
	case unicode.IsControl(r) || r == utf8.RuneError || r&0xFFFE == 0xFFFE || unicode.Is(unicode.Bidi_Control, r):
		return -1
	}
	return r
}
