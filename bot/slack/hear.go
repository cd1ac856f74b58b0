package slack

import (
	"context"
	"crypto/sha256"
	"hash/maphash"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
)

// heard is what Slack sent, parsed, whichever way it came.
type heard struct {
	id   string // the same when Slack sends it again
	data any    // slack.SlashCommand, slack.InteractionCallback or slackevents.EventsAPIEvent
}

// How what is heard is worked. Slack waits three seconds for the
// acknowledgement, and then shows an error or sends it again.
const (
	workers  = 16
	backlog  = 64 // things heard that may wait for one worker
	ackTime  = 2500 * time.Millisecond
	workTime = 30 * time.Second
	graceful = 1500 * time.Millisecond // for what is being worked when Run ends
)

// ears is what was heard and is to be worked. What comes from one channel is
// worked in order, by one worker; channels share them.
type ears struct {
	once   sync.Once
	seed   maphash.Seed
	queues [workers]chan func(context.Context)
	seen   memory // ids: Slack sends an event again after five minutes the last time (https://docs.slack.dev/apis/events-api/#retries)
}

func (e *ears) open() {
	e.once.Do(func() {
		e.seed = maphash.MakeSeed()
		for i := range e.queues {
			e.queues[i] = make(chan func(context.Context), backlog)
		}
	})
}

// put queues something for the worker of its channel. It reports false if too
// much waits there.
func (e *ears) put(channel string, do func(context.Context)) bool {
	select {
	case e.queues[maphash.String(e.seed, channel)%workers] <- do:
		return true
	default:
		return false
	}
}

// work works what is heard until ctx ends, and what is being worked then for
// a moment longer. What still waits in a queue then is lost: whoever typed it
// sees no answer, and types it again.
func (s *Slack) work(ctx context.Context) {
	s.ears.open()
	late, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(graceful, stop) })()
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, queue := range s.ears.queues {
		wg.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case do := <-queue:
					within, cancel := context.WithTimeout(late, workTime)
					do(within)
					cancel()
				}
			}
		})
	}
}

// busy is what people read whose command finds too many before it.
var busy = map[string]any{"response_type": "ephemeral", "text": busyText}

const busyText = "I am very busy just now, and have done nothing. Please try again in a moment."

// take works what was heard, later and once. ack is called once, before Slack
// loses patience, with what to answer in the acknowledgement: nil, or the
// payload for a view submission or a refused command. It is not called for an
// event that Slack had better send again.
func (s *Slack) take(h heard, ack func(payload any)) {
	s.ears.open()
	id := sha256.Sum256([]byte(h.id))
	if h.id != "" && s.ears.seen.again(id, time.Now()) {
		ack(nil)
		return
	}
	switch data := h.data.(type) {
	case slack.SlashCommand:
		if !s.ears.put(data.ChannelID, func(ctx context.Context) { s.onCommand(ctx, data) }) {
			s.log.Warn("too busy for a command", "channel", data.ChannelID)
			ack(busy)
			return
		}
	case slack.InteractionCallback:
		if data.Type == slack.InteractionTypeViewSubmission {
			s.submitted(data, ack)
			return
		}
		if !s.ears.put(data.Channel.ID+data.User.ID, func(ctx context.Context) { s.onInteraction(ctx, data) }) {
			s.log.Warn("too busy for a button", "channel", data.Channel.ID)
		}
	case slackevents.EventsAPIEvent:
		if !s.ears.put(channelOf(data), func(ctx context.Context) { s.onEvent(ctx, data) }) {
			s.log.Warn("too busy for an event", "channel", channelOf(data))
			s.ears.seen.forget(id)
			return
		}
	}
	ack(nil)
}

// submitted works a view submission, whose acknowledgement has the answer in
// it. A slow one closes the dialog, and goes on.
func (s *Slack) submitted(data slack.InteractionCallback, ack func(any)) {
	var once sync.Once
	reply := func(payload any) { once.Do(func() { ack(payload) }) }
	slow := time.AfterFunc(ackTime, func() { reply(nil) })
	ok := s.ears.put(data.User.ID, func(ctx context.Context) {
		defer slow.Stop()
		var payload any // an untyped nil where there is nothing to say
		if answer := s.onSubmission(ctx, data); answer != nil {
			payload = answer
		}
		reply(payload)
	})
	if !ok {
		slow.Stop()
		block := ruleBlock
		if data.View.CallbackID == settingsView {
			block = endBlock
		}
		reply(slack.NewErrorsViewSubmissionResponse(map[string]string{block: busyText}))
	}
}
