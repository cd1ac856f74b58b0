package matrix

import (
	"testing"

	"attache/bot"
)

// TestRound is a first quarter of an hour in a room, encrypted and not.
func TestRound(t *testing.T) {
	for _, encrypted := range []bool{false, true} {
		t.Run(map[bool]string{false: "plain", true: "encrypted"}[encrypted], func(t *testing.T) {
			p := newPeer(t)
			h := &echo{}
			p.hears(t, h)
			room := p.room(t, encrypted)
			p.heard(t, room, "Good day.")
			p.alice.Say(room, "!attache list")
			p.heard(t, room, "heard: list")
			ref, err := p.Post(t.Context(), channelOf(room), alert("Norvania recalls its ambassador"), bot.Attempt{Key: "k1"})
			if err != nil {
				t.Fatal(err)
			}
			card := p.heard(t, room, "Norvania recalls")
			if card.Encrypted != encrypted {
				t.Errorf("the alert came encrypted: %t", card.Encrypted)
			}
			p.alice.React(room, card.ID, "❓")
			p.heard(t, room, "heard: why 12")
			m := alert("Norvania recalls its envoy")
			m.Kind = bot.KindUpdate
			if err := p.Update(t.Context(), channelOf(room), ref, m, bot.Attempt{Key: "k2"}); err != nil {
				t.Fatal(err)
			}
			p.heard(t, room, "Norvania recalls its envoy")
			for _, s := range p.alice.Sees(room) {
				if s.Sender == p.user && (s.Undecryptable != "" || s.Shielded()) {
					t.Errorf("Element shows a red shield at %q: trust %s, %s", s.Body, s.Trust, s.Undecryptable)
				}
			}
		})
	}
}
