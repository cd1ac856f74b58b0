//go:build goolm

package matrix

import (
	"context"
	"fmt"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/id"
)

// signingKey is the key that the device signs with, "" if it has none yet. It
// only reads.
func (s *Device) signingKey(ctx context.Context, device id.DeviceID) (id.Ed25519, error) {
	of, _, err := s.published(ctx)
	if err != nil || of == "" {
		return "", err
	}
	if of != device {
		return "", fmt.Errorf("the keys in %s are of the device %s, and the login is of %s: name another matrix.store and run attache matrix login", s.path, of, device)
	}
	pickle, err := s.pickle()
	if err != nil {
		return "", err
	}
	account, err := crypto.NewSQLCryptoStore(s.db, nil, "", device, pickle).GetAccount(ctx)
	if err != nil || account == nil {
		return "", fmt.Errorf("the keys in %s cannot be read (%v): was matrix.store_key another when they were made?", s.path, err)
	}
	return account.SigningKey(), nil
}
