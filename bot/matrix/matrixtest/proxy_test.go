package matrixtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// behind is a client behind a proxy, in a room of its own.
func behind(t testing.TB) (*Server, *Proxy, *mautrix.Client, id.RoomID) {
	t.Helper()
	s := Shared(t)
	p := NewProxy(t, s.URL)
	client := login(t, p.URL, byPassword(s.Account(t, "bot")))
	made, err := client.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{})
	if err != nil {
		t.Fatal(err)
	}
	return s, p, client, made.RoomID
}

// try sends a text under a transaction id.
func try(ctx context.Context, client *mautrix.Client, room id.RoomID, txn string) (id.EventID, error) {
	sent, err := client.SendMessageEvent(ctx, room, event.EventMessage,
		&event.MessageEventContent{MsgType: event.MsgText, Body: txn}, mautrix.ReqSendEvent{TransactionID: txn})
	if err != nil {
		return "", err
	}
	return sent.EventID, nil
}

// What the homeserver has not heard is not stored; what it has worked is stored
// once, however often it comes again under its transaction id.
func TestFaults(t *testing.T) {
	for name, test := range map[string]struct {
		fault  Fault
		stored bool
		want   func(error) bool
	}{
		"status":      {Status(502, ""), false, isStatus(502)},
		"answer":      {Answer(`{"event_id":"$made-up"}`), false, func(err error) bool { return err == nil }},
		"refused":     {Refuse("M_FORBIDDEN", 403), false, isCode(mautrix.MForbidden)},
		"too large":   {Refuse("M_TOO_LARGE", 413), false, isCode(mautrix.MTooLarge)},
		"soft logout": {SoftLogout(), false, isCode(mautrix.MUnknownToken)},
		"limit":       {Limit(3 * time.Second), false, isCode(mautrix.MLimitExceeded)},
		"header":      {LimitHeader(3 * time.Second), false, isCode(mautrix.MLimitExceeded)},
		"cut before":  {CutBefore(), false, noStatus},
		"hang":        {Hang(), false, noStatus},
		"cut":         {Cut(0), true, noStatus},
		"cut later":   {Cut(200), true, func(err error) bool { return err != nil }},
		"slow":        {Slow(time.Hour), true, noStatus},
	} {
		t.Run(name, func(t *testing.T) {
			s, p, client, room := behind(t)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			p.Fail("send", 1, test.fault)
			if _, err := try(ctx, client, room, "txn"); !test.want(err) {
				t.Errorf("the client has %v", err)
			}
			if got := len(bodies(s.Stored(t, room))) == 1; got != test.stored {
				t.Errorf("stored: %t, want %t", got, test.stored)
			}
			event, err := try(t.Context(), client, room, "txn")
			if err != nil {
				t.Fatal(err)
			}
			sent := p.Sent()
			if len(sent) != 1 || sent[0].Event != event || sent[0].Txn != "txn" || sent[0].Room != room || sent[0].Repeats > 0 != test.stored {
				t.Errorf("sent were %+v; want one, %s, again: %t", sent, event, test.stored)
			}
			if got := bodies(s.Stored(t, room)); len(got) != 1 {
				t.Errorf("stored are %q, want one", got)
			}
			if n := p.Calls("send"); n != 2 {
				t.Errorf("%d calls, want 2", n)
			}
		})
	}
}

func isStatus(code int) func(error) bool {
	return func(err error) bool {
		answer, ok := errors.AsType[mautrix.HTTPError](err)
		return ok && answer.Response != nil && answer.Response.StatusCode == code
	}
}

func isCode(code mautrix.RespError) func(error) bool {
	return func(err error) bool { return errors.Is(err, code) }
}

func noStatus(err error) bool {
	answer, ok := errors.AsType[mautrix.HTTPError](err)
	return ok && answer.Response == nil
}

// The homeserver works what was cut even if who called it has hung up before.
func TestCutOutlastsTheCaller(t *testing.T) {
	s, p, client, room := behind(t)
	ctx, cancel := context.WithCancel(t.Context())
	p.Fail("send", 1, Choose(func(Request) Fault { cancel(); return Slow(0) }))
	if _, err := try(ctx, client, room, "txn"); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	Eventually(t, "the message to be stored", func() bool { return len(bodies(s.Stored(t, room))) == 1 })
}

// An answer cut at any byte is no answer, and the whole of it is one.
func TestAnswerLength(t *testing.T) {
	_, p, client, room := behind(t)
	if _, err := try(t.Context(), client, room, "0"); err != nil {
		t.Fatal(err)
	}
	length := p.AnswerLength("send")
	if length < 100 || p.AnswerLength("send:m.room.message") != length {
		t.Fatalf("an answer of %d bytes", length)
	}
	p.Fail("send", 1, Cut(length-1))
	if _, err := try(t.Context(), client, room, "1"); err == nil {
		t.Error("an answer without its last byte is one")
	}
	p.Fail("send", 1, Cut(length))
	if _, err := try(t.Context(), client, room, "1"); err != nil {
		t.Error(err)
	}
}

func TestFaultsAreInOrderAndByName(t *testing.T) {
	_, p, client, room := behind(t)
	p.Fail("send", 1, Pass())
	p.Fail("send", 1, Status(503, ""))
	p.Fail("send:m.reaction", -1, Refuse("M_FORBIDDEN", 403))
	p.Fail("*", 1, Status(500, ""))
	for i, want := range []int{0, 503, 500, 0} {
		_, err := try(t.Context(), client, room, strings.Repeat("x", i+1))
		if want == 0 && err != nil || want != 0 && !isStatus(want)(err) {
			t.Errorf("call %d: %v, want %d", i, err, want)
		}
	}
	react := func() error { _, err := client.SendReaction(t.Context(), room, "$event", "👍"); return err }
	for range 3 {
		if err := react(); !errors.Is(err, mautrix.MForbidden) {
			t.Errorf("a reaction: %v", err)
		}
	}
	p.Heal()
	if err := react(); err != nil {
		t.Error(err)
	}
	var types []string
	for _, r := range p.Requests("send") {
		types = append(types, r.Type)
	}
	if want := slices.Concat(slices.Repeat([]string{"m.room.message"}, 4), slices.Repeat([]string{"m.reaction"}, 4)); !slices.Equal(types, want) {
		t.Errorf("the calls were %q, want %q", types, want)
	}
	if n := p.Calls("send:m.reaction"); n != 4 {
		t.Errorf("%d reactions, want 4", n)
	}
}

func TestDown(t *testing.T) {
	_, p, client, room := behind(t)
	syncing := make(chan error, 1)
	since := firstSync(client)
	before := p.Calls("sync")
	go func() {
		_, err := client.FullSyncRequest(t.Context(), mautrix.ReqSync{Timeout: 60_000, Since: since})
		syncing <- err
	}()
	Eventually(t, "a long sync", func() bool { return p.Calls("sync") > before })
	p.Down(true)
	p.Down(true)
	if err := <-syncing; err == nil {
		t.Error("a sync outlived its server")
	}
	if _, err := try(t.Context(), client, room, "1"); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("while it is down: %v, want that the connection is refused", err)
	}
	p.Down(false)
	if _, err := try(t.Context(), client, room, "1"); err != nil {
		t.Error(err)
	}
}

// A sync waits behind the proxy as long as nothing happens, and no longer.
func TestLongPolling(t *testing.T) {
	_, _, client, room := behind(t)
	arrived := make(chan *mautrix.RespSync, 1)
	since := firstSync(client)
	go func() {
		got, err := client.FullSyncRequest(t.Context(), mautrix.ReqSync{Timeout: 30_000, Since: since})
		if err != nil {
			t.Error(err)
		}
		arrived <- got
	}()
	select {
	case got := <-arrived:
		t.Fatalf("the sync has %+v before anything happened", got)
	case <-time.After(300 * time.Millisecond):
	}
	sent, err := try(t.Context(), client, room, "1")
	if err != nil {
		t.Fatal(err)
	}
	if events := (<-arrived).Rooms.Join[room].Timeline.Events; len(events) != 1 || events[0].ID != sent {
		t.Errorf("the sync has %v", events)
	}
}

// firstSync syncs until there is nothing new.
func firstSync(client *mautrix.Client) (since string) {
	for range 10 {
		got, err := client.FullSyncRequest(context.Background(), mautrix.ReqSync{Since: since})
		if err != nil {
			return err.Error()
		}
		if got.NextBatch == since {
			break
		}
		since = got.NextBatch
	}
	return since
}

// An account may send so much in all its rooms, and not more; what was taken
// already costs nothing.
func TestPace(t *testing.T) {
	s, p, client, room := behind(t)
	other, err := client.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{})
	if err != nil {
		t.Fatal(err)
	}
	p.Pace(5, 2)
	rooms := []id.RoomID{room, other.RoomID, room}
	for i, where := range rooms[:2] {
		if _, err := try(t.Context(), client, where, strings.Repeat("x", i+1)); err != nil {
			t.Fatalf("of the burst: %v", err)
		}
	}
	if _, err := try(t.Context(), client, room, "x"); err != nil {
		t.Errorf("again: %v", err)
	}
	_, err = try(t.Context(), client, room, "xxx")
	answer, ok := errors.AsType[mautrix.HTTPError](err)
	if !ok || !errors.Is(err, mautrix.MLimitExceeded) {
		t.Fatalf("after the burst: %v, want a 429", err)
	}
	wait, _ := answer.RespError.ExtraData["retry_after_ms"].(float64)
	if wait < 1 || wait > 201 || answer.Response.Header.Get("Retry-After") != "1" {
		t.Errorf("wait %v ms, Retry-After %s", wait, answer.Response.Header.Get("Retry-After"))
	}
	elsewhere := login(t, p.URL, mautrix.ReqLogin{
		Type: mautrix.AuthTypeToken, Token: s.LoginToken(t, Account{User: client.UserID}),
	})
	if _, err := try(t.Context(), elsewhere, room, "xxxx"); !errors.Is(err, mautrix.MLimitExceeded) {
		t.Errorf("from another device: %v, want a 429", err)
	}
	time.Sleep(time.Duration(wait) * time.Millisecond)
	if _, err := try(t.Context(), client, room, "xxx"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	p.Pace(0, 0)
	for i := range 5 {
		if _, err := try(t.Context(), client, room, strings.Repeat("y", i+1)); err != nil {
			t.Errorf("without a pace: %v", err)
		}
	}
}

func TestTokens(t *testing.T) {
	s := Shared(t)
	p := NewProxy(t, s.URL)
	a := s.Account(t, "bot")
	client := login(t, p.URL, byPassword(a))
	token := s.LoginToken(t, a)
	other := login(t, p.URL, byToken(token))
	got := p.Tokens()
	for _, secret := range []string{a.Password, client.AccessToken, token, other.AccessToken} {
		if !slices.Contains(got, secret) {
			t.Errorf("%q is not among %q", secret, got)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d secrets, want 4: %q", len(got), got)
	}
}
