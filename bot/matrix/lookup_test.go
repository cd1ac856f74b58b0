package matrix

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"maunium.net/go/mautrix/id"

	"attache/bot"
)

// newLookup is as much of a Matrix as it takes to know when to look.
func newLookup(born time.Time) *Matrix {
	return &Matrix{
		settle: settleTime, born: born,
		own: newRecent[string, id.EventID](10), ended: newRecent[string, time.Time](10),
	}
}

// TestKnowable has times in seconds since this life began.
func TestKnowable(t *testing.T) {
	const settle, recover = 5, 40
	if settleTime != settle*time.Second || recoverTime != recover*time.Second {
		t.Fatal("the table is for other times")
	}
	const never = -1 << 20
	for _, test := range []struct {
		what        string
		since, last int
		ended, away int // never: it is not known
		gaveUp      int
		knowable    int
	}{
		{"in an earlier life", -100, -50, never, never, 0, settle},
		{"in this life, without an end", 10, 10, never, never, 10, 10 + settle},
		{"in this life", 10, 10, 30, never, 30, 30 + settle},
		{"in both lives", -100, 10, 30, never, 30, 30 + settle},
		{"again since, without an end", 10, 60, 30, never, 60, 60 + settle},

		// The homeserver was away.
		{"at the end", 10, 10, 30, 30, 30, 30 + recover},
		{"while it was tried", 10, 10, 30, 20, 30, 20 + recover},
		{"just after it", 10, 10, 30, 31, 30, 31 + recover},
		{"long after it", 10, 10, 30, 1000, 30, 1000 + recover},
		{"before it was tried", 10, 10, 30, 5, 30, 30 + settle},
		{"so long before the end that it is back", 10, 10, 60, 20, 60, 60 + settle},
		{"as long before the end as it takes", 10, 10, 55, 20, 55, 60},
		{"since a try of an earlier life", -100, -50, never, 1, 0, 1 + recover},
		{"between two tries", 10, 60, 70, 65, 70, 65 + recover},
		{"between two tries, long ago", 10, 60, 90, 20, 90, 90 + settle},
	} {
		born := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
		at := func(s int) time.Time { return born.Add(time.Duration(s) * time.Second) }
		m := newLookup(born)
		m.ended.put("another", at(1<<20))
		if test.ended != never {
			m.ended.put("k1", at(test.ended))
		}
		if test.away != never {
			m.away.Store(at(test.away).UnixMilli())
		}
		a := bot.Attempt{Key: "k1", Doubt: bot.Doubt{Since: at(test.since), Last: at(test.last)}}
		if got := m.gaveUp("k1", a); !got.Equal(at(test.gaveUp)) {
			t.Errorf("%s: gave up after %s, want %ds", test.what, got.Sub(born), test.gaveUp)
		}
		if got := m.knowable("k1", a); !got.Equal(at(test.knowable)) {
			t.Errorf("%s: knowable after %s, want %ds", test.what, got.Sub(born), test.knowable)
		}
	}
}

// TestHeardOfWaits asks nobody before it can be known: there is no session here
// to ask with.
func TestHeardOfWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		born := time.Now()
		m := newLookup(born)
		heardOf := func(a bot.Attempt) (id.EventID, error) {
			t.Helper()
			return m.heardOf(t.Context(), nil, "!desk:example.org", "k1-edit", a)
		}
		waits := func(a bot.Attempt, want time.Duration) {
			t.Helper()
			said, err := heardOf(a)
			if retry, ok := errors.AsType[*bot.RetryError](err); !ok || retry.After != want || !retry.Unsure || said != "" {
				t.Errorf("%q, %v; want to be asked again after %s, unsure as before", said, err, want)
			}
		}
		if said, err := heardOf(bot.Attempt{Key: "k1"}); said != "" || err != nil {
			t.Errorf("where nothing was tried: %q, %v", said, err)
		}
		before := bot.Attempt{Key: "k1", Doubt: bot.Doubt{Since: born.Add(-time.Hour), Last: born.Add(-time.Minute)}}
		waits(before, settleTime)
		time.Sleep(settleTime - time.Nanosecond)
		waits(before, time.Nanosecond)

		// Tried in vain for twenty seconds, at a homeserver that went away.
		tried := bot.Attempt{Key: "k1", Doubt: bot.Doubt{Since: time.Now(), Last: time.Now()}}
		time.Sleep(callTime)
		m.ended.put("k1-edit", time.Now())
		waits(tried, settleTime)
		m.away.Store(time.Now().UnixMilli())
		waits(tried, time.Until(time.UnixMilli(m.away.Load()).Add(recoverTime)))

		// Until we hear ourselves say it.
		m.own.put("k1-edit", "$said")
		if said, err := heardOf(tried); said != "$said" || err != nil {
			t.Errorf("of what was heard: %q, %v", said, err)
		}
	})
}
