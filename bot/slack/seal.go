package slack

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
)

// What keys are derived from the token key for. A key is never used for two
// things; whoever changes what it is used for changes the purpose.
const (
	purposeTokens = "attache slack tokens 1"
	purposeStates = "attache slack install states 1"
)

// minKey is how long a token key is at least, in bytes.
const minKey = 32

// derive makes the key for one purpose, 32 bytes, out of the operator's
// (HKDF-SHA256, RFC 5869; without salt, as there is no place to keep one that
// the key has not).
func derive(key, purpose string) ([]byte, error) {
	if len(key) < minKey {
		return nil, fmt.Errorf("slack: the token key has %d bytes, and needs %d at least", len(key), minKey)
	}
	return hkdf.Key(sha256.New, []byte(key), nil, purpose, sha256.Size)
}

// sealedAs is the first byte of what is sealed, and says how: 1 is AES-256-GCM,
// a random nonce of 12 bytes, what was encrypted, and a tag of 16 bytes.
const sealedAs = 1

// errSealed is all that open tells: why it does not open is nobody's business,
// and not known either.
var errSealed = errors.New("slack: what was sealed does not open: it was sealed with another token key, under another name, or was changed")

// seal encrypts plain under the operator's token key, to be kept under a name.
// It opens under that name only, so that whoever can write to the database
// cannot give one record's token to another.
func seal(key, name string, plain []byte) ([]byte, error) {
	gcm, err := sealer(key)
	if err != nil {
		return nil, err
	}
	return gcm.Seal([]byte{sealedAs}, nil, plain, sealedFor(name)), nil
}

// open returns what was sealed under the name. errSealed if it was not, or not
// with this key.
func open(key, name string, sealed []byte) ([]byte, error) {
	gcm, err := sealer(key)
	if err != nil {
		return nil, err
	}
	if len(sealed) == 0 || sealed[0] != sealedAs {
		return nil, errSealed
	}
	plain, err := gcm.Open(nil, nil, sealed[1:], sealedFor(name))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

// sealer is the cipher for tokens, which finds its nonces itself.
func sealer(key string) (cipher.AEAD, error) {
	k, err := derive(key, purposeTokens)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return nil, fmt.Errorf("slack: making the cipher for tokens: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// sealedFor is what a seal is bound to beside the key: how, and under which
// name.
func sealedFor(name string) []byte { return append([]byte{sealedAs}, name...) }
