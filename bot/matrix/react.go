package matrix

import (
	"context"
	"fmt"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// reaction is a button that somebody pressed.
type reaction struct {
	room   id.RoomID
	card   id.EventID
	user   id.UserID
	action string
	story  int64
}

// onReaction does what a reaction to one of our alerts stands for.
func (m *Matrix) onReaction(ctx context.Context, s *session, e *event.Event) (acted bool) {
	said := e.Content.AsReaction().RelatesTo
	action := actionOf(said.GetAnnotationKey())
	if action == "" {
		return false
	}
	card := said.GetAnnotationID()
	story, ok := m.storyOf(ctx, s, e.RoomID, card)
	if !ok {
		return false
	}
	r := reaction{e.RoomID, card, e.Sender, action, story}
	if err := m.o.Device.setReaction(ctx, e.ID, r, time.Now()); err != nil {
		m.log.Warn("failed to keep a reaction; it cannot be undone by taking it back", "err", err)
	}
	m.press(ctx, s, e, r)
	return true
}

// onRedaction undoes what a reaction did that was taken back.
func (m *Matrix) onRedaction(ctx context.Context, s *session, e *event.Event) (acted bool) {
	pressed := redacted(e)
	r, ok, err := m.o.Device.reaction(ctx, pressed)
	if err != nil {
		m.log.Warn("failed to read what a reaction stood for", "err", err)
	}
	back := undo(r.action)
	if !ok || back == "" || r.user != e.Sender {
		return false
	}
	r.action = back
	m.press(ctx, s, e, r)
	return true
}

// redacted is what a redaction takes back; where it says so depends on the
// version of the room.
func redacted(e *event.Event) id.EventID {
	if e.Redacts != "" {
		return e.Redacts
	}
	if said, ok := e.Content.Parsed.(*event.RedactionEventContent); ok {
		return said.Redacts
	}
	return ""
}

// press does what a button stands for. What the card itself will show needs no
// words beside it.
func (m *Matrix) press(ctx context.Context, s *session, e *event.Event, r reaction) {
	key := answerKey(e.ID)
	if _, answered := m.own.get(pageKey(key, 0)); answered {
		return
	}
	answer := m.handler.Answer(ctx, m.commandOf(ctx, s, r.room, r.user, fmt.Sprintf("%s %d", r.action, r.story)))
	if !answer.Mistake && r.action != "why" && r.action != "story" {
		return
	}
	m.answer(ctx, r.room, key, (&event.RelatesTo{}).SetThread(r.card, r.card), answer)
}

// storyOf is the story that an alert of ours in a room is about; not ok if the
// event is none.
func (m *Matrix) storyOf(ctx context.Context, s *session, room id.RoomID, card id.EventID) (story int64, ok bool) {
	if story, ok := m.stories.get(card); ok {
		return story, true
	}
	e, err := call(ctx, func(ctx context.Context) (*event.Event, error) { return s.client.GetEvent(ctx, room, card) })
	if err != nil {
		m.log.Warn("could not read what somebody reacted to", "channel", m.channel(room), "err", failed("reading an event", err))
		return 0, false
	}
	if e.Sender != s.me() {
		return 0, false
	}
	e.RoomID = room
	parse(e)
	if e.Type == event.EventEncrypted {
		clear, err := s.keys.Decrypt(ctx, e)
		if err != nil {
			m.log.Warn("could not read an alert of our own that somebody reacted to", "channel", m.channel(room), "err", err)
			return 0, false
		}
		e = clear
	}
	n, ok := e.Content.Raw[storyField].(float64)
	if !ok {
		return 0, false
	}
	m.stories.put(card, int64(n))
	return int64(n), true
}
