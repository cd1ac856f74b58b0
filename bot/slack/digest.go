package slack

import (
	"github.com/slack-go/slack"

	"attache/bot"
)

// Of many alerts each is shown in less, the more they are.
var digestFits = []fit{
	{title: 250, summary: 300, quoted: 250, aside: 80, name: 60, url: 400},
	{title: 200, summary: 150, quoted: 150, aside: 60, name: 50, url: 300},
	{title: 150, summary: 0, quoted: 100, aside: 40, name: 40, url: 200},
	{title: 100, summary: 0, quoted: 60, aside: 0, name: 30, url: 150},
}

// menuAction is the id of the menu beside an alert in a digest.
const menuAction = actionPrefix + "menu"

// digest is many alerts in one message, a section each. Those for which there
// is no room are counted.
func digest(m bot.Message) []slack.Block {
	var head rich
	head.own(m.Together(), style{Bold: true})
	first := slack.NewRichTextBlock("", head.section())
	var blocks []slack.Block
	tries := digestFits
	if len(m.Alerts) >= maxBlocks {
		tries = tries[len(tries)-1:]
	}
	for _, f := range tries {
		blocks = []slack.Block{first}
		for _, a := range m.Alerts {
			blocks = append(blocks, section(a, f))
		}
		if len(blocks) <= maxBlocks && weigh(blocks...) <= maxWeight {
			return blocks
		}
	}
	const left = 300 // for the line that counts them
	kept, room := 1, maxWeight-left-weigh(first)
	for ; kept < maxBlocks-1; kept++ {
		if room -= weigh(blocks[kept]); room < 0 {
			break
		}
	}
	more := mrkdwn(bot.LeftOut(len(blocks) - kept))
	return append(blocks[:kept], aside(more)...)
}

// section is an alert in a digest, with a menu of what can be done about it.
func section(m bot.Message, f fit) slack.Block {
	var options []*slack.OptionBlockObject
	for _, a := range m.Actions() {
		options = append(options, slack.NewOptionBlockObject(a.Line, plainText(a.Label, 75), nil))
	}
	var menu *slack.Accessory
	if len(options) > 0 {
		menu = slack.NewAccessory(slack.NewOverflowBlockElement(menuAction, options...))
	}
	return slack.NewSectionBlock(mrkdwn(within(maxSection, part(m, f)...)), nil, menu)
}

// part is an alert in a digest in mrkdwn, line by line.
func part(m bot.Message, f fit) []string {
	lines := []string{titleLine(m, f), byline(m, f)}
	if len(m.Summary) > 0 && f.summary > 0 {
		lines = append(lines, literal(m.Summary[0].Text, f.summary))
	}
	if f.aside > 0 {
		lines = append(lines, literal(bot.Upper(bot.MatchedBy(words(m, f.aside))), 2*f.aside))
	}
	if ch, ok := m.Correction(); ok {
		lines = append(lines, changed(m, ch, f)[0])
	}
	return append(lines, claimed(m), muted(m))
}
