package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// limits holds a message to what Slack's documentation says of it, and to what
// we want of all that we say: every block by its page under
// https://docs.slack.dev/reference/block-kit/blocks, elements and objects by
// theirs. It looks at the JSON, and knows nothing of how it was made.
func limits(p payload) error {
	var l limiter
	l.length("text", p.Text, 1, 3999)
	l.markup("text", p.Text)
	raw, err := json.Marshal(p.Blocks)
	if err != nil {
		return err
	}
	var blocks []any
	if err := json.Unmarshal(raw, &blocks); err != nil {
		return err
	}
	if len(blocks) > 50 {
		l.fault("%d blocks", len(blocks))
	}
	var all strings.Builder
	encoder := json.NewEncoder(&all)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(blocks); err != nil {
		return err
	}
	if n := len(utf16.Encode([]rune(all.String()))); n >= 11_000 {
		l.fault("%d characters in all blocks", n)
	}
	for i, b := range blocks {
		l.block(fmt.Sprintf("block %d", i), b.(map[string]any))
	}
	return errors.Join(l.faults...)
}

type limiter struct {
	faults []error
	ids    []string // of blocks
}

func (l *limiter) fault(format string, args ...any) {
	if len(l.faults) < 10 {
		l.faults = append(l.faults, fmt.Errorf(format, args...))
	}
}

// length holds a text to so many characters; a character is at most two bytes
// of UTF-16.
func (l *limiter) length(at, text string, least, most int) {
	if n := len(utf16.Encode([]rune(text))); n > most {
		l.fault("%s: %d characters: %.60q…", at, n, text)
	}
	if len(strings.TrimSpace(text)) < least {
		l.fault("%s: nothing in it: %q", at, text)
	}
	if !utf8.ValidString(text) {
		l.fault("%s: not UTF-8: %.60q", at, text)
	}
	for _, r := range text {
		if r < ' ' && r != '\n' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			l.fault("%s: %U in %.60q", at, r, text)
		}
	}
}

var (
	ourReference = regexp.MustCompile(`^(https?://[^\s|<>]+\|[^|<>]+|!date\^[0-9]+\^\{date_short_pretty\} \{time\}\|[^|<>]+|@[UW][A-Z0-9]{2,20})$`)
	ourEntity    = regexp.MustCompile(`&(amp|lt|gt);`)
)

// markup holds mrkdwn to the references that we write: links, dates and users.
func (l *limiter) markup(at, text string) {
	for rest := text; rest != ""; {
		before, after, ok := strings.Cut(rest, "<")
		if strings.Contains(before, ">") {
			l.fault("%s: a > that closes nothing in %.80q", at, text)
		}
		if strings.Contains(ourEntity.ReplaceAllString(before, ""), "&") {
			l.fault("%s: a bare & in %.80q", at, text)
		}
		if !ok {
			return
		}
		ref, then, closed := strings.Cut(after, ">")
		if !closed || !ourReference.MatchString(ref) {
			l.fault("%s: %.80q is none of our references", at, ref)
		}
		if address, _, _ := strings.Cut(ref, "|"); strings.HasPrefix(address, "http") {
			l.address(at, strings.NewReplacer("&amp;", "&").Replace(address))
		}
		rest = then
	}
}

func (l *limiter) address(at, address string) {
	l.length(at, address, 8, 3000)
	if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		l.fault("%s: %.80q is no address", at, address)
	}
}

// keys holds an object to the fields it has.
func (l *limiter) keys(at string, o map[string]any, names ...string) {
	for name := range o {
		if name != "type" && !slices.Contains(names, name) {
			l.fault("%s: a %v has no %s", at, o["type"], name)
		}
	}
}

func str(o any) string { s, _ := o.(string); return s }

func list(o any) []any { s, _ := o.([]any); return s }

func object(o any) map[string]any { m, _ := o.(map[string]any); return m }

func (l *limiter) block(at string, b map[string]any) {
	id := str(b["block_id"])
	if len(id) > 255 || id != "" && slices.Contains(l.ids, id) {
		l.fault("%s: the id %.60q is too long, or not unique", at, id)
	}
	l.ids = append(l.ids, id)
	elements := list(b["elements"])
	switch at := at + ", " + str(b["type"]); str(b["type"]) {
	case "section":
		l.keys(at, b, "text", "accessory", "block_id")
		l.text(at, b["text"], 3000)
		if b["accessory"] != nil {
			l.overflow(at, object(b["accessory"]))
		}
	case "context":
		l.keys(at, b, "elements", "block_id")
		l.number(at, elements, 1, 10)
		for _, e := range elements {
			l.text(at, e, 3000)
		}
	case "actions":
		l.keys(at, b, "elements", "block_id")
		l.number(at, elements, 1, 25)
		l.buttons(at, elements)
	case "rich_text":
		l.keys(at, b, "elements", "block_id")
		l.number(at, elements, 1, 1000)
		for _, e := range elements {
			l.rich(at, object(e))
		}
	default:
		l.fault("%s is not ours", at)
	}
}

func (l *limiter) number(at string, elements []any, least, most int) {
	if n := len(elements); n < least || n > most {
		l.fault("%s: %d elements", at, n)
	}
}

// text holds a text object.
func (l *limiter) text(at string, o any, most int) {
	t := object(o)
	l.length(at, str(t["text"]), 1, most)
	switch t["type"] {
	case "plain_text":
		l.keys(at, t, "text", "emoji")
	case "mrkdwn":
		l.keys(at, t, "text", "verbatim")
		if t["verbatim"] != true {
			l.fault("%s: mrkdwn in which Slack looks for names: %.60q", at, t["text"])
		}
		l.markup(at, str(t["text"]))
	default:
		l.fault("%s: %v is no text", at, o)
	}
}

func (l *limiter) plain(at string, o any, most int) {
	if object(o)["type"] != "plain_text" {
		l.fault("%s: %v is no plain text", at, o)
	}
	l.text(at, o, most)
}

func (l *limiter) overflow(at string, o map[string]any) {
	at += ", overflow"
	l.keys(at, o, "action_id", "options")
	l.length(at, str(o["action_id"]), 1, 255)
	l.number(at, list(o["options"]), 1, 5)
	for _, option := range list(o["options"]) {
		l.plain(at, object(option)["text"], 75)
		l.length(at, str(object(option)["value"]), 1, 75)
	}
}

func (l *limiter) buttons(at string, elements []any) {
	var ids []string
	primary := 0
	for _, e := range elements {
		b := object(e)
		if b["type"] != "button" {
			l.fault("%s: a %v", at, b["type"])
		}
		l.keys(at, b, "text", "action_id", "value", "style")
		l.plain(at, b["text"], 75)
		l.length(at, str(b["value"]), 1, 2000)
		id := str(b["action_id"])
		if l.length(at, id, 1, 255); slices.Contains(ids, id) {
			l.fault("%s: the action id %s twice", at, id)
		}
		ids = append(ids, id)
		if b["style"] == "primary" {
			primary++
		} else if b["style"] != nil {
			l.fault("%s: the style %v", at, b["style"])
		}
	}
	if primary > 1 {
		l.fault("%s: %d primary buttons", at, primary)
	}
}

// rich holds a piece of rich text.
func (l *limiter) rich(at string, o map[string]any) {
	switch o["type"] {
	case "rich_text_section", "rich_text_quote", "rich_text_preformatted":
		l.keys(at, o, "elements", "border")
	default:
		l.fault("%s: a %v", at, o["type"])
	}
	elements := list(o["elements"])
	l.number(at, elements, 1, 1000)
	var before map[string]any
	for _, e := range elements {
		e := object(e)
		l.element(at, e)
		if o["type"] == "rich_text_preformatted" && e["type"] != "text" {
			l.fault("%s: a %v in code", at, e["type"])
		}
		if before != nil && e["type"] == before["type"] && fmt.Sprint(e["style"], e["url"]) == fmt.Sprint(before["style"], before["url"]) {
			l.fault("%s: %v and %v could be one", at, before, e)
		}
		before = e
	}
}

func (l *limiter) element(at string, e map[string]any) {
	for name, value := range object(e["style"]) {
		if !slices.Contains([]string{"bold", "italic", "strike", "underline"}, name) || value != true {
			l.fault("%s: the style %s: %v", at, name, value)
		}
	}
	switch e["type"] {
	case "text":
		l.keys(at, e, "text", "style")
		l.length(at, str(e["text"]), 0, 3000)
		if e["text"] == "" {
			l.fault("%s: an empty text", at)
		}
	case "link":
		l.keys(at, e, "text", "url", "style")
		l.length(at, str(e["text"]), 1, 3000)
		l.address(at, str(e["url"]))
	case "date":
		l.keys(at, e, "timestamp", "format", "fallback")
	default:
		l.fault("%s: a %v", at, e["type"])
	}
}
