package bottest

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"attache/bot"
	"attache/feeds"
)

// Taker is the part of a store that Burst fills.
type Taker interface {
	Apply(ctx context.Context, p bot.Plan) (bot.Applied, error)
}

// Burst puts many alerts into an outbox, by turns for each of the channels, a
// tenth of them urgent. It returns their names, which stand in their titles, and
// which of them are urgent.
func Burst(t *testing.T, store Taker, channels []bot.Channel, alerts int) (names []string, urgent map[string]bool) {
	t.Helper()
	urgent = map[string]bool{}
	for from := 0; from < alerts; from += 100 {
		plan := bot.Plan{Feed: "burst", At: time.Now()}
		for i := range min(100, alerts-from) {
			name := fmt.Sprintf("Event %d of the burst", from+i)
			names = append(names, name)
			m := alert("one")
			m.Title, m.Severity, m.Alert, m.Story = bot.Text{Text: name}, bot.Normal, 0, 0
			if (from+i)%10 == 7 {
				m.Severity, urgent[name] = bot.Urgent, true
			}
			it := feeds.Item{ID: name, GUID: name, Title: name, Outlet: "Wire One", Seen: plan.At}
			plan.Items = append(plan.Items, bot.PlanItem{Item: it, Story: bot.StoryRef(-1 - i)})
			plan.Stories = append(plan.Stories, i)
			channel := channels[(from+i)%len(channels)]
			plan.Alerts = append(plan.Alerts, bot.PlanAlert{Item: i, Story: bot.StoryRef(-1 - i), Channel: channel, Card: m})
		}
		if _, err := store.Apply(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
	}
	return names, urgent
}

var burstName = regexp.MustCompile(`Event \d+ of the burst`)

// BurstNames returns the names of a burst's alerts that a message tells of, each
// once.
func BurstNames(shown string) []string {
	names := burstName.FindAllString(shown, -1)
	slices.Sort(names)
	return slices.Compact(names)
}

// Drain runs a bot until everything planned has been said.
func Drain(t *testing.T, b *bot.Bot, most time.Duration, platforms ...bot.Platform) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx, platforms...) }()
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		idle, err := b.Idle(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if idle {
			break
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
}
