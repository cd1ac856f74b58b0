package slack

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"attache/bot"
)

// style is how a piece of rich text looks.
type style = slack.RichTextSectionTextStyle

// rich collects the elements of a piece of rich text, in which Slack obeys
// nothing that stands in the words
// (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block). Elements
// that look the same are one, and none is empty: Slack would refuse it.
type rich []slack.RichTextSectionElement

// own adds words of our own, as they are.
func (r *rich) own(text string, s style) {
	if text == "" {
		return
	}
	if n := len(*r); n > 0 {
		last, ok := (*r)[n-1].(*slack.RichTextSectionTextElement)
		if ok && styled(last.Style) == s {
			last.Text += text
			return
		}
	}
	*r = append(*r, slack.NewRichTextSectionTextElement(text, pointer(s)))
}

// text adds words from outside, at most so many units of them, linked if the
// address is one that may be.
func (r *rich) text(text, address string, most int, s style) {
	r.linked(bot.OneLine(text, most), link(address), s)
}

// linked adds words, linked if there is an address and something to see.
func (r *rich) linked(text, address string, s style) {
	if address == "" || bot.Blank(text) {
		r.own(text, s)
		return
	}
	if n := len(*r); n > 0 {
		last, ok := (*r)[n-1].(*slack.RichTextSectionLinkElement)
		if ok && last.URL == address && styled(last.Style) == s {
			last.Text += text
			return
		}
	}
	*r = append(*r, slack.NewRichTextSectionLinkElement(address, text, pointer(s)))
}

// How many pieces a text is cut into, to make its marks stand out, and how many
// units of addresses they may all have.
const (
	maxPieces  = 24
	maxAddress = 2000
)

// quote adds an item's words, the marked ones in a style of their own.
func (r *rich) quote(t bot.Text, address string, most int, s, marked style) {
	t, address = t.Within(most, maxPieces/2), link(address)
	if len(address)*2*len(t.Marks) > maxAddress {
		t.Marks = nil
	}
	looks := map[bool]style{false: s, true: marked}
	for piece, isMarked := range t.Pieces() {
		r.linked(piece, address, looks[isMarked])
	}
}

// date adds a time, in the reader's zone.
func (r *rich) date(t time.Time) {
	if t.IsZero() || !datable(t) {
		r.own(inUTC(t), style{})
		return
	}
	fallback := inUTC(t)
	*r = append(*r, slack.NewRichTextSectionDateElement(t.Unix(), dateFormat, nil, &fallback))
}

// empty reports whether there is nothing to see.
func (r rich) empty() bool {
	for _, e := range r {
		if text, ok := e.(*slack.RichTextSectionTextElement); !ok || !bot.Blank(text.Text) {
			return false
		}
	}
	return true
}

// styled is a style that may be missing.
func styled(s *style) style {
	if s == nil {
		return style{}
	}
	return *s
}

// pointer is a style as Slack takes it, where no style is none.
func pointer(s style) *style {
	if s == (style{}) {
		return nil
	}
	return &s
}

// mrkdwn is a text object of markup, in which Slack finds nothing by itself
// (https://docs.slack.dev/reference/block-kit/composition-objects/text-object).
func mrkdwn(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, text, false, true)
}

// aside is a line in small grey letters, of those texts that are not empty;
// nil if none is.
func aside(texts ...*slack.TextBlockObject) []slack.Block {
	var elements []slack.MixedElement
	for _, t := range texts {
		if !bot.Blank(t.Text) {
			elements = append(elements, t)
		}
	}
	if len(elements) == 0 {
		return nil
	}
	return []slack.Block{slack.NewContextBlock("", elements...)}
}

// What a message may hold. Slack refuses one whose blocks are too long all
// together, but does not say when that is: people saw it between 11,300 and
// 13,300 characters, part of them those of the JSON (slackapi/bolt-js#2509 and
// #2867). We count all of the JSON.
const (
	maxBlocks  = 50
	maxWeight  = 9500
	maxText    = 3800 // of a message without blocks; Slack cuts it up at 4,000
	maxSection = 3000
)

// weigh is how long blocks are, all together.
func weigh(blocks ...slack.Block) int {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(blocks) != nil {
		return math.MaxInt // it cannot fail; if it did, they could not be sent
	}
	return bot.Units(b.String())
}

// within joins lines as long as there is room, with "…" where some are left
// out.
func within(most int, lines ...string) string {
	var b strings.Builder
	room := most - len("\n…")
	for _, l := range lines {
		if bot.Blank(l) {
			continue
		}
		if b.Len() > 0 {
			l = "\n" + l
		}
		if room -= bot.Units(l); room < 0 {
			return b.String() + "\n…"
		}
		b.WriteString(l)
	}
	return b.String()
}

// section is the words as a paragraph.
func (r rich) section() *slack.RichTextSection { return slack.NewRichTextSection(r...) }
