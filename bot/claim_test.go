package bot_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attache/bot"
	"attache/bot/command"
	"attache/feeds"
)

// onDuty is a desk that was told one story, its first, in channels a and b.
func onDuty(t *testing.T) *desk {
	d := newDesk(t, map[bot.Channel]string{"room:a": "Norvania", "room:b": "Norvania", "room:c": "Talar"})
	d.poll("Wire One", feeds.Item{GUID: "w", Title: recall})
	d.run(time.Minute)
	d.room.said = nil
	return d
}

const recall = "Norvania recalls its ambassador from Estaria"

func (d *desk) updated() bot.Message {
	d.t.Helper()
	d.run(time.Minute)
	if len(d.room.updates) == 0 {
		d.t.Fatal("no card was updated")
	}
	m := d.room.updates[0]
	d.room.updates = d.room.updates[1:]
	return m
}

// inA leaves the updates in channel a, the next first.
func (d *desk) inA() {
	d.run(time.Minute)
	var list []bot.Message
	for _, m := range d.room.updates {
		if m.Channel == "room:a" {
			list = append(list, m)
		}
	}
	d.room.updates = list
}

func TestClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := onDuty(t)
		d.answers("claim #1", "You are on it: the card of story 1 says so.")
		since := time.Now()
		time.Sleep(time.Hour)
		d.answers("claim 1", "You are on story 1 already.")
		m := d.updated()
		if m.Kind != bot.KindUpdate || !m.Silent || m.Claim == nil || m.Claim.User != "amal" || !m.Claim.At.Equal(since) || len(m.Changes) != 0 {
			t.Errorf("the card is updated to %+v, %+v", m, m.Claim)
		}
		if d.card("room:b", 1).Claim != nil {
			t.Error("a claim in one channel shows in another")
		}

		// Another takes over; whoever releases it, nobody is on it.
		c := bot.Command{Channel: "room:a", User: "boris", Line: "claim 1", Role: command.Editor}
		d.answered(d.bot.Answer(t.Context(), c), c.Line, "You are on it", false)
		if m := d.updated(); m.Claim == nil || m.Claim.User != "boris" || !m.Claim.At.Equal(since.Add(time.Hour+time.Minute)) {
			t.Errorf("the card is updated to %+v", m.Claim)
		}
		d.answers("release 1", "Nobody is on story 1 any more")
		d.answers("unclaim 1", "Nobody was on story 1.")
		if m := d.updated(); m.Claim != nil || !m.Silent {
			t.Errorf("after its release the card is %+v, silent %t", m.Claim, m.Silent)
		}
		c.User = "" // where there is one user only
		c.Line = "claim 1"
		d.answered(d.bot.Answer(t.Context(), c), c.Line, "You are on it", false)
		d.answered(d.bot.Answer(t.Context(), c), c.Line, "You are on story 1 already.", false)
		if m := d.updated(); m.Claim == nil || m.Claim.User != "" {
			t.Errorf("the card is updated to %+v", m.Claim)
		}
		d.run(time.Minute)
		if len(d.room.updates) != 0 {
			t.Errorf("there were more updates: %+v", d.room.updates)
		}
	})
}

// A claim and a poll do not undo each other, whichever is first on record.
func TestClaimOverPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := onDuty(t)
		d.answers("claim 1", "You are on it")
		d.poll("Courier", feeds.Item{GUID: "c", Title: recall})
		d.poll("Wire One", feeds.Item{GUID: "w", Title: "Norvania calls its ambassador home"})
		d.answers("mute 1", "Story 1 is muted here")
		d.inA()
		for i, want := range []struct {
			silent bool
			muted  string
			title  string
			tellers,
			changes int
		}{
			{true, "", recall, 1, 0},
			{false, "", recall, 2, 1},
			{false, "", "Norvania calls its ambassador home", 2, 2},
			{true, "amal", "Norvania calls its ambassador home", 2, 2},
		} {
			m := d.room.updates[i]
			if m.Claim == nil || m.Silent != want.silent || m.Muted != want.muted || m.Title.Text != want.title || len(m.Sources) != want.tellers || len(m.Changes) != want.changes {
				t.Errorf("update %d is %+v, want claimed and %+v", i+1, m, want)
			}
		}
	})
}

// Side by side with polls, too, and over a restart.
func TestClaimBesidePolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := onDuty(t)
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range 20 {
				p := feeds.Poll{Feed: feeds.Feed{Name: fmt.Sprint("courier", i)}, At: time.Now()}
				p.Items = []feeds.Item{{Outlet: fmt.Sprint("Courier ", i), GUID: "c", Title: recall}}
				if err := d.bot.Take(t.Context(), p); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range 20 {
				d.ask("claim 1")
				d.ask("release 1")
			}
			d.ask("claim 1")
		})
		wg.Go(func() { d.ask("mute 1") })
		wg.Wait()
		d.open()
		if m := d.card("room:a", 1); m.Claim == nil || m.Muted != "amal" || len(m.Sources) != 21 || len(m.Changes) != 20 {
			t.Errorf("the card is claimed %+v, muted %q, with %d tellers and %d changes", m.Claim, m.Muted, len(m.Sources), len(m.Changes))
		}
	})
}

// A muted story's card is kept true in silence; a correction is told aloud.
func TestMute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := onDuty(t)
		d.answers("mute 1", "Story 1 is muted here: its card stays true in silence, and only a correction is told aloud. To undo: unmute 1")
		d.answers("mute 1", "Story 1 is muted here already.")
		d.poll("Courier", feeds.Item{GUID: "c", Title: recall})
		d.poll("Wire One", feeds.Item{GUID: "w2", Title: "CORRECTED: Norvania recalls its consul from Estaria"})
		d.poll("Gazette", feeds.Item{GUID: "g", Title: recall})
		// a correction and an edit at once are a correction
		d.poll("Wire One", feeds.Item{GUID: "w3", Title: "CORRECTED: Norvania recalls its envoy from Estaria"}, feeds.Item{GUID: "w", Title: recall + " today"})
		d.answers("unmute 1", "Story 1 is told aloud again.")
		d.answers("unmute 1", "Story 1 is not muted here.")
		d.poll("Bulletin", feeds.Item{GUID: "b", Title: recall})
		d.inA()
		var got []string
		for _, m := range d.room.updates {
			word := fmt.Sprintf("%s by %d", m.Kind, len(m.Sources))
			if m.Silent {
				word = "silent " + word
			}
			if m.Muted != "" {
				word += ", muted"
			}
			got = append(got, word)
		}
		want := "silent update by 1, muted; silent update by 2, muted; correction by 2, muted; silent update by 3, muted; correction by 3, muted; silent update by 3; update by 4"
		if strings.Join(got, "; ") != want {
			t.Errorf("updated\n%s\nwant\n%s", strings.Join(got, "; "), want)
		}
		if d.card("room:b", 1).Muted != "" {
			t.Error("what is muted in one channel is muted in another")
		}
	})
}

func TestClaimMistakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := onDuty(t)
		d.tell("Wire One", "Talar opens its embassy in Estaria again") // told in channel c only
		for _, verb := range []string{"claim", "release", "mute", "unmute"} {
			d.refuses(verb, "Usage: "+verb+" ID. For example: "+verb+" 12")
			d.refuses(verb+" it", "Usage: "+verb)
			d.refuses(verb+" 1 please", "Usage: "+verb)
			for _, id := range []string{"2", "99", "0", "-1", "9223372036854775807"} {
				d.refuses(verb+" "+id, "This channel was not told story "+id+". The number stands on every alert.")
			}
		}
		d.run(time.Minute)
		if len(d.room.updates) != 0 {
			t.Errorf("a mistake updated %+v", d.room.updates)
		}
	})
}

// The timeline of a story: who told it, when, and what was changed.
func TestStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := onDuty(t)
		d.poll("Courier", feeds.Item{GUID: "c", Title: recall, Published: time.Now().Add(-time.Hour)})
		d.poll("Wire One", feeds.Item{GUID: "w", Title: "Norvania calls its ambassador home"})
		d.answers("claim 1", "You are on it")
		m := d.ask("story 1")
		var got []string
		for _, l := range m.Lines {
			got = append(got, fmt.Sprintf("%d %s | %s", l.Story, l.Text, l.Detail))
		}
		clock := func(at time.Time) string { return at.Local().Format("2 Jan 15:04:05 MST") }
		first, now := clock(time.Now().Add(-time.Minute)), clock(time.Now())
		want := []string{
			"1 Norvania calls its ambassador home | Wire One (), " + first,
			"0 " + recall + " | Courier (), " + clock(time.Now().Add(-time.Hour)),
			"0 " + now + ", headline changed by Wire One: Norvania calls its ambassador home | before: " + recall,
			"0 Somebody has been on it since " + now + ". | ",
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") || m.Mistake {
			t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		d.refuses("story", "Usage: story ID. For example: story 12")
		d.refuses("timeline x", "Usage: story ID")
		d.refuses("story 7", "There is no story 7. The number stands on every alert, and in latest and search.")
	})
}
