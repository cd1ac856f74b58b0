package slack

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"attache/bot"
)

// onCommand answers a slash command, privately.
func (s *Slack) onCommand(ctx context.Context, cmd slack.SlashCommand) {
	p, ok := s.from(ctx, cmd.TeamID, cmd.ChannelID)
	if !ok {
		return
	}
	m := s.handler.Answer(ctx, s.commandOf(ctx, p, cmd.UserID, typedLine(cmd.Text), true))
	s.whisper(ctx, p, cmd.UserID, cmd.ResponseURL, "", m)
}

// from is the place that something came from. In a channel shared between
// organisations, Slack may name the other one's workspace: where the app is of
// one workspace only, it is meant.
func (s *Slack) from(ctx context.Context, team, channel string) (place, bool) {
	w, err := s.workspace(ctx, team)
	if err != nil && s.o.ClientID == "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, only := range s.workspaces {
			return place{only, channel}, true
		}
	}
	if err != nil {
		s.log.Warn("heard a workspace that cannot be answered", "team", team, "err", err)
		return place{}, false
	}
	return place{w, channel}, true
}

// maxResponses is how often a response URL may be used
// (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses).
const maxResponses = 5

// whisper tells a user something that nobody else in the channel sees: through
// the address that Slack gave for it, or as an ephemeral message, in a thread if
// one is given.
func (s *Slack) whisper(ctx context.Context, p place, user, response, thread string, m bot.Message) {
	for i, page := range notices(m) {
		if i < maxResponses && s.slackOwn(response) {
			off := false
			err := slack.PostWebhookCustomHTTPContext(ctx, response, s.client, &slack.WebhookMessage{
				Text: page.Text, Blocks: &slack.Blocks{BlockSet: page.Blocks}, ResponseType: slack.ResponseTypeEphemeral,
				UnfurlLinks: &off, UnfurlMedia: &off,
			})
			if err == nil {
				continue
			}
			s.log.Warn("failed to answer where Slack said", "channel", p.channel(), "err", failed("response_url", err))
			response = ""
		}
		err := s.call(p, "chat.postEphemeral", func() error {
			_, err := p.api.PostEphemeralContext(ctx, p.id, user, slack.MsgOptionText(page.Text, false), slack.MsgOptionBlocks(page.Blocks...), slack.MsgOptionTS(thread))
			return err
		})
		if err != nil {
			s.log.Error("failed to answer", "channel", p.channel(), "err", err)
			return
		}
	}
}

// slackOwn reports whether an address is one of Slack's, as those for answers
// are: what we were sent must not make us call anywhere else.
func (s *Slack) slackOwn(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	if api, err := url.Parse(s.o.API); err == nil && u.Hostname() == api.Hostname() {
		return u.Scheme == api.Scheme
	}
	host := strings.ToLower(u.Hostname())
	return u.Scheme == "https" && (strings.HasSuffix(host, ".slack.com") || strings.HasSuffix(host, ".slack-gov.com"))
}

// say answers for all in the channel to read: in the thread of what was asked,
// or in a direct message.
func (s *Slack) say(ctx context.Context, p place, thread string, m bot.Message) {
	for _, page := range notices(m) {
		if _, err := s.send(ctx, p, message{payload: page, plain: page.Text, thread: thread}); err != nil {
			s.log.Error("failed to answer", "channel", p.channel(), "err", err)
			return
		}
	}
}

// onEvent hears what happens in a workspace.
func (s *Slack) onEvent(ctx context.Context, e slackevents.EventsAPIEvent) {
	p, ok := s.from(ctx, teamOf(e), channelOf(e))
	if !ok {
		return
	}
	switch inner := e.InnerEvent.Data.(type) {
	case *slackevents.AppUninstalledEvent:
		s.removed(ctx, p.workspace)
	case *slackevents.TokensRevokedEvent:
		if len(inner.Tokens.Bot) > 0 {
			s.removed(ctx, p.workspace)
		}
	case *slackevents.AppHomeOpenedEvent:
		if inner.Tab == "home" || inner.Tab == "" {
			s.met(p, inner.User)
			s.publish(ctx, p.workspace, inner.User)
		}
	case *slackevents.AppMentionEvent:
		// In direct messages a mention is a message as well.
		if inner.BotID == "" && inner.User != p.BotUser && !strings.HasPrefix(p.id, "D") {
			s.onMention(ctx, p, inner)
		}
	case *slackevents.MessageEvent:
		// Nothing edited, nothing joined, nothing that a bot said.
		if inner.ChannelType == "im" && inner.SubType == "" && inner.BotID == "" && inner.User != "" && inner.User != p.BotUser {
			s.met(p, inner.User)
			line := mentioned(typedLine(inner.Text), p.BotUser)
			c := s.commandOf(ctx, p, inner.User, strings.TrimPrefix(line, s.o.Command+" "), true)
			c.Prefix = ""
			s.say(ctx, p, inner.ThreadTimeStamp, s.handler.Answer(ctx, c))
		}
	case *slackevents.MemberJoinedChannelEvent:
		if inner.User == p.BotUser {
			s.say(ctx, p, "", s.greeting())
		}
	}
}

// onMention answers in the thread of the mention, or whispers what went wrong.
func (s *Slack) onMention(ctx context.Context, p place, e *slackevents.AppMentionEvent) {
	line := mentioned(typedLine(e.Text), p.BotUser)
	m := s.handler.Answer(ctx, s.commandOf(ctx, p, e.User, line, true))
	if m.Mistake {
		s.whisper(ctx, p, e.User, "", e.ThreadTimeStamp, m)
		return
	}
	s.say(ctx, p, cmp.Or(e.ThreadTimeStamp, e.TimeStamp), m)
}

// typedLine is a line as it was typed. People who copy an example copy its
// backquotes, too, which mean nothing to us.
func typedLine(text string) string { return strings.ReplaceAll(unescape(text), "`", "") }

// mentioned is what was said to a user: what follows the mention, or what went
// before if nothing does.
func mentioned(text, user string) string {
	before, after, found := strings.Cut(text, "<@"+user+">")
	if !found {
		return text
	}
	if after = strings.TrimLeft(strings.TrimSpace(after), ",:;"); strings.TrimSpace(after) != "" {
		return strings.TrimSpace(after)
	}
	return strings.TrimSpace(before)
}

// greeting is what the channel reads that the app was invited to.
func (s *Slack) greeting() bot.Message {
	return bot.Message{Kind: bot.KindNotice, Lines: []bot.Line{
		{Text: "Good day. I watch the feeds and tell this channel each story that its rules ask for, once, and keep it true."},
		{Text: fmt.Sprintf(`%s subscribe "Security Council" begins; %s help tells the rest.`, s.o.Command, s.o.Command)},
	}}
}

// removed forgets a workspace that has removed the app, or its token. Slack may
// tell it late, when the app has been installed there again: so it is asked.
//
// The one whose token stands in the config stays: what is to be said there
// waits for a new token, as long as anything does.
func (s *Slack) removed(ctx context.Context, w *workspace) {
	_, err := w.api.AuthTestContext(ctx)
	switch code(err) {
	case "account_inactive", "token_revoked", "invalid_auth":
	default:
		s.log.Warn("heard that the app was removed from a workspace, where its token is good", "team", w.Team, "err", err)
		return
	}
	s.log.Error("the app, or its token, was removed from a workspace", "team", w.Team, "name", w.Name)
	if w.Token == s.o.BotToken {
		return
	}
	s.uninstalled(w.Team)
	if err := s.forget(ctx, w.Team); err != nil {
		s.log.Error("failed to forget a workspace's token", "team", w.Team, "err", err)
	}
}

// teamOf is the workspace whose app is to hear an event. In a shared channel
// the event's own team may be the other organisation's; the authorizations say
// whom it was sent for
// (https://docs.slack.dev/apis/events-api/#authorizations).
func teamOf(e slackevents.EventsAPIEvent) string {
	if outer, ok := e.Data.(*slackevents.EventsAPICallbackEvent); ok && len(outer.Authorizations) > 0 {
		return cmp.Or(outer.Authorizations[0].TeamID, e.TeamID)
	}
	return e.TeamID
}

// channelOf is the channel that an event came from; "" if it is of none.
func channelOf(e slackevents.EventsAPIEvent) string {
	switch inner := e.InnerEvent.Data.(type) {
	case *slackevents.AppMentionEvent:
		return inner.Channel
	case *slackevents.MessageEvent:
		return inner.Channel
	case *slackevents.MemberJoinedChannelEvent:
		return inner.Channel
	case *slackevents.AppHomeOpenedEvent:
		return inner.Channel
	}
	return ""
}
