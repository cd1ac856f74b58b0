package matrix

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
)

// session is our device at work: logged in, its keys loaded, and at least once
// told what is new, without which it could say in clear what is to be encrypted.
type session struct {
	login  login
	client *mautrix.Client
	keys   keys
	syncer *syncer

	alive context.Context // ends when the login does, and with it the poll under way
	end   func()
}

// keys is what it takes to speak in encrypted rooms.
type keys interface {
	Encrypt(ctx context.Context, room id.RoomID, kind event.Type, content any) (*event.EncryptedEventContent, error)
	Decrypt(ctx context.Context, e *event.Event) (*event.Event, error)
	WaitForSession(ctx context.Context, room id.RoomID, sender id.SenderKey, session id.SessionID, most time.Duration) bool
	RequestSession(ctx context.Context, room id.RoomID, sender id.SenderKey, session id.SessionID, user id.UserID, device id.DeviceID)

	// takeIn lets process take in what the homeserver says, of which the devices
	// of these users have changed; nothing else is done with keys meanwhile.
	takeIn(ctx context.Context, changed []id.UserID, process func() error) error

	// close ends what is done by itself.
	close()

	// backUp writes the keys of rooms that are not there yet to the backup, and
	// returns how many those were.
	backUp(ctx context.Context, to keyBackup) (n int, err error)
}

var errNoEncryption = errors.New("this program was built without encryption, which Matrix needs: build it with go build -tags goolm")

// syncer is mautrix's, without the method by which its crypto helper would
// decrypt what we hear, and lose what it cannot: hear.go does.
type syncer struct{ inner *mautrix.DefaultSyncer }

func (s *syncer) ProcessResponse(ctx context.Context, res *mautrix.RespSync, since string) error {
	return s.inner.ProcessResponse(ctx, res, since)
}

func (s *syncer) OnFailedSync(res *mautrix.RespSync, err error) (time.Duration, error) {
	return s.inner.OnFailedSync(res, err)
}
func (s *syncer) GetFilterJSON(user id.UserID) *mautrix.Filter        { return s.inner.GetFilterJSON(user) }
func (s *syncer) OnSync(f mautrix.SyncHandler)                        { s.inner.OnSync(f) }
func (s *syncer) OnEvent(f mautrix.EventHandler)                      { s.inner.OnEvent(f) }
func (s *syncer) OnEventType(kind event.Type, f mautrix.EventHandler) { s.inner.OnEventType(kind, f) }

// How patient we are with the homeserver.
const (
	callTime = 20 * time.Second // a request, its answer included
	pollTime = 30 * time.Second // that it may wait for something new
	openTime = 5 * time.Minute  // the first sync of an account with many rooms
)

// newClient is a client for a login. It tries nothing twice by itself, and obeys
// nobody's wish for a pause behind our back: see pace and bot's deliver.
func newClient(l login, transport http.RoundTripper) (*mautrix.Client, error) {
	client, err := mautrix.NewClient(l.Homeserver, l.User, l.Token)
	if err != nil {
		return nil, fmt.Errorf("matrix: %s is no address of a homeserver: %w", l.Homeserver, err)
	}
	client.DeviceID = l.Device
	client.Client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // or a token would go wherever a homeserver points
	}}
	client.Syncer = &syncer{mautrix.NewDefaultSyncer()}
	client.Log = zerolog.Nop()
	client.IgnoreRateLimit = true
	client.UserAgent = "attache"
	return client, nil
}

// open returns the session, and makes one if there is none. A login that the
// homeserver would not have is tried again after a while, or when there is
// another in the store.
func (m *Matrix) open(ctx context.Context) (*session, error) {
	m.opening.Lock()
	defer m.opening.Unlock()
	if m.session != nil {
		return m.session, nil
	}
	l, err := m.o.login(ctx)
	if err != nil {
		return nil, &bot.RetryError{After: loginTime, Err: err}
	}
	if l.Token == m.refused.token && time.Since(m.refused.at) < loginTime {
		return nil, &bot.RetryError{After: loginTime, Err: errors.New("matrix: " + remedies["M_UNKNOWN_TOKEN"])}
	}
	s, err := m.begin(ctx, l)
	if err != nil {
		if loggedOut(err) {
			m.refused = refusedLogin{l.Token, time.Now()}
		}
		return nil, failed("opening a session", err)
	}
	m.session = s
	m.log.Info("speaks on Matrix", "as", l.User, "device", l.Device)
	return s, nil
}

// begin makes a session of a login.
func (m *Matrix) begin(ctx context.Context, l login) (_ *session, err error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	if err := m.recall(ctx); err != nil {
		return nil, err
	}
	client, err := newClient(l, m.o.Transport)
	if err != nil {
		return nil, err
	}
	s := &session{login: l, client: client, syncer: client.Syncer.(*syncer)}
	s.alive, s.end = context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		if err == nil {
			return
		}
		s.end()
		if s.keys != nil {
			s.keys.close()
		}
	}()
	if s.keys, err = openKeys(ctx, client, m.o.Device); err != nil {
		return nil, err
	}
	m.hearing.Lock()
	defer m.hearing.Unlock()
	if m.since == (position{}) { // else we have heard farther than is kept
		if m.since, err = m.o.Device.position(ctx); err != nil {
			return nil, err
		}
	}
	if err := m.readDirect(ctx, s); err != nil {
		return nil, err
	}
	res, err := m.news(ctx, s, 0)
	if err != nil {
		return nil, err
	}
	if err := m.take(ctx, s, res); err != nil {
		return nil, err
	}
	return s, m.greetLate(ctx, s)
}

// drop ends a session that the homeserver would not have any more, and tells the
// operator, who alone can make another.
func (m *Matrix) drop(s *session, err error) {
	m.opening.Lock()
	defer m.opening.Unlock()
	if m.session == s {
		m.session = nil
		m.refused = refusedLogin{s.login.Token, time.Now()}
		m.log.Error("can neither hear nor speak: "+remedies["M_UNKNOWN_TOKEN"], "err", err)
		s.end()
		s.keys.close()
	}
}

// filter is what we want to hear, as JSON
// (https://spec.matrix.org/v1.16/client-server-api/#filtering). Members are not
// loaded lazily: what is encrypted is encrypted for all of them.
var filter = strings.Join(strings.Fields(`{
	"presence": {"types": []},
	"account_data": {"types": ["m.direct"]},
	"room": {
		"ephemeral": {"types": []},
		"account_data": {"types": []},
		"timeline": {"limit": 50}
	}
}`), "")

// sync asks the homeserver what is new since a position; it may wait for
// something.
func (s *session) sync(ctx context.Context, since string, wait time.Duration) (*mautrix.RespSync, error) {
	most := wait + callTime
	if wait == 0 {
		most = openTime
	}
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	defer context.AfterFunc(s.alive, cancel)()
	return s.client.FullSyncRequest(ctx, mautrix.ReqSync{
		Timeout: int(wait.Milliseconds()), Since: since, FilterID: filter, SetPresence: event.PresenceOffline,
	})
}

// me is our user.
func (s *session) me() id.UserID { return s.login.User }
