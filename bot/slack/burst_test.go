package slack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/slack/slacktest"
	"attache/feeds"
	"attache/storage"
)

// A burst of alerts through a Slack that answers 429, 500, and cuts the
// connection before and after it has heard: none is lost, none is said twice,
// and the urgent ones come first.
func TestBurst(t *testing.T) {
	alerts, channels := 5000, 20
	if testing.Short() || raceDetector {
		alerts, channels = 400, 4
	}
	p := newPeer(t)
	p.pace.gap, p.settle = 25*time.Millisecond, 300*time.Millisecond
	p.proxy.Pace(20 * time.Millisecond)
	rooms := p.rooms(t, channels)
	db := openStore(t)
	urgent := planned(t, db, rooms, alerts)
	dice := rand.New(rand.NewPCG(1, 2))
	var mu sync.Mutex
	p.proxy.Fail("chat.postMessage", -1, slacktest.Choose(func(slacktest.Request) slacktest.Fault {
		mu.Lock()
		defer mu.Unlock()
		switch n := dice.IntN(1000); {
		case n < 10:
			return slacktest.Status(429, time.Second, "")
		case n < 20:
			return slacktest.Status(500, 0, "")
		case n < 30:
			return slacktest.CutBefore()
		case n < 40:
			return slacktest.Cut(dice.IntN(300))
		}
		return slacktest.Pass()
	}))
	b, err := bot.Open(t.Context(), bot.Options{Store: db, Log: p.log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { b.Run(ctx, p.Slack) })
	start := time.Now()
	for idle := false; !idle && time.Since(start) < 5*time.Minute; time.Sleep(100 * time.Millisecond) {
		if idle, err = b.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	wg.Wait()

	said := map[string]int{}
	late := 0 // urgent ones after one that is not, in the same channel
	calm := map[string]bool{}
	number := regexp.MustCompile(`Event (\d+) of the burst`)
	for _, m := range p.proxy.Posted() {
		names := number.FindAllString(readable(m.Blocks, m.Text), -1)
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			said[name]++
			calm[m.Channel] = calm[m.Channel] || !urgent[name]
			if urgent[name] && calm[m.Channel] {
				late++
			}
		}
	}
	for i := range alerts {
		if name := fmt.Sprintf("Event %d of the burst", i); said[name] != 1 {
			t.Errorf("%s was said %d times", name, said[name])
		}
	}
	// One that is tried again may find the lane a little further on.
	if late > len(urgent)/100 {
		t.Errorf("%d urgent ones came after others", late)
	}
	t.Logf("%d alerts to %d channels in %d messages and %d calls, %.0fs", alerts, channels,
		len(p.proxy.Posted()), p.proxy.Calls("chat.postMessage"), time.Since(start).Seconds())
}

// planned puts alerts into the outbox, a tenth of them urgent, and returns the
// names of those.
func planned(t *testing.T, db *storage.DB, channels []bot.Channel, alerts int) map[string]bool {
	t.Helper()
	urgent := map[string]bool{}
	for from := 0; from < alerts; from += 100 {
		plan := bot.Plan{Feed: "burst", At: time.Now()}
		for i := range 100 {
			name := fmt.Sprintf("Event %d of the burst", from+i)
			m := card(name)
			if (from+i)%10 == 7 {
				m.Severity, urgent[name] = bot.Urgent, true
			}
			it := feeds.Item{ID: name, GUID: name, Title: name, Outlet: "Wire One", Seen: plan.At}
			plan.Items = append(plan.Items, bot.PlanItem{Item: it, Story: bot.StoryRef(-1 - i)})
			plan.Stories = append(plan.Stories, i)
			channel := channels[(from+i)%len(channels)]
			plan.Alerts = append(plan.Alerts, bot.PlanAlert{Item: i, Story: bot.StoryRef(-1 - i),
				Channel: channel, Card: m})
		}
		if _, err := db.Apply(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
	}
	return urgent
}
