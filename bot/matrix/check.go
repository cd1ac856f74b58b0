package matrix

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
)

// Finding is one thing that Check looked at.
type Finding struct {
	What string // "login"
	Err  error  // what is wrong and what to do, in sentences; nil if nothing is
	Good string // what is known of it, if nothing is wrong
}

// CheckOptions are what a Matrix would be made of, and the rooms that the config
// names.
type CheckOptions struct {
	Options
	Rooms []string // of subscriptions: "!abc:example.org"
}

// Check asks the homeserver whether a bot made of these options would do: the
// login, the device's keys, whether the account trusts it, the backup, and each
// room. It needs no database. It says nothing, makes nothing, and may look at
// the file of a bot that runs; no finding shows a secret.
func Check(ctx context.Context, o CheckOptions) []Finding {
	c := &checking{o: o}
	if c.o.Transport == nil {
		c.o.Transport = http.DefaultTransport
	}
	if !Encryption {
		c.bad("encryption", "%v", errNoEncryption)
		return c.findings
	}
	if !c.whoWeAre(ctx) {
		return c.findings // every other call would say the same
	}
	c.ourKeys(ctx)
	c.ourBackup(ctx)
	c.ourRooms(ctx)
	return c.findings
}

// checking is a Check under way.
type checking struct {
	o        CheckOptions
	login    login
	client   *mautrix.Client
	findings []Finding
}

func (c *checking) good(what, format string, args ...any) {
	c.findings = append(c.findings, Finding{What: bot.OneLine(what, 200), Good: bot.OneLine(c.hush(fmt.Sprintf(format, args...)), 500)})
}

func (c *checking) bad(what, format string, args ...any) {
	c.findings = append(c.findings, Finding{What: bot.OneLine(what, 200), Err: errors.New(bot.OneLine(c.hush(fmt.Sprintf(format, args...)), 500))})
}

// hush takes the token out of a text. It should not be in there; but it quotes
// what others said.
func (c *checking) hush(text string) string {
	if c.login.Token == "" {
		return text
	}
	return strings.ReplaceAll(text, c.login.Token, "…")
}

// failed adds what is wrong with a call.
func (c *checking) failed(what string, err error) {
	c.bad(what, "%s", sentence(c.login.Homeserver, err))
}

// whoWeAre checks the login, and that it is the one that the config means.
func (c *checking) whoWeAre(ctx context.Context) bool {
	var err error
	if c.login, err = c.o.login(ctx); err != nil {
		c.bad("login", "%s", strings.TrimPrefix(err.Error(), "matrix: "))
		return false
	}
	if c.client, err = newClient(c.login, c.o.Transport); err != nil {
		c.bad("login", "%s is no address of a homeserver", c.login.Homeserver)
		return false
	}
	c.client.Client.Timeout = callTime
	who, err := c.client.Whoami(ctx)
	switch code := errcode(err); {
	case code == "M_UNKNOWN_TOKEN" || code == "M_MISSING_TOKEN":
		c.bad("login", "%s", remedies[code])
		return false
	case err != nil:
		c.failed("login", err)
		return false
	case who.UserID != c.login.User || who.DeviceID != c.login.Device:
		c.bad("login", "the homeserver says that it is of %s, device %s, and the keys are of %s, device %s: name another matrix.store and run attache matrix login",
			who.UserID, who.DeviceID, c.login.User, c.login.Device)
		return false
	}
	c.good("login", "%s, device %s, at %s", c.login.User, c.login.Device, c.login.Homeserver)
	return true
}

// ourKeys checks that the homeserver has the keys of this device, and that the
// account trusts it.
func (c *checking) ourKeys(ctx context.Context) {
	ours, err := c.o.Device.signingKey(ctx, c.login.Device)
	if err != nil {
		c.bad("device keys", "%v", err)
		return
	}
	shown, err := askIdentity(ctx, c.client, c.login.User, c.login.Device)
	switch {
	case err != nil:
		c.failed("device keys", err)
		return
	case ours == "":
		c.bad("device keys", "there are none yet: run attache matrix login")
		return
	case shown.device == "":
		c.bad("device keys", "the homeserver has none for this device, so that nobody can write to it in encrypted rooms: run attache matrix login --again")
		return
	case shown.device != ours:
		c.bad("device keys", "the homeserver has others for this device than %s: name another matrix.store and run attache matrix login", c.o.Device.path)
		return
	}
	c.good("device keys", "those at the homeserver are ours")
	switch {
	case shown.master == "":
		c.bad("trust", "the account has no identity that could vouch for this device, so that people see a warning at what it says: run attache matrix login")
	case !shown.signed:
		c.bad("trust", "%s: run attache matrix login --recovery-key-file FILE, or, if that key is lost, with --new-identity", untrusted)
	default:
		c.good("trust", "the account trusts this device")
	}
	switch others, err := otherDevices(ctx, c.client, c.login.Device); {
	case err != nil:
		c.failed("devices", err)
	case others != "":
		c.good("devices", "this one, and %s; sign out those that nobody uses or whose file was lost", others)
	default:
		c.good("devices", "this one alone")
	}
}

// ourBackup checks that the keys of rooms are where the recovery key brings them
// back from.
func (c *checking) ourBackup(ctx context.Context) {
	const what = "key backup"
	if c.login.Backup == nil {
		c.bad(what, "there is none: if %s is lost, so are the keys of rooms; run attache matrix login --recovery-key-file FILE", c.o.Device.path)
		return
	}
	version := c.login.Backup.Version
	there, err := c.client.GetKeyBackupLatestVersion(ctx)
	if err != nil && errcode(err) != "M_NOT_FOUND" {
		c.failed(what, err)
		return
	}
	if err != nil || there == nil || there.Version != version {
		c.bad(what, "the homeserver has another than ours (version %s), or none: run attache matrix login --recovery-key-file FILE to go on with it", version)
		return
	}
	all, waiting, err := c.o.Device.roomKeys(ctx, version)
	if err != nil {
		c.bad(what, "reading %s: %v", c.o.Device.path, err)
		return
	}
	text := fmt.Sprintf("version %s has %s", version, keysOf(there.Count))
	if waiting > 0 {
		text += fmt.Sprintf("; %d of our %d are not in it yet, and go there within a minute of running", waiting, all)
	}
	c.good(what, "%s", text)
}

// invitations asks who waits for us to come, which only a sync tells. It is one
// from the beginning, of nothing else, and acknowledges nothing. The homeserver
// may take its time over it.
func (c *checking) invitations(ctx context.Context) (map[id.RoomID]id.UserID, error) {
	const nothing = `{"types":[]}`
	slow := *c.client.Client
	slow.Timeout = openTime
	res, err := c.client.FullSyncRequest(ctx, mautrix.ReqSync{
		SetPresence: event.PresenceOffline, Client: &slow,
		FilterID: `{"presence":` + nothing + `,"account_data":` + nothing + `,"room":{"state":` + nothing + `,"ephemeral":` + nothing +
			`,"account_data":` + nothing + `,"timeline":{"limit":1,"types":[]}}}`,
	})
	if err != nil {
		return nil, err
	}
	by := map[id.RoomID]id.UserID{}
	for room, invited := range res.Rooms.Invite {
		by[room] = ""
		for _, e := range invited.State.Events {
			if e.Type.Type == event.StateMember.Type && e.GetStateKey() == string(c.login.User) {
				by[room] = e.Sender
			}
		}
	}
	return by, nil
}
