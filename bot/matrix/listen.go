package matrix

import (
	"context"
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
		if !troubled && (s == nil || s.over.Err() == nil) {
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
	res, err := s.sync(ctx, m.since.Next, wait)
	if err != nil {
		err = failed("listening", err)
		m.learn(s, err, false)
		return err
	}
	m.take(ctx, s, res)
	return nil
}

// take hands on all that the homeserver says is new. Keys and the state of rooms
// are taken at once; the rest is queued, and the next position is kept when all
// of it was worked.
func (m *Matrix) take(ctx context.Context, s *session, res *mautrix.RespSync) {
	first := m.since.Next == ""
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
		timelines[room] = m.timeline(ctx, s, room, data, first)
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
}

// timeline is what was said in a room since the position, in order, the part
// included that the homeserver leaves out where it is much, but nothing from
// before we joined.
func (m *Matrix) timeline(ctx context.Context, s *session, room id.RoomID, data *mautrix.SyncJoinedRoom, first bool) []*event.Event {
	events := data.Timeline.Events
	joined := slices.IndexFunc(events, func(e *event.Event) bool { return entered(e, s.me()) })
	if joined < 0 {
		joined = slices.IndexFunc(data.State.Events, func(e *event.Event) bool { return entered(e, s.me()) })
		if joined >= 0 { // and all that is in the timeline came after it
			return slices.Insert(events, 0, data.State.Events[joined])
		}
		if data.Timeline.Limited && !first {
			return append(m.gap(ctx, s, room, data.Timeline.PrevBatch), events...)
		}
		return events
	}
	return events[joined:]
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
	gapPage  = 100
	gapPages = 50
	gapSlack = 10 * time.Minute // clocks differ
)

// gap reads what the homeserver left out of a timeline: from where that begins,
// back to the position.
func (m *Matrix) gap(ctx context.Context, s *session, room id.RoomID, from string) []*event.Event {
	var events []*event.Event
	for range gapPages {
		res, err := call(ctx, func(ctx context.Context) (*mautrix.RespMessages, error) {
			return s.client.Messages(ctx, room, from, m.since.Next, mautrix.DirectionBackward, nil, gapPage)
		})
		if err != nil {
			m.log.Error("failed to read what was said in the meantime; commands in it are lost", "channel", m.channel(room), "err", failed("messages", err))
			break
		}
		for _, e := range res.Chunk {
			e.RoomID = room
			parse(e)
			if !m.since.At.IsZero() && time.UnixMilli(e.Timestamp).Before(m.since.At.Add(-gapSlack)) {
				res.End = "" // the homeserver goes on beyond what we asked for
				break
			}
			events = append(events, e)
			if entered(e, s.me()) {
				res.End = ""
				break
			}
		}
		if res.End == "" || res.End == from || len(res.Chunk) == 0 {
			slices.Reverse(events)
			return events
		}
		from = res.End
	}
	m.log.Error("left out the oldest of what was said in the meantime", "channel", m.channel(room), "read", len(events))
	slices.Reverse(events)
	return events
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
	device *Store
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
