//go:build goolm

package matrix

import (
	"context"
	"fmt"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/cryptohelper"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot/seal"
)

// Encryption reports whether this program can speak in encrypted rooms.
const Encryption = true

// machine is the keys of a device: mautrix's Olm machine, over our file.
//
// Of what that does while others ask it something, not all is guarded (it keeps
// our own cross-signing keys in a field that both sides write), so that Encrypt,
// Decrypt and takeIn go one at a time. WaitForSession, RequestSession and backUp
// do not: they wait for others, and use nothing of it but the file and the
// client.
type machine struct {
	*cryptohelper.CryptoHelper
	olm *crypto.OlmMachine

	busy  chan struct{} // holds one while one of those is at work
	asked time.Time     // when devices that may have changed were last asked for
}

// hold waits until it is our turn; release ends that.
func (m *machine) hold(ctx context.Context) (release func(), err error) {
	select {
	case m.busy <- struct{}{}:
		return func() { <-m.busy }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Encrypt encrypts, and gives the key to whoever is in the room and has not got
// it yet.
func (m *machine) Encrypt(ctx context.Context, room id.RoomID, kind event.Type, content any) (*event.EncryptedEventContent, error) {
	release, err := m.hold(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	if err := m.refresh(ctx); err != nil {
		return nil, err
	}
	return m.CryptoHelper.Encrypt(ctx, room, kind, content)
}

// refresh asks again for the devices of those whose had changed when nobody
// answered: a new one would not get the key. A server that is away does not hold
// up those that are not.
func (m *machine) refresh(ctx context.Context) error {
	const every = time.Minute
	users, err := m.olm.CryptoStore.GetOutdatedTrackedUsers(ctx)
	if err != nil || len(users) == 0 || time.Since(m.asked) < every {
		return err
	}
	if _, err = m.olm.FetchKeys(ctx, users, true); err == nil {
		m.asked = time.Now()
	}
	return err
}

// takeIn lets process take in what the homeserver says, of which the devices of
// these users have changed.
func (m *machine) takeIn(ctx context.Context, changed []id.UserID, process func() error) error {
	release, err := m.hold(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := m.olm.CryptoStore.MarkTrackedUsersOutdated(ctx, changed); err != nil {
		return err
	}
	return process()
}

// Decrypt returns what is in an event, as another one.
func (m *machine) Decrypt(ctx context.Context, e *event.Event) (*event.Event, error) {
	release, err := m.hold(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	return m.CryptoHelper.Decrypt(ctx, e)
}

// close ends what the machine does by itself.
func (m *machine) close() { m.olm.Destroy() }

// openKeys loads the keys of the client's device, and makes them where there are
// none yet. What the client hears from then on is shown to them first; nothing
// is decrypted by itself.
func openKeys(ctx context.Context, client *mautrix.Client, device *Device) (keys, error) {
	pickle, err := device.pickle()
	if err != nil {
		return nil, err
	}
	helper, err := cryptohelper.NewCryptoHelper(client, pickle, device.db)
	if err != nil {
		return nil, err
	}
	if err := helper.Init(ctx); err != nil {
		return nil, fmt.Errorf("%w%s", err, remedyOfKeys(err))
	}
	olm := helper.Machine()
	// It would note each message that it has not seen of a session, and of those
	// anybody can pretend that there are billions.
	olm.DisableRatchetTracking = true
	// We give keys when we speak, and to nobody who asks for them later.
	olm.AllowKeyShare = func(context.Context, *id.Device, event.RequestedKeyInfo) *crypto.KeyShareRejection {
		return &crypto.KeyShareRejectNoResponse
	}
	return &machine{CryptoHelper: helper, olm: olm, busy: make(chan struct{}, 1)}, nil
}

// remedyOfKeys is what a person can do where the keys on this machine are not
// those that the homeserver has for the device.
func remedyOfKeys(err error) string {
	for _, sign := range []string{"mismatching", "not marked as shared", "disappeared from the server", "marked as shared"} {
		if strings.Contains(err.Error(), sign) {
			return ": the keys in this file and those of the device at the homeserver are not the same: log in again into a new file, with attache matrix login and another matrix.store"
		}
	}
	return ""
}

// pickle is the key that mautrix encrypts its keys with.
func (d *Device) pickle() ([]byte, error) { return seal.Derive(d.key, purposePickle) }

// signingKey is the key that the device signs with, "" if it has none yet. It
// only reads.
func (d *Device) signingKey(ctx context.Context, device id.DeviceID) (id.Ed25519, error) {
	of, _, err := d.published(ctx)
	if err != nil || of == "" {
		return "", err
	}
	if of != device {
		return "", fmt.Errorf("the keys in %s are of the device %s, and the login is of %s: name another matrix.store and run attache matrix login", d.path, of, device)
	}
	pickle, err := d.pickle()
	if err != nil {
		return "", err
	}
	account, err := crypto.NewSQLCryptoStore(d.db, nil, "", device, pickle).GetAccount(ctx)
	if err != nil || account == nil {
		return "", fmt.Errorf("the keys in %s cannot be read (%v): was matrix.store_key another when they were made?", d.path, err)
	}
	return account.SigningKey(), nil
}

// errNoKey says that the key to something has not come yet.
var errNoKey = crypto.ErrNoSessionFound
