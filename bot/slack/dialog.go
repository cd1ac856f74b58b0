package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/slack-go/slack"

	"attache/bot"
)

// Whatever a dialog does is a command, typed for the user: a new setting of a
// subscription shows up in it by itself.

// The blocks of dialogs, by which Slack tells us what was filled in where. The
// settings of a subscription go by their own names.
const (
	channelBlock = "channel"
	ruleBlock    = "rule"
	endBlock     = "end"
	valueAction  = "value" // the one element of every block
	endIt        = "end"   // the option that ends a subscription
)

// subject is what a dialog is about, carried along in its private metadata. It
// comes back from Slack as we gave it away, which gives nobody a right.
type subject struct {
	Channel string `json:"channel,omitempty"` // C0123
	Number  int    `json:"number,omitempty"`  // of the subscription
}

func (s subject) String() string {
	text, _ := json.Marshal(s) // it cannot fail
	return string(text)
}

func plainText(text string, most int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, bot.Cut(text, most), false, false)
}

// dialog is a modal view (https://docs.slack.dev/surfaces/modals).
func dialog(callback, title, submit string, about subject, blocks ...slack.Block) slack.ModalViewRequest {
	v := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, Title: plainText(title, 24), Close: plainText("Close", 24),
		PrivateMetadata: about.String(), Blocks: slack.Blocks{BlockSet: blocks},
	}
	if submit != "" {
		v.Submit = plainText(submit, 24)
	}
	return v
}

// text is an input of one text.
func text(block, label, help, value string, long, optional bool) *slack.InputBlock {
	e := slack.NewPlainTextInputBlockElement(nil, valueAction)
	e.InitialValue, e.Multiline, e.MaxLength = value, long, maxInput
	b := slack.NewInputBlock(block, plainText(label, 2000), nil, e)
	if help != "" {
		b.Hint = plainText(strings.ToUpper(help[:1])+help[1:]+".", 2000)
	}
	b.Optional = optional
	return b
}

// subscribeDialog asks for a channel and a rule.
func subscribeDialog() slack.ModalViewRequest {
	where := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plainText("Choose a channel", 150), valueAction)
	where.DefaultToCurrentConversation = true
	where.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}}
	return dialog(subscribeView, "New subscription", "Subscribe", subject{},
		slack.NewInputBlock(channelBlock, plainText("Channel", 2000), nil, where),
		text(ruleBlock, "Rule", `words as you would search for them, like: Venezuela AND (sanction* OR "Security Council")`, "", true, false))
}

// settingsDialog shows the settings of a subscription.
func settingsDialog(channel string, sub bot.Subscription) slack.ModalViewRequest {
	blocks := []slack.Block{slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, fmt.Sprintf("Subscription %d: %s", sub.Number, channelName(channel)), false, false), nil, nil)}
	for _, setting := range bot.Settings(sub) {
		if !shown(setting) {
			continue
		}
		blocks = append(blocks, text(setting.Name, setting.Label, setting.Help, setting.Value, setting.Long, setting.Name != ruleBlock))
	}
	end := slack.NewCheckboxGroupsBlockElement(valueAction, slack.NewOptionBlockObject(endIt, plainText("Unsubscribe: end this subscription", 75), nil))
	input := slack.NewInputBlock(endBlock, plainText("No longer needed?", 2000), nil, end)
	input.Optional = true
	return dialog(settingsView, "Subscription", "Save", subject{Channel: channel, Number: sub.Number}, append(blocks, input)...)
}

// maxInput is how much a text input takes, in characters
// (https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element).
const maxInput = 3000

// shown reports whether a dialog can show a setting. What it would cut it must
// not save.
func shown(s bot.Setting) bool { return len(utf16.Encode([]rune(s.Value))) <= maxInput }

// openSettings opens the settings of the subscription that a button names.
func (s *Slack) openSettings(ctx context.Context, w *workspace, user, trigger, value string) {
	var about subject
	if _, err := fmt.Sscanf(value, "%s %d", &about.Channel, &about.Number); err != nil {
		return
	}
	p := place{w, about.Channel}
	// What a channel is told is its members' to know.
	inside, err := s.isMember(ctx, p, user)
	words := goneText
	if err == nil && inside {
		var sub bot.Subscription
		if sub, words = s.subscription(ctx, p, about.Number); words == "" {
			s.open(ctx, w, trigger, settingsDialog(about.Channel, sub))
			return
		}
	}
	s.open(ctx, w, trigger, dialog("gone", "Subscription", "", subject{}, quiet(words)))
}

const goneText = "That subscription is not there any more."

// subscription finds one of a channel's, or says in words why not.
func (s *Slack) subscription(ctx context.Context, p place, number int) (sub bot.Subscription, words string) {
	subs, err := s.o.Desk.Subscriptions(ctx, p.channel())
	if err != nil {
		s.log.Error("failed to read subscriptions", "channel", p.channel(), "err", err)
		return sub, "I could not look it up just now. Please try again."
	}
	for _, sub := range subs {
		if sub.Number == number {
			return sub, ""
		}
	}
	return sub, goneText
}

// onSubmission works a dialog that was sent off. What it returns is shown in
// place of the dialog, or beside what was filled in wrongly.
func (s *Slack) onSubmission(ctx context.Context, data slack.InteractionCallback) *slack.ViewSubmissionResponse {
	var about subject
	_ = json.Unmarshal([]byte(data.View.PrivateMetadata), &about) // what is not there stays empty
	var filled inputs
	if data.View.State != nil {
		filled = data.View.State.Values
	}
	channel := cmp.Or(about.Channel, filled[channelBlock][valueAction].SelectedConversation)
	p, ok := s.from(ctx, cmp.Or(data.View.AppInstalledTeamID, data.Team.ID), channel)
	if !ok || channel == "" {
		return slack.NewErrorsViewSubmissionResponse(map[string]string{ruleBlock: "I cannot reach that channel."})
	}
	var done form
	switch data.View.CallbackID {
	case subscribeView:
		done = s.typed(ctx, p, data.User.ID, ruleBlock, "subscribe "+filled[ruleBlock][valueAction].Value)
	case settingsView:
		done = s.save(ctx, p, data.User.ID, about.Number, filled)
	default:
		return nil
	}
	s.publish(ctx, p.workspace, data.User.ID)
	return done.answer()
}

// inputs is what was filled in, by block and action.
type inputs map[string]map[string]slack.BlockAction

// form is what came of a dialog.
type form struct {
	lines  []bot.Line
	errors map[string]string // by block
}

// typed works a line as if the user had typed it in the place; block is what it
// came from.
func (s *Slack) typed(ctx context.Context, p place, user, block, line string) form {
	m := s.handler.Answer(ctx, s.commandOf(ctx, p, user, line, false))
	if !m.Mistake {
		return form{lines: m.Lines}
	}
	var words []string
	for _, l := range m.Lines {
		if !l.Code { // a caret points at nothing in these letters
			words = append(words, l.Text)
		}
	}
	return form{errors: map[string]string{block: bot.Cut(strings.Join(words, " "), 1000)}}
}

// save changes what was changed in a settings dialog, or ends the subscription.
func (s *Slack) save(ctx context.Context, p place, user string, number int, filled inputs) form {
	if len(filled[endBlock][valueAction].SelectedOptions) > 0 {
		return s.typed(ctx, p, user, endBlock, fmt.Sprintf("unsubscribe %d", number))
	}
	sub, words := s.subscription(ctx, p, number)
	if words != "" {
		return form{errors: map[string]string{endBlock: words}}
	}
	var all form
	for _, setting := range bot.Settings(sub) {
		input, asked := filled[setting.Name][valueAction]
		value := strings.TrimSpace(input.Value)
		if !asked || !shown(setting) || value == setting.Value {
			continue
		}
		done := s.typed(ctx, p, user, setting.Name, fmt.Sprintf("set %d %s %s", number, setting.Name, cmp.Or(value, "-")))
		if done.errors != nil {
			return done
		}
		all.lines = append(all.lines, done.lines...)
	}
	return all
}

// answer shows what came of a dialog: in its place, beside what was filled in
// wrongly, or by closing it where nothing was to be done.
func (f form) answer() *slack.ViewSubmissionResponse {
	switch {
	case f.errors != nil:
		return slack.NewErrorsViewSubmissionResponse(f.errors)
	case f.lines == nil:
		return nil
	}
	page := notices(bot.Message{Kind: bot.KindNotice, Lines: f.lines})[0]
	view := dialog("done", "Done", "", subject{}, page.Blocks...)
	return slack.NewUpdateViewSubmissionResponse(&view)
}
