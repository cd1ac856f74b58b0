package cli

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"attache/bot"
	"attache/bot/config"
	"attache/bot/matrix"
)

type matrixCommand struct {
	Login matrixLoginCommand `cmd:"" help:"Log in as matrix.user, once: as a device of its own, which the account trusts, with its keys in matrix.store."`
}

type matrixLoginCommand struct {
	configFlag
	PasswordFile    string `placeholder:"FILE" xor:"way" help:"A file with the account's password. Without it the password is asked for, or read from standard input."`
	TokenFile       string `placeholder:"FILE" xor:"way" help:"A file with an access token instead, of a session that was made for the bot alone and has never used encryption."`
	SSO             bool   `xor:"way" help:"Log in by the homeserver's web page, in a browser on this machine."`
	RecoveryKeyFile string `placeholder:"FILE" help:"A file with the recovery key that the first login showed: after matrix.store was lost, this makes the new device a trusted one."`
	NewIdentity     bool   `help:"Make the account a new identity where the recovery key is lost. Others will see that it changed."`
	Again           bool   `help:"Log in again though the login we have works: the device stays the same."`
	Name            string `default:"Attaché" help:"What the device is called."`
}

// Run logs in. What is told goes to standard output, what is asked to standard
// error; secrets are read from a terminal without being shown, or, where there
// is none, from standard input, a line each: the password, then the recovery key.
func (c *matrixLoginCommand) Run(ctx context.Context, p *Program) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if !cfg.Matrix.On() {
		return &exitError{wrong, errors.New(`matrix.user is not set: write the bot's account into the config, like "@attache:example.org"`)}
	}
	o := matrix.LoginOptions{
		User: cfg.Matrix.User, Homeserver: cfg.Matrix.Homeserver, Name: c.Name,
		SSO: c.SSO, NewIdentity: c.NewIdentity, Again: c.Again,
		Operator: p.person(), Transport: homeserverTransport(),
	}
	for _, secret := range []struct {
		path string
		into *string
	}{{c.PasswordFile, &o.Password}, {c.TokenFile, &o.Token}, {c.RecoveryKeyFile, &o.RecoveryKey}} {
		if secret.path == "" {
			continue
		}
		text, err := config.SecretFile(secret.path)
		if err != nil {
			return &exitError{wrong, err}
		}
		*secret.into = text.Reveal()
	}
	o.Device, err = matrix.OpenDevice(ctx, cfg.Matrix.Store, cfg.Matrix.StoreKey.Reveal())
	if err != nil {
		return err
	}
	defer o.Device.Close()
	return matrix.LogIn(ctx, o)
}

// openDevice opens the file with the login, which it does not make.
func openDevice(ctx context.Context, m config.Matrix) (*matrix.Device, error) {
	return matrix.OpenExisting(ctx, m.Store, m.StoreKey.Reveal())
}

// matrixOptions is what a config says of Matrix.
func matrixOptions(m config.Matrix, device *matrix.Device) matrix.Options {
	o := matrix.Options{
		Device: device, User: m.User, Homeserver: m.Homeserver,
		Prefix: m.Prefix, Allow: m.Allow, Admins: m.Admins, Transport: homeserverTransport(),
	}
	if m.Level >= 0 {
		o.Level = &m.Level
	}
	return o
}

// checkMatrix asks the homeserver whether it would have us, and changes nothing.
func checkMatrix(ctx context.Context, cfg config.Config) []matrix.Finding {
	device, err := openDevice(ctx, cfg.Matrix)
	if err != nil {
		return []matrix.Finding{{What: "login", Err: err}}
	}
	defer device.Close()
	o := matrix.CheckOptions{Options: matrixOptions(cfg.Matrix, device)}
	for _, s := range cfg.Subscriptions {
		if c := bot.Channel(s.Channel); c.Platform() == "matrix" {
			o.Rooms = append(o.Rooms, c.Name())
		}
	}
	return matrix.Check(ctx, o)
}

// homeserverTransport is how the homeserver is reached: it is the operator's,
// so that unlike feeds it may be anywhere.
func homeserverTransport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
		ForceAttemptHTTP2:   true, MaxIdleConns: 10, IdleConnTimeout: 90 * time.Second,
	}
}
