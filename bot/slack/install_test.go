package slack

import (
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const sealKey = "not a secret, but thirty-two bytes and more"

// mint is the part of Slack that gives tokens and takes them back, saying
// what it is told to: the peers have neither organisations nor rotation, and
// auth.revoke neither.
type mint struct {
	*httptest.Server
	mu      sync.Mutex
	grant   string   // what oauth.v2.access answers
	asked   []string // the codes
	revoked []string // the tokens
}

const grantT01 = `{"ok":true,"access_token":"xoxb-secret-T01","token_type":"bot","scope":"commands","bot_user_id":"U0BOT","app_id":"A01",` +
	`"team":{"id":"T01","name":"Ministry <b>of</b> Ärger"},"enterprise":null,"is_enterprise_install":false,"authed_user":{"id":"U01"}}`

func openMint(t *testing.T) *mint {
	m := &mint{grant: grantT01}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		defer m.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/api/oauth.v2.access":
			if r.FormValue("client_id") != "1.2" || r.FormValue("client_secret") != "a client secret" || !strings.HasSuffix(r.FormValue("redirect_uri"), redirectPath) {
				io.WriteString(w, `{"ok":false,"error":"bad_client_secret"}`)
				return
			}
			m.asked = append(m.asked, r.FormValue("code"))
			io.WriteString(w, m.grant)
		case "/api/auth.revoke":
			m.revoked = append(m.revoked, r.FormValue("token"))
			io.WriteString(w, `{"ok":true,"revoked":true}`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(m.Close)
	return m
}

// installOptions are those of a Slack that workspaces install.
func installOptions(t *testing.T, api string) Options {
	return Options{
		URL: "http://attache.example", ClientID: "1.2", ClientSecret: "a client secret", TokenKey: sealKey,
		API: api, Store: openStore(t),
	}
}

// browser keeps cookies and follows nothing.
type browser struct{ http.Client }

func newBrowser() *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) get(t *testing.T, address string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := b.Do(r)
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

// begin begins an installation, and returns the state that Slack would send
// back.
func (b *browser) begin(t *testing.T, address string) string {
	t.Helper()
	resp, body := b.get(t, address+installPath)
	to, err := resp.Location()
	if err != nil {
		t.Fatalf("%s: %v\n%s", resp.Status, err, body)
	}
	return to.Query().Get("state")
}

// come is what Slack sends a browser back to.
func come(address, state, code string) string {
	return address + redirectPath + "?" + url.Values{"state": {state}, "code": {code}}.Encode()
}

func TestInstallBegins(t *testing.T) {
	for _, test := range []struct{ url, api, to, redirect, path string }{
		{"https://alerts.example.org", "", "https://slack.com/oauth/v2/authorize", "https://alerts.example.org/slack/oauth_redirect", "/slack"},
		{"https://example.org/attache/", "https://slack-gov.com/api/", "https://slack-gov.com/oauth/v2/authorize", "https://example.org/attache/slack/oauth_redirect", "/attache/slack"},
		{"http://127.0.0.1:8480", "http://127.0.0.1:14003/api/", "http://127.0.0.1:14003/oauth/v2/authorize", "http://127.0.0.1:8480/slack/oauth_redirect", "/slack"},
	} {
		o := installOptions(t, test.api)
		o.URL = test.url
		_, address, _ := serveSlack(t, o)
		resp, _ := newBrowser().get(t, address+installPath)
		to, err := resp.Location()
		if err != nil || resp.StatusCode != http.StatusFound {
			t.Fatalf("%s answered %s, %v", test.url, resp.Status, err)
		}
		query := to.Query()
		if to.RawQuery = ""; to.String() != test.to || query.Get("redirect_uri") != test.redirect || query.Get("client_id") != "1.2" {
			t.Errorf("%s sends to %s with %v, want %s", test.url, to, query, test.to)
		}
		if scopes := strings.Split(query.Get("scope"), ","); len(scopes) != len(Scopes) || scopes[0] != Scopes[0].Name || query.Has("client_secret") {
			t.Errorf("it asks for %q", query.Get("scope"))
		}
		c := resp.Cookies()[0]
		if c.Value != query.Get("state") || c.Path != test.path || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 600 ||
			c.Secure != strings.HasPrefix(test.url, "https:") || c.Domain != "" {
			t.Errorf("%s sets the cookie %s", test.url, c)
		}
		if resp.Header.Get("Cache-Control") != "no-store" {
			t.Error("the way to Slack may be kept")
		}
	}
}

func TestInstallStatesDiffer(t *testing.T) {
	_, address, _ := serveSlack(t, installOptions(t, ""))
	seen := map[string]bool{}
	for range 100 {
		seen[newBrowser().begin(t, address)] = true
	}
	if len(seen) != 100 {
		t.Errorf("%d states for 100 browsers", len(seen))
	}
}

func TestInstallWants(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"no address":       func(o *Options) { o.URL = "" },
		"half an address":  func(o *Options) { o.URL = "alerts.example.org" },
		"another scheme":   func(o *Options) { o.URL = "javascript://alerts.example.org" },
		"no client secret": func(o *Options) { o.ClientSecret = "" },
		"no store":         func(o *Options) { o.Store = nil },
		"no token key":     func(o *Options) { o.TokenKey = "" },
		"a short key":      func(o *Options) { o.TokenKey = "secret-but-short" },
		"no api":           func(o *Options) { o.API = "/api/" },
	} {
		o := installOptions(t, "")
		change(&o)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		o.Listener, o.SigningSecret = l, doorSecret
		s, err := New(o)
		if err != nil {
			l.Close()
			continue // said even sooner
		}
		if err := s.serve(t.Context()); err == nil || strings.Contains(err.Error(), "secret-but-short") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: the listener is left open", name)
		}
	}
}

// TestInstall goes the whole way, and again after a restart.
func TestInstall(t *testing.T) {
	m, l := openMint(t), &logs{}
	o := installOptions(t, m.URL+"/api/")
	o.Log = logger(l)
	s, address, _ := serveSlack(t, o)
	b := newBrowser()
	state := b.begin(t, address)
	resp, page := b.get(t, come(address, state, "code-of-gold"))
	if resp.StatusCode != http.StatusOK || !strings.Contains(page, "Ministry &lt;b&gt;of&lt;/b&gt; Ärger") ||
		!strings.Contains(page, "/invite</code> and its name") || !strings.Contains(page, "/attache help") {
		t.Errorf("the page is %s\n%s", resp.Status, page)
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
		"Cache-Control":           "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Content-Type": "text/html; charset=utf-8",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if c := resp.Cookies(); len(c) != 1 || c[0].MaxAge >= 0 || c[0].Path != "/slack" {
		t.Errorf("the cookie is left: %v", c)
	}
	if w := s.workspaces["T01"]; w == nil || w.Token != "xoxb-secret-T01" || w.BotUser != "U0BOT" || w.Name != "Ministry <b>of</b> Ärger" {
		t.Errorf("the workspace that can be spoken to is %+v", w)
	}
	for _, secret := range []string{"xoxb-secret", "code-of-gold", "a client secret", state} {
		if strings.Contains(page, secret) || strings.Contains(l.String(), secret) {
			t.Errorf("%q is in the page or in the log:\n%s\n%s", secret, page, l)
		}
	}
	kept, err := o.Store.Kept(t.Context(), "slack")
	if err != nil || len(kept) != 1 || len(kept["team/T01"]) == 0 || strings.Contains(string(kept["team/T01"]), "xoxb") {
		t.Errorf("kept is %q, %v", kept, err)
	}

	again, err := New(s.o)
	if err != nil {
		t.Fatal(err)
	}
	list, err := again.installations(t.Context())
	if err != nil || len(list) != 1 || list[0] != s.workspaces["T01"].installation {
		t.Errorf("after a restart there are %d workspaces, %v", len(list), err)
	}
	if err := again.forget(t.Context(), "T01"); err != nil {
		t.Error(err)
	}
	if err := again.forget(t.Context(), "T01"); err != nil {
		t.Errorf("forgotten again: %v", err)
	}
	if list, err := again.installations(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("after it was forgotten there are %d workspaces, %v", len(list), err)
	}
}

func TestInstallRefusesStates(t *testing.T) {
	m := openMint(t)
	_, address, _ := serveSlack(t, installOptions(t, m.URL+"/api/"))
	_, other, _ := serveSlack(t, func() Options { o := installOptions(t, m.URL+"/api/"); o.TokenKey += "!"; return o }())
	cookie := func(value string) string { return "attache_install=" + value }
	good := newBrowser().begin(t, address)
	foreign := newBrowser().begin(t, other)
	flipped := []byte(good)
	flipped[3] ^= 1
	raw, _ := base64.RawURLEncoding.DecodeString(good)
	later := slices.Clone(raw)
	later[nonceSize+6]++ // it would be good for longer
	for name, test := range map[string]struct{ cookie, state string }{
		"no cookie":       {"", good},
		"an empty cookie": {cookie(""), ""},
		"another cookie":  {cookie(newBrowser().begin(t, address)), good},
		"no state":        {cookie(good), ""},
		"another state":   {cookie(good), newBrowser().begin(t, address)},
		"forged in both":  {cookie(string(flipped)), string(flipped)},
		"longer":          {cookie(base64.RawURLEncoding.EncodeToString(later)), base64.RawURLEncoding.EncodeToString(later)},
		"cut":             {cookie(good[:40]), good[:40]},
		"no base64":       {cookie("!!!"), "!!!"},
		"another key's":   {cookie(foreign), foreign},
		"another name":    {"install=" + good, good},
	} {
		r, err := http.NewRequest(http.MethodGet, come(address, test.state, "code"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if test.cookie != "" {
			r.Header.Set("Cookie", test.cookie)
		}
		if resp, page := send(t, r); resp.StatusCode != http.StatusBadRequest || !strings.Contains(page, "not begun in this browser") || !strings.Contains(page, `href="http://attache.example/slack/install"`) {
			t.Errorf("%s answered %s\n%s", name, resp.Status, page)
		}
	}
	if len(m.asked) != 0 {
		t.Errorf("Slack was asked about %q", m.asked)
	}

	// The good one is still good, once, even where the cookie is put back.
	for _, want := range []int{200, 400} {
		r, err := http.NewRequest(http.MethodGet, come(address, good, "code"), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Cookie", cookie(good))
		if resp, page := send(t, r); resp.StatusCode != want {
			t.Errorf("the good state answered %s, want %d\n%s", resp.Status, want, page)
		}
	}
	if len(m.asked) != 1 {
		t.Errorf("Slack was asked %d times, want once", len(m.asked))
	}
}

func TestInstallStateExpires(t *testing.T) {
	s, err := New(Options{ClientID: "1.2", Listener: loopback(t), SigningSecret: "s", ClientSecret: "s", URL: "https://a.example", TokenKey: sealKey, Store: openStore(t)})
	if err != nil {
		t.Fatal(err)
	}
	i, err := s.installer()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	state := i.state(now)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(&http.Cookie{Name: i.cookie.Name, Value: state})
	if err := i.check(r, state, now.Add(stateTime)); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("after %s: %v", stateTime, err)
	}
	if err := i.check(r, state, now.Add(stateTime-time.Second)); err != nil {
		t.Errorf("just before: %v", err)
	}
}

// TestInstallPeeked asks as a program does that looks where a link goes.
func TestInstallPeeked(t *testing.T) {
	m := openMint(t)
	_, address, _ := serveSlack(t, installOptions(t, m.URL+"/api/"))
	for _, method := range []string{"HEAD", "POST", "PUT"} {
		for _, path := range []string{installPath, redirectPath} {
			r, err := http.NewRequest(method, address+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if resp, _ := send(t, r); resp.StatusCode != http.StatusNotFound || len(resp.Cookies()) != 0 {
				t.Errorf("%s %s answered %s", method, path, resp.Status)
			}
		}
	}
}

func TestInstallRefusesGrants(t *testing.T) {
	m, l := openMint(t), &logs{}
	o := installOptions(t, m.URL+"/api/")
	o.Log, o.Teams = logger(l), []string{"T01", "T02"}
	s, address, _ := serveSlack(t, o)
	grant := func(change string) string { return strings.Replace(grantT01, `"enterprise":null`, change, 1) }
	for _, test := range []struct {
		name, grant string
		status      int
		says        string
		revokes     bool
	}{
		{"a whole organisation", `{"ok":true,"access_token":"xoxb-secret-E01","bot_user_id":"U0","team":null,"enterprise":{"id":"E01"},"is_enterprise_install":true}`, 403, "one workspace at a time", true},
		{"an organisation's workspace for all", strings.Replace(grantT01, `install":false`, `install":true`, 1), 403, "one workspace at a time", true},
		{"not on the list", strings.Replace(grantT01, `"T01"`, `"T0EVIL"`, 1), 403, "its id is T0EVIL", true},
		{"rotation", grant(`"expires_in":43200,"refresh_token":"xoxe-secret"`), 403, "token rotation", true},
		{"no bot user", strings.Replace(grantT01, `"U0BOT"`, `""`, 1), 403, "no token", true},
		{"no token", strings.Replace(grantT01, `xoxb-secret-T01`, ``, 1), 403, "no token", false},
		{"the code was used", `{"ok":false,"error":"invalid_code"}`, 502, "did not give Attaché its token", false},
		{"no JSON", `<html>xoxb-secret</html>`, 502, "did not give Attaché its token", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			m.mu.Lock()
			m.grant, m.revoked = test.grant, nil
			m.mu.Unlock()
			b := newBrowser()
			resp, page := b.get(t, come(address, b.begin(t, address), "code-of-gold"))
			if resp.StatusCode != test.status || !strings.Contains(page, test.says) || !strings.Contains(page, "Not installed") {
				t.Errorf("answered %s\n%s", resp.Status, page)
			}
			if got := len(m.revoked) == 1 && strings.HasPrefix(m.revoked[0], "xoxb-secret"); got != test.revokes {
				t.Errorf("revoked %q", m.revoked)
			}
			if strings.Contains(page, "xox") || strings.Contains(l.String(), "xox") || strings.Contains(l.String(), "code-of-gold") {
				t.Errorf("a secret is in the page or in the log:\n%s\n%s", page, l)
			}
		})
	}
	if kept, err := o.Store.Kept(t.Context(), "slack"); err != nil || len(kept) != 0 || len(s.workspaces) != 0 {
		t.Errorf("kept is %q, %v; spoken to %v", slices.Collect(maps.Keys(kept)), err, s.workspaces)
	}
}

func TestInstallDenied(t *testing.T) {
	m, l := openMint(t), &logs{}
	o := installOptions(t, m.URL+"/api/")
	o.Log = logger(l)
	_, address, _ := serveSlack(t, o)
	for said, want := range map[string]struct {
		status int
		says   string
	}{
		"access_denied":           {200, "nothing has changed"},
		"<script>purple</script>": {502, "did not let Attaché in"},
	} {
		b := newBrowser()
		resp, page := b.get(t, come(address, b.begin(t, address), "")+"&error="+url.QueryEscape(said))
		if resp.StatusCode != want.status || !strings.Contains(page, want.says) || strings.Contains(page, "purple") {
			t.Errorf("%s answered %s\n%s", said, resp.Status, page)
		}
	}
	if strings.Contains(l.String(), "purple") || len(m.asked) != 0 {
		t.Errorf("asked %q; the log:\n%s", m.asked, l)
	}
}
