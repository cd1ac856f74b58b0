package slack

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// Slack closes every connection now and then to refresh it, and says a command
// to one connection. With two, made at different times, there is always one.
const (
	connections = 2
	stagger     = time.Minute
)

// sockets hears over Socket Mode until ctx ends
// (https://docs.slack.dev/apis/events-api/using-socket-mode).
func (s *Slack) sockets(ctx context.Context) error {
	var wg sync.WaitGroup
	for i := range connections {
		wg.Go(func() {
			if wait(ctx, time.Duration(i)*stagger) {
				s.socket(ctx, &spacing{next: s.o.Transport, log: s.log}, i)
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// wait waits; false if ctx ended.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// socket keeps one connection. Where Slack refuses the token, which a person
// must mend, it goes on asking: what is said needs the other token, and others
// than Slack may be speaking.
func (s *Slack) socket(ctx context.Context, gate *spacing, number int) {
	for gap := 30 * time.Second; ; gap = min(2*gap, 10*time.Minute) {
		began := time.Now()
		err := s.connected(ctx, gate, number)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > time.Hour {
			gap = 30 * time.Second
		}
		if err != nil {
			s.log.Error("cannot hear Slack: set slack.app_token to a token with connections:write (attache check tells more)", "err", public(err), "again", gap)
		}
		if !wait(ctx, gap) {
			return
		}
	}
}

// connected runs a connection until it cannot go on.
func (s *Slack) connected(ctx context.Context, gate *spacing, number int) error {
	api := slack.New("", slack.OptionAppLevelToken(s.o.AppToken), slack.OptionAPIURL(s.o.API),
		slack.OptionHTTPClient(&http.Client{Transport: gate}))
	client := socketmode.New(api, socketmode.OptionLog(log.New(io.Discard, "", 0)), socketmode.OptionReadLimit(4<<20))
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		for { // it must be emptied at all times, or the connection dies for good
			select {
			case <-ctx.Done():
				return
			case e := <-client.Events:
				s.hearSocket(ctx, client, e, number)
			}
		}
	})
	return client.RunContext(ctx)
}

// hearSocket only notes and acknowledges.
func (s *Slack) hearSocket(ctx context.Context, client *socketmode.Client, e socketmode.Event, number int) {
	switch e.Type {
	case socketmode.EventTypeHello:
		s.log.Info("hears Slack", "connection", number)
	case socketmode.EventTypeConnectionError:
		if failure, ok := e.Data.(*slack.ConnectionErrorEvent); ok && failure.Attempt > 1 {
			s.log.Warn("failed to connect to Slack", "connection", number, "attempt", failure.Attempt, "err", public(failure.ErrorObj))
		}
	case socketmode.EventTypeErrorBadMessage:
		s.log.Warn("heard what cannot be read", "connection", number) // what it was is not ours to log
	case socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive, socketmode.EventTypeEventsAPI:
		id := e.Request.EnvelopeID
		s.take(heard{id: identity(e), data: e.Data}, func(payload any) {
			// Late is better than blocking: Slack would send it again.
			ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
			defer cancel()
			if err := client.AckCtx(ctx, id, payload); err != nil {
				s.log.Warn("failed to acknowledge", "connection", number, "err", err)
			}
		})
	}
}

// identity is what stays the same when Slack sends it again: of an event, which
// may come in another envelope, its own id.
func identity(e socketmode.Event) string {
	if event, ok := e.Data.(slackevents.EventsAPIEvent); ok {
		if inner, ok := event.Data.(*slackevents.EventsAPICallbackEvent); ok && inner.EventID != "" {
			return inner.EventID
		}
	}
	return e.Request.EnvelopeID
}

// public is an error without the address that it may quote: the address of a
// socket has its ticket in it.
func public(err error) error {
	text, _, _ := strings.Cut(err.Error(), "wss://")
	text, _, _ = strings.Cut(text, "ws://")
	return errors.New(text)
}
