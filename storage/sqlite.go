package storage

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations/sqlite/*.sql
var migrations embed.FS

// dsn names the file as https://www.sqlite.org/uri.html has it, with what all
// connections have in common; more parameters may be added with "&".
func dsn(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	uri := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: url.Values{
		"_busy_timeout": {"5000"}, // ms
		"_foreign_keys": {"1"},
		"_defensive":    {"1"},
		"_dqs":          {"0"}, // a misspelt column is an error and not a string
		"_error_rc":     {"1"}, // no stale reasons in errors
	}.Encode()}
	return uri.String(), nil
}

// create makes an empty file that only its owner may read, unless there is one:
// SQLite would let everybody read it.
//
// An existing file is not opened even for a moment, since closing it would
// drop the locks that another DB of this process holds on it
// (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
func create(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// migrate brings the file's tables up to what this program knows. It looks
// before it touches: what is not ours stays as it is.
func migrate(ctx context.Context, db *sql.DB, log *slog.Logger) error {
	var tables, ours int
	err := db.QueryRowContext(ctx, `SELECT count(*), count(*) FILTER (WHERE name = 'goose_db_version') FROM sqlite_schema`).
		Scan(&tables, &ours)
	if err != nil {
		return err
	}
	if tables > 0 && ours == 0 {
		return errors.New("it is the database of another program: name another file")
	}
	p, err := migrator(db)
	if err != nil {
		return err
	}
	has, knows, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if has > knows {
		return fmt.Errorf("it was written by a newer attache (schema %d; this one knows %d): use that program, or restore a backup", has, knows)
	}
	// Kept in the file, so that the readers need not set it.
	if _, err := db.ExecContext(ctx, `PRAGMA journal_mode = WAL`); err != nil {
		return err
	}
	done, err := p.Up(ctx)
	for _, m := range done {
		log.InfoContext(ctx, "migrated the database", "schema", m.Source.Version, "took", m.Duration)
	}
	return err
}

func migrator(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}

// explain puts what SQLite says about a file into words for the one who named it.
func explain(err error, path string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no folder %s: make it, or name another file: %w", filepath.Dir(path), err)
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("the folder %s may not be written to: change that, or name another file: %w", filepath.Dir(path), err)
	}
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch e.Code() & 0xff { // the upper bits say more than people need
	case sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("it is no database: name another file, or restore a backup: %w", err)
	case sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("it is damaged: restore a backup: %w", err)
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return fmt.Errorf("it must be a file that may be written to, and so must its folder %s: %w", filepath.Dir(path), err)
	case sqlite3.SQLITE_BUSY:
		return fmt.Errorf("another program is using it: end that first: %w", err)
	}
	return err
}
