//go:build !goolm

package matrix

import (
	"context"

	"maunium.net/go/mautrix/id"
)

func (n *newcomer) complete(context.Context) error { return errNoEncryption }

func (s *Device) signingKey(context.Context, id.DeviceID) (id.Ed25519, error) {
	return "", errNoEncryption
}
