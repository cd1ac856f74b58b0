package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/slack/slacktest"
)

// echo answers every command with its own words, after a while.
type echo struct {
	after time.Duration

	mu    sync.Mutex
	lines []bot.Command
}

func (e *echo) Answer(_ context.Context, c bot.Command) bot.Message {
	time.Sleep(e.after)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lines = append(e.lines, c)
	return bot.Message{Kind: bot.KindNotice, Lines: []bot.Line{{Text: "You typed " + c.Line}}}
}

func (e *echo) heard(line string) (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range e.lines {
		if c.Line == line {
			n++
		}
	}
	return n
}

// answers counts the messages in the desk's channel that have the words.
func (p *peer) answers(words string) (n int) {
	for _, m := range p.local.Messages(slacktest.Desk) {
		if strings.Contains(readable(m.RawBlocks, m.Text), words) {
			n++
		}
	}
	return n
}

func (p *peer) answered(t *testing.T, line string) {
	t.Helper()
	p.local.Command(slacktest.Desk, slacktest.Alice, "/attache", line)
	slacktest.Eventually(t, "an answer to "+line, func() bool { return p.answers("You typed "+line) == 1 })
}

// The network goes, Slack refreshes the connection: the next command is heard.
func TestReconnect(t *testing.T) {
	p := newPeer(t)
	p.hears(t, &echo{})
	p.answered(t, "list 1")
	p.proxy.CutSockets()
	slacktest.Eventually(t, "it to be gone", func() bool { return p.proxy.Calls("apps.connections.open") >= 2 })
	slacktest.Eventually(t, "a new connection", func() bool { return p.proxy.Sockets() > 0 })
	p.answered(t, "list 2")
	p.proxy.SendSockets(map[string]any{"type": "disconnect", "reason": "refresh_requested"})
	slacktest.Eventually(t, "it to be gone", func() bool { return p.proxy.Calls("apps.connections.open") >= 3 })
	slacktest.Eventually(t, "a new connection", func() bool { return p.proxy.Sockets() > 0 })
	p.answered(t, "list 3")
}

// A Slack that greets and hangs up is not stormed.
func TestTooManyWebsockets(t *testing.T) {
	p := newPeer(t)
	p.proxy.RefuseSockets("too_many_websockets", 1000)
	ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
	defer cancel()
	if err := p.Run(ctx, &echo{}); ctx.Err() == nil {
		t.Errorf("Run ended with %v", err)
	}
	if n := p.proxy.Calls("apps.connections.open"); n < 2 || n > 4 {
		t.Errorf("opened %d connections in seven seconds", n)
	}
}

// Slack waits three seconds for an acknowledgement, and a search takes longer.
// What it sends again all the same is answered once.
func TestAcknowledged(t *testing.T) {
	p := newPeer(t)
	e := &echo{after: 4 * time.Second}
	p.hears(t, e)
	start := time.Now()
	p.local.Command(slacktest.Desk, slacktest.Alice, "/attache", "search slowly")
	slacktest.Eventually(t, "the acknowledgement", func() bool {
		list := p.proxy.Envelopes()
		return len(list) > 0 && !list[len(list)-1].Acked.IsZero()
	})
	if took := time.Since(start); took > 2*time.Second || e.heard("search slowly") > 0 {
		t.Errorf("acknowledged after %s, heard %d", took, e.heard("search slowly"))
	}
	list := p.proxy.Envelopes()
	last := list[len(list)-1]
	again := map[string]any{"envelope_id": last.ID, "type": last.Type, "payload": last.Payload, "accepts_response_payload": true}
	for range 3 {
		p.proxy.SendSockets(again)
	}
	slacktest.Eventually(t, "the answer", func() bool { return p.answers("You typed search slowly") == 1 })
	time.Sleep(5 * time.Second)
	if n := p.answers("You typed search slowly"); n != 1 {
		t.Errorf("answered %d times", n)
	}
}

// A wrong token for the socket is told to the operator, and takes nobody down.
func TestWrongAppToken(t *testing.T) {
	p := newPeer(t)
	p.proxy.Fail("apps.connections.open", -1, slacktest.Refuse("invalid_auth"))
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if err := p.Run(ctx, &echo{}); ctx.Err() == nil {
		t.Errorf("Run ended with %v", err)
	}
	if !strings.Contains(p.logs.String(), "slack.app_token") {
		t.Error("nobody was told")
	}
	if n := p.proxy.Calls("apps.connections.open"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// Whatever comes over the socket, the next command is heard.
func TestHostileSocket(t *testing.T) {
	p := newPeer(t)
	p.hears(t, &echo{})
	for i, text := range []string{
		`null`, `[]`, `{}`, `"x"`, `{"type":"slash_commands"}`, `{"type":"interactive","payload":null,"envelope_id":"a"}`,
		`{"type":"interactive","envelope_id":"b","payload":{"type":"block_actions","actions":[null,{"action_id":"do:x"}]}}`,
		`{"type":"interactive","envelope_id":"c","payload":{"type":"view_submission","view":{"callback_id":"settings","private_metadata":"{"}}}`,
		`{"type":"interactive","envelope_id":"d","payload":{"type":"view_submission","view":{"callback_id":"subscribe"}}}`,
		`{"type":"interactive","envelope_id":"e","payload":{"type":"message_action","callback_id":"why","message":{"blocks":[{"type":"actions","elements":[{"type":"button","value":"why x"}]}]}}}`,
		`{"type":"events_api","envelope_id":"f","payload":{"type":"event_callback","event":{"type":"message","channel_type":"im","user":"U01ALICE","text":"list"}}}`,
		`{"type":"events_api","envelope_id":"g","payload":{"type":"event_callback","event":{"type":"app_mention"}}}`,
		`{"type":"events_api","envelope_id":"h","payload":{"type":"event_callback","event":{"type":"tokens_revoked","tokens":{}}}}`,
		`{"type":"events_api","envelope_id":"i","payload":{"type":"nonsense"}}`, `{"type":"hello"}`, `{"type":"wonder"}`,
		`{"type":"slash_commands","envelope_id":"j","payload":{"team_id":"T0OTHER","channel_id":"C1","text":"list"}}`,
	} {
		p.proxy.SendSockets(json.RawMessage(text))
		if i%6 == 5 {
			slacktest.Eventually(t, "a connection", func() bool { return p.proxy.Sockets() > 0 })
		}
	}
	slacktest.Eventually(t, "a connection", func() bool { return p.proxy.Sockets() > 0 })
	p.answered(t, fmt.Sprint("list after ", 17))
}
