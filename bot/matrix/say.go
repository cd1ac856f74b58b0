package matrix

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
)

// What our messages carry beside words. Nobody but us looks at them.
const (
	keyField   = "attache.key"   // the key it was said under; in clear where the rest is not, for it tells nothing
	storyField = "attache.story" // the number of the story that an alert is about
)

// Post says m in a room. The Ref is the room and the event, since the channel's
// room may be another by the time the message changes.
//
// The key is the transaction id, by which a homeserver knows what it was given
// twice, as long as it remembers
// (https://spec.matrix.org/v1.16/client-server-api/#transaction-identifiers).
// Dendrite forgets when it restarts, and any of them when the room has been
// encrypted since. So where an earlier attempt may have been heard, the room is
// searched for the key first.
func (m *Matrix) Post(ctx context.Context, c bot.Channel, msg bot.Message, a bot.Attempt) (bot.Ref, error) {
	s, room, err := m.place(ctx, c)
	if err != nil {
		return "", bot.Unsaid(err, a)
	}
	out := outgoing{content: m.look.render(msg).content(event.MsgText), key: a.Key, class: classOf(msg)}
	if len(msg.Actions()) > 0 {
		out.extra = map[string]any{storyField: msg.Story}
	}
	said, err := m.once(ctx, s, room, out, a)
	if err != nil {
		return "", err
	}
	if out.extra != nil {
		m.stories.put(said, msg.Story)
		m.queue.put(room, func(ctx context.Context) { m.explain(ctx, room) })
	}
	return refOf(room, said), nil
}

// Update edits the card, then tells what changed: quietly, in the thread of the
// card; or aloud and for all to see, in reply to it, where it is a correction.
func (m *Matrix) Update(ctx context.Context, c bot.Channel, ref bot.Ref, msg bot.Message, a bot.Attempt) error {
	s, room, err := m.place(ctx, c)
	if err != nil {
		return bot.Unsaid(err, a)
	}
	was, card, ok := splitRef(ref)
	if !ok {
		return fmt.Errorf("matrix: %q is no message of ours: %w", ref, bot.ErrRefused)
	}
	aloud, class := msg.Kind == bot.KindCorrection, ordinary
	if aloud {
		class = urgent
	}
	if was == room {
		edit := m.look.render(msg).content(event.MsgText)
		edit.SetEdit(card)
		if _, err := m.once(ctx, s, room, outgoing{content: edit, key: a.Key + "-edit", class: class}, a); err != nil {
			if _, ok := errors.AsType[*bot.RetryError](err); ok {
				err = bot.Unsaid(err, a) // the doubt about the reply stays
			}
			return err
		}
	} else if !aloud {
		return fmt.Errorf("matrix: the card stands in the room that this one replaced: %w", bot.ErrRefused)
	}
	words, ok := reply(msg)
	if !ok {
		return nil
	}
	content := words.content(event.MsgNotice)
	content.RelatesTo = (&event.RelatesTo{}).SetThread(card, card)
	if aloud {
		content = words.content(event.MsgText)
		content.RelatesTo = (&event.RelatesTo{}).SetReplyTo(card)
	}
	if was != room {
		content.RelatesTo = nil
	}
	_, err = m.once(ctx, s, room, outgoing{content: content, key: a.Key, class: class}, a)
	return err
}

// classOf is how much in a hurry a message is.
func classOf(m bot.Message) class {
	if m.Severity == bot.Flash || m.Severity == bot.Urgent {
		return urgent
	}
	return ordinary
}

// content is the words as the content of an event. It mentions nobody, whatever
// the words are.
func (w words) content(kind event.MessageType) *event.MessageEventContent {
	c := &event.MessageEventContent{MsgType: kind, Body: w.Body, Mentions: &event.Mentions{}}
	if w.HTML != "" {
		c.Format, c.FormattedBody = event.FormatHTML, w.HTML
	}
	return c
}

// explain says once in a room what reactions do.
func (m *Matrix) explain(ctx context.Context, room id.RoomID) {
	if _, known := m.told.get(room); known { // for this is asked after every alert
		return
	}
	name := "explained/" + string(room)
	kept, err := m.o.Store.Kept(ctx, m.Name())
	if err != nil {
		return
	}
	if kept[name] != nil {
		m.told.put(room, true)
		return
	}
	out := outgoing{content: legend().content(event.MsgNotice), key: answerKey(id.EventID(name))}
	if err = m.tell(ctx, room, out); err == nil {
		err = m.o.Store.Keep(ctx, m.Name(), name, []byte("1"))
	}
	if err != nil && ctx.Err() == nil {
		m.log.Warn("failed to explain the reactions", "channel", m.channel(room), "err", err)
	}
}

// outgoing is what send says.
type outgoing struct {
	content *event.MessageEventContent
	extra   map[string]any // more fields of the content
	key     string
	class   class
}

// once says a message unless an earlier attempt has.
func (m *Matrix) once(ctx context.Context, s *session, room id.RoomID, out outgoing, a bot.Attempt) (id.EventID, error) {
	if found, err := m.heardOf(ctx, s, room, out.key, a); err != nil || found != "" {
		return found, err
	}
	said, err := m.send(ctx, s, room, out)
	if retry, ok := errors.AsType[*bot.RetryError](err); ok {
		// Nothing was said now; of those before, a search found none.
		return "", retry
	}
	return said, err
}

// send says a message in a room, encrypted where the room is.
func (m *Matrix) send(ctx context.Context, s *session, room id.RoomID, out outgoing) (id.EventID, error) {
	if err := m.pace.turn(ctx, out.class); err != nil {
		return "", bot.Unsaid(err, bot.Attempt{})
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	kind, content, err := m.sealed(ctx, s, room, out)
	if err != nil {
		err = failed("preparing a message", err)
		m.learn(s, err, out.class)
		return "", bot.Unsaid(err, bot.Attempt{})
	}
	res, err := s.client.SendMessageEvent(ctx, room, kind, content, mautrix.ReqSendEvent{TransactionID: out.key, DontEncrypt: true})
	if err != nil {
		m.ended.put(out.key, time.Now())
		err = failed("sending", err)
		m.learn(s, err, out.class)
		return "", err
	}
	m.pace.took()
	m.missing.Store(0)
	m.own.put(out.key, res.EventID)
	return res.EventID, nil
}

// learn takes notice of what a failure tells beside that: that the homeserver
// wants a pause, does not know us, or is not there.
func (m *Matrix) learn(s *session, err error, c class) {
	if retry, ok := errors.AsType[*bot.RetryError](err); ok && errors.Is(err, errLimited) {
		m.pace.limited(retry.After, c)
	}
	if errors.Is(err, errAway) {
		m.missedIt(time.Now())
	}
	if loggedOut(err) {
		m.drop(s, err)
	}
}

// sealed is a message as it goes out: encrypted, if the room is. Its key stays
// in clear, so that it is found again by whoever has lost the keys.
func (m *Matrix) sealed(ctx context.Context, s *session, room id.RoomID, out outgoing) (event.Type, *event.Content, error) {
	secret, err := m.encrypted(ctx, s, room)
	if err != nil {
		return event.Type{}, nil, err
	}
	raw := map[string]any{keyField: out.key}
	maps.Copy(raw, out.extra)
	content := &event.Content{Parsed: out.content, Raw: raw}
	if !secret {
		return event.EventMessage, content, nil
	}
	sealed, err := s.keys.Encrypt(ctx, room, event.EventMessage, content)
	if err != nil {
		return event.Type{}, nil, err
	}
	return event.EventEncrypted, &event.Content{Parsed: sealed, Raw: map[string]any{keyField: out.key}}, nil
}

// refOf is the name of a message for the rest of the house.
func refOf(room id.RoomID, e id.EventID) bot.Ref { return bot.Ref(string(room) + " " + string(e)) }

func splitRef(ref bot.Ref) (room id.RoomID, e id.EventID, ok bool) {
	i := strings.LastIndex(string(ref), " $") // a room may have spaces in its name
	if i < 0 {
		return "", "", false
	}
	return id.RoomID(ref[:i]), id.EventID(ref[i+1:]), true
}

// answerKey is the key of what is said because of an event.
func answerKey(e id.EventID) string {
	sum := sha256.Sum256([]byte(e))
	return "re-" + base64.RawURLEncoding.EncodeToString(sum[:15])
}

// pageKey is the key of one message of an answer.
func pageKey(key string, page int) string { return fmt.Sprintf("%s-%d", key, page) }
