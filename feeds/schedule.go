package feeds

import (
	"net/url"
	"strings"
	"time"
)

// schedule decides which feed is asked next. It belongs to one goroutine.
type schedule struct {
	gap    time.Duration
	past   map[string]past // by feed name
	flying map[string]bool // by feed name: being polled
	hosts  map[string]host
}

// source is a feed and the server its address names.
type source struct {
	Feed
	host string // with its port, in lower case
}

func hostOf(f Feed) string {
	u, err := url.Parse(f.URL)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// past is what we know of a feed's polls: what is stored, and which items the
// last document had.
type past struct {
	State
	items map[string]bool // by ID; nil until a document was read since the start
}

// with is the past after a poll that brought items. An item counts as new when
// the document before did not have it; at the start nothing is known of that
// one, and a server that answers a conditional request with a document has as a
// rule something new in it.
func (p past) with(items []Item, s State) past {
	fresh := past{s, make(map[string]bool, len(items))}
	for _, it := range items {
		fresh.items[it.ID] = true
		if !p.items[it.ID] {
			fresh.Changed = s.Succeeded
		}
	}
	return fresh
}

// host is how we stand with one server.
type host struct {
	busy bool
	free time.Time // when it may be asked again
}

func newSchedule(states map[string]State, gap time.Duration) *schedule {
	s := &schedule{gap: gap, past: map[string]past{}, flying: map[string]bool{}, hosts: map[string]host{}}
	for name, state := range states {
		s.past[name] = past{State: state}
	}
	return s
}

// due is when a feed wants to be polled; a zero time is at once. A poll that is
// yet to come was made under a clock that was ahead: its plans do not bind us.
func (s *schedule) due(src source, now time.Time) time.Time {
	if past := s.past[src.Name]; past.URL == src.URL && !past.Checked.After(now) {
		return past.Next
	}
	return time.Time{}
}

// start picks, of the feeds whose host may be asked, the one that has been due
// longest, and marks it and its host as busy. (Not the one first in the list:
// where a host has more feeds than it can be asked for, all must come round.)
func (s *schedule) start(sources []source, now time.Time) (next source, ok bool) {
	var longest time.Time
	for _, src := range sources {
		if h := s.hosts[src.host]; s.flying[src.Name] || h.busy || h.free.After(now) {
			continue
		}
		if due := s.due(src, now); !due.After(now) && (!ok || due.Before(longest)) {
			next, longest, ok = src, due, true
		}
	}
	if ok {
		s.flying[next.Name] = true
		s.hosts[next.host] = host{busy: true, free: now.Add(s.gap)}
	}
	return next, ok
}

// finish takes note of how a poll went.
func (s *schedule) finish(src source, p past) {
	delete(s.flying, src.Name)
	s.past[src.Name] = p
	h := s.hosts[src.host]
	h.busy = false
	s.hosts[src.host] = h
}

// wait is how long nothing can be started, if nothing happens meanwhile. It is
// never more than a minute, so that a computer that slept catches up.
func (s *schedule) wait(sources []source, now time.Time) time.Duration {
	shortest := time.Minute
	for _, src := range sources {
		if h := s.hosts[src.host]; !s.flying[src.Name] && !h.busy {
			shortest = min(shortest, max(s.due(src, now).Sub(now), h.free.Sub(now)))
		}
	}
	return shortest
}
