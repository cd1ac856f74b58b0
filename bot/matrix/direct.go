package matrix

import (
	"context"
	"maps"
	"slices"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

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

// readDirect reads which rooms are conversations between two: a sync tells it
// when it changes.
func (m *Matrix) readDirect(ctx context.Context, s *session) error {
	chats := event.DirectChatsEventContent{}
	_, err := call(ctx, func(ctx context.Context) (any, error) {
		return nil, s.client.GetAccountData(ctx, event.AccountDataDirectChats.Type, &chats)
	})
	if err != nil && errcode(err) != "M_NOT_FOUND" {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.direct = chats
	return nil
}

// met notes that a room is a conversation with one user.
func (m *Matrix) met(ctx context.Context, s *session, user id.UserID, room id.RoomID) {
	err := m.readDirect(ctx, s) // or we would write over what others have noted
	if err == nil {
		m.mu.Lock()
		chats := maps.Clone(m.direct)
		if !slices.Contains(chats[user], room) {
			chats[user] = append(slices.Clip(chats[user]), room)
		}
		m.direct = chats
		m.mu.Unlock()
		_, err = call(ctx, func(ctx context.Context) (any, error) {
			return nil, s.client.SetAccountData(ctx, event.AccountDataDirectChats.Type, chats)
		})
	}
	if err != nil {
		m.log.Warn("failed to keep that a room is a conversation between two", "channel", m.channel(room), "err", failed("account data", err))
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
