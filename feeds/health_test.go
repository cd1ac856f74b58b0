package feeds

import (
	"testing"
	"time"
)

func TestStatus(t *testing.T) {
	now := time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)
	at := now.Add
	const m, h = time.Minute, time.Hour
	for _, test := range []struct {
		state   State
		healthy bool
		want    string
	}{
		{State{}, true, "not read yet"},
		{State{URL: "http://old.example/", Checked: now, Succeeded: now}, true, "not read yet"},
		{State{Checked: at(-2 * m), Succeeded: at(-2 * m), Next: at(8*m + 20*time.Second)}, true, "read 2 minutes ago, next in 8 minutes"},
		{State{Checked: now, Succeeded: now, Next: at(m)}, true, "read just now, next in 1 minute"},
		{State{Checked: at(-3 * h), Succeeded: at(-3 * h), Next: at(-h)}, true, "read 3 h ago, next now"},
		{State{Checked: now, Succeeded: now, Next: at(5 * time.Second)}, true, "read just now, next in 5 s"},
		{State{Checked: at(-m), Succeeded: at(-3 * h), Next: at(20 * m), Failures: 4, Error: "the server answered 503"}, false,
			"failing for 3 h: the server answered 503; next try in 20 minutes"},
		{State{Checked: at(-m), Succeeded: at(-80 * h), Next: at(6 * h), Failures: 9, Error: "410: the feed is gone"}, false,
			"failing for 3 days: 410: the feed is gone; next try in 6 h"},
		{State{Checked: at(-m), Next: at(20 * m), Failures: 1, Error: "no answer within 30 s"}, false,
			"never read: no answer within 30 s; next try in 20 minutes"},
		{State{Checked: at(-m), Succeeded: at(-m), Next: at(9 * m), Error: "the document breaks off"}, false,
			"read 1 minute ago: the document breaks off; next in 9 minutes"},
	} {
		if test.state.URL == "" {
			test.state.URL = desk.URL
		}
		healthy, words := Status(desk, test.state, now)
		if healthy != test.healthy || words != test.want {
			t.Errorf("%v, %q, want %v, %q", healthy, words, test.healthy, test.want)
		}
	}
}
