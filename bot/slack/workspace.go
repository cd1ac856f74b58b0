package slack

import (
	"context"
	"errors"
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

	Enterprise string // the id of the organisation it is part of, "" if none
}

// workspace is one that we can speak to.
type workspace struct {
	installation
	api *slack.Client
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
	if w := s.known(team); w != nil {
		return w, nil
	}
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	if w := s.known(team); w != nil {
		return w, nil
	}
	return nil, s.absent(ctx, team)
}

func (s *Slack) known(team string) *workspace {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.workspaces[team]
}

// absent says why a workspace cannot be spoken to. One whose token we keep and
// cannot read, because the key has changed, waits for whoever puts it back.
func (s *Slack) absent(ctx context.Context, team string) error {
	if s.o.ClientID != "" && s.served(team) {
		kept, err := s.o.Store.Kept(ctx, s.Name())
		if err != nil {
			return &bot.RetryError{Err: fmt.Errorf("slack: reading the workspaces: %w", err)}
		}
		if kept[recordPrefix+team] != nil {
			return &bot.RetryError{Err: fmt.Errorf("slack: the token of workspace %q cannot be read: put back slack.token_key, or install the app there again", team)}
		}
	}
	return fmt.Errorf("slack: the app is not in workspace %q: %w", team, bot.ErrChannelGone)
}

// served reports whether the operator lets a workspace use the app.
func (s *Slack) served(team string) bool {
	return len(s.o.Teams) == 0 || slices.Contains(s.o.Teams, team)
}

// load finds out, once, which workspaces there are.
func (s *Slack) load(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	if s.loaded {
		return nil
	}
	if s.o.ClientID != "" {
		list, err := s.installations(ctx)
		if _, ok := errors.AsType[*bot.RetryError](err); ok {
			return err
		}
		if err != nil {
			s.log.Error("failed to read the token of a workspace", "err", err)
		}
		for _, i := range list {
			if !s.served(i.Team) {
				s.log.Warn("left out a workspace that slack.teams does not name", "team", i.Team)
				continue
			}
			s.installed(i)
		}
	}
	if s.o.BotToken != "" {
		var who *slack.AuthTestResponse
		err := s.call(place{workspace: &workspace{}}, "auth.test", func() (err error) {
			who, err = s.api(s.o.BotToken).AuthTestContext(ctx)
			return err
		})
		if err != nil {
			return err
		}
		s.installed(installation{Team: who.TeamID, Name: who.Team, Token: s.o.BotToken, BotUser: who.UserID, Enterprise: who.EnterpriseID})
		s.log.Info("speaks in Slack", "team", who.TeamID, "name", who.Team, "as", who.User)
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
