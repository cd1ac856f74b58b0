package matrix

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/signatures"
	"maunium.net/go/mautrix/id"

	"attache/bot"
)

// identity is what the homeserver shows everybody of an account and of one of
// its devices (https://spec.matrix.org/v1.16/client-server-api/#cross-signing).
// Clients withhold the keys of rooms from a device that its owner has not
// signed, and show a red shield at what it says.
type identity struct {
	master id.Ed25519 // of the account; "" where it has no identity
	device id.Ed25519 // the signing key of the device; "" where it has published none
	signed bool       // the device is signed by the key that the master key has signed for that
}

// untrusted is what is missing where the account has not signed the device.
const untrusted = "the account does not trust this device: people see a red shield at what it says, and Element withholds from it the keys of what they say"

// askIdentity asks for our own identity and device.
func askIdentity(ctx context.Context, client *mautrix.Client, user id.UserID, device id.DeviceID) (identity, error) {
	res, err := client.QueryKeys(ctx, &mautrix.ReqQueryKeys{DeviceKeys: mautrix.DeviceKeysRequest{user: mautrix.DeviceIDList{device}}})
	if err != nil {
		return identity{}, err
	}
	master, signing, keys := res.MasterKeys[user], res.SelfSigningKeys[user], res.DeviceKeys[user][device]
	i := identity{master: keyFor(master, id.XSUsageMaster), device: keys.Keys.GetEd25519(device)}
	selfSigning := keyFor(signing, id.XSUsageSelfSigning)
	i.signed = i.device != "" && signs(signing, user, i.master) && signs(keys, user, selfSigning)
	return i, nil
}

// keyFor is the one key that is published for a use; "" if there is not one.
func keyFor(k mautrix.CrossSigningKeys, use id.CrossSigningUsage) id.Ed25519 {
	if len(k.Keys) != 1 || !slices.Contains(k.Usage, use) {
		return ""
	}
	return k.FirstKey()
}

// signs reports whether what was published bears a key's valid signature.
func signs(what any, user id.UserID, by id.Ed25519) bool {
	if by == "" {
		return false
	}
	ok, err := signatures.VerifySignatureJSON(what, user, by.String(), by)
	return ok && err == nil
}

// otherDevices names the account's other devices, "" if there are none. That of
// a store that was lost is among them, and others go on giving it keys.
func otherDevices(ctx context.Context, client *mautrix.Client, ours id.DeviceID) (string, error) {
	res, err := client.GetDevicesInfo(ctx)
	if err != nil {
		return "", err
	}
	var list []string
	for _, d := range res.Devices {
		if d.DeviceID != ours {
			list = append(list, bot.OneLine(string(d.DeviceID), 40))
		}
	}
	return bot.Cut(strings.Join(list, ", "), 200), nil
}

// published reports which device the keys in the file are of, "" if there are
// none, and whether they have been given to the homeserver. It makes nothing.
func (s *Device) published(ctx context.Context) (device id.DeviceID, shared bool, err error) {
	if there, err := s.has(ctx, "crypto_account"); !there {
		return "", false, err
	}
	err = s.raw.QueryRowContext(ctx, `SELECT device_id, shared FROM crypto_account WHERE account_id = ''`).Scan(&device, &shared)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return device, shared, err
}

// device is the one that this store is for: which its keys are of, or else which
// it has a login of, or else which it will have. That is chosen once and kept
// before anybody hears of it, so that a login whose answer is lost leaves no
// device behind that nobody is.
func (s *Device) device(ctx context.Context, has id.DeviceID) (id.DeviceID, error) {
	device, _, err := s.published(ctx)
	if err != nil || cmp.Or(device, has) != "" {
		return cmp.Or(device, has), err
	}
	chosen, err := s.value(ctx, "device")
	if err == nil && chosen == nil {
		chosen = []byte(rand.Text()[:10]) // as homeservers name them
		err = s.set(ctx, "device", chosen)
	}
	return id.DeviceID(chosen), err
}

// setPublished says whether the homeserver has been given the keys in the file.
func (s *Device) setPublished(ctx context.Context, shared bool) error {
	_, err := s.raw.ExecContext(ctx, `UPDATE crypto_account SET shared = $1 WHERE account_id = ''`, shared)
	return err
}

// has reports whether one of mautrix's tables is there yet.
func (s *Device) has(ctx context.Context, table string) (bool, error) {
	var n int
	err := s.raw.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1`, table).Scan(&n)
	return n > 0, err
}

// roomKeys counts the keys of rooms, and those that are not in a version of the
// backup.
func (s *Device) roomKeys(ctx context.Context, version id.KeyBackupVersion) (all, waiting int, err error) {
	if there, err := s.has(ctx, "crypto_megolm_inbound_session"); !there {
		return 0, 0, err
	}
	err = s.raw.QueryRowContext(ctx, `SELECT count(*), count(*) FILTER (WHERE key_backup_version <> $1)
		FROM crypto_megolm_inbound_session WHERE account_id = '' AND session IS NOT NULL`, version).Scan(&all, &waiting)
	return all, waiting, err
}

// keysOf counts keys.
func keysOf(n int) string {
	if n == 1 {
		return "1 key"
	}
	return fmt.Sprintf("%d keys", n)
}
