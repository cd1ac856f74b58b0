package matrixtest

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// binary returns the path of a program of Dendrite's. Where it is missing the
// test is skipped, or fails if nothing may be left out.
func binary(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(root(t), ".ci", "dendrite", "bin", name)
	if _, err := os.Stat(path); err != nil {
		missing(t, "a homeserver (no "+path+")", ".ci/run builds it, or: cd .ci/dendrite && go build -trimpath -o bin/ tool")
	}
	return path
}

func missing(t testing.TB, what, how string) {
	t.Helper()
	if os.Getenv("ATTACHE_TEST_FULL") == "1" {
		t.Fatalf("there is not %s, and ATTACHE_TEST_FULL=1 lets nothing be left out: %s", what, how)
	}
	t.Skipf("left out: %s. To have it: %s", what, how)
}

// root is the folder of go.mod.
func root(t testing.TB) string {
	t.Helper()
	start, err := os.Getwd()
	for dir := start; err == nil; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	t.Fatalf("there is no go.mod above %q (%v)", start, err)
	return ""
}

// Eventually waits until done, and ends the test if that does not come to be
// within fifteen seconds.
func Eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); !done(); {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
