package slack

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/slack-go/slack"

	"attache/bot"
	"attache/bot/command"
)

// membership is who is in a channel.
type membership map[string]bool

// maxMembers is how many members of a channel are looked through for one.
const maxMembers = 20_000

// commandOf is a line typed by a user in a place, with what they may do there.
// Whoever types in a channel is in it: Slack offers no other way. Elsewhere,
// where a button or a dialog speaks of a channel, it must be asked.
func (s *Slack) commandOf(ctx context.Context, p place, user, line string, inside bool) bot.Command {
	c := bot.Command{Channel: p.channel(), User: user, Line: line, Prefix: s.o.Command}
	var who slack.User
	var where slack.Channel
	var errs [3]error
	var wg sync.WaitGroup
	wg.Go(func() { who, errs[0] = s.user(ctx, p.workspace, user) })
	wg.Go(func() { where, errs[1] = s.room(ctx, p) })
	wg.Go(func() {
		if !inside {
			inside, errs[2] = s.isMember(ctx, p, user)
		}
	})
	wg.Wait()
	if errors.Is(errs[2], errAbsent) {
		c.Because = "(I am not in that channel. Type /invite and my name there first.)"
		return c
	}
	if err := errors.Join(errs[0], errs[2]); err != nil {
		s.log.Warn("could not ask who somebody is", "channel", c.Channel, "err", err)
		c.Because = "(Slack would not tell me who you are; whoever runs me finds the reason in the log.)"
		return c
	}
	c.Role, c.Because = s.role(p.workspace, who, inside)
	c.Notes = s.notes(where, errs[1])
	return c
}

// role is what a user may do in a channel of a workspace, and why no more.
func (s *Slack) role(w *workspace, u slack.User, inside bool) (command.Role, string) {
	named := slices.Contains(s.o.Admins, u.ID) || slices.Contains(s.o.Admins, w.Team+"/"+u.ID)
	switch {
	case named:
		return command.Admin, ""
	case foreign(w, u):
		return command.Reader, "(You are of another organisation; the people of this one decide what is told here.)"
	case u.IsRestricted || u.IsUltraRestricted:
		return command.Reader, "(You are a guest here; the members decide what is told.)"
	case !inside:
		return command.Reader, "(You are not in that channel; its members decide what is told there.)"
	case u.IsAdmin || u.IsOwner || u.IsPrimaryOwner:
		return command.Admin, ""
	}
	return command.Editor, ""
}

// foreign reports whether a user comes from another organisation, over Slack
// Connect.
func foreign(w *workspace, u slack.User) bool {
	if u.IsStranger {
		return true
	}
	same := u.TeamID == "" || u.TeamID == w.Team || w.Enterprise != "" && (u.Enterprise.EnterpriseID == w.Enterprise || u.TeamID == w.Enterprise)
	return !same
}

// notes are what whoever subscribes a channel should know of it.
func (s *Slack) notes(c slack.Channel, err error) []string {
	var list []string
	switch {
	case code(err) == "channel_not_found", code(err) == "missing_scope", err == nil && c.ID != "" && !c.IsMember && !c.IsIM && !c.IsMpIM:
		list = append(list, "I am not in this channel, and cannot post here until somebody invites me: type /invite and my name.")
	case err != nil:
		s.log.Warn("could not ask what a channel is", "err", err)
	}
	if c.IsExtShared || c.IsPendingExtShared {
		list = append(list, "This channel is shared with another organisation, which will read the alerts too.")
	}
	return list
}

func (s *Slack) user(ctx context.Context, w *workspace, id string) (slack.User, error) {
	return s.users.get(w.Team+"/"+id, func() (u slack.User, err error) {
		err = s.call(place{workspace: w}, "users.info", func() error {
			found, err := w.api.GetUserInfoContext(ctx, id)
			if err == nil {
				u = *found
			}
			return err
		})
		return u, err
	})
}

// room is what Slack knows of a channel. Of direct messages, for which that
// would take a scope, it is whether we are there: people type commands in those
// between two of them, too.
func (s *Slack) room(ctx context.Context, p place) (slack.Channel, error) {
	return s.rooms.get(p.Team+"/"+p.id, func() (c slack.Channel, err error) {
		if strings.HasPrefix(p.id, "D") {
			return slack.Channel{}, s.call(p, "conversations.history", func() error {
				_, err := p.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: p.id, Limit: 1})
				return err
			})
		}
		err = s.call(p, "conversations.info", func() error {
			found, err := p.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: p.id})
			if err == nil {
				c = *found
			}
			return err
		})
		return c, err
	})
}

// met notes which direct messages are a user's: to ask would take a scope.
func (s *Slack) met(p place, user string) {
	if strings.HasPrefix(p.id, "D") {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.direct[p.Team+"/"+user] = p.id
	}
}

func (s *Slack) isMember(ctx context.Context, p place, user string) (bool, error) {
	if strings.HasPrefix(p.id, "D") {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.direct[p.Team+"/"+user] == p.id, nil
	}
	all, err := s.members.get(p.Team+"/"+p.id, func() (membership, error) { return s.membersOf(ctx, p) })
	return all[user], err
}

func (s *Slack) membersOf(ctx context.Context, p place) (membership, error) {
	all, cursor := membership{}, ""
	for len(all) < maxMembers {
		err := s.call(p, "conversations.members", func() error {
			list, next, err := p.api.GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{
				ChannelID: p.id, Cursor: cursor, Limit: 1000,
			})
			for _, id := range list {
				all[id] = true
			}
			cursor = next
			return err
		})
		if code(err) == "channel_not_found" { // private, and we are not in it
			return nil, errAbsent
		}
		if err != nil {
			return nil, err
		}
		if cursor == "" {
			return all, nil
		}
	}
	return all, nil
}

// errAbsent is the end of a question about a channel that we are not in.
var errAbsent = errors.New("slack: the app is not in that channel")
