package matrix

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"attache/bot"
	"attache/bot/bottest"
	"attache/bot/matrix/matrixtest"
)

// TestBurst is many alerts to many rooms, half of them encrypted, through a
// homeserver that limits the account, fails, loses answers, and is killed in the
// middle and away for a while: none is lost and none is said twice, as it has stored them and as
// somebody in the rooms reads them.
func TestBurst(t *testing.T) {
	t.Parallel()
	alerts, count := 2000, 50
	if testing.Short() || raceDetector {
		alerts, count = 240, 6
	}
	server := matrixtest.Start(t)
	p := peerAt(t, server)
	p.settle = settleTime
	stop := p.hears(t, &echo{})
	var rooms []id.RoomID
	var channels []bot.Channel
	for i := range count {
		rooms = append(rooms, p.room(t, i%2 == 0))
		channels = append(channels, channelOf(rooms[i]))
	}
	for _, room := range rooms {
		p.heard(t, room, "Good day.")
	}
	stop()
	p = p.another(t, p.o.Device)
	db := openDB(t)
	names, urgent := bottest.Burst(t, db, channels, alerts)
	p.proxy.Pace(50, 10)
	dice := rand.New(rand.NewPCG(1, 2))
	var mu sync.Mutex
	sends := 0
	var kill sync.WaitGroup
	p.proxy.Fail("send", -1, matrixtest.Choose(func(matrixtest.Request) matrixtest.Fault {
		mu.Lock()
		defer mu.Unlock()
		if sends++; sends == 3*count {
			kill.Go(func() { // no good-byes, and nobody there for a while
				server.Kill()
				time.Sleep(10 * time.Second)
				server.Restart()
			})
		}
		switch n := dice.IntN(1000); {
		case n < 3:
			return matrixtest.Limit(time.Second)
		case n < 20:
			return matrixtest.Status(502, "<html>")
		case n < 30:
			return matrixtest.CutBefore()
		case n < 40:
			return matrixtest.Cut(dice.IntN(300))
		}
		return matrixtest.Pass()
	}))
	b, err := bot.Open(t.Context(), bot.Options{Store: db, Log: p.log})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	bottest.Drain(t, b, 8*time.Minute, p.Matrix)
	took := time.Since(start)
	kill.Wait()
	if sends < 3*count {
		t.Errorf("there were %d sends, and the homeserver was never killed", sends)
	}

	messages := 0
	said, stored := map[string]int{}, map[string]int{}
	late := 0
	for _, room := range rooms {
		for key, n := range p.saidIn(t, room) {
			if !strings.HasPrefix(key, "re-") {
				stored[key] += n
				messages++
			}
		}
		p.alice.Wait(room, "all to be readable", func(seen []matrixtest.Seen) bool {
			for _, s := range seen {
				if s.Undecryptable != "" {
					return false
				}
			}
			return len(p.names(room)) >= alerts/count
		})
		calm := false
		for _, name := range p.names(room) {
			said[name]++
			calm = calm || !urgent[name]
			if urgent[name] && calm {
				late++
			}
		}
	}
	for key, n := range stored {
		if n != 1 {
			t.Errorf("the homeserver has %s %d times", key, n)
		}
	}
	for _, name := range names {
		if said[name] != 1 {
			t.Errorf("%s was said %d times", name, said[name])
		}
	}
	if late > len(urgent)/20 { // one that is tried again may find the lane a little further on
		t.Errorf("%d urgent ones of %d came after others", late, len(urgent))
	}
	t.Logf("%d alerts to %d rooms in %d messages and %d calls, %.0fs; died by itself %d times", alerts, count,
		messages, p.proxy.Calls("send"), took.Seconds(), server.Deaths())
}

// names is the alerts of the burst that Alice reads in a room, in order.
func (p *peer) names(room id.RoomID) (list []string) {
	for _, s := range p.says(room) {
		list = append(list, bottest.BurstNames(s.Now.Body)...)
	}
	return list
}
