// Package storage is what we remember: the feeds, items, stories, subscriptions
// and deliveries of one bot, in a SQLite file. DB keeps the promises of
// feeds.Store and bot.Store; storagetest holds it to them.
//
// Statements are written once, with $1 placeholders and nothing that only
// SQLite has, so that a second database needs its own tables (migrations) and
// its own word search (search.go) and no more.
package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"attache/bot"
	"attache/feeds"
)

var (
	_ bot.Store   = (*DB)(nil)
	_ feeds.Store = (*DB)(nil)
)

// DB is an open database. It is safe for use side by side: one connection
// writes, others read what was last committed without waiting for it.
type DB struct {
	write  *writer
	read   *sql.DB
	prefix string // of this database's delivery keys
}

// Options are the choices that Open leaves; the zero Options suit the bot.
type Options struct {
	// Log hears of migrations. Nil is silence.
	Log *slog.Logger

	// Volatile commits without waiting for the disk: right for a replay into
	// a temporary file, where a power cut costs nothing.
	Volatile bool
}

// readers is how many reads go on at once; each holds a connection with its
// own page cache of about 2 MB.
const readers = 4

// Open opens the database in the file at path, and makes or migrates it where
// needed. Only its owner can read a file that Open makes. A file of a newer
// attache, of another program, or that is no database is refused untouched.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	db, err := open(ctx, path, o)
	if err != nil {
		return nil, fmt.Errorf("storage: opening %s: %w", path, explain(err, path))
	}
	return db, nil
}

func open(ctx context.Context, path string, o Options) (_ *DB, err error) {
	if err := create(path); err != nil {
		return nil, err
	}
	name, err := dsn(path)
	if err != nil {
		return nil, err
	}
	synchronous := "FULL" // NORMAL may lose the last commits when the power fails
	if o.Volatile {
		synchronous = "OFF"
	}
	db := &DB{write: new(writer)}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	if db.write.DB, err = sql.Open("sqlite", name+"&_txlock=immediate&_synchronous="+synchronous); err != nil {
		return nil, err
	}
	db.write.SetMaxOpenConns(1)
	if err := migrate(ctx, db.write.DB, o.Log); err != nil {
		return nil, err
	}
	if db.read, err = sql.Open("sqlite", name+"&_query_only=1"); err != nil {
		return nil, err
	}
	db.read.SetMaxOpenConns(readers)
	db.read.SetMaxIdleConns(readers)
	err = db.read.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'prefix'`).Scan(&db.prefix)
	return db, err
}

// Close waits for what is going on and closes the file.
func (db *DB) Close() error {
	var errs []error
	for _, pool := range []*sql.DB{db.read, db.write.DB} { // the last one out tidies the WAL away
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}
