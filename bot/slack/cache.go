package slack

import (
	"sync"
	"time"
)

// fresh is how long what Slack said of a user or a channel is believed: long
// enough for a busy channel, short enough for who was just made a guest.
const fresh = time.Minute

// cache remembers what Slack said, by key, for as long as it is fresh.
type cache[V any] struct {
	mu     sync.Mutex
	values map[string]cached[V]
}

type cached[V any] struct {
	value V
	until time.Time
}

func newCache[V any]() cache[V] { return cache[V]{values: map[string]cached[V]{}} }

// get returns what is remembered, or asks.
func (c *cache[V]) get(key string, ask func() (V, error)) (V, error) {
	now := time.Now()
	c.mu.Lock()
	have, ok := c.values[key]
	c.mu.Unlock()
	if ok && now.Before(have.until) {
		return have.value, nil
	}
	v, err := ask()
	if err != nil {
		return v, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, old := range c.values {
		if now.After(old.until) {
			delete(c.values, k)
		}
	}
	c.values[key] = cached[V]{v, now.Add(fresh)}
	return v, nil
}
