package slacktest

import (
	"encoding/json"
	"slices"
	"time"
)

// envelope is an Envelope as it goes over the wire.
type envelope struct {
	ID      string          `json:"envelope_id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
	Accepts bool            `json:"accepts_response_payload"`
}

// readEnvelope reads one; hello and disconnect are none.
func readEnvelope(data []byte) (e envelope, ok bool) {
	return e, json.Unmarshal(data, &e) == nil && e.ID != ""
}

// noteEnvelope writes down what is about to be said to an app. Proxy.mu is held.
func (p *Proxy) noteEnvelope(e envelope) {
	p.record.envelopes = append(p.record.envelopes, Envelope{ID: e.ID, Type: e.Type, Payload: e.Payload, Sent: time.Now()})
	var payload struct {
		TriggerID string `json:"trigger_id"`
	}
	if json.Unmarshal(e.Payload, &payload) == nil && payload.TriggerID != "" {
		p.sockets.triggers[payload.TriggerID] = time.Now()
	}
}

// fromSlack makes of what the peer says what Slack would say; nil, if another
// socket has heard it: Slack says it in one of them, the peer in all.
func (p *Proxy) fromSlack(data []byte) []byte {
	e, ok := readEnvelope(data)
	if !ok {
		return data
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.ContainsFunc(p.record.envelopes, func(before Envelope) bool { return before.ID == e.ID }) {
		return nil
	}
	if e.Type == "interactive" {
		e.Payload = p.shapeHomeAction(e.Payload)
	}
	p.noteEnvelope(e)
	data, err := json.Marshal(e)
	if err != nil {
		p.t.Errorf("an envelope: %v", err)
	}
	return data
}

// shapeHomeAction gives a block action of the Home tab the view it happened in.
// The peer makes it look like one of a message that is not there. Proxy.mu is
// held. https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
func (p *Proxy) shapeHomeAction(payload json.RawMessage) json.RawMessage {
	var said map[string]any
	if json.Unmarshal(payload, &said) != nil || said["type"] != "block_actions" {
		return payload
	}
	channel, _ := said["channel"].(map[string]any)
	user, _ := said["user"].(map[string]any)
	id, _ := user["id"].(string)
	view, ok := p.homes[id].(map[string]any)
	if channel["id"] != nil || !ok {
		return payload
	}
	delete(said, "channel")
	delete(said, "message")
	said["view"], said["container"] = view, object{"type": "view", "view_id": view["id"]}
	shaped, err := json.Marshal(said)
	if err != nil {
		p.t.Errorf("a block action: %v", err)
	}
	return shaped
}
