package storage

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func TestPragmas(t *testing.T) {
	for name, synchronous := range map[string]string{"kept": "2", "volatile": "0"} {
		t.Run(name, func(t *testing.T) {
			db := opened(t, Options{Volatile: name == "volatile"})
			pragmas(t, db.write.DB, map[string]string{
				"journal_mode": "wal", "synchronous": synchronous, "busy_timeout": "5000", "foreign_keys": "1", "query_only": "0",
			})
			pragmas(t, db.read, map[string]string{
				"journal_mode": "wal", "busy_timeout": "5000", "foreign_keys": "1", "query_only": "1",
			})
		})
	}
}

// pragmas looks at all connections that a pool may open, at once.
func pragmas(t *testing.T, pool *sql.DB, want map[string]string) {
	for range pool.Stats().MaxOpenConnections {
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for name, value := range want {
			var got string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil || got != value {
				t.Errorf("PRAGMA %s is %q (%v), want %q", name, got, err, value)
			}
		}
	}
}

func TestReadersCannotWrite(t *testing.T) {
	db := opened(t, Options{})
	if _, err := db.read.ExecContext(t.Context(), `DELETE FROM meta`); err == nil {
		t.Error("a reader deleted a row")
	}
}

func TestPaths(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, path := range []string{
		"a b.db", "a?mode=memory", "a#b.db", "a%3Fb.db", "a&_txlock=exclusive", "новости.db", ":memory:", "file:a.db", "sub/../'a'.db", `a"b;.db`,
	} {
		if err := os.MkdirAll("sub", 0o700); err != nil {
			t.Fatal(err)
		}
		db := mustOpen(t, path, Options{})
		mustApply(t, db, news("a"))
		for _, suffix := range []string{"", "-wal", "-shm"} {
			info, err := os.Stat(path + suffix)
			if err != nil {
				t.Errorf("%q: %v", path, err)
			} else if info.Mode().Perm() != 0o600 {
				t.Errorf("%q has mode %v, want one for its owner only", path+suffix, info.Mode())
			}
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		make func(t *testing.T, path string)
		want string // in the error
	}{
		"newer":       {newer, "was written by a newer attache (schema 7; this one knows 3): use that program, or restore a backup"},
		"another":     {another, "it is the database of another program: name another file"},
		"short text":  {text("no database"), "it is no database"},
		"long text":   {text(strings.Repeat("no database\n", 10_000)), "it is no database"},
		"folder":      {func(t *testing.T, path string) { mkdir(t, path) }, "it must be a file that may be written to"},
		"damaged":     {damaged, "it is damaged: restore a backup"},
		"no folder":   {func(t *testing.T, path string) { remove(t, filepath.Dir(path)) }, "there is no folder"},
		"file before": {func(t *testing.T, path string) { remove(t, filepath.Dir(path)); text("")(t, filepath.Dir(path)) }, "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "folder")
			mkdir(t, dir)
			path := filepath.Join(dir, "attache.db")
			c.make(t, path)
			before := files(t, dir)
			db, err := Open(t.Context(), path, Options{})
			if err == nil {
				t.Fatalf("it was opened: %v", db.Close())
			}
			if !strings.HasPrefix(err.Error(), "storage: opening "+path+": ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q, want %q in it", err, c.want)
			}
			if after := files(t, dir); !slices.Equal(after, before) {
				t.Errorf("opening it changed files, from %.100q to %.100q", before, after)
			}
		})
	}
}

func TestUnwritableFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "folder")
	if err := os.Mkdir(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "attache.db")
	var err error
	if os.Geteuid() == 0 { // root may write anywhere: see to the words only
		err = explain(&fs.PathError{Op: "open", Path: path, Err: syscall.EACCES}, path)
	} else {
		_, err = Open(t.Context(), path, Options{})
	}
	want := "the folder " + dir + " may not be written to: change that, or name another file"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q in it", err, want)
	}
}

func TestMigrations(t *testing.T) {
	db := opened(t, Options{})
	tables := func() []string {
		t.Helper()
		scan := func(r row) (s string, err error) {
			err = r.Scan(&s)
			return s, err
		}
		list, err := all(t.Context(), db.write, scan, `SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema
			WHERE name NOT LIKE '%goose%' AND name <> 'sqlite_sequence' ORDER BY 1`)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	up := tables()
	mustApply(t, db, news("a"))
	p, err := migrator(db.write.DB)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.DownTo(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if left := tables(); len(left) > 0 {
		t.Errorf("down leaves %q", left)
	}
	if _, err := p.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again := tables(); len(up) == 0 || !slices.Equal(again, up) {
		t.Errorf("up, down, up: got %q, want %q", again, up)
	}
	mustApply(t, db, news("a"))
}

// What was committed is in the files, whether or not they are ever closed.
func TestCrash(t *testing.T) {
	dir := t.TempDir()
	db := mustOpen(t, filepath.Join(dir, "attache.db"), Options{})
	defer db.Close()
	mustApply(t, db, news("a"))
	after := t.TempDir()
	if err := os.CopyFS(after, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	again := mustOpen(t, filepath.Join(after, "attache.db"), Options{})
	defer again.Close()
	told, err := again.Search(t.Context(), "a", 2)
	if err != nil || len(told) != 1 {
		t.Errorf("found %v (%v), want the item applied before the crash", told, err)
	}
}

func newer(t *testing.T, path string) {
	db := mustOpen(t, path, Options{})
	if _, err := db.write.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (7, 1)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func another(t *testing.T, path string) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), `CREATE TABLE bookmark (url TEXT)`); err != nil {
		t.Fatal(err)
	}
}

// damaged is a database whose first page is whole and whose tables are not.
func damaged(t *testing.T, path string) {
	db := mustOpen(t, path, Options{})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b[100:] {
		b[100+i] ^= 0x55
	}
	text(string(b))(t, path)
}

func text(s string) func(t *testing.T, path string) {
	return func(t *testing.T, path string) {
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func mkdir(t *testing.T, path string) {
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// files are the names and contents of a folder's files, if it is one.
func files(t *testing.T, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for i, path := range list {
		if b, err := os.ReadFile(path); err == nil {
			list[i] += ": " + string(b)
		}
	}
	return list
}
