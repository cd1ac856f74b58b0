package slack

import (
	"crypto/sha256"
	"sync"
	"time"
)

// memory knows what came before, for at least memoryTime, and forgets it some
// time after, or when more comes than it has room for. The zero memory is
// empty.
type memory struct {
	mu         sync.Mutex
	young, old map[[sha256.Size]byte]struct{}
	turned     time.Time // when young was empty
}

// What is remembered is good for once, and not longer than that: a signature for
// five minutes before and after its time, the state of an installation for ten
// minutes. There is room for far more than Slack says meanwhile, in about 6 MB.
const (
	memoryTime = 10 * time.Minute
	memorySize = 1 << 15
)

// again reports whether key came before, and remembers that it came now.
func (m *memory) again(key [sha256.Size]byte, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.young[key]; ok {
		return true
	}
	if _, ok := m.old[key]; ok {
		return true
	}
	if m.young == nil || now.Sub(m.turned) > memoryTime || len(m.young) >= memorySize {
		m.old, m.young, m.turned = m.young, map[[sha256.Size]byte]struct{}{}, now
	}
	m.young[key] = struct{}{}
	return false
}

// forget makes key one that never came.
func (m *memory) forget(key [sha256.Size]byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.young, key)
	delete(m.old, key)
}
