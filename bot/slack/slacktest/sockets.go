package slacktest

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Envelope is a message of Slack's over a socket that wants to be acknowledged.
type Envelope struct {
	ID      string
	Type    string // "slash_commands", "interactive", "events_api"
	Payload json.RawMessage
	Sent    time.Time
	Acked   time.Time       // zero: not yet
	Answer  json.RawMessage // the payload of the acknowledgement
}

// sockets are the Socket Mode connections, each a pair: the app's to us, and
// ours to the peer. Proxy.mu guards them.
type sockets struct {
	open     map[*pair]bool
	reason   string               // why the next ones are refused
	refuse   int                  // how many; < 0: all
	triggers map[string]time.Time // when each trigger_id was given; zero: it is spent
}

func (s *sockets) init() { s.open, s.triggers = map[*pair]bool{}, map[string]time.Time{} }

// pair is a connection of an app's and the peer's end of it.
type pair struct {
	writing   sync.Mutex // to the app
	app, peer *websocket.Conn
}

func (p *pair) toApp(data []byte) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	return p.app.WriteMessage(websocket.TextMessage, data)
}

// pingEvery is how often Slack pings; slack-go gives up after 30 seconds
// without.
const pingEvery = 5 * time.Second

// Sockets returns how many Socket Mode connections are open.
func (p *Proxy) Sockets() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.sockets.open)
}

// CutSockets closes the TCP connections under all sockets, without a word.
func (p *Proxy) CutSockets() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for s := range p.sockets.open {
		s.app.NetConn().Close()
	}
}

// RefuseSockets makes the next n sockets hear {"type":"disconnect"} with this
// reason ("too_many_websockets") and nothing else; n < 0: all.
func (p *Proxy) RefuseSockets(reason string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sockets.reason, p.sockets.refuse = reason, n
}

// SendSockets says a message, as JSON, in every open socket: an envelope of the
// test's own, or one of Envelopes again, or what Slack says before it hangs up.
func (p *Proxy) SendSockets(message any) {
	p.t.Helper()
	data, err := json.Marshal(message)
	if err != nil {
		p.t.Errorf("a message for sockets: %v", err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if e, ok := readEnvelope(data); ok {
		p.noteEnvelope(e)
	}
	for s := range p.sockets.open {
		_ = s.toApp(data) // it may just have closed
	}
}

// Envelopes returns what Slack has said over sockets, in order.
func (p *Proxy) Envelopes() []Envelope {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Envelope(nil), p.record.envelopes...)
}

func (p *Proxy) serveSocket(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	app, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer app.Close()
	if reason := p.refuseSocket(); reason != "" {
		_ = app.WriteJSON(object{"type": "disconnect", "reason": reason})
		return
	}
	peer, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(p.peer, "http")+r.URL.Path, nil)
	if err != nil {
		return // an address that the peer did not give out
	}
	defer peer.Close()
	s := &pair{app: app, peer: peer}
	p.mu.Lock()
	p.sockets.open[s] = true
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.sockets.open, s)
	}()
	go p.fromPeer(s)
	p.fromApp(s)
}

func (p *Proxy) refuseSocket() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sockets.refuse == 0 {
		return ""
	}
	if p.sockets.refuse > 0 {
		p.sockets.refuse--
	}
	return p.sockets.reason
}

// fromApp hands on what the app says, until it hangs up.
func (p *Proxy) fromApp(s *pair) {
	for {
		_, data, err := s.app.ReadMessage()
		if err != nil {
			return
		}
		p.acknowledged(data)
		if s.peer.WriteMessage(websocket.TextMessage, data) != nil {
			return
		}
	}
}

// fromPeer hands on what the peer says, until it hangs up, and pings.
func (p *Proxy) fromPeer(s *pair) {
	ping := time.NewTicker(pingEvery)
	ended := make(chan struct{})
	defer func() { ping.Stop(); close(ended); s.app.Close() }()
	go func() {
		for {
			select {
			case <-ping.C:
				_ = s.app.WriteControl(websocket.PingMessage, []byte("Ping from the proxy"), time.Now().Add(time.Second))
			case <-ended:
				return
			}
		}
	}()
	for {
		_, data, err := s.peer.ReadMessage()
		if err != nil {
			return
		}
		// What is said to a response_url goes through us, too.
		data = []byte(strings.ReplaceAll(string(data), p.peer+responsePath, p.URL+responsePath))
		if data = p.fromSlack(data); data != nil && s.toApp(data) != nil {
			return
		}
	}
}

// acknowledged notes an acknowledgement.
func (p *Proxy) acknowledged(data []byte) {
	var ack struct {
		ID      string `json:"envelope_id"`
		Payload json.RawMessage
	}
	if json.Unmarshal(data, &ack) != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.record.envelopes {
		if e := &p.record.envelopes[i]; e.ID == ack.ID && e.Acked.IsZero() {
			e.Acked, e.Answer = time.Now(), ack.Payload
		}
	}
}
