package slack

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"attache/bot"
)

// maxHome is how many blocks the Home tab has: Slack takes 100
// (https://docs.slack.dev/surfaces/app-home).
const maxHome = 96

// publish shows a user's Home tab as it is now.
func (s *Slack) publish(ctx context.Context, w *workspace, user string) {
	view, err := s.home(ctx, w, user)
	if err == nil {
		err = s.call(place{workspace: w}, "views.publish", func() error {
			_, err := w.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: view})
			return err
		})
	}
	if err != nil {
		s.log.Warn("failed to show the Home tab", "team", w.Team, "err", err)
	}
}

// home is a user's Home tab: the subscriptions of the channels they are in.
func (s *Slack) home(ctx context.Context, w *workspace, user string) (slack.HomeTabViewRequest, error) {
	channels, err := s.o.Desk.Channels(ctx)
	if err != nil {
		return slack.HomeTabViewRequest{}, err
	}
	blocks := homeHead(s.o.Command)
	listed := 0
	for _, c := range channels {
		team, id, _ := strings.Cut(c.Name(), "/")
		if c.Platform() != s.Name() || team != w.Team {
			continue
		}
		p := place{w, id}
		if inside, err := s.isMember(ctx, p, user); err != nil || !inside {
			continue // what a channel is told is its members' to know
		}
		subs, err := s.o.Desk.Subscriptions(ctx, c)
		if err != nil {
			return slack.HomeTabViewRequest{}, err
		}
		if len(subs) == 0 {
			continue // only operators are told something there
		}
		listed += len(subs)
		if blocks = append(blocks, homeChannel(id, subs)...); len(blocks) > maxHome {
			blocks = append(blocks[:maxHome], quiet(fmt.Sprintf("There are more. %s list in a channel shows its own.", s.o.Command)))
			break
		}
	}
	if listed == 0 {
		blocks = append(blocks, quiet("The channels you are in are subscribed to nothing yet."))
	}
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}, nil
}

func homeHead(command string) []slack.Block {
	add := slack.NewButtonBlockElement(subscribeAction, "subscribe", plainText("New subscription", 75)).WithStyle(slack.StylePrimary)
	return []slack.Block{
		slack.NewHeaderBlock(plainText("Subscriptions", 150)),
		quiet(fmt.Sprintf("Each channel is told the stories that match its rules, once. The same by typing: %s help", command)),
		slack.NewActionBlock("home", add),
	}
}

// homeChannel is a channel and what it is subscribed to.
func homeChannel(id string, subs []bot.Subscription) []slack.Block {
	blocks := []slack.Block{slack.NewDividerBlock(), slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, "*"+channelName(id)+"*", false, false), nil, nil)}
	for _, sub := range subs {
		text := plainText(subscriptionLine(sub), 2000)
		edit := slack.NewButtonBlockElement(editAction, fmt.Sprintf("%s %d", id, sub.Number), plainText("Edit", 75))
		accessory := slack.NewAccessory(edit)
		if sub.Source == bot.Configured {
			text.Text += "\n(from the config file)"
			accessory = nil
		}
		blocks = append(blocks, slack.NewSectionBlock(text, nil, accessory))
	}
	return blocks
}

// channelName is a channel in mrkdwn.
func channelName(id string) string {
	if strings.HasPrefix(id, "D") {
		return "Direct messages with you"
	}
	return "<#" + id + ">"
}

func subscriptionLine(s bot.Subscription) string {
	if s.Name == "" {
		return fmt.Sprintf("%d: %s", s.Number, s.Rule)
	}
	return fmt.Sprintf("%d %s: %s", s.Number, s.Name, s.Rule)
}

// quiet is a line in small grey letters.
func quiet(text string) slack.Block {
	return slack.NewContextBlock("", plainText(text, 2000))
}
