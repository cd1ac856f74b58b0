//go:build goolm

package matrixtest

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync"
	"testing"

	"go.mau.fi/util/dbutil"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/cryptohelper"
	"maunium.net/go/mautrix/crypto/goolm/session"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// cipher is a device's keys. It does one thing at a time, for mautrix does not
// guard what it remembers of its own cross-signing keys: sending, judging and
// syncing write it (v0.30.0, crypto/cross_sign_pubkey.go).
type cipher struct {
	*cryptohelper.CryptoHelper // as mautrix's client calls it

	mu sync.Mutex
}

// newCipher logs the client in, in a new device, and signs that with the
// account's own keys, which are made here.
func newCipher(t testing.TB, client *mautrix.Client, a Account, s manner) *cipher {
	t.Helper()
	ctx := t.Context()
	raw, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "keys.db")+"?_txlock=immediate&_time_format=sqlite"+
		"&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)")
	if err != nil {
		t.Fatal(err)
	}
	db, err := dbutil.NewWithDB(raw, "sqlite3")
	if err != nil {
		t.Fatal(err)
	}
	helper, err := cryptohelper.NewCryptoHelper(client, []byte("pickle"), db)
	if err != nil {
		t.Fatal(err)
	}
	helper.LoginAs = &mautrix.ReqLogin{
		Type:       mautrix.AuthTypePassword,
		Identifier: mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: string(a.User)},
		Password:   a.Password,
	}
	if err := helper.Init(ctx); err != nil {
		t.Fatalf("%s logs in: %v", a.User, err)
	}
	machine := helper.Machine()
	if !s.trusting {
		machine.SendKeysMinTrust = id.TrustStateCrossSignedTOFU
	}
	if !s.unsigned {
		_, _, err = machine.GenerateAndUploadCrossSigningKeysWithPassword(ctx, a.Password, "")
		if err == nil {
			err = machine.SignOwnDevice(ctx, machine.OwnIdentity())
		}
		if err == nil {
			err = machine.SignOwnMasterKey(ctx)
		}
		if err != nil {
			t.Fatalf("%s signs the device: %v", a.User, err)
		}
	}
	c := &cipher{CryptoHelper: helper}
	client.Crypto = c
	return c
}

// Encrypt encrypts what is sent.
func (c *cipher) Encrypt(ctx context.Context, where id.RoomID, kind event.Type, content any) (*event.EncryptedEventContent, error) {
	defer c.alone()()
	return c.CryptoHelper.Encrypt(ctx, where, kind, content)
}

// alone waits until nobody else uses the keys; what it returns ends that.
func (c *cipher) alone() (end func()) {
	c.mu.Lock()
	return c.mu.Unlock
}

func (c *cipher) close() {
	c.Machine().Destroy()
	_ = c.Close() // nobody reads it again
}

// open decrypts an event; it fails until the key is here.
func (c *cipher) open(ctx context.Context, e *event.Event) (*event.Event, error) {
	defer c.alone()()
	return c.Machine().DecryptMegolmEvent(ctx, e)
}

// trust judges the device that an event came from, as far as it is known now.
func (c *cipher) trust(ctx context.Context, e *event.Event) (id.DeviceID, id.TrustState) {
	defer c.alone()()
	machine := c.Machine()
	sealed := e.Content.AsEncrypted()
	session, err := machine.CryptoStore.GetGroupSession(ctx, e.RoomID, sealed.SessionID)
	if err != nil || session == nil {
		return "", id.TrustStateUnknownDevice
	}
	if own := machine.OwnIdentity(); session.SenderKey == own.IdentityKey {
		return own.DeviceID, id.TrustStateVerified
	}
	device, err := machine.GetOrFetchDeviceByKey(ctx, e.Sender, session.SenderKey)
	if err != nil || device == nil {
		return "", id.TrustStateUnknownDevice
	}
	if device.SigningKey != session.SigningKey {
		return device.DeviceID, id.TrustStateDeviceKeyMismatch
	}
	return device.DeviceID, c.judge(ctx, device)
}

func (c *cipher) judge(ctx context.Context, device *id.Device) id.TrustState {
	state, err := c.Machine().ResolveTrustContext(ctx, device)
	if err != nil {
		return id.TrustStateUnset
	}
	return state
}

// devices asks for the devices of a user, and judges them.
func (c *cipher) devices(ctx context.Context, user id.UserID) (map[id.DeviceID]id.TrustState, error) {
	defer c.alone()()
	found, err := c.Machine().FetchKeys(ctx, []id.UserID{user}, true)
	if err != nil {
		return nil, err
	}
	judged := map[id.DeviceID]id.TrustState{}
	for device, keys := range found[user] {
		judged[device] = c.judge(ctx, keys)
	}
	return judged, nil
}

// skip moves the key that she encrypts with in a room ahead, as if there had been
// that many messages.
func (c *cipher) skip(ctx context.Context, room id.RoomID, to uint32) error {
	defer c.alone()()
	store := c.Machine().CryptoStore
	s, err := store.GetOutboundGroupSession(ctx, room)
	if err != nil {
		return err
	}
	s.Internal.(*session.MegolmOutboundSession).Ratchet.AdvanceTo(to)
	s.MaxMessages = 1 << 30
	return store.UpdateOutboundGroupSession(ctx, s)
}
