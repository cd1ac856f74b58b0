package slack

import (
	"strings"

	"attache/bot"
)

// headline is a message in a notification: what it is about, and little more.
func headline(m bot.Message) string {
	const title, sentence, name = 300, 400, 80
	if n := len(m.Alerts); n > 0 {
		var titles []string
		for _, a := range m.Alerts {
			titles = append(titles, literal(a.Heading(), 100))
		}
		return listed(bot.Count(n, "alert")+": "+titles[0], titles[1:], 1000)
	}
	outlet, words := m.Outlet, m.Heading()
	loud := strings.ToUpper(m.Label())
	if loud == "ALERT" {
		loud = ""
	}
	if ch, ok := m.Correction(); ok && m.Kind == bot.KindCorrection && !bot.Blank(ch.Now) {
		return headed("Correction", literal(ch.Who, name), literal(ch.Now, title+sentence))
	} else if m.Kind == bot.KindCorrection {
		loud = "Correction"
	}
	head := headed(loud, literal(outlet, name), literal(words, title))
	if len(m.Summary) == 0 {
		return head
	}
	return within(maxText, head, literal(m.Summary[0].Text, sentence))
}

// headed is "FLASH · Reuters: Title", of which there may be less.
func headed(loud, outlet, title string) string {
	if !bot.Blank(outlet) {
		title = outlet + ": " + title
	}
	if loud != "" {
		title = loud + " · " + title
	}
	return title
}

// listed adds as many of a list as there is room for.
func listed(text string, list []string, most int) string {
	for _, words := range list {
		if bot.Units(text)+bot.Units(words)+len("; …") > most {
			return text + " …"
		}
		text += "; " + words
	}
	return text
}

// plain is the whole card without blocks, in mrkdwn: for when Slack refuses
// them.
func plain(m bot.Message) string {
	var text string
	switch {
	case len(m.Alerts) > 0:
		text = plainDigest(m)
	case m.Kind == bot.KindNotice:
		pages := notices(m)
		if text = pages[0].Text; len(pages) > 1 {
			text += "\n…"
		}
	default:
		text = within(maxText, whole(m, fits[1])...)
	}
	if text == "" {
		return m.Label()
	}
	return text
}

// plainDigest is many alerts in mrkdwn, each in less if there is no room else.
func plainDigest(m bot.Message) string {
	var lines []string
	for _, f := range []fit{
		{title: 150, quoted: 150, aside: 60, name: 60, url: 150},
		{title: 150, quoted: 100, name: 40},
		{title: 60, quoted: 60, name: 20},
	} {
		lines = []string{m.Together()}
		for _, a := range m.Alerts[:min(maxBlocks, len(m.Alerts))] {
			story := part(a, f)
			story[0] = "• " + story[0]
			lines = append(lines, story...)
		}
		if bot.Units(strings.Join(lines, "\n")) < maxText {
			break
		}
	}
	return within(maxText, lines...)
}

// whole is a card in mrkdwn, line by line.
func whole(m bot.Message, f fit) []string {
	lines := []string{byline(m, f), titleLine(m, fit{title: f.title, url: 800}), literal(m.Lead().Text, f.summary)}
	changes := m.Timeline()
	for _, ch := range changes[max(0, len(changes)-f.changes):] {
		lines = append(lines, changed(m, ch, f)...)
	}
	return append(lines, m.Told(), tellers(m, f), literal(why(m, f.aside), 3*f.aside), claimed(m), muted(m))
}

// titleLine is the linked title in mrkdwn, struck if it does not stand.
func titleLine(m bot.Message, f fit) string {
	sign := "*"
	if m.Struck() {
		sign = "~"
	}
	return sign + anchor(m.URL, m.Heading(), f.title, f.url) + sign
}

// byline is how loud, from whom, when, by how many, and which story.
func byline(m bot.Message, f fit) string {
	var parts []string
	outlets := ""
	if n := len(m.Sources); n > 1 {
		outlets = bot.Count(n, "outlet")
	}
	for _, p := range []string{mark(m), literal(source(m, f.name), f.name+30), date(m.Moment()), outlets, bot.Hash(m.Story)} {
		if !bot.Blank(p) {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " · ")
}
