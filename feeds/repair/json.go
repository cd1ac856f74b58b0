package repair

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON reads a JSON Feed (https://www.jsonfeed.org/version/1.1/) in UTF-8 as
// far as it can be understood: with junk before it, commas too many or too few,
// line breaks in texts, ids that are numbers, and cut off anywhere. It fails
// with a Refusal if there is too much of something, and with a NotFeedError if
// it is something else.
func JSON(doc []byte) (Document, error) {
	at := bytes.IndexByte(doc[:min(len(doc), maxJunk)], '{')
	if at < 0 {
		return Document{}, &NotFeedError{}
	}
	p := jsonReader{doc: doc, at: at + 1}
	top, whole := p.object(1)
	if p.err != nil {
		return Document{}, p.err
	}
	_, items := top["items"].([]any)
	if !items && !strings.Contains(text(top["version"]), "jsonfeed") {
		return Document{}, &NotFeedError{}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // it is for no page
	if err := enc.Encode(feedOf(top)); err != nil {
		return Document{}, fmt.Errorf("repair: %w", err)
	}
	return Document{Text: bytes.TrimSpace(out.Bytes()), Whole: whole}, nil
}

// jsonReader reads values: texts, lists and objects. Numbers are texts, and the
// rest is nil.
type jsonReader struct {
	doc    []byte
	at     int
	values int
	total  int // bytes of text
	err    error
}

// next skips white space and commas, and returns what follows; 0 at the end.
func (p *jsonReader) next() byte {
	for p.at < len(p.doc) && bytes.IndexByte([]byte(" \t\r\n,\x00"), p.doc[p.at]) >= 0 {
		p.at++
	}
	if p.at == len(p.doc) {
		return 0
	}
	return p.doc[p.at]
}

// value reads one; whole is false if the document ends first.
func (p *jsonReader) value(depth int) (v any, whole bool) {
	p.values++
	switch {
	case depth > maxDepth:
		p.err = refuse("its values are nested more than %d deep", maxDepth)
	case p.values > maxElements:
		p.err = refuse("it has more than %d values", maxElements)
	}
	if p.err != nil {
		return nil, false
	}
	switch c := p.next(); c {
	case 0:
		return nil, false
	case '{':
		p.at++
		return p.object(depth)
	case '[':
		p.at++
		return p.list(depth)
	case '"', '\'':
		p.at++
		return p.text(c)
	}
	return p.word(), p.at < len(p.doc)
}

// object reads what follows a "{". Of one that is cut off it has what was whole,
// and of a list in it the values that were.
func (p *jsonReader) object(depth int) (m map[string]any, whole bool) {
	m = map[string]any{}
	for {
		c := p.next()
		switch c {
		case 0:
			return m, false
		case '}':
			p.at++
			return m, true
		case ']': // of a list around it, for this one was never closed
			return m, true
		}
		var key any
		if key, whole = p.value(depth + 1); !whole {
			return m, false
		}
		name := text(key)
		if p.next() != ':' {
			continue
		}
		p.at++
		v, whole := p.value(depth + 1)
		if _, ok := v.([]any); whole || ok && depth == 1 {
			m[name] = v
		}
		if !whole {
			return m, false
		}
	}
}

// list reads what follows a "[".
func (p *jsonReader) list(depth int) (list []any, whole bool) {
	items := depth == 2 // in the outermost object
	for {
		switch p.next() {
		case 0:
			return list, false
		case ']':
			p.at++
			return list, true
		case '}': // of an object around it, for this one was never closed
			return list, true
		case ':':
			p.at++
			continue
		}
		v, whole := p.value(depth + 1)
		if !whole {
			return list, false
		}
		if list = append(list, v); items && len(list) > maxItems {
			p.err = refuse("it has more than %d items", maxItems)
			return nil, false
		}
	}
}

// word reads a number, or any other word, of which numbers count.
func (p *jsonReader) word() any {
	start := p.at
	for p.at < len(p.doc) && bytes.IndexByte([]byte(" \t\r\n,:{}[]\"'"), p.doc[p.at]) < 0 {
		p.at++
	}
	if p.at == start {
		p.at++ // what can stand nowhere
		return nil
	}
	word := string(p.doc[start:min(p.at, start+maxName)])
	switch word {
	case "true", "false", "null":
		return nil
	}
	return word
}

// text reads what follows a quote, up to the next.
func (p *jsonReader) text(quote byte) (s string, closed bool) {
	start := p.at
	for p.at < len(p.doc) {
		switch p.doc[p.at] {
		case quote:
			raw := p.doc[start:p.at]
			p.at++
			if raw = whole(raw, maxField); p.total > maxText {
				raw = whole(raw, maxLate)
			}
			p.total += len(raw)
			return unescape(raw), true
		case '\\':
			p.at++
		}
		p.at++
	}
	p.at = len(p.doc)
	return "", false
}

// unescape resolves the escapes of JSON (RFC 8259 section 7). One that is none
// stands for its letter, and half of a surrogate pair for U+FFFD.
func unescape(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw)
	}
	out := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		n := bytes.IndexByte(raw, '\\')
		if n < 0 || n+1 == len(raw) {
			break
		}
		out = append(out, raw[:n]...)
		c := raw[n+1]
		raw = raw[n+2:]
		switch c {
		case 'n':
			out = append(out, '\n')
		case 't':
			out = append(out, '\t')
		case 'r':
			out = append(out, '\r')
		case 'b', 'f':
			out = append(out, ' ')
		case 'u':
			r, n := unicodeEscape(raw)
			raw = raw[n:]
			if r == '\t' || r == '\n' || character(r) {
				out = utf8.AppendRune(out, r)
			}
		default:
			out = append(out, c)
		}
	}
	return string(append(out, raw...))
}

// unicodeEscape reads what follows "\u", and how long that is.
func unicodeEscape(raw []byte) (r rune, n int) {
	hex := func(b []byte) (rune, bool) {
		if len(b) < 4 {
			return 0, false
		}
		code, err := strconv.ParseUint(string(b[:4]), 16, 32)
		return rune(code), err == nil
	}
	first, ok := hex(raw)
	if !ok {
		return utf8.RuneError, 0
	}
	if !utf16.IsSurrogate(first) {
		return first, 4
	}
	if len(raw) > 6 && raw[4] == '\\' && raw[5] == 'u' {
		if second, ok := hex(raw[6:]); ok {
			if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
				return r, 10
			}
		}
	}
	return utf8.RuneError, 4
}

// jsonFeed and jsonItem are the shape of the document that is made.
type jsonFeed struct {
	Version     string       `json:"version"`
	Title       string       `json:"title,omitempty"`
	HomePageURL string       `json:"home_page_url,omitempty"`
	FeedURL     string       `json:"feed_url,omitempty"`
	Language    string       `json:"language,omitempty"`
	Authors     []jsonPerson `json:"authors,omitempty"`
	Items       []jsonItem   `json:"items"`
}

type jsonItem struct {
	ID            string       `json:"id"`
	URL           string       `json:"url,omitempty"`
	ExternalURL   string       `json:"external_url,omitempty"`
	Title         string       `json:"title,omitempty"`
	ContentHTML   string       `json:"content_html,omitempty"`
	ContentText   string       `json:"content_text,omitempty"`
	Summary       string       `json:"summary,omitempty"`
	DatePublished string       `json:"date_published,omitempty"`
	DateModified  string       `json:"date_modified,omitempty"`
	Authors       []jsonPerson `json:"authors,omitempty"`
	Tags          []string     `json:"tags,omitempty"`
	Language      string       `json:"language,omitempty"`
}

type jsonPerson struct {
	Name string `json:"name"`
}

func feedOf(m map[string]any) jsonFeed {
	f := jsonFeed{
		Version: text(m["version"]), Title: text(m["title"]), HomePageURL: text(m["home_page_url"]),
		FeedURL: text(m["feed_url"]), Language: text(m["language"]), Authors: people(m), Items: []jsonItem{},
	}
	list, _ := m["items"].([]any)
	for _, v := range list {
		if it, ok := v.(map[string]any); ok {
			f.Items = append(f.Items, itemOf(it))
		}
	}
	return f
}

func itemOf(m map[string]any) jsonItem {
	it := jsonItem{
		ID: text(m["id"]), URL: text(m["url"]), ExternalURL: text(m["external_url"]), Title: text(m["title"]),
		ContentHTML: text(m["content_html"]), ContentText: text(m["content_text"]), Summary: text(m["summary"]),
		DatePublished: text(m["date_published"]), DateModified: text(m["date_modified"]),
		Authors: people(m), Language: text(m["language"]),
	}
	switch tags := m["tags"].(type) {
	case []any:
		for _, t := range tags {
			it.Tags = append(it.Tags, text(t))
		}
	case string:
		it.Tags = []string{tags}
	}
	return it
}

// people are the authors, as 1.1 has them or as 1.0 had them.
func people(m map[string]any) (out []jsonPerson) {
	list, _ := m["authors"].([]any)
	for _, v := range append(list, m["author"]) {
		name := text(v)
		if p, ok := v.(map[string]any); ok {
			name = text(p["name"])
		}
		if name != "" && len(out) < 32 {
			out = append(out, jsonPerson{name})
		}
	}
	return out
}

// text is a value that should be a text; "" if it is none.
func text(v any) string {
	s, _ := v.(string)
	return s
}
