package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
)

// choosing says how an input element keeps what was entered, by its type: the
// key in the state, the key of the initial value in the element.
// https://docs.slack.dev/reference/block-kit/block-elements
var choosing = map[string]struct{ key, initial string }{
	"plain_text_input":           {"value", "initial_value"},
	"email_text_input":           {"value", "initial_value"},
	"url_text_input":             {"value", "initial_value"},
	"number_input":               {"value", "initial_value"},
	"static_select":              {"selected_option", "initial_option"},
	"radio_buttons":              {"selected_option", "initial_option"},
	"checkboxes":                 {"selected_options", "initial_options"},
	"multi_static_select":        {"selected_options", "initial_options"},
	"users_select":               {"selected_user", "initial_user"},
	"multi_users_select":         {"selected_users", "initial_users"},
	"channels_select":            {"selected_channel", "initial_channel"},
	"multi_channels_select":      {"selected_channels", "initial_channels"},
	"conversations_select":       {"selected_conversation", "initial_conversation"},
	"multi_conversations_select": {"selected_conversations", "initial_conversations"},
	"datepicker":                 {"selected_date", "initial_date"},
	"timepicker":                 {"selected_time", "initial_time"},
	"datetimepicker":             {"selected_date_time", "initial_date_time"},
}

type option struct {
	Text        json.RawMessage `json:"text,omitempty"`
	Value       string          `json:"value"`
	Description json.RawMessage `json:"description,omitempty"`
}

// fill is the state of a dialog's inputs when somebody has entered values. Like
// Slack's own windows it does not let go of a required input that is empty.
func fill(view json.RawMessage, values map[string]map[string]any) (map[string]map[string]any, error) {
	var v struct {
		Blocks []struct {
			Type     string
			BlockID  string `json:"block_id"`
			Optional bool
			Element  map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal(view, &v); err != nil {
		return nil, err
	}
	state, used := map[string]map[string]any{}, 0
	for _, b := range v.Blocks {
		if b.Type != "input" {
			continue
		}
		action := text(b.Element["action_id"])
		given, ok := values[b.BlockID][action]
		if ok {
			used++
		}
		entered, empty, err := enter(b.Element, given)
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", action, b.BlockID, err)
		}
		if empty && !b.Optional {
			return nil, fmt.Errorf("%s of %s is required", action, b.BlockID)
		}
		state[b.BlockID] = map[string]any{action: entered}
	}
	for block, actions := range values {
		if used -= len(actions); used < 0 {
			return nil, fmt.Errorf("it has no input for all of %v, perhaps in %s", values, block)
		}
	}
	return state, nil
}

func text(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s) // "" is what a missing one is, too
	return s
}

// enter is the state of one element, and whether nothing is in it.
func enter(element map[string]json.RawMessage, given any) (state any, empty bool, err error) {
	if whole, ok := given.(map[string]any); ok {
		return whole, false, nil
	}
	kind := text(element["type"])
	keys, ok := choosing[kind]
	if !ok {
		return nil, false, fmt.Errorf("nothing is known of %q: give its whole state", kind)
	}
	var value any
	if initial := element[keys.initial]; given == nil && initial != nil {
		value = initial
	} else if value = given; given != nil {
		if value, err = pick(element, keys.key, given); err != nil {
			return nil, false, err
		}
	}
	if s, ok := value.(string); ok && s == "" {
		value = nil // Slack's windows say null for an empty text
	}
	list, _ := value.([]string)
	chosen, isOptions := value.([]option)
	empty = value == nil || isOptions && len(chosen) == 0 || list != nil && len(list) == 0
	return map[string]any{"type": kind, keys.key: value}, empty, nil
}

// pick turns the values of options into the options.
func pick(element map[string]json.RawMessage, key string, given any) (any, error) {
	if key != "selected_option" && key != "selected_options" {
		return given, nil
	}
	var options []option
	_ = json.Unmarshal(element["options"], &options) // there may be groups instead
	var groups []struct{ Options []option }
	_ = json.Unmarshal(element["option_groups"], &groups)
	for _, g := range groups {
		options = append(options, g.Options...)
	}
	find := func(value string) (option, error) {
		i := slices.IndexFunc(options, func(o option) bool { return o.Value == value })
		if i < 0 {
			return option{}, fmt.Errorf("there is no option %q", value)
		}
		return options[i], nil
	}
	if value, ok := given.(string); ok {
		return find(value)
	}
	chosen := []option{}
	list, ok := given.([]string)
	for _, value := range list {
		o, err := find(value)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, o)
	}
	if !ok {
		return nil, fmt.Errorf("%T is no choice", given)
	}
	return chosen, nil
}
