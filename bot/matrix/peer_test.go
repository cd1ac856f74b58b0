package matrix

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
	"attache/bot/matrix/matrixtest"
	"attache/storage"
)

// peer is a Matrix before a real homeserver, behind the proxy that breaks it,
// and somebody with a client of her own.
type peer struct {
	*Matrix
	server  *matrixtest.Server
	proxy   *matrixtest.Proxy
	user    id.UserID
	account matrixtest.Account
	alice   *matrixtest.Person
	logs    *logs
}

// newPeer makes one on the server that all tests share. Its test fails if a
// secret was logged.
func newPeer(t *testing.T, change ...func(*Options)) *peer {
	t.Helper()
	return peerAt(t, matrixtest.Shared(t), change...)
}

func peerAt(t *testing.T, server *matrixtest.Server, change ...func(*Options)) *peer {
	t.Helper()
	p := &peer{server: server, proxy: matrixtest.NewProxy(t, server.URL), logs: &logs{}}
	account := server.Account(t, "attache")
	p.user, p.account = account.User, account
	p.alice = server.Person(t, "alice")
	o := Options{
		Device: loggedIn(t, p.proxy.URL, account), User: string(account.User), Store: openDB(t),
		Log: slog.New(slog.NewTextHandler(p.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&o)
	}
	m, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	m.settle = 500 * time.Millisecond
	p.Matrix = m
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(p.logs)
		}
		for _, token := range p.proxy.Tokens() {
			if strings.Contains(p.logs.String(), token) {
				t.Errorf("the log has the secret %s in it", token)
			}
		}
	})
	return p
}

// loggedIn is a store with a login in it.
func loggedIn(t *testing.T, url string, account matrixtest.Account) *Device {
	t.Helper()
	store, err := OpenDevice(t.Context(), filepath.Join(t.TempDir(), "matrix.db"), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	err = LogIn(t.Context(), LoginOptions{
		Device: store, User: string(account.User), Homeserver: url, Password: account.Password, NewIdentity: true,
		Operator: &arrival{}, Transport: http.DefaultTransport,
	})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// logIn logs in by password, as a device, or as a new one with "".
func logIn(t *testing.T, url string, account matrixtest.Account, device id.DeviceID) login {
	t.Helper()
	client, err := mautrix.NewClient(url, "", "")
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Login(t.Context(), &mautrix.ReqLogin{
		Type: mautrix.AuthTypePassword, DeviceID: device, Password: account.Password,
		Identifier: mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: string(account.User)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return login{Homeserver: url, User: res.UserID, Device: res.DeviceID, Token: res.AccessToken}
}

func openDB(t *testing.T) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "attache.db"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// hears runs it until the test ends, or stop is called; h answers.
func (p *peer) hears(t *testing.T, h bot.Handler) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := p.Run(ctx, h); err != nil && ctx.Err() == nil {
			t.Errorf("Run: %v", err)
		}
	})
	stop = func() { cancel(); wg.Wait() }
	t.Cleanup(stop)
	return stop
}

// invited is a room that Alice has made, and that the bot is invited to.
func (p *peer) invited(t *testing.T, encrypted bool) id.RoomID {
	t.Helper()
	return p.alice.Room(encrypted, p.user)
}

// room is one that the bot has come into; it must be running.
func (p *peer) room(t *testing.T, encrypted bool) id.RoomID {
	t.Helper()
	room := p.invited(t, encrypted)
	p.alice.WaitJoined(room, p.user)
	return room
}

// says is what the bot has said in a room, as Alice's client shows it.
func (p *peer) says(room id.RoomID) (list []matrixtest.Seen) {
	for _, s := range p.alice.Sees(room) {
		if s.Sender == p.user && s.Type == event.EventMessage.Type && s.Replaces == "" {
			list = append(list, s)
		}
	}
	return list
}

// heard waits until the bot has said something with these words in it.
func (p *peer) heard(t *testing.T, room id.RoomID, words string) (found matrixtest.Seen) {
	t.Helper()
	p.alice.Wait(room, words, func([]matrixtest.Seen) bool {
		for _, s := range p.says(room) {
			if strings.Contains(s.Now.Body, words) {
				found = s
				return true
			}
		}
		return false
	})
	return found
}

func channelOf(room id.RoomID) bot.Channel { return bot.Channel("matrix:" + room) }

// echo answers every command with its line, and remembers it.
type echo struct {
	mu    sync.Mutex
	heard []bot.Command
}

func (e *echo) Answer(_ context.Context, c bot.Command) bot.Message {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, c)
	return bot.Message{Kind: bot.KindNotice, Channel: c.Channel, Lines: []bot.Line{{Text: "heard: " + c.Line}}}
}

func (e *echo) lines() (list []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range e.heard {
		list = append(list, c.Line)
	}
	return list
}

// logs is a log that can be read while it is written.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func alert(title string) bot.Message {
	return bot.Message{
		Kind: bot.KindAlert, Alert: 1, Story: 12, Severity: bot.Normal, Title: bot.Text{Text: title},
		URL: "https://wire-one.example/1", Outlet: "Wire One", Tier: "agency",
		Summary:   []bot.Text{{Text: "The ministry said so on Wednesday."}},
		Published: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC), Seen: time.Date(2026, 3, 4, 12, 1, 0, 0, time.UTC),
	}
}
