// Package matrix is Matrix as a [bot.Platform]: alerts as messages in plain and
// encrypted rooms, commands by prefix, mention, direct message and reaction.
//
// We log in as a user, from one device, which is a file: the Device (login.go,
// keys_on.go). listen.go asks the homeserver what is new and takes it in, gap.go
// what that leaves out; hear.go and react.go make commands of it; room.go follows
// invitations and departures, move.go rooms that are replaced. What we say goes
// out in say.go, at the homeserver's pace (pace.go), once (lookup.go). How it
// looks is born in render.go and its neighbours.
//
// mautrix has its pure Go cryptography under the build tag goolm; without it
// this package compiles, and New refuses.
package matrix

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
)

// Options is what a Matrix is made of.
type Options struct {
	Device     *Device // our login and keys, from attache matrix login; New does not close it
	User       string  // whose login it has to be: "@attache:example.org"
	Homeserver string  // where it takes clients now; "": where it did at the login

	Prefix string   // what people type before a command; "" is "!attache"
	Allow  []string // servers and users who may invite us, "example.org" or "@boss:example.org"; none: our own server
	Admins []string // users who are admins whatever their power in a room, "@boss:example.org"
	Level  *int     // the power from which a member of a room may change what is told there; nil: the room's own for its state

	// Channels returns those that have a subscription, on any platform: to their
	// rooms anybody may invite us. nil: there are none.
	Channels func(ctx context.Context) ([]bot.Channel, error)

	Transport http.RoundTripper // what the homeserver is asked through; nil is http.DefaultTransport
	Store     bot.Keeping
	Log       *slog.Logger
}

// login is our login, at the homeserver where it is now.
func (o Options) login(ctx context.Context) (login, error) {
	l, err := o.Device.loginOf(ctx, o.User)
	l.Homeserver = cmp.Or(o.Homeserver, l.Homeserver)
	return l, err
}

// mayInvite reports whether a user may invite us.
func (o Options) mayInvite(me, by id.UserID) bool {
	switch {
	case slices.Contains(o.Admins, string(by)):
		return true
	case len(o.Allow) == 0:
		return by.Homeserver() == me.Homeserver()
	}
	return slices.Contains(o.Allow, by.Homeserver()) || slices.Contains(o.Allow, string(by))
}

// Matrix is the platform. Make one with New.
type Matrix struct {
	o       Options
	log     *slog.Logger
	look    look
	settle  time.Duration // see settleTime
	born    time.Time     // when this life began
	handler bot.Handler   // set by Run before anything is worked

	opening sync.Mutex   // held while a session is made
	session *session     // nil: there is none yet, or not any more
	refused refusedLogin // the last one that the homeserver would not have

	hearing sync.Mutex // held while it is asked what is new, and that is taken in
	since   position   // what is new is new since then
	tries   int        // to take in what is new since then

	waits    atomic.Int64 // messages whose key is awaited
	missing  atomic.Int64 // since when nobody has answered, in Unix milliseconds; 0: somebody has
	away     atomic.Int64 // when the homeserver was last away for longer, in Unix milliseconds
	queue    *queue
	progress progress
	pace     pace

	own     *recent[string, id.EventID]   // what we said, by key, as the homeserver tells it
	ended   *recent[string, time.Time]    // when an attempt ended of which nobody knows what came
	stories *recent[id.EventID, int64]    // what our alerts are about
	told    *recent[id.RoomID, bool]      // what reactions do
	joined  *recent[id.RoomID, bool]      // rooms that we have come into, whatever was said of them before and is heard after
	strange *recent[id.RoomID, bool]      // of which we do not know who is there, since we came in just now
	tried   *recent[id.RoomID, time.Time] // when we last tried to enter a room

	mu     sync.Mutex                    // guards what follows
	moved  map[id.RoomID]id.RoomID       // rooms that were replaced, and by which
	direct event.DirectChatsEventContent // conversations between two
}

// refusedLogin is a token that was refused, and when.
type refusedLogin struct {
	token string
	at    time.Time
}

// New makes a Matrix that hears once Run is called. Its error, a sentence for
// people, is that there is no login of that user, or no encryption in this program.
func New(ctx context.Context, o Options) (*Matrix, error) {
	if !Encryption {
		return nil, errNoEncryption
	}
	if _, err := o.login(ctx); err != nil {
		return nil, err
	}
	if err := o.Device.begin(ctx); err != nil { // a file of an earlier version may lack a table
		return nil, fmt.Errorf("matrix: opening %s: %w", o.Device.path, err)
	}
	o.Prefix = cmp.Or(o.Prefix, "!attache")
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	m := &Matrix{
		o: o, log: o.Log.With("platform", "matrix"), look: look{Prefix: o.Prefix}, settle: settleTime, born: time.Now(),
		queue: newQueue(), progress: progress{device: o.Device, log: o.Log.With("platform", "matrix")},
		own: newRecent[string, id.EventID](10_000), ended: newRecent[string, time.Time](10_000),
		stories: newRecent[id.EventID, int64](10_000), told: newRecent[id.RoomID, bool](10_000),
		tried: newRecent[id.RoomID, time.Time](10_000), joined: newRecent[id.RoomID, bool](10_000), strange: newRecent[id.RoomID, bool](10_000),
		moved: map[id.RoomID]id.RoomID{}, direct: event.DirectChatsEventContent{},
	}
	return m, nil
}

// Name is "matrix".
func (m *Matrix) Name() string { return "matrix" }

// Crowd says when alerts are put together. Homeservers take few messages of an
// account at once: Synapse, as it comes, ten and then one in five seconds.
func (m *Matrix) Crowd() (waiting, together int) { return 10, 10 }

// Run hears, and answers, until ctx ends.
func (m *Matrix) Run(ctx context.Context, h bot.Handler) error {
	m.handler = h
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel() // before that, which waits for it
	wg.Go(func() { m.queue.run(ctx) })
	wg.Go(func() { m.backUp(ctx) })
	m.listen(ctx)
	return nil
}

// backUp keeps the backup of the keys of rooms up to date.
func (m *Matrix) backUp(ctx context.Context) {
	const every = time.Minute
	for sleep(ctx, every) == nil {
		s, err := m.open(ctx)
		if err != nil || s.login.Backup == nil {
			continue
		}
		switch n, err := s.keys.backUp(ctx, *s.login.Backup); {
		case err != nil && ctx.Err() == nil:
			m.log.Warn("failed to back up keys", "err", err)
		case n > 0:
			m.log.Debug("backed up keys", "keys", n)
		}
	}
}
