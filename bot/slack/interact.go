package slack

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"attache/bot"
)

// What the parts of our messages and views are called, by which Slack tells us
// what was pressed.
const (
	actionPrefix = "do:" // of a button whose value is a command

	editAction      = "home:edit"      // of the Home tab; its value is a subscription
	subscribeAction = "home:subscribe" // of the Home tab

	whyShortcut       = "why" // callback ids of the manifest
	subscribeShortcut = "subscribe"
	subscribeView     = "subscribe" // callback ids of dialogs
	settingsView      = "settings"
)

// onInteraction works a button, a menu or a shortcut.
func (s *Slack) onInteraction(ctx context.Context, data slack.InteractionCallback) {
	p, ok := s.from(ctx, cmp.Or(data.View.AppInstalledTeamID, data.Team.ID), data.Channel.ID)
	if !ok {
		return
	}
	switch data.Type {
	case slack.InteractionTypeBlockActions:
		for _, a := range data.ActionCallback.BlockActions {
			if a != nil {
				s.onAction(ctx, p, data, *a)
			}
		}
	case slack.InteractionTypeMessageAction:
		if data.CallbackID == whyShortcut {
			s.onWhy(ctx, p, data)
		}
	case slack.InteractionTypeShortcut:
		if data.CallbackID == subscribeShortcut {
			s.open(ctx, p.workspace, data.TriggerID, subscribeDialog())
		}
	}
}

// onAction works one button. Those under an alert have a command for a value,
// which is worked as if it had been typed there.
func (s *Slack) onAction(ctx context.Context, p place, data slack.InteractionCallback, a slack.BlockAction) {
	switch {
	case strings.HasPrefix(a.ActionID, actionPrefix):
		line := a.Value
		if a.SelectedOption.Value != "" {
			line = a.SelectedOption.Value
		}
		m := s.handler.Answer(ctx, s.commandOf(ctx, p, data.User.ID, line, false))
		s.whisper(ctx, p, data.User.ID, data.ResponseURL, "", m)
	case a.ActionID == subscribeAction:
		s.open(ctx, p.workspace, data.TriggerID, subscribeDialog())
	case a.ActionID == editAction:
		s.openSettings(ctx, p.workspace, data.User.ID, data.TriggerID, a.Value)
	}
}

// onWhy answers the shortcut on a message: why was it told?
func (s *Slack) onWhy(ctx context.Context, p place, data slack.InteractionCallback) {
	m := bot.Message{Kind: bot.KindNotice, Mistake: true, Lines: []bot.Line{{Text: "That message is not an alert of mine. The numbers of stories stand on every alert."}}}
	if id, ok := storyOf(data.Message.Blocks.BlockSet); ok {
		m = s.handler.Answer(ctx, s.commandOf(ctx, p, data.User.ID, fmt.Sprintf("why %d", id), false))
	}
	s.whisper(ctx, p, data.User.ID, data.ResponseURL, "", m)
}

// open opens a dialog.
func (s *Slack) open(ctx context.Context, w *workspace, trigger string, view slack.ModalViewRequest) {
	err := s.call(place{workspace: w}, "views.open", func() error {
		_, err := w.api.OpenViewContext(ctx, trigger, view)
		return err
	})
	if err != nil {
		s.log.Warn("failed to open a dialog", "team", w.Team, "err", err)
	}
}
