package matrix

import (
	"context"
	"sync"
	"time"

	"maunium.net/go/mautrix/id"
)

// How what is heard is worked.
const (
	backlog  = 1000                    // things heard that may wait before we hear no more
	share    = 100                     // of those that count, in one room: it must not make us deaf in all
	maxLane  = 10_000                  // things that may wait in one room; a gap has half as many
	graceful = 1500 * time.Millisecond // for what is being worked when run ends
)

// queue works what was heard: in order within a room, side by side across
// rooms. What is put there before run waits for it.
type queue struct {
	mu      sync.Mutex
	lanes   map[id.RoomID][]func(context.Context)
	waiting int                  // of what counts
	fewer   sync.Cond            // signalled when less waits
	work    func(room id.RoomID) // works a lane; nil while run does not run
}

func newQueue() *queue {
	q := &queue{lanes: map[id.RoomID][]func(context.Context){}}
	q.fewer.L = &q.mu
	return q
}

// put queues something to be done in a room. It reports false if too much waits
// there. What is not done when run ends is forgotten here, and must be heard
// again.
func (q *queue) put(room id.RoomID, do func(context.Context)) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	lane, busy := q.lanes[room]
	if len(lane) >= maxLane {
		return false
	}
	if len(lane) < share {
		q.waiting++
	}
	q.lanes[room] = append(lane, do)
	if !busy && q.work != nil {
		q.work(room)
	}
	return true
}

// next takes what is first in a lane, which ends where there is nothing, or
// nothing is to be worked any more.
func (q *queue) next(room id.RoomID) (do func(context.Context)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	lane := q.lanes[room]
	if len(lane) == 0 || q.work == nil {
		delete(q.lanes, room)
		return nil
	}
	do, q.lanes[room] = lane[0], lane[1:]
	if len(lane) <= share {
		q.waiting--
		q.fewer.Broadcast()
	}
	return do
}

// ready waits until there is room for more, or ctx ends.
func (q *queue) ready(ctx context.Context) {
	defer context.AfterFunc(ctx, func() { q.mu.Lock(); q.fewer.Broadcast(); q.mu.Unlock() })()
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.waiting > backlog && ctx.Err() == nil {
		q.fewer.Wait()
	}
}

// run works until ctx ends, and what is being worked then for a moment longer.
func (q *queue) run(ctx context.Context) {
	late, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var working sync.WaitGroup
	q.mu.Lock()
	q.work = func(room id.RoomID) {
		working.Go(func() {
			for do := q.next(room); do != nil; do = q.next(room) {
				do(late)
			}
		})
	}
	for room := range q.lanes {
		q.work(room)
	}
	q.mu.Unlock()
	<-ctx.Done()
	time.AfterFunc(graceful, stop)
	q.mu.Lock()
	q.work = nil // so that no lane begins any more
	clear(q.lanes)
	q.waiting = 0
	q.mu.Unlock()
	working.Wait()
}
