package slack

import (
	"crypto/sha256"
	"strconv"
	"testing"
	"time"
)

func TestMemory(t *testing.T) {
	key := func(n int) [sha256.Size]byte { return sha256.Sum256([]byte(strconv.Itoa(n))) }
	var m memory
	start := time.Now()
	// One a second for an hour: whatever came in the last ten minutes is known.
	for n := range 3600 {
		now := start.Add(time.Duration(n) * time.Second)
		if m.again(key(n), now) {
			t.Fatalf("%d is said to have come before", n)
		}
		if before := n - int(memoryTime/time.Second); before >= 0 && !m.again(key(before), now) {
			t.Fatalf("%d is forgotten after %s", before, memoryTime)
		}
	}
	if m.again(key(0), start.Add(time.Hour)) {
		t.Error("what came an hour ago is not forgotten")
	}
	for n := range 5 * memorySize {
		m.again(key(-1-n), start.Add(time.Hour))
	}
	if n := len(m.young) + len(m.old); n > 2*memorySize {
		t.Errorf("%d are remembered, more than there is room for", n)
	}
	if !m.again(key(-5*memorySize), start.Add(time.Hour)) {
		t.Error("the last is forgotten in the crowd")
	}
}
