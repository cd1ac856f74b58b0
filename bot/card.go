package bot

import (
	"slices"
	"strings"
	"time"

	"attache/bot/rule"
	"attache/bot/summary"
	"attache/feeds"
)

// maxSources is how many tellers a card keeps; a story told by more is big
// enough without their names.
const maxSources = 50

// maxChanges is how many changes it keeps: an outlet that edits back and forth
// all day must not make a card grow without end.
const maxChanges = 30

// compose makes the card of an item for a channel whose subscriptions matched.
func compose(t telling, group []match, tellers []Source) Message {
	m := Message{Kind: KindAlert, Severity: severityOf(t.label), Sources: tellers}
	var terms []rule.Term
	for _, g := range group {
		m.Rules = append(m.Rules, nameOf(g.sub))
		terms = append(terms, g.terms...)
	}
	m.Matched = spelled(t.item, terms)
	m.quote(t, terms)
	return m
}

// quote puts an item's words on the card, verbatim.
func (m *Message) quote(t telling, terms []rule.Term) {
	it := t.item
	m.Title, m.Summary = marked(it, t.headline, terms), nil
	for _, s := range t.lead {
		m.Summary = append(m.Summary, marked(it, s, terms))
	}
	m.URL, m.Outlet, m.Tier, m.Lang = it.URL, it.Outlet, it.Tier, it.Lang
	m.Published, m.Seen = it.Published, it.Seen
}

// severityOf reads an item's severity off the outlet's own label.
func severityOf(label string) Severity {
	switch label {
	case summary.Flash:
		return Flash
	case summary.Breaking, summary.Urgent:
		return Urgent
	}
	return Normal
}

// nameOf is how people know a subscription: its name, or else its rule.
func nameOf(s Subscription) string {
	if s.Name != "" {
		return s.Name
	}
	return s.Rule
}

// joined adds a teller to the card.
func (c *card) joined(t telling, at time.Time) {
	n := len(c.message.Sources)
	c.message.Sources = addSource(c.message.Sources, t.item)
	if len(c.message.Sources) > n {
		c.change(KindUpdate, Change{At: at, What: ToldBy, Who: t.item.Outlet, Now: quote(t.item, t.headline), URL: t.item.URL})
	}
}

// edited makes the card quote what its item says now, and keeps what it said.
// What changed elsewhere in the item is on record and not on the card.
func (c *card) edited(t telling, terms []rule.Term, at time.Time) {
	was := c.message
	c.message.quote(t, terms)
	c.message.Seen, c.message.Matched = was.Seen, spelled(t.item, terms)
	c.message.Sources = replaceSource(was.Sources, t.item)
	now := c.message
	change := Change{At: at, Who: t.item.Outlet, URL: t.item.URL}
	switch {
	case t.label == summary.Correction && !corrects(t.known.Title):
		change.What, change.Was, change.Now = CorrectedBy, textOf(was), textOf(now)
		c.change(KindCorrection, change)
	case was.Title.Text != now.Title.Text:
		change.What, change.Was, change.Now = RetitledBy, was.Title.Text, now.Title.Text
		c.change(KindUpdate, change)
	case textOf(was) != textOf(now):
		change.What, change.Was, change.Now = RewordedBy, textOf(was), textOf(now)
		c.change(KindUpdate, change)
	default:
		c.message = was
	}
}

// reworded follows an edit of an item that the card lists among its tellers.
func (c *card) reworded(t telling, at time.Time) {
	if t.label == summary.Correction && !corrects(t.known.Title) {
		c.message.Sources = replaceSource(c.message.Sources, t.item)
		c.corrected(t, at)
		return
	}
	was := c.message.Sources
	c.message.Sources = replaceSource(was, t.item)
	for i, now := range c.message.Sources {
		if now.Title != was[i].Title {
			c.change(KindUpdate, Change{At: at, What: RetitledBy, Who: now.Outlet, Was: was[i].Title, Now: now.Title, URL: now.URL})
		}
	}
}

// corrects reports whether the outlet says by its label that this title corrects.
func corrects(title string) bool {
	label, _ := summary.Label(title)
	return label == summary.Correction
}

// corrected notes that a later item corrects the story. The card goes on
// quoting the item it quoted: words of two items are never mixed.
func (c *card) corrected(t telling, at time.Time) {
	c.message.Sources = addSource(c.message.Sources, t.item)
	now := quote(t.item, t.headline)
	if len(t.lead) > 0 {
		now += " — " + quoteAll(t.item, t.lead)
	}
	c.change(KindCorrection, Change{At: at, What: CorrectedBy, Who: t.item.Outlet, Was: textOf(c.message), Now: now, URL: t.item.URL})
}

func (c *card) change(kind Kind, ch Change) {
	c.message.Changes = append(spared(c.message.Changes), ch)
	c.changed = true
	// An alert not yet posted stays one; a correction outranks an update.
	if c.alert != 0 && (!c.moved || kind == KindCorrection) {
		c.message.Kind, c.moved = kind, true
	}
	c.message.Silent = c.message.Muted != "" && c.message.Kind != KindCorrection
}

// spared is a copy of the changes with room for one more. The oldest goes that
// says only who told it too, or else the oldest but for the last correction,
// without which the card would stand as true again.
func spared(list []Change) []Change {
	list = slices.Clone(list)
	for len(list) >= maxChanges {
		i := slices.IndexFunc(list, func(ch Change) bool { return ch.What == ToldBy })
		if i < 0 {
			i = 0
			rest := list[1:]
			if list[0].What == CorrectedBy && !slices.ContainsFunc(rest, func(ch Change) bool { return ch.What == CorrectedBy }) {
				i = 1
			}
		}
		list = slices.Delete(list, i, i+1)
	}
	return list
}

// textOf is what a card quotes, on one line.
func textOf(m Message) string {
	if len(m.Summary) == 0 {
		return m.Title.Text
	}
	parts := []string{m.Title.Text, "—"}
	for _, t := range m.Summary {
		parts = append(parts, t.Text)
	}
	return strings.Join(parts, " ")
}

func sourceOf(it feeds.Item) Source {
	headline, _ := summary.Of(it.Title, it.Summary, it.Body)
	at := it.Published
	if at.IsZero() {
		at = it.Seen
	}
	return Source{Outlet: it.Outlet, Tier: it.Tier, Lang: it.Lang, Title: quote(it, headline), URL: it.URL, At: at}
}

// addSource adds an item's outlet unless it is among the tellers already. It
// never writes into the list it was given.
func addSource(list []Source, it feeds.Item) []Source {
	if len(list) >= maxSources || slices.ContainsFunc(list, func(s Source) bool { return s.Outlet == it.Outlet }) {
		return list
	}
	return append(slices.Clip(list), sourceOf(it))
}

// replaceSource makes the list quote an item as it is now, where it quotes it.
func replaceSource(list []Source, it feeds.Item) []Source {
	list = slices.Clone(list)
	for i, s := range list {
		if s.Outlet == it.Outlet && s.URL == it.URL {
			list[i] = sourceOf(it)
		}
	}
	return list
}

// fieldOf returns the text that a span or a term points into.
func fieldOf(it feeds.Item, name string) string {
	switch name {
	case "title":
		return it.Title
	case "summary":
		return it.Summary
	}
	return it.Body
}

// quote returns the words of a span, with an ellipsis where they stop short.
func quote(it feeds.Item, s summary.Span) string {
	text := fieldOf(it, s.Field)[s.Start:s.End]
	if s.Cut {
		text += "…"
	}
	return text
}

func quoteAll(it feeds.Item, spans []summary.Span) string {
	var parts []string
	for _, s := range spans {
		parts = append(parts, quote(it, s))
	}
	return strings.Join(parts, " ")
}

// marked quotes a span with the terms that stand in it marked.
func marked(it feeds.Item, s summary.Span, terms []rule.Term) Text {
	out := Text{Text: quote(it, s)}
	for _, t := range terms {
		if string(t.Field) == s.Field && t.Start >= s.Start && t.End <= s.End {
			out.Marks = append(out.Marks, Mark{t.Start - s.Start, t.End - s.Start})
		}
	}
	out.Marks = tidy(out.Marks)
	return out
}

// spelled returns the words that matched, as the item spells them, once each.
func spelled(it feeds.Item, terms []rule.Term) []string {
	var words []string
	seen := map[string]bool{}
	for _, t := range terms {
		w := fieldOf(it, string(t.Field))[t.Start:t.End]
		if k := rule.Fold(w); !seen[k] {
			seen[k] = true
			words = append(words, w)
		}
	}
	return words
}
