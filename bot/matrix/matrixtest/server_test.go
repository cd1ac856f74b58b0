package matrixtest

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// login logs in without keys, through url.
func login(t testing.TB, url string, request mautrix.ReqLogin) *mautrix.Client {
	t.Helper()
	client, err := mautrix.NewClient(url, "", "")
	if err != nil {
		t.Fatal(err)
	}
	request.StoreCredentials = true
	if _, err := client.Login(t.Context(), &request); err != nil {
		t.Fatal(err)
	}
	return client
}

func byPassword(a Account) mautrix.ReqLogin {
	return mautrix.ReqLogin{
		Type: mautrix.AuthTypePassword, Password: a.Password,
		Identifier: mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: string(a.User)},
	}
}

func byToken(token string) mautrix.ReqLogin {
	return mautrix.ReqLogin{Type: mautrix.AuthTypeToken, Token: token}
}

func TestNewAccountHasNoDevice(t *testing.T) {
	s := Shared(t)
	a := s.Account(t, "bot")
	if b := s.Account(t, "bot"); a.User == b.User || a.Password == b.Password {
		t.Errorf("two accounts are the same: %v, %v", a, b)
	}
	client := login(t, s.URL, byPassword(a))
	devices, err := client.GetDevicesInfo(t.Context())
	if err != nil || len(devices.Devices) != 1 {
		t.Errorf("after the first login there are the devices %v, %v; want one", devices, err)
	}
}

func TestLoginTokenIsGoodOnce(t *testing.T) {
	s := Shared(t)
	a := s.Account(t, "bot")
	token := s.LoginToken(t, a)
	if client := login(t, s.URL, byToken(token)); client.UserID != a.User {
		t.Errorf("logged in as %s, want %s", client.UserID, a.User)
	}
	again, err := mautrix.NewClient(s.URL, "", "")
	if err != nil {
		t.Fatal(err)
	}
	request := byToken(token)
	if _, err := again.Login(t.Context(), &request); err == nil {
		t.Error("a login token was good twice")
	}
}

// A room, its messages and a client's place in the sync outlive whatever ends
// the server; transaction ids do not.
func TestServerKeepsWhatItHadStored(t *testing.T) {
	for name, end := range map[string]func(*Server){"stopped": (*Server).Stop, "killed": (*Server).Kill} {
		t.Run(name, func(t *testing.T) {
			s := Start(t)
			client := login(t, s.URL, byPassword(s.Account(t, "bot")))
			made, err := client.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{})
			if err != nil {
				t.Fatal(err)
			}
			first := sendAs(t, client, made.RoomID, "txn", "before")
			if again := sendAs(t, client, made.RoomID, "txn", "before"); again != first {
				t.Errorf("sent twice under one transaction id: %s and %s", first, again)
			}
			end(s)
			if _, err := client.Whoami(t.Context()); err == nil {
				t.Error("the server answers when it has ended")
			}
			before := bodies(s.Stored(t, made.RoomID)) // also then
			s.Restart()
			sendAs(t, client, made.RoomID, "txn", "after")
			got := bodies(s.Stored(t, made.RoomID))
			if want := []string{"before", "after"}; !slices.Equal(before, want[:1]) || !slices.Equal(got, want) {
				t.Errorf("stored are %q, then %q; want %q", before, got, want)
			}
			if s.Deaths() != 0 {
				t.Errorf("it died %d times:\n%s", s.Deaths(), s.Output())
			}
		})
	}
}

func sendAs(t testing.TB, client *mautrix.Client, room id.RoomID, txn, text string) id.EventID {
	t.Helper()
	sent, err := client.SendMessageEvent(t.Context(), room, event.EventMessage,
		&event.MessageEventContent{MsgType: event.MsgText, Body: text}, mautrix.ReqSendEvent{TransactionID: txn})
	if err != nil {
		t.Fatal(err)
	}
	return sent.EventID
}

// bodies are the contents of the messages among events, shortened to their body.
func bodies(stored []Stored) (said []string) {
	for _, e := range stored {
		if e.Type == event.EventMessage.Type {
			_, body, _ := strings.Cut(string(e.Content), `"body":"`)
			body, _, _ = strings.Cut(body, `"`)
			said = append(said, body)
		}
	}
	return said
}

// A server that dies by itself comes back by itself, on the same port.
func TestServerThatDiesIsStartedAgain(t *testing.T) {
	s := Start(t)
	client := login(t, s.URL, byPassword(s.Account(t, "bot")))
	s.dendrite.mu.Lock()
	p := s.dendrite.process
	s.dendrite.mu.Unlock()
	if err := p.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-p.done
	Eventually(t, "the server to be back", func() bool {
		_, err := client.Whoami(t.Context())
		return err == nil
	})
	if s.Deaths() != 1 {
		t.Errorf("it died %d times, want once", s.Deaths())
	}
}

// What the limits do, and to whom.
func TestServerWithLimits(t *testing.T) {
	s := Start(t, Limits(2, 400*time.Millisecond))
	client := login(t, s.URL, byPassword(s.Account(t, "bot")))
	made, err := client.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{})
	if err != nil {
		t.Fatal(err)
	}
	whoami := func() (err error) {
		for range 3 {
			_, err = client.Whoami(t.Context())
		}
		return err
	}
	answer, ok := errors.AsType[mautrix.HTTPError](whoami())
	if !ok || answer.RespError == nil || answer.RespError.ExtraData["retry_after_ms"] != 400.0 {
		t.Fatalf("the third call: %v; want a 429 for 400 ms", answer)
	}
	if code, after := answer.Response.StatusCode, answer.Response.Header.Get("Retry-After"); code != 429 || after != "" {
		t.Errorf("the third call: %d, Retry-After %q; want 429 and no such header (if Dendrite has it by now, Limit should)", code, after)
	}
	for i := range 10 { // there is no limit to these
		sendAs(t, client, made.RoomID, strconv.Itoa(i), "text")
	}
	time.Sleep(500 * time.Millisecond)
	if _, err := client.Whoami(t.Context()); err != nil {
		t.Errorf("later: %v", err)
	}
	client = login(t, s.URL, byPassword(s.account(t, "alice", true)))
	if err := whoami(); err != nil {
		t.Errorf("a person: %v", err)
	}
}

// The files of the shared server go when its test binary does: something that
// outlives this one holds the other end of a pipe.
func TestSweep(t *testing.T) {
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	broom, err := sweep(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Fatal(err)
	}
	broom.Close()
	Eventually(t, "the folder to go", func() bool {
		_, err := os.Stat(dir)
		return os.IsNotExist(err)
	})
}
