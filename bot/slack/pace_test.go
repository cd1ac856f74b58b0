package slack

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace{gap: perChannel}
		start := time.Now()
		for range 6 {
			if err := p.wait(t.Context(), "one"); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 5*perChannel {
			t.Errorf("six messages took %s", took)
		}
		if err := p.wait(t.Context(), "another"); err != nil || time.Since(start) != 5*perChannel {
			t.Error("one channel holds up another")
		}
		p.pause("T1 chat.postMessage", 30*time.Second)
		p.pause("T1 chat.postMessage", 10*time.Second) // the longer one stands
		if got := p.paused("T1 chat.postMessage"); got != 30*time.Second {
			t.Errorf("paused for %s", got)
		}
		if p.paused("T1 chat.update") > 0 || p.paused("T2 chat.postMessage") > 0 {
			t.Error("a pause is of one method in one workspace")
		}
	})
}

// stubborn is a Slack that answers every opening, and greets nobody.
type stubborn struct{ opened []time.Time }

func (s *stubborn) RoundTrip(*http.Request) (*http.Response, error) {
	s.opened = append(s.opened, time.Now())
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

// However often the library asks, connections are opened with a gap that
// doubles to two minutes, and is short again after a quiet time.
func TestSpacing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := &stubborn{}
		gate := &spacing{next: slack}
		open := func() {
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://slack.com/api/apps.connections.open", nil)
			if _, err := gate.RoundTrip(r); err != nil {
				t.Fatal(err)
			}
		}
		start := time.Now()
		for time.Since(start) < 10*time.Minute {
			open()
		}
		if n := len(slack.opened); n > 12 {
			t.Errorf("opened %d connections in ten minutes", n)
		}
		if gap := slack.opened[1].Sub(slack.opened[0]); gap != firstGap {
			t.Errorf("the first gap is %s", gap)
		}
		time.Sleep(4 * time.Hour)
		before := time.Now()
		open()
		if !time.Now().Equal(before) {
			t.Errorf("waited %s after four quiet hours", time.Since(before))
		}
		other, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://slack.com/api/auth.test", nil)
		if _, err := gate.RoundTrip(other); err != nil || !time.Now().Equal(before) {
			t.Error("another method waited")
		}
	})
}
