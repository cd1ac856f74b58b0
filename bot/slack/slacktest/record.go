package slacktest

import (
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"github.com/slack-go/slack"
)

// Posted is a message as Slack took it.
type Posted struct {
	Time      time.Time
	Channel   string // its id, whatever the app called it
	TS        string
	ThreadTS  string // "" outside a thread
	Broadcast bool   // a reply that shows in the channel as well
	User      string // of a whisper: who sees it
	Text      string
	Blocks    json.RawMessage // as they were sent; nil if none
	Metadata  slack.SlackMetadata
}

// record is what came by.
type record struct {
	calls     []Request
	lengths   map[string]int // of the latest answer, by method
	posted    []Posted
	updated   []Posted
	whispered []Posted
	issued    []string // tokens that OAuth gave out
	envelopes []Envelope
}

func (p *Proxy) count(r Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.record.calls = append(p.record.calls, r)
}

func (p *Proxy) measure(method string, length int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.record.lengths[method] = length
}

// AnswerLength is how many bytes the latest answer to a method had on the wire,
// sent or not: Cut counts up to it.
func (p *Proxy) AnswerLength(method string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.record.lengths[method]
}

// Calls returns how many calls of a method came, whatever became of them. "*" is
// any method.
func (p *Proxy) Calls(method string) int { return len(p.Forms(method)) }

// Forms returns what the calls of a method said, in order.
func (p *Proxy) Forms(method string) []url.Values {
	p.mu.Lock()
	defer p.mu.Unlock()
	var forms []url.Values
	for _, c := range p.record.calls {
		if c.Method == method || method == "*" {
			forms = append(forms, c.Form)
		}
	}
	return forms
}

// Posted returns every message that Slack took by chat.postMessage, in order:
// also those whose answer the app never had.
func (p *Proxy) Posted() []Posted {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.record.posted)
}

// Updated returns every change that Slack took by chat.update, in order.
func (p *Proxy) Updated() []Posted {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.record.updated)
}

// Whispered returns every message that Slack took by chat.postEphemeral, in
// order.
func (p *Proxy) Whispered() []Posted {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.record.whispered)
}

// Issued returns the tokens that OAuth gave out.
func (p *Proxy) Issued() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.record.issued)
}

// learn keeps what Slack has just agreed to.
func (p *Proxy) learn(r Request, said map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch r.Method {
	case "chat.postMessage":
		m := taken(r, said, "ts")
		p.record.posted = append(p.record.posted, m)
		p.keepMetadata(r, m)
	case "chat.update":
		m := taken(r, said, "ts")
		p.record.updated = append(p.record.updated, m)
		p.keepMetadata(r, m)
	case "chat.postEphemeral":
		p.record.whispered = append(p.record.whispered, taken(r, said, "message_ts"))
	case "views.publish":
		p.homes[r.Form.Get("user_id")] = said["view"]
	case "oauth.v2.access":
		for _, token := range []any{said["access_token"], said["refresh_token"]} {
			if token, ok := token.(string); ok {
				p.record.issued = append(p.record.issued, token)
			}
		}
	case "conversations.join", "conversations.leave", "conversations.kick", "conversations.invite":
		clear(p.members)
	}
}

func taken(r Request, said map[string]any, ts string) Posted {
	m := Posted{
		Time: time.Now(), Channel: r.Form.Get("channel"), ThreadTS: r.Form.Get("thread_ts"),
		Broadcast: r.Form.Get("reply_broadcast") == "true", User: r.Form.Get("user"), Text: r.Form.Get("text"),
	}
	if channel, ok := said["channel"].(string); ok {
		m.Channel = channel
	}
	m.TS, _ = said[ts].(string)
	if blocks := r.Form.Get("blocks"); blocks != "" {
		m.Blocks = json.RawMessage(blocks)
	}
	_ = json.Unmarshal([]byte(r.Form.Get("metadata")), &m.Metadata) // beyondLimits has seen that it is one
	return m
}

// keepMetadata keeps the metadata of a message. An update without any leaves
// what there is (https://docs.slack.dev/messaging/message-metadata).
func (p *Proxy) keepMetadata(r Request, m Posted) {
	var metadata any
	if json.Unmarshal([]byte(r.Form.Get("metadata")), &metadata) == nil && metadata != nil {
		p.metadata[m.Channel+" "+m.TS] = metadata
	}
}
