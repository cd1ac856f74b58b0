package matrix

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/unicode/bidi"

	"attache/bot"
)

// Clients and servers look into plain words for what they may act on. "@room"
// makes every member's device ring where a server still has the push rule
// .m.rule.roomnotif and pays no heed to m.mentions; an address of matrix.to, a
// matrix: URI, or what has the form of a user's, a room's or a community's name
// becomes a link to them, and often a pill that shows a name instead
// (element-web, linkify-matrix.ts). Each of these is broken by a character that
// nobody sees.
var active = regexp.MustCompile(`(?i)@room|matrix\.to\b|matrix:\pL|[@#!+][^\s:\x{2060}][^\s:]*:[\pL\pN[]`)

// joiner is U+2060 WORD JOINER: it has no width, and no line breaks at it.
const joiner = "\u2060"

// disarm breaks whatever a client or server would act on in words from outside.
func disarm(t bot.Text) bot.Text {
	var b strings.Builder
	var breaks []int
	for at := 0; ; {
		where := active.FindStringIndex(t.Text[at:])
		if where == nil {
			b.WriteString(t.Text[at:])
			break
		}
		start := at + where[0]
		end := start + 1 // after the sign
		if strings.IndexByte("mM", t.Text[start]) >= 0 {
			end = start + len("matrix.")
		}
		b.WriteString(t.Text[at:end] + joiner)
		breaks = append(breaks, end)
		at = end
	}
	out := bot.Text{Text: b.String(), Marks: make([]bot.Mark, len(t.Marks))}
	moved := func(at int, before bool) int {
		n := 0
		for _, b := range breaks {
			if b < at || b == at && before {
				n++
			}
		}
		return at + n*len(joiner)
	}
	for i, m := range t.Marks {
		out.Marks[i] = bot.Mark{Start: moved(m.Start, true), End: moved(m.End, false)}
	}
	return out
}

// Isolates keep words of one direction from scrambling those around them (UAX
// #9). bot.Plain has dropped those of feeds, so all there are in a message are
// ours, and in pairs.
const (
	leftToRight = "\u2066"
	asItIs      = "\u2068" // in the direction of the first letter
	popIsolate  = "\u2069"
)

// isolated is words from outside, apart from what stands around them.
func isolated(w words) words {
	return join(words{asItIs, asItIs}, w, words{popIsolate, popIsolate})
}

var isolates = strings.NewReplacer(leftToRight, "", asItIs, "", popIsolate, "")

// settled is a line as it stands in a message. Words of ours are in it, which run
// from left to right: they are to do so where the message begins with what does
// not, and all of it is taken for such, so isolate. Else a line of one direction
// needs no isolates, and is without, as there are terminals that show them. An
// address stays bare: clients would take them for a part of it.
func (w words) settled(isolate bool) words {
	if _, some := directions(w.Body + w.HTML); !some && !isolate {
		return words{isolates.Replace(w.Body), isolates.Replace(w.HTML)}
	}
	if w.HTML == "" {
		return w
	}
	if w.HTML = leftToRight + w.HTML + popIsolate; w.Body != "" {
		w.Body = leftToRight + w.Body + popIsolate
	}
	return w
}

// directions reports whether a text begins with a letter that runs from right to
// left, and whether any does.
func directions(text string) (first, some bool) {
	letters := false
	for _, r := range text {
		switch p, _ := bidi.LookupRune(r); p.Class() {
		case bidi.L:
			letters = true
		case bidi.R, bidi.AL:
			return !letters, true
		}
	}
	return false, false
}

// Parts of an address that clients take for a person or a room, and show as a
// pill, or open by themselves without asking: those of matrix.to, for which some
// look at the beginning of an address and no further, and those of anybody's
// Element, of which the fragment gives them away.
var permalinks = []string{"/matrix.to", ".matrix.to", "#/@", "#/#", "#/!", "#/+", "#/room/", "#/user/"}

var everybody = regexp.MustCompile(`(?i)@room`)

// link is an address as it may stand in a link, in at most so many bytes; ""
// for one that does not become a link. It is one that means the web and nothing
// else to any client.
func link(address string, most int) string {
	address = bot.Link(address, most)
	u, err := url.Parse(address)
	if err != nil || address == "" || u.User != nil || permalink(address) {
		return ""
	}
	// It stands in plain text too.
	address = everybody.ReplaceAllStringFunc(address, func(at string) string { return "%40" + at[1:] })
	if len(address) > most {
		return ""
	}
	return address
}

// permalink reports whether an address is one of a client's own, however often
// it is encoded.
func permalink(address string) bool {
	for text := address; ; {
		for _, part := range permalinks {
			if strings.Contains(strings.ToLower(text), part) {
				return true
			}
		}
		decoded, err := url.PathUnescape(text)
		if err != nil || decoded == text {
			return false
		}
		text = decoded
	}
}

// stamp is a time in UTC, which is all that a message can say to readers in
// many zones. The year is told where it is not that of when we saw the story.
func stamp(t, seen time.Time) words {
	switch {
	case t.IsZero():
		return words{}
	case t.UTC().Year() != seen.UTC().Year():
		return own(t.UTC().Format("2 Jan 2006 15:04 UTC"))
	}
	return own(t.UTC().Format("2 Jan 15:04 UTC"))
}
