package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf16"
)

// beyondLimits is Slack's refusal of a message or a view that is too long, too
// much, or not of its making; nil if it would take it. Lengths are counted in
// UTF-16 units, the strictest of the counts that Slack may mean by characters.
//
// https://docs.slack.dev/reference/block-kit/blocks,
// https://docs.slack.dev/reference/views
func beyondLimits(r Request) *answer {
	switch r.Method {
	case "chat.postMessage", "chat.update", "chat.postEphemeral", "response_url":
		return badMessage(r)
	case "views.open", "views.push", "views.update", "views.publish":
		return badView(r)
	}
	return nil
}

// How much text all blocks of a message may have together is nowhere in the
// documentation. Slack's people said 12,000 "with a buffer for block
// containers" (github.com/slackapi/bolt-js/issues/2509); 11,341 in 45 blocks
// were refused, 9,597 in 50 were taken (issues/2867).
const (
	maxBlocksText = 12000
	blockBuffer   = 15
	maxText       = 40000
	maxView       = 250 << 10 // bytes
)

func badMessage(r Request) *answer {
	text, raw := r.Form.Get("text"), r.Form.Get("blocks")
	var blocks []any
	if raw != "" && json.Unmarshal([]byte(raw), &blocks) != nil {
		return refusal("invalid_blocks_format")
	}
	if metadata := r.Form.Get("metadata"); metadata != "" {
		var m struct {
			EventType    string         `json:"event_type"`
			EventPayload map[string]any `json:"event_payload"`
		}
		if json.Unmarshal([]byte(metadata), &m) != nil || m.EventType == "" || m.EventPayload == nil {
			return refusal("invalid_metadata_format")
		}
	}
	c := &checker{ids: map[string]bool{}}
	c.blocks("/blocks", blocks, 50)
	switch {
	case len(c.wrong) > 0:
		return refused(r, "invalid_blocks", c.wrong)
	case length(text) > maxText:
		return refused(r, "msg_too_long", nil)
	case textIn(blocks)+blockBuffer*len(blocks) > maxBlocksText:
		return refused(r, "msg_blocks_too_long", nil)
	case text == "" && len(blocks) == 0 && r.Form.Get("delete_original") == "" && r.Form.Get("attachments") == "":
		return refused(r, "no_text", nil)
	}
	return nil
}

// refused is the refusal of a message; a response_url gives it as an HTTP
// status.
func refused(r Request, code string, reasons []string) *answer {
	a := refusal(code, reasons...)
	if r.Method == "response_url" {
		a.status = 400
	}
	return a
}

func badView(r Request) *answer {
	raw := r.Form.Get("view")
	var view map[string]any
	if json.Unmarshal([]byte(raw), &view) != nil {
		return refusal("invalid_arguments", "[ERROR] must provide an object [json-pointer:/view]")
	}
	if len(raw) > maxView {
		return refusal("view_too_large")
	}
	c := &checker{ids: map[string]bool{}}
	modal := view["type"] == "modal"
	if want := map[bool]string{true: "home", false: "modal"}[r.Method == "views.publish"]; view["type"] != want {
		c.fail("/view/type", "must be "+want)
	}
	c.plain("/view/title", view["title"], 24, modal)
	c.plain("/view/close", view["close"], 24, false)
	blocks, _ := view["blocks"].([]any)
	c.plain("/view/submit", view["submit"], 24, modal && slices.ContainsFunc(blocks, isInput))
	c.short("/view/private_metadata", view["private_metadata"], 3000)
	c.short("/view/callback_id", view["callback_id"], 255)
	c.short("/view/external_id", view["external_id"], 255)
	c.blocks("/view/blocks", blocks, 100)
	if len(c.wrong) > 0 {
		return refusal("invalid_arguments", c.wrong...)
	}
	return nil
}

func isInput(block any) bool {
	b, _ := block.(map[string]any)
	return b["type"] == "input"
}

func length(s string) int { return len(utf16.Encode([]rune(s))) }

// textIn sums every string called text, however deep.
func textIn(in any) int {
	sum := 0
	switch in := in.(type) {
	case []any:
		for _, each := range in {
			sum += textIn(each)
		}
	case map[string]any:
		for key, each := range in {
			if s, ok := each.(string); ok && key == "text" {
				sum += length(s)
			} else {
				sum += textIn(each)
			}
		}
	}
	return sum
}

// checker goes through blocks and notes what Slack would refuse, in its words.
type checker struct {
	wrong []string
	ids   map[string]bool // the block_ids there were
}

func (c *checker) fail(path, reason string) {
	c.wrong = append(c.wrong, fmt.Sprintf("[ERROR] %s [json-pointer:%s]", reason, path))
}

// short is a string that may be missing, and may not be longer than this.
func (c *checker) short(path string, value any, most int) {
	if s, ok := value.(string); value != nil && !ok {
		c.fail(path, "must be a string")
	} else if length(s) > most {
		c.fail(path, fmt.Sprintf("must be less than %d characters", most+1))
	}
}

// long is a string that must be there.
func (c *checker) long(path string, value any, most int) {
	if s, _ := value.(string); s == "" {
		c.fail(path, "must be more than 0 characters")
	}
	c.short(path, value, most)
}

// text is a text object of either type.
func (c *checker) text(path string, value any, most int, required bool) {
	if value == nil && !required {
		return
	}
	text, ok := value.(map[string]any)
	if !ok || text["type"] != "plain_text" && text["type"] != "mrkdwn" {
		c.fail(path, "must be a text object")
		return
	}
	c.long(path+"/text", text["text"], most)
}

// plain is a text object of plain text.
func (c *checker) plain(path string, value any, most int, required bool) {
	if text, ok := value.(map[string]any); ok && text["type"] != "plain_text" {
		c.fail(path+"/type", "must be plain_text")
	}
	c.text(path, value, most, required)
}

// list is an array of so many.
func (c *checker) list(path string, value any, least, most int) []any {
	list, _ := value.([]any)
	if len(list) < least {
		c.fail(path, fmt.Sprintf("must have at least %d items", least))
	} else if len(list) > most {
		c.fail(path, fmt.Sprintf("no more than %d items allowed", most))
	}
	return list
}

// unique notes an id, and that it was there before.
func (c *checker) unique(path string, ids map[string]bool, id any) {
	c.short(path, id, 255)
	if id, ok := id.(string); ok && id != "" {
		if ids[id] {
			c.fail(path, fmt.Sprintf("%q already exists", id))
		}
		ids[id] = true
	}
}
