package matrix

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// listen asks the homeserver what is new until ctx ends.
func (m *Matrix) listen(ctx context.Context) {
	troubled := false
	for wait := time.Second; ctx.Err() == nil; {
		m.queue.ready(ctx)
		s, err := m.open(ctx)
		if err == nil {
			err = m.hearOnce(ctx, s, troubled)
		}
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			if troubled {
				m.log.Info("hears again")
			}
			troubled, wait = false, time.Second
			continue
		}
		if !troubled && (s == nil || s.alive.Err() == nil) {
			m.log.Warn("hears nothing for now", "err", err)
		}
		troubled = true
		_ = sleep(ctx, wait) // ended with ctx, or over
		wait = min(2*wait, 30*time.Second)
	}
}

// hearOnce asks once. After trouble it does not wait for something new, so that
// it is known soon whether the trouble is over.
func (m *Matrix) hearOnce(ctx context.Context, s *session, troubled bool) error {
	wait := pollTime
	if troubled {
		wait = time.Millisecond
	}
	err := m.hearNext(ctx, s, wait)
	if err != nil {
		err = failed("listening", err)
		m.learn(s, err, false)
	}
	return err
}

// hearNext asks what is new since the position, and takes it in.
func (m *Matrix) hearNext(ctx context.Context, s *session, wait time.Duration) error {
	m.hearing.Lock()
	defer m.hearing.Unlock()
	res, err := s.sync(ctx, m.since.Next, wait)
	if err == nil {
		err = s.alive.Err() // then another session goes on from here
	}
	if err != nil {
		return err
	}
	return m.take(ctx, s, res)
}

// take hands on all that the homeserver says is new. Keys and the state of rooms
// are taken at once; the rest is queued, and the next position is kept when all
// of it was worked. After an error the same is to be asked for again.
func (m *Matrix) take(ctx context.Context, s *session, res *mautrix.RespSync) error {
	first := m.since.Next == ""
	missed := map[id.RoomID][]*event.Event{}
	if !first {
		var err error
		if missed, err = m.gaps(ctx, s, res); err != nil {
			return err
		}
	}
	// A panic of the library's is an error here, and the rest is heard all the same.
	s.keys.Lock()
	err := s.syncer.ProcessResponse(ctx, res, m.since.Next)
	s.keys.Unlock()
	if err != nil {
		m.log.Error("failed to take in what the homeserver said", "err", err)
	}
	next := position{res.NextBatch, time.Now()}
	b := m.progress.begin(next)
	defer b.done(ctx)
	m.directChats(res.AccountData.Events)
	for room, data := range res.Rooms.Invite {
		m.onInvite(b, s, room, data.State.Events)
	}
	for room, data := range res.Rooms.Leave {
		if !first {
			m.onLeave(s, room, slices.Concat(data.State.Events, data.Timeline.Events))
		}
	}
	timelines := map[id.RoomID][]*event.Event{}
	for room, data := range res.Rooms.Join {
		timelines[room] = append(missed[room], sinceJoining(data, s.me())...)
	}
	for _, events := range timelines {
		m.remember(s, events)
	}
	if !first { // else it is what was said before we came
		for room, events := range timelines {
			m.hear(b, s, room, events)
		}
	}
	m.since = next
	return nil
}

// sinceJoining is what was said in a room, in order, and nothing from before we
// joined it.
func sinceJoining(data *mautrix.SyncJoinedRoom, me id.UserID) []*event.Event {
	joining := func(e *event.Event) bool { return entered(e, me) }
	events := data.Timeline.Events
	if i := slices.IndexFunc(events, joining); i >= 0 {
		return events[i:]
	}
	if i := slices.IndexFunc(data.State.Events, joining); i >= 0 { // all of the timeline came after it
		return slices.Insert(events, 0, data.State.Events[i])
	}
	return events
}

// entered reports whether an event is our joining a room, and not a change of
// our name in it.
func entered(e *event.Event, me id.UserID) bool {
	if e.Type != event.StateMember || e.GetStateKey() != string(me) || e.Content.AsMember().Membership != event.MembershipJoin {
		return false
	}
	was := e.Unsigned.PrevContent
	if was == nil {
		return true
	}
	_ = was.ParseRaw(event.StateMember) // what cannot be read was no joining
	return was.AsMember().Membership != event.MembershipJoin
}

// How much of a room's past is read after a time in which we heard nothing.
const (
	gapPages = 50
	gapSlack = 10 * time.Minute // clocks differ
)

// gaps reads what the homeserver leaves out of timelines, where they are long, by
// room.
func (m *Matrix) gaps(ctx context.Context, s *session, res *mautrix.RespSync) (map[id.RoomID][]*event.Event, error) {
	missed := map[id.RoomID][]*event.Event{}
	for room, data := range res.Rooms.Join {
		joining := func(e *event.Event) bool {
			parse(e)
			return entered(e, s.me())
		}
		if !data.Timeline.Limited || slices.ContainsFunc(data.State.Events, joining) || slices.ContainsFunc(data.Timeline.Events, joining) {
			continue
		}
		events, err := m.gap(ctx, s, room, data.Timeline.PrevBatch)
		if code := errcode(err); code == "M_FORBIDDEN" || code == "M_NOT_FOUND" {
			m.log.Error("may not read what was said in the meantime; commands in it are lost", "channel", m.channel(room), "err", err)
		} else if err != nil {
			return nil, fmt.Errorf("reading what was said in %s in the meantime: %w", room, err)
		}
		missed[room] = events
	}
	return missed, nil
}

// gap reads what was said in a room from a place in it back to the position, in
// order.
func (m *Matrix) gap(ctx context.Context, s *session, room id.RoomID, from string) ([]*event.Event, error) {
	var events []*event.Event // the latest first
	inOrder := func() []*event.Event { slices.Reverse(events); return events }
	for range gapPages {
		res, err := call(ctx, func(ctx context.Context) (*mautrix.RespMessages, error) {
			return s.client.Messages(ctx, room, from, m.since.Next, mautrix.DirectionBackward, nil, pageSize)
		})
		if err != nil {
			return nil, err
		}
		for _, e := range res.Chunk {
			e.RoomID = room
			parse(e)
			// The homeserver may go on beyond what we asked for.
			if time.UnixMilli(e.Timestamp).Before(m.since.At.Add(-gapSlack)) {
				return inOrder(), nil
			}
			events = append(events, e)
			if entered(e, s.me()) {
				return inOrder(), nil
			}
		}
		if res.End == "" || res.End == from || len(res.Chunk) == 0 {
			return inOrder(), nil
		}
		from = res.End
	}
	m.log.Error("left out the oldest of what was said in the meantime", "channel", m.channel(room), "read", len(events))
	return inOrder(), nil
}

// parse reads the content of an event that did not come by sync.
func parse(e *event.Event) {
	e.Type.Class = event.MessageEventType
	if e.StateKey != nil {
		e.Type.Class = event.StateEventType
	}
	_ = e.Content.ParseRaw(e.Type) // what cannot be read is none of ours
}

// call asks the homeserver something that takes no longer than any request.
func call[T any](ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return ask(ctx)
}

// progress is how far what was heard has been worked.
type progress struct {
	device *Device
	log    *slog.Logger

	mu      sync.Mutex
	batches []*batch // those not worked yet, the oldest first
}

// batch is what one sync told. It is worked when all that hold it are done.
type batch struct {
	of   *progress
	next position
	left int
}

// begin makes a batch that is held once.
func (p *progress) begin(next position) *batch {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := &batch{p, next, 1}
	p.batches = append(p.batches, b)
	return b
}

// hold makes the batch wait for one more.
func (b *batch) hold() {
	b.of.mu.Lock()
	defer b.of.mu.Unlock()
	b.left++
}

// done ends one hold. When all batches up to one are worked, its position is
// kept: what came before it need not be heard again.
func (b *batch) done(ctx context.Context) {
	p := b.of
	p.mu.Lock()
	defer p.mu.Unlock()
	b.left--
	var last *batch
	for len(p.batches) > 0 && p.batches[0].left == 0 {
		last, p.batches = p.batches[0], p.batches[1:]
	}
	if last == nil {
		return
	}
	// A position that was not kept is repaired by the next.
	if err := p.device.setPosition(context.WithoutCancel(ctx), last.next); err != nil {
		p.log.Warn("failed to keep how far we have heard", "err", err)
	}
}
