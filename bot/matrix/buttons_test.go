package matrix

import (
	"slices"
	"strings"
	"testing"

	"attache/bot"
	"attache/bot/bottest"
)

func TestActionOf(t *testing.T) {
	for action, keys := range map[string][]string{
		"claim": {"🙋", "✋", "🙋🏽", "✋🏿", "🙋‍♀️", "🙋🏻‍♂️", "🙋‍♀"},
		"mute":  {"🔇", "🔕", "🔕\ufe0f"},
		"why":   {"❓", "❔", "?", "❓\ufe0f", "❓\ufe0e"},
		"story": {"📖", "📰"},
		"":      {"", "👍", "❤️", "??", "claim", "🙋🙋", "\ufe0f", "\u200d♀️", "why ❓"},
	} {
		for _, key := range keys {
			if got := actionOf(key); got != action {
				t.Errorf("%q (%+q) is %q, want %q", key, key, got, action)
			}
		}
	}
}

// TestButtonsAct holds the buttons to what can be done about an alert, and the
// legend to the buttons.
func TestButtonsAct(t *testing.T) {
	for _, b := range buttons {
		if !slices.ContainsFunc(bottest.Flash().Actions(), func(a bot.Action) bool { return a.Name == b.action }) {
			t.Errorf("%s does %s, which nothing can", b.key, b.action)
		}
		if actionOf(b.key) != b.action {
			t.Errorf("%s does not %s", b.key, b.action)
		}
		if w := legend(); !strings.Contains(w.Body, b.key+" "+b.does) {
			t.Errorf("the legend leaves out %s:\n%s", b.key, w.Body)
		}
	}
}
