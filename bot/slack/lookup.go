package slack

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"attache/bot"
)

// How far around the attempts we look for a message: clocks differ, and what
// was sent may have lingered.
const (
	before = 2 * time.Minute
	after  = 5 * time.Minute

	// maxDoubt is how long a message may wait because it cannot be known whether
	// it was said: others wait behind it.
	maxDoubt = 10 * time.Minute

	pageSize  = 100 // messages of history; Slack recommends no more than 200
	lookPages = 50
)

// heardOf returns the timestamp of the message that an earlier attempt left in
// a channel, or in a thread of it; "" if there is none.
func (s *Slack) heardOf(ctx context.Context, p place, thread string, a bot.Attempt) (ts string, err error) {
	if a.Since.IsZero() {
		return "", nil
	}
	now := time.Now()
	oldest, latest := stamp(a.Since.Add(-before)), stamp(a.Last.Add(after))
	if a.Last.After(now) { // the clock was ahead: nobody knows when that was
		oldest, latest = "", ""
	} else if wait := a.Last.Add(s.settle).Sub(now); wait > 0 {
		return "", &bot.RetryError{After: wait, Unsure: true, Err: errors.New("slack: it may have been said; waiting until that can be known")}
	}
	ts, err = s.search(ctx, p, thread, oldest, latest, a.Key)
	_, limited := errors.AsType[*slack.RateLimitedError](err)
	switch {
	case err == nil:
		return ts, nil
	case unreadable(err) || limited && now.Sub(a.Last) > maxDoubt:
		// Better twice than never.
		s.log.Warn("could not look whether a message was said before; it may come twice", "channel", p.channel(), "err", err)
		return "", nil
	}
	return "", bot.Unsaid(err, a)
}

// search looks for a key, page by page, from where it had come to when Slack
// asked for a pause: an app that is not of one workspace only may read one page
// of 15 messages a minute.
func (s *Slack) search(ctx context.Context, p place, thread, oldest, latest, key string) (ts string, err error) {
	ask := s.history
	if thread != "" {
		ask = s.replies
	}
	cursor := s.bookmark(key, "")
	for range lookPages {
		list, next, err := ask(ctx, p, thread, oldest, latest, cursor)
		if err != nil {
			s.bookmark(key, cursor)
			return "", err
		}
		for _, m := range list {
			if m.Metadata.EventType == metadataType && m.Metadata.EventPayload["key"] == key && m.User == p.BotUser {
				return m.Timestamp, nil
			}
		}
		if next == "" {
			return "", nil
		}
		cursor = next
	}
	return "", errTooMuch
}

// bookmark keeps the place where a search stands, and returns the one kept
// before.
func (s *Slack) bookmark(key, cursor string) (before string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before = s.bookmarks[key]
	if delete(s.bookmarks, key); cursor != "" {
		s.bookmarks[key] = cursor
	}
	return before
}

// errTooMuch is the end of a search that found no end.
var errTooMuch = fmt.Errorf("slack: more than %d messages to look through", lookPages*pageSize)

// unreadable reports whether there is no history that could be searched.
func unreadable(err error) bool {
	switch code(err) {
	case "missing_scope", "not_allowed_token_type", "method_not_supported_for_channel_type", "thread_not_found":
		return true
	}
	return errors.Is(err, errTooMuch)
}

func (s *Slack) history(ctx context.Context, p place, _, oldest, latest, cursor string) (list []slack.Message, next string, err error) {
	err = s.call(p, "conversations.history", func() error {
		answer, err := p.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: p.id, Oldest: oldest, Latest: latest, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
		})
		if err == nil {
			list, next = answer.Messages, answer.ResponseMetaData.NextCursor
		}
		return err
	})
	return list, next, err
}

func (s *Slack) replies(ctx context.Context, p place, thread, oldest, latest, cursor string) (list []slack.Message, next string, err error) {
	err = s.call(p, "conversations.replies", func() (err error) {
		list, _, next, err = p.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: p.id, Timestamp: thread, Oldest: oldest, Latest: latest, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
		})
		return err
	})
	return list, next, err
}

// stamp is a time as Slack writes it: seconds, with six decimals.
func stamp(t time.Time) string { return strconv.FormatFloat(float64(t.UnixMicro())/1e6, 'f', 6, 64) }
