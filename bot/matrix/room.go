package matrix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
)

const (
	joinTime  = 10 * time.Minute // for another server to let us in
	enterTime = 10 * time.Minute // before a door that was shut is tried again
	awayTime  = 2 * time.Minute  // before it is looked again whether somebody has invited us
)

// place finds the room that a channel's name stands for, and that we are in it.
// [bot.ErrChannelGone] if there is no such room; where somebody need only invite
// us, it waits for that.
func (m *Matrix) place(ctx context.Context, c bot.Channel) (*session, id.RoomID, error) {
	if !strings.HasPrefix(c.Name(), "!") {
		return nil, "", fmt.Errorf("matrix: %q is not a room of Matrix, which look like matrix:!abc:example.org: %w", c, bot.ErrChannelGone)
	}
	s, err := m.open(ctx)
	if err != nil {
		return nil, "", err
	}
	room := m.latest(id.RoomID(c.Name()))
	if joined, _ := m.joined.get(room); !joined && !s.client.StateStore.IsInRoom(ctx, room, s.me()) {
		err = m.enter(ctx, s, room)
	}
	return s, room, err
}

// enter tries to join a room that we are to speak in and are not in: anybody may
// join some, and an invitation may have come before its sender was allowed.
func (m *Matrix) enter(ctx context.Context, s *session, room id.RoomID) error {
	absent := &bot.RetryError{After: awayTime, Err: fmt.Errorf("matrix: we are not in room %s: invite %s", room, s.me())}
	if last, ok := m.tried.get(room); ok && time.Since(last) < enterTime {
		return absent
	}
	m.tried.put(room, time.Now())
	m.strange.put(room, true)
	_, err := call(ctx, func(ctx context.Context) (*mautrix.RespJoinRoom, error) { return s.client.JoinRoomByID(ctx, room) })
	if err == nil {
		m.joined.put(room, true)
		m.log.Info("joined a room", "channel", m.channel(room))
		return nil
	}
	if errors.Is(failed("joining", err), bot.ErrChannelGone) {
		return fmt.Errorf("matrix: there is no room %s: %w", room, bot.ErrChannelGone)
	}
	m.log.Error("is not in a room that it is to speak in, and what is to be said there waits: invite it", "channel", m.channel(room), "as", s.me(), "err", failed("joining", err))
	return absent
}

// encrypted reports whether what is said in a room is to be encrypted. A room that
// ever was, stays so, whatever is said of it later. Of one that was not, as far as
// we have heard, the homeserver is asked each time: what was said in clear cannot
// be taken back.
func (m *Matrix) encrypted(ctx context.Context, s *session, room id.RoomID) (bool, error) {
	if strange, _ := m.strange.get(room); strange { // a key must be for all who are there
		state, err := s.client.State(ctx, room)
		if err != nil {
			return false, err
		}
		if e := state[event.StateEncryption][""]; e != nil {
			if err := m.guard(ctx, room, e); err != nil {
				return false, err
			}
		}
		m.strange.put(room, false)
	}
	secret, err := m.o.Device.wasEncrypted(ctx, room)
	if err != nil {
		return false, fmt.Errorf("reading whether room %s is encrypted: %w", room, err)
	}
	if !secret {
		var content json.RawMessage
		err := s.client.StateEvent(ctx, room, event.StateEncryption, "", &content)
		if errcode(err) == "M_NOT_FOUND" {
			return false, nil
		}
		if err == nil {
			err = m.o.Device.setEncrypted(ctx, room)
		}
		if err != nil {
			return false, err
		}
	}
	// The library goes by the latest that was said of it.
	if known, err := s.client.StateStore.IsEncrypted(ctx, room); err != nil || known {
		return true, err
	}
	return true, s.client.StateStore.SetEncryptionEvent(ctx, room, &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1})
}

// onInvite joins a room that somebody who may has invited us to. Invitations from
// one server wait for each other: its users may send as many as they like.
func (m *Matrix) onInvite(b *batch, s *session, room id.RoomID, state []*event.Event) {
	by, direct, ok := invitation(state, s.me())
	if !ok {
		m.log.Warn("left an invitation alone that does not say who sent it", "channel", m.channel(room))
		return
	}
	b.hold()
	queued := m.queue.put(id.RoomID("invited from "+by.Homeserver()), func(ctx context.Context) {
		if m.o.mayInvite(s.me(), by) || m.expected(ctx, room) {
			m.accept(ctx, s, room, by, direct)
		} else {
			m.decline(ctx, s, room, by)
		}
		if ctx.Err() == nil { // else it will be heard again
			b.done(ctx)
		}
	})
	if !queued {
		m.log.Warn("left an invitation alone: there are too many", "channel", m.channel(room), "by", by)
		b.done(context.Background())
	}
}

// invitation is who has invited us; not ok if nobody has, or it is not clear who:
// all that stands beside the invitation is whatever the inviting server says.
func invitation(state []*event.Event, me id.UserID) (by id.UserID, direct, ok bool) {
	for _, e := range state {
		if e.Type != event.StateMember || e.GetStateKey() != string(me) {
			continue
		}
		said, parsed := e.Content.Parsed.(*event.MemberEventContent)
		if !parsed || said.Membership != event.MembershipInvite || by != "" && by != e.Sender {
			return "", false, false
		}
		by, direct, ok = e.Sender, said.IsDirect, true
	}
	return by, direct, ok
}

// accept joins a room that we were invited to.
func (m *Matrix) accept(ctx context.Context, s *session, room id.RoomID, by id.UserID, direct bool) {
	err := m.o.Device.setUngreeted(ctx, room)
	if err == nil {
		err = m.join(ctx, room, "")
	}
	switch {
	case ctx.Err() != nil:
	case err != nil:
		m.log.Error("failed to join a room that it was invited to", "channel", m.channel(room), "by", by, "err", err)
	default:
		m.log.Info("joined a room", "channel", m.channel(room), "by", by)
		if direct {
			m.met(ctx, s, by, room)
		}
	}
}

// decline says no to an invitation.
func (m *Matrix) decline(ctx context.Context, s *session, room id.RoomID, by id.UserID) {
	m.log.Warn("declined an invitation from somebody whom matrix.allow does not name", "channel", m.channel(room), "by", by)
	_, err := call(ctx, func(ctx context.Context) (*mautrix.RespLeaveRoom, error) { return s.client.LeaveRoom(ctx, room) })
	if err != nil && ctx.Err() == nil {
		m.log.Warn("failed to decline an invitation", "channel", m.channel(room), "err", failed("leaving", err))
	}
}

// join joins a room as soon as it can, by way of a server if one is named.
func (m *Matrix) join(ctx context.Context, room id.RoomID, via string) error {
	return persist(ctx, joinTime, func() error {
		s, err := m.open(ctx)
		if err != nil {
			return err
		}
		m.strange.put(room, true)
		_, err = call(ctx, func(ctx context.Context) (*mautrix.RespJoinRoom, error) {
			if via == "" {
				return s.client.JoinRoomByID(ctx, room)
			}
			return s.client.JoinRoom(ctx, string(room), &mautrix.ReqJoinRoom{Via: []string{via}})
		})
		if err == nil {
			m.joined.put(room, true)
		}
		return failedOrNil("joining", err)
	})
}

// failedOrNil is failed for what may have gone well.
func failedOrNil(doing string, err error) error {
	if err == nil {
		return nil
	}
	return failed(doing, err)
}

// onJoin greets the room that we have come into, and lists our commands there
// for clients that show them.
func (m *Matrix) onJoin(ctx context.Context, s *session, room id.RoomID) (acted bool) {
	m.greet(ctx, room)
	m.queue.put(room, func(ctx context.Context) { m.describe(ctx, s, room) }) // behind what people have typed by now
	return true
}

// greet says the greeting, unless it has been said.
func (m *Matrix) greet(ctx context.Context, room id.RoomID) {
	key := answerKey(id.EventID("greeting " + room))
	if _, said := m.own.get(pageKey(key, 0)); !said {
		m.answer(ctx, room, key, nil, m.greeting())
	}
	if ctx.Err() == nil {
		if err := m.o.Device.setGreeted(ctx, room); err != nil {
			m.log.Warn("failed to keep that a room was greeted", "channel", m.channel(room), "err", err)
		}
	}
}

// greetLate greets the rooms that an earlier life came into and did not greet.
func (m *Matrix) greetLate(ctx context.Context, s *session) error {
	rooms, err := m.o.Device.ungreeted(ctx)
	for _, room := range rooms {
		if s.client.StateStore.IsInRoom(ctx, room, s.me()) {
			m.queue.put(room, func(ctx context.Context) { m.greet(ctx, room) })
		}
	}
	return err
}

// greeting is what the room reads that we were invited to.
func (m *Matrix) greeting() bot.Message {
	return bot.Message{Kind: bot.KindNotice, Lines: []bot.Line{
		{Text: "Good day. I watch the feeds and tell this room each story that its rules ask for, once, and keep it true."},
		{Text: fmt.Sprintf(`%s subscribe "Security Council" begins; %s help tells the rest.`, m.o.Prefix, m.o.Prefix)},
	}}
}

// onLeave tells the operator that we are not in a room any more. What is to be
// said there waits for another invitation, as long as anything does.
func (m *Matrix) onLeave(s *session, room id.RoomID, events []*event.Event) {
	m.joined.put(room, false)
	for _, e := range slices.Backward(events) {
		if e.Type != event.StateMember || e.GetStateKey() != string(s.me()) || e.Sender == s.me() {
			continue
		}
		how := "was removed from a room"
		if e.Content.AsMember().Membership == event.MembershipBan {
			how = "was banned from a room"
		}
		m.log.Error(how+"; what is to be said there waits for an invitation, a day at most", "channel", m.channel(room), "by", e.Sender, "reason", bot.Plain(e.Content.AsMember().Reason))
		return
	}
}
