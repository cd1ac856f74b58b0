//go:build !goolm

package matrixtest

import (
	"context"
	"errors"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// cipher is what people do without in this build: there are none.
type cipher struct{}

func newCipher(t testing.TB, _ *mautrix.Client, _ Account, _ manner) *cipher {
	t.Helper()
	missing(t, "a Matrix client with encryption", "go test -tags goolm")
	return nil
}

func (*cipher) close() {}

func (*cipher) alone() (end func()) { return func() {} }

func (*cipher) open(context.Context, *event.Event) (*event.Event, error) {
	return nil, errors.ErrUnsupported
}

func (*cipher) trust(context.Context, *event.Event) (id.DeviceID, id.TrustState) {
	return "", id.TrustStateUnset
}

func (*cipher) devices(context.Context, id.UserID) (map[id.DeviceID]id.TrustState, error) {
	return nil, errors.ErrUnsupported
}

func (*cipher) skip(context.Context, id.RoomID, uint32) error { return errors.ErrUnsupported }
