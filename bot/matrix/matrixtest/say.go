package matrixtest

import (
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Say says a text.
func (p *Person) Say(where id.RoomID, text string) id.EventID {
	p.t.Helper()
	return p.SayContent(where, &event.MessageEventContent{MsgType: event.MsgText, Body: text})
}

// Notice says a text as bots do.
func (p *Person) Notice(where id.RoomID, text string) id.EventID {
	p.t.Helper()
	return p.SayContent(where, &event.MessageEventContent{MsgType: event.MsgNotice, Body: text})
}

// SayContent says any message, encrypted if the room is.
func (p *Person) SayContent(where id.RoomID, content *event.MessageEventContent) id.EventID {
	p.t.Helper()
	return p.Send(where, event.EventMessage, content)
}

// Send sends any event, encrypted if the room is (and it is no reaction).
func (p *Person) Send(where id.RoomID, kind event.Type, content any) id.EventID {
	p.t.Helper()
	sent, err := p.Client.SendMessageEvent(p.ctx, where, kind, content)
	p.must(err, "sending "+kind.Type)
	return sent.EventID
}

// Edit puts a text in the place of that of a message of hers.
func (p *Person) Edit(where id.RoomID, what id.EventID, text string) id.EventID {
	p.t.Helper()
	content := &event.MessageEventContent{MsgType: event.MsgText, Body: text}
	content.SetEdit(what)
	return p.SayContent(where, content)
}

// ReplyInThread says a text in the thread of a message.
func (p *Person) ReplyInThread(where id.RoomID, root id.EventID, text string) id.EventID {
	p.t.Helper()
	return p.SayContent(where, &event.MessageEventContent{
		MsgType: event.MsgText, Body: text, RelatesTo: new(event.RelatesTo).SetThread(root, root),
	})
}

// Reply answers a message, outside a thread.
func (p *Person) Reply(where id.RoomID, what id.EventID, text string) id.EventID {
	p.t.Helper()
	return p.SayContent(where, &event.MessageEventContent{
		MsgType: event.MsgText, Body: text, RelatesTo: new(event.RelatesTo).SetReplyTo(what),
	})
}

// React puts an emoji under a message.
func (p *Person) React(where id.RoomID, what id.EventID, key string) id.EventID {
	p.t.Helper()
	return p.Send(where, event.EventReaction, &event.ReactionEventContent{
		RelatesTo: *new(event.RelatesTo).SetAnnotation(what, key),
	})
}

// Redact removes an event.
func (p *Person) Redact(where id.RoomID, what id.EventID) id.EventID {
	p.t.Helper()
	done, err := p.Client.RedactEvent(p.ctx, where, what, mautrix.ReqRedact{})
	p.must(err, "redacting "+string(what))
	return done.EventID
}

// SkipKeys moves the key that she encrypts with in a room ahead: her next message
// says that there were that many before it.
func (p *Person) SkipKeys(room id.RoomID, to uint32) {
	p.t.Helper()
	if err := p.cipher.skip(p.ctx, room, to); err != nil {
		p.t.Fatalf("%s: moving a key ahead: %v", p.User, err)
	}
}
