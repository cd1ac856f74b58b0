package matrix

import (
	"fmt"

	"attache/bot"
)

// Of many alerts each is shown in less, the more they are.
var digestFits = []fit{
	{title: 250, summary: 300, quoted: 250, aside: 80, name: 60, link: 1000, url: 400},
	{title: 200, summary: 150, quoted: 150, aside: 60, name: 50, link: 500, url: 300},
	{title: 150, summary: 0, quoted: 100, aside: 40, name: 40, link: 200},
	{title: 100, summary: 0, quoted: 60, aside: 0, name: 30, link: 100, even: true},
}

// digest is many alerts in one message. Those for which there is no room are
// counted.
func (l look) digest(m bot.Message) words {
	var w words
	for _, f := range digestFits {
		if w = l.sections(m, f, len(m.Alerts)).settled(); w.size() <= maxSize {
			return w
		}
	}
	last := digestFits[len(digestFits)-1]
	kept, room := 0, maxSize-l.sections(m, last, 0).size()
	for _, a := range m.Alerts {
		var p page
		if p.block("p", section(a, last)...); p.size() > room {
			break
		}
		kept, room = kept+1, room-p.size()
	}
	return l.sections(m, last, kept).settled()
}

// sections is the first so many alerts of a digest, and what stands around them.
func (l look) sections(m bot.Message, f fit, kept int) words {
	var p page
	p.block("p", own(m.Together()).in("strong"))
	for _, a := range m.Alerts[:kept] {
		p.block("p", section(a, f)...)
	}
	if left := len(m.Alerts) - kept; left > 0 {
		p.block("p", own(bot.LeftOut(left)).in("em"))
	}
	p.block("p", l.byNumber(m.Alerts))
	return p.words
}

// section is an alert in a digest, line by line.
func section(m bot.Message, f fit) []words {
	lines := []words{title(m, f), listed(" · ", byline(m, f), outlets(m), own(bot.Hash(m.Story)))}
	if len(m.Summary) > 0 {
		lines = append(lines, say(m.Summary[0].Text, f.summary))
	}
	lines = append(lines, matched(m, f))
	if ch, ok := m.Correction(); ok {
		lines = append(lines, told(ch, f)[0])
	}
	return append(lines, claimed(m, f), muted(m, f), address(link(m.URL, f.link)))
}

// outlets is how many told it, if it was more than one.
func outlets(m bot.Message) words {
	if n := len(m.Sources); n > 1 {
		return own(bot.Count(n, "outlet"))
	}
	return words{}
}

// byNumber says how to do something about one of many: a reaction cannot say
// which of them it means.
func (l look) byNumber(alerts []bot.Message) words {
	for _, a := range alerts {
		if len(a.Actions()) > 0 {
			return join(own("By number: "), l.typed(fmt.Sprintf("claim %d", a.Story)), own(", or mute, why, story."))
		}
	}
	return words{}
}
