package slack

import (
	"context"
	"math/rand/v2"
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
	pauses   map[string]map[string]time.Time // by workspace and method, then by channel: not before
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

// pause keeps a method quiet in a channel for a while: whoever asks next need
// not find out again. When Slack has asked that for two channels, it means the
// workspace.
func (p *pace) pause(method, channel string, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pauses == nil {
		p.pauses = map[string]map[string]time.Time{}
	}
	now := time.Now()
	channels := p.pauses[method]
	if channels == nil {
		channels = map[string]time.Time{}
		p.pauses[method] = channels
	}
	others := 0
	for c, until := range channels {
		switch {
		case !until.After(now):
			delete(channels, c)
		case c != channel:
			others++
		}
	}
	if others > 0 {
		channel = everywhere
	}
	if until := now.Add(d); until.After(channels[channel]) {
		channels[channel] = until
	}
}

// everywhere stands for all channels of a workspace.
const everywhere = ""

// paused is how long a method must still be quiet in a channel. Those that
// waited do not all come back at once.
func (p *pace) paused(method, channel string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	channels := p.pauses[method]
	wait := max(time.Until(channels[everywhere]), time.Until(channels[channel]))
	if wait <= 0 {
		return 0
	}
	return wait + rand.N(wait/4+time.Millisecond)
}
