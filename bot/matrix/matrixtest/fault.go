package matrixtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Fault is something that goes wrong with a call. Its zero value is nothing.
type Fault struct {
	answer *answer       // said instead of the homeserver's, which has not heard the call
	before bool          // closes the connection; the homeserver has not heard the call
	hang   bool          // says nothing; the homeserver has not heard the call
	slow   time.Duration // before the homeserver's answer
	cut    bool          // closes the connection
	after  int           // bytes of the homeserver's answer
	choose func(Request) Fault
}

// Pass is no fault: in a row of them it lets calls through.
func Pass() Fault { return Fault{} }

// Status answers with an HTTP status, as a proxy before the homeserver does: an
// empty body is a page of HTML. The homeserver has not heard the call.
func Status(code int, body string) Fault {
	if body == "" {
		body = fmt.Sprintf("<html><body>%d %s</body></html>", code, http.StatusText(code))
	}
	return Fault{answer: &answer{code, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, []byte(body)}}
}

// Answer answers 200 and this JSON. The homeserver has not heard the call.
func Answer(body string) Fault { return Fault{answer: jsonAnswer(http.StatusOK, []byte(body))} }

// Refuse answers with an error of Matrix: Refuse("M_FORBIDDEN", 403). The
// homeserver has not heard the call.
func Refuse(code string, status int) Fault { return Fault{answer: refusal(status, code, nil)} }

// SoftLogout says that the token has expired, and that its device lives on
// (https://spec.matrix.org/v1.16/client-server-api/#soft-logout).
func SoftLogout() Fault {
	return Fault{answer: refusal(http.StatusUnauthorized, "M_UNKNOWN_TOKEN", object{"soft_logout": true})}
}

// Limit answers 429, and says only in its body how long to wait: as Dendrite
// does. The homeserver has not heard the call.
func Limit(wait time.Duration) Fault {
	return Fault{answer: refusal(http.StatusTooManyRequests, "M_LIMIT_EXCEEDED", object{"retry_after_ms": wait.Milliseconds()})}
}

// LimitHeader answers 429, and says only in the header Retry-After how long to
// wait, rounded up to seconds. The homeserver has not heard the call.
func LimitHeader(wait time.Duration) Fault {
	a := refusal(http.StatusTooManyRequests, "M_LIMIT_EXCEEDED", nil)
	a.header.Set("Retry-After", seconds(wait))
	return Fault{answer: a}
}

func seconds(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}

// CutBefore closes the connection without a word. The homeserver has not heard
// the call.
func CutBefore() Fault { return Fault{before: true} }

// Hang says nothing until the caller goes. The homeserver has not heard the
// call.
func Hang() Fault { return Fault{hang: true} }

// Cut lets the homeserver work the call, also if the caller does not wait for
// that, sends the first bytes of its answer (the status line, the header and the
// body, counted together) and closes the connection.
func Cut(after int) Fault { return Fault{cut: true, after: after} }

// Slow lets the homeserver work the call and answers when d has passed. A caller
// that has gone by then hears nothing.
func Slow(d time.Duration) Fault { return Fault{slow: d} }

// Choose is whatever f says about the call. It may be asked by several calls at
// a time.
func Choose(f func(Request) Fault) Fault { return Fault{choose: f} }

// Fail makes the next n calls of a name go wrong, after those that an earlier
// Fail of the same name was about; n < 0: all of them from then on. A name with
// an event type goes before the one without, and "*" comes last.
func (p *Proxy) Fail(name string, n int, f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults[name] = append(p.faults[name], planned{n, f})
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
	f := p.planned(r)
	for f.choose != nil {
		f = f.choose(r)
	}
	return f
}

func (p *Proxy) planned(r Request) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range r.names() {
		row := slices.DeleteFunc(p.faults[name], func(f planned) bool { return f.left == 0 })
		p.faults[name] = row
		if len(row) == 0 {
			continue
		}
		if row[0].left > 0 {
			row[0].left--
		}
		return row[0].fault
	}
	return Fault{}
}

type object = map[string]any

// answer is what a caller hears.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func jsonAnswer(status int, body []byte) *answer {
	return &answer{status, http.Header{"Content-Type": {"application/json"}}, body}
}

// refusal is Matrix's no, with more fields if there are any.
func refusal(status int, code string, more object) *answer {
	said := object{"errcode": code, "error": "The test's proxy says " + code}
	maps.Copy(said, more)
	body, err := json.Marshal(said)
	if err != nil {
		panic(err) // strings and numbers
	}
	return jsonAnswer(status, body)
}

// raw is the answer as it goes over the wire.
func (a *answer) raw() []byte {
	raw := fmt.Appendf(nil, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	for _, key := range slices.Sorted(maps.Keys(a.header)) {
		for _, value := range a.header[key] {
			raw = fmt.Appendf(raw, "%s: %s\r\n", key, value)
		}
	}
	raw = fmt.Appendf(raw, "Content-Length: %d\r\n\r\n", len(a.body))
	return append(raw, a.body...)
}
