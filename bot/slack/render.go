package slack

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"attache/bot"
)

// payload is a message as Slack takes it.
type payload struct {
	Text   string // for notifications, and for people who hear the screen
	Blocks []slack.Block
}

// fit is how much of a message is shown, in units of text.
type fit struct {
	title, summary int
	changes        int  // how many of them
	quoted         int  // of the words of each, before and after
	tellers        int  // how many by name
	aside          int  // of rules and matched words
	name, url      int  // of an outlet, and of an address that is not the title's
	even           bool // matched words do not stand out
}

// Nearly every card is shown in the first; the others are for those that are
// more than a message holds.
var fits = []fit{
	{title: 500, summary: 1500, changes: 3, quoted: 400, tellers: 4, aside: 500, name: 80, url: 500},
	{title: 300, summary: 500, changes: 2, quoted: 200, tellers: 4, aside: 200, name: 60, url: 200},
	{title: 200, summary: 200, changes: 1, quoted: 100, tellers: 2, aside: 100, name: 40, url: 100, even: true},
}

// render is an alert as a card, or as it stands after an update or a
// correction, or many of them in a digest.
func render(m bot.Message) payload {
	switch {
	case len(m.Alerts) > 0:
		return payload{headline(m), digest(m)}
	case m.Kind == bot.KindNotice:
		return notices(m)[0]
	}
	var blocks []slack.Block
	for _, f := range fits {
		if blocks = cardBlocks(m, f); weigh(blocks...) <= maxWeight {
			break
		}
	}
	return payload{headline(m), blocks}
}

// cardBlocks is an alert in blocks, the loudest first.
func cardBlocks(m bot.Message, f fit) []slack.Block {
	quoted := slack.NewRichTextBlock("", title(m, f).section())
	var summary rich
	if summary.quote(lead(m), "", f.summary, style{}, style{Bold: !f.even}); !summary.empty() {
		quoted.Elements = append(quoted.Elements, &slack.RichTextQuote{Type: slack.RTEQuote, Elements: summary})
	}
	return slices.Concat(
		aside(mrkdwn(mark(m)), plainText(source(m, f.name), f.name+40), mrkdwn(date(moment(m)))),
		[]slack.Block{quoted},
		timeline(m, f),
		aside(plainText(told(m), 200), mrkdwn(tellers(m, f))),
		aside(plainText(why(m, f.aside), 3*f.aside), plainText(number(m.Story), 25), mrkdwn(claimed(m)), mrkdwn(muted(m))),
		actions(m),
	)
}

// mark is how loud it is, in mrkdwn, and whether it stands.
func mark(m bot.Message) string {
	var words []string
	switch m.Severity {
	case bot.Flash:
		words = append(words, "🔴 *FLASH*")
	case bot.Urgent:
		words = append(words, "🟠 *URGENT*")
	}
	if m.Corrected() {
		words = append(words, "Corrected")
	}
	return strings.Join(words, " · ")
}

// source is the outlet and how close it stands.
func source(m bot.Message, most int) string {
	name, tier := line(m.Outlet, most), line(string(m.Tier), 20)
	if name == "" || tier == "" {
		return name + tier
	}
	return name + " (" + tier + ")"
}

// moment is when the outlet says it published, or when we first saw it.
func moment(m bot.Message) time.Time {
	if m.Published.IsZero() {
		return m.Seen
	}
	return m.Published
}

// title is the headline, struck if it does not stand any more.
func title(m bot.Message, f fit) rich {
	s := style{Bold: true, Strike: m.Struck()}
	marked := s
	marked.Underline = !f.even
	var r rich
	if r.quote(m.Title, m.URL, f.title, s, marked); r.empty() {
		r = nil
		r.text(label(m), m.URL, f.title, s)
	}
	return r
}

// label is the word for how loud it is.
func label(m bot.Message) string {
	switch m.Severity {
	case bot.Flash:
		return "Flash"
	case bot.Urgent:
		return "Urgent"
	}
	return "Alert"
}

// lead is the sentences that the card quotes, one after the other.
func lead(m bot.Message) bot.Text {
	var b strings.Builder
	var marks []bot.Mark
	for _, t := range m.Summary {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		for piece, marked := range t.Pieces() {
			start := b.Len()
			b.WriteString(piece)
			if marked {
				marks = append(marks, bot.Mark{Start: start, End: b.Len()})
			}
		}
	}
	return bot.Text{Text: b.String(), Marks: marks}
}

// timeline is what happened since, the latest of it.
func timeline(m bot.Message, f fit) []slack.Block {
	list := m.Timeline()
	if len(list) == 0 {
		return nil
	}
	earlier := max(0, len(list)-f.changes)
	block := slack.NewRichTextBlock("")
	if earlier > 0 {
		var r rich
		r.own(count(earlier, "earlier change")+" in the story.", style{Italic: true})
		block.Elements = append(block.Elements, r.section())
	}
	for _, ch := range list[earlier:] {
		var r rich
		r.change(ch, f)
		block.Elements = append(block.Elements, r.section())
	}
	return []slack.Block{block}
}

// change says who changed what, the old words struck.
func (r *rich) change(ch bot.Change, f fit) {
	r.own(verb(ch)+" ", style{Bold: true})
	r.text(ch.Who, short(ch.URL, f.url), f.name, style{Bold: true})
	if !ch.At.IsZero() {
		r.own(" · ", style{})
		r.date(ch.At)
	}
	if !blank(ch.Was) {
		r.own("\nWas ", style{Italic: true})
		r.text(ch.Was, "", f.quoted, style{Strike: true})
	}
	if !blank(ch.Now) {
		r.own("\nNow ", style{Italic: true})
		r.text(ch.Now, "", f.quoted, style{})
	}
}

// verb is what happened, at the beginning of a sentence.
func verb(ch bot.Change) string {
	if what := line(ch.What, 60); !blank(what) {
		return upper(what)
	}
	return "Changed by"
}

// short is an address unless it is longer than that.
func short(address string, most int) string {
	if len(link(address)) > most {
		return ""
	}
	return address
}

// told is how many outlets told it, by tier; "" if one did.
func told(m bot.Message) string {
	if len(m.Sources) < 2 {
		return ""
	}
	var parts []string
	for tier, n := range m.Tiers() {
		parts = append(parts, fmt.Sprintf("%d %s", n, tier))
	}
	return count(len(m.Sources), "outlet") + ": " + strings.Join(parts, " · ")
}

// tellers names the others who told it, in mrkdwn, each linked to how.
func tellers(m bot.Message, f fit) string {
	others := m.AlsoToldBy()
	var names []string
	for _, s := range others[:min(f.tellers, len(others))] {
		if name := anchor(s.URL, s.Outlet, f.name, f.url); !blank(name) {
			names = append(names, name)
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

// why is the subscriptions that asked for it, and the words by which.
func why(m bot.Message, most int) string {
	rules := line(joinedUp(m.Rules, "; ", most), most)
	if blank(rules) {
		return upper(matched(m, most))
	}
	return strings.TrimSuffix("Asked for by "+rules+", "+matched(m, most), ", ")
}

// matched is the words that matched.
func matched(m bot.Message, most int) string {
	words := line(joinedUp(m.Matched, "”, “", most), most)
	if blank(words) {
		return ""
	}
	return "matched “" + words + "”"
}

// joinedUp joins a list, or as much of it as makes more than most units.
func joinedUp(list []string, between string, most int) string {
	var b strings.Builder
	for i, text := range list {
		if i > 0 {
			b.WriteString(between)
		}
		if b.WriteString(text); b.Len() > 8*most {
			break
		}
	}
	return b.String()
}

func number(story int64) string {
	if story == 0 {
		return ""
	}
	return "#" + strconv.FormatInt(story, 10)
}

// claimed says who is on it, in mrkdwn.
func claimed(m bot.Message) string {
	switch {
	case m.Claim == nil:
		return ""
	case m.Claim.At.IsZero():
		return "On it: " + person(m.Claim.User)
	}
	return "On it: " + person(m.Claim.User) + ", since " + date(m.Claim.At)
}

// muted says who wanted no more noise about it, in mrkdwn.
func muted(m bot.Message) string {
	if m.Muted == "" {
		return ""
	}
	return "Muted by " + person(m.Muted)
}

// actions is the buttons; what they type is their value.
func actions(m bot.Message) []slack.Block {
	var buttons []slack.BlockElement
	for _, a := range m.Actions() {
		b := slack.NewButtonBlockElement(actionPrefix+a.Name, a.Line, plainText(a.Label, 75))
		if a.Name == "claim" {
			b.Style = slack.StylePrimary
		}
		buttons = append(buttons, b)
	}
	if len(buttons) == 0 {
		return nil
	}
	return []slack.Block{slack.NewActionBlock("", buttons...)}
}

// storyOf is the story that a posted alert of ours is about: its button says
// so. A digest is about many, and has menus instead.
func storyOf(blocks []slack.Block) (id int64, ok bool) {
	for _, b := range blocks {
		row, isRow := b.(*slack.ActionBlock)
		if !isRow || row.Elements == nil {
			continue
		}
		for _, e := range row.Elements.ElementSet {
			button, isButton := e.(*slack.ButtonBlockElement)
			if !isButton || button.ActionID != actionPrefix+"why" {
				continue
			}
			id, err := strconv.ParseInt(strings.TrimPrefix(button.Value, "why "), 10, 64)
			return id, err == nil && id > 0
		}
	}
	return 0, false
}

// count is a number of things: "1 outlet", "2 outlets".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// upper begins a sentence with a capital.
func upper(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + text[size:]
}
