package matrix

import (
	"context"
	"encoding/json"
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
	if err := s.confirm(ctx, e.RoomID, to); err != nil {
		log.Error("a room says that it was replaced by one that does not say so; alerts stay where they were", "err", err)
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

// confirm is nil if a room says that it replaces another.
func (s *session) confirm(ctx context.Context, from, to id.RoomID) error {
	state, err := call(ctx, func(ctx context.Context) (mautrix.RoomStateMap, error) { return s.client.State(ctx, to) })
	if err != nil {
		return failed("reading a room", err)
	}
	create := state[event.StateCreate][""]
	if create == nil {
		return fmt.Errorf("room %s does not say what it is", to)
	}
	if was := create.Content.AsCreate().Predecessor; was == nil || was.RoomID != from {
		return fmt.Errorf("room %s does not name %s as the one before it", to, from)
	}
	return nil
}

// directChats takes in which rooms are conversations between two, as the account
// has it (https://spec.matrix.org/v1.16/client-server-api/#mdirect).
func (m *Matrix) directChats(events []*event.Event) {
	for _, e := range events {
		if chats, ok := e.Content.Parsed.(*event.DirectChatsEventContent); ok {
			m.mu.Lock()
			m.direct = *chats
			m.mu.Unlock()
		}
	}
}

// met notes that a room is a conversation with one user.
func (m *Matrix) met(ctx context.Context, s *session, user id.UserID, room id.RoomID) {
	m.mu.Lock()
	chats := map[id.UserID][]id.RoomID{}
	for with, rooms := range m.direct {
		chats[with] = slices.Clone(rooms)
	}
	if !slices.Contains(chats[user], room) {
		chats[user] = append(chats[user], room)
	}
	m.direct = chats
	text, err := json.Marshal(chats)
	m.mu.Unlock()
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		err = s.client.SetAccountData(ctx, event.AccountDataDirectChats.Type, json.RawMessage(text))
	}
	if err != nil {
		m.log.Warn("failed to keep that a room is a conversation between two", "channel", m.channel(room), "err", failedOrNil("account data", err))
	}
}

// isDirect reports whether a room is a conversation with one user, and nobody
// else has come in.
func (m *Matrix) isDirect(ctx context.Context, s *session, room id.RoomID) bool {
	m.mu.Lock()
	known := false
	for _, rooms := range m.direct {
		known = known || slices.Contains(rooms, room)
	}
	m.mu.Unlock()
	if !known {
		return false
	}
	members, err := s.client.StateStore.GetRoomJoinedOrInvitedMembers(ctx, room)
	return err == nil && len(members) == 2
}
