package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"attache/bot"
)

// Finding is one thing that Check looked at.
type Finding struct {
	What string // "bot token"
	Err  error  // what is wrong and which page to open, in sentences; nil if nothing is
	Good string // what is known of it, if nothing is wrong
}

// maxSkew is how wrong our clock may be. Slack's signatures are good for five
// minutes, and an alert is looked for from when we say we sent it
// (https://docs.slack.dev/authentication/verifying-requests-from-slack).
const maxSkew = time.Minute

// Check asks Slack whether a bot made of these options would do: the tokens,
// what they may, the clock. It needs no Listener, and of the Store only what
// workspaces have left there. It says nothing, tries nothing twice, and no
// finding shows a secret.
func Check(ctx context.Context, o Options) []Finding {
	o.API = cmp.Or(o.API, slack.APIURL)
	c := &checking{o: o, client: &http.Client{Transport: o.Transport, Timeout: callTime}}
	if !c.reach(ctx) {
		return c.findings // every other call would say the same
	}
	app := ""
	if o.BotToken != "" {
		app = c.bot(ctx, "bot token", o.BotToken)
	}
	if o.AppToken != "" {
		c.app(ctx, app)
	} else {
		c.requests()
	}
	if o.ClientID != "" && o.Store != nil {
		c.installed(ctx)
	}
	return c.findings
}

// checking is a Check under way.
type checking struct {
	o        Options
	client   *http.Client
	findings []Finding
}

func (c *checking) good(what, format string, args ...any) {
	c.findings = append(c.findings, Finding{What: what, Good: bot.Plain(c.hush(fmt.Sprintf(format, args...)))})
}

func (c *checking) bad(what, format string, args ...any) {
	c.findings = append(c.findings, Finding{What: what, Err: errors.New(bot.Plain(c.hush(fmt.Sprintf(format, args...))))})
}

var tokenLike = regexp.MustCompile(`\bx(ox[a-z]|app)-[\w-]+`)

// hush takes every secret out of a text. None should be in there; but it quotes
// what others said.
func (c *checking) hush(text string) string {
	for _, secret := range []string{c.o.BotToken, c.o.AppToken, c.o.SigningSecret, c.o.ClientSecret, c.o.TokenKey} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	return tokenLike.ReplaceAllString(text, "…")
}

// page is where an app is seen to: "oauth" for its scopes, "general" for its
// tokens. Where Slack has not said which app it is, an app token does.
func (c *checking) page(app, part string) string {
	if app = cmp.Or(app, appOf(c.o.AppToken)); app != "" {
		return AppsPage + "/" + app + "/" + part
	}
	return AppsPage
}

var appToken = regexp.MustCompile(`^xapp-\d+-(A[A-Z0-9]+)-`)

// appOf is the id of the app that an app token is of, "" if it does not tell.
func appOf(token string) string {
	if m := appToken.FindStringSubmatch(token); m != nil {
		return m[1]
	}
	return ""
}

// reach tells whether there is a Slack at all, and whether it is the same time
// there (https://docs.slack.dev/reference/methods/api.test).
func (c *checking) reach(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.o.API+"api.test", nil)
	if err != nil {
		c.bad("connection", "slack.api_url is no address")
		return false
	}
	asked := time.Now()
	resp, err := c.client.Do(req)
	if err != nil {
		c.bad("connection", "%s", c.unanswered(err))
		return false
	}
	resp.Body.Close()
	if resp.StatusCode >= 500 {
		c.bad("connection", "%s", c.unanswered(slack.StatusCodeError{Code: resp.StatusCode}))
		return false
	}
	now := time.Now()
	theirs, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		c.good("connection", "%s can be reached", c.o.API)
		return true
	}
	// Theirs is of some moment between, and cut to the second.
	skew := max(asked.Sub(theirs)-time.Second, theirs.Sub(now), 0)
	if skew <= maxSkew {
		c.good("connection", "%s can be reached, and the clocks agree", c.o.API)
		return true
	}
	way := "slow"
	if theirs.Before(asked) {
		way = "fast"
	}
	c.bad("clock", "the clock of this machine is %s %s by Slack's: what Slack signs would be refused, and alerts would be looked for at the wrong time; set the clock, by NTP for example",
		skew.Round(time.Second), way)
	return true
}

// bot checks a bot token and what it may. It returns the id of the app that
// the token is of, "" if that is not known.
func (c *checking) bot(ctx context.Context, what, token string) (app string) {
	headers := http.Header{}
	api := c.api(token, slack.OptionOnResponseHeaders(func(_ string, h http.Header) { headers = h }))
	who, err := api.AuthTestContext(ctx)
	if err != nil {
		c.bad(what, "%s", c.refusal(err, botRefusals))
		return ""
	}
	granted := split(headers.Get("X-OAuth-Scopes"))
	if info, err := api.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: who.BotID}); err == nil { // it takes a scope
		app = info.AppID
	}
	where := fmt.Sprintf("@%s in %s (%s)", who.User, who.Team, who.TeamID)
	var missing []string
	for _, s := range Scopes {
		if !slices.Contains(granted, s.Name) {
			missing = append(missing, s.Name)
		}
	}
	switch {
	case granted == nil:
		c.good(what, "%s; which scopes it has was not said", where)
	case missing != nil:
		c.bad(what, "%s lacks %s: add that under Bot Token Scopes at %s, then reinstall the app there", where, strings.Join(missing, ", "), c.page(app, "oauth"))
	default:
		c.good(what, "%s, with all scopes that are needed", where)
	}
	return app
}

// app checks the app token, and that it is of the same app as the bot token.
func (c *checking) app(ctx context.Context, same string) {
	api := c.api("", slack.OptionAppLevelToken(c.o.AppToken))
	if _, _, err := api.StartSocketModeContext(ctx); err != nil { // opens nothing yet
		c.bad("app token", "%s", c.refusal(err, appRefusals))
		return
	}
	id := appOf(c.o.AppToken)
	if id != "" && same != "" && id != same {
		c.bad("app token", "it is of the app %s, and the bot token is of %s, so that nothing said to the bot would be heard: take both from one of %s/%s and %s/%s",
			id, same, AppsPage, id, AppsPage, same)
		return
	}
	c.good("app token", "Slack would open a connection%s", strings.TrimSuffix(" for "+id, " for "))
}

// requests says what must be set up for HTTP mode, where Slack tells nothing
// until it calls.
func (c *checking) requests() {
	if c.o.SigningSecret == "" {
		c.bad("requests", "there is no signing secret, and without it anybody could pretend to be Slack: set slack.signing_secret, from Basic Information at %s", c.page("", "general"))
		return
	}
	if c.o.URL == "" {
		c.good("requests", "Slack must reach slack.listen at the address that the app's manifest has, which ends in %s", eventsPath)
		return
	}
	c.good("requests", "Slack must reach slack.listen at %s, as in attache slack manifest --http %s", c.o.URL+eventsPath, c.o.URL)
}

// installed checks the token of each workspace that installed the app.
func (c *checking) installed(ctx context.Context) {
	s := &Slack{o: c.o, log: slog.New(slog.DiscardHandler), client: c.client}
	list, err := s.installations(ctx)
	if err != nil {
		c.bad("workspaces", "%s", strings.NewReplacer("slack: ", "", "\n", "; ").Replace(err.Error()))
	}
	for _, i := range list {
		c.bot(ctx, "workspace "+i.Team, i.Token)
	}
	if len(list) == 0 && err == nil {
		c.good("workspaces", "none has installed the app yet; people do at %s", c.o.URL+installPath)
	}
}

func (c *checking) api(token string, more ...slack.Option) *slack.Client {
	return slack.New(token, append([]slack.Option{slack.OptionAPIURL(c.o.API), slack.OptionHTTPClient(c.client)}, more...)...)
}

// refusal is a sentence about a call that came to nothing.
func (c *checking) refusal(err error, known map[string]remedy) string {
	said := code(err)
	if said == "" {
		return c.unanswered(err)
	}
	if r, ok := known[said]; ok {
		return r.text + ": " + c.page("", r.part)
	}
	return fmt.Sprintf("Slack refuses it with the word %.60q; the app is at %s", said, c.page("", "general"))
}

// remedy is what to do about a refusal, and the page of the app to do it at.
type remedy struct{ text, part string }

// What the errors mean that are listed at
// https://docs.slack.dev/reference/methods/auth.test and apps.connections.open.
var (
	botRefusals = map[string]remedy{
		"invalid_auth":            {"Slack does not know it: copy the Bot User OAuth Token again", "oauth"},
		"not_authed":              {"Slack does not know it: copy the Bot User OAuth Token again", "oauth"},
		"account_inactive":        {"the app was removed from the workspace: install it again and set the new token", "oauth"},
		"token_revoked":           {"it was revoked: install the app again and set the new token", "oauth"},
		"token_expired":           {"it has expired, as tokens do in an app with token rotation, which cannot be switched off: make the app anew by attache slack manifest", "oauth"},
		"not_allowed_token_type":  {"it is not a bot's: copy the Bot User OAuth Token, which begins with xoxb-", "oauth"},
		"org_login_required":      {"the workspace is being moved to an organisation: try again when it has been", "oauth"},
		"ekm_access_denied":       {"the administrators of the workspace have suspended it: ask them", "oauth"},
		"team_access_not_granted": {"the app was not granted this workspace: ask the administrators of the organisation", "oauth"},
	}
	appRefusals = map[string]remedy{
		"invalid_auth":           {"Slack does not know it: copy it again under App-Level Tokens, or generate another", "general"},
		"not_authed":             {"Slack does not know it: copy it again under App-Level Tokens, or generate another", "general"},
		"account_inactive":       {"the app it is of is no more: make one by attache slack manifest", "general"},
		"token_revoked":          {"it was revoked: generate another under App-Level Tokens", "general"},
		"not_allowed_token_type": {"it is not an app's: generate one under App-Level Tokens, which begins with xapp-", "general"},
		"missing_scope":          {"it lacks " + appScope + ": generate another with that under App-Level Tokens", "general"},
		"no_permission":          {"it lacks " + appScope + ": generate another with that under App-Level Tokens", "general"},
	}
)

// unanswered is a sentence about a call that Slack gave no answer to.
func (c *checking) unanswered(err error) string {
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return fmt.Sprintf("Slack asks to wait: check again in %s", limited.RetryAfter)
	}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok {
		return fmt.Sprintf("Slack is not well, it answered %d: check again in a while", status.Code)
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return fmt.Sprintf("Slack did not answer within %s", callTime)
	}
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Sprintf("%s cannot be reached: %v", c.o.API, failed.Err)
	}
	return fmt.Sprintf("what answers at %s does not speak like Slack", c.o.API)
}

// split reads a list with commas.
func split(list string) (names []string) {
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}
