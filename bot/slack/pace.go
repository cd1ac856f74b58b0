package slack

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// perChannel is the time between two messages in a channel. Slack takes about
// one a second, bursts now and then, and says when it wants less
// (https://docs.slack.dev/apis/web-api/rate-limits). What is said a moment late
// is better than what is refused: a refusal holds up every channel.
const perChannel = 1050 * time.Millisecond

// pace is how fast we may speak.
type pace struct {
	gap time.Duration // between two messages in a channel

	mu       sync.Mutex
	channels map[string]*rate.Limiter
	pauses   map[string]time.Time // by workspace and method: not before
}

// wait waits until something may be said in a channel.
func (p *pace) wait(ctx context.Context, channel string) error {
	p.mu.Lock()
	if p.channels == nil {
		p.channels = map[string]*rate.Limiter{}
	}
	l := p.channels[channel]
	if l == nil {
		l = rate.NewLimiter(rate.Every(p.gap), 1)
		p.channels[channel] = l
	}
	p.mu.Unlock()
	return l.Wait(ctx)
}

// pause keeps a method quiet for a while: whoever asks next need not find out
// again.
func (p *pace) pause(method string, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pauses == nil {
		p.pauses = map[string]time.Time{}
	}
	if until := time.Now().Add(d); until.After(p.pauses[method]) {
		p.pauses[method] = until
	}
}

// paused is how long a method must still be quiet.
func (p *pace) paused(method string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.pauses[method])
}
