package slacktest

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// Proxy stands between an app and a peer. All of it is safe for concurrent use.
type Proxy struct {
	URL string // http://127.0.0.1:1234

	t      testing.TB
	peer   string
	client *http.Client
	rest   *httputil.ReverseProxy // for what is no call: pages of OAuth
	done   chan struct{}          // closed when the test ends

	mu        sync.Mutex
	faults    map[string][]planned
	overrides map[string][]func(form url.Values, answer map[string]any)
	scopes    string
	second    time.Duration        // of Pace
	spoke     map[string]time.Time // when each app last posted in each channel
	uses      map[string]int       // of response_urls
	members   map[string]bool      // app and channel, where the app is a member
	users     map[string][]string  // the names of an app's user, by token
	metadata  map[string]any       // of messages, by channel and ts
	homes     map[string]any       // the view of the Home tab, by user
	record    record
	sockets   sockets
}

// NewProxy starts a proxy before the peer at url, until the end of the test.
func NewProxy(t testing.TB, peer string) *Proxy {
	t.Helper()
	target, err := url.Parse(peer)
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{
		t: t, peer: peer, done: make(chan struct{}), rest: httputil.NewSingleHostReverseProxy(target),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: time.Minute},
		faults: map[string][]planned{}, overrides: map[string][]func(url.Values, map[string]any){},
		spoke: map[string]time.Time{}, uses: map[string]int{}, members: map[string]bool{}, users: map[string][]string{},
		metadata: map[string]any{}, homes: map[string]any{}, record: record{lengths: map[string]int{}},
	}
	p.sockets.init()
	server := httptest.NewServer(p)
	p.URL = server.URL
	t.Cleanup(func() {
		close(p.done)
		p.CutSockets()
		server.Close()
		p.client.CloseIdleConnections()
	})
	return p
}

// API is the address for slack.OptionAPIURL.
func (p *Proxy) API() string { return p.URL + "/api/" }

// Override changes what Slack answers to a method: f gets what was said, and
// the answer to change. Overrides of a method are asked one after the other.
func (p *Proxy) Override(method string, f func(form url.Values, answer map[string]any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.overrides[method] = append(p.overrides[method], f)
}

// Scopes puts the header X-OAuth-Scopes into every answer.
func (p *Proxy) Scopes(scopes ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.scopes = strings.Join(scopes, ",")
}

// ServeHTTP is Slack.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method, isCall := strings.CutPrefix(r.URL.Path, "/api/")
	if strings.HasPrefix(r.URL.Path, responsePath) {
		method, isCall = "response_url", true
	}
	switch {
	case isCall:
		p.serve(w, r, method)
	case strings.HasPrefix(r.URL.Path, "/socket/"):
		p.serveSocket(w, r)
	default:
		p.rest.ServeHTTP(w, r)
	}
}

// responsePath is where the peer takes what is said to a response_url.
const responsePath = "/_hooks/response/"

// asked is a call under way.
type asked struct {
	Request
	path        string
	contentType string
	body        []byte
}

func (p *Proxy) serve(w http.ResponseWriter, r *http.Request, method string) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // whoever called has gone
	}
	c := readCall(r, method, body)
	p.count(c.Request)
	f := p.fault(c.Request)
	switch {
	case f.before:
		p.send(w, method, &answer{}, Cut(0))
		return
	case f.answer != nil:
		p.send(w, method, f.answer, Pass())
		return
	}
	a := p.refuse(c)
	if a == nil {
		a = p.forward(c)
	}
	select {
	case <-time.After(f.slow):
	case <-p.done:
	}
	p.send(w, method, a, f)
}

// readCall reads a call, which slack-go makes as a form or as JSON.
func readCall(r *http.Request, method string, body []byte) asked {
	c := asked{Request{Method: method, Form: r.URL.Query()}, r.URL.Path, r.Header.Get("Content-Type"), body}
	if strings.HasPrefix(c.contentType, "application/json") {
		var said map[string]json.RawMessage
		_ = json.Unmarshal(body, &said) // the peer says what it thinks of that
		for key, value := range said {
			var s string
			if json.Unmarshal(value, &s) != nil {
				s = string(value)
			}
			c.Form.Set(key, s)
		}
	} else if form, err := url.ParseQuery(string(body)); err == nil {
		maps.Copy(c.Form, form)
	}
	c.Token = c.Form.Get("token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		c.Token = bearer
	}
	return c
}

// refuse is what Slack itself would refuse; nil if the peer may have it.
func (p *Proxy) refuse(c asked) *answer {
	if code := tokenFor(c.Method, c.Token); code != "" {
		return refusal(code)
	}
	if a := p.pace(c); a != nil {
		return a
	}
	if a := beyondLimits(c.Request); a != nil {
		return a
	}
	if code := p.noPlace(c.Request); code != "" {
		return refusal(code)
	}
	if code := p.spent(c); code != "" {
		a := refusal(code)
		if c.Method == "response_url" {
			a.status = http.StatusNotFound
		}
		return a
	}
	return nil
}

// tokenFor is what is wrong with calling a method with this token.
func tokenFor(method, token string) string {
	switch {
	case method == "response_url" || strings.HasPrefix(method, "oauth."):
		return ""
	case token == "":
		return "not_authed"
	case strings.HasPrefix(token, "xapp-") != (method == "apps.connections.open"):
		return "not_allowed_token_type"
	}
	return ""
}

// forward lets the peer work the call, and makes of its answer what Slack would
// have said.
func (p *Proxy) forward(c asked) *answer {
	if c.Method == "conversations.history" || c.Method == "conversations.replies" {
		c.body, c.contentType = wholeHistory(c.Form), "application/x-www-form-urlencoded"
	}
	a, err := p.ask(c)
	if err != nil {
		p.t.Logf("%s: %v", c.Method, err) // the test may be over
		return Status(http.StatusBadGateway, 0, "").answer
	}
	var said map[string]any
	if a.status != http.StatusOK || json.Unmarshal(a.body, &said) != nil || said == nil {
		return a
	}
	if said["ok"] == true {
		p.learn(c.Request, said)
		p.shape(c.Request, said)
	}
	p.mu.Lock()
	overrides, scopes := p.overrides[c.Method], p.scopes
	p.mu.Unlock()
	for _, change := range overrides {
		change(c.Form, said)
	}
	if scopes != "" {
		a.header.Set("X-OAuth-Scopes", scopes)
	}
	if a.body, err = json.Marshal(said); err != nil {
		p.t.Errorf("an override of %s: %v", c.Method, err)
	}
	return a
}

// ask puts the call to the peer.
func (p *Proxy) ask(c asked) (*answer, error) {
	r, err := http.NewRequest("POST", p.peer+c.path, bytes.NewReader(c.body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", c.contentType)
	if c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	resp, err := p.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	a := jsonAnswer(body)
	a.status = resp.StatusCode
	if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(strings.ToLower(kind), "application/json") {
		a.header.Set("Content-Type", kind)
	}
	return a, nil
}

// send says the answer, or the beginning of it.
func (p *Proxy) send(w http.ResponseWriter, method string, a *answer, f Fault) {
	raw := a.raw()
	p.measure(method, len(raw))
	if f.cut {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			p.t.Errorf("cutting %s: %v", method, err)
			return
		}
		_, _ = conn.Write(raw[:min(f.after, len(raw))]) // whoever called may have gone
		conn.Close()
		return
	}
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // whoever called may have gone
}
