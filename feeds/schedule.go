package feeds

import (
	"container/heap"
	"net/url"
	"strings"
	"time"
)

// schedule decides which feed is asked next. It belongs to one goroutine.
//
// Each host has a heap of its feeds by when they are due, and the hosts that may
// be asked are in a heap by when their first is: so a step costs as much with
// thousands of feeds as with ten.
type schedule struct {
	gap    time.Duration
	feeds  map[string]Feed // by name, as all maps of names here
	past   map[string]past
	flying map[string]string // the host of a feed that is being polled
	hosts  map[string]*host
	queue  queue
	clock  time.Time // the latest that we were told
}

// host is how we stand with one server.
type host struct {
	name  string
	busy  bool
	free  time.Time // when it may be asked again
	feeds waiting
	place int // in the queue; -1 when it is not there
}

// turn is a feed that waits to be polled.
type turn struct {
	name string
	due  time.Time
}

// hostOf names the server of an address: with its port, unless that is the
// usual one.
func hostOf(u *url.URL) string {
	name := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if port := u.Port(); port != "" && port != defaultPorts[u.Scheme] {
		name += ":" + port
	}
	return name
}

// hostIn is hostOf an address in text; "" if it is none.
func hostIn(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return hostOf(u)
}

func newSchedule(states map[string]State, gap time.Duration) *schedule {
	s := &schedule{gap: gap, past: map[string]past{}, flying: map[string]string{}, hosts: map[string]*host{}}
	for name, state := range states {
		s.past[name] = past{State: state}
	}
	return s
}

// set replaces the list of feeds. What is being polled is, to its end.
func (s *schedule) set(feeds []Feed, now time.Time) {
	s.feeds = make(map[string]Feed, len(feeds))
	for _, f := range feeds {
		s.feeds[f.Name] = f
	}
	s.queueAll(now)
}

// queueAll makes all heaps anew.
func (s *schedule) queueAll(now time.Time) {
	s.clock, s.queue = now, nil
	for name, h := range s.hosts {
		h.feeds, h.place = nil, -1
		if !h.busy && !h.free.After(now) {
			delete(s.hosts, name)
		}
	}
	for name, f := range s.feeds {
		if _, flies := s.flying[name]; !flies {
			s.await(f)
		}
	}
}

// await puts a feed among those that wait for their host.
func (s *schedule) await(f Feed) {
	past := s.past[f.Name].of(f)
	if past.Gone {
		return
	}
	name := hostIn(past.address(f))
	h := s.hosts[name]
	if h == nil {
		h = &host{name: name, place: -1}
		s.hosts[name] = h
	}
	due := past.Next
	if past.Checked.After(s.clock) { // under a clock that was ahead: its plans do not bind us
		due = time.Time{}
	}
	heap.Push(&h.feeds, turn{f.Name, due})
	s.place(h)
}

// place puts a host where it belongs in the queue, or out of it.
func (s *schedule) place(h *host) {
	in := !h.busy && len(h.feeds) > 0
	switch {
	case in && h.place < 0:
		heap.Push(&s.queue, h)
	case in:
		heap.Fix(&s.queue, h.place)
	case h.place >= 0:
		heap.Remove(&s.queue, h.place)
	}
}

// start picks, of the feeds whose host may be asked, the one that has been due
// longest, and marks it and its host as busy. (Not the one first in the list:
// where a host has more feeds than it can be asked for, all must come round.)
func (s *schedule) start(now time.Time) (f Feed, ok bool) {
	if back := s.clock.Sub(now); back > time.Second {
		for _, h := range s.hosts {
			h.free = h.free.Add(-back)
		}
		s.queueAll(now)
	}
	s.clock = now
	if len(s.queue) == 0 || s.queue[0].next().After(now) {
		return Feed{}, false
	}
	h := heap.Pop(&s.queue).(*host)
	f = s.feeds[heap.Pop(&h.feeds).(turn).name]
	h.busy, h.free = true, now.Add(s.gap)
	s.flying[f.Name] = h.name
	return f, true
}

// finish takes note of how a poll went, and of what its server has asked for.
func (s *schedule) finish(d polled, now time.Time) {
	s.clock = now
	h := s.hosts[s.flying[d.feed]]
	h.busy = false
	h.free = now.Add(max(h.free.Sub(now), d.hold))
	s.place(h)
	delete(s.flying, d.feed)
	s.past[d.feed] = d.past
	if f, ok := s.feeds[d.feed]; ok {
		s.await(f)
	}
}

// idle is how long nothing can be started, if nothing happens meanwhile. It is
// never more than a minute, so that a computer that slept catches up.
func (s *schedule) idle(now time.Time) time.Duration {
	if len(s.queue) == 0 {
		return time.Minute
	}
	return min(time.Minute, max(0, s.queue[0].next().Sub(now)))
}

// next is when the host's first feed may be asked.
func (h *host) next() time.Time {
	if due := h.feeds[0].due; due.After(h.free) {
		return due
	}
	return h.free
}

// waiting is a heap of the feeds of a host, by when they are due.
type waiting []turn

func (w waiting) Len() int           { return len(w) }
func (w waiting) Less(i, j int) bool { return w[i].due.Before(w[j].due) }
func (w waiting) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *waiting) Push(x any)        { *w = append(*w, x.(turn)) }
func (w *waiting) Pop() any          { last := (*w)[len(*w)-1]; *w = (*w)[:len(*w)-1]; return last }

// queue is a heap of the hosts that may be asked, by when.
type queue []*host

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].next().Before(q[j].next()) }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}
func (q *queue) Push(x any) {
	h := x.(*host)
	h.place = len(*q)
	*q = append(*q, h)
}
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q, last.place = (*q)[:len(*q)-1], -1
	return last
}
