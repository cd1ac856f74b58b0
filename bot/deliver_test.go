package bot_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attache/bot"
	"attache/feeds"
)

func TestDeliver(t *testing.T) {
	tests := []struct {
		name  string
		fails func(m bot.Message, try int) error
		want  []string
		why   string // of the first story
	}{
		{"all is well", nil,
			[]string{"a the first story", "a the second story", "a the third story"}, "Alert sent"},
		{"a failure holds those behind it, in order",
			func(m bot.Message, try int) error {
				if strings.Contains(m.Title.Text, "first") && try < 4 {
					return errors.New("the line is down")
				}
				return nil
			},
			[]string{"a the first story", "a the second story", "a the third story"}, "Alert sent"},
		{"the platform sets the pace",
			func(m bot.Message, try int) error {
				if try == 1 {
					return &bot.RetryError{After: 7 * time.Minute}
				}
				return nil
			},
			[]string{"a the first story", "a the second story", "a the third story"}, "Alert sent"},
		{"a channel that is gone takes nothing",
			func(bot.Message, int) error { return fmt.Errorf("room: %w", bot.ErrChannelGone) },
			nil, "given up after 1 tries: room: the channel is gone"},
		{"the platform names no time",
			func(m bot.Message, try int) error {
				if try < 20 {
					return &bot.RetryError{}
				}
				return nil
			},
			[]string{"a the first story", "a the second story", "a the third story"}, "Alert sent"},
		{"a refused message holds up nobody",
			func(m bot.Message, try int) error {
				if strings.Contains(m.Title.Text, "first") {
					return fmt.Errorf("room: %w: too long", bot.ErrRefused)
				}
				return nil
			},
			[]string{"a the second story", "a the third story"}, "given up after 1 tries: room: the platform refuses the message"},
		{"one message that never goes is given up in the end",
			func(m bot.Message, try int) error {
				if strings.Contains(m.Title.Text, "first") {
					return errors.New("the words offend the server")
				}
				return nil
			},
			[]string{"a the second story", "a the third story"}, "the words offend the server"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
				d.room.fails = tt.fails
				d.publish("the first story", "the second story", "the third story")
				d.run(48 * time.Hour)
				d.heard(tt.want...)
				d.why(1, tt.why)
				if idle, err := d.bot.Idle(t.Context()); !idle || err != nil {
					t.Errorf("not idle in the end: %v", err)
				}
			})
		})
	}
}

// A lane that waits keeps no other waiting.
func TestDeliverLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "story", "room:b": "story"})
		d.room.fails = func(m bot.Message, _ int) error {
			if m.Channel == "room:a" {
				return &bot.RetryError{After: time.Hour}
			}
			return nil
		}
		d.publish("the first story")
		d.run(time.Minute)
		d.heard("b the first story")
	})
}

// What a platform put off a dozen times did not fail: when it does, once, it is
// tried again at once, and not in minutes.
func TestDeliverPutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
		d.room.fails = func(_ bot.Message, try int) error {
			switch {
			case try <= 12:
				return &bot.RetryError{After: 5 * time.Second}
			case try == 13:
				return errors.New("the line is down")
			}
			return nil
		}
		d.publish("the first story")
		d.run(12*5*time.Second + 10*time.Second)
		d.heard("a the first story")
	})
}

// An old message is not given up at the first refusal that may be for good: it is
// old because nobody could be reached, perhaps.
func TestDeliverOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
		start := time.Now()
		refused := false
		d.room.fails = func(bot.Message, int) error {
			switch {
			case time.Since(start) < time.Hour:
				return &bot.RetryError{After: time.Minute}
			case !refused:
				refused = true
				return &bot.RetryError{Within: 15 * time.Minute, Err: errors.New("who are you")}
			}
			return nil
		}
		d.publish("the first story")
		d.run(2 * time.Hour)
		d.heard("a the first story")
	})
}

// What was planned and not said is said after a restart; an update never goes
// before its alert, nor without it.
func TestDeliverResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
		d.publish("a story of four words at least")
		d.bot.Take(t.Context(), feeds.Poll{Feed: feeds.Feed{Name: "courier"}, At: time.Now(),
			Items: []feeds.Item{{Outlet: "Courier", Title: "A story of four words at least", GUID: "c1"}}})
		d.heard()
		d.run(time.Minute)
		d.heard("a a story of four words at least", "a a story of four words at least (updated)")
		d.run(time.Minute)
		d.heard("a a story of four words at least", "a a story of four words at least (updated)")
	})
}

// What was said and could not be put on record is said again under the same
// key, by which a platform knows it.
func TestDeliverUnrecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
		d.publish("the first story", "the second story")
		d.store.finish, d.store.lanes = 1, 1
		d.run(time.Minute)
		d.heard("a the first story", "a the first story", "a the second story")
		if len(d.room.keys) != 2 {
			t.Errorf("posted under %d keys: %v", len(d.room.keys), d.room.keys)
		}
		d.why(1, "Alert sent")
	})
}

// A poll whose commit succeeded although we were told it had not is taken
// again and adds nothing.
func TestTakeUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
		d.store.apply = 1
		p := feeds.Poll{Feed: feeds.Feed{Name: "wire-one"}, At: time.Now(), Items: []feeds.Item{{Outlet: "Wire One", Title: "A story of four words at least", GUID: "1"}}}
		if err := d.bot.Take(t.Context(), p); !errors.Is(err, errFlaky) {
			t.Fatalf("Take: %v", err)
		}
		if err := d.bot.Take(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		p.Items[0].Outlet, p.Items[0].GUID, p.Feed.Name = "Courier", "2", "courier"
		if err := d.bot.Take(t.Context(), p); err != nil { // it folds into what the lost answer stored
			t.Fatal(err)
		}
		d.run(time.Minute)
		d.heard("a A story of four words at least", "a A story of four words at least (updated)")
	})
}
