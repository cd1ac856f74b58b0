package slack

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"attache/bot"
)

// maxPages is how many messages an answer may have: Slack takes five through
// the address it gives for answers.
const maxPages = 4

// How long a line of an answer may be, and what stands after it.
const (
	maxLine   = 2000
	maxDetail = 800
)

// row is a line of an answer.
type row struct {
	line bot.Line
	bold bool
}

// rows is the lines of an answer, those with nothing in them left out.
func rows(m bot.Message) []row {
	var list []row
	if !bot.Blank(bot.OneLine(m.Title.Text, 100)) {
		list = append(list, row{bot.Line{Text: m.Title.Text, URL: m.URL}, true})
	}
	for _, l := range m.Lines {
		l.Code = l.Code && l.Detail == ""
		if l.Code || !bot.Blank(bot.OneLine(l.Text, 100)+bot.OneLine(l.Detail, 100)) {
			list = append(list, row{l, l.Detail != ""})
		}
	}
	return list
}

// notices is an answer, in as many messages as it needs. Where that is too
// many, the last says so.
func notices(m bot.Message) []payload {
	pages, left := paged(rows(m))
	if left > 0 {
		pages[maxPages-1] = append(pages[maxPages-1], row{line: bot.Line{Text: bot.MoreLines(left)}})
	}
	var list []payload
	for _, p := range pages {
		list = append(list, payload{pageText(p), pageBlocks(p)})
	}
	return list
}

// paged cuts rows into pages that a message holds, with room for one line more
// in each, and says how many rows are left over. There is at least one page.
func paged(list []row) (pages [][]row, left int) {
	const room = 300 // for the line more, and for what stands around the lines
	pages = [][]row{nil}
	weight, text := 0, 0
	for i, r := range list {
		w, t := weigh(pageBlocks([]row{r})...), bot.Units(r.text(false))+2*len("```\n")
		if last := pages[len(pages)-1]; len(last) > 0 && (weight+w > maxWeight-room || text+t > maxText-room) {
			if len(pages) == maxPages {
				return pages, len(list) - i
			}
			pages, weight, text = append(pages, nil), 0, 0
		}
		pages[len(pages)-1] = append(pages[len(pages)-1], r)
		weight, text = weight+w, text+t
	}
	return pages, 0
}

// pageBlocks is a page as rich text. Neighbouring lines of code are in one
// piece, so that a caret stays under what it points at.
func pageBlocks(page []row) []slack.Block {
	block := slack.NewRichTextBlock("")
	var words, code rich
	long := 0
	flush := func() {
		if !words.empty() {
			block.Elements = append(block.Elements, words.section())
		}
		if !code.empty() {
			block.Elements = append(block.Elements, &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: code})
		}
		words, code, long = nil, nil, 0
	}
	for _, r := range page {
		into := &words
		if r.line.Code {
			into = &code
		}
		size := bot.Units(r.line.Text) + bot.Units(r.line.Detail)
		if len(*into) == 0 || long+size > maxSection-100 {
			flush()
		} else {
			into.own("\n", style{})
		}
		long += size + len("\n")
		r.write(into)
	}
	flush()
	if len(block.Elements) == 0 {
		return nil
	}
	return []slack.Block{block}
}

// write adds the row to rich text.
func (r row) write(to *rich) {
	if r.line.Code {
		to.own(bot.Cut(r.code(), maxLine), style{})
		return
	}
	if r.line.Story != 0 {
		to.own(bot.Hash(r.line.Story)+" ", style{})
	}
	to.text(r.line.Text, r.line.URL, maxLine, style{Bold: r.bold})
	if !bot.Blank(r.line.Detail) {
		to.own("  ", style{})
		to.text(r.line.Detail, "", maxDetail, style{Italic: true})
	}
}

// code is a line of code: its spaces are kept.
func (r row) code() string { return bot.Tame(strings.ReplaceAll(r.line.Text, "\t", "    "), maxLine) }

// pageText is a page in mrkdwn, with its addresses if there is room for them.
func pageText(page []row) string {
	var with, without []string
	code := false
	for _, r := range append(slices.Clip(page), row{}) {
		if code != r.line.Code {
			with, without = append(with, "```"), append(without, "```")
			code = r.line.Code
		}
		with, without = append(with, r.text(true)), append(without, r.text(false))
	}
	text := within(maxText, without...)
	if full := strings.Join(with, "\n"); bot.Units(full) < maxText {
		text = within(maxText, with...)
	}
	if text == "" {
		return "There is nothing to show."
	}
	return text
}

// text is the row in mrkdwn, with its address or without.
func (r row) text(addresses bool) string {
	if r.line.Code {
		return strings.ReplaceAll(escapeWithin(r.code(), maxLine), "`", "ˋ")
	}
	address := ""
	if addresses {
		address = r.line.URL
	}
	words := anchor(address, r.line.Text, maxLine, 800)
	if r.line.Story != 0 {
		words = bot.Hash(r.line.Story) + " " + words
	}
	if detail := literal(r.line.Detail, maxDetail); !bot.Blank(detail) {
		words += " – " + detail
	}
	return words
}
