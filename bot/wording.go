package bot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How an alert is put into words, where every platform says it in the same.
// None of this is escaped: a renderer does that, and sets it in its own markup.

// Moment is when the outlet says it published, or when we first saw it.
func (m Message) Moment() time.Time {
	if m.Published.IsZero() {
		return m.Seen
	}
	return m.Published
}

// Label is the word for how loud it is.
func (m Message) Label() string {
	switch m.Severity {
	case Flash:
		return "Flash"
	case Urgent:
		return "Urgent"
	}
	return "Alert"
}

// Heading is the title, or what stands where there is none.
func (m Message) Heading() string {
	if Blank(OneLine(m.Title.Text, 100)) {
		return m.Label()
	}
	return m.Title.Text
}

// Lead is the sentences that the card quotes, one after the other.
func (m Message) Lead() Text {
	var b strings.Builder
	var marks []Mark
	for _, t := range m.Summary {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		for piece, marked := range t.Pieces() {
			start := b.Len()
			b.WriteString(piece)
			if marked {
				marks = append(marks, Mark{Start: start, End: b.Len()})
			}
		}
	}
	return Text{Text: b.String(), Marks: marks}
}

// Told is how many outlets told it, by tier; "" if one did.
func (m Message) Told() string {
	if len(m.Sources) < 2 {
		return ""
	}
	var parts []string
	for tier, n := range m.Tiers() {
		parts = append(parts, fmt.Sprintf("%d %s", n, tier))
	}
	return Count(len(m.Sources), "outlet") + ": " + strings.Join(parts, " · ")
}

// AlsoTold names at most so many of the others who told it, each by what name
// makes of it, and counts the rest; "" if there is nobody to name.
func (m Message) AlsoTold(most int, name func(Source) string) string {
	others := m.AlsoToldBy()
	var names []string
	for _, s := range others[:min(most, len(others))] {
		if text := name(s); !Blank(text) {
			names = append(names, text)
		}
	}
	if len(names) == 0 {
		return ""
	}
	line := "Also told by " + strings.Join(names, ", ")
	if more := len(others) - len(names); more > 0 {
		line += fmt.Sprintf(" and %d more", more)
	}
	return line
}

// Asked says which subscriptions asked for it and by which words, both as they
// have been written; "" if there are neither.
func Asked(rules, words string) string {
	words = MatchedBy(words)
	if Blank(rules) {
		return Upper(words)
	}
	return strings.TrimSuffix("Asked for by "+rules+", "+words, ", ")
}

// BetweenWords is what stands between two words that matched.
const BetweenWords = "”, “"

// MatchedBy says by which words, as they have been written; "" if there are none.
func MatchedBy(words string) string {
	if Blank(words) {
		return ""
	}
	return "matched “" + words + "”"
}

// Together says what a message of many alerts is.
func (m Message) Together() string {
	return Count(len(m.Alerts), "alert") + " at once, here together"
}

// LeftOut says of alerts for which there was no room where to find them.
func LeftOut(n int) string {
	return "And " + Count(n, "more alert") + ": latest and search find them."
}

// MoreLines says of lines of an answer for which there was no room how to get by
// with fewer.
func MoreLines(n int) string {
	return "There is more than fits here (" + Count(n, "line") + "). Ask for less: another word narrows a search down, a smaller number shortens latest."
}

// maxNews is how many changes are told at once, the latest.
const maxNews = 3

// News is the changes that an update tells: the last one, and of a correction
// all from there on, for it may not be the last.
func (m Message) News() []Change {
	last := len(m.Changes) - 1
	if last < 0 || m.Kind != KindCorrection {
		return m.Changes[max(0, last):]
	}
	from := last
	for i, ch := range slices.Backward(m.Changes) {
		if ch.What == CorrectedBy {
			from = i
			break
		}
	}
	return m.Changes[from:min(len(m.Changes), from+maxNews)]
}

// Verb is what happened, at the beginning of a sentence that goes on with who
// did it.
func (ch Change) Verb() string {
	if what := OneLine(ch.What, 60); !Blank(what) {
		return Upper(what)
	}
	return "Changed by"
}

// Hash is a story's number as people see it; "" if it has none.
func Hash(story int64) string {
	if story == 0 {
		return ""
	}
	return "#" + strconv.FormatInt(story, 10)
}

// Count is a number of things: "1 outlet", "2 outlets".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
