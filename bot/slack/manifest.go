package slack

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Scope is something the app may do in a workspace, and what we do it for.
type Scope struct{ Name, Reason string }

// Scopes are all that the app asks for; README.md shows the same table. What
// each allows: https://docs.slack.dev/reference/scopes.
var Scopes = []Scope{
	{"app_mentions:read", "to hear @attache"},
	{"channels:history", "to look, after a time-out, whether an alert was said in a channel"},
	{"channels:read", "to know who is a member, and whether another organisation shares the channel"},
	{"chat:write", "to say alerts and answers"},
	{"commands", "to hear /attache and the shortcuts"},
	{"groups:history", "as channels:history, in private channels it was invited to"},
	{"groups:read", "as channels:read, in private channels it was invited to"},
	{"im:history", "to hear direct messages"},
	{"users:read", "to tell admins of the workspace and guests apart"},
}

// appScope is what the app token needs, which no manifest can ask for.
const appScope = "connections:write"

// The paths where Slack and people's browsers reach us in HTTP mode.
const (
	eventsPath   = "/slack/events"
	redirectPath = "/slack/oauth_redirect"
	installPath  = "/slack/install"
)

// ManifestOptions is what differs from one app to another.
type ManifestOptions struct {
	Name    string // at most 35 characters; "" is "Attaché"
	Command string // the slash command; "" is "/attache"
	URL     string // where the world reaches us, "https://alerts.example.org"; "" is Socket Mode
}

// What Slack allows; https://docs.slack.dev/reference/app-manifest and
// https://github.com/slackapi/manifest-schema. All in characters.
const (
	maxAppName       = 35
	maxBotName       = 80
	maxDescription   = 140
	minLong, maxLong = 175, 4000
	maxCommand       = 32
	maxShortcut      = 24
	maxShortcutHelp  = 150
)

const (
	description = "Alerts about breaking diplomatic news, told once and kept true."
	longer      = "Attaché watches the feeds of foreign ministries, the UN, wire agencies and the press. " +
		"It tells each channel what its keyword rules ask for: once, quoted in the outlet's own words, and kept true afterwards. " +
		"Invite it to a channel and type /attache subscribe followed by a rule, such as iran AND nuclear."
	usage = "subscribe RULE | list | latest | search WORDS | why ID | help"
)

// The parts of a manifest that we use. Slack's defaults are not documented for
// all of them, so that what is off is written too; slack-go leaves it out.
type (
	manifest struct {
		Metadata metadata    `json:"_metadata"`
		Display  display     `json:"display_information"`
		Features features    `json:"features"`
		OAuth    oauthConfig `json:"oauth_config"`
		Settings settings    `json:"settings"`
	}
	metadata struct {
		Major int `json:"major_version"`
		Minor int `json:"minor_version"`
	}
	display struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Long        string `json:"long_description"`
		Background  string `json:"background_color"`
	}
	features struct {
		Home      appHome        `json:"app_home"`
		Bot       botUser        `json:"bot_user"`
		Shortcuts []shortcut     `json:"shortcuts"`
		Commands  []slashCommand `json:"slash_commands"`
	}
	appHome struct {
		Home     bool `json:"home_tab_enabled"`
		Messages bool `json:"messages_tab_enabled"`
		ReadOnly bool `json:"messages_tab_read_only_enabled"`
	}
	botUser struct {
		Name   string `json:"display_name"`
		Online bool   `json:"always_online"`
	}
	shortcut struct {
		Name        string `json:"name"`
		Type        string `json:"type"`
		Callback    string `json:"callback_id"`
		Description string `json:"description"`
	}
	slashCommand struct {
		Command     string `json:"command"`
		URL         string `json:"url,omitempty"`
		Description string `json:"description"`
		Usage       string `json:"usage_hint"`
		Escape      bool   `json:"should_escape"`
	}
	oauthConfig struct {
		Redirects []string `json:"redirect_urls,omitempty"`
		Scopes    struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	}
	settings struct {
		Events struct {
			URL string   `json:"request_url,omitempty"`
			Bot []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		Interactivity struct {
			Enabled bool   `json:"is_enabled"`
			URL     string `json:"request_url,omitempty"`
		} `json:"interactivity"`
		OrgDeploy  bool `json:"org_deploy_enabled"`
		SocketMode bool `json:"socket_mode_enabled"`
		Rotation   bool `json:"token_rotation_enabled"`
	}
)

// Manifest returns what Slack makes the app from, as indented JSON. Its errors
// are sentences about an option that Slack would refuse.
func Manifest(o ManifestOptions) ([]byte, error) {
	o.Name, o.Command = cmp.Or(o.Name, "Attaché"), cmp.Or(o.Command, "/attache")
	if err := o.check(); err != nil {
		return nil, err
	}
	m := manifest{
		Metadata: metadata{Major: 1},
		Display:  display{o.Name, description, strings.ReplaceAll(longer, "/attache", o.Command), "#1d3557"},
		Features: features{
			Home: appHome{Home: true, Messages: true},
			Bot:  botUser{botName(o.Name), true},
			Shortcuts: []shortcut{
				{"Why this alert?", "message", whyShortcut, "Which rule and which words brought it, and when it was seen"},
				{"New subscription", "global", subscribeShortcut, "Tell a channel what it is to hear about"},
			},
			Commands: []slashCommand{{Command: o.Command, Description: "Subscribe to news, search it, ask why", Usage: usage, Escape: true}},
		},
	}
	for _, s := range Scopes {
		m.OAuth.Scopes.Bot = append(m.OAuth.Scopes.Bot, s.Name)
	}
	m.Settings.Events.Bot = []string{"app_home_opened", "app_mention", "app_uninstalled", "member_joined_channel", "message.im", "tokens_revoked"}
	m.Settings.Interactivity.Enabled = true
	m.Settings.SocketMode = o.URL == ""
	if o.URL != "" {
		events := o.URL + eventsPath
		m.Features.Commands[0].URL, m.Settings.Events.URL, m.Settings.Interactivity.URL = events, events, events
		m.OAuth.Redirects = []string{o.URL + redirectPath}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("slack: writing the manifest: %w", err)
	}
	return out.Bytes(), nil
}

func (o ManifestOptions) check() error {
	if utf8.RuneCountInString(o.Name) > maxAppName || strings.ContainsFunc(o.Name, unicode.IsControl) {
		return fmt.Errorf("the name %.70q is not one line of at most %d characters", o.Name, maxAppName)
	}
	odd := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.IsUpper(r) }
	if n := utf8.RuneCountInString(o.Command); o.Command[0] != '/' || n < 2 || n > maxCommand || strings.ContainsFunc(o.Command, odd) {
		return fmt.Errorf("the command %.70q is not a slash and up to %d lower-case letters without spaces", o.Command, maxCommand-1)
	}
	if o.URL == "" {
		return nil
	}
	if u, err := url.Parse(o.URL); err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New(`the address is not like "https://alerts.example.org"; Slack calls https only`)
	}
	if strings.HasSuffix(o.URL, "/") {
		return errors.New(`there is a slash at the end of the address; write it like "https://alerts.example.org"`)
	}
	return nil
}

// botName is an app's name in the letters that Slack allows in that of its bot
// user: a-z, 0-9, hyphen, underscore and full stop.
func botName(app string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		case unicode.IsSpace(r):
			return '-'
		}
		return -1
	}, strings.ToLower(norm.NFD.String(app)))
	return cmp.Or(strings.Trim(name[:min(len(name), maxBotName)], "-"), "attache")
}

// AppsPage is where people see to their apps.
const AppsPage = "https://api.slack.com/apps"

// ManifestLink returns the address of the page that makes an app of a manifest.
func ManifestLink(manifest []byte) (string, error) {
	var short bytes.Buffer // browsers and proxies may not take long addresses
	if err := json.Compact(&short, manifest); err != nil {
		return "", fmt.Errorf("slack: reading the manifest: %w", err)
	}
	return AppsPage + "?new_app=1&manifest_json=" + strings.ReplaceAll(url.QueryEscape(short.String()), "+", "%20"), nil
}
