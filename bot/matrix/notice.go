package matrix

import (
	"strings"

	"attache/bot"
)

// maxPages is how many messages an answer may have.
const maxPages = 4

// How long a line of an answer may be, in units, and what stands after it in half
// as many; the less the more of it is markup.
var lengths = []int{1000, 400, 200}

// notices is an answer, in as many messages as it needs. Where that is too
// many, the last says so.
func notices(m bot.Message) []words {
	pages, left := paged(rows(m))
	if left > 0 {
		pages[maxPages-1] = append(pages[maxPages-1], bot.Line{Text: bot.MoreLines(left)})
	}
	var list []words
	for _, p := range pages {
		w := written(p).words()
		if bot.Blank(w.Body) {
			w = own("There is nothing to show.")
		}
		list = append(list, w)
	}
	return list
}

// rows is the lines of an answer, those with nothing in them left out.
func rows(m bot.Message) []bot.Line {
	var list []bot.Line
	for _, l := range append([]bot.Line{{Text: m.Title.Text, URL: m.URL}}, m.Lines...) {
		l.Code = l.Code && l.Detail == ""
		if l.Code || !bot.Blank(bot.OneLine(l.Text, 100)+bot.OneLine(l.Detail, 100)) {
			list = append(list, l)
		}
	}
	return list
}

// paged cuts lines into pages that a message holds, with room for one line more
// in each, and says how many are left over. There is at least one page.
func paged(list []bot.Line) (pages [][]bot.Line, left int) {
	const room = 1000 // for the line more
	pages = [][]bot.Line{nil}
	full := 0
	for i, l := range list {
		size := written([]bot.Line{l}).put(true).size() // with all the isolates there may be
		if last := pages[len(pages)-1]; len(last) > 0 && full+size > maxSize-room {
			if len(pages) == maxPages {
				return pages, len(list) - i
			}
			pages, full = append(pages, nil), 0
		}
		pages[len(pages)-1] = append(pages[len(pages)-1], l)
		full += size
	}
	return pages, 0
}

// written is a page in words. Neighbouring lines of code are in one piece, so
// that a caret stays under what it points at.
func written(lines []bot.Line) page {
	var p page
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && lines[n].Code == lines[0].Code {
			n++
		}
		if lines[0].Code {
			p.add("pre", code(lines[:n]))
		} else {
			var list []words
			for _, l := range lines[:n] {
				list = append(list, row(l)...)
			}
			p.add("p", list...)
		}
		lines = lines[n:]
	}
	return p
}

// row is a line of an answer that is not code, and its address under it.
func row(l bot.Line) []words {
	var list []words
	for _, most := range lengths {
		link := link(l.URL, most)
		text, detail := say(l.Text, most).to(link), say(l.Detail, most/2)
		if !detail.empty() {
			text = text.in("strong")
		}
		list = []words{listed(" ", own(bot.Hash(l.Story)), listed(" – ", text, detail)), address(link)}
		if join(list...).size() < maxSize/2 {
			break
		}
	}
	return list
}

// code is lines of code, their spaces kept.
func code(lines []bot.Line) words {
	var list []string
	for _, l := range lines {
		list = append(list, kept(l.Text))
	}
	return own(strings.Join(list, "\n")).in("code")
}

// kept is a line of code that does nothing.
func kept(text string) string {
	text = strings.ReplaceAll(text, "\t", "    ")
	var w words
	for _, most := range lengths {
		if w = own(disarm(bot.Text{Text: bot.Cut(bot.Tame(text, most), most)}).Text); w.size() < maxSize/2 {
			break
		}
	}
	return w.Body
}
