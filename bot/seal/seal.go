// Package seal encrypts what platforms keep at rest: tokens, logins. It is
// pure, but for the dice.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
)

// MinKey is how long an operator's key is at least, in bytes.
const MinKey = 32

// Derive makes the key for one purpose, 32 bytes, out of the operator's
// (HKDF-SHA256, RFC 5869; without salt, as there is no place to keep one that
// the key has not). A key is never used for two things; whoever changes what it
// is used for changes the purpose.
func Derive(key, purpose string) ([]byte, error) {
	if len(key) < MinKey {
		return nil, fmt.Errorf("seal: the key has %d bytes, and needs %d at least", len(key), MinKey)
	}
	return hkdf.Key(sha256.New, []byte(key), nil, purpose, sha256.Size)
}

// sealedAs is the first byte of what is sealed, and says how: 1 is AES-256-GCM,
// a random nonce of 12 bytes, what was encrypted, and a tag of 16 bytes.
const sealedAs = 1

// ErrSealed is all that Open tells: why it does not open is nobody's business,
// and not known either.
var ErrSealed = errors.New("what was sealed does not open: it was sealed with another key, under another name, or was changed")

// Seal encrypts plain under the operator's key, to be kept under a name. It
// opens for that purpose and under that name only, so that whoever can write to
// the database cannot give one record's token to another.
func Seal(key, purpose, name string, plain []byte) ([]byte, error) {
	gcm, err := sealer(key, purpose)
	if err != nil {
		return nil, err
	}
	return gcm.Seal([]byte{sealedAs}, nil, plain, sealedFor(name)), nil
}

// Open returns what was sealed for the purpose and under the name. ErrSealed if
// it was not, or not with this key.
func Open(key, purpose, name string, sealed []byte) ([]byte, error) {
	gcm, err := sealer(key, purpose)
	if err != nil {
		return nil, err
	}
	if len(sealed) == 0 || sealed[0] != sealedAs {
		return nil, ErrSealed
	}
	plain, err := gcm.Open(nil, nil, sealed[1:], sealedFor(name))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// sealer is the cipher for one purpose, which finds its nonces itself.
func sealer(key, purpose string) (cipher.AEAD, error) {
	k, err := Derive(key, purpose)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return nil, fmt.Errorf("seal: making the cipher: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// sealedFor is what a seal is bound to beside the key: how, and under which
// name.
func sealedFor(name string) []byte { return append([]byte{sealedAs}, name...) }
