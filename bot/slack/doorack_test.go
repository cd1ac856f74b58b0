package slack

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
)

func TestDoorAcknowledges(t *testing.T) {
	address, _, l, _ := openDoor(t)
	view := map[string]any{"response_action": "errors", "errors": map[string]string{"rule": "a ) is missing"}}
	for n, test := range []struct {
		then   func(ack func(any))
		status int
		want   string
	}{
		{func(ack func(any)) { ack(view) }, 200, `{"errors":{"rule":"a ) is missing"},"response_action":"errors"}` + "\n"},
		{func(ack func(any)) { time.AfterFunc(20*time.Millisecond, func() { ack(view) }) }, 200, `{"errors":{"rule":"a ) is missing"},"response_action":"errors"}` + "\n"},
		{func(ack func(any)) { ack(nil); ack(view); ack(nil) }, 200, ""},
		{func(ack func(any)) { ack(make(chan int)) }, 500, "Internal Server Error\n"},
	} {
		l.do(test.then)
		resp, body := send(t, signed(address, formType, slashBody+"&n="+strconv.Itoa(n)))
		if resp.StatusCode != test.status || body != test.want {
			t.Errorf("%d answered %s %q, want %d %q", n, resp.Status, body, test.status, test.want)
		}
		if kind := resp.Header.Get("Content-Type"); test.status == 200 && test.want != "" && kind != jsonType {
			t.Errorf("%d answered in %s", n, kind)
		}
	}
}

func TestDoorWaitsForNoAcknowledgementForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late func(any)
		l := &taker{then: func(ack func(any)) { late = ack }}
		d := &door{secret: doorSecret, take: l.take, log: slog.New(slog.DiscardHandler)}
		began := time.Now()
		w := httptest.NewRecorder()
		d.ServeHTTP(w, signed("/", formType, slashBody))
		if took := time.Since(began); w.Code != http.StatusServiceUnavailable || took != answerBy {
			t.Errorf("answered %d after %s, want 503 after %s", w.Code, took, answerBy)
		}
		late(map[string]string{"too": "late"}) // and nothing breaks
		if strings.Contains(w.Body.String(), "late") {
			t.Error("an acknowledgement was written after the answer")
		}
	})
}

func TestDoorWhenSlackHasGone(t *testing.T) {
	address, _, l, _ := openDoor(t)
	acks := make(chan func(any), 1)
	l.do(func(ack func(any)) { acks <- ack })
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		resp, err := http.DefaultTransport.RoundTrip(signed(address, formType, slashBody).WithContext(ctx))
		if err == nil {
			resp.Body.Close()
		}
	}()
	ack := <-acks
	leave()
	time.Sleep(20 * time.Millisecond)
	ack(nil)
	l.do(nil)
	if resp, _ := send(t, signed(address, jsonType, mentionBody)); resp.StatusCode != http.StatusOK {
		t.Errorf("the next is answered %s", resp.Status)
	}
}

func TestDoorOutlivesAPanic(t *testing.T) {
	address, _, l, j := openDoor(t)
	l.do(func(func(any)) { panic("on purpose") })
	resp, err := http.DefaultTransport.RoundTrip(signed(address, formType, slashBody).WithContext(t.Context()))
	if err == nil {
		resp.Body.Close()
		t.Errorf("a panic was answered %s", resp.Status)
	}
	l.do(nil)
	if resp, _ := send(t, signed(address, jsonType, mentionBody)); resp.StatusCode != http.StatusOK {
		t.Errorf("the next is answered %s", resp.Status)
	}
	if text := j.String(); !strings.Contains(text, "on purpose") || strings.Contains(text, "xyzz0") {
		t.Errorf("the log says\n%s", text)
	}
}

// TestDoorTakesNothingAtTheEnd leaves to Slack, to send again, what nobody
// would work.
func TestDoorTakesNothingAtTheEnd(t *testing.T) {
	closed := make(chan struct{})
	close(closed)
	l := &taker{}
	d := &door{secret: doorSecret, take: l.take, closed: closed, log: slog.New(slog.DiscardHandler)}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, signed("/", jsonType, mentionBody))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("X-Slack-No-Retry") != "" || l.count() != 0 {
		t.Errorf("answered %d %v, heard %d times", w.Code, w.Header(), l.count())
	}
}

// onceWriter is a ResponseWriter that minds being told twice.
type onceWriter struct {
	*httptest.ResponseRecorder
	t     *testing.T
	wrote int
}

func (w *onceWriter) WriteHeader(status int) {
	if w.wrote++; w.wrote > 1 {
		w.t.Errorf("a second status, %d", status)
	}
	w.ResponseRecorder.WriteHeader(status)
}

// FuzzPayload is any body of any type, rightly signed: it never panics, is
// heard once at most, answered once, and not quoted.
func FuzzPayload(f *testing.F) {
	for _, body := range []string{challengeBody, mentionBody, `{"type":"app_rate_limited","minute_rate_limited":1}`,
		`{"type":"event_callback","event_id":"Ev1","event":{"type":"message","channel_type":"im","text":"list","user":"U1","channel":"D1"}}`,
		`{"type":"event_callback","event_id":"Ev1","event":{"type":"message","subtype":"message_changed","message":{"text":"x","blocks":[{"type":"section"}]}}}`,
		`{"type":"event_callback","event_id":"Ev1","event":{"type":"app_home_opened","user":"U1","tab":"home","view":{"blocks":[]}}}`,
		`{"type":"event_callback","event_id":"Ev1","event":{"type":"tokens_revoked","tokens":{"bot":["U1"]}}}`} {
		f.Add(jsonType, body)
	}
	f.Add(formType, slashBody)
	for _, payload := range []string{buttonJSON, closedJSON,
		`{"type":"view_submission","team":{"id":"T1"},"view":{"id":"V1","state":{"values":{"b":{"a":{"type":"plain_text_input","value":"x"}}}},"blocks":[{"type":"input"}]}}`,
		`{"type":"message_action","callback_id":"why","trigger_id":"1","message":{"ts":"1.2","blocks":[{"type":"rich_text","elements":[]}]}}`,
		`{"type":"block_actions","state":{"values":{}},"actions":[{"type":"overflow","block_id":"b","selected_option":{"value":"x"}},{"name":"x"},null]}`} {
		f.Add(formType, "payload="+url.QueryEscape(payload))
	}
	f.Add("multipart/form-data; boundary=x", "--x--")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		acks := 0
		d := &door{log: slog.New(slog.DiscardHandler), take: func(h heard, ack func(any)) {
			if acks++; acks > 1 {
				t.Error("heard twice")
			}
			switch h.data.(type) {
			case slack.SlashCommand, slack.InteractionCallback, slackevents.EventsAPIEvent:
			default:
				t.Errorf("heard a %T", h.data)
			}
			if h.id == "" {
				t.Error("heard without an id")
			}
			ack(nil)
			ack(map[string]int{"second": 2})
		}}
		w := &onceWriter{ResponseRecorder: httptest.NewRecorder(), t: t}
		d.hear(t.Context(), w, contentType, []byte(body))
		switch text := w.Body.String(); {
		case w.Code == http.StatusBadRequest && text == "Bad Request\n" && acks == 0:
		case w.Code == http.StatusOK && text == "":
		case w.Code == http.StatusOK && strings.HasPrefix(text, `{"challenge":`) && acks == 0:
		default:
			t.Errorf("answered %d %q, heard %d times", w.Code, text, acks)
		}
	})
}
