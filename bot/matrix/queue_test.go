package matrix

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"maunium.net/go/mautrix/id"
)

// runs runs a queue until stop is called, which waits for its end.
func runs(t *testing.T, q *queue) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var wg sync.WaitGroup
	wg.Go(func() { q.run(ctx) })
	return func() { cancel(); wg.Wait() }
}

// TestQueueOrder works one thing at a time in a room, in order, whether it came
// before run or after.
func TestQueueOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		var mu sync.Mutex
		got, busy := map[id.RoomID][]int{}, map[id.RoomID]bool{}
		put := func(room id.RoomID, n int) {
			q.put(room, func(context.Context) {
				mu.Lock()
				if busy[room] {
					t.Errorf("%s: two at once", room)
				}
				busy[room] = true
				mu.Unlock()
				time.Sleep(time.Duration(10-n%10) * time.Second) // the later, the faster
				mu.Lock()
				busy[room] = false
				got[room] = append(got[room], n)
				mu.Unlock()
			})
		}
		rooms := []id.RoomID{"!a", "!b", "!c"}
		want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
		all := func(from, to int) {
			for n := from; n < to; n++ {
				for _, room := range rooms {
					put(room, n)
				}
			}
		}
		all(0, 4)
		synctest.Wait()
		if len(got) > 0 {
			t.Errorf("worked before run: %v", got)
		}
		start := time.Now()
		stop := runs(t, q)
		synctest.Wait()
		all(4, 8)
		time.Sleep(time.Hour) // the lanes have ended, and begin anew
		all(8, 10)
		time.Sleep(time.Hour)
		stop()
		for _, room := range rooms {
			if !slices.Equal(got[room], want) {
				t.Errorf("%s: %v", room, got[room])
			}
		}
		if took := time.Since(start); took != 2*time.Hour {
			t.Errorf("an idle queue took %s to end", took-2*time.Hour)
		}
		if len(q.lanes) != 0 || q.waiting != 0 {
			t.Errorf("%d lanes and %d things are left", len(q.lanes), q.waiting)
		}
	})
}

// TestQueueSideBySide has a room whose work waits for another's.
func TestQueueSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		defer runs(t, q)()
		const n = 100
		var here sync.WaitGroup
		here.Add(n)
		var met atomic.Int32
		for i := range n {
			q.put(id.RoomID(fmt.Sprint("!", i)), func(context.Context) {
				here.Done()
				here.Wait() // for all the others
				met.Add(1)
			})
		}
		synctest.Wait()
		if met.Load() != n {
			t.Errorf("%d of %d rooms were worked side by side", met.Load(), n)
		}
	})
}

// TestQueueReady waits above the backlog, and not at it.
func TestQueueReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		ready := func(ctx context.Context) *atomic.Bool {
			var is atomic.Bool
			go func() { q.ready(ctx); is.Store(true) }()
			synctest.Wait()
			return &is
		}
		step := make(chan bool)
		put := func(room string) { q.put(id.RoomID(room), func(context.Context) { <-step }) }
		const rooms = backlog / share
		for i := range backlog {
			put(fmt.Sprint("!", i%rooms))
		}
		if !ready(t.Context()).Load() {
			t.Error("waits at the backlog")
		}
		put("!one more")
		ended, end := context.WithCancel(t.Context())
		other := ready(ended)
		var all []*atomic.Bool // more than there are rooms
		for range 5 * rooms {
			all = append(all, ready(t.Context()))
		}
		released := func() (n int) {
			synctest.Wait()
			for _, is := range all {
				if is.Load() {
					n++
				}
			}
			return n
		}
		if released() > 0 || other.Load() {
			t.Error("does not wait above the backlog")
		}
		end()
		if n := released(); n > 0 || !other.Load() {
			t.Error("the end of one context is not the end of its wait alone")
		}
		if !ready(ended).Load() {
			t.Error("waits although its context has ended")
		}
		stop := runs(t, q) // which takes the first of each room
		if n := released(); n != len(all) {
			t.Errorf("%d of %d are released when less waits", n, len(all))
		}
		put("!one more")
		for i := range rooms {
			put(fmt.Sprint("!", i))
		}
		late := ready(t.Context())
		if late.Load() {
			t.Error("does not wait above the backlog once more")
		}
		step <- true // one is done, and the next is taken
		synctest.Wait()
		if !late.Load() {
			t.Error("is not released by work")
		}
		close(step)
		stop()
	})
}

// TestQueueFull takes no more in a room where too much waits, and in others does.
func TestQueueFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		step := make(chan bool)
		worked := 0
		put := func(room id.RoomID) bool {
			return q.put(room, func(context.Context) { <-step; worked++ })
		}
		for i := range maxLane {
			if !put("!busy") {
				t.Fatalf("refused number %d", i+1)
			}
		}
		for range 2 {
			if put("!busy") {
				t.Error("takes more than a lane holds")
			}
		}
		if !q.put("!calm", func(context.Context) {}) {
			t.Error("refused another room's")
		}
		if q.waiting != share+1 {
			t.Errorf("%d count, want %d: one room has its share, and no more", q.waiting, share+1)
		}
		stop := runs(t, q)
		synctest.Wait()
		if !put("!busy") || put("!busy") { // the first is being worked, and waits no more
			t.Error("room for one is not room for one")
		}
		close(step)
		synctest.Wait()
		if !put("!busy") {
			t.Error("refused although nothing waits")
		}
		synctest.Wait()
		stop()
		if worked != maxLane+2 {
			t.Errorf("%d were worked, want %d", worked, maxLane+2)
		}
	})
}

// TestQueueEnds gives what is being worked a moment more, and nothing to what
// waits behind it.
func TestQueueEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		ctx, cancel := context.WithCancel(t.Context())
		end := time.Now().Add(time.Minute)
		var quick, slow time.Duration // how long after the end
		var quickErr error
		q.put("!quick", func(ctx context.Context) {
			time.Sleep(time.Until(end) + graceful/2)
			quick, quickErr = time.Since(end), ctx.Err()
		})
		q.put("!slow", func(ctx context.Context) {
			<-ctx.Done()
			slow = time.Since(end)
			time.Sleep(time.Second) // and then takes its time
		})
		for _, room := range []id.RoomID{"!quick", "!slow"} {
			q.put(room, func(context.Context) { t.Errorf("%s: works on after the end", room) })
		}
		done := make(chan time.Duration)
		go func() { q.run(ctx); done <- time.Since(end) }()
		time.Sleep(time.Until(end))
		cancel()
		took := <-done
		if quick != graceful/2 || quickErr != nil {
			t.Errorf("what takes half of the time ended after %s, %v", quick, quickErr)
		}
		if slow != graceful {
			t.Errorf("what would go on was cancelled after %s, want %s", slow, graceful)
		}
		if took != graceful+time.Second {
			t.Errorf("run ended after %s, and not with what it worked", took)
		}
	})
}

// TestQueuePutLate puts while run ends and after it, from within the work and
// beside it: nothing begins after the end, and nothing panics.
func TestQueuePutLate(t *testing.T) {
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			q := newQueue()
			ctx, cancel := context.WithCancel(t.Context())
			var ended, ran atomic.Bool
			var begun atomic.Int32
			do := func(context.Context) {
				begun.Add(1)
				if ended.Load() {
					ran.Store(true)
				}
			}
			// What is being worked at the end queues more, for itself and others.
			q.put("!a", func(context.Context) {
				<-ctx.Done()
				synctest.Wait() // until run knows
				for _, room := range []id.RoomID{"!a", "!b", "!new"} {
					q.put(room, func(context.Context) { ran.Store(true) })
				}
			})
			var wg sync.WaitGroup
			wg.Go(func() { q.run(ctx); ended.Store(true) })
			for i := range 4 {
				wg.Go(func() {
					for n := range 50 {
						q.put(id.RoomID(fmt.Sprint("!", i, n%3)), do)
					}
				})
			}
			wg.Go(cancel)
			wg.Wait()
			n := begun.Load()
			for i := range 10 {
				q.put(id.RoomID(fmt.Sprint("!", i)), do)
			}
			time.Sleep(time.Hour)
			if begun.Load() != n || ran.Load() {
				t.Error("something was worked after the end")
			}
		})
	}
}
