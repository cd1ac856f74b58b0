package matrix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
)

// How long we wait for the key of something that we cannot read, first before
// asking for it, then after; and how many may wait at a time.
const (
	maxWaits  = 64
	keyTime   = 3 * time.Second
	askedTime = 20 * time.Second

	answerTime = 5 * time.Minute // for an answer to reach the homeserver
	loginWait  = 24 * time.Hour  // for somebody to log in again
)

// remember notes what we said ourselves, by its key: what was said already need
// not be said again.
func (m *Matrix) remember(s *session, events []*event.Event) {
	for _, e := range events {
		if key := keyOf(e, s.me()); key != "" {
			m.own.put(key, e.ID)
		}
	}
}

// hear queues what may be for us.
func (m *Matrix) hear(b *batch, s *session, room id.RoomID, events []*event.Event) {
	for _, e := range events {
		if entered(e, s.me()) {
			m.work(b, e, func(ctx context.Context, s *session) bool { return m.onJoin(ctx, s, room) })
			continue
		}
		if e.Sender == s.me() {
			continue
		}
		switch e.Type {
		case event.EventMessage:
			m.work(b, e, func(ctx context.Context, s *session) bool { return m.onPlain(ctx, s, e) })
		case event.EventEncrypted:
			m.work(b, e, func(ctx context.Context, s *session) bool { return m.onEncrypted(ctx, s, b, e) })
		case event.EventReaction:
			m.work(b, e, func(ctx context.Context, s *session) bool { return m.onReaction(ctx, s, e) })
		case event.EventRedaction:
			m.work(b, e, func(ctx context.Context, s *session) bool { return m.onRedaction(ctx, s, e) })
		case event.StateTombstone:
			m.work(b, e, func(ctx context.Context, s *session) bool { return m.onTombstone(ctx, s, e) })
		}
	}
}

// work queues what is to be done about an event, unless it was done in an
// earlier life. do reports whether anything came of it.
func (m *Matrix) work(b *batch, e *event.Event, do func(context.Context, *session) bool) {
	m.workIn(b, e.RoomID, e, do, func() {})
}

// workIn is work in a lane of another name, which calls ended when it has ended
// in whichever way.
func (m *Matrix) workIn(b *batch, lane id.RoomID, e *event.Event, do func(context.Context, *session) bool, ended func()) {
	b.hold()
	queued := m.queue.put(lane, func(ctx context.Context) {
		defer ended()
		err := m.handle(ctx, e, do)
		if ctx.Err() != nil {
			return // it will be heard again
		}
		if err != nil {
			m.log.Error("failed to handle what was said", "channel", m.channel(e.RoomID), "err", err)
		}
		b.done(ctx)
	})
	if !queued {
		ended()
		m.log.Warn("left alone what was said: too much waits", "channel", m.channel(e.RoomID))
		b.done(context.Background())
	}
}

// handle does what is to be done about an event, in whatever session there is by
// then.
func (m *Matrix) handle(ctx context.Context, e *event.Event, do func(context.Context, *session) bool) error {
	var s *session
	done := false
	err := persist(ctx, loginWait, func() (err error) {
		if done, err = m.o.Device.handled(ctx, e.ID); err == nil && !done {
			s, err = m.open(ctx)
		}
		return err
	})
	if err != nil || done || !do(ctx, s) || ctx.Err() != nil {
		return err
	}
	return m.o.Device.setHandled(ctx, e.ID, time.Now())
}

// onPlain answers what was said in clear, but not in a room that is encrypted:
// there it may be anybody's who runs the homeserver.
func (m *Matrix) onPlain(ctx context.Context, s *session, e *event.Event) (acted bool) {
	secret, err := m.o.Device.wasEncrypted(ctx, e.RoomID)
	if err != nil || secret {
		return false
	}
	return m.onMessage(ctx, s, e)
}

// onMessage answers a command, and nothing else: no notice, which is what bots
// say, no edit, no file.
func (m *Matrix) onMessage(ctx context.Context, s *session, e *event.Event) (acted bool) {
	if e.Type != event.EventMessage {
		return false
	}
	said := e.Content.AsMessage()
	if said.MsgType != event.MsgText || said.NewContent != nil || said.RelatesTo.GetReplaceID() != "" {
		return false
	}
	alone := m.isDirect(ctx, s, e.RoomID)
	line, ok := m.addressed(ctx, s, e.RoomID, said, alone)
	if !ok {
		return false
	}
	key := answerKey(e.ID)
	if _, answered := m.own.get(pageKey(key, 0)); answered {
		return true
	}
	c := m.commandOf(ctx, s, e.RoomID, e.Sender, line)
	if alone {
		c.Prefix = ""
	}
	m.answer(ctx, e.RoomID, key, threadOf(e), m.handler.Answer(ctx, c))
	return true
}

// onEncrypted answers what is in an encrypted message. The key to it may come
// after it: others need not wait for that.
func (m *Matrix) onEncrypted(ctx context.Context, s *session, b *batch, e *event.Event) (acted bool) {
	clear, err := s.keys.Decrypt(ctx, e)
	if err == nil {
		return m.onDecrypted(ctx, s, clear)
	}
	if !noKey(err) || m.waits.Load() >= maxWaits {
		m.undecryptable(ctx, e, err)
		return false
	}
	m.waits.Add(1)
	lane := id.RoomID("a key to " + string(e.ID))
	m.workIn(b, lane, e, func(ctx context.Context, s *session) bool {
		clear, err := s.awaited(ctx, e)
		if err != nil {
			m.undecryptable(ctx, e, err)
			return false
		}
		return m.onDecrypted(ctx, s, clear)
	}, func() { m.waits.Add(-1) })
	return false
}

// awaited is an event in clear, to which the key has not come yet.
func (s *session) awaited(ctx context.Context, e *event.Event) (clear *event.Event, err error) {
	c := e.Content.AsEncrypted()
	if !s.keys.WaitForSession(ctx, e.RoomID, c.SenderKey, c.SessionID, keyTime) {
		s.keys.RequestSession(ctx, e.RoomID, c.SenderKey, c.SessionID, e.Sender, "") // of all devices: since Matrix 1.3 events do not say which
		s.keys.WaitForSession(ctx, e.RoomID, c.SenderKey, c.SessionID, askedTime)
	}
	return s.keys.Decrypt(ctx, e)
}

// onDecrypted answers what somebody has said in confidence, unless it was not
// they who said it.
func (m *Matrix) onDecrypted(ctx context.Context, s *session, e *event.Event) (acted bool) {
	if e.Type == event.EventMessage && e.Mautrix.TrustState < id.TrustStateUnset {
		m.log.Warn("ignored what was encrypted by a device that is not its sender's", "channel", m.channel(e.RoomID), "by", e.Sender)
		return false
	}
	return m.onMessage(ctx, s, e)
}

func (m *Matrix) undecryptable(ctx context.Context, e *event.Event, err error) {
	if ctx.Err() == nil {
		m.log.Warn("could not decrypt what was said", "channel", m.channel(e.RoomID), "err", err)
	}
}

// addressed is the line that a message has for us, if it has one: after the
// prefix, after our name, from a list of commands that the client has of us, or
// all of it where nobody else is in the room.
func (m *Matrix) addressed(ctx context.Context, s *session, room id.RoomID, said *event.MessageEventContent, alone bool) (line string, ok bool) {
	if input := said.MSC4391BotCommand; input != nil {
		if said.Mentions == nil || !said.Mentions.Has(s.me()) {
			return "", false
		}
		return structured(input.Command, input.Arguments), true
	}
	said.RemoveReplyFallback()
	body := strings.TrimSpace(strings.ReplaceAll(said.Body, "`", "")) // which people copy with an example
	if line, ok := after(body, m.o.Prefix, ""); ok {
		return line, true
	}
	names := []string{string(s.me()), "@" + s.me().Localpart(), s.me().Localpart()}
	if who, err := s.client.StateStore.GetMember(ctx, room, s.me()); err == nil && who != nil && who.Displayname != "" {
		names = append(names, who.Displayname, "@"+who.Displayname)
	}
	mentioned := said.Mentions != nil && said.Mentions.Has(s.me()) || strings.Contains(said.FormattedBody, "matrix.to/#/"+string(s.me()))
	for i, name := range names {
		// A bare name begins many a sentence; with a colon, or where the client
		// says that we are meant, or as a whole user id, it does not.
		if line, ok := after(body, name, ":,"); ok && (mentioned || i == 0 || strings.HasPrefix(body[len(name):], ":")) {
			return line, true
		}
	}
	return body, alone && body != ""
}

// after is what follows a word at the beginning of a text, perhaps one of the
// marks, and white space; not ok if the text begins otherwise.
func after(text, word, marks string) (rest string, ok bool) {
	if len(text) < len(word) || !strings.EqualFold(text[:len(word)], word) {
		return "", false
	}
	rest = text[len(word):]
	end := strings.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune(marks, r) })
	if end < 0 {
		return "", true
	}
	if first, _ := utf8.DecodeRuneInString(rest[end:]); !unicode.IsSpace(first) {
		return "", false // @attache:elsewhere.example is somebody else
	}
	return strings.TrimSpace(rest[end:]), true
}

// structured is the line of a command from a client's list
// (https://github.com/matrix-org/matrix-spec-proposals/pull/4391).
func structured(verb string, arguments json.RawMessage) string {
	var args map[string]any
	if json.Unmarshal(arguments, &args) != nil {
		return verb
	}
	rest, _ := args[describedRest].(string)
	return strings.TrimSpace(verb + " " + rest)
}

// threadOf is where an answer to an event belongs: in reply to it, and in the
// thread it stands in.
func threadOf(e *event.Event) *event.RelatesTo {
	r := (&event.RelatesTo{}).SetReplyTo(e.ID)
	if said, ok := e.Content.Parsed.(*event.MessageEventContent); ok {
		if root := said.RelatesTo.GetThreadParent(); root != "" {
			r = (&event.RelatesTo{}).SetThread(root, e.ID)
		}
	}
	return r
}

// answer says an answer, in as many messages as it needs.
func (m *Matrix) answer(ctx context.Context, room id.RoomID, key string, where *event.RelatesTo, answer bot.Message) {
	for i, page := range notices(answer) {
		content := page.content(event.MsgNotice)
		content.RelatesTo = where
		err := m.tell(ctx, room, outgoing{content: content, key: pageKey(key, i), class: answering})
		if err != nil {
			if ctx.Err() == nil {
				m.log.Error("failed to answer", "channel", m.channel(room), "err", err)
			}
			return
		}
	}
}

// tell says something that has no delivery behind it, as soon as it can.
func (m *Matrix) tell(ctx context.Context, room id.RoomID, out outgoing) error {
	return persist(ctx, answerTime, func() error {
		s, err := m.open(ctx)
		if err == nil {
			_, err = m.send(ctx, s, room, out)
		}
		if errcode(err) == "M_FORBIDDEN" { // in a while it will be as forbidden
			err = fmt.Errorf("%w: %w", err, bot.ErrRefused)
		}
		return err
	})
}

// commandOf is a line typed by a user in a room, with what they may do there.
func (m *Matrix) commandOf(ctx context.Context, s *session, room id.RoomID, user id.UserID, line string) bot.Command {
	c := bot.Command{Channel: m.channel(room), User: string(user), Line: line, Prefix: m.o.Prefix}
	c.Role, c.Because = m.role(ctx, s, room, user)
	return c
}

// noKey reports whether an error of decrypting may be mended by a key to come.
func noKey(err error) bool { return errors.Is(err, errNoKey) }
