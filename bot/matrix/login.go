package matrix

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"attache/bot"
)

// LoginOptions say who logs in, and how.
type LoginOptions struct {
	Device     *Device // where the login and the keys are kept
	User       string  // whose login it is to be, "@attache:example.org"
	Homeserver string  // where the user's server takes clients; "": found by the server's name
	Name       string  // what people see the device called

	// One of these, or none, to take what the homeserver has and ask for it.
	Password string
	Token    string // of a session that was made for us alone
	SSO      bool   // by the homeserver's page, in a browser on this machine

	RecoveryKey string // of the account's identity, from its first login
	NewIdentity bool   // make the account another one
	Again       bool   // log in even if the login we have works

	Operator  Operator
	Transport http.RoundTripper // what the homeserver is asked through; nil is http.DefaultTransport
}

// Operator is who is told how a login goes, and asked for what it takes.
type Operator interface {
	// Tell shows a line, or several.
	Tell(text string)

	// Secret asks for a text that is not shown. ErrNobody if nobody can answer.
	Secret(ctx context.Context, what string) (string, error)

	// Wait asks for something to be done, and waits until it is said that it is.
	// ErrNobody if nobody can say it.
	Wait(ctx context.Context, what string) error
}

// ErrNobody says that nobody is there to be asked.
var ErrNobody = errors.New("nobody is there to ask")

// LogIn makes a device of the user's account, or makes good what is missing of
// the one in the file: a login, its keys, the account's signature on it, and a
// backup of the keys of rooms. It never makes a second device for one file. Its
// error is a sentence for people without a secret in it, and may be that it
// logged in and something is missing all the same.
func LogIn(ctx context.Context, o LoginOptions) error {
	if !Encryption {
		return errNoEncryption
	}
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	n := &newcomer{LoginOptions: o, given: o.Password != ""}
	err := n.arrive(ctx)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("matrix: %w", ctx.Err())
	}
	return errors.New("matrix: " + n.hush(strings.TrimPrefix(err.Error(), "matrix: ")))
}

// newcomer is a login under way.
type newcomer struct {
	LoginOptions
	given bool // the password was, and is not asked for again

	login   login
	client  *mautrix.Client
	session string // the login token of SSO
}

func (n *newcomer) tell(format string, args ...any) {
	n.Operator.Tell(bot.Plain(fmt.Sprintf(format, args...)))
}

func (n *newcomer) user() id.UserID { return id.UserID(n.User) }

// hush takes every secret out of a text, and what a terminal would obey. None
// should be in there; but it quotes what others said.
func (n *newcomer) hush(text string) string {
	for _, secret := range []string{n.Password, n.Token, n.RecoveryKey, n.login.Token, n.session} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	return bot.Plain(text)
}

// arrive logs in, where that is needed, and completes the login.
func (n *newcomer) arrive(ctx context.Context) error {
	before, err := n.Device.loginOf(ctx, n.User)
	if err != nil && !errors.Is(err, errNoLogin) {
		return err
	}
	base, err := findHomeserver(ctx, n.user(), cmp.Or(n.Homeserver, before.Homeserver), n.Transport)
	if err != nil {
		return err
	}
	n.tell("The homeserver of %s is at %s.", n.User, base)
	n.login = before
	n.login.User, n.login.Homeserver = n.user(), base
	if n.client, err = n.newClient(); err != nil {
		return err
	}
	here, err := n.here(ctx)
	if err != nil {
		return err
	}
	if !here {
		err = n.logInAnew(ctx)
	} else if err = n.ours(ctx); err == nil && base != before.Homeserver {
		err = n.Device.setLogin(ctx, n.login)
	}
	if err != nil {
		return err
	}
	return n.complete(ctx)
}

// newClient is a client for the login there is, which waits when it is asked to.
func (n *newcomer) newClient() (*mautrix.Client, error) {
	client, err := newClient(n.login, n.Transport)
	if err != nil {
		return nil, err
	}
	told := false
	client.Client.Timeout = 4 * time.Minute
	client.Client.Transport = patient{n.Transport, func(pause time.Duration) {
		if !told {
			n.tell("The homeserver asks to wait %s.", pause.Round(time.Second))
		}
		told = true
	}}
	return client, nil
}

// here reports whether the login we have is to be kept.
func (n *newcomer) here(ctx context.Context) (bool, error) {
	if n.login.Token == "" || n.Again || n.Token != "" && n.Token != n.login.Token {
		return false, nil
	}
	who, err := n.client.Whoami(ctx)
	switch c := errcode(err); {
	case c == "M_UNKNOWN_TOKEN" || c == "M_MISSING_TOKEN":
		n.tell("The homeserver does not know our login any more; we log in again, as the same device.")
		return false, nil
	case err != nil:
		return false, n.failed("asking who we are", err)
	case who.UserID != n.login.User || who.DeviceID != n.login.Device:
		return false, fmt.Errorf("the login in %s is of %s, device %s, by what the homeserver says, and not of %s, device %s: name another matrix.store",
			n.Device.path, who.UserID, who.DeviceID, n.login.User, n.login.Device)
	}
	n.tell("Already logged in as %s, device %s.", n.login.User, n.login.Device)
	return true, nil
}

// failed is an error of a call, as a sentence.
func (n *newcomer) failed(doing string, err error) error {
	return fmt.Errorf("%s: %s", doing, sentence(n.login.Homeserver, err))
}

// keep keeps a login that the homeserver has given us, once it is known to be
// the right one.
func (n *newcomer) keep(ctx context.Context, user id.UserID, device id.DeviceID, token string) (err error) {
	n.login.Device, n.login.Token = device, token
	if n.client, err = n.newClient(); err != nil {
		return err
	}
	if user != n.user() {
		return fmt.Errorf("that login is of %s, and not of %s", user, n.User)
	}
	if err := n.ours(ctx); err != nil {
		return err
	}
	if err := n.Device.setLogin(ctx, n.login); err != nil {
		return err
	}
	n.tell("Logged in as %s, device %s.", user, device)
	return nil
}

// ours makes sure that the device is the one that the keys in the file are of,
// and that the homeserver has just those for it. Where it has none they are
// given to it again: it drops them when somebody signs the device out. Where its
// answer to them was lost they are not.
func (n *newcomer) ours(ctx context.Context) error {
	device, shared, err := n.Device.published(ctx)
	if err != nil {
		return err
	}
	if device != "" && device != n.login.Device {
		return fmt.Errorf("that login is of the device %s, and the keys in %s are of the device %s: log in as that one, or name another matrix.store", n.login.Device, n.Device.path, device)
	}
	key, err := n.Device.signingKey(ctx, n.login.Device)
	if err != nil {
		return err
	}
	shown, err := askIdentity(ctx, n.client, n.user(), n.login.Device)
	if err != nil {
		return n.failed("looking for the device's keys", err)
	}
	switch {
	case shown.device == "" && shared:
		n.tell("The homeserver had dropped the device's keys; it gets the same ones again.")
		return n.Device.setPublished(ctx, false)
	case shown.device == key && key != "" && !shared:
		return n.Device.setPublished(ctx, true)
	case shown.device != "" && key == "":
		return fmt.Errorf("the device %s has used encryption before, and its keys are not in %s, where nobody can copy them to: log in with a password or --sso, or take the token of a session that was made for the bot and has done nothing yet", n.login.Device, n.Device.path)
	case shown.device != "" && shown.device != key:
		return fmt.Errorf("the homeserver has other keys for the device %s than %s: name another matrix.store, and log in as a new device", n.login.Device, n.Device.path)
	}
	return nil
}
