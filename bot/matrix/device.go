package matrix

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.mau.fi/util/dbutil"
	"maunium.net/go/mautrix/id"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"attache/bot/seal"
)

// Device is the file that makes a device of Matrix this one: its login, its keys,
// the keys of its rooms, and how far it has heard. Without it the next login is
// a new device, which others have to trust anew. mautrix has tables of its own
// in there, and of no other program may there be two on one file.
type Device struct {
	path string
	key  string // the operator's, or the file's own
	raw  *sql.DB
	db   *dbutil.Database
}

// login is an account's word that we are one of its devices.
type login struct {
	Homeserver string      `json:"homeserver"` // https://matrix.example.org
	User       id.UserID   `json:"user"`
	Device     id.DeviceID `json:"device"`
	Token      string      `json:"token"`
	Backup     *keyBackup     `json:"backup,omitempty"` // of the keys of rooms, at the homeserver; nil: none
}

// keyBackup is where the keys of rooms are backed up: enough to write there, and
// not to read.
type keyBackup struct {
	Version   id.KeyBackupVersion `json:"version"`
	PublicKey []byte              `json:"public_key"` // Curve25519
}

// errNoLogin says that a store has no login in it yet.
var errNoLogin = errors.New("there is no login to Matrix yet: attache matrix login makes one, and where there was one and it is lost, with --recovery-key-file FILE, one that is trusted as before")

// What keys are derived from the store's for.
const (
	purposeLogin  = "attache matrix login 1"
	purposePickle = "attache matrix pickle 1"
)

// OpenDevice opens the file, and makes it if it is not there, for its owner
// alone. The key, at least 32 bytes, encrypts the login and the keys in it; with
// "" the file keeps a key of its own, and whoever can read it can be us.
func OpenDevice(ctx context.Context, path, key string) (*Device, error) {
	s, err := openDevice(ctx, path, key)
	if err != nil {
		return nil, fmt.Errorf("matrix: opening %s: %w", path, err)
	}
	return s, nil
}

func openDevice(ctx context.Context, path, key string) (*Device, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		err = f.Close()
	} else if errors.Is(err, fs.ErrExist) {
		err = nil // and is not opened even for a moment: see storage.create
	}
	if err != nil {
		return nil, err
	}
	name, err := storeName(path)
	if err != nil {
		return nil, err
	}
	raw, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	s := &Device{path: path, key: key, raw: raw}
	if s.db, err = dbutil.NewWithDB(raw, "sqlite3"); err == nil {
		err = s.begin(ctx)
	}
	if err != nil {
		raw.Close()
		return nil, err
	}
	return s, nil
}

// storeName is the file for the driver. FULL, because a key that was used and
// forgotten would be used again, for something else.
func storeName(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	u := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: url.Values{
		"_txlock": {"immediate"}, "_time_format": {"sqlite"},
		"_pragma": {"busy_timeout(5000)", "foreign_keys(1)", "journal_mode(WAL)", "synchronous(FULL)"},
	}.Encode()}
	return u.String(), nil
}

// begin makes our tables, and the file's own key if the operator has none.
func (s *Device) begin(ctx context.Context) error {
	_, err := s.raw.ExecContext(ctx, `
		CREATE TABLE IF NOT EXISTS attache_value (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
		CREATE TABLE IF NOT EXISTS attache_handled (event TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;`)
	if err != nil || s.key != "" {
		return err
	}
	made := rand.Text() + rand.Text()
	if _, err := s.raw.ExecContext(ctx, `INSERT OR IGNORE INTO attache_value (name, value) VALUES ('key', $1)`, []byte(made)); err != nil {
		return err
	}
	kept, err := s.value(ctx, "key")
	s.key = string(kept)
	return err
}

// Close closes the file.
func (s *Device) Close() error { return s.db.Close() }

// value is what is kept under a name; nil if nothing is.
func (s *Device) value(ctx context.Context, name string) (v []byte, err error) {
	err = s.raw.QueryRowContext(ctx, `SELECT value FROM attache_value WHERE name = $1`, name).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return v, err
}

func (s *Device) set(ctx context.Context, name string, v []byte) error {
	_, err := s.raw.ExecContext(ctx, `INSERT INTO attache_value (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, v)
	return err
}

// login returns the login. errNoLogin if there is none.
func (s *Device) Login(ctx context.Context) (login, error) {
	sealed, err := s.value(ctx, "login")
	if err != nil {
		return login{}, fmt.Errorf("matrix: reading %s: %w", s.path, err)
	}
	if sealed == nil {
		return login{}, errNoLogin
	}
	plain, err := seal.Open(s.key, purposeLogin, "login", sealed)
	if err != nil {
		return login{}, fmt.Errorf("matrix: the login in %s: %w: put back the matrix.store_key that it was made with, or name another file and log in again", s.path, err)
	}
	var l login
	if json.Unmarshal(plain, &l) != nil { // in words that quote nothing
		return login{}, fmt.Errorf("matrix: the login in %s cannot be read: log in again", s.path)
	}
	return l, nil
}

// setLogin keeps a login instead of the one before.
func (s *Device) setLogin(ctx context.Context, l login) error {
	plain, err := json.Marshal(l)
	if err != nil {
		return err
	}
	sealed, err := seal.Seal(s.key, purposeLogin, "login", plain)
	if err != nil {
		return err
	}
	return s.set(ctx, "login", sealed)
}

// pickle is the key that mautrix encrypts its keys with.
func (s *Device) pickle() ([]byte, error) { return seal.Derive(s.key, purposePickle) }

// position is how far we have heard: everything before it has been handled.
type position struct {
	Next string    `json:"next"` // since, for the next sync
	At   time.Time `json:"at"`   // when the homeserver said it
}

func (s *Device) position(ctx context.Context) (p position, err error) {
	text, err := s.value(ctx, "position")
	if err != nil || text == nil {
		return p, err
	}
	return p, json.Unmarshal(text, &p)
}

// setPosition keeps how far we have heard, and forgets what was handled beyond
// the position before.
func (s *Device) setPosition(ctx context.Context, p position) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return s.set(ctx, "position", text)
}

// handledFor is how long an event stays marked as handled: as long as a crash
// may be repaired in, with what the homeserver says twice.
const handledFor = 7 * 24 * time.Hour

// handled reports whether an event was handled in an earlier life.
func (s *Device) handled(ctx context.Context, event id.EventID) (bool, error) {
	var n int
	err := s.raw.QueryRowContext(ctx, `SELECT count(*) FROM attache_handled WHERE event = $1`, event).Scan(&n)
	return n > 0, err
}

// setHandled marks an event as handled, whatever becomes of the position.
func (s *Device) setHandled(ctx context.Context, event id.EventID, now time.Time) error {
	_, err := s.raw.ExecContext(ctx, `INSERT OR IGNORE INTO attache_handled (event, at) VALUES ($1, $2)`, event, now.UnixMilli())
	if err != nil {
		return err
	}
	_, err = s.raw.ExecContext(ctx, `DELETE FROM attache_handled WHERE at < $1`, now.Add(-handledFor).UnixMilli())
	return err
}
