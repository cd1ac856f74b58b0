package slack

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attache/bot"
)

// pageAMinute is a Slack that shows a page of history a minute, and has many.
type pageAMinute struct {
	*wire
	pages int
	last  time.Time
	asked int
}

func (s *pageAMinute) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "conversations.history") {
		return s.wire.RoundTrip(r)
	}
	resp, _ := s.wire.RoundTrip(r)
	if time.Since(s.last) < time.Minute {
		resp.StatusCode = http.StatusTooManyRequests
		resp.Header.Set("Retry-After", "60")
		return resp, nil
	}
	s.last = time.Now()
	s.asked++
	text := `{"ok":true,"messages":[],"response_metadata":{"next_cursor":"more"}}`
	if s.asked >= s.pages {
		text = `{"ok":true,"messages":[]}`
	}
	s.set("conversations.history", text)
	return s.wire.RoundTrip(r)
}

// Where history is a page a minute, a search goes on where it was stopped, and
// after some minutes the message is said all the same.
func TestSlowHistory(t *testing.T) {
	for pages, most := range map[int]time.Duration{3: 6 * time.Minute, 1000: 20 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			w := &pageAMinute{pages: pages, wire: &wire{texts: map[string]string{
				"auth.test":        `{"ok":true,"team_id":"T1","user_id":"U0BOT"}`,
				"chat.postMessage": `{"ok":true,"channel":"C1","ts":"1.000001"}`,
			}}}
			s, err := New(Options{BotToken: "xoxb-1", AppToken: "xapp-1", Transport: w})
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			a := bot.Attempt{Key: "k", Doubt: bot.Doubt{Since: start, Last: start}}
			for {
				_, err := s.Post(t.Context(), "slack:T1/C1", card("x"), a)
				if err == nil {
					break
				}
				later, ok := errors.AsType[*bot.RetryError](err)
				if !ok || !later.Unsure {
					t.Fatalf("after %s: %v", time.Since(start), err)
				}
				if time.Since(start) > time.Hour {
					t.Fatal("never said")
				}
				time.Sleep(later.After)
			}
			if took := time.Since(start); took > most {
				t.Errorf("%d pages took %s", pages, took)
			}
			if pages == 3 && w.asked != 3 {
				t.Errorf("asked for %d pages of 3", w.asked)
			}
		})
	}
}
