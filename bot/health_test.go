package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attache/bot"
	"attache/feeds"
)

// sources configures feeds that are well, and returns what makes one otherwise.
func (d *desk) sources(names ...string) (polled func(name string, change func(*feeds.State))) {
	d.t.Helper()
	var list []feeds.Feed
	for _, name := range names {
		list = append(list, feeds.Feed{Name: name, URL: "http://" + name + ".example/rss?key=secret", Outlet: "The " + name, Tier: feeds.Press})
	}
	if err := d.bot.Configure(d.t.Context(), list, nil); err != nil {
		d.t.Fatal(err)
	}
	polled = func(name string, change func(*feeds.State)) {
		d.t.Helper()
		now := time.Now()
		s := feeds.State{URL: "http://" + name + ".example/rss?key=secret", Checked: now, Succeeded: now, Next: now.Add(time.Hour)}
		change(&s)
		if err := d.store.Store.(feeds.Store).SaveFeedState(d.t.Context(), name, s); err != nil {
			d.t.Fatal(err)
		}
	}
	for _, name := range names {
		polled(name, func(*feeds.State) {})
	}
	return polled
}

func broken(s *feeds.State) {
	s.Succeeded, s.Failures, s.Error = s.Succeeded.Add(-2*time.Hour), 5, "the server answered 503"
}

func well(*feeds.State) {}

// notices is what the room was told in the bot's own words.
func (d *desk) notices(want ...string) {
	d.t.Helper()
	d.room.mu.Lock()
	defer d.room.mu.Unlock()
	var got []string
	for _, m := range d.room.notices {
		for _, l := range m.Lines {
			got = append(got, strings.TrimSpace(string(m.Channel)+" "+l.Text+" "+l.Detail))
		}
	}
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		d.t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Operators are told once, in their channel, over restarts and failures of the
// platform and the store; of a feed that is not configured any more, never.
func TestHealthIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
		poll := d.sources("wire", "courier", "herald")
		d.bot.Watch(bot.Health{Channel: "room:ops"})
		d.run(10 * time.Minute)
		d.notices()

		poll("wire", broken)
		d.store.notify = 1
		d.room.fails = func(_ bot.Message, try int) error {
			if try < 3 {
				return &bot.RetryError{After: time.Minute}
			}
			return nil
		}
		d.run(10 * time.Minute)
		broke := "room:ops ✗ The wire (wire) is broken failing for 2 h: the server answered 503; next try in 58 minutes" // the store failed at the first look
		d.notices(broke)
		d.open()
		poll = d.sources("wire", "courier", "herald")
		d.bot.Watch(bot.Health{Channel: "room:ops"})
		poll("wire", broken)
		d.run(3 * time.Hour)
		d.notices(broke)

		poll("wire", well)
		d.run(time.Hour)
		d.notices(broke, "room:ops ✓ The wire (wire) is well again read 31 minutes ago, next in 29 minutes")

		// Taken out of the config while it is ill, and put in again when it is well.
		poll("herald", broken)
		d.room.notices = nil
		d.run(10 * time.Minute)
		d.notices("room:ops ✗ The herald (herald) is broken failing for 2 h: the server answered 503; next try in 59 minutes")
		d.sources("wire", "courier")
		d.run(10 * time.Minute)
		d.sources("wire", "courier", "herald")
		d.run(2 * time.Hour)
		d.notices("room:ops ✗ The herald (herald) is broken failing for 2 h: the server answered 503; next try in 59 minutes")
	})
}

// Without a channel the log has it, once.
func TestHealthIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
		var log strings.Builder
		d.log = &log
		d.open()
		poll := d.sources("wire")
		poll("wire", broken)
		d.run(time.Hour)
		d.open()
		poll = d.sources("wire")
		poll("wire", broken)
		d.run(time.Hour)
		poll("wire", well)
		d.run(time.Hour)
		d.notices()
		want := map[string]int{"level=WARN msg=\"found a feed broken\" feed=wire": 1, "level=INFO msg=\"found a feed well again\" feed=wire": 1, "secret": 0}
		for line, n := range want {
			if got := strings.Count(log.String(), line); got != n {
				t.Errorf("the log has %d times %s, want %d:\n%s", got, line, n, log.String())
			}
		}
	})
}

func TestFeedsAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.answers("feeds", "No feeds are configured.")
		poll := d.sources("wire", "courier", "herald")
		poll("courier", broken)
		poll("herald", func(s *feeds.State) {
			s.Changed, s.Rhythm = s.Succeeded.Add(-9*time.Hour), 2*time.Hour
			s.Moved, s.MovedSince = "https://new.example/rss?key=secret", s.Succeeded.Add(-50*time.Hour)
		})
		d.answers("feeds", "3 sources: 1 well, 1 broken, 1 moved / ✗ The courier (courier) failing for 2 h: the server answered 503; next try in 60 minutes / "+
			"✓ The herald (herald) quiet for 9 h, usually every 2 h; read just now, next in 60 minutes; moved to new.example for 2 days: change its address in the config / "+
			"✓ The wire (wire) read just now, next in 60 minutes")
		for _, line := range []string{"feeds herald", "feeds THE HERALD", "sources hera"} {
			d.answers(line, "✓ The herald (herald) quiet for 9 h")
		}
		d.answers("feeds herald", "State moved / Outlet The herald, press / Host herald.example / Last read just now, 1 Jan")
		d.answers("feeds herald", "News usually every 2 h / Next check ")
		d.answers("feeds herald", "Moved to new.example, since ")
		d.answers("feeds courier", "Trouble the server answered 503 / Failures in a row 5")
		d.answers("feeds the", "3 sources: ")
		d.refuses("feeds nobody", "There is no feed nobody. Type feeds all to see them.")
		for _, line := range []string{"feeds", "feeds all", "feeds herald", "feeds courier"} {
			if got := fmt.Sprint(d.ask(line)); strings.Contains(got, "secret") {
				t.Errorf("%s tells a secret: %s", line, got)
			}
		}

		var names []string
		for i := range 31 {
			names = append(names, fmt.Sprint("feed", i))
		}
		poll = d.sources(names...)
		poll("feed7", broken)
		poll("feed9", func(s *feeds.State) { s.Failures, s.Error = 1, "HTML instead of a feed" })
		m := d.ask("feeds")
		d.answered(m, "feeds", "31 sources: 29 well, 1 broken, 1 failing / ✗ The feed7 (feed7) ", false)
		if len(m.Lines) != 4 || !strings.Contains(m.Lines[3].Text, "feeds all") {
			t.Errorf("of many feeds, `feeds` lists more than those in trouble: %d lines", len(m.Lines))
		}
		if m := d.ask("feeds all"); len(m.Lines) != 32 {
			t.Errorf("`feeds all` has %d lines", len(m.Lines))
		}
		for _, name := range names {
			poll(name, broken)
		}
		if m := d.ask("feeds"); len(m.Lines) != 22 {
			t.Errorf("of many feeds in trouble, `feeds` lists %d lines", len(m.Lines))
		}
	})
}
