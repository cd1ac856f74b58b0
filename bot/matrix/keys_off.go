//go:build !goolm

package matrix

import (
	"context"
	"errors"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"
)

// Encryption reports whether this program can speak in encrypted rooms. mautrix
// has its pure Go cryptography under a build tag, which no file can set.
const Encryption = false

// errNoKey says that the key to something has not come yet.
var errNoKey = errors.New("there is no key")

func openKeys(context.Context, *mautrix.Client, *Device) (keys, error) { return nil, errNoEncryption }

func (n *newcomer) complete(context.Context) error { return errNoEncryption }

func (d *Device) signingKey(context.Context, id.DeviceID) (id.Ed25519, error) {
	return "", errNoEncryption
}
