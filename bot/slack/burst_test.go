package slack

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/bottest"
	"attache/bot/slack/slacktest"
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
	names, urgent := bottest.Burst(t, db, rooms, alerts)
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
	start := time.Now()
	bottest.Drain(t, b, 5*time.Minute, p.Slack)

	said := map[string]int{}
	late := 0 // urgent ones after one that is not, in the same channel
	calm := map[string]bool{}
	for _, m := range p.proxy.Posted() {
		for _, name := range bottest.BurstNames(readable(m.Blocks, m.Text)) {
			said[name]++
			calm[m.Channel] = calm[m.Channel] || !urgent[name]
			if urgent[name] && calm[m.Channel] {
				late++
			}
		}
	}
	for _, name := range names {
		if said[name] != 1 {
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
