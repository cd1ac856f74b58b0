package matrixtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// Proxy stands between a client and its homeserver. It may be used from any
// goroutine.
type Proxy struct {
	URL string // http://127.0.0.1:1234

	t      testing.TB
	peer   string // the homeserver's URL
	addr   string
	client *http.Client
	ctx    context.Context // until the test ends
	calls  sync.WaitGroup

	door   sync.Mutex // held while it goes down or up
	server *http.Server

	mu     sync.Mutex
	faults map[string][]planned
	pace   struct {
		perSecond float64
		burst     int
		buckets   map[string]*rate.Limiter // by user
		users     map[string]string        // by token
	}
	record record
}

// NewProxy starts a proxy before the homeserver at url. It ends with the test.
func NewProxy(t testing.TB, url string) *Proxy {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p := &Proxy{t: t, peer: url, ctx: ctx, faults: map[string][]planned{}, record: newRecord()}
	p.pace.users = map[string]string{}
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}
	p.client = &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       2 * time.Minute,
	}
	var err error
	if p.addr, err = freeAddr(); err == nil {
		err = p.listen()
	}
	if err != nil {
		t.Fatalf("the proxy: %v", err)
	}
	p.URL = "http://" + p.addr
	t.Cleanup(func() {
		p.mu.Lock() // see enter
		cancel()
		p.mu.Unlock()
		p.Down(true)
		p.calls.Wait()
		transport.CloseIdleConnections()
	})
	return p
}

// Down closes all connections and refuses new ones, as a machine does on which
// nothing listens; Down(false) ends that. What the homeserver is at work on goes
// on there.
func (p *Proxy) Down(down bool) {
	p.t.Helper()
	p.door.Lock()
	defer p.door.Unlock()
	switch {
	case down && p.server != nil:
		p.server.Close()
		p.server = nil
	case !down && p.server == nil:
		if err := p.listen(); err != nil {
			p.t.Errorf("the proxy: %v", err)
		}
	}
}

func (p *Proxy) listen() error {
	l, err := net.Listen("tcp", p.addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(p.serve)}
	p.server = server
	p.calls.Go(func() { _ = server.Serve(l) }) // until it is closed
	return nil
}

// enter counts a call in, unless the test has ended.
func (p *Proxy) enter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx.Err() != nil {
		return false
	}
	p.calls.Add(1)
	return true
}

func (p *Proxy) serve(w http.ResponseWriter, h *http.Request) {
	if !p.enter() {
		return
	}
	defer p.calls.Done()
	body, err := io.ReadAll(h.Body)
	if err != nil {
		return // who called has gone, before it had said what it wants
	}
	r := parse(h, body)
	p.count(r)
	f := p.fault(r)
	switch {
	case f.before:
		p.hangUp(w, r, nil)
		return
	case f.hang:
		p.sleep(h, time.Hour)
		return
	case f.answer != nil:
		p.say(w, r, f.answer)
		return
	}
	a := p.paced(r)
	if a == nil {
		// A sync may last; it ends when nobody waits for it any more. Everything
		// else is worked to its end, whether or not who called has gone.
		ctx := p.ctx
		if r.Name == "sync" && !f.cut {
			ctx = h.Context()
		}
		a, err = p.forward(ctx, h, r)
		if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
			a, err = Status(http.StatusBadGateway, "").answer, nil
		}
		if err != nil {
			p.hangUp(w, r, nil)
			return
		}
	}
	p.sleep(h, f.slow)
	if f.cut {
		p.hangUp(w, r, a.raw()[:min(f.after, len(a.raw()))])
		return
	}
	p.say(w, r, a)
}

// sleep waits, at most until who called has gone or the test ends.
func (p *Proxy) sleep(h *http.Request, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-h.Context().Done():
	case <-p.ctx.Done():
	}
}

// forward lets the homeserver work the call.
func (p *Proxy) forward(ctx context.Context, h *http.Request, r Request) (*answer, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.ctx, cancel)()
	out, err := http.NewRequestWithContext(ctx, h.Method, p.peer+h.URL.RequestURI(), bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	out.Header = h.Header.Clone()
	dropHops(out.Header)
	resp, err := p.client.Do(out)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	a := &answer{resp.StatusCode, resp.Header.Clone(), body}
	dropHops(a.header)
	a.header.Del("Content-Length")
	p.measure(r, len(a.raw()))
	p.learn(r, a)
	return a, nil
}

// dropHops drops what is between two machines and not for the third.
func dropHops(h http.Header) {
	for _, key := range []string{"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade"} {
		h.Del(key)
	}
}

// say says the answer.
func (p *Proxy) say(w http.ResponseWriter, r Request, a *answer) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // whoever called may have gone
}

// hangUp says the beginning of an answer and closes the connection.
func (p *Proxy) hangUp(w http.ResponseWriter, r Request, beginning []byte) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		p.t.Errorf("cutting %s: %v", r.Name, err)
		return
	}
	_, _ = conn.Write(beginning) // whoever called may have gone
	conn.Close()
}
