//go:build goolm

package matrix

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/ssss"
)

// completing is what comes after a login: keys, trust and a backup.
type completing struct {
	*newcomer
	*machine
	secrets *ssss.Key // what the recovery key opens; nil: not known
	missing []string  // what somebody has to do yet, in sentences
	first   bool      // the account is new to all this
}

// complete makes the keys of the device, has the account trust it, and sees to
// the backup. Its error says what is missing.
func (n *newcomer) complete(ctx context.Context) error {
	k, err := openKeys(ctx, n.client, n.Device)
	if err != nil {
		return n.failed("loading the keys of the device", err)
	}
	s := &completing{newcomer: n, machine: k.(*machine)}
	if err := s.trust(ctx); err != nil {
		return err
	}
	if err := s.keepBackup(ctx); err != nil {
		return err
	}
	if others, err := otherDevices(ctx, s.client, s.login.Device); err == nil && others != "" {
		s.tell("The account has other devices: %s. Sign out, in Element under Settings, Sessions, those that nobody uses or whose file was lost.", others)
	}
	if s.missing != nil {
		return errors.New("logged in, but " + strings.Join(s.missing, "; and "))
	}
	if s.first {
		s.tell("Invite %s to a room, and start attache run.", s.User)
	}
	return nil
}

// trust has the account trust the device.
func (s *completing) trust(ctx context.Context) error {
	shown, err := askIdentity(ctx, s.client, s.user(), s.login.Device)
	if err != nil {
		return s.failed("looking for the account's identity", err)
	}
	switch {
	case shown.master == "" || s.NewIdentity:
		if err := s.identify(ctx, shown.master != ""); err != nil {
			return err
		}
	case shown.signed && s.RecoveryKey == "":
		s.tell("The account trusts this device.")
		return nil
	default:
		if err := s.regain(ctx, shown); err != nil || s.secrets == nil {
			return err
		}
	}
	if shown, err = askIdentity(ctx, s.client, s.user(), s.login.Device); err != nil {
		return s.failed("looking whether the account trusts this device", err)
	}
	if !shown.signed {
		return errors.New("the account has signed this device, and the homeserver does not show it: run attache check in a while")
	}
	s.tell("The account trusts this device, so that nobody is warned of what it says.")
	return nil
}

// identify gives the account an identity, and shows the recovery key. What was
// there before is replaced only when the homeserver has agreed.
func (s *completing) identify(ctx context.Context, another bool) error {
	secrets, err := s.olm.SSSS.GenerateAndUploadKey(ctx, "") // under a name of its own, and not in use yet
	if err != nil {
		return s.failed("making a recovery key", err)
	}
	keys, err := s.olm.GenerateCrossSigningKeys()
	if err != nil {
		return err
	}
	if err := s.publish(ctx, keys); err != nil {
		return err
	}
	if err := s.keepIdentity(ctx, secrets, keys); err != nil {
		return fmt.Errorf("the account has an identity now whose secrets could not be kept (%w): run attache matrix login --new-identity", err)
	}
	s.secrets, s.RecoveryKey = secrets, secrets.RecoveryKey() // from now on it is hushed
	s.showRecoveryKey(another)
	return s.sign(ctx)
}

// publish makes keys the account's identity. Where the answer was lost it says
// the same again, which changes nothing: their secrets are nowhere but here.
func (s *completing) publish(ctx context.Context, keys *crypto.CrossSigningKeysCache) error {
	for try := range tries {
		p := &proof{newcomer: s.newcomer}
		err := s.olm.PublishCrossSigningKeys(ctx, keys, p.give(ctx))
		said, _ := errors.AsType[mautrix.HTTPError](err)
		switch {
		case err == nil:
			return nil
		case p.err != nil:
			return p.err
		case p.password && errcode(err) == "M_FORBIDDEN":
			if s.given {
				return fmt.Errorf("the homeserver does not take the password of %s", s.User)
			}
			s.Password = ""
			s.tell("The homeserver does not take that password.")
		case p.page && said.IsStatus(401):
			return errors.New("the homeserver has not heard that somebody agreed: run attache matrix login again, and press Enter only when its page says that all is done")
		case said.WrappedError == nil || sleep(ctx, time.Second) != nil || try == tries-1:
			return s.failed("giving the account an identity", err)
		}
	}
	return fmt.Errorf("the homeserver does not take the password of %s", s.User)
}

// keepIdentity keeps the secrets of an identity at the homeserver, encrypted so
// that the recovery key opens them
// (https://spec.matrix.org/v1.16/client-server-api/#storage). The identity is
// out already, and is lost without this: it is tried again.
func (s *completing) keepIdentity(ctx context.Context, secrets *ssss.Key, keys *crypto.CrossSigningKeysCache) (err error) {
	for range 3 {
		if err = s.olm.UploadCrossSigningKeysToSSSS(ctx, secrets, keys); err == nil {
			err = s.olm.SSSS.SetDefaultKeyID(ctx, secrets.ID)
		}
		if err == nil || sleep(ctx, 2*time.Second) != nil {
			break
		}
	}
	if err != nil {
		return errors.New(sentence(s.login.Homeserver, err))
	}
	return nil
}

// showRecoveryKey shows it, the one time that it is.
func (s *completing) showRecoveryKey(another bool) {
	if another {
		s.tell("The account has a new identity. Who had verified the old one is told that it changed.")
	} else {
		s.tell("The account has an identity now, which vouches for its devices.")
	}
	s.first = !another
	s.tell("\nThe recovery key of %s, shown this once:\n\n    %s\n\n"+
		"Whoever has it can be %[1]s. Keep it where your passwords are, and not on this machine.\n"+
		"If %[3]s is ever lost, attache matrix login --recovery-key-file FILE brings back trust and keys.\n",
		s.User, s.RecoveryKey, s.Device.path)
}

// sign has the account sign the device, and the device the account.
func (s *completing) sign(ctx context.Context) error {
	if err := s.olm.SignOwnDevice(ctx, s.olm.OwnIdentity()); err != nil {
		return s.failed("signing the device", err)
	}
	if err := s.olm.SignOwnMasterKey(ctx); err != nil {
		return s.failed("signing the account's identity", err)
	}
	return nil
}

// regain opens the account's secrets with the recovery key, and signs the
// device with them if it is not yet. Without the key something is missing, and
// secrets stays nil.
func (s *completing) regain(ctx context.Context, shown identity) error {
	name, data, err := s.olm.SSSS.GetDefaultKeyData(ctx)
	if errors.Is(err, ssss.ErrNoDefaultKeyID) {
		s.missing = append(s.missing, untrusted+": the account has an identity that another client made, and no recovery key; set one up there (in Element: Settings, Encryption) and log in again with --recovery-key-file FILE, or make another identity with --new-identity")
		return nil
	}
	if err != nil {
		return s.failed("looking for the account's secrets", err)
	}
	secrets, err := s.askRecoveryKey(ctx, name, data)
	if err != nil || secrets == nil {
		return err
	}
	if err := s.olm.FetchCrossSigningKeysFromSSSS(ctx, secrets); err != nil {
		return fmt.Errorf("the account's secrets do not have its identity under that recovery key (%s): make another with --new-identity", sentence(s.login.Homeserver, err))
	}
	if s.olm.CrossSigningKeys.MasterKey.PublicKey() != shown.master {
		return errors.New("the account has another identity now than that which this recovery key is of: take the key that came with it, or make another identity with --new-identity")
	}
	s.secrets = secrets
	if shown.signed {
		return nil
	}
	return s.sign(ctx)
}

// askRecoveryKey returns what the recovery key opens, nil where nobody gave one.
// The passphrase will do that some clients let people choose.
func (s *completing) askRecoveryKey(ctx context.Context, name string, data *ssss.KeyMetadata) (*ssss.Key, error) {
	given := s.RecoveryKey != ""
	for range tries {
		if !given {
			text, err := s.Operator.Secret(ctx, "The recovery key of "+s.User+" (Enter, if you have none)")
			if err != nil && !errors.Is(err, ErrNobody) {
				return nil, err
			}
			if s.RecoveryKey = strings.TrimSpace(text); s.RecoveryKey == "" {
				s.missing = append(s.missing, untrusted+": log in again with --recovery-key-file FILE, or, if that key is lost, with --new-identity")
				return nil, nil
			}
		}
		secrets, err := data.VerifyRecoveryKey(name, s.RecoveryKey)
		if errors.Is(err, ssss.ErrInvalidRecoveryKey) && data.Passphrase != nil {
			secrets, err = data.VerifyPassphrase(name, s.RecoveryKey)
		}
		if err == nil || errors.Is(err, ssss.ErrUnverifiableKey) && secrets != nil {
			return secrets, nil
		}
		wrong := "that is not the recovery key of " + s.User
		if errors.Is(err, ssss.ErrInvalidRecoveryKey) {
			wrong = "that is no recovery key: those have 48 characters in groups of four, and begin with Es"
		}
		if given {
			return nil, errors.New(wrong)
		}
		s.tell("No, %s.", wrong)
	}
	return nil, fmt.Errorf("no recovery key of %s was given", s.User)
}
