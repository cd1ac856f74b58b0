package console

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"attache/bot"
)

// style is an ANSI SGR sequence's parameters (ECMA-48 8.3.117).
type style string

const (
	bold   style = "1"
	dim    style = "2"
	marked style = "1;33" // bold yellow reads on dark and on light
	red    style = "1;31"
	green  style = "1;32"
	struck style = "9"
)

func (c *Console) in(s style, text string) string {
	if !c.o.Color || text == "" || s == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// post renders an alert, or each of a digest, or a notice.
func (c *Console) post(m bot.Message) string {
	switch m.Kind {
	case bot.KindNotice:
		return "\n" + c.notice(m)
	case bot.KindDigest:
	default:
		return c.card(m)
	}
	var b strings.Builder
	for _, a := range m.Alerts {
		b.WriteString(c.card(a))
	}
	return b.String()
}

// card renders an alert.
func (c *Console) card(m bot.Message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s %s %s\n", c.severity(m.Severity), c.in(dim, stamp(m)), c.in(dim, number(m.Story)))
	c.fill(&b, "", m.Title, bold)
	for _, s := range m.Summary {
		c.fill(&b, "  ", s, "")
	}
	source := clean(m.Outlet)
	if m.Tier != "" {
		source += " (" + string(m.Tier) + ")"
	}
	c.fill(&b, "  ", bot.Text{Text: source}, dim)
	if url := clean(m.URL); url != "" {
		fmt.Fprintf(&b, "  %s\n", c.in(dim, url)) // never broken: people click it
	}
	c.fill(&b, "  ", bot.Text{Text: "Rule: " + strings.Join(m.Rules, "; ") + ", matched “" + strings.Join(m.Matched, "”, “") + "”"}, dim)
	if also := tellers(m); also != "" {
		c.fill(&b, "  ", bot.Text{Text: "Also told by " + also}, dim)
	}
	c.standing(&b, m)
	return b.String()
}

// standing renders who is on an alert, and who wants to hear no more of it.
func (c *Console) standing(b *strings.Builder, m bot.Message) {
	if m.Claim != nil {
		c.fill(b, "  ", bot.Text{Text: "On it: " + cmp.Or(clean(m.Claim.User), "somebody") + ", since " + clock(m.Claim.At)}, green)
	}
	if m.Muted != "" {
		c.fill(b, "  ", bot.Text{Text: "Muted by " + m.Muted + ", but for corrections"}, dim)
	}
}

// update renders what changed last about an alert already printed.
func (c *Console) update(m bot.Message) string {
	if len(m.Changes) == 0 {
		return ""
	}
	ch := m.Changes[len(m.Changes)-1]
	var b strings.Builder
	head := c.in(green, "UPDATE")
	if ch.What == bot.CorrectedBy {
		head = c.in(red, "CORRECTION")
	}
	what := ch.What
	if ch.Who != "" {
		what += " " + clean(ch.Who)
	}
	if n := len(m.Sources); n > 1 {
		what += fmt.Sprintf(" (%d outlets)", n)
	}
	fmt.Fprintf(&b, "\n%s %s %s\n", head, what, c.in(dim, number(m.Story)))
	switch {
	case ch.What == bot.ToldBy && ch.Now == m.Title.Text: // the same words once more
	case ch.What == bot.ToldBy:
		c.fill(&b, "  ", bot.Text{Text: "“" + ch.Now + "”"}, "")
	default:
		c.fill(&b, "  was: ", bot.Text{Text: ch.Was}, struck)
		c.fill(&b, "  now: ", bot.Text{Text: ch.Now}, "")
	}
	c.standing(&b, m)
	return b.String()
}

// notice renders an answer.
func (c *Console) notice(m bot.Message) string {
	var b strings.Builder
	for _, l := range m.Lines {
		text := clean(l.Text)
		if l.Story != 0 {
			text = number(l.Story) + " " + text
		}
		switch {
		case l.Code && l.Detail == "":
			fmt.Fprintf(&b, "    %s\n", c.in(bold, text))
		case l.Detail != "":
			c.fill(&b, "", bot.Text{Text: text, Marks: []bot.Mark{{Start: 0, End: len(text)}}}, "")
			c.fill(&b, "    ", bot.Text{Text: l.Detail}, dim)
		default:
			c.fill(&b, "", bot.Text{Text: text}, "")
		}
	}
	return b.String()
}

// fill writes a text in lines of the terminal's width, broken where Unicode
// allows (UAX #14), under an indent as wide as its prefix. Its marks stand
// out, and what is between is in style s.
func (c *Console) fill(b *strings.Builder, prefix string, t bot.Text, s style) {
	var text strings.Builder
	var marks []bot.Mark // in what is left of the text when it is clean
	for piece, isMarked := range t.Pieces() {
		start := text.Len()
		text.WriteString(clean(piece))
		if isMarked {
			marks = append(marks, bot.Mark{Start: start, End: text.Len()})
		}
	}
	b.WriteString(prefix)
	indent := uniseg.StringWidth(prefix)
	all := text.String()
	for start := 0; start < len(all); {
		end := lineEnd(all[start:], c.width()-indent) + start
		if start > 0 {
			b.WriteString("\n" + strings.Repeat(" ", indent))
		}
		c.styled(b, all, start, start+len(strings.TrimRight(all[start:end], " ")), marks, s)
		start = end
	}
	b.WriteString("\n")
}

func (c *Console) width() int {
	if c.o.Width != nil {
		if w := c.o.Width(); w > 0 {
			return w
		}
	}
	return 80
}

// lineEnd returns how many bytes of a text fit on a line of so many columns,
// at least one unbreakable stretch of it.
func lineEnd(text string, columns int) int {
	end, at, state := 0, 0, -1
	for rest := text; rest != ""; {
		var segment string
		segment, rest, _, state = uniseg.FirstLineSegmentInString(rest, state)
		if end > 0 && at+uniseg.StringWidth(strings.TrimRight(segment, " ")) > columns {
			break
		}
		end += len(segment)
		at += uniseg.StringWidth(segment)
	}
	return end
}

// styled writes text[start:end] with the marks in it standing out.
func (c *Console) styled(b *strings.Builder, text string, start, end int, marks []bot.Mark, s style) {
	for _, m := range marks {
		from, to := max(m.Start, start), min(m.End, end)
		if from >= to {
			continue
		}
		b.WriteString(c.in(s, text[start:from]) + c.in(marked, text[from:to]))
		start = to
	}
	b.WriteString(c.in(s, text[start:end]))
}

func (c *Console) severity(s bot.Severity) string {
	switch s {
	case bot.Flash, bot.Urgent:
		return c.in(red, strings.ToUpper(string(s)))
	}
	return c.in(green, "ALERT")
}

// stamp is when the outlet published, or failing that when we saw it, in the
// zone of the terminal.
func stamp(m bot.Message) string {
	t := m.Published
	if t.IsZero() {
		t = m.Seen
	}
	if t.IsZero() {
		t = time.Now()
	}
	return clock(t)
}

func clock(t time.Time) string { return t.Local().Format("2 Jan 15:04 MST") }

func number(story int64) string {
	if story == 0 {
		return ""
	}
	return fmt.Sprintf("#%d", story)
}

// tellers names who told the story beside the quoted outlet.
func tellers(m bot.Message) string {
	var names []string
	for _, s := range m.AlsoToldBy() {
		names = append(names, clean(s.Outlet))
	}
	return strings.Join(names, ", ")
}

// clean makes a text fit for a line of a terminal.
func clean(text string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(bot.Plain(text))
}
