package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
)

const (
	doorSecret = "8f742231b10e8888abcd99yyyzzz85a5" // the one in Slack's documentation
	formType   = "application/x-www-form-urlencoded"
	jsonType   = "application/json"

	slashBody = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
		"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com" +
		"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	challengeBody = `{"token":"t","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}`
	mentionBody   = `{"token":"t","team_id":"T01","api_app_id":"A01","type":"event_callback","event_id":"Ev01","event_time":1700000000,` +
		`"event":{"type":"app_mention","user":"U01","text":"<@U02> list","ts":"1700000000.000100","channel":"C01","event_ts":"1700000000.000100"}}`
	buttonJSON = `{"type":"block_actions","team":{"id":"T01"},"user":{"id":"U01"},"channel":{"id":"C01"},"trigger_id":"13.37.beef",` +
		`"actions":[{"type":"button","action_id":"why","block_id":"b","value":"why 12","action_ts":"1700000000.1"}]}`
	closedJSON = `{"type":"view_closed","team":{"id":"T01"},"user":{"id":"U01"},"view":{"id":"V01","hash":"1.abc"}}`
)

// signedBy is the signature that Slack's documentation describes
// (https://docs.slack.dev/authentication/verifying-requests-from-slack).
func signedBy(secret, timestamp, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	io.WriteString(mac, "v0:"+timestamp+":"+body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

func TestSignedByAsDocumented(t *testing.T) {
	const want = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	if got := signedBy(doorSecret, "1531420618", slashBody); got != want {
		t.Errorf("the example in Slack's documentation is signed %s, want %s", got, want)
	}
}

// signed is a request as Slack sends it.
func signed(address, contentType, body string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", signedBy(doorSecret, stamp, body))
	return r
}

// send makes a request and returns the answer, read.
func send(t *testing.T, r *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(r.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// taker notes what it takes, and acknowledges as it is told.
type taker struct {
	mu    sync.Mutex
	taken []heard
	then  func(ack func(payload any)) // nil: acknowledges with nothing
}

func (l *taker) take(h heard, ack func(payload any)) {
	l.mu.Lock()
	l.taken = append(l.taken, h)
	then := l.then
	l.mu.Unlock()
	if then == nil {
		ack(nil)
		return
	}
	then(ack)
}

func (l *taker) do(then func(ack func(payload any))) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.then = then
}

func (l *taker) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.taken)
}

// logger writes all there is to say.
func logger(j *logs) *slog.Logger {
	return slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// openDoor serves a door on loopback.
func openDoor(t *testing.T) (address string, d *door, l *taker, j *logs) {
	t.Helper()
	l, j = &taker{}, &logs{}
	d = &door{secret: doorSecret, take: l.take, log: logger(j)}
	srv := httptest.NewUnstartedServer(d)
	srv.Config.ErrorLog = slog.NewLogLogger(logger(j).Handler(), slog.LevelWarn)
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL, d, l, j
}

func TestDoorHears(t *testing.T) {
	address, _, l, _ := openDoor(t)
	for _, test := range []struct {
		name, contentType, body, id string
		is                          func(data any) bool
	}{
		{"command", formType, slashBody, "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c", func(data any) bool {
			c, ok := data.(slack.SlashCommand)
			return ok && c.Command == "/webhook-collect" && c.TeamID == "T1DC2JH3J" && strings.HasPrefix(c.ResponseURL, "https://hooks.slack.com/commands/T")
		}},
		{"button", formType + "; charset=utf-8", "payload=" + url.QueryEscape(buttonJSON), "13.37.beef", func(data any) bool {
			c, ok := data.(slack.InteractionCallback)
			return ok && c.Type == slack.InteractionTypeBlockActions && c.ActionCallback.BlockActions[0].Value == "why 12"
		}},
		{"closed dialog", formType, "payload=" + url.QueryEscape(closedJSON), "", func(data any) bool {
			c, ok := data.(slack.InteractionCallback)
			return ok && c.View.ID == "V01"
		}},
		{"mention", jsonType, mentionBody, "Ev01", func(data any) bool {
			e, ok := data.(slackevents.EventsAPIEvent)
			m, is := e.InnerEvent.Data.(*slackevents.AppMentionEvent)
			return ok && is && e.TeamID == "T01" && m.Text == "<@U02> list"
		}},
		{"uninstalled", "application/json; charset=utf-8", `{"type":"event_callback","team_id":"T01","event_id":"Ev02","event":{"type":"app_uninstalled"}}`, "Ev02", func(data any) bool {
			e, ok := data.(slackevents.EventsAPIEvent)
			return ok && e.InnerEvent.Type == string(slackevents.AppUninstalled)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := l.count()
			resp, body := send(t, signed(address, test.contentType, test.body))
			if resp.StatusCode != http.StatusOK || body != "" {
				t.Errorf("answered %s %q, want 200 and nothing", resp.Status, body)
			}
			if l.count() != before+1 {
				t.Fatalf("heard %d times", l.count()-before)
			}
			h := l.taken[before]
			if !test.is(h.data) {
				t.Errorf("heard %+v", h.data)
			}
			if h.id == "" || test.id != "" && h.id != test.id {
				t.Errorf("the id is %q, want %q", h.id, test.id)
			}
		})
	}
}

// TestDoorRetries sends an event again as Slack does: signed anew, with the
// same id, for the ears to recognise.
func TestDoorRetries(t *testing.T) {
	address, _, l, _ := openDoor(t)
	for ago := range 3 {
		r := signed(address, jsonType, mentionBody)
		stamp := strconv.FormatInt(time.Now().Unix()-int64(ago), 10)
		r.Header.Set("X-Slack-Request-Timestamp", stamp)
		r.Header.Set("X-Slack-Signature", signedBy(doorSecret, stamp, mentionBody))
		r.Header.Set("X-Slack-Retry-Num", strconv.Itoa(ago))
		if resp, _ := send(t, r); resp.StatusCode != http.StatusOK {
			t.Errorf("try %d answered %s", ago, resp.Status)
		}
	}
	if l.count() != 3 || l.taken[0].id != l.taken[1].id || l.taken[1].id != l.taken[2].id {
		t.Errorf("heard %+v, want three of one id", l.taken)
	}
}

func TestDoorAnswersItself(t *testing.T) {
	address, _, l, j := openDoor(t)
	for body, want := range map[string]string{
		challengeBody: `{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}` + "\n",
		`{"type":"app_rate_limited","team_id":"T01","minute_rate_limited":1518467820,"api_app_id":"A01"}`:                            "",
		`{"type":"event_callback","team_id":"T01","event_id":"Ev03","event":{"type":"something_that_slack_invents_tomorrow","x":1}}`: "",
	} {
		if resp, got := send(t, signed(address, jsonType, body)); resp.StatusCode != http.StatusOK || got != want {
			t.Errorf("%s answered %s %q, want 200 and %q", body, resp.Status, got, want)
		}
	}
	if resp, _ := send(t, signed(address, formType, "ssl_check=1&token=t")); resp.StatusCode != http.StatusOK {
		t.Errorf("ssl_check answered %s", resp.Status)
	}
	if l.count() != 0 {
		t.Errorf("heard %+v", l.taken)
	}
	if !strings.Contains(j.String(), "missed events") {
		t.Errorf("nothing is said of the events that Slack held back:\n%s", j)
	}
}

func TestDoorRefuses(t *testing.T) {
	shift := func(d time.Duration) func(r *http.Request) {
		return func(r *http.Request) {
			stamp := strconv.FormatInt(time.Now().Add(d).Unix(), 10)
			r.Header.Set("X-Slack-Request-Timestamp", stamp)
			r.Header.Set("X-Slack-Signature", signedBy(doorSecret, stamp, slashBody))
		}
	}
	head := func(name, value string) func(r *http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	body := func(body string) func(r *http.Request) {
		return func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		}
	}
	address, _, l, j := openDoor(t)
	tests := map[string]struct {
		change func(r *http.Request)
		want   int
	}{
		"as it is":             {func(*http.Request) {}, 200},
		"nearly too old":       {shift(-4*time.Minute - 50*time.Second), 200},
		"no headers":           {func(r *http.Request) { r.Header = http.Header{"Content-Type": {formType}} }, 401},
		"no signature":         {func(r *http.Request) { r.Header.Del("X-Slack-Signature") }, 401},
		"no time":              {func(r *http.Request) { r.Header.Del("X-Slack-Request-Timestamp") }, 401},
		"too old":              {shift(-5*time.Minute - 10*time.Second), 401},
		"years old":            {head("X-Slack-Request-Timestamp", "1531420618"), 401},
		"from the future":      {shift(5*time.Minute + 10*time.Second), 401},
		"another time":         {head("X-Slack-Request-Timestamp", strconv.FormatInt(time.Now().Unix()-7, 10)), 401},
		"no number for a time": {head("X-Slack-Request-Timestamp", "yesterdaypurple"), 401},
		"no time at all":       {head("X-Slack-Request-Timestamp", "-9223372036854775808"), 401},
		"another secret":       {head("X-Slack-Signature", signedBy("another", strconv.FormatInt(time.Now().Unix(), 10), slashBody)), 401},
		"no secret":            {head("X-Slack-Signature", signedBy("", strconv.FormatInt(time.Now().Unix(), 10), slashBody)), 401},
		"no hex":               {head("X-Slack-Signature", "v0="+strings.Repeat("purple", 11)), 401},
		"too short":            {head("X-Slack-Signature", "v0=00"), 401},
		"empty":                {head("X-Slack-Signature", "v0="), 401},
		"another version":      {head("X-Slack-Signature", "v1="+strings.Repeat("0", 64)), 401},
		"the body changed":     {body(slashBody + "purple"), 401},
		"the body gone":        {body(""), 401},
		"too large":            {body(strings.Repeat("purple", maxBody/6+1)), 413},
		"large enough":         {body(strings.Repeat("p", maxBody)), 401},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before, lines := l.count(), strings.Count(j.String(), "\n")
			r := signed(address, formType, slashBody)
			if name == "nearly too old" || name == "as it is" {
				r.Header.Set("X-Slack-Retry-Num", "1")
			}
			test.change(r)
			resp, text := send(t, r)
			if resp.StatusCode != test.want {
				t.Errorf("answered %s, want %d", resp.Status, test.want)
			}
			if (l.count() > before) != (test.want == 200) {
				t.Errorf("heard %d times", l.count()-before)
			}
			if said := strings.Count(j.String(), "\n") - lines; test.want != 200 && said != 1 {
				t.Errorf("%d lines in the log, want one", said)
			}
			if strings.Contains(text, "purple") || strings.Contains(text, "xyzz0") {
				t.Errorf("the answer has in it what was sent: %s", text)
			}
		})
	}
	for _, secret := range []string{"purple", "xyzz0", "v0=", doorSecret, "1531420618"} {
		if strings.Contains(j.String(), secret) {
			t.Errorf("the log has %q in it:\n%s", secret, j)
		}
	}
}

// TestDoorWithoutSecret must never happen (New refuses it), and lets nobody in.
func TestDoorWithoutSecret(t *testing.T) {
	l := &taker{}
	d := &door{take: l.take, log: slog.New(slog.DiscardHandler)}
	r := signed("/", formType, slashBody)
	stamp := r.Header.Get("X-Slack-Request-Timestamp")
	r.Header.Set("X-Slack-Signature", signedBy("", stamp, slashBody))
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized || l.count() != 0 {
		t.Errorf("answered %d, heard %d times", w.Code, l.count())
	}
}

// TestDoorShapes is signed, and wrong.
func TestDoorShapes(t *testing.T) {
	address, d, l, j := openDoor(t)
	for _, test := range []struct{ query, contentType, body string }{
		// The signature covers the body, and not what stands in the address.
		{"?payload=" + url.QueryEscape(buttonJSON), formType, ""},
		{"?payload=" + url.QueryEscape(buttonJSON), formType, "purple=1"},
		{"?" + slashBody, formType, "purple=2"},
		{"?" + slashBody, jsonType, "{}"},
		{"", "", slashBody},
		{"", "purple/", slashBody + "&n=1"},
		{"", "text/plain", slashBody},
		{"", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"payload\"\r\n\r\n" + buttonJSON + "\r\n--x--\r\n"},
		{"", jsonType, slashBody},
		{"", formType, mentionBody},
		{"", formType, "purple=%zz&" + slashBody},
		{"", formType, "command="},
		{"", formType, "payload="},
		{"", formType, "payload=purple"},
		{"", formType, "payload=null"},
		{"", formType, "payload=%7B%7D"},
		{"", formType, "payload=" + url.QueryEscape(`{"type":"block_actions","actions":"purple"}`)},
		{"", formType, "payload=" + url.QueryEscape(`{"type":"block_actions","user":{"id":["purple"]}}`)},
		{"", jsonType, ""},
		{"", jsonType, "null"},
		{"", jsonType, "[]"},
		{"", jsonType, `"purple"`},
		{"", jsonType, `{"type":"purple"}`},
		{"", jsonType, `{"type":["purple"]}`},
		{"", jsonType, `{"type":"event_callback"}`},
		{"", jsonType, `{"type":"event_callback","event":null}`},
		{"", jsonType, `{"type":"event_callback","event":"purple"}`},
		{"", jsonType, `{"type":"event_callback","event":{"type":"app_mention","text":{"purple":1}}}`},
		{"", jsonType, mentionBody[:len(mentionBody)-1]},
		{"", jsonType, mentionBody + "purple"},
		{"", jsonType, strings.Repeat("[", maxBody-1)},
	} {
		d.used = memory{} // the type is not signed, and bodies are the same here
		resp, body := send(t, signed(address+"/slack/events"+test.query, test.contentType, test.body))
		if resp.StatusCode != http.StatusBadRequest || body != "Bad Request\n" || resp.Header.Get("X-Slack-No-Retry") != "1" {
			t.Errorf("%.60s %q %.60q answered %s %q, want 400 without more and no retry", test.query, test.contentType, test.body, resp.Status, body)
		}
	}
	if l.count() != 0 {
		t.Errorf("heard %+v", l.taken)
	}
	if strings.Contains(j.String(), "purple") || strings.Contains(j.String(), "xyzz0") {
		t.Errorf("the log has in it what was sent:\n%s", j)
	}
}

func TestDoorForgetsNoSignature(t *testing.T) {
	address, _, l, _ := openDoor(t)
	r := signed(address, formType, slashBody)
	for n, spell := range []func(string) string{
		func(s string) string { return s },
		func(s string) string { return s },
		func(s string) string { return "v0=" + strings.ToUpper(s[3:]) }, // hex is hex
	} {
		again := signed(address, formType, slashBody)
		again.Header = r.Header.Clone()
		again.Header.Set("X-Slack-Signature", spell(r.Header.Get("X-Slack-Signature")))
		if resp, body := send(t, again); resp.StatusCode != http.StatusOK || body != "" {
			t.Errorf("time %d answered %s %q, want 200 and nothing", n, resp.Status, body)
		}
	}
	if l.count() != 1 {
		t.Errorf("heard %d times, want once", l.count())
	}
}
