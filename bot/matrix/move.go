package matrix

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
)

// A room that is upgraded, or moved, is another room from then on. The channel
// stays the one that it was: its name is that of its first room, and we keep by
// which room each was replaced. So subscriptions, cards and whatever a config
// says of the channel go on.

const movedPrefix = "moved/"

// recall reads which rooms were replaced.
func (m *Matrix) recall(ctx context.Context) error {
	kept, err := m.o.Store.Kept(ctx, m.Name())
	if err != nil {
		return fmt.Errorf("reading which rooms were replaced: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, by := range kept {
		if room, ok := strings.CutPrefix(name, movedPrefix); ok {
			m.moved[id.RoomID(room)] = id.RoomID(by)
		}
	}
	return nil
}

// latest is the room that stands for a room now.
func (m *Matrix) latest(room id.RoomID) id.RoomID {
	m.mu.Lock()
	defer m.mu.Unlock()
	for range len(m.moved) { // which may be in a circle
		next, ok := m.moved[room]
		if !ok {
			break
		}
		room = next
	}
	return room
}

// channel is the name of a room for the rest of the house.
func (m *Matrix) channel(room id.RoomID) bot.Channel {
	m.mu.Lock()
	defer m.mu.Unlock()
	for range len(m.moved) {
		was := room
		for from, to := range m.moved {
			if to == room {
				was = from
			}
		}
		if was == room {
			break
		}
		room = was
	}
	return bot.Channel("matrix:" + room)
}

// expected reports whether a room is one that we are to speak in: it replaces one
// of ours, or has a subscription already.
func (m *Matrix) expected(ctx context.Context, room id.RoomID) bool {
	m.mu.Lock()
	for _, to := range m.moved {
		if to == room {
			m.mu.Unlock()
			return true
		}
	}
	m.mu.Unlock()
	if m.o.Channels == nil {
		return false
	}
	channels, err := m.o.Channels(ctx)
	if err != nil {
		m.log.Warn("failed to read which rooms have subscriptions", "err", err)
	}
	return slices.Contains(channels, bot.Channel("matrix:"+room))
}

// onTombstone follows a room to the one that replaces it
// (https://spec.matrix.org/v1.16/client-server-api/#room-upgrades). The other
// room must say the same, or whoever may end a room could send its alerts
// anywhere.
func (m *Matrix) onTombstone(ctx context.Context, s *session, e *event.Event) (acted bool) {
	to := e.Content.AsTombstone().ReplacementRoom
	if to == "" || to == e.RoomID || m.latest(to) == e.RoomID {
		return false
	}
	log := m.log.With("channel", m.channel(e.RoomID), "from", e.RoomID, "to", to)
	err := m.join(ctx, to, e.Sender.Homeserver())
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		log.Error("a room was replaced by one that it cannot join; invite it there, and to what is said in the old one people may not listen", "err", err)
		return true
	}
	err = m.confirm(ctx, s, e.RoomID, to)
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		log.Error("a room says that it was replaced by one to which it does not go; alerts stay where they were", "err", err)
		if _, err := call(ctx, func(ctx context.Context) (*mautrix.RespLeaveRoom, error) { return s.client.LeaveRoom(ctx, to) }); err != nil {
			log.Warn("failed to leave it", "err", failed("leaving", err))
		}
		return true
	}
	if err := m.o.Store.Keep(ctx, m.Name(), movedPrefix+string(e.RoomID), []byte(to)); err != nil {
		log.Error("failed to keep by which room another was replaced", "err", err)
		return false
	}
	m.mu.Lock()
	m.moved[e.RoomID] = to
	m.mu.Unlock()
	log.Info("followed a room to the one that replaces it")
	return true
}

// confirm is nil if a room says that it replaces another, and tells no more
// people what is said there than that did.
func (m *Matrix) confirm(ctx context.Context, s *session, from, to id.RoomID) error {
	var state mautrix.RoomStateMap
	err := persist(ctx, joinTime, func() (err error) { // or a passing failure would count as a no
		state, err = call(ctx, func(ctx context.Context) (mautrix.RoomStateMap, error) { return s.client.State(ctx, to) })
		if err != nil {
			return failed("reading a room", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	create := state[event.StateCreate][""]
	if create == nil {
		return fmt.Errorf("room %s does not say what it is", to)
	}
	if was := create.Content.AsCreate().Predecessor; was == nil || was.RoomID != from {
		return fmt.Errorf("room %s does not name %s as the one before it", to, from)
	}
	secret, err := m.o.Device.wasEncrypted(ctx, from)
	if err == nil && secret && state[event.StateEncryption][""] == nil {
		err = fmt.Errorf("room %s is not encrypted, and %s is", to, from)
	}
	return err
}
