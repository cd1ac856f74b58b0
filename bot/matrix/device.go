package matrix

import (
	"cmp"
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
// another device; the recovery key makes that a trusted one, and brings back the
// keys of rooms. mautrix has tables of its own in there. Two bots must not run on
// one file, as a key that one has used the other would use again; a login and a
// check may be made beside one.
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
	Backup     *keyBackup  `json:"backup,omitempty"` // of the keys of rooms, at the homeserver; nil: none
}

// keyBackup is where the keys of rooms are backed up: enough to write there, and
// not to read.
type keyBackup struct {
	Version   id.KeyBackupVersion `json:"version"`
	PublicKey []byte              `json:"public_key"` // Curve25519
}

// errNoLogin says that there is no login yet.
var errNoLogin = errors.New("there is no login to Matrix yet: attache matrix login makes one, and where there was one and it is lost, with --recovery-key-file FILE, one that is trusted as before")

// What keys are derived from the file's for.
const (
	purposeLogin  = "attache matrix login 1"
	purposePickle = "attache matrix pickle 1"
)

// OpenDevice opens the file, and makes it if it is not there, for its owner
// alone. The key, at least 32 bytes, encrypts the login and the keys in it; with
// "" the file keeps a key of its own, and whoever can read it can be us.
func OpenDevice(ctx context.Context, path, key string) (*Device, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		err = f.Close()
	} else if errors.Is(err, fs.ErrExist) {
		err = nil // and is not opened even for a moment: see storage.create
	}
	if err != nil {
		return nil, fmt.Errorf("matrix: making %s: %w", path, err)
	}
	return openFile(ctx, path, key, (*Device).begin, "journal_mode(WAL)")
}

// OpenExisting opens a file that OpenDevice has made. It makes none, and leaves
// one of somebody else's as it is. Its error is a sentence.
func OpenExisting(ctx context.Context, path, key string) (*Device, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not there: %w", path, errNoLogin)
	}
	return openFile(ctx, path, key, (*Device).recognize)
}

// openFile opens a file that is there, and takes a first step with it.
func openFile(ctx context.Context, path, key string, step func(*Device, context.Context) error, pragmas ...string) (*Device, error) {
	name, err := sourceName(path, pragmas)
	if err != nil {
		return nil, fmt.Errorf("matrix: opening %s: %w", path, err)
	}
	raw, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, fmt.Errorf("matrix: opening %s: %w", path, err)
	}
	d := &Device{path: path, key: key, raw: raw}
	if d.db, err = dbutil.NewWithDB(raw, "sqlite3"); err == nil {
		err = step(d, ctx)
	}
	if err != nil {
		raw.Close()
		return nil, fmt.Errorf("matrix: opening %s: %w", path, err)
	}
	return d, nil
}

// sourceName is the file for the driver. FULL, because a key that was used and
// forgotten would be used again, for something else.
func sourceName(path string, pragmas []string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	u := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: url.Values{
		"mode": {"rw"}, "_txlock": {"immediate"}, "_time_format": {"sqlite"},
		"_pragma": append([]string{"busy_timeout(5000)", "foreign_keys(1)", "synchronous(FULL)"}, pragmas...),
	}.Encode()}
	return u.String(), nil
}

// begin makes our tables, and the file's own key if the operator has none.
func (d *Device) begin(ctx context.Context) error {
	_, err := d.raw.ExecContext(ctx, `
		CREATE TABLE IF NOT EXISTS attache_value (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
		CREATE TABLE IF NOT EXISTS attache_handled (event TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
		CREATE TABLE IF NOT EXISTS attache_encrypted (room TEXT PRIMARY KEY) STRICT;
		CREATE TABLE IF NOT EXISTS attache_reaction (event TEXT PRIMARY KEY, room TEXT NOT NULL, card TEXT NOT NULL,
			user TEXT NOT NULL, action TEXT NOT NULL, story INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;`)
	if err == nil && d.key == "" {
		made := rand.Text() + rand.Text()
		_, err = d.raw.ExecContext(ctx, `INSERT OR IGNORE INTO attache_value (name, value) VALUES ('key', $1)`, []byte(made))
	}
	if err != nil {
		return err
	}
	return d.recognize(ctx)
}

// recognize makes sure that the file is one of ours, and takes its own key if the
// operator has none. It only reads.
func (d *Device) recognize(ctx context.Context) error {
	ours, err := d.has(ctx, "attache_value")
	if err == nil && !ours {
		return errors.New("it is not a file of ours: set matrix.store to the one that attache matrix login made")
	}
	if err != nil || d.key != "" {
		return err
	}
	own, err := d.value(ctx, "key")
	d.key = string(own)
	return err
}

// Close closes the file.
func (d *Device) Close() error { return d.db.Close() }

// value is what is kept under a name; nil if nothing is.
func (d *Device) value(ctx context.Context, name string) (v []byte, err error) {
	err = d.raw.QueryRowContext(ctx, `SELECT value FROM attache_value WHERE name = $1`, name).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return v, err
}

func (d *Device) set(ctx context.Context, name string, v []byte) error {
	_, err := d.raw.ExecContext(ctx, `INSERT INTO attache_value (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, v)
	return err
}

// login returns the login. errNoLogin if there is none.
func (d *Device) login(ctx context.Context) (login, error) {
	sealed, err := d.value(ctx, "login")
	if err != nil {
		return login{}, fmt.Errorf("matrix: reading %s: %w", d.path, err)
	}
	if sealed == nil {
		return login{}, errNoLogin
	}
	plain, err := seal.Open(d.key, purposeLogin, "login", sealed)
	if err != nil {
		return login{}, fmt.Errorf("matrix: the login in %s: %w: put back the matrix.store_key that it was made with, or leave it out, if there was none then; else name another file and log in again", d.path, err)
	}
	var l login
	if json.Unmarshal(plain, &l) != nil { // in words that quote nothing
		return login{}, fmt.Errorf("matrix: the login in %s cannot be read: log in again", d.path)
	}
	return l, nil
}

// loginOf returns the login, which has to be a user's.
func (d *Device) loginOf(ctx context.Context, user string) (login, error) {
	l, err := d.login(ctx)
	if err == nil && string(l.User) != user {
		return login{}, fmt.Errorf("matrix: %s has the login of %s, and matrix.user is %s: name another matrix.store and run attache matrix login", d.path, l.User, user)
	}
	return l, err
}

// setLogin keeps a login instead of the one before.
func (d *Device) setLogin(ctx context.Context, l login) error {
	plain, err := json.Marshal(l)
	if err != nil {
		return err
	}
	sealed, err := seal.Seal(d.key, purposeLogin, "login", plain)
	if err != nil {
		return err
	}
	return d.set(ctx, "login", sealed)
}

// position is how far we have heard: everything before it has been handled.
type position struct {
	Next string    `json:"next"` // since, for the next sync
	At   time.Time `json:"at"`   // when the homeserver said it
}

func (d *Device) position(ctx context.Context) (p position, err error) {
	text, err := d.value(ctx, "position")
	if err != nil || text == nil {
		return p, err
	}
	return p, json.Unmarshal(text, &p)
}

// setPosition keeps how far we have heard.
func (d *Device) setPosition(ctx context.Context, p position) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return d.set(ctx, "position", text)
}

// published reports which device the keys in the file are of, "" if there are
// none, and whether they have been given to the homeserver. It makes nothing.
func (d *Device) published(ctx context.Context) (device id.DeviceID, shared bool, err error) {
	if there, err := d.has(ctx, "crypto_account"); !there {
		return "", false, err
	}
	err = d.raw.QueryRowContext(ctx, `SELECT device_id, shared FROM crypto_account WHERE account_id = ''`).Scan(&device, &shared)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return device, shared, err
}

// deviceID is the device that this file is for: which its keys are of, or else which
// it has a login of, or else which it will have. That is chosen once and kept
// before anybody hears of it, so that a login whose answer is lost leaves no
// device behind that nobody is.
func (d *Device) deviceID(ctx context.Context, has id.DeviceID) (id.DeviceID, error) {
	device, _, err := d.published(ctx)
	if err != nil || cmp.Or(device, has) != "" {
		return cmp.Or(device, has), err
	}
	chosen, err := d.value(ctx, "device")
	if err == nil && chosen == nil {
		chosen = []byte(rand.Text()[:10]) // as homeservers name them
		err = d.set(ctx, "device", chosen)
	}
	return id.DeviceID(chosen), err
}

// setPublished says whether the homeserver has been given the keys in the file.
func (d *Device) setPublished(ctx context.Context, shared bool) error {
	_, err := d.raw.ExecContext(ctx, `UPDATE crypto_account SET shared = $1 WHERE account_id = ''`, shared)
	return err
}

// has reports whether a table is there: those of mautrix come with the keys.
func (d *Device) has(ctx context.Context, table string) (bool, error) {
	var n int
	err := d.raw.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1`, table).Scan(&n)
	return n > 0, err
}

// roomKeys counts the keys of rooms, and those that are not in a version of the
// backup.
func (d *Device) roomKeys(ctx context.Context, version id.KeyBackupVersion) (all, waiting int, err error) {
	if there, err := d.has(ctx, "crypto_megolm_inbound_session"); !there {
		return 0, 0, err
	}
	err = d.raw.QueryRowContext(ctx, `SELECT count(*), count(*) FILTER (WHERE key_backup_version <> $1)
		FROM crypto_megolm_inbound_session WHERE account_id = '' AND session IS NOT NULL`, version).Scan(&all, &waiting)
	return all, waiting, err
}
