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
)

func TestSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.answers("subscribe Norvania", "Subscribed as 1: Norvania")
		d.answers("subscribe Talar", "Subscribed as 2: Talar")
		d.answers("set 1", "rule: Norvania which stories to tell / name: - what people call it; it goes by its rule if this is empty")
		d.answers("set 1 RULE", "rule: Norvania which stories to tell")
		d.answers("set 1 name  Gulf talks ", "The name of subscription 1 is now: Gulf talks / To have it back: / set 1 name -")
		d.answers("set #1 name", "name: Gulf talks")
		d.answers("list", "1 Gulf talks: Norvania / 2: Talar")
		d.answers("set\t1\u00a0rule\n Norvania OR\n Estaria", "Subscription 1 is now: Norvania OR Estaria / To have it back: / set 1 rule Norvania")
		d.answers("set 1 rule Norvania OR Estaria", "Subscription 1 is now: Norvania OR Estaria") // as it is already
		d.answers("set 1 name Gulf talks", "is now: Gulf talks")
		d.answers("change 1 name gulf talks", "is now: gulf talks") // another case is no other's name
		d.answers("set 2 name border", "is now: border")
		d.answers("set border name -", "The name of subscription 2 is now: - / To have it back: / set 2 name border")
		d.open() // and so it stays

		d.publish("Estaria calls an early election for spring")
		d.run(time.Minute)
		d.heard("a Estaria calls an early election for spring")
		if got := d.card("room:a", 1).Rules; len(got) != 1 || got[0] != "gulf talks" {
			t.Errorf("the card names the rules %q", got)
		}
		d.answers("set 1 rule Talar AND bridge", "is now: Talar AND bridge")
		d.publish("Estaria counts the votes of its election", "Talar closes the bridge for the winter")
		d.run(time.Minute)
		if got := strings.Join(d.room.said[1:], "; "); got != "a Talar closes the bridge for the winter" {
			t.Errorf("after the change said %s", got)
		}
	})
}

func TestSetMistakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "Velm"})
		d.answers("subscribe Norvania AND bridge", "Subscribed as 2")
		d.answers("subscribe Talar", "Subscribed as 3")
		d.answers("set 3 name border", "is now: border")
		before, err := d.store.Subscriptions(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		for line, want := range map[string]string{
			"set":                         "Usage: set ID [rule|name VALUE]. For example: set 2 name Gulf talks",
			"set 9":                       "This channel has no subscription 9. Type list",
			"set 9 rule x":                "This channel has no subscription 9.",
			"set gulf rule x":             "This channel has no subscription gulf.",
			"set 2 colour":                `A subscription has no "colour". There is: rule, name.`,
			"set 2 colour red":            `A subscription has no "colour".`,
			"set 2 rule Norvania AND (":   "That is not a rule yet:",
			"set 2 rule -":                "That is not a rule yet:",
			"set 2 rule  Talar":           "This channel has that rule already, as 3: Talar",
			"set 2 rule (Talar)":          "This channel has that rule already, as 3: Talar",
			"set 2 name BORDER":           "Subscription 3 of this channel has that name already.",
			"set 2 name 7":                "A name must not be a number",
			"set 2 name #7":               "A name must not be a number",
			"set 2 name two\nlines":       "A name is one line of at most 100 bytes.",
			"set 2 name " + long(101):     "A name is one line of at most 100 bytes.",
			"set 1 name x":                "Subscription 1 stands in the config file; whoever runs me can change it there.",
			"set 1 rule x":                "Subscription 1 stands in the config file",
			"set 2 rule " + long(1<<13-1): "that is",
		} {
			d.refuses(line, want)
		}
		after, err := d.store.Subscriptions(t.Context(), "")
		if err != nil || fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("mistakes changed\n%v\nto\n%v, %v", before, after, err)
		}
		d.answers("set 1", "rule: Velm") // which may be read
		d.answers("set 2 name "+long(100), "is now")
	})
}

func long(n int) string { return strings.Repeat("x", n) }

// A subscription that is like another (one of them was in the config first) may
// be changed in what is not alike.
func TestSetBesideItsLike(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.answers("subscribe Velm", "Subscribed as 1")
		if err := d.bot.Configure(t.Context(), nil, []bot.Subscription{{Channel: "room:a", Name: "both", Rule: "Velm"}}); err != nil {
			t.Fatal(err)
		}
		d.answers("set 1 name mine", "is now: mine")
		d.refuses("set 1 name both", "has that name already")
		d.answers("set 1 rule Velm corridor", "is now: Velm AND corridor")
	})
}

// Every poll meets the old rule or the new, never none.
func TestSetBesidePolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.answers("subscribe story", "Subscribed as 1")
		s := stories(40)
		var wg sync.WaitGroup
		wg.Go(func() {
			for _, title := range s {
				d.publish(title)
			}
		})
		wg.Go(func() {
			for i := range 40 {
				d.ask(fmt.Sprintf("set 1 rule story OR other%d", i))
			}
		})
		wg.Wait()
		d.run(time.Minute)
		d.once(s...)
	})
}

// What is ended while it is being changed has ended. (In real time: a bubble's
// does not pass for those who wait for each other.)
func TestUnsubscribeBesideSet(t *testing.T) {
	d := newDesk(t, nil)
	d.answers("subscribe story", "Subscribed as 1")
	var wg sync.WaitGroup
	d.store.amended = func() {
		wg.Go(func() { d.ask("unsubscribe 1") })
		time.Sleep(20 * time.Millisecond)
	}
	d.answers("set 1 rule story OR tale", "is now")
	wg.Wait()
	d.answers("list", "subscribed to nothing")
	d.publish("a story of four words at least")
	if idle, err := d.bot.Idle(t.Context()); !idle || err != nil {
		t.Errorf("an ended subscription was told of a story: %v", err)
	}
}

// A user without the right is told who has it, and why it is not them.
func TestPermission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := onDuty(t)
		ask := func(line, because string) bot.Message {
			return d.bot.Answer(t.Context(), bot.Command{Channel: "room:a", User: "guest", Line: line, Because: because})
		}
		for _, line := range []string{"claim 1", "release 1", "mute 1", "unmute 1", "set 1", "subscribe x", "unsubscribe 1"} {
			verb, _, _ := strings.Cut(line, " ")
			refusal := "Only an editor of this channel may " + verb + "; you may read."
			d.answered(ask(line, "You are a guest here."), line, refusal+" You are a guest here.", true)
			d.answered(ask(line, ""), line, refusal, true)
		}
		for _, line := range []string{"why 1", "story 1", "list", "help"} {
			d.answered(ask(line, "You are a guest here."), line, "", false)
		}
		d.run(time.Minute)
		if len(d.room.updates) != 0 {
			t.Errorf("a reader updated %+v", d.room.updates)
		}
	})
}

// What the platform knows of the channel is told to whoever subscribes it.
func TestNotes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		c := bot.Command{Channel: "room:a", Role: command.Editor, Line: "subscribe Velm", Notes: []string{"This channel is shared with another organisation.", "It has 1,000 members."}}
		d.answered(d.bot.Answer(t.Context(), c), c.Line, "Subscribed as 1: Velm / This channel is shared with another organisation. / It has 1,000 members.", false)
		d.answered(d.bot.Answer(t.Context(), c), c.Line, "This channel has that rule already", false)
	})
}
