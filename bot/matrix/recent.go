package matrix

import "sync"

// recent is a map of the latest things, as many as most: older ones make room.
// It is safe for use side by side.
type recent[K comparable, V any] struct {
	mu     sync.Mutex
	most   int
	values map[K]V
	order  []K // the oldest first
}

func newRecent[K comparable, V any](most int) *recent[K, V] {
	return &recent[K, V]{most: most, values: map[K]V{}}
}

func (r *recent[K, V]) put(key K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, have := r.values[key]; !have {
		r.order = append(r.order, key)
	}
	r.values[key] = v
	for len(r.order) > r.most {
		delete(r.values, r.order[0])
		r.order = r.order[1:]
	}
}

func (r *recent[K, V]) get(key K) (v V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok = r.values[key]
	return v, ok
}
