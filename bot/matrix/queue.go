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
	graceful = 1500 * time.Millisecond // for what is being worked when Run ends
)

// queue works what was heard: in order within a room, side by side across
// rooms. Before run nothing is worked.
type queue struct {
	mu      sync.Mutex
	lanes   map[id.RoomID][]func(context.Context)
	waiting int
	room    sync.Cond       // signalled when less waits
	ctx     context.Context // of the work, nil before run
	late    context.Context // the same, and a moment longer
	working sync.WaitGroup
}

func newQueue() *queue {
	q := &queue{lanes: map[id.RoomID][]func(context.Context){}}
	q.room.L = &q.mu
	return q
}

// put queues something to be done in a room. What is not done when run ends is
// forgotten here, and must be heard again.
func (q *queue) put(room id.RoomID, do func(context.Context)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting++
	lane, busy := q.lanes[room]
	q.lanes[room] = append(lane, do)
	if !busy && q.ctx != nil {
		q.start(room)
	}
}

// start works a lane until it is empty. q.mu is held.
func (q *queue) start(room id.RoomID) {
	q.working.Go(func() {
		for do := q.next(room); do != nil; do = q.next(room) {
			do(q.late)
		}
	})
}

// next takes what is first in a lane, which ends where there is nothing, or
// nothing is to be worked any more.
func (q *queue) next(room id.RoomID) (do func(context.Context)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	lane := q.lanes[room]
	if len(lane) == 0 || q.ctx.Err() != nil {
		delete(q.lanes, room)
		return nil
	}
	do, q.lanes[room] = lane[0], lane[1:]
	q.waiting--
	q.room.Broadcast()
	return do
}

// ready waits until there is room for more, or ctx ends.
func (q *queue) ready(ctx context.Context) {
	defer context.AfterFunc(ctx, func() { q.mu.Lock(); q.room.Broadcast(); q.mu.Unlock() })()
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.waiting > backlog && ctx.Err() == nil {
		q.room.Wait()
	}
}

// run works until ctx ends, and what is being worked then for a moment longer.
func (q *queue) run(ctx context.Context) {
	late, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(graceful, stop) })()
	q.mu.Lock()
	q.ctx, q.late = ctx, late
	for room := range q.lanes {
		q.start(room)
	}
	q.mu.Unlock()
	<-ctx.Done()
	q.mu.Lock() // nobody is between looking at the context and being waited for
	clear(q.lanes)
	q.waiting = 0
	q.mu.Unlock()
	q.working.Wait()
}
