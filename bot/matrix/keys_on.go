//go:build goolm

package matrix

import (
	"context"
	"fmt"
	"strings"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/cryptohelper"
)

// Encryption reports whether this program can speak in encrypted rooms.
const Encryption = true

// machine is the keys of a device: mautrix's Olm machine, over our store.
type machine struct {
	*cryptohelper.CryptoHelper
	olm *crypto.OlmMachine
}

// openKeys loads the keys of the client's device, and makes them where there are
// none yet. What the client hears from then on is shown to them first; nothing
// is decrypted by itself.
func openKeys(ctx context.Context, client *mautrix.Client, store *Store) (keys, error) {
	pickle, err := store.pickle()
	if err != nil {
		return nil, err
	}
	helper, err := cryptohelper.NewCryptoHelper(client, pickle, store.db)
	if err != nil {
		return nil, err
	}
	if err := helper.Init(ctx); err != nil {
		return nil, fmt.Errorf("%w%s", err, remedyOfKeys(err))
	}
	return &machine{helper, helper.Machine()}, nil
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

// errNoKey says that the key to something has not come yet.
var errNoKey = crypto.ErrNoSessionFound
