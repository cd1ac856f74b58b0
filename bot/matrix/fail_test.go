package matrix

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"

	"attache/bot"
)

// failToken is a login's: no error may tell it.
const failToken = "syt_secret_of_the_login"

// failCalls are a call that asks and one that does.
var failCalls = map[string]func(context.Context, *mautrix.Client) error{
	"ask": func(ctx context.Context, c *mautrix.Client) error {
		_, err := c.Whoami(ctx)
		return err
	},
	"do": func(ctx context.Context, c *mautrix.Client) error {
		content := &event.MessageEventContent{MsgType: event.MsgText, Body: "Norvania recalls its ambassador"}
		_, err := c.SendMessageEvent(ctx, "!desk:example.org", event.EventMessage, content, mautrix.ReqSendEvent{TransactionID: "k1", DontEncrypt: true})
		return err
	},
}

func failClient(t *testing.T, homeserver string, transport http.RoundTripper) *mautrix.Client {
	t.Helper()
	c, err := newClient(login{Homeserver: homeserver, User: "@attache:example.org", Device: "DEVICE", Token: failToken}, transport)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answers is a homeserver, or what stands before it, that answers so; header is
// name and value in turn.
func answers(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// cuts takes the request, says what it says, and hangs up; lingering for 0
// seconds, it resets the connection.
func cuts(said string, linger ...int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, said)
		for _, seconds := range linger {
			_ = conn.(*net.TCPConn).SetLinger(seconds)
		}
		conn.Close()
	}
}

// meaning is what an error means to the rest of the house, in a few words.
func meaning(err error) string {
	var s string
	retry, ok := errors.AsType[*bot.RetryError](err)
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, bot.ErrChannelGone):
		s = "gone"
	case errors.Is(err, bot.ErrRefused):
		s = "refused"
	case ok:
		s = "retry"
		if retry.After != 0 {
			s += " after " + retry.After.String()
		}
		if retry.Within != 0 {
			s += " within " + retry.Within.String()
		}
		if retry.Unsure {
			s += ", unsure"
		}
	default:
		s = "nobody knows"
	}
	if errors.Is(err, errAway) {
		s += ", away"
	}
	return s
}

// tellsNothing checks that an error's text has neither the token in it nor the
// address that was asked.
func tellsNothing(t *testing.T, err error, homeserver string) {
	t.Helper()
	for _, secret := range []string{failToken, homeserver, "/_matrix/"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q is told by %q", secret, err)
		}
	}
}

func TestFailed(t *testing.T) {
	refusal := func(code string, more ...string) string {
		return fmt.Sprintf(`{"errcode":%q,"error":"so it is"%s}`, code, strings.Join(more, ""))
	}
	date := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	const page = "<html><title>nginx</title></html>"
	for _, test := range []struct {
		what   string
		answer http.HandlerFunc
		want   string
		code   string
	}{
		// Asked to wait, in whichever way; a slip neither silences us for good
		// nor makes us ask at once.
		{"limit in the body", answers(429, refusal("M_LIMIT_EXCEEDED", `,"retry_after_ms":3000`)), "retry after 3s", "M_LIMIT_EXCEEDED"},
		{"limit in the header", answers(429, refusal("M_LIMIT_EXCEEDED"), "Retry-After", "7"), "retry after 7s", "M_LIMIT_EXCEEDED"},
		{"limit in both", answers(429, refusal("M_LIMIT_EXCEEDED", `,"retry_after_ms":3000`), "Retry-After", "7"), "retry after 7s", "M_LIMIT_EXCEEDED"},
		{"limit by a far date", answers(429, refusal("M_LIMIT_EXCEEDED"), "Retry-After", date(time.Hour)), "retry after 15m0s", "M_LIMIT_EXCEEDED"},
		{"limit by a past date", answers(429, refusal("M_LIMIT_EXCEEDED"), "Retry-After", date(-time.Hour)), "retry after 5s", "M_LIMIT_EXCEEDED"},
		{"limit of no length", answers(429, refusal("M_LIMIT_EXCEEDED")), "retry after 5s", "M_LIMIT_EXCEEDED"},
		{"limit of a day", answers(429, refusal("M_LIMIT_EXCEEDED", `,"retry_after_ms":86400000`)), "retry after 15m0s", "M_LIMIT_EXCEEDED"},
		{"limit of less than nothing", answers(429, refusal("M_LIMIT_EXCEEDED", `,"retry_after_ms":-3000`), "Retry-After", "-7"), "retry after 5s", "M_LIMIT_EXCEEDED"},
		{"limit with another status", answers(400, refusal("M_LIMIT_EXCEEDED", `,"retry_after_ms":3000`)), "retry after 3s", "M_LIMIT_EXCEEDED"},
		{"limit with another code", answers(429, refusal("M_UNKNOWN", `,"retry_after_ms":3000`)), "retry after 3s", "M_UNKNOWN"},
		{"limit by a proxy", answers(429, "too many requests\n", "Retry-After", "7"), "retry after 7s", ""},
		{"limit by a proxy that does not say how long", answers(429, page), "retry after 5s", ""},

		// Not there: nobody knows what the homeserver did before it went.
		{"502", answers(502, page), "nobody knows, away", ""},
		{"503", answers(503, ""), "nobody knows, away", ""},
		{"504", answers(504, page), "nobody knows, away", ""},
		{"502, cut", cuts("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 100\r\n\r\n<html>"), "nobody knows, away", ""},
		{"502 in JSON of its own", answers(502, `{"message":"bad gateway"}`), "nobody knows, away", ""},
		{"502 in JSON", answers(502, refusal("M_UNKNOWN")), "nobody knows, away", "M_UNKNOWN"},
		{"503 in JSON", answers(503, refusal("M_UNKNOWN")), "nobody knows, away", "M_UNKNOWN"},
		{"504 in JSON", answers(504, refusal("M_UNKNOWN")), "nobody knows, away", "M_UNKNOWN"},

		// There, and nobody knows either.
		{"500", answers(500, refusal("M_UNKNOWN")), "nobody knows", "M_UNKNOWN"},
		{"500 and a page", answers(500, page), "nobody knows", ""},
		{"cut before the answer", cuts(""), "nobody knows", ""},
		{"reset before the answer", cuts("", 0), "nobody knows", ""},
		{"cut in the header", cuts("HTTP/1.1 200 OK\r\nContent-Le"), "nobody knows", ""},
		{"cut in the answer", cuts("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"event_id\":"), "nobody knows", ""},
		{"cut in a refusal", cuts("HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n{\"errcode\":\"M_FOR"), "nobody knows", ""},
		{"no HTTP", cuts("SSH-2.0-OpenSSH_9.7\r\n"), "nobody knows", ""},
		{"a page with 200", answers(200, page), "nobody knows", ""},

		// A person must act.
		{"forbidden", answers(403, refusal("M_FORBIDDEN")), "retry", "M_FORBIDDEN"},
		{"token", answers(401, refusal("M_UNKNOWN_TOKEN")), "retry after 1m0s", "M_UNKNOWN_TOKEN"},
		{"token, softly", answers(401, refusal("M_UNKNOWN_TOKEN", `,"soft_logout":true`)), "retry after 1m0s", "M_UNKNOWN_TOKEN"},
		{"no token", answers(401, refusal("M_MISSING_TOKEN")), "retry after 1m0s", "M_MISSING_TOKEN"},
		{"locked", answers(401, refusal("M_USER_LOCKED", `,"soft_logout":true`)), "retry after 1m0s", "M_USER_LOCKED"},
		{"suspended", answers(403, refusal("M_USER_SUSPENDED")), "retry after 1m0s", "M_USER_SUSPENDED"},
		{"terms", answers(403, refusal("M_CONSENT_NOT_GIVEN", `,"consent_uri":"https://example.org/terms"`)), "retry after 1m0s", "M_CONSENT_NOT_GIVEN"},

		// Never.
		{"no such room", answers(404, refusal("M_NOT_FOUND")), "gone", "M_NOT_FOUND"},
		{"too large", answers(413, refusal("M_TOO_LARGE")), "refused", "M_TOO_LARGE"},
		{"bad JSON", answers(400, refusal("M_BAD_JSON")), "refused", "M_BAD_JSON"},

		// What we do not know, others need not wait behind for long.
		{"400", answers(400, refusal("M_UNKNOWN")), "retry within 15m0s", "M_UNKNOWN"},
		{"a code of its own", answers(403, refusal("ORG.EXAMPLE.NO")), "retry within 15m0s", "ORG.EXAMPLE.NO"},
		{"no such call", answers(404, refusal("M_UNRECOGNIZED")), "retry within 15m0s", "M_UNRECOGNIZED"},
		{"not found, with another status", answers(400, refusal("M_NOT_FOUND")), "retry within 15m0s", "M_NOT_FOUND"},

		// What stands before the homeserver says no: nothing was done.
		{"404 and a page", answers(404, page), "retry, away", ""},
		{"403 and a page", answers(403, page), "retry, away", ""},
		{"pointed elsewhere", answers(302, page, "Location", "/elsewhere"), "retry, away", ""},
		{"a code that is none", answers(400, `{"errcode":7,"error":["so it is"]}`), "retry, away", ""},
		{"a list", answers(400, `[]`), "retry, away", ""},
	} {
		t.Run(test.what, func(t *testing.T) {
			for name, call := range failCalls {
				asked := 0
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					asked++
					test.answer(w, r)
				}))
				raw := call(t.Context(), failClient(t, server.URL, server.Client().Transport))
				server.Close() // waits for the answer
				if raw == nil {
					t.Fatalf("%s: no error", name)
				}
				err := failed("sending", raw)
				if got := meaning(err); got != test.want {
					t.Errorf("%s: %s, want %s: %v", name, got, test.want, err)
				}
				// The word is the same before and after it was understood, unless it
				// is that of something else in between.
				out := test.code == "M_UNKNOWN_TOKEN" || test.code == "M_MISSING_TOKEN"
				for when, err := range map[string]error{"raw": raw, "failed": err, "wrapped": fmt.Errorf("opening: %w", err)} {
					if errors.Is(err, errAway) {
						continue
					}
					if got := errcode(err); got != test.code {
						t.Errorf("%s, %s: the code is %q, want %q", name, when, got, test.code)
					}
					if got := loggedOut(err); got != out {
						t.Errorf("%s, %s: logged out: %t", name, when, got)
					}
				}
				if again := failed("opening", err); meaning(again) != meaning(err) {
					t.Errorf("%s: failed twice, it is %s", name, meaning(again))
				}
				if asked != 1 {
					t.Errorf("%s: asked %d times, want once: bot tries again, and nobody beside it", name, asked)
				}
				tellsNothing(t, err, server.URL)
				if !strings.HasPrefix(err.Error(), "matrix: sending: ") {
					t.Errorf("%s: %q does not say what failed", name, err)
				}
			}
		})
	}
}

// TestFailedBefore is what never reached the homeserver, and so was not done.
func TestFailedBefore(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	proxy, err := url.Parse(gone.URL)
	if err != nil {
		t.Fatal(err)
	}
	for what, test := range map[string]struct {
		homeserver string
		transport  *http.Transport
	}{
		"refused":            {gone.URL, &http.Transport{}},
		"refused by a proxy": {"http://matrix.example.org", &http.Transport{Proxy: http.ProxyURL(proxy)}},
	} {
		t.Run(what, func(t *testing.T) {
			for name, call := range failCalls {
				err := failed("sending", call(t.Context(), failClient(t, test.homeserver, test.transport)))
				if got := meaning(err); got != "retry, away" {
					t.Errorf("%s: %s, want retry, away: %v", name, got, err)
				}
				if errcode(err) != "" || loggedOut(err) {
					t.Errorf("%s: nobody answered, and yet %q", name, errcode(err))
				}
				tellsNothing(t, err, test.homeserver)
			}
		})
	}
}

// TestFailedByUs ends in the middle of a call.
func TestFailedByUs(t *testing.T) {
	for name, call := range failCalls {
		ctx, cancel := context.WithCancel(t.Context())
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // or nobody sees that the caller has gone
			cancel()
			<-r.Context().Done()
		}))
		err := failed("sending", call(ctx, failClient(t, server.URL, server.Client().Transport)))
		server.Close()
		if got := meaning(err); got != "nobody knows" || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %s: %v", name, got, err)
		}
		tellsNothing(t, err, server.URL)
	}
}

func TestPauseOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // so that dates are exact
		date := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
		for _, test := range []struct {
			ms     any // in the body; nil: nothing
			header string
			want   time.Duration
		}{
			{nil, "", 5 * time.Second},
			{3000.0, "", 3 * time.Second},
			{0.5, "", 500 * time.Microsecond},
			{3000.0, "7", 7 * time.Second},
			{7000.0, "3", 7 * time.Second},
			{nil, date(time.Minute), time.Minute},
			{3000.0, date(time.Minute), time.Minute},
			{3000.0, date(-time.Minute), 3 * time.Second},
			{nil, date(-time.Minute), 5 * time.Second},
			{nil, date(0), 5 * time.Second},
			{nil, "Fri, 31 Dec 9999 23:59:59 GMT", maxPause},
			{nil, "Mon, 01 Jan 0001 00:00:00 GMT", 5 * time.Second},
			{999999999999.0, "", maxPause},
			{nil, "999999999", maxPause},
			{0.0, "0", 5 * time.Second},
			{-3000.0, "-7", 5 * time.Second},
			{-1e300, "-99999999999999999999", 5 * time.Second},
			{1e-9, "", 5 * time.Second}, // less than a nanosecond
			{"3000", "1.5", 5 * time.Second},
			{[]any{}, "soon", 5 * time.Second},
			{true, "0x7", 5 * time.Second},
			{nil, "７", 5 * time.Second},
		} {
			said := mautrix.HTTPError{Response: &http.Response{Header: http.Header{"Retry-After": {test.header}}}}
			if test.ms != nil {
				said.RespError = &mautrix.RespError{ExtraData: map[string]any{"retry_after_ms": test.ms}}
			}
			if got := pauseOf(said); got != test.want {
				t.Errorf("retry_after_ms %v, Retry-After %q: %s, want %s", test.ms, test.header, got, test.want)
			}
		}
		if got := pauseOf(mautrix.HTTPError{}); got != 5*time.Second {
			t.Errorf("of nothing: %s", got)
		}
		// What is absurd is a slip, of whatever length.
		for _, ms := range []float64{1e12, 1e18, 1e300} {
			for _, header := range []string{"", "1000000000", "9223372036854775807", "99999999999999999999"} {
				said := mautrix.HTTPError{
					RespError: &mautrix.RespError{ExtraData: map[string]any{"retry_after_ms": ms}},
					Response:  &http.Response{Header: http.Header{"Retry-After": {header}}},
				}
				if got := pauseOf(said); got <= 0 || got > maxPause {
					t.Errorf("retry_after_ms %g, Retry-After %q: %s", ms, header, got)
				}
			}
		}
	})
}

func TestErrcode(t *testing.T) {
	refusal := mautrix.MUnknownToken
	for _, test := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{io.EOF, ""},
		{refusal, "M_UNKNOWN_TOKEN"},
		{mautrix.HTTPError{RespError: &refusal}, "M_UNKNOWN_TOKEN"},
		{mautrix.HTTPError{WrappedError: io.EOF}, ""},
		{&bot.RetryError{}, ""},
		{&bot.RetryError{Err: refusal}, "M_UNKNOWN_TOKEN"},
		{fmt.Errorf("speaking: %w", &bot.RetryError{Err: fmt.Errorf("%w: %w", bot.ErrRefused, refusal)}), "M_UNKNOWN_TOKEN"},
	} {
		if got := errcode(test.err); got != test.want {
			t.Errorf("%v: %q, want %q", test.err, got, test.want)
		}
		if got := loggedOut(test.err); got != (test.want != "") {
			t.Errorf("%v: logged out: %t", test.err, got)
		}
	}
}
