package slack

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// openings is a Slack that opens connections, or cannot be reached until then.
type openings struct {
	until  time.Time
	tried  []time.Time
	bodies []string
}

func (o *openings) RoundTrip(r *http.Request) (*http.Response, error) {
	o.tried = append(o.tried, time.Now())
	if time.Now().Before(o.until) {
		return nil, errors.New("no route to host")
	}
	body, err := io.ReadAll(r.Body)
	o.bodies = append(o.bodies, string(body))
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, err
}

func opener(t *testing.T, o *openings) func() {
	gate := &spacing{next: o, log: slog.New(slog.DiscardHandler)}
	return func() {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://slack.com/api/apps.connections.open", strings.NewReader("a=b"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := gate.RoundTrip(r); err != nil {
			t.Fatal(err)
		}
	}
}

// However often the library asks, connections are opened with a gap that
// doubles to half a minute, and is short again after a quiet time.
func TestSpacing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &openings{}
		open := opener(t, o)
		start := time.Now()
		for time.Since(start) < 10*time.Minute {
			open()
		}
		if n := len(o.tried); n > 25 {
			t.Errorf("opened %d connections in ten minutes", n)
		}
		if gap := o.tried[1].Sub(o.tried[0]); gap != firstGap {
			t.Errorf("the first gap is %s", gap)
		}
		time.Sleep(4 * time.Hour)
		before := time.Now()
		open()
		if !time.Now().Equal(before) {
			t.Errorf("waited %s after four quiet hours", time.Since(before))
		}
	})
}

// After an outage, however long, there is a connection within half a minute.
func TestSpacingOutage(t *testing.T) {
	for _, outage := range []time.Duration{10 * time.Second, 5 * time.Minute, 3 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			end := time.Now().Add(outage)
			o := &openings{until: end}
			open := opener(t, o)
			open()
			if late := time.Since(end); late > lastGap {
				t.Errorf("connected %s after an outage of %s", late, outage)
			}
			if n, most := len(o.tried), int(outage/lastGap)+6; n > most {
				t.Errorf("tried %d times in %s", n, outage)
			}
			if len(o.bodies) != 1 || o.bodies[0] != "a=b" {
				t.Errorf("sent %q", o.bodies)
			}
		})
	}
}

// Connections that live half a minute are opened again all day.
func TestSpacingShortLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &openings{}
		open := opener(t, o)
		for start := time.Now(); time.Since(start) < 3*time.Hour; time.Sleep(30 * time.Second) {
			before := time.Now()
			if open(); time.Since(before) > lastGap {
				t.Fatalf("waited %s", time.Since(before))
			}
		}
	})
}
