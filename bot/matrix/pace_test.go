package matrix

import (
	"context"
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
	p.heard(t, room, "Good day.")
	p.insist(t, room, "Norvania recalls its ambassador", "first")
	p.heard(t, room, "A reaction to an alert of mine") // it is said by itself
	for name, fault := range map[string]matrixtest.Fault{
		"body":   matrixtest.Limit(3 * time.Second),
		"header": matrixtest.LimitHeader(3 * time.Second),
	} {
		p.proxy.Fail("send", 1, fault)
		_, err := p.Post(t.Context(), channelOf(room), alert(name), bot.Attempt{Key: name})
		retry, ok := errors.AsType[*bot.RetryError](err)
		if !ok || retry.After < 2*time.Second || retry.After > 5*time.Second { // a header has whole seconds
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

// synapse is the bucket that Synapse has as it comes: ten messages, and one more
// every five seconds.
type synapse struct {
	mu             sync.Mutex
	tokens         float64
	filled         time.Time
	taken, refused int
}

// take is how long it wants to hear nothing; 0 if it took the message.
func (s *synapse) take() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = min(10, s.tokens+0.2*time.Since(s.filled).Seconds())
	s.filled = time.Now()
	if s.tokens < 1 {
		s.refused++
		return time.Millisecond + time.Duration((1-s.tokens)*5*float64(time.Second))
	}
	s.tokens--
	s.taken++
	return 0
}

// say says one thing as soon as it can, unless ctx ends first.
func (s *synapse) say(ctx context.Context, p *pace, c class) {
	for ctx.Err() == nil {
		err := p.turn(ctx, c)
		if retry, ok := errors.AsType[*bot.RetryError](err); ok {
			_ = sleep(ctx, retry.After)
		} else if wait := s.take(); wait > 0 {
			p.limited(wait, c)
			_ = sleep(ctx, wait)
		} else {
			p.took()
			return
		}
	}
}

// TestPaceOfSynapse is fifty rooms in which something waits: little is refused,
// nothing is lost of what is allowed, and what is urgent goes first.
func TestPaceOfSynapse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pace
		server := synapse{tokens: 10, filled: time.Now()}
		const rooms, each, urgents = 50, 4, 5
		start := time.Now()
		var wg sync.WaitGroup
		for range rooms {
			wg.Go(func() {
				for range each {
					server.say(t.Context(), &p, ordinary)
				}
			})
		}
		wg.Go(func() {
			time.Sleep(time.Minute)
			for range urgents {
				before := time.Now()
				server.say(t.Context(), &p, urgent)
				if took := time.Since(before); took > 12*time.Second {
					t.Errorf("what is urgent waited for %s", took)
				}
				time.Sleep(20 * time.Second)
			}
		})
		wg.Wait()
		took, ideal := time.Since(start), time.Duration(rooms*each+urgents-10)*5*time.Second
		t.Logf("%d messages in %s, %.2f times the least possible, %d refused", server.taken, took, float64(took)/float64(ideal), server.refused)
		if took > ideal*11/10 || server.refused > server.taken/4 || server.taken != rooms*each+urgents {
			t.Errorf("took %s for %d messages where %s would do, and refused %d", took, server.taken, ideal, server.refused)
		}
	})
}

// TestPaceFlooded has somebody ask without end, while there are alerts in fifty
// rooms: the news go on, and so do the answers.
func TestPaceFlooded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pace
		server := synapse{tokens: 10, filled: time.Now()}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		answers := 0
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				for ctx.Err() == nil {
					server.say(ctx, &p, ordinary)
				}
			})
		}
		wg.Go(func() {
			for ctx.Err() == nil {
				server.say(ctx, &p, answering)
				answers++
			}
		})
		wg.Wait()
		t.Logf("%d messages in an hour, of them %d answers", server.taken, answers)
		if server.taken < 650 || answers < server.taken/20 || answers > server.taken*2/3 {
			t.Errorf("%d messages in an hour of 720, of them %d answers", server.taken, answers)
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
	p.heard(t, room, "Good day.")
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
