package bot

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"

	"attache/feeds"
)

// Kind says what a message is to the people who read it.
type Kind string

// The kinds of messages.
const (
	KindAlert      Kind = "alert"      // a story told to a channel for the first time
	KindUpdate     Kind = "update"     // the same alert, kept true: more tellers, an edited headline
	KindCorrection Kind = "correction" // the outlet took back or corrected what the alert said
	KindDigest     Kind = "digest"     // many alerts in one message
	KindNotice     Kind = "notice"     // the bot's own words: an answer to a command, how feeds are
)

// Severity orders alerts by how much they ask of a reader.
type Severity string

// The severities, the loudest first.
const (
	Flash  Severity = "flash"
	Urgent Severity = "urgent"
	Normal Severity = "alert"
)

// Message is what a channel is told. It has no shape of any platform: Block
// Kit, Matrix HTML, the web page and terminal colours are born in the render.go
// of their rooms, and nowhere else.
//
// Every word of an alert that comes from a feed is verbatim the outlet's own.
// It is also hostile: a renderer escapes it, neutralises mentions, and links to
// http and https only. (Control and bidi characters are gone before this.)
type Message struct {
	Kind     Kind     `json:"kind"`
	Alert    int64    `json:"alert,omitempty"` // 0 for a notice
	Story    int64    `json:"story,omitempty"` // the number people type after `why`
	Channel  Channel  `json:"channel,omitempty"`
	Severity Severity `json:"severity,omitempty"`

	Title     Text       `json:"title,omitzero"`
	URL       string     `json:"url,omitempty"`    // http(s) or empty
	Outlet    string     `json:"outlet,omitempty"` // who said it first
	Tier      feeds.Tier `json:"tier,omitempty"`
	Lang      string     `json:"lang,omitempty"`    // BCP 47 of title and summary
	Summary   []Text     `json:"summary,omitempty"` // sentences of one item
	Rules     []string   `json:"rules,omitempty"`   // the subscriptions that asked for it, by name or text
	Matched   []string   `json:"matched,omitempty"` // the words that matched, as the item spells them
	Sources   []Source   `json:"sources,omitempty"` // every outlet that told it, the first teller first
	Changes   []Change   `json:"changes,omitempty"` // what happened since the alert, oldest first
	Published time.Time  `json:"published,omitzero"`
	Seen      time.Time  `json:"seen,omitzero"`
	Sent      time.Time  `json:"sent,omitzero"`

	Claim *Claim `json:"claim,omitempty"` // who is on it
	Muted string `json:"muted,omitempty"` // who wanted no more noise about it; "" nobody

	// Silent is an update that changes what stands and draws nobody's
	// attention to it.
	Silent bool `json:"silent,omitempty"`

	// Alerts are the cards of a digest, as each stands now. An update of one of
	// them has them all too; what happened is in the message's own Changes.
	Alerts []Message `json:"alerts,omitempty"`

	Lines   []Line `json:"lines,omitempty"`   // of a notice
	Mistake bool   `json:"mistake,omitempty"` // of a notice: nothing was done, and the lines say why
}

// Claim is somebody's word that they are on it.
type Claim struct {
	User string    `json:"user"` // as the platform names them; "" where there is one user only
	At   time.Time `json:"at"`
}

// Action is something to do about an alert, at the press of a button or by
// whatever a platform has instead: it types Line.
type Action struct {
	Name  string // short and stable: "claim"
	Label string // what it is called: "On it"
	Line  string // the command, in full: "claim 12"
}

// Actions returns what people can do about an alert; nothing, if the message
// is none.
func (m Message) Actions() []Action {
	if m.Story == 0 || m.Kind == KindNotice || m.Kind == KindDigest {
		return nil
	}
	mute, claim := Action{Name: "mute", Label: "Mute"}, Action{Name: "claim", Label: "On it"}
	if m.Muted != "" {
		mute = Action{Name: "unmute", Label: "Unmute"}
	}
	if m.Claim != nil {
		claim = Action{Name: "release", Label: "Not on it"}
	}
	list := []Action{claim, mute, {Name: "why", Label: "Why"}, {Name: "story", Label: "Story"}}
	for i := range list {
		list[i].Line = fmt.Sprintf("%s %d", list[i].Name, m.Story)
	}
	return list
}

// Text is a piece of an item with the matched words marked in place.
type Text struct {
	Text  string `json:"text"`
	Marks []Mark `json:"marks,omitempty"` // in order, not overlapping
}

// Mark is a stretch of a Text to be highlighted, in byte offsets.
type Mark struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Pieces yields the text cut at its marks, each with whether it is marked, so
// that a renderer escapes every piece and wraps the marked ones.
func (t Text) Pieces() func(yield func(string, bool) bool) {
	return func(yield func(string, bool) bool) {
		at := 0
		for _, m := range t.Marks {
			if m.Start < at || m.End <= m.Start || m.End > len(t.Text) {
				continue // marks out of order would repeat or lose words
			}
			if m.Start > at && !yield(t.Text[at:m.Start], false) {
				return
			}
			if !yield(t.Text[m.Start:m.End], true) {
				return
			}
			at = m.End
		}
		if at < len(t.Text) {
			yield(t.Text[at:], false)
		}
	}
}

// Plain drops what a screen would obey instead of show: control characters but
// for line feeds and tabs, and the marks that turn the writing direction about
// (UAX #9, explicit formatting). Feed text is read without them; a renderer
// that writes for something that obeys drops them all the same.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, text)
}

// tidy sorts marks and joins those that overlap: two rules may have marked the
// same words.
func tidy(marks []Mark) []Mark {
	slices.SortFunc(marks, func(a, b Mark) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	var out []Mark
	for _, m := range marks {
		if n := len(out); n > 0 && m.Start < out[n-1].End {
			out[n-1].End = max(out[n-1].End, m.End)
			continue
		}
		out = append(out, m)
	}
	return out
}

// Source is an outlet that told the story.
type Source struct {
	Outlet string     `json:"outlet"`
	Tier   feeds.Tier `json:"tier,omitempty"`
	Lang   string     `json:"lang,omitempty"`
	Title  string     `json:"title,omitempty"` // in its own words
	URL    string     `json:"url,omitempty"`   // http(s) or empty
	At     time.Time  `json:"at,omitzero"`     // published, or seen where that is unknown
}

// AlsoToldBy returns the sources other than the outlet that the card quotes.
func (m Message) AlsoToldBy() []Source {
	return slices.DeleteFunc(slices.Clone(m.Sources), func(s Source) bool { return s.Outlet == m.Outlet })
}

// Tiers yields how many of the sources are of each tier, from those closest to
// events to the others, where there are any.
func (m Message) Tiers() iter.Seq2[feeds.Tier, int] {
	return func(yield func(feeds.Tier, int) bool) {
		left := len(m.Sources)
		for _, tier := range []feeds.Tier{feeds.Official, feeds.Agency, feeds.Press} {
			n := 0
			for _, s := range m.Sources {
				if s.Tier == tier {
					n++
				}
			}
			left -= n
			if n > 0 && !yield(tier, n) {
				return
			}
		}
		if left > 0 {
			yield(feeds.Other, left)
		}
	}
}

// Line is one line of a notice.
type Line struct {
	Text   string `json:"text"`
	URL    string `json:"url,omitempty"`    // http(s) or empty; the line links there
	Detail string `json:"detail,omitempty"` // in a quieter voice after the text
	Code   bool   `json:"code,omitempty"`   // keep spaces: a rule, a caret under it
	Story  int64  `json:"story,omitempty"`  // the line is about this story
}

// Said is the one-line JSON of a message as `--json` prints it.
type Said struct {
	Kind      Kind       `json:"kind"`
	Alert     int64      `json:"alert,omitempty"`
	Story     int64      `json:"story,omitempty"`
	Channel   Channel    `json:"channel"`
	Severity  Severity   `json:"severity,omitempty"`
	Title     string     `json:"title,omitempty"`
	URL       string     `json:"url,omitempty"`
	Outlet    string     `json:"outlet,omitempty"`
	Tier      feeds.Tier `json:"tier,omitempty"`
	Summary   []string   `json:"summary,omitempty"`
	Rules     []string   `json:"rules,omitempty"`
	Matched   []string   `json:"matched,omitempty"`
	Sources   int        `json:"sources,omitempty"`
	Claim     *Claim     `json:"claim,omitempty"`
	Muted     string     `json:"muted,omitempty"`
	Silent    bool       `json:"silent,omitempty"`
	Alerts    []Said     `json:"alerts,omitempty"` // of a digest
	Published time.Time  `json:"published,omitzero"`
	Seen      time.Time  `json:"seen,omitzero"`
	Sent      time.Time  `json:"sent,omitzero"`
}

// Said returns the message in the shape of `--json`. A notice's lines stand in
// Summary.
func (m Message) Said() Said {
	s := Said{
		Kind: m.Kind, Alert: m.Alert, Story: m.Story, Channel: m.Channel, Severity: m.Severity,
		Title: m.Title.Text, URL: m.URL, Outlet: m.Outlet, Tier: m.Tier,
		Rules: m.Rules, Matched: m.Matched, Sources: len(m.Sources),
		Claim: m.Claim, Muted: m.Muted, Silent: m.Silent,
		Published: m.Published, Seen: m.Seen, Sent: m.Sent,
	}
	for _, t := range m.Summary {
		s.Summary = append(s.Summary, t.Text)
	}
	for _, l := range m.Lines {
		s.Summary = append(s.Summary, l.Text)
	}
	if m.Kind == KindDigest { // an update of one of them is about that one
		for _, a := range m.Alerts {
			s.Alerts = append(s.Alerts, a.Said())
		}
	}
	return s
}
