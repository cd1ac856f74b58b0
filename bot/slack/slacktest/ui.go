package slacktest

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
)

// ui is the peer's own page, as a client of its websocket: what the control API
// cannot do or show goes this way.
type ui struct {
	t testing.TB

	mu     sync.Mutex
	conn   *websocket.Conn
	stack  []json.RawMessage          // the dialogs, the top one last
	homes  map[string]json.RawMessage // by user and app
	errors map[string]string          // that the app has shown in the dialog, by block
	turns  int                        // how often the dialogs changed or had errors
}

// told is a message of the page's.
type told struct {
	T      string            `json:"t"`
	Stack  []json.RawMessage `json:"stack"`
	Errors map[string]string `json:"errors"`
	User   string            `json:"user"`
	AppID  string            `json:"appId"`
	View   json.RawMessage   `json:"view"`
	State  struct {
		ModalStack []json.RawMessage                     `json:"modalStack"`
		HomeViews  map[string]map[string]json.RawMessage `json:"homeViews"`
	} `json:"state"`
}

func watchUI(t testing.TB, base string) *ui {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(base, "http")+"/ui", nil)
	if err != nil {
		t.Fatalf("local-slack's page: %v", err)
	}
	u := &ui{t: t, conn: conn, homes: map[string]json.RawMessage{}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			var m told
			if conn.ReadJSON(&m) != nil {
				return // the peer is gone, and the test over
			}
			u.hear(m)
		}
	}()
	t.Cleanup(func() { conn.Close(); <-ended })
	return u
}

func (u *ui) hear(m told) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch m.T {
	case "init":
		u.stack = m.State.ModalStack
		for user, views := range m.State.HomeViews {
			for app, view := range views {
				u.homes[user+" "+app] = view
			}
		}
	case "view":
		u.stack = m.Stack
		u.turns++
	case "view_errors":
		u.errors = m.Errors
		u.turns++
	case "home":
		u.homes[m.User+" "+m.AppID] = m.View
	}
}

func (u *ui) send(message any) {
	u.t.Helper()
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.conn.WriteJSON(message); err != nil {
		u.t.Errorf("local-slack's page: %v", err)
	}
}

func (u *ui) home(user, app string) json.RawMessage {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.homes[user+" "+app]
}

func (u *ui) top() json.RawMessage {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.stack) == 0 {
		return nil
	}
	return u.stack[len(u.stack)-1]
}

// tell sends a message and waits for what becomes of the dialogs.
func (u *ui) tell(message any) {
	u.t.Helper()
	u.mu.Lock()
	before := u.turns
	u.errors = nil
	u.mu.Unlock()
	u.send(message)
	for end := time.Now().Add(8 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		u.mu.Lock()
		after := u.turns
		u.mu.Unlock()
		if after > before {
			return
		}
	}
	u.t.Errorf("nothing has become of %v", message)
}

// Home returns what the app's Home tab shows a user; nil if nothing yet.
func (l *LocalSlack) Home(user string) *slack.View {
	l.t.Helper()
	return l.view(l.ui.home(user, l.app.ID))
}

// Modal returns the dialog on top; nil if none is open. The peer shows one
// stack of dialogs to everybody.
func (l *LocalSlack) Modal() *slack.View {
	l.t.Helper()
	return l.view(l.ui.top())
}

func (l *LocalSlack) view(raw json.RawMessage) *slack.View {
	l.t.Helper()
	if raw == nil {
		return nil
	}
	var v slack.View
	if err := json.Unmarshal(raw, &v); err != nil {
		l.t.Errorf("local-slack, a view: %v\n%s", err, raw)
	}
	return &v
}

// ViewErrors returns what the app found wrong with the latest Submit, by block.
func (l *LocalSlack) ViewErrors() map[string]string {
	l.ui.mu.Lock()
	defer l.ui.mu.Unlock()
	return l.ui.errors
}

// Submit fills in the dialog on top and sends it. The values are by block and
// action: a string (a text, the value of an option, an id, a date), a []string
// where many can be chosen, or the whole of the element's state as a map. What
// is not named keeps its initial value. It returns when the app has answered:
// the dialog is closed, replaced, or has ViewErrors.
func (l *LocalSlack) Submit(user string, values map[string]map[string]any) {
	l.t.Helper()
	top := l.ui.top()
	if top == nil {
		l.t.Errorf("no dialog is open")
		return
	}
	state, err := fill(top, values)
	if err != nil {
		l.t.Errorf("a person could not send this dialog: %v", err)
		return
	}
	l.ui.tell(object{"t": "view_submit", "user": user, "values": state})
}

// CloseModal closes the dialogs.
func (l *LocalSlack) CloseModal(user string) {
	l.t.Helper()
	l.ui.tell(object{"t": "view_close", "user": user})
}
