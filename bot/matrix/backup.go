//go:build goolm

package matrix

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/backup"
	"maunium.net/go/mautrix/crypto/signatures"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// keepBackup sees to it that there is a backup of the keys of rooms which the
// recovery key opens, takes back from it what this device has not, and brings it
// up to date (https://spec.matrix.org/v1.16/client-server-api/#server-side-key-backups).
func (s *completing) keepBackup(ctx context.Context) error {
	there, err := s.client.GetKeyBackupLatestVersion(ctx)
	if err != nil && errcode(err) != "M_NOT_FOUND" {
		return s.failed("looking for the backup of keys", err)
	}
	has := err == nil && there != nil && there.Version != ""
	if ours := s.login.Backup; ours != nil && has && ours.Version == there.Version && publicKey(there) == encoded(ours.PublicKey) && !s.NewIdentity {
		if s.secrets != nil {
			if _, err := s.restore(ctx, there); err != nil {
				return err
			}
		}
		return s.bringUpToDate(ctx)
	}
	if s.secrets == nil {
		if s.missing == nil { // else the same key is missing already
			s.missing = append(s.missing, "the keys of rooms are not backed up: log in again with --recovery-key-file FILE")
		}
		return nil
	}
	if has {
		if taken, err := s.restore(ctx, there); err != nil || taken {
			if err != nil {
				return err
			}
			return s.bringUpToDate(ctx)
		}
		s.tell("The recovery key does not open the backup of keys that there is (version %s): it is left alone, and another begun.", there.Version)
	}
	if err := s.beginBackup(ctx); err != nil {
		return err
	}
	return s.bringUpToDate(ctx)
}

// restore takes back the keys in a backup, if the account's secrets have the key
// that opens it.
func (s *completing) restore(ctx context.Context, there *mautrix.RespRoomKeysVersion[backup.MegolmAuthData]) (taken bool, err error) {
	raw, err := s.olm.SSSS.GetDecryptedAccountData(ctx, event.AccountDataMegolmBackupKey, s.secrets)
	if _, unreachable := errors.AsType[mautrix.HTTPError](err); unreachable && errcode(err) != "M_NOT_FOUND" {
		return false, s.failed("looking for the key of the backup", err)
	}
	if err != nil { // it is of another's secrets, or nobody's
		return false, nil
	}
	key, err := backup.MegolmBackupKeyFromBytes(raw)
	if err != nil || there.Algorithm != id.KeyBackupAlgorithmMegolmBackupV1 || encoded(key.PublicKey().Bytes()) != publicKey(there) {
		return false, nil
	}
	before, _, err := s.Device.roomKeys(ctx, there.Version)
	if err != nil {
		return false, err
	}
	if err := s.olm.GetAndStoreKeyBackup(ctx, there.Version, key); err != nil {
		return false, s.failed("taking back the keys of rooms", err)
	}
	after, _, err := s.Device.roomKeys(ctx, there.Version)
	if err != nil {
		return false, err
	}
	if after > before {
		s.tell("Took back %s from the backup (version %s).", keysOf(after-before), there.Version)
	}
	return true, s.keepVersion(ctx, there.Version, key)
}

// beginBackup begins a backup. Its key is kept with the account's secrets before
// anything is written with it.
func (s *completing) beginBackup(ctx context.Context) error {
	key, err := backup.NewMegolmBackupKey()
	if err != nil {
		return err
	}
	if err := s.olm.SSSS.SetEncryptedAccountData(ctx, event.AccountDataMegolmBackupKey, key.Bytes(), s.secrets); err != nil {
		return s.failed("keeping the key of the backup", err)
	}
	data := backup.MegolmAuthData{PublicKey: id.Ed25519(encoded(key.PublicKey().Bytes()))}
	master := s.olm.CrossSigningKeys.MasterKey
	bySelf, err := s.olm.GetAccount().SignJSON(data)
	if err != nil {
		return err
	}
	byMaster, err := master.SignJSON(data)
	if err != nil {
		return err
	}
	data.Signatures = signatures.Signatures{s.user(): {
		id.NewKeyID(id.KeyAlgorithmEd25519, string(s.login.Device)):      bySelf,
		id.NewKeyID(id.KeyAlgorithmEd25519, master.PublicKey().String()): byMaster,
	}}
	made, err := s.client.CreateKeyBackupVersion(ctx, &mautrix.ReqRoomKeysVersionCreate[backup.MegolmAuthData]{
		Algorithm: id.KeyBackupAlgorithmMegolmBackupV1, AuthData: data,
	})
	if err != nil {
		return s.failed("beginning a backup of keys", err)
	}
	return s.keepVersion(ctx, made.Version, key)
}

// keepVersion remembers the backup that we write to.
func (s *completing) keepVersion(ctx context.Context, version id.KeyBackupVersion, key *backup.MegolmBackupKey) error {
	s.login.Backup = &keyBackup{Version: version, PublicKey: key.PublicKey().Bytes()}
	return s.Device.setLogin(ctx, s.login)
}

// bringUpToDate writes to the backup what is not in there yet.
func (s *completing) bringUpToDate(ctx context.Context) error {
	if _, err := s.backUp(ctx, *s.login.Backup); err != nil {
		return err
	}
	s.tell("The keys of rooms are backed up at the homeserver, encrypted (version %s).", s.login.Backup.Version)
	return nil
}

// backupBatch is how many keys are written to the backup at once: some 50 KB.
const backupBatch = 100

// backUp writes the keys of rooms that are not there yet to the backup, and
// returns how many those were.
func (k *machine) backUp(ctx context.Context, to keyBackup) (n int, err error) {
	key, err := ecdh.X25519().NewPublicKey(to.PublicKey)
	if err != nil {
		return 0, fmt.Errorf("matrix: the backup of keys has no key: %w", err)
	}
	store, ok := k.olm.CryptoStore.(*crypto.SQLCryptoStore)
	if !ok {
		return 0, errors.New("matrix: the keys are not in a file of ours")
	}
	for {
		batch, err := waitingKeys(ctx, store, to.Version)
		if err != nil || len(batch) == 0 {
			return n, err
		}
		rooms, err := sealKeys(key, batch)
		if err != nil {
			return n, err
		}
		_, err = call(ctx, func(ctx context.Context) (*mautrix.RespRoomKeysUpdate, error) {
			return k.olm.Client.PutKeysInBackup(ctx, to.Version, &mautrix.ReqKeyBackup{Rooms: rooms})
		})
		if err != nil {
			return n, k.notBackedUp(ctx, to, err)
		}
		for _, session := range batch {
			if err := store.SetGroupSessionKeyBackupVersion(ctx, session.ID(), to.Version); err != nil {
				return n, fmt.Errorf("matrix: remembering which keys are backed up: %w", err)
			}
		}
		n += len(batch)
	}
}

// notBackedUp says what it means that keys could not be written to a backup.
// Where that is gone Synapse says so by M_WRONG_ROOM_KEYS_VERSION, and Dendrite
// breaks down over it.
func (k *machine) notBackedUp(ctx context.Context, to keyBackup, err error) error {
	there, asked := call(ctx, k.olm.Client.GetKeyBackupLatestVersion)
	if gone := errcode(asked) == "M_NOT_FOUND"; gone || asked == nil && there.Version != to.Version {
		return fmt.Errorf("matrix: the homeserver has another backup of keys now, or none, and not our version %s: attache matrix login --recovery-key-file FILE goes on with what there is", to.Version)
	}
	return failed("backing up keys", err)
}

// waitingKeys are some of the keys that are not in a version of the backup.
func waitingKeys(ctx context.Context, store *crypto.SQLCryptoStore, version id.KeyBackupVersion) (batch []*crypto.InboundGroupSession, err error) {
	err = store.GetGroupSessionsWithoutKeyBackupVersion(ctx, version).Iter(func(s *crypto.InboundGroupSession) (bool, error) {
		batch = append(batch, s)
		return len(batch) < backupBatch, nil
	})
	if err != nil {
		return nil, fmt.Errorf("matrix: reading the keys to back up: %w", err)
	}
	return batch, nil
}

// sealKeys encrypts keys of rooms so that only the recovery key opens them
// (https://spec.matrix.org/v1.16/client-server-api/#backup-algorithm-mmegolm_backupv1curve25519-aes-sha2).
func sealKeys(key *ecdh.PublicKey, batch []*crypto.InboundGroupSession) (map[id.RoomID]mautrix.ReqRoomKeyBackup, error) {
	rooms := map[id.RoomID]mautrix.ReqRoomKeyBackup{}
	for _, s := range batch {
		first := s.Internal.FirstKnownIndex()
		exported, err := s.Internal.Export(first)
		if err != nil {
			return nil, fmt.Errorf("matrix: backing up a key of room %s: %w", s.RoomID, err)
		}
		sealed, err := backup.EncryptSessionDataWithPubkey(key, backup.MegolmSessionData{
			Algorithm: id.AlgorithmMegolmV1, ForwardingKeyChain: s.ForwardingChains,
			SenderClaimedKeys: backup.SenderClaimedKeys{Ed25519: s.SigningKey},
			SenderKey:         s.SenderKey, SessionKey: string(exported), SharedHistory: s.SharedHistory,
		})
		if err != nil {
			return nil, fmt.Errorf("matrix: backing up a key of room %s: %w", s.RoomID, err)
		}
		text, err := json.Marshal(sealed)
		if err != nil {
			return nil, err
		}
		if rooms[s.RoomID].Sessions == nil {
			rooms[s.RoomID] = mautrix.ReqRoomKeyBackup{Sessions: map[id.SessionID]mautrix.ReqKeyBackupData{}}
		}
		rooms[s.RoomID].Sessions[s.ID()] = mautrix.ReqKeyBackupData{
			FirstMessageIndex: int(first), ForwardedCount: len(s.ForwardingChains), SessionData: text,
		}
	}
	return rooms, nil
}

func publicKey(b *mautrix.RespRoomKeysVersion[backup.MegolmAuthData]) string {
	return string(b.AuthData.PublicKey)
}

func encoded(key []byte) string { return base64.RawStdEncoding.EncodeToString(key) }
