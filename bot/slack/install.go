package slack

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"attache/bot"
	"attache/bot/seal"
)

// What keys are derived from the token key for.
const (
	purposeTokens = "attache slack tokens 1"
	purposeStates = "attache slack install states 1"
)

// installer lets workspaces install the app, by OAuth 2
// (https://docs.slack.dev/authentication/installing-with-oauth). A browser is
// sent to Slack with a state, which comes back with what Slack gives it; only
// the browser that has the same state in a cookie may use that. So nobody can
// make somebody else end an installation that he began himself.
type installer struct {
	*Slack
	key       []byte // of the states' MACs
	authorize string // where Slack asks people
	redirect  string // where Slack sends them back
	cookie    http.Cookie
	used      memory // states
}

const (
	stateTime   = 10 * time.Minute // in which to decide
	installTime = 20 * time.Second // to ask Slack for a token, or to give it back
)

// installer makes one; its error, a sentence for people, is that the options do
// not do.
func (s *Slack) installer() (*installer, error) {
	here, err := url.Parse(s.o.URL)
	if err != nil || here.Host == "" || here.Scheme != "https" && here.Scheme != "http" {
		return nil, errors.New("slack: workspaces cannot install the app without the address where their browsers reach us, like https://alerts.example.org")
	}
	api, err := url.Parse(s.o.API)
	if err != nil || api.Host == "" {
		return nil, errors.New("slack: the address of Slack's API is none")
	}
	if s.o.ClientSecret == "" || s.o.Store == nil {
		return nil, errors.New("slack: workspaces cannot install the app without the client secret and a place to keep their tokens")
	}
	key, err := seal.Derive(s.o.TokenKey, purposeStates)
	if err != nil {
		return nil, fmt.Errorf("slack: the token key: %w", err)
	}
	base := strings.TrimRight(s.o.URL, "/")
	return &installer{
		Slack: s, key: key,
		authorize: (&url.URL{Scheme: api.Scheme, Host: api.Host, Path: "/oauth/v2/authorize"}).String(),
		redirect:  base + redirectPath,
		cookie: http.Cookie{
			Name: "attache_install", Path: strings.TrimRight(here.Path, "/") + "/slack",
			HttpOnly: true, Secure: here.Scheme == "https", SameSite: http.SameSiteLaxMode,
		},
	}, nil
}

// begin sends the browser to Slack, to be asked whether the app may.
func (i *installer) begin(w http.ResponseWriter, r *http.Request) {
	pageHeaders(w)
	state := i.state(time.Now())
	cookie := i.cookie
	cookie.Value, cookie.MaxAge = state, int(stateTime/time.Second)
	http.SetCookie(w, &cookie)
	names := make([]string, len(Scopes))
	for n, scope := range Scopes {
		names[n] = scope.Name
	}
	http.Redirect(w, r, i.authorize+"?"+url.Values{
		"client_id": {i.o.ClientID}, "scope": {strings.Join(names, ",")},
		"redirect_uri": {i.redirect}, "state": {state},
	}.Encode(), http.StatusFound)
}

// finish takes what Slack sent the browser back with, and tells how it ended. A
// browser that goes away does not stop it: the token is given by then.
func (i *installer) finish(work context.Context, w http.ResponseWriter, r *http.Request) {
	pageHeaders(w)
	over := i.cookie
	over.MaxAge = -1
	http.SetCookie(w, &over)
	ctx, cancel := context.WithTimeout(work, installTime)
	defer cancel()
	done, err := i.install(ctx, r)
	if err == nil {
		i.log.Info("installed", "team", done.Team)
		installPage{Title: "Attaché is in", Workspace: done.Name, Command: i.o.Command}.write(w, http.StatusOK)
		return
	}
	no, ok := errors.AsType[*notInstalled](err)
	if ok {
		i.log.Warn("refused an installation", "err", no.err)
	} else {
		i.log.Error("failed to install", "err", err)
		no = &notInstalled{http.StatusInternalServerError, "Something went wrong here, and the log of Attaché says what. Please begin again.", err}
	}
	installPage{Title: "Not installed", Words: no.words, Again: strings.TrimSuffix(i.redirect, redirectPath) + installPath}.write(w, no.status)
}

// notInstalled is an end that somebody should be told.
type notInstalled struct {
	status int
	words  string // for whoever looks at the page
	err    error  // for the log
}

func (n *notInstalled) Error() string { return n.err.Error() }

// install is finish without its page.
func (i *installer) install(ctx context.Context, r *http.Request) (done installation, err error) {
	query := r.URL.Query()
	if err := i.check(r, query.Get("state"), time.Now()); err != nil {
		return done, &notInstalled{http.StatusBadRequest, "This installation was not begun in this browser in the last ten minutes, or has ended already.", err}
	}
	switch said := query.Get("error"); said {
	case "":
	case "access_denied":
		return done, &notInstalled{http.StatusOK, "You told Slack not to let Attaché in, so nothing has changed. You can change your mind at any time.", errors.New("slack: the person said no")}
	default:
		return done, &notInstalled{http.StatusBadGateway, "Slack did not let Attaché in.", errors.New("slack: Slack sent an error instead of a code")}
	}
	grant, err := slack.GetOAuthV2ResponseContext(ctx, i.client, i.o.ClientID, i.o.ClientSecret, query.Get("code"), i.redirect, slack.OAuthOptionAPIURL(i.o.API))
	if err != nil {
		return done, &notInstalled{http.StatusBadGateway, "Slack did not give Attaché its token, and the log of Attaché says why.", failed("oauth.v2.access", err)}
	}
	if err := i.allow(grant); err != nil {
		i.giveBack(ctx, grant.AccessToken)
		return done, err
	}
	done = installation{Team: grant.Team.ID, Name: grant.Team.Name, Token: grant.AccessToken, BotUser: grant.BotUserID, Enterprise: grant.Enterprise.ID}
	// If that fails the token is not given back: where the app was there before,
	// it is the token that it goes on using.
	if err := i.keep(ctx, done); err != nil {
		return done, err
	}
	i.installed(done)
	return done, nil
}

// allow says why what Slack granted is not to be used, if so.
func (i *installer) allow(grant *slack.OAuthV2Response) error {
	no := func(words, err string) error {
		return &notInstalled{http.StatusForbidden, words, errors.New("slack: " + err)}
	}
	switch {
	case grant.IsEnterpriseInstall || grant.Team.ID == "":
		return no("Attaché is installed in one workspace at a time, not in a whole organisation. Begin again and choose a workspace.", "it was for a whole organisation")
	case len(i.o.Teams) > 0 && !slices.Contains(i.o.Teams, grant.Team.ID):
		return no(fmt.Sprintf("This Attaché does not serve your workspace. Whoever runs it can let it in: its id is %s.", grant.Team.ID),
			fmt.Sprintf("workspace %q is not on the list", grant.Team.ID))
	case grant.AccessToken == "" || grant.BotUserID == "" || !plainID(grant.Team.ID):
		return no("Slack gave Attaché no token to speak with.", "the grant has no bot token")
	case grant.RefreshToken != "" || grant.ExpiresIn != 0:
		return no("The app has token rotation switched on, with which Attaché would fall silent after some hours. Whoever runs it must make the app anew: Slack does not let it be switched off.",
			"token rotation is on, and Slack does not let it be switched off: make the app anew by attache slack manifest")
	}
	return nil
}

// plainID reports whether an id is of letters and digits, and so has its place
// in the name of a channel and of a record.
func plainID(id string) bool {
	return id != "" && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// giveBack revokes a token that we shall not use.
func (i *installer) giveBack(ctx context.Context, token string) {
	if token == "" {
		return
	}
	if _, err := i.api(token).SendAuthRevokeContext(ctx, ""); err != nil {
		i.log.Warn("failed to give back a token", "err", failed("auth.revoke", err))
	}
}

// A state is a nonce, when it ends (Unix seconds, big-endian), and a MAC over
// both. We remember nothing of it: it may be begun here and ended after a
// restart.
const (
	nonceSize = 16
	stateSize = nonceSize + 8 + sha256.Size
)

func (i *installer) state(now time.Time) string {
	raw := make([]byte, nonceSize, stateSize)
	_, _ = rand.Read(raw) // it never fails
	raw = binary.BigEndian.AppendUint64(raw, uint64(now.Add(stateTime).Unix()))
	return base64.RawURLEncoding.EncodeToString(append(raw, i.mac(raw)...))
}

func (i *installer) mac(raw []byte) []byte {
	h := hmac.New(sha256.New, i.key)
	h.Write(raw)
	return h.Sum(nil)
}

// check says why a state is not good, if so, and takes note that it was used.
func (i *installer) check(r *http.Request, state string, now time.Time) error {
	cookie, err := r.Cookie(i.cookie.Name)
	if err != nil {
		return errors.New("slack: the browser has no cookie of an installation")
	}
	if subtle.ConstantTimeCompare([]byte(cookie.Value), []byte(state)) != 1 {
		return errors.New("slack: the state is not the one in the cookie")
	}
	raw, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil || len(raw) != stateSize {
		return errors.New("slack: the state is none")
	}
	signed, mac := raw[:stateSize-sha256.Size], raw[stateSize-sha256.Size:]
	if !hmac.Equal(mac, i.mac(signed)) {
		return errors.New("slack: the state is not one of ours")
	}
	if now.Unix() >= int64(binary.BigEndian.Uint64(signed[nonceSize:])) {
		return errors.New("slack: the state has expired")
	}
	if i.used.again([sha256.Size]byte(mac), now) {
		return errors.New("slack: the state was used before")
	}
	return nil
}

// record is an installation as it is kept, sealed, under "team/T01ABC".
type record struct {
	Team    string `json:"team"`
	Name    string `json:"name"`
	Token   string `json:"token"`
	BotUser string `json:"bot_user"`

	Enterprise string `json:"enterprise,omitempty"`
}

const recordPrefix = "team/"

// keep remembers an installation.
func (s *Slack) keep(ctx context.Context, i installation) error {
	plain, err := json.Marshal(record(i))
	if err != nil {
		return fmt.Errorf("slack: keeping workspace %s: %w", i.Team, err)
	}
	name := recordPrefix + i.Team
	sealed, err := seal.Seal(s.o.TokenKey, purposeTokens, name, plain)
	if err != nil {
		return err
	}
	if err := s.o.Store.Keep(ctx, s.Name(), name, sealed); err != nil {
		return fmt.Errorf("slack: keeping workspace %s: %w", i.Team, err)
	}
	return nil
}

// installations returns what is kept, in order of the workspaces' ids. Its error
// names those that do not open, and says what to do; the others are returned
// all the same. A [bot.RetryError] is the store's, which told nothing.
func (s *Slack) installations(ctx context.Context) ([]installation, error) {
	kept, err := s.o.Store.Kept(ctx, s.Name())
	if err != nil {
		return nil, &bot.RetryError{Err: fmt.Errorf("slack: reading the workspaces: %w", err)}
	}
	var list []installation
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		team, ok := strings.CutPrefix(name, recordPrefix)
		if !ok {
			continue
		}
		var r record
		plain, err := seal.Open(s.o.TokenKey, purposeTokens, name, kept[name])
		if err == nil && (json.Unmarshal(plain, &r) != nil || r.Team != team) {
			err = errors.New("slack: it is no token of that workspace") // in words that quote nothing
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("slack: the token of workspace %q cannot be read: put back the token key that it was kept with, or install the app there again at %s: %w",
				team, strings.TrimRight(s.o.URL, "/")+installPath, err))
			continue
		}
		list = append(list, installation(r))
	}
	return list, errors.Join(errs...)
}

// forget drops what is kept of a workspace. One that is not there is no error.
func (s *Slack) forget(ctx context.Context, team string) error {
	if err := s.o.Store.Forget(ctx, s.Name(), recordPrefix+team); err != nil {
		return fmt.Errorf("slack: forgetting workspace %q: %w", team, err)
	}
	return nil
}
