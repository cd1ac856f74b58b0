package matrixtest

import (
	"net/http"

	"golang.org/x/time/rate"
)

// Pace makes the homeserver take so many events a second from an account, in all
// rooms and from all devices together, after a burst of so many; more are
// answered with 429, which says in body and header how long to wait: Synapse's
// rc_message. An event that it has taken already, under the same transaction id,
// is not counted again. With 0 it takes as many as come, as at first.
//
// https://element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html#rc_message
func (p *Proxy) Pace(perSecond float64, burst int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pace.perSecond, p.pace.burst = perSecond, burst
	p.pace.buckets = map[string]*rate.Limiter{}
}

// paced is the answer to what came too early; nil if it may pass.
func (p *Proxy) paced(r Request) *answer {
	switch r.Name {
	case "send", "redact", "setState":
	default:
		return nil
	}
	user, known := p.user(r)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pace.perSecond <= 0 || p.taken(r) {
		return nil
	}
	if known {
		p.pace.users[r.Token] = user
	}
	bucket := p.pace.buckets[user]
	if bucket == nil {
		bucket = rate.NewLimiter(rate.Limit(p.pace.perSecond), p.pace.burst)
		p.pace.buckets[user] = bucket
	}
	reserved := bucket.Reserve()
	wait := reserved.Delay()
	if wait == 0 {
		return nil
	}
	reserved.Cancel()
	a := refusal(http.StatusTooManyRequests, "M_LIMIT_EXCEEDED", object{"retry_after_ms": wait.Milliseconds() + 1})
	a.header.Set("Retry-After", seconds(wait))
	return a
}

// user asks the homeserver whose token it is; what it does not know is a user
// of its own.
func (p *Proxy) user(r Request) (string, bool) {
	p.mu.Lock()
	user, known := p.pace.users[r.Token]
	paced := p.pace.perSecond > 0
	p.mu.Unlock()
	if known || !paced {
		return user, known
	}
	var who struct {
		User string `json:"user_id"`
	}
	s := &Server{URL: p.peer}
	if err := s.call("GET", "/_matrix/client/v3/account/whoami", r.Token, nil, &who); err != nil {
		return r.Token, false
	}
	return who.User, true
}
