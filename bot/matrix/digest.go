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

// manyAlerts is how many are only ever shown in the least.
const manyAlerts = 40

// digest is many alerts in one message. Those for which there is no room are
// counted.
func (l look) digest(m bot.Message) words {
	tries := digestFits
	if len(m.Alerts) >= manyAlerts {
		tries = tries[len(tries)-1:]
	}
	var sections page
	for _, f := range tries {
		sections = nil
		for _, a := range m.Alerts {
			sections.add("p", section(a, f)...)
		}
		if w := l.together(m, sections).words(); w.size() <= maxSize {
			return w
		}
	}
	room := maxSize - l.together(m, nil).words().size()
	for i := range sections {
		if room -= sections[i : i+1].words().size(); room < 0 {
			sections = sections[:i]
			break
		}
	}
	return l.together(m, sections).words()
}

// together is the first alerts of a digest, and what stands around them.
func (l look) together(m bot.Message, sections page) page {
	var p page
	p.add("p", own(m.Together()).in("strong"))
	p = append(p, sections...)
	if left := len(m.Alerts) - len(sections); left > 0 {
		p.add("p", own(bot.LeftOut(left)).in("em"))
	}
	p.add("p", l.byNumber(m.Alerts))
	return p
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
