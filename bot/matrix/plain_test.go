//go:build !goolm

package matrix

import (
	"strings"
	"testing"
)

// Without encryption in the program nothing is looked at or made.
func TestWithoutEncryption(t *testing.T) {
	device, err := OpenDevice(t.Context(), t.TempDir()+"/matrix.db", "")
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	refusal(t, LogIn(t.Context(), LoginOptions{Device: device, User: "@a:b"}), "built without encryption", "go build -tags goolm")
	found := Check(t.Context(), CheckOptions{Options: Options{Device: device, User: "@a:b"}})
	if len(found) != 1 || found[0].Err == nil || !strings.Contains(found[0].Err.Error(), "go build -tags goolm") {
		t.Errorf("found %v", found)
	}
}
