package matrix

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attache/bot"
	"attache/bot/matrix/matrixtest"
)

// TestLimited obeys a homeserver that asks for a pause, in whichever way it says
// so.
func TestLimited(t *testing.T) {
	t.Parallel()
	p := newPeer(t)
	p.hears(t, &echo{})
	room := p.room(t, false)
	p.insist(t, room, "Norvania recalls its ambassador", "first")
	p.heard(t, room, "A reaction to an alert of mine") // it is said by itself
	for name, fault := range map[string]matrixtest.Fault{
		"body":   matrixtest.Limit(3 * time.Second),
		"header": matrixtest.LimitHeader(3 * time.Second),
	} {
		p.proxy.Fail("send", 1, fault)
		_, err := p.Post(t.Context(), channelOf(room), alert(name), bot.Attempt{Key: name})
		retry, ok := errors.AsType[*bot.RetryError](err)
		if !ok || retry.After < 2*time.Second || retry.After > 4*time.Second {
			t.Fatalf("%s: %v, want a pause of 3s", name, err)
		}
		calls := p.proxy.Calls("send")
		if _, err := p.Post(t.Context(), channelOf(room), alert("another"), bot.Attempt{Key: "another " + name}); err == nil {
			t.Errorf("%s: spoke on", name)
		}
		if n := p.proxy.Calls("send") - calls; n != 0 {
			t.Errorf("%s: asked %d times in the pause", name, n)
		}
		p.insist(t, room, name, name)
	}
}

// TestPaceOfSynapse is fifty rooms in which something waits, at the pace that
// Synapse has as it comes: a burst of ten, then a message in five seconds. What
// is urgent goes first, and little is refused.
func TestPaceOfSynapse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pace
		var mu sync.Mutex
		tokens, filled := 10.0, time.Now()
		refusals, taken := 0, 0
		send := func() (wait time.Duration) { // 0: taken
			mu.Lock()
			defer mu.Unlock()
			tokens = min(10, tokens+0.2*time.Since(filled).Seconds())
			filled = time.Now()
			if tokens < 1 {
				refusals++
				return time.Millisecond + time.Duration((1-tokens)*5*float64(time.Second))
			}
			tokens--
			taken++
			return 0
		}
		say := func(c class) {
			for {
				err := p.turn(t.Context(), c)
				if retry, ok := errors.AsType[*bot.RetryError](err); ok {
					time.Sleep(retry.After)
				} else if wait := send(); wait > 0 {
					p.limited(wait, c)
					time.Sleep(wait)
				} else {
					p.took()
					return
				}
			}
		}
		const rooms, each = 50, 4
		start := time.Now()
		var wg sync.WaitGroup
		for range rooms {
			wg.Go(func() {
				for range each {
					say(ordinary)
				}
			})
		}
		wg.Go(func() {
			time.Sleep(time.Minute)
			for range 5 {
				before := time.Now()
				say(urgent)
				if took := time.Since(before); took > 12*time.Second {
					t.Errorf("what is urgent waited for %s", took)
				}
				time.Sleep(20 * time.Second)
			}
		})
		wg.Wait()
		took, ideal := time.Since(start), time.Duration(rooms*each+5-10)*5*time.Second
		t.Logf("%d messages in %s, %.2f times the least possible, %d refused, %d taken", rooms*each+5, took, float64(took)/float64(ideal), refusals, taken)
		if took > ideal*11/10 || refusals > taken/4 {
			t.Errorf("took %s where %s would do, and %d were refused", took, ideal, refusals)
		}
	})
}

// TestPaced says much to a homeserver that takes four messages a second, and few
// of them are refused.
func TestPaced(t *testing.T) {
	t.Parallel()
	p := newPeer(t)
	p.hears(t, &echo{})
	room := p.room(t, false)
	p.insist(t, room, "Norvania recalls its ambassador", "first")
	p.heard(t, room, "A reaction to an alert of mine") // it is said by itself
	p.proxy.Pace(4, 2)
	before := p.proxy.Calls("send")
	const n = 20
	for i := range n {
		p.insist(t, room, fmt.Sprint("Norvania ", i), fmt.Sprint("paced-", i))
	}
	calls := p.proxy.Calls("send") - before
	t.Logf("%d messages in %d calls", n, calls)
	if calls > n*3/2 {
		t.Errorf("%d messages took %d calls", n, calls)
	}
}

func TestUnknownToken(t *testing.T) {
	for name, fault := range map[string]matrixtest.Fault{
		"token": matrixtest.Refuse("M_UNKNOWN_TOKEN", 401), "soft": matrixtest.SoftLogout(),
	} {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t)
			h := &echo{}
			p.hears(t, h)
			room := p.room(t, true)
			p.heard(t, room, "Good day.")
			p.proxy.Fail("*", -1, fault)
			_, err := p.Post(t.Context(), channelOf(room), alert("Norvania recalls its ambassador"), bot.Attempt{Key: "k1"})
			if retry, ok := errors.AsType[*bot.RetryError](err); !ok || retry.After == 0 {
				t.Fatalf("%v, want a RetryError", err)
			}
			p.logged(t, "attache matrix login")
			p.proxy.Heal()
			p.alice.Say(room, "!attache list") // typed while it is deaf
			again(t, p)
			p.heard(t, room, "heard: list")
			p.insist(t, room, "Norvania recalls its ambassador", "k1")
			if n := p.saidIn(t, room)["k1"]; n != 1 {
				t.Errorf("said %d times", n)
			}
		})
	}
}

// again logs in again as the same device, as attache matrix login does beside a
// bot that runs.
func again(t *testing.T, p *peer) {
	t.Helper()
	old, err := p.o.Device.login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	next := logIn(t, old.Homeserver, p.account, old.Device)
	if next.Device != old.Device || next.Token == old.Token {
		t.Fatalf("logged in as %s, was %s", next.Device, old.Device)
	}
	if err := p.o.Device.setLogin(t.Context(), next); err != nil {
		t.Fatal(err)
	}
}

// TestDown is a homeserver that is not there for a while.
func TestDown(t *testing.T) {
	t.Parallel()
	p := newPeer(t)
	h := &echo{}
	p.hears(t, h)
	room := p.room(t, true)
	p.heard(t, room, "Good day.")
	p.proxy.Down(true)
	p.alice.Say(room, "!attache list")
	for range 3 {
		_, err := p.Post(t.Context(), channelOf(room), alert("Norvania recalls its ambassador"), bot.Attempt{Key: "k1"})
		if err == nil {
			t.Fatal("spoke to nobody")
		}
	}
	p.logged(t, "hears nothing for now")
	p.proxy.Down(false)
	p.heard(t, room, "heard: list")
	p.insist(t, room, "Norvania recalls its ambassador", "k1")
	p.heard(t, room, "Norvania recalls")
}
