package matrix

import (
	"context"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// How much of a room's past is read after a time in which we heard nothing.
const (
	gapPages = 50
	gapSlack = 10 * time.Minute // clocks differ

	// enoughOld is how many events in a row must say that they are old before we
	// believe that we have come to the past.
	enoughOld = 20
)

// gaps reads what the homeserver leaves out of timelines, where they are long, by
// room.
func (m *Matrix) gaps(ctx context.Context, s *session, res *mautrix.RespSync, giveUp bool) (map[id.RoomID][]*event.Event, error) {
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
		if code := errcode(err); err != nil && (giveUp || code == "M_FORBIDDEN" || code == "M_NOT_FOUND") {
			m.log.Error("cannot read what was said in the meantime; commands in it are lost", "channel", m.channel(room), "err", err)
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
	old := 0                  // of those, in a row, from before the position
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
			// The homeserver may go on beyond what we asked for. But whoever sends
			// an event says when that was: one is no sign.
			if time.UnixMilli(e.Timestamp).After(m.since.At.Add(-gapSlack)) {
				old = 0
			} else if old++; old == enoughOld {
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
