package slacktest

import (
	"encoding/json"
	"net/url"
)

// Command types a slash command: Command(Desk, Alice, "/attache", "list").
func (l *LocalSlack) Command(channel, user, command, text string) {
	l.t.Helper()
	l.control("command", object{"appId": l.app.ID, "channel": channel, "user": user, "command": command, "text": text}, nil)
}

// Say says something in a channel, or in a thread of it, and returns the
// message's ts. Every app in the channel hears it; one that is mentioned hears
// that too.
func (l *LocalSlack) Say(channel, user, text, thread string) string {
	l.t.Helper()
	body := object{"channel": channel, "user": user, "text": text}
	if thread != "" {
		body["thread_ts"] = thread
	}
	var answer struct{ Message struct{ TS string } }
	l.control("message", body, &answer)
	return answer.Message.TS
}

// DM returns the channel in which the user and the app talk in private.
func (l *LocalSlack) DM(user string) string {
	l.t.Helper()
	body, err := call(patient, l.URL+"/api/conversations.open", l.app.BotToken, url.Values{"users": {user}})
	var answer struct{ Channel struct{ ID string } }
	if err == nil {
		err = json.Unmarshal(body, &answer)
	}
	if err != nil {
		l.t.Errorf("local-slack, conversations.open: %v", err)
	}
	return answer.Channel.ID
}

// Press presses a button of a message. Where blockID or value is "" it is what
// the button has. To press what the message does not show fails the test.
func (l *LocalSlack) Press(channel, ts, user, actionID, blockID, value string) {
	l.t.Helper()
	var blocks []json.RawMessage
	for _, m := range l.Messages(channel) {
		if m.Timestamp == ts {
			blocks = append(blocks, m.RawBlocks)
		}
	}
	if action := l.button(blocks, actionID, blockID, value); action != nil {
		l.Action(channel, ts, user, action)
	}
}

// PressHome presses a button of the app's Home tab, like Press.
func (l *LocalSlack) PressHome(user, actionID, blockID, value string) {
	l.t.Helper()
	if action := l.button([]json.RawMessage{l.ui.home(user, l.app.ID)}, actionID, blockID, value); action != nil {
		l.HomeAction(user, action)
	}
}

// button returns the action of pressing the button, or fails the test.
func (l *LocalSlack) button(shown []json.RawMessage, actionID, blockID, value string) object {
	l.t.Helper()
	for _, raw := range shown {
		var blocks any
		if json.Unmarshal(raw, &blocks) != nil {
			continue
		}
		if action := findButton(blocks, "", actionID, blockID, value); action != nil {
			return action
		}
	}
	l.t.Errorf("there is no button %q of block %q with the value %q in\n%s", actionID, blockID, value, shown)
	return nil
}

// findButton looks for the button in blocks, however deep.
func findButton(in any, block, actionID, blockID, value string) object {
	switch in := in.(type) {
	case []any:
		for _, each := range in {
			if found := findButton(each, block, actionID, blockID, value); found != nil {
				return found
			}
		}
	case object:
		if id, ok := in["block_id"].(string); ok {
			block = id
		}
		id, has := in["action_id"].(string)
		its, _ := in["value"].(string)
		if has && id == actionID && in["type"] == "button" && (blockID == "" || blockID == block) && (value == "" || value == its) {
			return object{"type": "button", "action_id": id, "block_id": block, "value": its, "text": in["text"]}
		}
		for _, each := range in {
			if found := findButton(each, block, actionID, blockID, value); found != nil {
				return found
			}
		}
	}
	return nil
}

// Action does something else with an element of a message: action has the
// element's type, action_id and block_id, and what was chosen, in the shape of
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload.
func (l *LocalSlack) Action(channel, ts, user string, action map[string]any) {
	l.t.Helper()
	l.control("interact", object{"channel": channel, "messageTs": ts, "user": user, "action": action}, nil)
}

// HomeAction does the same on the Home tab. Unlike the others it returns at
// once.
func (l *LocalSlack) HomeAction(user string, action map[string]any) {
	l.t.Helper()
	l.ui.send(object{"t": "block_action", "user": user, "appId": l.app.ID, "action": action})
}

// OpenHome opens the app's Home tab.
func (l *LocalSlack) OpenHome(user string) {
	l.t.Helper()
	l.control("open-home", object{"appId": l.app.ID, "user": user}, nil)
}
