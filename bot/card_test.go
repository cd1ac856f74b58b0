package bot

import (
	"fmt"
	"testing"
	"time"
)

// However much happens to a card, it keeps the last correction, and does not
// grow without end.
func TestChangesSpareTheCorrection(t *testing.T) {
	for name, what := range map[string]string{"tellers": ToldBy, "edits": RetitledBy} {
		m := Message{Kind: KindAlert, Title: Text{Text: "Norvania recalls its ambassador"}}
		happens := func(kind Kind, ch Change) { // in a poll of its own, or the kind of the first would stand
			c := &card{alert: 1, message: m}
			c.change(kind, ch)
			m = c.message
		}
		happens(KindCorrection, Change{What: CorrectedBy, Who: "Wire One", Was: "Norvania recalls its ambassador", Now: "It did not"})
		for i := range 2 * maxChanges {
			happens(KindUpdate, Change{At: time.Unix(int64(i), 0), What: what, Who: fmt.Sprint("outlet ", i)})
		}
		if n := len(m.Changes); n > maxChanges || m.Changes[n-1].Who != fmt.Sprint("outlet ", 2*maxChanges-1) {
			t.Errorf("%s: %d changes, the last by %s", name, n, m.Changes[n-1].Who)
		}
		if !m.Corrected() || !m.Struck() {
			t.Errorf("%s: the card stands as true again", name)
		}
	}
}
