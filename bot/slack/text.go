package slack

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"attache/bot"
)

var (
	escaper   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	unescaper = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")
)

// escape makes a text safe in mrkdwn and in the text of a message: it can make
// no mention and no link
// (https://docs.slack.dev/messaging/formatting-message-text#escaping).
func escape(text string) string { return escaper.Replace(bot.Plain(text)) }

// Mrkdwn has no way to write its own signs, so where words from outside have
// them, others stand there that look the same. Slack takes some of the wide
// forms for signs too.
var (
	lookalikes = strings.NewReplacer("*", "∗", "＊", "﹡", "_", "ˍ", "＿", "⸏", "~", "∼", "`", "ˋ", "｀", "ˋ")
	emoji      = regexp.MustCompile(`:([^\s:]*\pL[^\s:]*):`)
)

// literal writes words from outside in mrkdwn, in at most so many units, so that
// they look like what they are and do nothing.
func literal(text string, most int) string {
	text = lookalikes.Replace(emoji.ReplaceAllString(bot.Tame(text, most), "∶$1∶"))
	if first := strings.TrimSpace(text); strings.HasPrefix(first, ">") || strings.HasPrefix(first, "＞") {
		text = "\u00ad" + first // else it begins a quote
	}
	return escapeWithin(text, most)
}

// escapeWithin escapes a text and cuts it to at most so many units, never in
// what stands for one character.
func escapeWithin(text string, most int) string {
	for limit := most; ; {
		text = bot.Cut(text, limit)
		out := escape(text)
		over := bot.Units(out) - most
		if over <= 0 {
			return out
		}
		limit = min(limit, bot.Units(text)) - (over+4)/5 // "&amp;" is five for one
	}
}

// maxURL is how long an address may be
// (https://docs.slack.dev/reference/block-kit/block-elements/button-element).
const maxURL = 3000

// link is an address as it may stand in a link, in which nothing means
// something to Slack; "" for one that does not become a link.
func link(address string) string { return bot.Link(address, maxURL) }

// anchor is a link in mrkdwn, with at most so many units of words to it. An
// address longer than that is left out, and the words stand alone.
func anchor(address, words string, most, mostURL int) string {
	words = strings.TrimSpace(strings.ReplaceAll(literal(words, most), "|", "∣"))
	address = escape(link(address))
	if address == "" || len(address) > mostURL || bot.Blank(words) {
		return words
	}
	return "<" + address + "|" + words + ">"
}

// dateFormat is how Slack writes a time, in the reader's zone and words
// (https://docs.slack.dev/messaging/formatting-message-text#date-formatting).
const dateFormat = "{date_short_pretty} {time}"

// date is a time in mrkdwn, "" if there is none.
func date(t time.Time) string {
	if t.IsZero() || !datable(t) {
		return inUTC(t)
	}
	return fmt.Sprintf("<!date^%d^%s|%s>", t.Unix(), dateFormat, inUTC(t))
}

// datable reports whether Slack can be trusted with a time.
func datable(t time.Time) bool { return t.Unix() > 0 && t.Year() < 10000 }

// inUTC is a time for where Slack does not write it.
func inUTC(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 Jan 2006, 15:04 UTC")
}

var userID = regexp.MustCompile(`^[UW][A-Z0-9]{2,20}$`)

// person names a user in mrkdwn.
func person(user string) string {
	if !userID.MatchString(user) {
		return "somebody"
	}
	return "<@" + user + ">"
}

var reference = regexp.MustCompile(`<[^<>]*>`)

// unescape is a line as it was typed, of what Slack makes of it: & < > are
// escaped, addresses are links, and users and channels have their names after
// them (https://docs.slack.dev/interactivity/implementing-slash-commands).
func unescape(text string) string {
	return unescaper.Replace(reference.ReplaceAllStringFunc(text, asTyped))
}

// asTyped is a reference as it was typed. One that we do not know stays as it is.
func asTyped(ref string) string {
	target, label, _ := strings.Cut(ref[1:len(ref)-1], "|")
	switch {
	case strings.HasPrefix(target, "@"), strings.HasPrefix(target, "#"):
		return "<" + target + ">"
	case !strings.HasPrefix(target, "http://") && !strings.HasPrefix(target, "https://") && !strings.HasPrefix(target, "mailto:"):
		return ref
	case label != "":
		return label
	}
	return strings.TrimPrefix(target, "mailto:")
}
