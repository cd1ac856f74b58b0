package slack

import (
	"encoding/json"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"attache/bot"
)

// FuzzHeard works whatever Slack may send, once it is parsed: no payload may
// stop the program.
func FuzzHeard(f *testing.F) {
	for _, text := range []string{
		`{"type":"block_actions","team":{"id":"T1"},"user":{"id":"U1"},"channel":{"id":"C1"},"actions":[{"action_id":"do:why","value":"why 1"},null]}`,
		`{"type":"block_actions","team":{"id":"T1"},"user":{"id":"U1"},"actions":[{"action_id":"home:edit","value":"C1 1"},{"action_id":"home:subscribe"}]}`,
		`{"type":"block_actions","actions":[{"action_id":"do:menu","selected_option":{"value":"mute 1"}}]}`,
		`{"type":"message_action","callback_id":"why","message":{"blocks":[{"type":"actions","elements":[{"type":"button","action_id":"do:why","value":"why 9"}]}]}}`,
		`{"type":"shortcut","callback_id":"subscribe","trigger_id":"x"}`,
		`{"type":"view_submission","view":{"callback_id":"subscribe","state":{"values":{"rule":{"value":{"value":"iran"}},"channel":{"value":{"selected_conversation":"C1"}}}}}}`,
		`{"type":"view_submission","view":{"callback_id":"settings","private_metadata":"{\"channel\":\"C1\",\"number\":1}","state":{"values":{"end":{"value":{"selected_options":[{"value":"end"}]}}}}}}`,
		`{"type":"event_callback","team_id":"T1","event":{"type":"message","channel_type":"im","channel":"D1","user":"U1","text":"list","ts":"1.1"}}`,
		`{"type":"event_callback","team_id":"T1","event":{"type":"app_mention","channel":"C1","user":"U1","text":"<@U0BOT> list","ts":"1.1"}}`,
		`{"type":"event_callback","team_id":"T1","event":{"type":"app_home_opened","channel":"D1","user":"U1","tab":"home"}}`,
		`{"type":"event_callback","team_id":"T1","authorizations":[{"team_id":"T2"}],"event":{"type":"member_joined_channel","channel":"C1","user":"U0BOT"}}`,
		`{"type":"event_callback","team_id":"T1","event":{"type":"tokens_revoked","tokens":{"bot":["U0BOT"]}}}`,
		`{"team_id":"T1","channel_id":"C1","user_id":"U1","command":"/attache","text":"why <@U1|x> &lt;","response_url":"https://hooks.slack.com/1"}`,
	} {
		f.Add([]byte(text))
	}
	w := &wire{texts: map[string]string{
		"auth.test":             `{"ok":true,"team_id":"T1","user_id":"U0BOT","team":"Desk"}`,
		"users.info":            `{"ok":true,"user":{"id":"U1","team_id":"T1"}}`,
		"conversations.info":    `{"ok":true,"channel":{"id":"C1","is_member":true}}`,
		"conversations.members": `{"ok":true,"members":["U1"]}`,
		"chat.postMessage":      `{"ok":true,"channel":"C1","ts":"1.000001"}`,
	}}
	s, err := New(Options{BotToken: "xoxb-1", AppToken: "xapp-1", Transport: w,
		Desk: one{bot.Subscription{Number: 1, Channel: "slack:T1/C1", Rule: "iran"}}})
	if err != nil {
		f.Fatal(err)
	}
	s.pace.gap = 0
	s.handler = answerer(func(c bot.Command) bot.Message {
		return bot.Message{Kind: bot.KindNotice, Mistake: len(c.Line)%2 == 0, Lines: []bot.Line{{Text: c.Line}}}
	})
	f.Fuzz(func(t *testing.T, text []byte) {
		var callback slack.InteractionCallback
		if json.Unmarshal(text, &callback) == nil {
			if callback.Type == slack.InteractionTypeViewSubmission {
				s.onSubmission(t.Context(), callback)
			} else {
				s.onInteraction(t.Context(), callback)
			}
		}
		var command slack.SlashCommand
		if json.Unmarshal(text, &command) == nil {
			s.onCommand(t.Context(), command)
		}
		if event, err := slackevents.ParseEvent(text, slackevents.OptionNoVerifyToken()); err == nil {
			s.onEvent(t.Context(), event)
		}
		w.mu.Lock()
		w.calls = nil
		w.mu.Unlock()
	})
}
