package slack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"attache/bot"
)

// installation is an app in a workspace.
type installation struct {
	Team    string // its id: T01ABC
	Name    string // of the workspace
	Token   string // xoxb-…
	BotUser string // the app's user there: U01ABC
}

// workspace is one that we can speak to.
type workspace struct {
	installation
	enterprise string // the id of the organisation it is part of, "" if none
	api        *slack.Client
}

// installed makes a workspace one that can be spoken to, with this token.
func (s *Slack) installed(i installation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspaces[i.Team] = &workspace{installation: i, api: s.api(i.Token)}
}

// uninstalled makes it one that cannot.
func (s *Slack) uninstalled(team string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.workspaces, team)
}

// api is a client with a token. It tries nothing twice by itself: what was not
// answered may have been done (see say.go).
func (s *Slack) api(token string, more ...slack.Option) *slack.Client {
	return slack.New(token, append([]slack.Option{slack.OptionAPIURL(s.o.API), slack.OptionHTTPClient(s.client)}, more...)...)
}

// workspace returns the one with that id. [bot.ErrChannelGone] if the app is
// not there.
func (s *Slack) workspace(ctx context.Context, team string) (*workspace, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.workspaces[team]; w != nil {
		return w, nil
	}
	if s.loaded {
		return nil, fmt.Errorf("slack: the app is not in workspace %q: %w", team, bot.ErrChannelGone)
	}
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	if w := s.workspaces[team]; w != nil {
		return w, nil
	}
	return nil, fmt.Errorf("slack: the app is not in workspace %q: %w", team, bot.ErrChannelGone)
}

// load finds out which workspaces there are; s.mu is held.
func (s *Slack) load(ctx context.Context) error {
	if s.o.ClientID != "" {
		list, err := s.installations(ctx)
		for _, i := range list {
			if len(s.o.Teams) > 0 && !slices.Contains(s.o.Teams, i.Team) {
				s.log.Warn("ignored a workspace that slack.teams does not name", "team", i.Team)
				continue
			}
			s.workspaces[i.Team] = &workspace{installation: i, api: s.api(i.Token)}
		}
		if err != nil {
			s.log.Error("failed to read the token of a workspace", "err", err)
		}
	}
	if s.o.BotToken != "" {
		api := s.api(s.o.BotToken)
		who, err := api.AuthTestContext(ctx)
		if err != nil {
			return failed("auth.test", err)
		}
		s.workspaces[who.TeamID] = &workspace{
			installation: installation{Team: who.TeamID, Name: who.Team, Token: s.o.BotToken, BotUser: who.UserID},
			enterprise:   who.EnterpriseID, api: api,
		}
	}
	s.loaded = true
	return nil
}

// place is a channel as Slack knows it.
type place struct {
	*workspace
	id string // C0123, G0123 or D0123
}

// place finds what a channel's name stands for: slack:T01ABC/C0123.
func (s *Slack) place(ctx context.Context, c bot.Channel) (place, error) {
	team, id, ok := strings.Cut(c.Name(), "/")
	if !ok || id == "" {
		return place{}, fmt.Errorf("slack: %q is not a channel of Slack, which look like slack:T01ABC/C0123: %w", c, bot.ErrChannelGone)
	}
	w, err := s.workspace(ctx, team)
	return place{w, id}, err
}

// channel is the name of a place for the rest of the house.
func (p place) channel() bot.Channel { return bot.Channel("slack:" + p.Team + "/" + p.id) }
