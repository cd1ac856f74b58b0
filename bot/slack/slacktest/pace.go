package slacktest

import (
	"net/http"
	"time"
)

// Pace makes Slack take one message a second from an app in a channel, and
// answer 429 to more, with Retry-After. A second lasts as long as is given here
// (a client that believes Retry-After waits for a real one, though); with 0 it
// takes as many as come, as at first. A tenth of a second too early is taken.
//
// https://docs.slack.dev/apis/web-api/rate-limits
func (p *Proxy) Pace(second time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.second = second
}

func (p *Proxy) pace(c asked) *answer {
	if c.Method != "chat.postMessage" {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now, where := time.Now(), c.Token+" "+c.Form.Get("channel")
	if now.Sub(p.spoke[where]) < p.second*9/10 {
		return Status(http.StatusTooManyRequests, time.Second, "").answer
	}
	p.spoke[where] = now
	return nil
}

// Slack takes five answers to a response_url
// (https://docs.slack.dev/interactivity/handling-user-interaction), and opens
// one dialog for a trigger_id, within three seconds
// (https://docs.slack.dev/surfaces/modals).
const (
	responseUses = 5
	triggerLife  = 3 * time.Second
)

// spent is what is wrong with a permission that was used up, or is too old.
func (p *Proxy) spent(c asked) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch c.Method {
	case "response_url":
		if p.uses[c.path]++; p.uses[c.path] > responseUses {
			return "used_url"
		}
	case "views.open", "views.push":
		id := c.Form.Get("trigger_id")
		given, known := p.sockets.triggers[id]
		switch {
		case !known: // it went to the app by another way
		case given.IsZero():
			return "exchanged_trigger_id"
		case time.Since(given) > triggerLife:
			return "expired_trigger_id"
		default:
			p.sockets.triggers[id] = time.Time{}
		}
	}
	return ""
}
