package matrixtest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"maunium.net/go/mautrix/id"
)

// Request is a call as a fault may look at it.
type Request struct {
	Name     string // "send": see the package's comment
	Method   string
	Path     string // as it was on the wire
	Query    url.Values
	Token    string     // of whom calls
	Room     id.RoomID  // of what is below rooms/ (or join/, which may name an alias)
	Event    id.EventID // that the path names: redact, event, context, relations
	Type     string     // of the event, or of account data
	StateKey string
	Txn      string
	Body     []byte
}

// Names are the names under which faults and counts know the call, the most
// exact first.
func (r Request) names() []string {
	names := []string{r.Name, "*"}
	if r.Type != "" {
		names = slices.Insert(names, 0, r.Name+":"+r.Type)
	}
	return names
}

// parse reads what a call is about from its method and path.
func parse(h *http.Request, body []byte) Request {
	r := Request{Method: h.Method, Path: h.URL.EscapedPath(), Query: h.URL.Query(), Body: body}
	r.Token = r.Query.Get("access_token")
	if bearer, ok := strings.CutPrefix(h.Header.Get("Authorization"), "Bearer "); ok {
		r.Token = bearer
	}
	words := strings.Split(strings.Trim(r.Path, "/"), "/")
	for i, word := range words {
		if plain, err := url.PathUnescape(word); err == nil {
			words[i] = plain
		}
	}
	switch {
	case len(words) > 3 && words[0] == "_matrix" && words[1] == "client":
		words = words[3:] // behind the version
		if len(words) > 1 && strings.Contains(words[0], ".") {
			words = words[1:] // unstable/org.matrix.msc…
		}
		r.client(words)
	case len(words) > 2 && words[0] == "_matrix" && words[1] == "client":
		r.Name = words[2] // versions
	case len(words) > 1 && words[0] == "_matrix":
		r.Name = words[1] // media
	default:
		r.Name = strings.TrimPrefix(words[0], ".")
	}
	return r
}

// client reads what is behind /_matrix/client/v3/.
func (r *Request) client(words []string) {
	word := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	r.Name = words[0]
	switch words[0] {
	case "rooms":
		r.Room = id.RoomID(word(1))
		r.room(word(2), word(3), word(4))
	case "join":
		r.Room = id.RoomID(word(1))
	case "sendToDevice":
		r.Type, r.Txn = word(1), word(2)
	case "keys":
		r.Name = strings.Join(words, "/")
	case "account":
		if r.Name = strings.Join(words, "/"); word(1) == "whoami" {
			r.Name = "whoami"
		}
	case "login":
		if r.Name = strings.Join(words, "/"); r.Name == "login" && r.Method == http.MethodGet {
			r.Name = "loginFlows"
		}
	case "user":
		if r.Name, r.Type = word(2), word(3); r.Name == "rooms" {
			r.Room, r.Name, r.Type = id.RoomID(word(3)), word(4), word(5)
		}
		if r.Name == "filter" {
			r.Type = ""
		}
	}
}

// room reads what is behind rooms/ROOM/.
func (r *Request) room(name, first, second string) {
	r.Name = name
	switch name {
	case "send":
		r.Type, r.Txn = first, second
	case "redact":
		r.Event, r.Txn = id.EventID(first), second
	case "event", "context", "relations":
		r.Event = id.EventID(first)
	case "state":
		r.Type, r.StateKey = first, second
		if r.Method == http.MethodPut {
			r.Name = "setState"
		}
	}
}
