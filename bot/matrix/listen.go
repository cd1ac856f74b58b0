package matrix

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
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
		m.learn(s, err, ordinary)
	}
	return err
}

// hearNext asks what is new since the position, and takes it in.
func (m *Matrix) hearNext(ctx context.Context, s *session, wait time.Duration) error {
	m.hearing.Lock()
	defer m.hearing.Unlock()
	res, err := m.news(ctx, s, wait)
	if err == nil {
		err = s.alive.Err() // then another session goes on from here
	}
	if err != nil {
		return err
	}
	m.missing.Store(0)
	return m.take(ctx, s, res)
}

// news asks what is new since the position. Where the homeserver has forgotten
// that, what came since then is heard as the beginning of a new account's life:
// not at all.
func (m *Matrix) news(ctx context.Context, s *session, wait time.Duration) (*mautrix.RespSync, error) {
	res, err := s.sync(ctx, m.since.Next, wait)
	if errcode(err) != "M_UNKNOWN_POS" && (m.since.Next == "" || errcode(err) != "M_INVALID_PARAM") {
		return res, err
	}
	m.log.Error("the homeserver does not know how far we had heard; commands typed since are lost", "since", m.since.At, "err", err)
	m.since = position{}
	return s.sync(ctx, "", 0)
}

// How long what the homeserver says may take to be taken in, and how often that
// is tried before we go on without what is wrong with it: one room must not make
// us deaf and dumb in all.
const (
	takeTime = time.Minute
	maxTries = 5
)

// take hands on all that the homeserver says is new. Keys and the state of rooms
// are taken at once; the rest is queued, and the next position is kept when all
// of it was worked. After an error the same is to be asked for again.
func (m *Matrix) take(ctx context.Context, s *session, res *mautrix.RespSync) error {
	first := m.since.Next == ""
	missed, err := m.takeIn(ctx, s, res)
	if err != nil {
		if err = failed("taking in what is new", err); counts(err) {
			m.tries++
		}
		return err
	}
	m.tries = 0
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
		m.strange.put(room, false)
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

// counts reports whether an error may stand in our way for ever.
func counts(err error) bool {
	retry, ok := errors.AsType[*bot.RetryError](err)
	return !errors.Is(err, errAway) && (!ok || retry.After == 0)
}

// takeIn takes in keys and the state of rooms, and returns what timelines leave
// out. What has begun goes on for a moment when ctx ends: a half of it would be
// taken for the whole.
func (m *Matrix) takeIn(ctx context.Context, s *session, res *mautrix.RespSync) (missed map[id.RoomID][]*event.Event, err error) {
	giveUp := m.tries >= maxTries
	if m.since.Next != "" {
		if missed, err = m.gaps(ctx, s, res, giveUp); err != nil {
			return nil, err
		}
	}
	ctx, cancel := lasting(ctx, takeTime)
	defer cancel()
	for room, data := range res.Rooms.Join {
		for _, e := range slices.Concat(data.State.Events, missed[room], data.Timeline.Events) {
			if err := m.guard(ctx, room, e); err != nil {
				return nil, err
			}
		}
	}
	err = s.keys.takeIn(ctx, res.DeviceLists.Changed, func() error {
		return s.syncer.ProcessResponse(ctx, res, m.since.Next) // its panics are errors
	})
	if err == nil {
		err = ctx.Err() // it does not say itself that it was cut off
	}
	if err == nil {
		err = m.weaken(ctx, s, res)
	}
	if err != nil && giveUp {
		m.log.Error("went on without what could not be taken in", "err", err)
		err = nil
	}
	return missed, err
}

// lasting is a context that outlives ctx by a moment, and ends by itself.
func lasting(ctx context.Context, most time.Duration) (context.Context, context.CancelFunc) {
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), most)
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(graceful, cancel) })
	return late, func() { stop(); cancel() }
}

// guard notes that a room is encrypted when it says so for the first time. What
// it says of that later may make the library forget it.
func (m *Matrix) guard(ctx context.Context, room id.RoomID, e *event.Event) error {
	if e.Type.Type != event.StateEncryption.Type || e.StateKey == nil {
		return nil
	}
	return m.o.Device.setEncrypted(ctx, room)
}

// weaken takes the power from everybody in rooms whose powers cannot be read, as
// those are that older versions allow to be written as text. The library would go
// on with those from before.
func (m *Matrix) weaken(ctx context.Context, s *session, res *mautrix.RespSync) error {
	for room, data := range res.Rooms.Join {
		for _, e := range slices.Backward(slices.Concat(data.State.Events, data.Timeline.Events)) {
			if e.Type.Type != event.StatePowerLevels.Type || e.StateKey == nil {
				continue
			}
			if json.Unmarshal(e.Content.VeryRaw, &event.PowerLevelsEventContent{}) == nil {
				break
			}
			m.log.Error("cannot read who has which power in a room; nobody may change what is told there but those in matrix.admins", "channel", m.channel(room))
			if err := s.client.StateStore.SetPowerLevels(ctx, room, &event.PowerLevelsEventContent{}); err != nil {
				return err
			}
			break
		}
	}
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
