package matrixtest

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"
)

// Sent is an event as the homeserver took it by send.
type Sent struct {
	Time    time.Time // of the first answer
	Room    id.RoomID
	Type    string // "m.room.encrypted" in an encrypted room
	Txn     string
	Event   id.EventID
	Content json.RawMessage // as it was sent the first time
	Token   string          // of whom sent it
	Repeats int             // how often it was sent again, and answered with the same event
}

// record is what came by.
type record struct {
	requests []Request
	lengths  map[string]int // of the latest answer, by name
	sent     []*Sent
	secrets  map[string]bool
}

func newRecord() record {
	return record{lengths: map[string]int{}, secrets: map[string]bool{}}
}

// count keeps a call, and the secrets in it.
func (p *Proxy) count(r Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.record.requests = append(p.record.requests, r)
	p.record.secret(r.Token)
	var said struct {
		Password, Token string
		Auth            struct{ Password string }
		NewPassword     string `json:"new_password"`
		Refresh         string `json:"refresh_token"`
	}
	if json.Unmarshal(r.Body, &said) == nil {
		for _, s := range []string{said.Password, said.Token, said.Auth.Password, said.NewPassword, said.Refresh} {
			p.record.secret(s)
		}
	}
}

func (r *record) secret(s string) {
	if s != "" {
		r.secrets[s] = true
	}
}

func (p *Proxy) measure(r Request, length int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range r.names() {
		p.record.lengths[name] = length
	}
}

// AnswerLength is how many bytes the homeserver's latest answer to a call of
// that name had, sent on or not: Cut counts up to it.
func (p *Proxy) AnswerLength(name string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.record.lengths[name]
}

// Calls returns how many calls of a name came, whatever became of them.
func (p *Proxy) Calls(name string) int { return len(p.Requests(name)) }

// Requests returns the calls of a name, in the order in which they came.
func (p *Proxy) Requests(name string) []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []Request
	for _, r := range p.record.requests {
		if slices.Contains(r.names(), name) {
			found = append(found, r)
		}
	}
	return found
}

// Sent returns every event that the homeserver took by send, in the order of its
// answers: also those whose answer the client never had.
func (p *Proxy) Sent() []Sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	sent := make([]Sent, len(p.record.sent))
	for i, s := range p.record.sent {
		sent[i] = *s
	}
	return sent
}

// Tokens returns every secret that came by, in either direction: access and
// refresh tokens, passwords, login tokens.
func (p *Proxy) Tokens() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.record.secrets))
}

// learn keeps what the homeserver has just answered.
func (p *Proxy) learn(r Request, a *answer) {
	if a.status != http.StatusOK {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch r.Name {
	case "send":
		var said struct {
			Event id.EventID `json:"event_id"`
		}
		if json.Unmarshal(a.body, &said) == nil {
			p.keep(r, said.Event)
		}
	case "login", "register", "refresh", "login/get_token":
		var said struct {
			Access  string `json:"access_token"`
			Refresh string `json:"refresh_token"`
			Login   string `json:"login_token"`
		}
		if json.Unmarshal(a.body, &said) == nil {
			p.record.secret(said.Access)
			p.record.secret(said.Refresh)
			p.record.secret(said.Login)
		}
	}
}

func (p *Proxy) keep(r Request, event id.EventID) {
	for _, s := range p.record.sent {
		if s.Event == event {
			s.Repeats++
			return
		}
	}
	p.record.sent = append(p.record.sent, &Sent{
		Time: time.Now(), Room: r.Room, Type: r.Type, Txn: r.Txn, Event: event, Content: r.Body, Token: r.Token,
	})
}

// taken tells whether the homeserver has taken what a call sends. The caller
// holds p.mu.
func (p *Proxy) taken(r Request) bool {
	return r.Name == "send" && slices.ContainsFunc(p.record.sent, func(s *Sent) bool {
		return s.Txn == r.Txn && s.Token == r.Token && s.Room == r.Room && s.Type == r.Type
	})
}
