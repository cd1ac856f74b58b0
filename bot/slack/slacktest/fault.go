package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Request is a call as a fault may look at it.
type Request struct {
	Method string // "chat.postMessage"
	Token  string
	Form   url.Values // what was said; values that were no strings, as JSON
}

// Fault is something that goes wrong with a call. Its zero value is nothing.
type Fault struct {
	answer *answer       // said instead of Slack's; Slack has not heard the call
	before bool          // closes the connection; Slack has not heard the call
	slow   time.Duration // before Slack's answer
	cut    bool          // closes the connection
	after  int           // bytes of Slack's answer
	choose func(Request) Fault
}

// Pass is no fault: in a row of them it lets calls through.
func Pass() Fault { return Fault{} }

// Status answers with an HTTP status; retryAfter, if it is not 0, in whole
// seconds. Slack has not heard the call. An empty body is what Slack says with
// a 429, and a page of HTML otherwise.
func Status(code int, retryAfter time.Duration, body string) Fault {
	a := &answer{status: code, header: http.Header{}, body: []byte(body)}
	if retryAfter > 0 {
		a.header.Set("Retry-After", strconv.Itoa(int((retryAfter+time.Second-1)/time.Second)))
	}
	a.header.Set("Content-Type", "text/html; charset=utf-8")
	switch {
	case code == http.StatusTooManyRequests && body == "":
		a.header.Set("Content-Type", "application/json; charset=utf-8")
		a.body = []byte(`{"ok":false,"error":"ratelimited"}`)
	case body == "":
		a.body = fmt.Appendf(nil, "<html><body>%d %s</body></html>", code, http.StatusText(code))
	}
	return Fault{answer: a}
}

// Answer answers this JSON. Slack has not heard the call.
func Answer(body string) Fault { return Fault{answer: jsonAnswer([]byte(body))} }

// Refuse answers {"ok":false,"error":code}. Slack has not heard the call.
func Refuse(code string) Fault { return Fault{answer: refusal(code)} }

// CutBefore closes the connection without a word. Slack has not heard the call.
func CutBefore() Fault { return Fault{before: true} }

// Cut lets Slack work the call, sends the first bytes of its answer (the status
// line, the header and the body, counted together) and closes the connection.
func Cut(after int) Fault { return Fault{cut: true, after: after} }

// Slow lets Slack work the call and answers when d has passed. A client that
// has gone by then hears nothing.
func Slow(d time.Duration) Fault { return Fault{slow: d} }

// Choose is whatever f says about the call. It is asked by one call at a time.
func Choose(f func(Request) Fault) Fault { return Fault{choose: f} }

// Fail makes the next n calls of a method go wrong, after those that an earlier
// Fail of the same method was about; n < 0: all of them from then on. "*" is
// any method whose own faults are used up.
func (p *Proxy) Fail(method string, n int, f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults[method] = append(p.faults[method], planned{n, f})
}

// Heal forgets the faults that are still to come.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.faults)
}

type planned struct {
	left  int // < 0: for ever
	fault Fault
}

// fault is what is to go wrong with the call.
func (p *Proxy) fault(r Request) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, method := range []string{r.Method, "*"} {
		row := slices.DeleteFunc(p.faults[method], func(f planned) bool { return f.left == 0 })
		p.faults[method] = row
		if len(row) == 0 {
			continue
		}
		if row[0].left > 0 {
			row[0].left--
		}
		f := row[0].fault
		for f.choose != nil {
			f = f.choose(r)
		}
		return f
	}
	return Fault{}
}

// answer is what a caller hears.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func jsonAnswer(body []byte) *answer {
	return &answer{http.StatusOK, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, body}
}

// refusal is Slack's no, with its reasons if it gives any.
func refusal(code string, reasons ...string) *answer {
	said := object{"ok": false, "error": code}
	if len(reasons) > 0 {
		said["response_metadata"] = object{"messages": reasons}
	}
	body, err := json.Marshal(said)
	if err != nil {
		panic(err) // strings
	}
	return jsonAnswer(body)
}

// raw is the answer as it goes over the wire.
func (a *answer) raw() []byte {
	raw := fmt.Appendf(nil, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	for _, key := range slices.Sorted(maps.Keys(a.header)) {
		raw = fmt.Appendf(raw, "%s: %s\r\n", key, a.header.Get(key))
	}
	raw = fmt.Appendf(raw, "Content-Length: %d\r\n\r\n", len(a.body))
	return append(raw, a.body...)
}
