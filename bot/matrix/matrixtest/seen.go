package matrixtest

import (
	"encoding/json"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Seen is an event as somebody's client has it: a message, a change of one, a
// reaction, or whatever else is not state. Redactions are not among them: they
// show in what they redact.
type Seen struct {
	ID     id.EventID
	Sender id.UserID
	Time   time.Time
	Type   string // "m.room.message", "m.reaction": of what was in it, if it was encrypted

	MsgType event.MessageType
	Body    string
	HTML    string         // formatted_body, if its format is HTML
	Raw     map[string]any // the content, decrypted

	Encrypted     bool          // it came so
	Undecryptable string        // why it could not be decrypted until now; "" if it could, or needs not
	Device        id.DeviceID   // that sent it, if it was encrypted
	Trust         id.TrustState // what she thinks of that device now

	Thread    id.EventID // the root of the thread it is in
	ReplyTo   id.EventID // the message it answers; also the fallback of those in threads
	Replaces  id.EventID // the message it changes
	Annotates id.EventID // the message it is a reaction to
	Key       string     // of the reaction

	Now      Text // what the message says since its latest change
	Edits    int  // how often it was changed
	Redacted bool // removed: only ID, Sender, Time and Type are left
}

// Text is what a message says.
type Text struct {
	MsgType event.MessageType
	Body    string
	HTML    string
	Raw     map[string]any
}

// Shielded tells whether Element shows a red shield beside the message: it was
// encrypted, but by a device that its owner has not signed.
func (s Seen) Shielded() bool {
	return s.Encrypted && s.Undecryptable == "" && s.Trust < id.TrustStateCrossSignedTOFU
}

// Sees returns what she sees in a room by now, in the order in which it came to
// her.
func (p *Person) Sees(where id.RoomID) []Seen {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.room(where)
	seen := []Seen{}
	at := map[id.EventID]int{}
	judged := map[id.SessionID]judgement{}
	for _, e := range r.timeline {
		if e.StateKey == nil && e.Type.Type != event.EventRedaction.Type {
			at[e.ID] = len(seen)
			seen = append(seen, p.see(r, e, judged))
		}
	}
	for _, e := range r.timeline {
		if i, known := at[redacts(e)]; known {
			seen[i].redact()
		}
	}
	for _, s := range seen {
		if i, known := at[s.Replaces]; known && seen[i].changedBy(s) {
			seen[i].Now = newText(s.Raw)
			seen[i].Edits++
		}
	}
	return seen
}

// judgement is what she thinks of the device whose session an event is of.
type judgement struct {
	device id.DeviceID
	trust  id.TrustState
}

// see is an event as she has it now. The caller holds p.mu.
func (p *Person) see(r *room, e *event.Event, judged map[id.SessionID]judgement) Seen {
	s := Seen{ID: e.ID, Sender: e.Sender, Time: time.UnixMilli(e.Timestamp), Type: e.Type.Type}
	if e.Unsigned.RedactedBecause != nil {
		s.Redacted = true
		return s
	}
	content := e
	if e.Type.Type == event.EventEncrypted.Type {
		s.Encrypted = true
		opened, err := p.open(r, e)
		if err != nil {
			s.Undecryptable = err.Error()
		} else {
			content, s.Type = opened, opened.Type.Type
			session := e.Content.AsEncrypted().SessionID
			j, known := judged[session]
			if !known {
				j.device, j.trust = p.cipher.trust(p.ctx, e)
				judged[session] = j
			}
			s.Device, s.Trust = j.device, j.trust
		}
	}
	s.read(content)
	return s
}

// open decrypts an event, once.
func (p *Person) open(r *room, e *event.Event) (*event.Event, error) {
	if opened := r.opened[e.ID]; opened != nil {
		return opened, nil
	}
	opened, err := p.cipher.open(p.ctx, e)
	if err == nil {
		r.opened[e.ID] = opened
	}
	return opened, err
}

// read takes what there is from the content of an event, which may be anything.
func (s *Seen) read(e *event.Event) {
	s.Raw = e.Content.Raw
	s.Now = text(s.Raw)
	s.MsgType, s.Body, s.HTML = s.Now.MsgType, s.Now.Body, s.Now.HTML
	var said struct {
		RelatesTo event.RelatesTo `json:"m.relates_to"`
	}
	if json.Unmarshal(e.Content.VeryRaw, &said) != nil {
		return
	}
	relation := &said.RelatesTo
	s.Thread, s.ReplyTo, s.Replaces = relation.GetThreadParent(), relation.GetReplyTo(), relation.GetReplaceID()
	if relation.Type == event.RelAnnotation {
		s.Annotates, s.Key = relation.EventID, relation.Key
	}
}

func text(content map[string]any) Text {
	t := Text{Raw: content}
	kind, _ := content["msgtype"].(string)
	t.MsgType = event.MessageType(kind)
	t.Body, _ = content["body"].(string)
	if content["format"] == string(event.FormatHTML) {
		t.HTML, _ = content["formatted_body"].(string)
	}
	return t
}

func newText(content map[string]any) Text {
	changed, _ := content["m.new_content"].(map[string]any)
	return text(changed)
}

// changedBy tells whether a change of the message is one: of the same sender and
// type, with something new, encrypted if the message was, and not removed again
// (https://spec.matrix.org/v1.16/client-server-api/#validity-of-replacement-events).
func (s *Seen) changedBy(edit Seen) bool {
	_, says := edit.Raw["m.new_content"].(map[string]any)
	return says && !edit.Redacted && !s.Redacted && s.Sender == edit.Sender && s.Type == edit.Type &&
		s.Replaces == "" && (edit.Encrypted || !s.Encrypted)
}

// redacts is what an event removes; "" if it is no redaction.
func redacts(e *event.Event) id.EventID {
	if e.Type.Type != event.EventRedaction.Type {
		return ""
	}
	if e.Redacts != "" {
		return e.Redacts
	}
	what, _ := e.Content.Raw["redacts"].(string)
	return id.EventID(what)
}

func (s *Seen) redact() {
	*s = Seen{ID: s.ID, Sender: s.Sender, Time: s.Time, Type: s.Type, Redacted: true}
}

// Wait waits until what she sees in a room is so, and returns it; it ends the
// test if that does not come to be within thirty seconds.
func (p *Person) Wait(where id.RoomID, what string, done func([]Seen) bool) []Seen {
	p.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		seen := p.Sees(where)
		if done(seen) {
			return seen
		}
		if time.Now().After(end) {
			p.t.Fatalf("%s waited in vain for %s; she sees %s", p.User, what, describe(seen))
		}
	}
}

// describe is what a failed test prints of what somebody saw.
func describe(seen []Seen) string {
	lines, err := json.MarshalIndent(seen, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(lines)
}
