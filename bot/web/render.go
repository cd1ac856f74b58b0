package web

import (
	"embed"
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"time"

	"attache/bot"
)

//go:embed templates/*.html
var templates embed.FS

// parsePages reads the templates. Everything from outside goes through
// html/template's escaping; nothing in this room makes a template.HTML.
func parsePages(zone *time.Location) (*template.Template, error) {
	pages, err := template.New("").Funcs(template.FuncMap{
		"path":  path,
		"link":  link,
		"bare":  bare,
		"tally": bot.Tally,
		"stamp": func(t time.Time) string { return t.In(zone).Format("2 Jan, 15:04 MST") },
		"iso":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}).ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("web: read the templates: %w", err)
	}
	return pages, nil
}

// link is an address as it may stand in an href: http or https with a host, or
// "" for one that stays plain text.
func link(address string) string {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return ""
	}
	return u.String()
}

// bare is link without the query, where a feed's key may stand.
func bare(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return link(address)
}

// shownTellers is how many other outlets a card lists before it folds the rest.
const shownTellers = 4

// card is a message as it stands in a page.
type card struct {
	bot.Message
	ID   string // its element id
	Path string // of its channel, where its forms go
}

func newCard(c bot.Channel, id string, m bot.Message) card {
	return card{Message: m, ID: id, Path: path(c)}
}

// Label is the word for how loud it is.
func (c card) Label() string {
	switch {
	case c.Kind == bot.KindNotice:
		return "Notice"
	case c.Severity == bot.Flash:
		return "Flash"
	case c.Severity == bot.Urgent:
		return "Urgent"
	}
	return "Alert"
}

// When is when the outlet says it published, or when we first saw it; or, of a
// notice, when we saw what it tells.
func (c card) When() time.Time {
	if c.Published.IsZero() {
		return c.Seen
	}
	return c.Published
}

// Tellers is those of the others that are listed at once.
func (c card) Tellers() []bot.Source {
	others := c.AlsoToldBy()
	return others[:min(shownTellers, len(others))]
}

// Folded is the rest of them.
func (c card) Folded() []bot.Source { return c.AlsoToldBy()[len(c.Tellers()):] }

// Unmarked is the matched words that no mark in the card shows, because they
// stand further down in the item.
func (c card) Unmarked() []string {
	shown := map[string]bool{}
	for _, t := range append([]bot.Text{c.Title}, c.Summary...) {
		for piece, marked := range t.Pieces() {
			if marked {
				shown[strings.ToLower(piece)] = true
			}
		}
	}
	var list []string
	for _, word := range c.Matched {
		if !shown[strings.ToLower(word)] {
			list = append(list, word)
		}
	}
	return list
}

// Blocks is the lines of a notice.
func (c card) Blocks() []block { return blocks(c.Path, c.Lines) }

// answer is the answer to a command as it stands in a page.
type answer struct {
	Line    string // what was typed
	Title   bot.Text
	Blocks  []block
	Mistake bool
}

func newAnswer(a answered) *answer {
	return &answer{
		Line: a.Command.Line, Title: a.Message.Title, Mistake: a.Message.Mistake,
		Blocks: blocks(path(a.Command.Channel), a.Message.Lines),
	}
}

// block is one line, or neighbouring lines of code in one piece, so that a
// caret stays under what it points at.
type block struct {
	bot.Line
	Pre  string
	Path string // where its form goes
}

func blocks(path string, lines []bot.Line) []block {
	var list []block
	for _, l := range lines {
		last := len(list) - 1
		switch {
		case l.Code && last >= 0 && list[last].Pre != "":
			list[last].Pre += "\n" + l.Text
		case l.Code:
			list = append(list, block{Pre: l.Text})
		default:
			list = append(list, block{Line: l, Path: path})
		}
	}
	return list
}

// troubled returns the feeds that are not well.
func troubled(feeds []bot.FeedStatus) []bot.FeedStatus {
	var list []bot.FeedStatus
	for _, f := range feeds {
		if !f.Healthy() {
			list = append(list, f)
		}
	}
	return list
}
