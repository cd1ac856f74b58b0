package matrix

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"attache/bot/matrix/matrixtest"
)

func withToken(token string) func(*LoginOptions) { return func(o *LoginOptions) { o.Token = token } }
func bySSO(o *LoginOptions)                      { o.SSO = true }

// ways makes the homeserver say that these are its ways to log in.
func (a *arrival) ways(names ...string) {
	a.proxy.Fail("loginFlows", -1, matrixtest.Answer(`{"flows":[{"type":"`+strings.Join(names, `"},{"type":"`)+`"}]}`))
}

var ssoPage = regexp.MustCompile(`(http\S+/_matrix/client/v3/login/sso/redirect\?\S+)`)

// browse is a browser that goes to the page that was told, logs in there and is
// sent back with a token; what others send first changes nothing.
func (a *arrival) browse(t *testing.T, token string) {
	a.heard = func(_ context.Context, text string) {
		m := ssoPage.FindString(text)
		if m == "" {
			return
		}
		page, err := url.Parse(m)
		if err != nil {
			t.Error(err)
			return
		}
		back := page.Query().Get("redirectUrl")
		where, err := url.Parse(back)
		if err != nil || where.Scheme != "http" || where.Hostname() != "127.0.0.1" || len(where.Path) < 20 {
			t.Errorf("sent back to %q: %v", back, err)
			return
		}
		go func() {
			for _, other := range []struct{ url, host string }{
				{"http://" + where.Host + "/?loginToken=evil", where.Host},
				{"http://" + where.Host + "/login/?loginToken=evil", where.Host},
				{back, where.Host},
				{back + "?loginToken=evil", "evil.example"},
			} {
				if status, _ := visit(t, other.url, other.host); status != http.StatusNotFound {
					t.Errorf("%v is answered %d", other, status)
				}
			}
			status, text := visit(t, back+"?loginToken="+token, where.Host)
			if status != http.StatusOK || !strings.Contains(text, "can be closed") {
				t.Errorf("the browser is shown %d %s", status, text)
			}
		}()
	}
}

func visit(t *testing.T, address, host string) (status int, text string) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	req.Host = host
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}

// A browser brings the token of a login at the homeserver's page, and only the
// right address takes it.
func TestLoginSSO(t *testing.T) {
	a := newArrival(t)
	refusal(t, a.logIn(t, bySSO), "the homeserver has no login by its web page")
	a.ways("m.login.sso", "m.login.token")
	refusal(t, a.logIn(t, withPassword("x")), "takes no password: log in with --sso")
	a.browse(t, "evil")
	refusal(t, a.logIn(t, bySSO), "does not take what its own page has sent")
	for _, how := range [][]func(*LoginOptions){{bySSO}, {onceMore, newIdentity}} { // where there is no other way it need not be asked for
		a.browse(t, a.server.LoginToken(t, a.account))
		a.answers = []string{a.account.Password} // the homeserver wants that for another identity
		l := a.must(t, how...)
		shows(t, a.last, "Open this address in a browser", "within 5 minutes", "ssh -L", "Logged in as", "trusts this device")
		if got := a.devices(t); len(got) != 1 || got[0] != l.Device {
			t.Errorf("devices %s, and the login is of %s", got, l.Device)
		}
	}
	if len(a.asked) != 1 {
		t.Errorf("asked for %q", a.asked)
	}
	other := a.server.Account(t, "other")
	a.browse(t, a.server.LoginToken(t, other))
	refusal(t, a.logIn(t, bySSO, onceMore), "that login is of "+other.User.String()+", and not of "+a.account.User.String())
	if strings.Contains(a.check(t), "BAD") {
		t.Error("the login of another has changed ours")
	}
}

// The token of a session does where it was made for us alone.
func TestLoginToken(t *testing.T) {
	a := newArrival(t)
	made := logIn(t, a.proxy.URL, a.account, "")
	a.answers = []string{a.account.Password}
	l := a.must(t, withToken(made.Token))
	if l.Device != made.Device || l.Token != made.Token {
		t.Errorf("device %s, want %s", l.Device, made.Device)
	}
	shows(t, a.check(t), "ok   trust")
	a.must(t, withToken(made.Token))
	shows(t, a.last, "Already logged in")

	refusal(t, a.logIn(t, withToken("nonsense")), "does not know that access token")
	refusal(t, a.logIn(t, withToken("mat_nonsense")), "good for some minutes only", "mas-cli manage issue-compatibility-token")
	second := logIn(t, a.proxy.URL, a.account, "")
	refusal(t, a.logIn(t, withToken(second.Token)), "that login is of the device "+second.Device.String(), "the keys in ", "of the device "+l.Device.String())
	refusal(t, a.logIn(t, withToken(a.alice.Client.AccessToken)), "that login is of "+a.alice.User.String()+", and not of")
	if got := a.login(t); got.Token != l.Token || strings.Contains(a.check(t), "BAD") {
		t.Errorf("what was refused has changed the login")
	}

	a.lose(t)
	refusal(t, a.logIn(t, withToken(made.Token)), "the device "+made.Device.String()+" has used encryption before", "its keys are not in ", "--sso")
	shows(t, a.check(t), "BAD  login: there is no login to Matrix yet")
}

// The homeserver may want to be told again who we are before the account gets an
// identity: by the password, or at a page.
func TestLoginProof(t *testing.T) {
	a := newArrival(t)
	made := logIn(t, a.proxy.URL, a.account, "")
	const page = `{"flows":[{"stages":["m.oauth"]}],"params":{"m.oauth":{"url":"https://account.example/reset"}},"session":"s1"}`
	ask := func(n int) {
		a.proxy.Fail("keys/device_signing/upload", n, matrixtest.Status(http.StatusUnauthorized, page))
	}
	ask(1)
	refusal(t, a.logIn(t, withToken(made.Token)), "nobody is here to say that it is done: run attache matrix login at a terminal")
	shows(t, a.last, "Open this in a browser:\n\n    https://account.example/reset\n")
	a.done = func(string) {}
	ask(2)
	refusal(t, a.logIn(t), "has not heard that somebody agreed", "press Enter only when its page says that all is done")
	ask(1)
	a.must(t)
	shows(t, a.last, "https://account.example/reset", "has an identity now", "trusts this device")
	if len(a.keys) != 1 {
		t.Errorf("%d recovery keys", len(a.keys))
	}
	shows(t, a.check(t), "ok   trust", "ok   key backup")

	a.answers = []string{"wrong", a.account.Password}
	a.must(t, newIdentity)
	shows(t, a.last, "does not take that password", "has a new identity", "trusts this device")
	refusal(t, a.logIn(t, newIdentity, withPassword("wrong")), "does not take the password of "+a.account.User.String())
	a.must(t, withKey(a.keys[1])) // what was refused has changed nothing
	if strings.Contains(a.check(t), "BAD") {
		t.Error("a login that was refused broke something")
	}
}

// What is wrong is said in a sentence, and leaves no login behind.
func TestLoginRefused(t *testing.T) {
	a := newArrival(t)
	other := a.server.Account(t, "other")
	page := httptest.NewServer(http.NotFoundHandler())
	defer page.Close()
	at := func(address string) func(*LoginOptions) { return func(o *LoginOptions) { o.Homeserver = address } }
	for _, test := range []struct {
		how     []func(*LoginOptions)
		answers []string
		want    string
	}{
		{nil, nil, "no password of " + a.account.User.String() + " was given"},
		{nil, []string{""}, "no password of " + a.account.User.String() + " was given"},
		{[]func(*LoginOptions){withPassword("wrong")}, nil, "does not take the password of " + a.account.User.String()},
		{nil, []string{"wrong", "wrong", "wrong", a.account.Password}, "does not take the password of " + a.account.User.String()},
		{nil, []string{"wrong"}, "does not take the password of " + a.account.User.String()},
		{[]func(*LoginOptions){withPassword(a.account.Password), func(o *LoginOptions) { o.User = string(other.User) }}, nil, "does not take the password of " + other.User.String()},
		{[]func(*LoginOptions){at("http://127.0.0.1:1")}, nil, "http://127.0.0.1:1 cannot be reached: dial tcp 127.0.0.1:1: connect: connection refused"},
		{[]func(*LoginOptions){at(page.URL)}, nil, "what answers at " + page.URL + " is not a homeserver of Matrix"},
		{[]func(*LoginOptions){at("http://192.0.2.1")}, nil, "no https address, and a password is not sent where others may listen"},
		{[]func(*LoginOptions){at("https://does-not-exist.invalid")}, nil, "https://does-not-exist.invalid cannot be reached: "},
	} {
		a.answers = test.answers
		refusal(t, a.logIn(t, test.how...), test.want)
		if _, err := a.open(t).login(t.Context()); !errors.Is(err, errNoLogin) {
			t.Errorf("%s: and left a login behind: %v", test.want, err)
		}
	}
	a.ways("m.login.oauth", "org.example")
	refusal(t, a.logIn(t), "lets nobody in by a password or by its web page", "--token-file")
	a.proxy.Fail("loginFlows", 1, matrixtest.Refuse("M_UNRECOGNIZED", 404))
	refusal(t, a.logIn(t), "lets nobody in by a password or by its web page")
	a.proxy.Heal()
	a.proxy.Fail("login", 1, matrixtest.Refuse("M_USER_DEACTIVATED", 403))
	refusal(t, a.logIn(t, withPassword(a.account.Password)), "logging in: the account has been deactivated")
	a.proxy.Fail("login", 1, matrixtest.Status(502, "<html>"+a.account.Password))
	refusal(t, a.logIn(t, withPassword(a.account.Password)), "logging in: the homeserver at "+a.proxy.URL+" answered 502")
	a.proxy.Fail("login", 1, matrixtest.CutBefore())
	refusal(t, a.logIn(t, withPassword(a.account.Password)), "logging in: "+a.proxy.URL+" cannot be reached: EOF")
	a.proxy.Fail("login", 1, matrixtest.Limit(2*time.Minute))
	refusal(t, a.logIn(t, withPassword(a.account.Password)), "the homeserver asks to wait: try again in 2m0s")
	a.proxy.Fail("login", 1, matrixtest.Refuse("M_STRANGE", 400))
	refusal(t, a.logIn(t, withPassword(a.account.Password)), "logging in: the homeserver refuses it: ", "(M_STRANGE)")

	a.must(t, withPassword(a.account.Password))
	a.account, other = other, a.account
	refusal(t, a.logIn(t, withPassword(a.account.Password)), "has the login of "+other.User.String()+", and matrix.user is "+a.account.User.String())
	shows(t, a.check(t), "BAD  login: ", "has the login of "+other.User.String()+", and matrix.user is ")
	a.account = other
	device, err := OpenDevice(t.Context(), a.file, strings.Repeat("k", 32))
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	refusal(t, a.logIn(t, func(o *LoginOptions) { o.Device = device }), "put back the matrix.store_key")
}

// Where the homeserver asks to wait it is waited for, and what was cut in two is
// finished by the next login.
func TestLoginPatient(t *testing.T) {
	a := newArrival(t)
	for _, name := range []string{"login", "keys/upload", "keys/query", "keys/device_signing/upload", "keys/signatures/upload", "account_data", "room_keys"} {
		a.proxy.Fail(name, 2, matrixtest.Limit(10*time.Millisecond))
	}
	a.proxy.Fail("keys/query", 1, matrixtest.LimitHeader(time.Second))
	l := a.must(t, withPassword(a.account.Password))
	if strings.Count(a.last, "asks to wait") != 2 || len(a.keys) != 1 || l.Backup == nil { // before the login, and with it
		t.Errorf("%d recovery keys, told:\n%s", len(a.keys), a.last)
	}
	if a.proxy.Calls("login") != 3 {
		t.Errorf("%d calls of login", a.proxy.Calls("login"))
	}
}

// However a login is cut short, the next one goes on from there, with the same
// device.
func TestLoginCut(t *testing.T) {
	a := newArrival(t)
	cut := func(name, want string, how ...func(*LoginOptions)) {
		t.Helper()
		a.proxy.Fail(name, 1, matrixtest.Cut(0))
		refusal(t, a.logIn(t, how...), want)
		a.proxy.Heal()
	}
	cut("login", "logging in: ", withPassword(a.account.Password))
	cut("keys/upload", "loading the keys of the device: ", withPassword(a.account.Password))
	a.proxy.Fail("keys/device_signing/upload", 1, matrixtest.Cut(0)) // which is said again
	cut("keys/signatures/upload", "signing the device: ")
	if len(a.keys) != 1 {
		t.Fatalf("%d recovery keys", len(a.keys))
	}
	a.proxy.Fail("room_keys", 1, matrixtest.Pass())
	cut("room_keys", "beginning a backup of keys: ", withKey(a.keys[0]))
	a.must(t, withKey(a.keys[0]))
	if strings.Contains(a.check(t), "BAD") {
		t.Error("something is missing")
	}
	if got := a.devices(t); len(got) != 1 {
		t.Errorf("devices %s", got)
	}
}

// Programs have no secrets in what they print, whatever the homeserver answers.
func TestLoginHush(t *testing.T) {
	n := &newcomer{LoginOptions: LoginOptions{Password: "pass", Token: "tok", RecoveryKey: "EsTd"}, login: login{Token: "syt"}, session: "sso"}
	if got := n.hush("pass tok EsTd syt sso and words"); got != "… … … … … and words" {
		t.Errorf("%s", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if !Encryption {
		return
	}
	a := newArrival(t)
	err := LogIn(ctx, LoginOptions{Device: a.open(t), User: string(a.account.User), Homeserver: a.proxy.URL, Operator: a, Transport: http.DefaultTransport})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
}
