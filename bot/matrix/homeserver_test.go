package matrix

import (
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"
)

// A homeserver is found as the specification says, or its user is told what to
// do.
func TestFindHomeserver(t *testing.T) {
	answers := map[string]string{} // path → body; "" redirects, none is 404
	answer := func(w http.ResponseWriter, r *http.Request) {
		body, ok := answers[r.URL.Path]
		switch {
		case !ok:
			http.NotFound(w, r)
		case strings.HasPrefix(body, "http"):
			http.Redirect(w, r, body, http.StatusFound)
		case body == "":
			w.WriteHeader(http.StatusInternalServerError)
		default:
			fmt.Fprint(w, body)
		}
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(answer))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	plain := httptest.NewServer(http.HandlerFunc(answer))
	defer plain.Close()
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	const here, versions = "/.well-known/matrix/client", "/_matrix/client/versions"
	const good = `{"versions":["r0.6.1","v1.1","v1.12"]}`
	name := server.Listener.Addr().String()
	said := func(base string) string { return fmt.Sprintf(`{"m.homeserver":{"base_url":%q}}`, base) }
	for _, test := range []struct {
		configured string
		answers    map[string]string
		want       string // the address, or what is wrong
	}{
		{"", map[string]string{here: said(server.URL + "/"), versions: good}, server.URL},
		{"", map[string]string{here: said(server.URL + "/base"), "/base" + versions: good}, server.URL + "/base"},
		{"", map[string]string{versions: good}, server.URL}, // no .well-known: the server itself
		{"", map[string]string{here: server.URL + "/other", "/other": said(server.URL), versions: good}, server.URL},
		{server.URL, map[string]string{versions: good, here: "nonsense"}, server.URL},
		{plain.URL, map[string]string{versions: good}, plain.URL},

		{"", nil, name + " has no https://" + name + here + ", and what answers at https://" + name + " is not a homeserver of Matrix: set matrix.homeserver"},
		{"", map[string]string{here: ""}, "answered 500: set matrix.homeserver"},
		{"", map[string]string{here: "nonsense"}, "does not name a homeserver: set matrix.homeserver"},
		{"", map[string]string{here: "{}"}, "does not name a homeserver: set matrix.homeserver"},
		{"", map[string]string{here: said("http://matrix.example.org")}, `names "http://matrix.example.org" as the homeserver, which is no https address`},
		{"", map[string]string{here: said("https://user:pass@matrix.example.org")}, "which is no https address"},
		{"", map[string]string{here: "http://192.0.2.1/", versions: good}, "answered 302: set matrix.homeserver"},
		{"", map[string]string{here: said(server.URL)}, "what answers at " + server.URL + " is not a homeserver of Matrix"},
		{"", map[string]string{here: said(server.URL), versions: "{}"}, "is not a homeserver of Matrix"},
		{"", map[string]string{here: said(server.URL), versions: `{"versions":["r0.6.1"]}`}, "is too old: it speaks Matrix up to r0.6.1, and we need v1.1"},
		{"http://" + nobody.Addr().String(), nil, "cannot be reached: dial tcp"},
		{"http://example.org", nil, "http://example.org is no https address, and a password is not sent where others may listen"},
		{"https://no-such-host.invalid", nil, "https://no-such-host.invalid cannot be reached: "},
	} {
		clear(answers)
		maps.Copy(answers, test.answers)
		got, err := findHomeserver(t.Context(), id.UserID("@attache:"+name), test.configured, server.Client().Transport)
		if err == nil && got != test.want || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q %v: %s, %v\nwant %s", test.configured, test.answers, got, err, test.want)
		}
	}
	_, err = findHomeserver(t.Context(), id.UserID("@attache:"+name), server.URL, http.DefaultTransport)
	refusal(t, err, "the certificate of "+server.URL+" is not valid: ")
}

// What goes wrong with a call is a sentence, and quotes no more than it must.
func TestSentence(t *testing.T) {
	answered := func(status int, code, text string) error {
		err := mautrix.HTTPError{Response: &http.Response{StatusCode: status, Header: http.Header{}}, ResponseBody: text}
		if code != "" {
			err.RespError = &mautrix.RespError{ErrCode: code, Err: text}
		}
		return err
	}
	for _, test := range []struct {
		err  error
		want string
	}{
		{answered(401, "M_UNKNOWN_TOKEN", "?"), "the homeserver does not know our login any more"},
		{answered(403, "M_USER_SUSPENDED", "?"), remedies["M_USER_SUSPENDED"]},
		{answered(403, "M_FORBIDDEN", "You\nshall not\u202e pass"), "the homeserver refuses it: You shall not pass (M_FORBIDDEN)"},
		{answered(429, "M_LIMIT_EXCEEDED", ""), "the homeserver asks to wait: try again in 5s"},
		{answered(502, "", "<html>"), "the homeserver at https://a.example answered 502"},
		{mautrix.HTTPError{WrappedError: &url.Error{Op: "Get", URL: "https://a.example/x?y", Err: errors.New("connection reset")}}, "https://a.example cannot be reached: connection reset"},
		{mautrix.HTTPError{WrappedError: &net.DNSError{Name: "a.example"}}, "https://a.example cannot be reached: there is no host a.example"},
		{mautrix.HTTPError{WrappedError: &url.Error{Err: &net.OpError{Op: "read", Err: timeout{}}}}, "https://a.example did not answer in time"},
		{mautrix.HTTPError{}, "https://a.example did not answer"},
		{fmt.Errorf("loading: %w", errors.New("no such file")), "loading: no such file"},
	} {
		if got := sentence("https://a.example", test.err); got != test.want {
			t.Errorf("%v: %q, want %q", test.err, got, test.want)
		}
	}
}

type timeout struct{}

func (timeout) Error() string   { return "i/o timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }
