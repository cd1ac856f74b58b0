package matrix

import (
	"context"
	"errors"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
)

// settleTime is how long an attempt may still come to something after whoever
// made it has gone. To send again before that, though under the same id, may say
// it twice: Dendrite knows an id when it is done, and not before.
const settleTime = 5 * time.Second

// recoverTime is how long a homeserver that was not there may take until it shows
// what it took before it went. Dendrite may end between the two, and goes on with
// it half a minute after it is back.
const recoverTime = 40 * time.Second

const (
	// before is how much older than the first attempt what we look for may
	// seem: clocks differ.
	before = 10 * time.Minute

	// maxDoubt is how long a message may wait because the room cannot be read:
	// others wait behind it.
	maxDoubt = 10 * time.Minute

	pageSize  = 100 // events of a room
	lookPages = 50
)

// heardOf returns what an earlier attempt left in a room under a key; "" if
// there is nothing.
func (m *Matrix) heardOf(ctx context.Context, s *session, room id.RoomID, key string, a bot.Attempt) (id.EventID, error) {
	if a.Since.IsZero() {
		return "", nil
	}
	if said, ok := m.own.get(key); ok {
		return said, nil
	}
	now := time.Now()
	ahead := a.Last.After(now) // the clock was: nobody knows when that was
	if wait := m.knowable(key, a).Sub(now); wait > 0 && !ahead {
		return "", &bot.RetryError{After: wait, Unsure: true, Err: errors.New("matrix: it may have been said; waiting until that can be known")}
	}
	oldest := a.Since.Add(-before)
	if ahead {
		oldest = time.Time{}
	}
	said, err := s.search(ctx, room, key, oldest)
	if err == nil {
		return said, nil
	}
	err = failed("looking for a message", err)
	m.learn(s, err, ordinary)
	if errors.Is(err, errTooMuch) || !ahead && now.Sub(a.Last) > maxDoubt {
		// Better twice than never; and the homeserver may know it by its key.
		m.log.Warn("could not look whether a message was said before; it may come twice", "channel", m.channel(room), "err", err)
		return "", nil
	}
	return "", bot.Unsaid(err, a)
}

// gaveUp is when the last attempt at a message ended, as far as that is known:
// one of an earlier life ended before this one began.
func (m *Matrix) gaveUp(key string, a bot.Attempt) time.Time {
	end, ok := m.ended.get(key)
	if !ok {
		end = m.born
	}
	if end.Before(a.Last) {
		end = a.Last
	}
	return end
}

// outage is how long nobody answers until we take the homeserver to have ended,
// and not for busy.
const outage = time.Second

// missedIt notes that the homeserver is not there.
func (m *Matrix) missedIt(now time.Time) {
	since := now.UnixMilli()
	if !m.missing.CompareAndSwap(0, since) {
		since = m.missing.Load()
	}
	if now.Sub(time.UnixMilli(since)) >= outage {
		m.away.Store(now.UnixMilli())
	}
}

// knowable is when a search shows whether an attempt has come to something.
func (m *Matrix) knowable(key string, a bot.Attempt) time.Time {
	at := m.gaveUp(key, a).Add(m.settle)
	if away := time.UnixMilli(m.away.Load()); away.After(a.Since) && away.Add(recoverTime).After(at) {
		at = away.Add(recoverTime)
	}
	return at
}

// search looks for a key in a room, from its end back to a time.
func (s *session) search(ctx context.Context, room id.RoomID, key string, oldest time.Time) (id.EventID, error) {
	from, old := "", 0
	for range lookPages {
		res, err := call(ctx, func(ctx context.Context) (*mautrix.RespMessages, error) {
			return s.client.Messages(ctx, room, from, "", mautrix.DirectionBackward, nil, pageSize)
		})
		if err != nil {
			return "", err
		}
		for _, e := range res.Chunk {
			if keyOf(e, s.me()) == key {
				return e.ID, nil
			}
			// Whoever sends an event says when that was: one is no sign.
			if !time.UnixMilli(e.Timestamp).Before(oldest) {
				old = 0
			} else if old++; old == enoughOld {
				return "", nil
			}
		}
		if len(res.Chunk) == 0 || res.End == "" || res.End == from {
			return "", nil
		}
		from = res.End
	}
	return "", errTooMuch
}

// errTooMuch is the end of a search that found no end.
var errTooMuch = errors.New("matrix: there is too much in the room to look through")

// keyOf is the key that we said an event under; "" if we did not say it.
func keyOf(e *event.Event, me id.UserID) string {
	if e.Sender != me {
		return ""
	}
	key, _ := e.Content.Raw[keyField].(string)
	return key
}
