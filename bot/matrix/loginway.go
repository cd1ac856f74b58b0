package matrix

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"maunium.net/go/mautrix"
)

// logInAnew logs in, in the way that was chosen, or else in one that the homeserver
// has.
func (n *newcomer) logInAnew(ctx context.Context) error {
	if n.Token != "" {
		return n.byToken(ctx)
	}
	res, err := n.client.GetLoginFlows(ctx)
	if err != nil && errcode(err) != "M_UNRECOGNIZED" && errcode(err) != "M_NOT_FOUND" {
		return n.failed("asking how to log in", err)
	}
	has := func(way mautrix.AuthType) bool { return res != nil && res.HasFlow(way) }
	switch {
	case n.SSO && has(mautrix.AuthTypeSSO) && has(mautrix.AuthTypeToken):
		return n.bySSO(ctx)
	case n.SSO:
		return errors.New("the homeserver has no login by its web page: leave out --sso")
	case has(mautrix.AuthTypePassword):
		return n.byPassword(ctx)
	case n.Password != "" && has(mautrix.AuthTypeSSO):
		return errors.New("the homeserver takes no password: log in with --sso")
	case has(mautrix.AuthTypeSSO) && has(mautrix.AuthTypeToken):
		return n.bySSO(ctx)
	}
	// Since Matrix 1.15 a homeserver may have OAuth alone, which is for
	// programs with a browser; https://spec.matrix.org/v1.16/client-server-api/#client-authentication.
	return errors.New("the homeserver lets nobody in by a password or by its web page, as those do that leave it to an account service: " +
		"whoever runs it makes a token for the bot, with Matrix Authentication Service by mas-cli manage issue-compatibility-token NAME, and you log in with --token-file")
}

// byToken takes over a session that somebody has made.
func (n *newcomer) byToken(ctx context.Context) (err error) {
	if strings.HasPrefix(n.Token, "mat_") {
		return errors.New("that token is good for some minutes only, for it begins with mat_: take one that lasts, as mas-cli manage issue-compatibility-token NAME makes them")
	}
	n.login.Token, n.login.Device = n.Token, ""
	if n.client, err = n.newClient(); err != nil {
		return err
	}
	who, err := n.client.Whoami(ctx)
	switch c := errcode(err); {
	case c == "M_UNKNOWN_TOKEN" || c == "M_MISSING_TOKEN":
		return errors.New("the homeserver does not know that access token: copy it again, or make another")
	case err != nil:
		return n.failed("asking who the token is of", err)
	case who.DeviceID == "":
		return errors.New("that access token is of no device, so that it cannot be used in encrypted rooms: take that of a session, as a login makes it")
	}
	return n.keep(ctx, who.UserID, who.DeviceID, n.Token)
}

// tries is how often somebody may mistype a secret.
const tries = 3

// byPassword logs in with the account's password, which it asks for if it must.
func (n *newcomer) byPassword(ctx context.Context) error {
	wrong := fmt.Errorf("the homeserver does not take the password of %s", n.User)
	for try := range tries {
		if err := n.askPassword(ctx); try > 0 && errors.Is(err, ErrNobody) {
			return wrong
		} else if err != nil {
			return err
		}
		err := n.take(ctx, &mautrix.ReqLogin{
			Type:       mautrix.AuthTypePassword,
			Identifier: mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: n.User},
			Password:   n.Password,
		})
		if errcode(err) != "M_FORBIDDEN" {
			return err
		}
		if n.given {
			break
		}
		n.Password = ""
		n.tell("The homeserver does not take that password.")
	}
	return wrong
}

// askPassword asks for the password, unless it is known.
func (n *newcomer) askPassword(ctx context.Context) (err error) {
	if n.Password != "" {
		return nil
	}
	n.Password, err = n.Operator.Secret(ctx, "The password of "+n.User)
	if errors.Is(err, ErrNobody) || err == nil && n.Password == "" {
		return fmt.Errorf("no password of %s was given (%w): type it, or name a file that has it with --password-file", n.User, ErrNobody)
	}
	return err
}

// take logs in, as the one device of this file. M_FORBIDDEN comes back as it is.
func (n *newcomer) take(ctx context.Context, req *mautrix.ReqLogin) error {
	device, err := n.Device.deviceID(ctx, n.login.Device)
	if err != nil {
		return err
	}
	req.DeviceID, req.InitialDeviceDisplayName = device, n.Name
	res, err := n.client.Login(ctx, req)
	if errcode(err) == "M_FORBIDDEN" {
		return err
	}
	if err != nil {
		return n.failed("logging in", err)
	}
	err = n.keep(ctx, res.UserID, res.DeviceID, res.AccessToken)
	if err != nil && res.UserID != n.user() { // a session nobody wants
		_, _ = n.client.Logout(ctx) // of another, who sees it in the list of sessions
	}
	return err
}
