package matrix

import (
	"context"
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
// a file that was lost is among them, and others go on giving it keys.
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

// keysOf counts keys.
func keysOf(n int) string {
	if n == 1 {
		return "1 key"
	}
	return fmt.Sprintf("%d keys", n)
}
