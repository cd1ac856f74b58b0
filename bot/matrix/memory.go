package matrix

import "sync"

// memory remembers the latest things by key, as many as most; older ones make
// room. It is safe for use side by side.
type memory[K comparable, V any] struct {
	mu     sync.Mutex
	most   int
	values map[K]V
	order  []K // the oldest first; a key that was taken may still stand here
}

func newMemory[K comparable, V any](most int) *memory[K, V] {
	return &memory[K, V]{most: most, values: map[K]V{}}
}

func (m *memory[K, V]) put(key K, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, have := m.values[key]; !have {
		m.order = append(m.order, key)
	}
	m.values[key] = v
	for len(m.order) > m.most {
		delete(m.values, m.order[0])
		m.order = m.order[1:]
	}
}

func (m *memory[K, V]) get(key K) (v V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok = m.values[key]
	return v, ok
}

// take returns a thing and forgets it.
func (m *memory[K, V]) take(key K) (v V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok = m.values[key]
	delete(m.values, key)
	return v, ok
}
