package slack

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/net/idna"

	"attache/bot"
)

// What Slack says of lengths, it says in characters, and not what it takes for
// one. So we count what JavaScript does, UTF-16 units, of which a text has more
// than of whatever else may be meant, bytes aside.
func units(text string) int {
	n := 0
	for _, r := range text {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// cut cuts a text to at most so many units, between graphemes, the "…" after
// a cut included.
func cut(text string, most int) string {
	if units(text) <= most {
		return text
	}
	if most < 1 {
		return ""
	}
	end, room, state := 0, most-1, -1
	for rest := text; rest != ""; {
		var grapheme string
		grapheme, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if room -= units(grapheme); room < 0 {
			break
		}
		end += len(grapheme)
	}
	return strings.TrimRightFunc(text[:end], unicode.IsSpace) + "…"
}

// maxMarks is how many marks may stand on one letter. Pointed and chanted
// Hebrew has five; what piles up more of them writes over its neighbours.
const maxMarks = 6

// line makes words from outside fit for a line of at most so many units.
func line(text string, most int) string { return cut(strings.TrimSpace(tame(text, most)), most) }

// tame takes out of words from outside what a screen would obey, breaks, and
// towers of marks. It looks at no more of a text than makes more than most
// units, unless there is next to nothing in it to see.
func tame(text string, most int) string {
	marks := 0
	return strings.Map(func(r rune) rune {
		switch {
		case r < utf8.RuneSelf: // most of all there is
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				return -1
			}
			return r
		case unicode.Is(unicode.Cf, r): // invisible, and so no way around the count
			return r
		}
		marks = 0
		switch r {
		case '\n', '\t', '\u2028', '\u2029':
			return ' '
		}
		return r
	}, bot.Plain(text[:min(len(text), 8*most+256)]))
}

// blank reports whether there is nothing to see in a text. Slack trims texts,
// and refuses those that are empty.
func blank(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r)
	})
}

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
	text = lookalikes.Replace(emoji.ReplaceAllString(tame(text, most), "∶$1∶"))
	if first := strings.TrimSpace(text); strings.HasPrefix(first, ">") || strings.HasPrefix(first, "＞") {
		text = "\u00ad" + first // else it begins a quote
	}
	return escapeWithin(text, most)
}

// escapeWithin escapes a text and cuts it to at most so many units, never in
// what stands for one character.
func escapeWithin(text string, most int) string {
	for limit := most; ; {
		text = cut(text, limit)
		out := escape(text)
		over := units(out) - most
		if over <= 0 {
			return out
		}
		limit = min(limit, units(text)) - (over+4)/5 // "&amp;" is five for one
	}
}

// maxURL is how long an address may be
// (https://docs.slack.dev/reference/block-kit/block-elements/button-element).
const maxURL = 3000

// link is an address as it may stand in a link: http or https with a host, and
// nothing in it that means something to Slack; "" for one that does not become
// a link.
func link(address string) string {
	if len(address) > maxURL {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return ""
	}
	if !isASCII(u.Host) {
		host, err := idna.ToASCII(u.Hostname())
		if err != nil {
			return ""
		}
		u.Host = strings.Replace(u.Host, u.Hostname(), host, 1)
	}
	if strings.ContainsAny(u.Host, "<>|\"'`^{}\\&*;,!$()=+ ") {
		return ""
	}
	var b strings.Builder
	for _, c := range []byte(u.String()) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("<>|\"`^{}\\", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	if b.Len() > maxURL {
		return ""
	}
	return b.String()
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}

// anchor is a link in mrkdwn, with at most so many units of words to it. An
// address longer than that is left out, and the words stand alone.
func anchor(address, words string, most, mostURL int) string {
	words = strings.TrimSpace(strings.ReplaceAll(literal(words, most), "|", "∣"))
	address = escape(link(address))
	if address == "" || len(address) > mostURL || blank(words) {
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
