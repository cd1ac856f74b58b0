package repair

import "bytes"

// writer writes the document that is made: what is of the feed, and its items.
type writer struct {
	atom bool
	head []byte // of the feed
	body []byte // the items
	lang string // of the feed

	item    int    // one more than where the item that is open begins in body; 0 if none is open
	about   string // its name, in RSS 1.0
	named   bool   // it has a guid
	spoken  bool   // it has a language
	total   int    // bytes of text
	scratch []byte
}

// to is what is written to: the item, or else the feed.
func (w *writer) to() *[]byte {
	if w.item > 0 {
		return &w.body
	}
	return &w.head
}

func (w *writer) beginItem() {
	w.item, w.about, w.named, w.spoken = len(w.body)+1, "", false, false
	w.body = append(w.body, '<')
	w.body = append(w.body, w.itemName()...)
	w.body = append(w.body, '>')
}

func (w *writer) itemName() string {
	if w.atom {
		return "entry"
	}
	return "item"
}

// endItem ends the item that is open, if one is.
func (w *writer) endItem() {
	if w.item == 0 {
		return
	}
	if w.about != "" && !w.named && !w.atom {
		w.begin("guid")
		w.write([]byte(w.about))
		w.end("guid")
	}
	w.end(w.itemName())
	w.item = 0
}

func (w *writer) inItem() bool { return w.item > 0 }

// dropItem takes back the item that is open.
func (w *writer) dropItem() {
	w.body = w.body[:w.item-1]
	w.item = 0
}

// begin begins an element; attr gives it attributes until something is written.
func (w *writer) begin(name string) {
	w.named = w.named || name == "guid"
	w.spoken = w.spoken || name == "dc:language"
	out := w.to()
	*out = append(append(append(*out, '<'), name...), '>')
}

func (w *writer) attr(name, value string) {
	if value == "" {
		return
	}
	out := w.to()
	*out = append(append(append((*out)[:len(*out)-1], ' '), name...), `="`...)
	for i := range len(value) {
		switch c := value[i]; c {
		case '&':
			*out = append(*out, "&amp;"...)
		case '<':
			*out = append(*out, "&lt;"...)
		case '"':
			*out = append(*out, "&#34;"...)
		default:
			*out = append(*out, c)
		}
	}
	*out = append(*out, `">`...)
}

// write writes a text, in a CDATA section if it needs one. "]]>" in it is written
// as HTML, which it is or does not have.
func (w *writer) write(text []byte) {
	out := w.to()
	if !bytes.ContainsAny(text, "<&>") {
		*out = append(*out, text...)
		return
	}
	*out = append(*out, cdataStart...)
	for {
		n := bytes.Index(text, []byte(cdataEnd))
		if n < 0 {
			break
		}
		*out = append(append(*out, text[:n]...), "]]&gt;"...)
		text = text[n+len(cdataEnd):]
	}
	*out = append(append(*out, text...), cdataEnd...)
}

func (w *writer) end(name string) {
	out := w.to()
	*out = append(append(append(*out, "</"...), name...), '>')
}

// say takes note of a language, of the item or of the feed; the first counts.
func (w *writer) say(lang []byte) {
	if len(lang) == 0 || len(lang) > maxName || bytes.ContainsFunc(lang, func(r rune) bool { return !nameByte(byte(r)) || r > 'z' }) {
		return
	}
	switch {
	case w.item == 0 && w.lang == "":
		w.lang = string(lang)
	case w.item > 0 && !w.spoken:
		w.begin("dc:language")
		w.write(lang)
		w.end("dc:language")
	}
}

// document is all that was written.
func (w *writer) document() []byte {
	out := make([]byte, 0, len(w.head)+len(w.body)+1024)
	body := w.body
	*w = writer{atom: w.atom, head: w.head, lang: w.lang}
	w.head, out = out, w.head
	if w.atom {
		w.head = append(w.head, `<feed xmlns="http://www.w3.org/2005/Atom"`+declared+`>`...)
		w.attr("xml:lang", w.lang)
		return append(append(append(w.head, out...), body...), "</feed>"...)
	}
	w.head = append(w.head, `<rss version="2.0"`+declared+`><channel>`...)
	w.head = append(w.head, out...)
	if w.lang != "" {
		w.begin("language")
		w.write([]byte(w.lang))
		w.end("language")
	}
	return append(append(w.head, body...), "</channel></rss>"...)
}
