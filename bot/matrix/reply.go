package matrix

import (
	"fmt"

	"attache/bot"
)

// reply is what goes into the thread after an update or a correction: what
// happened last, in words. There is none if nothing did, or nobody is to be
// disturbed with it.
func reply(m bot.Message) (words, bool) {
	if m.Silent || len(m.Changes) == 0 {
		return words{}, false
	}
	return fitting(fits, func(f fit) page { return said(m, m.News(), f) }), true
}

// said tells changes, as many as a card shows.
func said(m bot.Message, list []bot.Change, f fit) page {
	var p page
	if len(m.Alerts) > 0 { // of a digest: which of them
		p.add("p", say(m.Heading(), f.quoted).to(link(m.URL, f.url)).in("strong"))
	}
	for _, ch := range list[:min(f.changes, len(list))] {
		lines := told(ch, f)
		if ch.What == bot.ToldBy {
			lines = joined(m, ch, f)
		}
		p.add("p", append(lines, address(link(ch.URL, f.url)))...)
	}
	return p
}

// joined says that one more outlet tells it, and in which words if they are not
// those of the card.
func joined(m bot.Message, ch bot.Change, f fit) []words {
	first := who(ch, f)
	if n := len(m.Sources); n > 1 {
		first = join(first, own(fmt.Sprintf(" (%d outlets)", n)))
	}
	now := say(ch.Now, f.quoted)
	if now.empty() || ch.Now == m.Title.Text {
		return []words{first}
	}
	return []words{join(first, own(": “"), now, own("”"))}
}

// told says what somebody changed, so that the first line will do for a
// notification.
func told(ch bot.Change, f fit) []words {
	lines := []words{listed(": ", who(ch, f), say(ch.Now, f.quoted))}
	if was := say(ch.Was, f.quoted); !was.empty() {
		lines = append(lines, join(own("Was: "), was.in("del")))
	}
	return lines
}
