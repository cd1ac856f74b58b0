package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"attache/bot/config"
	"attache/feeds"
)

type feedListCommand struct {
	configFlag
	JSON bool `help:"Print one JSON object a feed."`
}

// Run lists the feeds of the config, with what the database knows of them. It
// makes no database.
func (c *feedListCommand) Run(ctx context.Context, p *Program) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	states, err := statesOf(ctx, cfg)
	if err != nil {
		return err
	}
	now, list := time.Now(), feedsOf(cfg)
	var rows []listed
	for _, f := range list {
		rows = append(rows, newListed(f, states[f.Name], now))
	}
	if !c.JSON {
		return table(p.Out, rows)
	}
	enc := json.NewEncoder(p.Out)
	enc.SetEscapeHTML(false)
	for _, r := range rows {
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// statesOf is what the database of a config remembers of feeds, if there is one.
func statesOf(ctx context.Context, cfg config.Config) (map[string]feeds.State, error) {
	db, err := openExisting(ctx, cfg.Storage.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return db.FeedStates(ctx)
}

// listed is a feed as it is listed.
type listed struct {
	Name    string     `json:"name"`
	URL     string     `json:"url"`
	Outlet  string     `json:"outlet"`
	Tier    feeds.Tier `json:"tier"`
	Lang    string     `json:"lang,omitempty"`
	Region  string     `json:"region,omitempty"`
	Group   string     `json:"group,omitempty"`
	Kind    feeds.Kind `json:"kind"`
	Zone    string     `json:"zone,omitempty"`
	Every   string     `json:"every,omitempty"`
	Healthy bool       `json:"healthy"`
	Words   string     `json:"status"` // how it is doing
	Checked time.Time  `json:"checked,omitzero"`
	Read    time.Time  `json:"succeeded,omitzero"`
	Changed time.Time  `json:"changed,omitzero"`
	Next    time.Time  `json:"next,omitzero"`
	Fails   int        `json:"failures"`
	Error   string     `json:"error,omitempty"`
}

func newListed(f feeds.Feed, s feeds.State, now time.Time) listed {
	if s.URL != f.URL {
		s = feeds.State{} // of another address
	}
	c := configOf(f)
	l := listed{
		Name: f.Name, URL: f.URL, Outlet: f.Outlet, Tier: f.Tier, Lang: f.Lang, Region: f.Region, Group: f.Group,
		Kind: f.Kind, Zone: c.Zone, Checked: s.Checked, Read: s.Succeeded, Changed: s.Changed, Next: s.Next,
		Fails: s.Failures, Error: s.Error,
	}
	if f.Every > 0 {
		l.Every = c.Every.String()
	}
	l.Healthy, l.Words = feeds.Status(f, s, now)
	return l
}

// The columns of a table that fits a terminal of 80, in cells.
const (
	tableWidth  = 80
	nameColumn  = 22 // a longer name has a line of its own: it is never cut, people type it
	tierColumn  = 9
	kindColumn  = 8
	groupColumn = 16
	indent      = "    "
)

// table prints feeds, two lines each: what a feed is, and how it is doing.
func table(w io.Writer, rows []listed) error {
	var b strings.Builder
	for _, r := range rows {
		mark, name := "✗ ", r.Name
		if r.Healthy {
			mark = "✓ "
		}
		b.WriteString(mark)
		if uniseg.StringWidth(name) >= nameColumn {
			b.WriteString(name + "\n  ")
			name = ""
		}
		line := column(name, nameColumn) + column(string(r.Tier), tierColumn) + column(string(r.Kind), kindColumn) + column(r.Group, groupColumn)
		b.WriteString(strings.TrimRight(line+fit(r.Outlet, tableWidth-2-uniseg.StringWidth(line)), " ") + "\n")
		for _, part := range wrap(cmp.Or(r.Words, "?"), tableWidth-len(indent)) {
			b.WriteString(indent + part + "\n")
		}
	}
	fmt.Fprintf(&b, "%s\n", plural(len(rows), "feed"))
	_, err := io.WriteString(w, b.String())
	return err
}

// column is a text in a column, with a space behind it.
func column(text string, width int) string {
	text = fit(text, width-1)
	return text + strings.Repeat(" ", width-uniseg.StringWidth(text))
}

// fit cuts a text to a width in cells.
func fit(text string, width int) string {
	if uniseg.StringWidth(text) <= width {
		return text
	}
	out, room, state := "", width-1, -1
	for rest := text; rest != ""; {
		var grapheme string
		var cells int
		grapheme, rest, cells, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if room -= cells; room < 0 {
			break
		}
		out += grapheme
	}
	return out + "…"
}

// wrap breaks a sentence into lines of a width in cells. A word that is wider is
// cut.
func wrap(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		word = fit(word, width)
		switch {
		case line == "":
			line = word
		case uniseg.StringWidth(line)+1+uniseg.StringWidth(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	return append(lines, line)
}
