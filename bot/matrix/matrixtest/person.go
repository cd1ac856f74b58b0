package matrixtest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Person is somebody with a client: one device, logged in and syncing until the
// test ends. What a person does ends the test if it fails; so it is done in the
// test's own goroutine.
type Person struct {
	User     id.UserID
	Password string
	Client   *mautrix.Client // for what a Person has no method for

	t      testing.TB
	ctx    context.Context // until the test ends
	cipher *cipher

	mu      sync.Mutex
	rooms   map[id.RoomID]*room
	invites map[id.RoomID]id.UserID
	syncs   int
}

// room is what a client has heard of a room.
type room struct {
	timeline []*event.Event // in order, state and all
	known    map[id.EventID]bool
	opened   map[id.EventID]*event.Event // what was decrypted
	state    map[event.Type]map[string]*event.Event
	absent   bool // she was out of it: what was said meanwhile is not for her
}

// Manner is how a person deals with keys.
type Manner func(*manner)

type manner struct{ trusting, unsigned bool }

// Trusting makes a person send keys to every device, also to those that their
// owner has not signed: as clients did before April 2026.
func Trusting() Manner { return func(m *manner) { m.trusting = true } }

// Unsigned leaves a person without cross-signing keys, as one who has never
// finished Element's set-up: others see her messages with a red shield.
func Unsigned() Manner { return func(m *manner) { m.unsigned = true } }

// Person creates an account and logs in to it with a client of its own, straight
// to the server.
func (s *Server) Person(t testing.TB, name string, manners ...Manner) *Person {
	t.Helper()
	return s.Device(t, s.account(t, name, s.limited), manners...)
}

// Device logs in to an account that is there, with a client of its own. It makes
// new cross-signing keys, in the place of what the account may have had, unless
// it is Unsigned.
func (s *Server) Device(t testing.TB, a Account, manners ...Manner) *Person {
	t.Helper()
	var m manner
	for _, set := range manners {
		set(&m)
	}
	client, err := mautrix.NewClient(s.URL, "", "")
	if err != nil {
		t.Fatal(err)
	}
	p := &Person{User: a.User, Password: a.Password, Client: client, t: t, rooms: map[id.RoomID]*room{}, invites: map[id.RoomID]id.UserID{}}
	client.Syncer = newSyncer(p)
	p.cipher = newCipher(t, client, a, m)
	ctx, cancel := context.WithCancel(context.Background())
	p.ctx = ctx
	var wg sync.WaitGroup
	wg.Go(func() { p.sync(ctx) })
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		p.cipher.close()
	})
	Eventually(t, string(a.User)+" to sync", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.syncs > 0
	})
	return p
}

// sync syncs until ctx ends, whatever the server does.
func (p *Person) sync(ctx context.Context) {
	for ctx.Err() == nil {
		err := p.Client.SyncWithContext(ctx)
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, mautrix.MUnknownToken) {
			return // logged out: what happens from now on is nothing to her
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// syncer is mautrix's, with two differences: it tells the person after
// everything else knows, and it asks again soon. It cannot dispatch, so that
// mautrix leaves it to the person when to decrypt.
type syncer struct {
	mautrix.ExtensibleSyncer
	base *mautrix.DefaultSyncer
	p    *Person
}

func newSyncer(p *Person) *syncer {
	base := mautrix.NewDefaultSyncer()
	base.ParseErrorHandler = func(*event.Event, error) bool { return true } // a person sees what is malformed, too
	// As much as comes: what a gap leaves out, nobody would see.
	base.FilterJSON = &mautrix.Filter{Room: &mautrix.RoomFilter{Timeline: &mautrix.FilterPart{Limit: 5000}}}
	return &syncer{base, base, p}
}

func (s *syncer) GetFilterJSON(user id.UserID) *mautrix.Filter { return s.base.GetFilterJSON(user) }

func (s *syncer) OnFailedSync(_ *mautrix.RespSync, err error) (time.Duration, error) {
	if errors.Is(err, mautrix.MUnknownToken) {
		return 0, err
	}
	return 50 * time.Millisecond, nil
}

func (s *syncer) ProcessResponse(ctx context.Context, resp *mautrix.RespSync, since string) error {
	end := s.p.cipher.alone()
	err := s.base.ProcessResponse(ctx, resp, since)
	end()
	s.p.take(resp)
	return err
}

// take keeps what a sync has brought.
func (p *Person) take(resp *mautrix.RespSync) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.syncs++
	for where, joined := range resp.Rooms.Join {
		delete(p.invites, where)
		r := p.room(where)
		if joined.Timeline.Limited && len(r.timeline) > 0 && !r.absent {
			// Dendrite says so after a restart, and of who was away, though we
			// ask for more than there is. What is missing, its test misses.
			p.t.Logf("%s may have a gap in what she saw of %s", p.User, where)
		}
		r.absent = false
		r.take(joined.State.Events, false)
		r.take(joined.Timeline.Events, true)
	}
	for where, left := range resp.Rooms.Leave {
		delete(p.invites, where)
		r := p.room(where)
		r.absent = true
		r.take(left.Timeline.Events, true)
	}
	for where, invite := range resp.Rooms.Invite {
		for _, e := range invite.State.Events {
			if e.Type == event.StateMember && e.GetStateKey() == string(p.User) {
				p.invites[where] = e.Sender
			}
		}
	}
}

// room is what is known of a room. The caller holds p.mu.
func (p *Person) room(where id.RoomID) *room {
	r := p.rooms[where]
	if r == nil {
		r = &room{known: map[id.EventID]bool{}, opened: map[id.EventID]*event.Event{}, state: map[event.Type]map[string]*event.Event{}}
		p.rooms[where] = r
	}
	return r
}

func (r *room) take(events []*event.Event, timeline bool) {
	for _, e := range events {
		if e.StateKey != nil {
			if r.state[e.Type] == nil {
				r.state[e.Type] = map[string]*event.Event{}
			}
			r.state[e.Type][*e.StateKey] = e
		}
		if timeline && !r.known[e.ID] {
			r.known[e.ID] = true
			r.timeline = append(r.timeline, e)
		}
	}
}

// State returns the state events of a type that she sees in a room, by state
// key.
func (p *Person) State(where id.RoomID, kind event.Type) []*event.Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	kind.Class = event.StateEventType
	var found []*event.Event
	for _, e := range p.room(where).state[kind] {
		found = append(found, e)
	}
	slices.SortFunc(found, func(a, b *event.Event) int {
		return strings.Compare(a.GetStateKey(), b.GetStateKey())
	})
	return found
}

// Invitations returns who has invited her to rooms that she has not joined.
func (p *Person) Invitations() map[id.RoomID]id.UserID {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.invites)
}

// Knows asks the server for the devices of a user, and returns how she trusts
// each.
func (p *Person) Knows(user id.UserID) map[id.DeviceID]id.TrustState {
	p.t.Helper()
	devices, err := p.cipher.devices(p.ctx, user)
	p.must(err, "the devices of "+string(user))
	return devices
}

// must ends the test if she could not do what she wanted.
func (p *Person) must(err error, what string) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %s: %v", p.User, what, err)
	}
}
