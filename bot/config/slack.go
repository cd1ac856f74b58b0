package config

import (
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Slack is where a newsroom lives. It is on when the file or the environment
// gives it a token or a client_id; `attache slack manifest` makes the app that
// these come from. Reload: no.
type Slack struct {
	// BotToken is what we speak by in one workspace: "xoxb-…", from OAuth &
	// Permissions on the app's page. Default: "". Excludes BotTokenFile and
	// ClientID. When the file sets neither BotToken nor BotTokenFile, the
	// environment variable ATTACHE_SLACK_BOT_TOKEN does.
	BotToken Secret `toml:"bot_token" env:"ATTACHE_SLACK_BOT_TOKEN"`

	// BotTokenFile is a file with it, as every *_file here. Default: "".
	BotTokenFile string `toml:"bot_token_file"`

	// AppToken is what we hear by in Socket Mode: "xapp-…", from Basic
	// Information, with the scope connections:write. Default: "". Excludes
	// AppTokenFile and Listen.
	AppToken     Secret `toml:"app_token" env:"ATTACHE_SLACK_APP_TOKEN"`
	AppTokenFile string `toml:"app_token_file"`

	// Listen is the address where Slack calls us in HTTP mode, host:port, plain
	// HTTP behind a proxy that speaks TLS. Default: "", which is Socket Mode.
	Listen string `toml:"listen"`

	// SigningSecret tells Slack's calls from anybody's. Required with Listen.
	SigningSecret     Secret `toml:"signing_secret" env:"ATTACHE_SLACK_SIGNING_SECRET"`
	SigningSecretFile string `toml:"signing_secret_file"`

	// URL is where the world reaches Listen: https://alerts.example.org, without
	// a slash at the end. Required with ClientID. Default: "".
	URL string `toml:"url"`

	// ClientID is the app's, for workspaces that install it themselves; then
	// their tokens are kept in the database. Needs ClientSecret, TokenKey, URL
	// and Listen. Default: "". Excludes BotToken.
	ClientID         string `toml:"client_id"`
	ClientSecret     Secret `toml:"client_secret" env:"ATTACHE_SLACK_CLIENT_SECRET"`
	ClientSecretFile string `toml:"client_secret_file"`

	// TokenKey encrypts those tokens: 32 bytes or more that nobody can guess.
	// With another key, every workspace has to install the app again.
	TokenKey     Secret `toml:"token_key" env:"ATTACHE_SLACK_TOKEN_KEY"`
	TokenKeyFile string `toml:"token_key_file"`

	// Teams are the ids of the workspaces that may install the app, like
	// "T01ABC". Default: [], any.
	Teams []string `toml:"teams"`

	// Admins are users who may do what admins of the workspace may, whatever
	// Slack says of them: "U01DEF", or "T01ABC/U01DEF" where there are many
	// workspaces. Default: [].
	Admins []string `toml:"admins"`

	// Command is the slash command, as the app has it. Default: "/attache".
	Command string `toml:"command"`

	// Unfurl lets Slack show previews of the links in alerts. Default: false.
	Unfurl bool `toml:"unfurl"`

	// APIURL is where Slack's methods are: another for GovSlack
	// (https://slack-gov.com/api/) or a test server. It ends in a slash.
	// Default: "https://slack.com/api/".
	APIURL string `toml:"api_url"`
}

// On reports whether there is a Slack to speak to.
func (s Slack) On() bool {
	return given(s.BotToken, s.BotTokenFile) || given(s.AppToken, s.AppTokenFile) || s.ClientID != ""
}

func (c *checker) slack(s Slack, web Web) {
	if !s.On() && reflect.DeepEqual(s, Default().Slack) {
		return
	}
	c.tokens(s)
	c.mode(s, web)
	if s.ClientID != "" {
		c.installing(s)
	} else if len(s.Teams) > 0 {
		c.add("slack.teams", "this is for workspaces that install the app, and there is no client_id", "leave it out: bot_token is of one workspace")
	}
	if n := len(s.TokenKey.text); n > 0 && n < minKey {
		c.secret("slack.token_key", s.TokenKey, fmt.Sprintf("%d bytes are too few", n),
			fmt.Sprintf("at least %d that nobody can guess, as `openssl rand -base64 48` makes them", minKey))
	}
	if s.URL != "" {
		c.https("slack.url", s.URL, "https://alerts.example.org")
	}
	c.https("slack.api_url", s.APIURL, "https://slack.com/api/")
	c.slash("slack.command", s.Command)
	for i, id := range s.Teams {
		if !teamID.MatchString(id) {
			c.add(fmt.Sprintf("slack.teams[%d]", i), fmt.Sprintf("%q is not the id of a workspace", id),
				`write it like "T01ABC"; it is in the address of Slack in a browser, app.slack.com/client/T01ABC`)
		}
	}
	for i, id := range s.Admins {
		if !userID.MatchString(id) {
			c.add(fmt.Sprintf("slack.admins[%d]", i), fmt.Sprintf("%q is not the id of a user", id),
				`write it like "U01DEF" or "T01ABC/U01DEF"; Slack has it under Profile, Copy member ID`)
		}
	}
}

// minKey is how many bytes a key for what is kept at rest has at least.
const minKey = 32

// Ids as Slack writes them; https://docs.slack.dev/reference/objects.
var (
	teamID      = regexp.MustCompile(`^T[A-Z0-9]{2,}$`)
	userID      = regexp.MustCompile(`^(T[A-Z0-9]{2,}/)?[UW][A-Z0-9]{2,}$`)
	slackPlace  = regexp.MustCompile(`^T[A-Z0-9]{2,}/[CGD][A-Z0-9]{2,}$`)
	tokenPlaces = map[string]string{
		"bot_token": "the bot token begins with xoxb- and is under OAuth & Permissions on the page of the app",
		"app_token": "the app token begins with xapp- and is made under Basic Information, App-Level Tokens, on the page of the app",
	}
)

// tokens checks that each token is of its kind. No message quotes one.
func (c *checker) tokens(s Slack) {
	for _, t := range []struct {
		name, prefix, other, otherPrefix string
		token                            Secret
	}{
		{"bot_token", "xoxb-", "app_token", "xapp-", s.BotToken},
		{"app_token", "xapp-", "bot_token", "xoxb-", s.AppToken},
	} {
		text, key := t.token.text, "slack."+t.name
		switch {
		case text == "" || strings.HasPrefix(text, t.prefix) && !strings.ContainsFunc(text, unicode.IsSpace):
		case strings.HasPrefix(text, t.prefix):
			c.secret(key, t.token, "there is white space in it", "copy the token alone")
		case strings.HasPrefix(text, t.otherPrefix):
			c.secret(key, t.token, "this begins with "+t.otherPrefix+" and is the "+t.other, "set it as "+t.other+"; "+tokenPlaces[t.name])
		case strings.HasPrefix(text, "xoxp-"):
			c.secret(key, t.token, "this begins with xoxp- and is a person's token", tokenPlaces[t.name])
		default:
			c.secret(key, t.token, "this does not begin with "+t.prefix, tokenPlaces[t.name])
		}
	}
	switch bot := given(s.BotToken, s.BotTokenFile); {
	case bot && s.ClientID != "":
		c.add("slack.client_id", s.BotToken.name("bot_token")+" is set as well",
			"bot_token is for one workspace, client_id for many that install the app: set one of the two")
	case !bot && s.ClientID == "":
		c.add("slack.bot_token", "this is needed, and missing", "Slack needs a bot_token, or a client_id where many workspaces install the app")
	}
}

// mode checks what goes with each of the two ways in which we hear.
func (c *checker) mode(s Slack, web Web) {
	app := given(s.AppToken, s.AppTokenFile)
	if s.Listen == "" {
		if !app && s.ClientID == "" {
			c.add("slack.app_token", "this is needed, and missing", "Socket Mode needs it; HTTP mode needs listen instead")
		}
		if s.URL != "" && s.ClientID == "" {
			c.add("slack.url", "nothing listens behind it", "Socket Mode needs no url; HTTP mode needs listen too")
		}
		return
	}
	if app {
		c.add("slack.listen", s.AppToken.name("app_token")+" is set as well",
			"app_token is for Socket Mode, listen for HTTP mode: set one of the two")
	}
	if !given(s.SigningSecret, s.SigningSecretFile) {
		c.add("slack.signing_secret", "this is needed, and missing",
			"HTTP mode cannot tell Slack from others without it; it is under Basic Information on the page of the app")
	}
	if _, err := listenAddr(s.Listen); err != nil {
		c.add("slack.listen", err.Error(), `write host:port, like "127.0.0.1:8481"`)
	} else if web.Enabled && web.Listen == s.Listen {
		c.add("slack.listen", "the web page is there already", "choose another port")
	}
}

// installing checks what goes with a client_id.
func (c *checker) installing(s Slack) {
	for _, need := range []struct {
		name string
		has  bool
		why  string
	}{
		{"client_secret", given(s.ClientSecret, s.ClientSecretFile), "it is under Basic Information on the page of the app"},
		{"token_key", given(s.TokenKey, s.TokenKeyFile), "it encrypts the tokens of the workspaces, and `openssl rand -base64 48` makes one"},
		{"url", s.URL != "", "people are sent back there when they have agreed to the app"},
		{"listen", s.Listen != "", "workspaces can install the app in HTTP mode only"},
	} {
		if !need.has {
			c.add("slack."+need.name, "client_id needs this, and it is missing", need.why)
		}
	}
}

// https checks an address that others may listen in to; plain HTTP is enough
// only where it stays on this machine. It ends in a slash if the example does.
func (c *checker) https(key, text, like string) {
	u, err := url.Parse(text)
	hint := fmt.Sprintf("write it like %q", like)
	switch {
	case err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "":
		c.add(key, "not an address", hint)
	case u.User != nil:
		c.add(key, "there is a user name or a password in it", "take it out")
	case u.Scheme != "https" && (u.Scheme != "http" || !thisMachine(u.Hostname())):
		c.add(key, "this is not https", hint)
	case strings.HasSuffix(text, "/") && !strings.HasSuffix(like, "/"):
		c.add(key, "there is a slash at its end", hint)
	case !strings.HasSuffix(text, "/") && strings.HasSuffix(like, "/"):
		c.add(key, "there is no slash at its end", hint)
	}
}

// slash checks the name of a slash command;
// https://docs.slack.dev/interactivity/implementing-slash-commands.
func (c *checker) slash(key, text string) {
	odd := strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.IsUpper(r) })
	if n := utf8.RuneCountInString(text); odd || n < 2 || n > 32 || text[0] != '/' {
		c.add(key, fmt.Sprintf("%.64q is not a slash command", text), `a slash and up to 31 lower-case letters, no spaces, like "/attache"`)
	}
}

// slackChannel checks a subscription's channel on Slack.
func (c *checker) slackChannel(key, name string, on bool) {
	if !slackPlace.MatchString(name) {
		c.add(key, fmt.Sprintf("%.64q is not a channel of Slack", "slack:"+name),
			`write "slack:T01ABC/C0123", by the two ids in the address of a channel that is open in a browser, app.slack.com/client/T01ABC/C0123`)
	} else if !on {
		c.add(key, "Slack is not set up", "set slack.bot_token and slack.app_token")
	}
}
