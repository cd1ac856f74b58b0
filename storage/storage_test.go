package storage_test

import (
	"path/filepath"
	"testing"

	"attache/storage"
	"attache/storage/storagetest"
)

func TestStorage(t *testing.T) {
	storagetest.Test(t, func(t *testing.T) func() storagetest.DB {
		path := filepath.Join(t.TempDir(), "attache.db")
		return func() storagetest.DB { return open(t, path, storage.Options{}) }
	})
}

// open opens a database that the test closes.
func open(t testing.TB, path string, o storage.Options) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	return db
}
