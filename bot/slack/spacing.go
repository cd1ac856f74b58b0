package slack

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// How a connection is opened. The library comes back at once where the greeting
// went well and the connection did not: thousands of times a second, where
// Slack allows fifty a minute. And where Slack cannot be reached, it waits up to
// five minutes between two tries, which is long for whoever types.
const (
	firstGap = 2 * time.Second
	lastGap  = 30 * time.Second
	healthy  = time.Minute // without an opening, and the gap is the first again
)

// spacing is the transport of one connection. It opens it with a doubling gap
// between, and tries again by itself until Slack answers. One call at a time.
type spacing struct {
	next http.RoundTripper
	log  *slog.Logger

	gap  time.Duration
	last time.Time // when the last opening was let through
}

// RoundTrip implements http.RoundTripper.
func (g *spacing) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/apps.connections.open") {
		return g.next.RoundTrip(r)
	}
	for {
		if !wait(r.Context(), g.turn(time.Now())) {
			return nil, r.Context().Err()
		}
		g.last = time.Now()
		resp, err := g.open(r)
		if err == nil && resp.StatusCode < 500 || r.Context().Err() != nil {
			return resp, err
		}
		if err == nil {
			g.log.Warn("failed to connect to Slack", "status", resp.StatusCode)
		} else {
			g.log.Warn("failed to connect to Slack", "err", public(err))
		}
	}
}

// open asks once for a connection, and reads the whole answer.
func (g *spacing) open(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(r.Context(), callTime)
	defer cancel()
	once := r.Clone(ctx)
	if r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		once.Body = body
	}
	resp, err := g.next.RoundTrip(once)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(text))
	return resp, nil
}

// turn is how long the next opening waits.
func (g *spacing) turn(now time.Time) time.Duration {
	if g.last.IsZero() || now.Sub(g.last) > g.gap+healthy {
		g.gap = 0
		return 0
	}
	g.gap = min(max(2*g.gap, firstGap), lastGap)
	return g.last.Add(g.gap).Sub(now)
}
