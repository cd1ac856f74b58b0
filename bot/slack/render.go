package slack

import (
	"slices"
	"strconv"
	"strings"

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
	if summary.quote(m.Lead(), "", f.summary, style{}, style{Bold: !f.even}); !summary.empty() {
		quoted.Elements = append(quoted.Elements, &slack.RichTextQuote{Type: slack.RTEQuote, Elements: summary})
	}
	return slices.Concat(
		aside(mrkdwn(mark(m)), plainText(source(m, f.name), f.name+40), mrkdwn(date(m.Moment()))),
		[]slack.Block{quoted},
		timeline(m, f),
		aside(plainText(m.Told(), 200), mrkdwn(tellers(m, f))),
		aside(plainText(why(m, f.aside), 3*f.aside), plainText(bot.Hash(m.Story), 25), mrkdwn(claimed(m)), mrkdwn(muted(m))),
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
	name, tier := bot.OneLine(m.Outlet, most), bot.OneLine(string(m.Tier), 20)
	if name == "" || tier == "" {
		return name + tier
	}
	return name + " (" + tier + ")"
}

// title is the headline, struck if it does not stand any more.
func title(m bot.Message, f fit) rich {
	s := style{Bold: true, Strike: m.Struck()}
	marked := s
	marked.Underline = !f.even
	var r rich
	if r.quote(m.Title, m.URL, f.title, s, marked); r.empty() {
		r = nil
		r.text(m.Label(), m.URL, f.title, s)
	}
	return r
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
		r.own(bot.Count(earlier, "earlier change")+" in the story.", style{Italic: true})
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
	r.own(ch.Verb()+" ", style{Bold: true})
	r.text(ch.Who, short(ch.URL, f.url), f.name, style{Bold: true})
	if !ch.At.IsZero() {
		r.own(" · ", style{})
		r.date(ch.At)
	}
	if !bot.Blank(ch.Was) {
		r.own("\nWas ", style{Italic: true})
		r.text(ch.Was, "", f.quoted, style{Strike: true})
	}
	if !bot.Blank(ch.Now) {
		r.own("\nNow ", style{Italic: true})
		r.text(ch.Now, "", f.quoted, style{})
	}
}

// short is an address unless it is longer than that.
func short(address string, most int) string {
	if len(link(address)) > most {
		return ""
	}
	return address
}

// tellers names the others who told it, in mrkdwn, each linked to how.
func tellers(m bot.Message, f fit) string {
	return m.AlsoTold(f.tellers, func(s bot.Source) string { return anchor(s.URL, s.Outlet, f.name, f.url) })
}

// why is the subscriptions that asked for it, and the words by which.
func why(m bot.Message, most int) string {
	return bot.Asked(joinedUp(m.Rules, "; ", most), words(m, most))
}

// words is the words that matched.
func words(m bot.Message, most int) string { return joinedUp(m.Matched, bot.BetweenWords, most) }

// joinedUp joins a list in one line, of at most so many units.
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
	return bot.OneLine(b.String(), most)
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
