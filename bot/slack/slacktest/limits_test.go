package slacktest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"
)

// x is so many letters.
func x(n int) string { return strings.Repeat("x", n) }

// times is a JSON array of n times the same, "%d" in it being its number.
func times(n int, one string) string {
	var list []string
	for i := range n {
		list = append(list, strings.ReplaceAll(one, "%d", fmt.Sprint(i)))
	}
	return "[" + strings.Join(list, ",") + "]"
}

func plainJSON(text string) string { return fmt.Sprintf(`{"type":"plain_text","text":%q}`, text) }

func section(text string) string {
	return fmt.Sprintf(`{"type":"section","text":{"type":"mrkdwn","text":%q}}`, text)
}

func actions(element string) string { return `{"type":"actions","elements":[` + element + `]}` }

func button(text, more string) string {
	return `{"type":"button","text":` + plainJSON(text) + more + `}`
}

func options(n int, text, value string) string {
	return times(n, `{"text":`+plainJSON(text)+`,"value":"`+value+`"}`)
}

// What Slack takes at the limit, and refuses beyond it.
func TestMessageLimits(t *testing.T) {
	for name, test := range map[string]struct {
		taken, refused string // blocks, without the brackets
		at             string // where it is refused
	}{
		"section text":    {section(x(3000)), section(x(3001)), "/blocks/0/text/text"},
		"emoji":           {section(strings.Repeat("😀", 1500)), section(strings.Repeat("😀", 1501)), "/blocks/0/text/text"},
		"empty text":      {section("x"), section(""), "/blocks/0/text/text"},
		"fields":          {`{"type":"section","fields":` + times(10, plainJSON("x")) + `}`, `{"type":"section","fields":` + times(11, plainJSON("x")) + `}`, "/blocks/0/fields"},
		"header":          {`{"type":"header","text":` + plainJSON(x(150)) + `}`, `{"type":"header","text":` + plainJSON(x(151)) + `}`, "/blocks/0/text/text"},
		"header's type":   {`{"type":"divider"}`, `{"type":"header","text":{"type":"mrkdwn","text":"x"}}`, "/blocks/0/text/type"},
		"context":         {`{"type":"context","elements":` + times(10, plainJSON("x")) + `}`, `{"type":"context","elements":` + times(11, plainJSON("x")) + `}`, "/blocks/0/elements"},
		"actions":         {`{"type":"actions","elements":` + times(25, button("x", `,"action_id":"a%d"`)) + `}`, `{"type":"actions","elements":` + times(26, button("x", `,"action_id":"a%d"`)) + `}`, "/blocks/0/elements"},
		"action_ids":      {`{"type":"actions","elements":` + times(2, button("x", `,"action_id":"a%d"`)) + `}`, `{"type":"actions","elements":` + times(2, button("x", `,"action_id":"a"`)) + `}`, "/blocks/0/elements/1/action_id"},
		"button text":     {actions(button(x(75), "")), actions(button(x(76), "")), "/blocks/0/elements/0/text/text"},
		"button value":    {actions(button("x", `,"value":"`+x(2000)+`"`)), actions(button("x", `,"value":"`+x(2001)+`"`)), "/blocks/0/elements/0/value"},
		"button url":      {actions(button("x", `,"url":"`+x(3000)+`"`)), actions(button("x", `,"url":"`+x(3001)+`"`)), "/blocks/0/elements/0/url"},
		"button style":    {actions(button("x", `,"style":"danger"`)), actions(button("x", `,"style":"loud"`)), "/blocks/0/elements/0/style"},
		"block_id":        {`{"type":"divider","block_id":"` + x(255) + `"}`, `{"type":"divider","block_id":"` + x(256) + `"}`, "/blocks/0/block_id"},
		"block_ids":       {`{"type":"divider","block_id":"a"},{"type":"divider","block_id":"b"}`, `{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}`, "/blocks/1/block_id"},
		"block types":     {`{"type":"divider"}`, `{"type":"divder"}`, "/blocks/0/type"},
		"element types":   {actions(button("x", "")), actions(`{"type":"bttn"}`), "/blocks/0/elements/0/type"},
		"overflow":        {actions(`{"type":"overflow","options":` + options(5, "x", "y") + `}`), actions(`{"type":"overflow","options":` + options(6, "x", "y") + `}`), "/blocks/0/elements/0/options"},
		"option text":     {actions(`{"type":"static_select","options":` + options(1, x(75), "y") + `}`), actions(`{"type":"static_select","options":` + options(1, x(76), "y") + `}`), "/blocks/0/elements/0/options/0/text/text"},
		"option value":    {actions(`{"type":"static_select","options":` + options(1, "x", x(150)) + `}`), actions(`{"type":"static_select","options":` + options(1, "x", x(151)) + `}`), "/blocks/0/elements/0/options/0/value"},
		"select":          {actions(`{"type":"static_select","options":` + options(100, "x", "y") + `}`), actions(`{"type":"static_select","options":` + options(101, "x", "y") + `}`), "/blocks/0/elements/0/options"},
		"confirm":         {actions(button("x", `,"confirm":{"title":`+plainJSON("x")+`,"text":`+plainJSON("x")+`,"confirm":`+plainJSON(x(30))+`,"deny":`+plainJSON("x")+`}`)), actions(button("x", `,"confirm":{"title":`+plainJSON("x")+`,"text":`+plainJSON("x")+`,"confirm":`+plainJSON(x(31))+`,"deny":`+plainJSON("x")+`}`)), "/blocks/0/elements/0/confirm/confirm/text"},
		"rich text":       {`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x"}]}]}`, `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":""}]}]}`, "/blocks/0/elements/0/elements/0/text"},
		"rich text types": {`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"emoji","name":"x"}]}]}`, `{"type":"rich_text","elements":[{"type":"section"}]}`, "/blocks/0/elements/0/type"},
		"blocks":          {strings.Trim(times(50, `{"type":"divider"}`), "[]"), strings.Trim(times(51, `{"type":"divider"}`), "[]"), "/blocks"},
	} {
		ask := func(blocks string) *answer {
			if !json.Valid([]byte("[" + blocks + "]")) {
				t.Fatalf("%s: no JSON: %s", name, blocks)
			}
			return beyondLimits(Request{Method: "chat.postMessage", Form: url.Values{"text": {"x"}, "blocks": {"[" + blocks + "]"}}})
		}
		if a := ask(test.taken); a != nil {
			t.Errorf("%s: refused at the limit: %s", name, a.body)
		}
		if a := ask(test.refused); a == nil || !strings.Contains(string(a.body), "invalid_blocks") || !strings.Contains(string(a.body), "[json-pointer:"+test.at+"]") {
			t.Errorf("%s: beyond the limit: %+v", name, a)
		}
	}
}

func TestViewLimits(t *testing.T) {
	modal := func(title, more string) string {
		return `{"type":"modal","title":` + plainJSON(title) + `,"submit":` + plainJSON("Save") + `,"blocks":[` + section("x") + `]` + more + `}`
	}
	input := `{"type":"input","label":` + plainJSON("x") + `,"element":{"type":"plain_text_input","max_length":3000}}`
	for name, test := range map[string]struct{ method, taken, refused, at string }{
		"title":            {"views.open", modal(x(24), ""), modal(x(25), ""), "/view/title/text"},
		"close":            {"views.open", modal("x", `,"close":`+plainJSON(x(24))), modal("x", `,"close":`+plainJSON(x(25))), "/view/close/text"},
		"private_metadata": {"views.update", modal("x", `,"private_metadata":"`+x(3000)+`"`), modal("x", `,"private_metadata":"`+x(3001)+`"`), "/view/private_metadata"},
		"callback_id":      {"views.push", modal("x", `,"callback_id":"`+x(255)+`"`), modal("x", `,"callback_id":"`+x(256)+`"`), "/view/callback_id"},
		"submit":           {"views.open", modal("x", ""), `{"type":"modal","title":` + plainJSON("x") + `,"blocks":[` + input + `]}`, "/view/submit"},
		"max_length":       {"views.open", modal("x", `,"blocks":[`+input+`]`), modal("x", `,"blocks":[`+strings.Replace(input, "3000", "3001", 1)+`]`), "/view/blocks/0/element/max_length"},
		"blocks":           {"views.publish", `{"type":"home","blocks":` + times(100, section("x")) + `}`, `{"type":"home","blocks":` + times(101, section("x")) + `}`, "/view/blocks"},
		"type":             {"views.publish", `{"type":"home","blocks":[]}`, modal("x", ""), "/view/type"},
	} {
		ask := func(view string) *answer {
			return beyondLimits(Request{Method: test.method, Form: url.Values{"view": {view}}})
		}
		if a := ask(test.taken); a != nil {
			t.Errorf("%s: refused at the limit: %s", name, a.body)
		}
		if a := ask(test.refused); a == nil || !strings.Contains(string(a.body), "invalid_arguments") || !strings.Contains(string(a.body), "[json-pointer:"+test.at+"]") {
			t.Errorf("%s: beyond the limit: %+v", name, a)
		}
	}
}

// slack-go hears the refusals.
func TestRefusals(t *testing.T) {
	t.Parallel()
	proxy := NewProxy(t, Local(t, "").URL)
	api, ctx := client(proxy), t.Context()
	post := func(options ...slack.MsgOption) error {
		_, _, err := api.PostMessageContext(ctx, Desk, options...)
		return err
	}
	sections := func(n, size int) slack.MsgOption {
		return slack.MsgOptionBlocks(slices.Repeat([]slack.Block{slack.NewSectionBlock(plain(x(size)), nil, nil)}, n)...)
	}
	if err := post(sections(4, 2985)); err != nil {
		t.Error(err)
	}
	refusedAs(t, post(sections(4, 2986)), "msg_blocks_too_long")
	if r := refusedAs(t, post(sections(1, 3001)), "invalid_blocks"); !slices.Contains(r.ResponseMetadata.Messages, "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]") {
		t.Errorf("the reasons are %q", r.ResponseMetadata.Messages)
	}
	if err := post(slack.MsgOptionText(x(40000), false)); err != nil {
		t.Error(err)
	}
	refusedAs(t, post(slack.MsgOptionText(x(40001), false)), "msg_too_long")
	refusedAs(t, post(slack.MsgOptionText("", false)), "no_text")
	refusedAs(t, post(slack.MsgOptionText("x", false), slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "alert"})), "invalid_metadata_format")
	home := slack.HomeTabViewRequest{Type: slack.VTHomeTab, PrivateMetadata: x(3001)}
	_, err := api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: Alice, View: home})
	refusedAs(t, err, "invalid_arguments")
}
