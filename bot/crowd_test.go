package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attache/bot"
)

// crowd is a desk whose room puts five together where more than three wait.
func crowd(t *testing.T) *desk {
	d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
	d.platform = crowded{d.room, 3, 5}
	return d
}

// stories are so many titles, each of a story of its own.
func stories(n int) []string {
	var titles []string
	for i := range n {
		titles = append(titles, fmt.Sprintf("story number%d of place%d", i+1, i+1))
	}
	return titles
}

// once sees that each alert was said once, alone or in a digest, and when.
func (d *desk) once(titles ...string) {
	d.t.Helper()
	var said []string
	for _, s := range d.said {
		alerts := []bot.Said{s}
		if s.Kind == bot.KindDigest {
			alerts = s.Alerts
		}
		for _, a := range alerts {
			if a.Sent.IsZero() || a.Story == 0 || a.Alert == 0 || a.Channel == "" {
				d.t.Errorf("said without a time or a number: %+v", a)
			}
			if s.Kind != bot.KindUpdate {
				said = append(said, a.Title)
			}
		}
	}
	slices.Sort(said)
	if !slices.Equal(said, slices.Sorted(slices.Values(titles))) {
		d.t.Errorf("said\n%s\nwant each once of\n%s", strings.Join(said, "; "), strings.Join(titles, "; "))
	}
	if idle, err := d.bot.Idle(d.t.Context()); !idle || err != nil {
		d.t.Errorf("not idle in the end: %v", err)
	}
}

func joined(titles []string) string { return "a " + strings.Join(titles, "+") }

// Where too many wait they are said together, and what is left alone.
func TestDigest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := crowd(t), stories(13)
		d.publish(s...)
		d.run(time.Minute)
		d.heard(joined(s[:5]), joined(s[5:10]), "a "+s[10], "a "+s[11], "a "+s[12])
		d.once(s...)
		d.why(2, "Alert sent")

		// Each is kept true in the digest, with the others as they stand.
		d.tell("Courier", s[1], s[3])
		d.run(time.Minute)
		if len(d.room.updates) != 2 {
			t.Fatalf("there were %d updates, want 2", len(d.room.updates))
		}
		for i, title := range []string{s[1], s[3]} {
			m := d.room.updates[i]
			if m.Kind != bot.KindUpdate || m.Title.Text != title || len(m.Changes) != 1 || len(m.Alerts) != 5 ||
				len(m.Alerts[0].Sources) != 1 || len(m.Alerts[1].Sources) != 2 || len(m.Alerts[3].Sources) != 2 || m.Alerts[4].Sent.IsZero() {
				t.Errorf("update %d is %+v", i+1, m)
			}
			if said := m.Said(); said.Alerts != nil || said.Sources != 2 {
				t.Errorf("as JSON it is %+v", said)
			}
		}
		d.once(s...)
	})
}

// An urgent alert is no part of a digest, and does not wait for one.
func TestDigestIsNotUrgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := crowd(t), stories(6)
		d.room.fails = func(m bot.Message, try int) error {
			if m.Kind == bot.KindDigest && try == 1 {
				return &bot.RetryError{After: time.Hour}
			}
			return nil
		}
		d.publish(append(s, "FLASH: the story of the hour is here")...)
		go func() {
			time.Sleep(time.Minute)
			d.publish("URGENT: and so is another story now")
		}()
		d.run(3 * time.Hour)
		d.heard("a the story of the hour is here", "a and so is another story now", joined(s[:5]), "a "+s[5])
	})
}

// A digest that the platform never takes is taken apart: only the alert at
// fault is given up.
func TestDigestRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := crowd(t), stories(7)
		bad := s[2]
		d.room.fails = func(m bot.Message, try int) error {
			switch {
			case m.Kind == bot.KindDigest && try == 1:
				return errors.New("the connection was cut")
			case strings.Contains(what(m), bad):
				return fmt.Errorf("room: %w: it offends", bot.ErrRefused)
			}
			return nil
		}
		d.publish(s...)
		d.run(time.Hour)
		d.heard("a "+s[0], "a "+s[1], "a "+s[3], "a "+s[4], "a "+s[5], "a "+s[6])
		d.once(slices.Concat(s[:2], s[3:])...)
		d.why(3, "given up after 3 tries: room: the platform refuses the message: it offends")
		for _, a := range d.room.attempts[2:] {
			if !a.Since.IsZero() {
				t.Errorf("%s went in doubt, when the platform had refused it", a.what)
			}
		}
	})
}

// A digest is one message over a crash, and under one key.
func TestDigestOverCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := crowd(t), stories(4)
		d.room.fails = func(_ bot.Message, try int) error {
			if try == 1 {
				time.Sleep(time.Hour)
				return errors.New("nobody hears this")
			}
			return nil
		}
		d.publish(s...)
		d.run(time.Minute)
		d.publish(stories(6)[4:]...)
		d.open()
		d.room.tries = map[string]int{d.room.attempts[0].Key: 1, "others": 0}
		d.run(time.Minute)
		wantSince(t, d.room.attempts[:2], [2]int{}, [2]int{1, 1})
		if a, b := d.room.attempts[0], d.room.attempts[1]; a.Key != b.Key || a.what != b.what || a.what != strings.Join(s, "+") {
			t.Errorf("before the crash it was %s, %s; after, %s, %s", a.Key, a.what, b.Key, b.what)
		}
	})
}

// A gone channel takes no digest either, and one that nobody takes for a day is
// given up, with all its alerts.
func TestDigestDies(t *testing.T) {
	for name, err := range map[string]error{"gone": bot.ErrChannelGone, "never": errors.New("the line is down")} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := crowd(t)
				d.room.fails = func(bot.Message, int) error { return err }
				d.publish(stories(4)...)
				d.run(26 * time.Hour)
				d.heard()
				for i := range 4 {
					d.why(i+1, "given up")
				}
				if idle, err := d.bot.Idle(t.Context()); !idle || err != nil {
					t.Errorf("not idle in the end: %v", err)
				}
			})
		})
	}
}

// An alert that has waited in a digest for less than a day is not given up for
// the digest's older ones.
func TestDigestOutlivesItsOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := crowd(t), stories(4)
		up := time.Now().Add(26 * time.Hour)
		d.room.fails = func(bot.Message, int) error {
			if time.Now().Before(up) {
				return errors.New("the line is down")
			}
			return nil
		}
		d.publish(s[0])
		time.Sleep(20 * time.Hour)
		d.publish(s[1:]...)
		d.run(10 * time.Hour)
		d.heard(joined(s))
	})
}
