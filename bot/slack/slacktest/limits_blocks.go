package slacktest

import (
	"fmt"
	"slices"
)

// otherBlocks are the blocks that are not looked into. Nobody here uses them.
var otherBlocks = []string{"alert", "card", "carousel", "container", "context_actions", "data_table", "divider", "file", "plan",
	"table", "task_card", "video"}

// blocks holds the blocks of a message or a view to
// https://docs.slack.dev/reference/block-kit/blocks.
func (c *checker) blocks(path string, blocks []any, most int) {
	c.list(path, blocks, 0, most)
	markdown := 0
	for i, block := range blocks {
		here := fmt.Sprintf("%s/%d", path, i)
		b, _ := block.(map[string]any)
		c.unique(here+"/block_id", c.ids, b["block_id"])
		if b["type"] == "markdown" {
			markdown += textIn(b)
		}
		c.block(here, b, map[string]bool{})
	}
	if markdown > 12000 {
		c.fail(path, "must have less than 12001 characters in all markdown blocks")
	}
}

// block holds one block to its limits; actions are the action_ids in it.
func (c *checker) block(path string, b map[string]any, actions map[string]bool) {
	kind, _ := b["type"].(string)
	switch kind {
	case "header":
		c.plain(path+"/text", b["text"], 150, true)
	case "section":
		c.text(path+"/text", b["text"], 3000, b["fields"] == nil)
		if b["fields"] != nil {
			for i, field := range c.list(path+"/fields", b["fields"], 1, 10) {
				c.text(fmt.Sprintf("%s/fields/%d", path, i), field, 2000, true)
			}
		}
		if b["accessory"] != nil {
			c.element(path+"/accessory", b["accessory"], actions)
		}
	case "context":
		for i, e := range c.list(path+"/elements", b["elements"], 1, 10) {
			here := fmt.Sprintf("%s/elements/%d", path, i)
			if image, ok := e.(map[string]any); ok && image["type"] == "image" {
				c.image(here, image)
			} else {
				c.text(here, e, 3000, true)
			}
		}
	case "actions":
		for i, e := range c.list(path+"/elements", b["elements"], 1, 25) {
			c.element(fmt.Sprintf("%s/elements/%d", path, i), e, actions)
		}
	case "input":
		c.plain(path+"/label", b["label"], 2000, true)
		c.plain(path+"/hint", b["hint"], 2000, false)
		c.element(path+"/element", b["element"], actions)
	case "image":
		c.image(path, b)
		c.plain(path+"/title", b["title"], 2000, false)
	case "rich_text":
		c.richText(path, b)
	case "markdown":
		c.long(path+"/text", b["text"], 12000)
	default:
		if !slices.Contains(otherBlocks, kind) {
			c.fail(path+"/type", "unsupported type: "+kind)
		}
	}
}

func (c *checker) image(path string, image map[string]any) {
	if image["slack_file"] == nil {
		c.long(path+"/image_url", image["image_url"], 3000)
	}
	c.long(path+"/alt_text", image["alt_text"], 2000)
}

// richText holds that no piece of text in it is empty.
func (c *checker) richText(path string, b map[string]any) {
	for i, e := range c.list(path+"/elements", b["elements"], 0, 1<<30) {
		e, _ := e.(map[string]any)
		here := fmt.Sprintf("%s/elements/%d", path, i)
		switch e["type"] {
		case "rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote":
			c.richText(here, e)
		case "text":
			c.long(here+"/text", e["text"], 1<<30)
		case "link":
			c.long(here+"/url", e["url"], 3000)
		case "emoji", "date", "user", "usergroup", "channel", "broadcast", "color", "team":
		default:
			c.fail(here+"/type", fmt.Sprint("unsupported type: ", e["type"]))
		}
	}
}

// element holds an element to
// https://docs.slack.dev/reference/block-kit/block-elements.
func (c *checker) element(path string, value any, actions map[string]bool) {
	e, _ := value.(map[string]any)
	kind, _ := e["type"].(string)
	c.unique(path+"/action_id", actions, e["action_id"])
	c.plain(path+"/placeholder", e["placeholder"], 150, false)
	c.confirm(path+"/confirm", e["confirm"])
	switch kind {
	case "button":
		c.plain(path+"/text", e["text"], 75, true)
		c.short(path+"/value", e["value"], 2000)
		c.short(path+"/url", e["url"], 3000)
		c.short(path+"/accessibility_label", e["accessibility_label"], 75)
		if style := e["style"]; style != nil && style != "primary" && style != "danger" {
			c.fail(path+"/style", "must be primary or danger")
		}
	case "image":
		c.image(path, e)
	case "overflow":
		c.options(path+"/options", e["options"], 5)
	case "checkboxes", "radio_buttons":
		c.options(path+"/options", e["options"], 10)
	case "static_select", "multi_static_select":
		if e["option_groups"] == nil {
			c.options(path+"/options", e["options"], 100)
		} else {
			c.groups(path+"/option_groups", e["option_groups"])
		}
	case "plain_text_input":
		c.number(path+"/min_length", e["min_length"], 0)
		c.number(path+"/max_length", e["max_length"], 1)
		c.short(path+"/initial_value", e["initial_value"], 3000)
	case "workflow_button", "datepicker", "datetimepicker", "timepicker", "email_text_input", "url_text_input", "number_input",
		"rich_text_input", "file_input", "external_select", "multi_external_select", "users_select", "multi_users_select",
		"conversations_select", "multi_conversations_select", "channels_select", "multi_channels_select":
	default:
		c.fail(path+"/type", "unsupported type: "+kind)
	}
}

func (c *checker) number(path string, value any, least float64) {
	if n, ok := value.(float64); value != nil && (!ok || n < least || n > 3000) {
		c.fail(path, fmt.Sprintf("must be between %v and 3000", least))
	}
}

func (c *checker) groups(path string, value any) {
	for i, group := range c.list(path, value, 1, 100) {
		here := fmt.Sprintf("%s/%d", path, i)
		g, _ := group.(map[string]any)
		c.plain(here+"/label", g["label"], 75, true)
		c.options(here+"/options", g["options"], 100)
	}
}

func (c *checker) options(path string, value any, most int) {
	for i, option := range c.list(path, value, 1, most) {
		here := fmt.Sprintf("%s/%d", path, i)
		o, _ := option.(map[string]any)
		c.text(here+"/text", o["text"], 75, true)
		c.long(here+"/value", o["value"], 150)
		c.text(here+"/description", o["description"], 75, false)
		c.short(here+"/url", o["url"], 3000)
	}
}

// confirm is the dialog that asks whether one is sure.
func (c *checker) confirm(path string, value any) {
	d, ok := value.(map[string]any)
	if !ok {
		return
	}
	c.plain(path+"/title", d["title"], 100, true)
	c.text(path+"/text", d["text"], 300, true)
	c.plain(path+"/confirm", d["confirm"], 30, true)
	c.plain(path+"/deny", d["deny"], 30, true)
}
