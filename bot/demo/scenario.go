package demo

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"
)

//go:embed scenario/*.txt
var files embed.FS

// Scenario is what happens: outlets, in order of name, and what they publish.
type Scenario struct {
	Outlets []*Outlet
}

// Outlet is one invented publisher with one feed.
type Outlet struct {
	Name   string // of the feed, and of its file: "wire-one"
	Title  string // as readers know it: "Wire One"
	Tier   string // official, agency or press
	Lang   string // BCP 47
	Format Format
	CDATA  bool           // its markup stands in CDATA sections, else in entities
	Legacy bool           // its document is in windows-1251, else in UTF-8
	Zone   *time.Location // its dates are written in
	Site   string         // https address under .example
	Faults []Fault
	Items  []Item // oldest first
}

// Path is where the outlet's feed is served: "/wire-one.xml".
func (o *Outlet) Path() string {
	if o.Format == JSON {
		return "/" + o.Name + ".json"
	}
	return "/" + o.Name + ".xml"
}

// Item is one thing an outlet publishes.
type Item struct {
	Offset  time.Duration // simulated, from the start; at or before 0 it is there already
	GUID    string        // the same in every run; in RDF, which has none, the link
	Link    string
	Title   string // plain text
	Edits   []Edit // later titles, in order
	Author  string
	Tags    []string
	Summary string   // HTML, as it stands in the feed
	Body    []string // paragraphs of HTML; none when the feed has only a summary
}

// Edit is a headline changed without notice: same guid, same dates.
type Edit struct {
	Offset time.Duration
	Title  string
}

// titleAt is the headline as it stands at a simulated time.
func (it *Item) titleAt(at time.Duration) string {
	title := it.Title
	for _, e := range it.Edits {
		if e.Offset <= at {
			title = e.Title
		}
	}
	return title
}

// Load reads the bundled scenario. The error names the first mistake in
// each file, by its line.
func Load() (*Scenario, error) { return load(files) }

func load(files fs.FS) (*Scenario, error) {
	names, err := fs.Glob(files, "scenario/*.txt")
	if err != nil {
		return nil, fmt.Errorf("demo: listing the scenario: %w", err)
	}
	s := &Scenario{}
	var mistakes []error
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("demo: reading the scenario: %w", err)
		}
		o, err := parse(strings.TrimSuffix(path.Base(name), ".txt"), string(text))
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("demo: %s: %w", name, err))
			continue
		}
		s.Outlets = append(s.Outlets, o)
	}
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return s, nil
}

// Position is how far a demo got whose items are still known: the latest
// simulated offset of an item for which known answers true, and 0 if there is
// none. A [Server] told to begin there carries on.
func (s *Scenario) Position(known func(feed, guid string) bool) time.Duration {
	var at time.Duration
	for _, o := range s.Outlets {
		for _, it := range o.Items {
			if it.Offset > at && known(o.Name, it.GUID) {
				at = it.Offset
			}
		}
	}
	return at
}
