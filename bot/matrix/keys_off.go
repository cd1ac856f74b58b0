//go:build !goolm

package matrix

import (
	"context"
	"errors"

	"maunium.net/go/mautrix"
)

// Encryption reports whether this program can speak in encrypted rooms. mautrix
// has its pure Go cryptography under a build tag, which no file can set.
const Encryption = false

// errNoKey says that the key to something has not come yet.
var errNoKey = errors.New("there is no key")

func openKeys(context.Context, *mautrix.Client, *Device) (keys, error) { return nil, errNoEncryption }
