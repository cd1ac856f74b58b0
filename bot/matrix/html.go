package matrix

import (
	"html"
	"slices"
	"strings"
	"unicode"

	"attache/bot"
)

// words is what a Matrix message says, twice: plain, for notifications, screen
// readers and clients that show no HTML, and in the HTML that the others show
// (https://spec.matrix.org/v1.16/client-server-api/#mroommessage-msgtypes).
// Words are put together side by side; nothing unescaped ever gets into HTML.
type words struct{ Body, HTML string }

// own is words of ours, and whatever is known to be harmless.
func own(text string) words { return words{text, html.EscapeString(text)} }

// say is words from outside in at most so many units, on one line, that do
// nothing and stay together whichever way they are written.
func say(text string, most int) words { return quote(bot.Text{Text: text}, most, "") }

// quote is an item's words, the marked ones in an element of that name, or
// looking like the others if it is "".
func quote(t bot.Text, most int, mark string) words {
	if mark == "" {
		t.Marks = nil
	}
	t = disarm(t.Within(most, maxMarks))
	if bot.Blank(t.Text) {
		return words{}
	}
	var w words
	for piece, marked := range trim(t).Pieces() {
		p := own(piece)
		if marked {
			p = p.in(mark)
		}
		w = join(w, p)
	}
	return isolated(w)
}

// maxMarks is how many matched words stand out in a text; more are a carpet.
const maxMarks = 12

// trim takes the space from both ends of a text.
func trim(t bot.Text) bot.Text {
	start := len(t.Text) - len(strings.TrimLeftFunc(t.Text, unicode.IsSpace))
	out := bot.Text{Text: strings.TrimSpace(t.Text)}
	for _, m := range t.Marks {
		m = bot.Mark{Start: max(0, m.Start-start), End: min(len(out.Text), m.End-start)}
		if m.Start < m.End {
			out.Marks = append(out.Marks, m)
		}
	}
	return out
}

// join puts words side by side.
func join(list ...words) words {
	var body, html strings.Builder
	for _, w := range list {
		body.WriteString(w.Body)
		html.WriteString(w.HTML)
	}
	return words{body.String(), html.String()}
}

// listed puts those that are not empty side by side, with something between.
func listed(between string, list ...words) words {
	var w words
	for _, next := range list {
		switch {
		case next.empty():
		case w.empty():
			w = next
		default:
			w = join(w, own(between), next)
		}
	}
	return w
}

// several is a list from outside, of which there are at most about so many units.
func several(list []string, between string, most int) words {
	const least = 8 // units of the next
	var w words
	for _, text := range list {
		if most < least && !w.empty() {
			return join(w, own(between+"…"))
		}
		if next := say(text, most); !next.empty() {
			w, most = listed(between, w, next), most-bot.Units(next.Body+between)
		}
	}
	return w
}

// in puts the words into an element in HTML.
func (w words) in(name string) words {
	if w.HTML != "" {
		w.HTML = "<" + name + ">" + w.HTML + "</" + name + ">"
	}
	return w
}

// to links the words in HTML, if the address is one that may be linked.
func (w words) to(address string) words {
	if address != "" && w.HTML != "" {
		w.HTML = `<a href="` + html.EscapeString(address) + `">` + w.HTML + "</a>"
	}
	return w
}

// address is an address on a line of its own, for those who see no HTML; "" is
// none.
func address(link string) words { return words{Body: link} }

// richly is the words for those who see HTML, and for nobody else.
func (w words) richly() words { return words{HTML: w.HTML} }

func (w words) empty() bool { return w.Body == "" && w.HTML == "" }

// page is a message that grows block by block.
type page []block

// block is lines in an element of that name.
type block struct {
	name  string
	lines []words
}

// add adds lines as a block. Those that are empty are left out.
func (p *page) add(name string, lines ...words) {
	lines = slices.DeleteFunc(lines, words.empty)
	if len(lines) > 0 {
		*p = append(*p, block{name, lines})
	}
}

// words is the page put together.
func (p page) words() words {
	var body strings.Builder
	for _, b := range p {
		for _, l := range b.lines {
			body.WriteString(l.Body)
		}
	}
	first, _ := directions(body.String())
	return p.put(first)
}

// put puts the page together. In plain text a blank line stands between blocks.
func (p page) put(isolate bool) words {
	var whole words
	for _, b := range p {
		var w words
		for _, l := range b.lines {
			if b.name != "pre" {
				l = l.settled(isolate)
			}
			if w.Body != "" && l.Body != "" {
				w.Body += "\n"
			}
			if w.HTML != "" && l.HTML != "" {
				w.HTML += "<br>"
			}
			w = join(w, l)
		}
		if whole.Body != "" && w.Body != "" {
			whole.Body += "\n\n"
		}
		whole = join(whole, w.in(b.name))
	}
	return whole
}
