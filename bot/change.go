package bot

import (
	"slices"
	"strings"
	"time"
)

// What may happen to an alert after it was told, in words that go before the
// name of the outlet.
const (
	ToldBy      = "also told by"
	RetitledBy  = "headline changed by"
	RewordedBy  = "text changed by"
	CorrectedBy = "corrected by"
)

// Change is one thing that happened to an alert after it was told.
type Change struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`          // ToldBy and the like
	Who  string    `json:"who,omitempty"` // the outlet
	Was  string    `json:"was,omitempty"` // the words that no longer stand, verbatim
	Now  string    `json:"now,omitempty"` // the words that stand now, verbatim
	URL  string    `json:"url,omitempty"`
}

// Correction returns the last correction of what the alert said.
func (m Message) Correction() (Change, bool) {
	for _, ch := range slices.Backward(m.Changes) {
		if ch.What == CorrectedBy {
			return ch, true
		}
	}
	return Change{}, false
}

// Corrected reports whether what the alert said has been taken back or put
// right since, whatever came after that.
func (m Message) Corrected() bool {
	_, ok := m.Correction()
	return ok || m.Kind == KindCorrection
}

// Struck reports whether the title is among the words that no longer stand. It
// is where another item corrects the story, for a card goes on quoting its own;
// it is not where the outlet edited that item.
func (m Message) Struck() bool {
	ch, ok := m.Correction()
	if !ok {
		return m.Kind == KindCorrection
	}
	return strings.HasPrefix(ch.Was, m.Title.Text) && !strings.HasPrefix(ch.Now, m.Title.Text)
}

// Timeline is the changes but for those that say only that another outlet told
// it, which stands among the tellers.
func (m Message) Timeline() []Change {
	return slices.DeleteFunc(slices.Clone(m.Changes), func(ch Change) bool { return ch.What == ToldBy })
}
