package bot_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"attache/bot"
	"attache/feeds"
)

// since is what each attempt was told of those before it: the numbers of the
// first and the last in doubt, from 1, or 0 for none.
func since(t *testing.T, attempts []attempt) [][2]int {
	t.Helper()
	var list [][2]int
	for i, a := range attempts {
		var of [2]int
		for k, then := range []time.Time{a.Since, a.Last} {
			for n, earlier := range attempts[:i] {
				if then.Equal(earlier.at.Truncate(time.Millisecond)) {
					of[k] = n + 1
				}
			}
			if of[k] == 0 && !then.IsZero() {
				t.Errorf("attempt %d is told of one at %v, when there was none", i+1, then)
			}
		}
		list = append(list, of)
	}
	return list
}

func wantSince(t *testing.T, attempts []attempt, want ...[2]int) {
	t.Helper()
	got := since(t, attempts)
	if len(got) != len(want) {
		t.Fatalf("there were %d attempts %v, want %d", len(got), got, len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("attempt %d is told of %v, want %v", i+1, got[i], want[i])
		}
	}
}

// What nobody knows about earlier attempts is passed on to the next, until the
// platform says for sure that nothing was said.
func TestDoubt(t *testing.T) {
	ambiguous := errors.New("the connection was cut")
	unsure := &bot.RetryError{After: time.Minute, Unsure: true, Err: errors.New("busy")}
	sure := &bot.RetryError{After: time.Minute, Err: errors.New("busy")}
	for name, tt := range map[string]struct {
		errs []error
		want [][2]int
	}{
		"none":                       {nil, [][2]int{{0, 0}}},
		"the connection was cut":     {[]error{ambiguous}, [][2]int{{0, 0}, {1, 1}}},
		"cut again and again":        {[]error{ambiguous, ambiguous, ambiguous}, [][2]int{{0, 0}, {1, 1}, {1, 2}, {1, 3}}},
		"busy, and that is sure":     {[]error{sure, sure}, [][2]int{{0, 0}, {0, 0}, {0, 0}}},
		"busy, and nobody knows":     {[]error{unsure, unsure}, [][2]int{{0, 0}, {0, 0}, {0, 0}}},
		"cut, busy, and cut":         {[]error{ambiguous, unsure, ambiguous, unsure}, [][2]int{{0, 0}, {1, 1}, {1, 1}, {1, 3}, {1, 3}}},
		"cut, and then found absent": {[]error{ambiguous, unsure, sure, ambiguous}, [][2]int{{0, 0}, {1, 1}, {1, 1}, {0, 0}, {4, 4}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
				d.room.fails = func(_ bot.Message, try int) error {
					if try <= len(tt.errs) {
						return tt.errs[try-1]
					}
					return nil
				}
				d.publish("a story of four words at least")
				d.run(time.Hour)
				wantSince(t, d.room.attempts, tt.want...)

				d.room.attempts, d.room.tries = nil, map[string]int{} // the same of an update
				d.tell("Courier", "A story of four words at least")
				d.run(time.Hour)
				wantSince(t, d.room.attempts, tt.want...)
				d.heard("a a story of four words at least", "a a story of four words at least (updated)")
				if len(d.room.tries) != 1 || len(d.room.keys) != 1 || d.room.keys[d.room.attempts[0].Key] > 0 {
					t.Errorf("the update went under the keys %v, the alert under %v", d.room.tries, d.room.keys)
				}
			})
		})
	}
}

// An attempt that a kill cut off is in doubt, and so is one that was made and
// could not be put on record.
func TestDoubtOverCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
		d.room.fails = func(_ bot.Message, try int) error {
			if try <= 2 {
				time.Sleep(time.Hour) // longer than the process lives
				return errors.New("nobody hears this")
			}
			return nil
		}
		d.publish("a story of four words at least")
		for range 2 {
			d.run(time.Minute)
			d.open()
		}
		d.store.finish = 1
		d.run(time.Minute)
		wantSince(t, d.room.attempts, [2]int{}, [2]int{1, 1}, [2]int{1, 2}, [2]int{1, 3})
		if len(d.room.keys) != 1 {
			t.Errorf("it went under %d keys", len(d.room.keys))
		}
		d.why(1, "Alert sent")
	})
}

// While a lane waits, what is more urgent has its turn; what is not waits too.
func TestUrgentFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
		d.room.fails = func(m bot.Message, try int) error {
			if m.Title.Text == "the first story" && try == 1 {
				return &bot.RetryError{After: time.Hour}
			}
			return nil
		}
		d.publish("the first story", "the second story")
		begun := time.Now()
		go func() {
			time.Sleep(10 * time.Minute)
			d.publish("the third story", "URGENT: the fourth story of today")
			time.Sleep(10 * time.Minute)
			d.publish("FLASH: the fifth story of today")
		}()
		d.run(2 * time.Hour)
		d.heard("a the fourth story of today", "a the fifth story of today", "a the first story", "a the second story", "a the third story")
		for i, want := range []time.Duration{0, 10 * time.Minute, 20 * time.Minute, time.Hour} {
			if got := d.room.attempts[i].at.Sub(begun); got != want {
				t.Errorf("attempt %d was after %v, want %v", i+1, got, want)
			}
		}
	})
}

// Of those that wait already, too, the most urgent goes first, and its update
// not before it.
func TestUrgentFirstOfAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
		d.publish("the first story of them", "URGENT: the second story of them", "FLASH: the third story of them", "URGENT: the fourth story of them")
		d.poll("Courier", feeds.Item{GUID: "c", Title: "The third story of them"})
		d.run(time.Minute)
		d.heard("a the third story of them", "a the second story of them", "a the fourth story of them", "a the first story of them",
			"a the third story of them (updated)")
	})
}
