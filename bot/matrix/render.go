package matrix

import (
	"strings"

	"attache/bot"
)

// look is what messages say differently from one configuration to another.
type look struct {
	Prefix string // what people type before a command: "!attache"
}

// fit is how much of a message is shown, in units of text.
type fit struct {
	title, summary int
	changes        int  // how many of them
	quoted         int  // of the words of each, before and after
	tellers        int  // how many by name
	aside          int  // of rules and matched words
	name           int  // of an outlet and of a person
	link, url      int  // of the title's address and of the others, in bytes
	even           bool // matched words do not stand out
}

// Nearly every card is shown in the first; the others are for those that are
// more than a message holds. The last holds whatever comes: a unit is at most
// twelve bytes of JSON in plain text and HTML together, and a byte of an address
// as many.
var fits = []fit{
	{title: 500, summary: 1500, changes: 3, quoted: 400, tellers: 4, aside: 500, name: 80, link: 2000, url: 1000},
	{title: 300, summary: 500, changes: 2, quoted: 200, tellers: 4, aside: 200, name: 60, link: 1000, url: 200},
	{title: 200, summary: 200, changes: 1, quoted: 100, tellers: 2, aside: 80, name: 40, link: 300, url: 80},
	{title: 150, summary: 0, changes: 1, quoted: 60, tellers: 0, aside: 30, name: 30, link: 100, url: 0, even: true},
}

// fitting is the first of what compose makes that a message holds, or the last.
func fitting(list []fit, compose func(fit) page) words {
	var w words
	for _, f := range list {
		if w = compose(f).words(); w.size() <= maxSize {
			break
		}
	}
	return w
}

// render is an alert as a card, or as it stands after an update or a
// correction, or many of them in a digest; or a notice, as far as one message
// holds it.
func (l look) render(m bot.Message) words {
	switch {
	case len(m.Alerts) > 0:
		return l.digest(m)
	case m.Kind == bot.KindNotice:
		return notices(m)[0]
	}
	return fitting(fits, func(f fit) page { return card(m, f) })
}

// card is an alert, the loudest first.
func card(m bot.Message, f fit) page {
	var p page
	p.add("p", title(m, f), byline(m, f))
	p.add("blockquote", quote(m.Lead(), f.summary, f.mark("strong")))
	p.add("p", address(link(m.URL, f.link)))
	for _, ch := range timeline(m, f) {
		p.add("p", ch...)
	}
	p.add("p", own(m.Told()), tellers(m, f), asked(m, f), claimed(m, f), muted(m, f))
	return p
}

// mark is the element for matched words, "" if they are not to stand out.
func (f fit) mark(name string) string {
	if f.even {
		return ""
	}
	return name
}

// title is how loud it is and the headline, struck if it does not stand any
// more. What does not show in plain words is said in them.
func title(m bot.Message, f fit) words {
	w := quote(m.Title, f.title, f.mark("u"))
	if w.empty() {
		w = own(m.Label())
	}
	w = w.to(link(m.URL, f.link)).in("strong")
	if m.Struck() {
		w = w.in("del")
	}
	return listed(" · ", append(marks(m), w)...)
}

// marks is how loud it is, and whether it stands.
func marks(m bot.Message) []words {
	var list []words
	switch m.Severity {
	case bot.Flash:
		list = append(list, join(own("🔴 ").richly(), own("FLASH").in("strong")))
	case bot.Urgent:
		list = append(list, join(own("🟠 ").richly(), own("URGENT").in("strong")))
	}
	switch {
	case m.Struck():
		list = append(list, join(own("Corrected"), words{Body: ", no longer stands"}))
	case m.Corrected():
		list = append(list, own("Corrected"))
	}
	return list
}

// byline is from whom and when.
func byline(m bot.Message, f fit) words {
	tier := say(string(m.Tier), 20)
	if !tier.empty() {
		tier = join(own("("), tier, own(")"))
	}
	return listed(" · ", listed(" ", say(m.Outlet, f.name), tier), stamp(m.Moment(), m.Seen))
}

// timeline is what happened since, the latest of it, in lines for each.
func timeline(m bot.Message, f fit) [][]words {
	list := m.Timeline()
	var out [][]words
	earlier := max(0, len(list)-f.changes)
	if earlier > 0 {
		out = append(out, []words{own(bot.Count(earlier, "earlier change") + " in the story.").in("em")})
	}
	for _, ch := range list[earlier:] {
		out = append(out, change(m, ch, f))
	}
	return out
}

// change says who changed what, the old words struck.
func change(m bot.Message, ch bot.Change, f fit) []words {
	lines := []words{listed(" · ", who(ch, f), stamp(ch.At, m.Seen))}
	if was := say(ch.Was, f.quoted); !was.empty() {
		lines = append(lines, join(own("Was: "), was.in("del")))
	}
	if now := say(ch.Now, f.quoted); !now.empty() {
		lines = append(lines, join(own("Now: "), now))
	}
	return lines
}

// who is what happened and who did it.
func who(ch bot.Change, f fit) words {
	return listed(" ", say(ch.Verb(), 60), say(ch.Who, f.name).to(link(ch.URL, f.url))).in("strong")
}

// tellers names the others who told it, each linked to how.
func tellers(m bot.Message, f fit) words {
	return words{
		Body: m.AlsoTold(f.tellers, func(s bot.Source) string { return say(s.Outlet, f.name).Body }),
		HTML: m.AlsoTold(f.tellers, func(s bot.Source) string { return say(s.Outlet, f.name).to(link(s.URL, f.url)).HTML }),
	}
}

// asked is which subscriptions asked for it, by which words, and the number
// that people type.
func asked(m bot.Message, f fit) words {
	rules, by := several(m.Rules, "; ", f.aside), several(m.Matched, bot.BetweenWords, f.aside)
	return listed(" · ", words{bot.Asked(rules.Body, by.Body), bot.Asked(rules.HTML, by.HTML)}, own(bot.Hash(m.Story)))
}

// matched is by which words.
func matched(m bot.Message, f fit) words {
	by := several(m.Matched, bot.BetweenWords, f.aside)
	return words{bot.Upper(bot.MatchedBy(by.Body)), bot.Upper(bot.MatchedBy(by.HTML))}
}

// claimed says who is on it. A person has their whole name here, as anybody may
// have the first half of it, and nothing links there: that would call them.
func claimed(m bot.Message, f fit) words {
	if m.Claim == nil {
		return words{}
	}
	return listed(", since ", join(own("On it: "), person(m.Claim.User, f)), stamp(m.Claim.At, m.Seen))
}

// muted says who wanted no more noise about it.
func muted(m bot.Message, f fit) words {
	if m.Muted == "" {
		return words{}
	}
	return join(own("Muted by "), person(m.Muted, f))
}

// person names a user.
func person(user string, f fit) words {
	if w := say(user, f.name); !w.empty() {
		return w
	}
	return own("somebody")
}

// typed is a command as people type it here.
func (l look) typed(line string) words {
	return own(strings.TrimSpace(bot.OneLine(l.Prefix, 50) + " " + line)).in("code")
}
