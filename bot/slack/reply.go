package slack

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"attache/bot"
)

// reply is what goes into the thread after an update or a correction: what
// happened last, in words. There is none if nothing did, or nobody is to be
// disturbed with it.
func reply(m bot.Message) (payload, bool) {
	if m.Silent || len(m.Changes) == 0 {
		return payload{}, false
	}
	list := m.News()
	for _, f := range fits {
		p := said(m, list, f)
		if weigh(p.Blocks...) <= maxWeight {
			return p, true
		}
	}
	return said(m, list[len(list)-1:], fits[len(fits)-1]), true
}

// said tells changes in words.
func said(m bot.Message, list []bot.Change, f fit) payload {
	block := slack.NewRichTextBlock("")
	var lines []string
	if len(m.Alerts) > 0 { // of a digest: which of them
		var r rich
		r.text(m.Title.Text, short(m.URL, f.url), f.quoted, style{Bold: true})
		if !r.empty() {
			block.Elements = append(block.Elements, r.section())
			lines = append(lines, literal(m.Title.Text, f.quoted))
		}
	}
	for _, ch := range list {
		var r rich
		if ch.What == bot.ToldBy {
			r.joined(m, ch, f)
		} else {
			r.change(ch, f)
		}
		block.Elements = append(block.Elements, r.section())
		lines = append(lines, changed(m, ch, f)...)
	}
	return payload{within(maxText, lines...), []slack.Block{block}}
}

// joined says that one more outlet tells it, and in which words if they are
// not those of the card.
func (r *rich) joined(m bot.Message, ch bot.Change, f fit) {
	r.own(ch.Verb()+" ", style{Bold: true})
	r.text(ch.Who, short(ch.URL, f.url), f.name, style{Bold: true})
	if n := len(m.Sources); n > 1 {
		r.own(fmt.Sprintf(" (%d outlets)", n), style{})
	}
	if !bot.Blank(ch.Now) && ch.Now != m.Title.Text {
		r.own("\n“", style{})
		r.text(ch.Now, "", f.quoted, style{})
		r.own("”", style{})
	}
}

// changed says in mrkdwn what happened, so that the first line will do for a
// notification.
func changed(m bot.Message, ch bot.Change, f fit) []string {
	what := strings.TrimSpace(literal(ch.Verb(), 100) + " " + literal(ch.Who, f.name))
	now := literal(ch.Now, f.quoted)
	switch {
	case ch.What == bot.ToldBy:
		if n := len(m.Sources); n > 1 {
			what += fmt.Sprintf(" (%d outlets)", n)
		}
		if bot.Blank(now) || ch.Now == m.Title.Text {
			return []string{what}
		}
		return []string{what + ": “" + now + "”"}
	case ch.What == bot.CorrectedBy:
		what = "Correction"
		if who := literal(ch.Who, f.name); !bot.Blank(who) {
			what += " · " + who
		}
	}
	lines := []string{what}
	if !bot.Blank(now) {
		lines[0] += ": " + now
	}
	if was := literal(ch.Was, f.quoted); !bot.Blank(was) {
		lines = append(lines, "Was: ~"+was+"~")
	}
	return lines
}
