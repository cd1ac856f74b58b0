package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"attache/feeds"
)

// TestWatcher plays mornings of looks, a minute apart: what becomes of feeds
// when, and what is told of it.
func TestWatcher(t *testing.T) {
	for name, test := range map[string]struct {
		feeds string // how they are at the start
		then  map[int]string
		want  map[int]string // at every other minute nothing is told
		until int            // minutes
	}{
		"well all along": {feeds: "a:well b:unread c:moved", until: 120},
		"one breaks and heals": {feeds: "a:well b:well",
			then: map[int]string{10: "a:failing", 70: "a:broken", 100: "a:well"},
			want: map[int]string{70: "✗ a is broken", 130: "✓ a is well again"}, until: 300},
		"a failure that passes": {feeds: "a:well", then: map[int]string{10: "a:failing", 60: "a:well"}, until: 120},
		"several at once": {feeds: "a:well b:well c:well",
			then: map[int]string{10: "a:broken b:quiet", 20: "a:well b:well"},
			want: map[int]string{10: "2 sources are in trouble: / ✗ a is broken / ✗ b is quiet", 50: "2 sources are well again: / ✓ a is well again / ✓ b is well again"}, until: 120},
		"one that comes and goes": {feeds: "a:well",
			then: map[int]string{10: "a:broken", 20: "a:well", 40: "a:broken", 50: "a:well", 79: "a:failing", 80: "a:well"},
			want: map[int]string{10: "✗ a is broken", 110: "✓ a is well again"}, until: 200},
		"one that is ill in another way is no news": {feeds: "a:well",
			then: map[int]string{10: "a:quiet", 20: "a:broken", 30: "a:gone"},
			want: map[int]string{10: "✗ a is quiet"}, until: 200},
		"another address is no health yet": {feeds: "a:gone b:well",
			then: map[int]string{20: "a:unread", 60: "a:well"},
			want: map[int]string{1: "✗ a is gone", 90: "✓ a is well again"}, until: 200},
		"the network is down": {feeds: "a:well b:well c:well d:well e:well f:unread",
			then: map[int]string{
				10: "a:failing b:failing", 20: "c:failing d:failing", 70: "a:broken", 71: "b:broken c:broken", 80: "d:broken e:failing", 150: "e:broken",
				200: "a:well b:well", 210: "c:well", 240: "d:well e:well"},
			want: map[int]string{
				70: "4 of 6 sources cannot be read since 12:00 UTC: perhaps our own network.",
				// e was not among them, but failed with them: of it nobody hears.
				240 + 30: "4 sources are well again: / ✓ a is well again / ✓ b is well again / ✓ c is well again / ✓ d is well again"}, until: 400},
		"the network is down, and one has trouble of its own": {feeds: "a:well b:well c:well d:well e:well",
			then: map[int]string{
				10: "a:failing b:failing c:failing d:failing", 70: "a:broken b:broken c:broken d:broken", 71: "e:broken",
				100: "a:well b:well c:well d:well"},
			want: map[int]string{
				70:  "4 of 5 sources cannot be read since 12:00 UTC: perhaps our own network.",
				130: "4 sources are well again: / ✓ a is well again / ✓ b is well again / ✓ c is well again / ✓ d is well again",
				159: "✗ e is broken"}, until: 200},
		"many that have long been ill are no outage": {feeds: "a:broken b:broken c:broken d:broken e:well f:well",
			then: map[int]string{24*60 + 10: "e:broken"},
			want: map[int]string{
				1:          "4 of 6 sources cannot be read since 12:00 UTC: perhaps our own network.",
				24*60 + 61: "✗ e is broken"}, until: 24*60 + 100},
		"one that heals does not wait for ever for those that come and go": {feeds: "a:broken b:broken c:broken",
			then: flapping("b", "c", 10, 200, "a:well"),
			want: map[int]string{
				1:   "3 sources are in trouble: / ✗ a is broken / ✗ b is broken / ✗ c is broken",
				130: "✓ a is well again"}, until: 200},
	} {
		t.Run(name, func(t *testing.T) {
			w, now := newWatcher(noon), noon
			world := map[string]FeedStatus{}
			turn(world, test.feeds, now)
			for minute := 1; minute <= test.until; minute++ {
				now = noon.Add(time.Duration(minute) * time.Minute)
				turn(world, test.then[minute], now)
				n := w.look(listed(world), now)
				for name, since := range n.ailing(now) {
					s := world[name]
					s.State.Ailing = since
					world[name] = s
				}
				want := strings.ReplaceAll(test.want[minute], "12:00 UTC", noon.Local().Format("15:04 MST"))
				if got := told(n); got != want {
					t.Errorf("after %d minutes: told %q, want %q", minute, got, want)
				}
			}
		})
	}
}

// flapping is two feeds that are well and broken in turns of ten minutes, while
// something else happens at the start.
func flapping(a, b string, from, to int, first string) map[int]string {
	then := map[int]string{}
	for m := from; m < to; m += 20 {
		then[m], then[m+10] = a+":well "+b+":broken", a+":broken "+b+":well"
	}
	then[from] += " " + first
	return then
}

// turn makes feeds be as the words say: "a:well b:broken".
func turn(world map[string]FeedStatus, words string, now time.Time) {
	for word := range strings.FieldsSeq(words) {
		name, is, _ := strings.Cut(word, ":")
		s := FeedStatus{Feed: feeds.Feed{Name: name}}
		s.State = feeds.State{Checked: now, Next: now.Add(time.Hour), Succeeded: world[name].State.Succeeded, Ailing: world[name].State.Ailing}
		s.Condition = feeds.Condition(is)
		switch is {
		case "unread":
			s.Condition = feeds.Unread
		case "gone":
			s.State.Gone, s.State.Failures, s.State.Error = true, 1, "410"
		case "failing", "broken":
			s.State.Failures, s.State.Error = 2, "no"
			if s.State.Succeeded.IsZero() {
				s.State.Succeeded = now
			}
		default:
			s.State.Succeeded = now
		}
		world[name] = s
	}
}

func listed(world map[string]FeedStatus) (list []FeedStatus) {
	for name := 'a'; name <= 'z'; name++ {
		if s, ok := world[string(name)]; ok {
			list = append(list, s)
		}
	}
	return list
}

func told(n news) string {
	if n.none() {
		return ""
	}
	var lines []string
	for _, l := range n.message().Lines {
		lines = append(lines, l.Text)
	}
	return strings.Join(lines, " / ")
}

// What was to be asked while nobody asked, because the program was not there or
// the computer slept, is asked before anything is said of it.
func TestWatcherIsNotHasty(t *testing.T) {
	world := map[string]FeedStatus{}
	turn(world, "a:broken b:gone", noon)
	next := noon.Add(time.Hour) // when a was to be asked
	w := newWatcher(next.Add(time.Hour))
	if got := told(w.look(listed(world), next.Add(time.Hour+time.Minute))); got != "✗ b is gone" {
		t.Errorf("told %q, want of b, which is not asked any more", got)
	}
	turn(world, "a:broken", next.Add(61*time.Minute))
	if got := told(w.look(listed(world), next.Add(62*time.Minute))); !strings.Contains(got, "a is broken") {
		t.Errorf("once it was asked: told %q", got)
	}
	w = newWatcher(noon)
	w.look(listed(world), noon.Add(time.Minute))
	turn(world, "a:broken", noon)
	for _, later := range []time.Duration{8 * time.Hour, -time.Hour} { // asleep; and a clock put right
		if got := told(w.look(listed(world), noon.Add(later))); later > 0 && strings.Contains(got, "a is") {
			t.Errorf("after %s of sleep: told %q", later, got)
		}
	}
	if w.began != noon.Add(-time.Hour) {
		t.Errorf("after the clock was put back, what was asked before %s is old", w.began)
	}
}

// A notice stays short, whatever happens.
func TestNewsAreShort(t *testing.T) {
	var n news
	for i := range 40 {
		s := FeedStatus{Feed: feeds.Feed{Name: fmt.Sprint("f", i), Outlet: "Outlet"}, Health: feeds.Health{Condition: feeds.Quiet}}
		n.broke, n.healed = append(n.broke, s), append(n.healed, s)
	}
	lines := n.message().Lines
	if len(lines) != maxTold+4 {
		t.Errorf("%d lines", len(lines))
	}
	if got := told(n); !strings.Contains(got, "And 30 more.") || !strings.Contains(got, "40 sources are well again: / And 40 more.") {
		t.Errorf("told %q", got)
	}
}
