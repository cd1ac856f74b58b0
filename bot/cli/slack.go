package cli

import (
	"fmt"
	"log/slog"
	"strings"

	"attache/bot"
	"attache/bot/config"
	"attache/bot/slack"
)

type slackCommand struct {
	Manifest slackManifestCommand `cmd:"" help:"Print what Slack makes the app from: paste it at https://api.slack.com/apps, Create New App, From a manifest."`
}

type slackManifestCommand struct {
	HTTP    string `placeholder:"URL" help:"HTTP mode: where the world reaches slack.listen, https://… Without it, Socket Mode."`
	Name    string `default:"Attaché" help:"What the app is called; at most 35 characters."`
	Command string `default:"/attache" help:"The slash command; the same as slack.command."`
	Link    bool   `help:"Print the address of the page that makes the app in one click instead."`
}

func (c *slackManifestCommand) Run(p *Program) error {
	text, err := slack.Manifest(slack.ManifestOptions{Name: c.Name, Command: c.Command, URL: strings.TrimRight(c.HTTP, "/")})
	if err != nil {
		return &exitError{wrong, err}
	}
	if c.Link {
		link, err := slack.ManifestLink(text)
		if err != nil {
			return err
		}
		text = []byte(link + "\n")
	}
	_, err = p.Out.Write(text)
	return err
}

// slackOptions is what a config says of Slack.
func slackOptions(s config.Slack) slack.Options {
	return slack.Options{
		BotToken: s.BotToken.Reveal(), AppToken: s.AppToken.Reveal(), SigningSecret: s.SigningSecret.Reveal(),
		URL: s.URL, ClientID: s.ClientID, ClientSecret: s.ClientSecret.Reveal(), TokenKey: s.TokenKey.Reveal(),
		Teams: s.Teams, Admins: s.Admins, Command: s.Command, Unfurl: s.Unfurl, API: s.APIURL,
	}
}

// slack makes the Slack that a config asks for, which it does.
func (p *Program) slack(s config.Slack, desk slack.Desk, store bot.Keeping, log *slog.Logger) (*slack.Slack, error) {
	o := slackOptions(s)
	o.Desk, o.Store, o.Log = desk, store, log
	if s.Listen != "" {
		l, err := p.Listen("tcp", s.Listen)
		if err != nil {
			return nil, fmt.Errorf("slack: %w: set slack.listen to another address", err)
		}
		o.Listener = l
	}
	made, err := slack.New(o)
	if err != nil && o.Listener != nil {
		o.Listener.Close()
	}
	return made, err
}
