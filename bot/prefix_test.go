package bot_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"attache/bot"
	"attache/bot/command"
)

// typed is where an answer says what to type, and its first word.
var typed = regexp.MustCompile(`(?:Type |For example: |Usage: |To undo: |End one with )(\S+)`)

// Where people type something before a line, no answer tells them to type one
// without it.
func TestPrefix(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := onDuty(t)
		ask := func(channel bot.Channel, line string) []bot.Line {
			m := d.bot.Answer(t.Context(), bot.Command{Channel: channel, User: "amal", Role: command.Editor, Line: line, Prefix: "/attache"})
			return m.Lines
		}
		for i := range 199 { // and one is configured: as many as there may be
			ask("room:a", fmt.Sprint("subscribe place", i))
		}
		for _, tt := range []struct {
			line string
			said int // how often the answer says what to type
		}{
			{"", 1}, {"help", 1}, {"help set", 1}, {"help zzz", 1}, {"help rules", 0}, {"zzz", 1}, {"subscrieb x", 0},
			{"subscribe", 2}, {"subscribe Velm", 1}, {"subscribe Norvania", 0},
			{"set", 2}, {"set 999", 1}, {"set 2", 0}, {"set 2 colour x", 0}, {"set 2 name Gulf", 1}, {"set 2 rule Gulf OR bay", 1}, {"set 1 name x", 0},
			{"unsubscribe", 2}, {"unsubscribe 999", 1}, {"unsubscribe 1", 0}, {"unsubscribe 2", 1},
			{"list", 0}, {"latest", 0}, {"latest x", 2}, {"search", 2}, {"search zzz OR yyy", 0}, {"search Norvania", 0},
			{"why", 2}, {"why 999", 0}, {"why 1", 0}, {"story", 2}, {"story 999", 0}, {"story 1", 0},
			{"claim", 2}, {"claim 999", 0}, {"claim 1", 0}, {"release", 2}, {"release 1", 0},
			{"mute", 2}, {"mute 1", 1}, {"mute 1", 0}, {"unmute", 2}, {"unmute 1", 0}, {"feeds", 0},
		} {
			prefixed(t, tt.line, ask("room:a", tt.line), tt.said)
		}
		prefixed(t, "list", ask("room:empty", "list"), 1)
	})
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		m := d.bot.Answer(t.Context(), bot.Command{Channel: "room:a", Line: "latest", Prefix: "/attache"})
		prefixed(t, "latest", m.Lines, 1)
	})
}

// prefixed sees that an answer says so often what to type, each time in full.
func prefixed(t *testing.T, line string, answer []bot.Line, want int) {
	t.Helper()
	n := 0
	for _, l := range answer {
		var firsts []string
		for _, said := range typed.FindAllStringSubmatch(l.Text, -1) {
			firsts = append(firsts, said[1])
		}
		if l.Code {
			word, _, _ := strings.Cut(l.Text, " ")
			firsts = append(firsts, word)
		}
		for _, word := range firsts {
			if n++; word != "/attache" {
				t.Errorf("%q is answered: %s", line, l.Text)
			}
		}
	}
	if n != want {
		t.Errorf("%q is told %d times what to type, want %d: %+v", line, n, want, answer)
	}
}
