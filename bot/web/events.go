package web

import (
	"bytes"
	"net/http"
	"time"
)

// heartbeat is how often a quiet stream says that it is there, and streamWait
// how long a page may take to read what it is sent.
const (
	heartbeat  = 20 * time.Second
	streamWait = 10 * time.Second
)

// events is a channel's stream of server-sent events: "card" with the HTML of a
// card just said or changed (of many, the latest last, where they were said
// together), and first of all "again" with what was said before.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	c, ok := channel(r.PathValue("name"))
	if !ok {
		s.problem(w, http.StatusNotFound, badName)
		return
	}
	page, ok := s.hub.join(c)
	if !ok {
		w.Header().Set("Retry-After", "30")
		s.problem(w, http.StatusServiceUnavailable, "Too many pages are open at once. This one does without live updates.")
		return
	}
	defer s.hub.leave(page)

	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold cards back
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Time{}) // an error here ends the stream at the server's timeout; the page comes again
	send := func(b []byte) bool {
		_ = rc.SetWriteDeadline(time.Now().Add(streamWait))
		_, err := w.Write(b)
		return err == nil && rc.Flush() == nil
	}
	first := []byte("retry: 2000\n\n")
	if page.last != nil {
		first = append(first, event("again", page.last)...)
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for alive := send(first); alive; {
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			alive = send([]byte(":\n\n"))
		case card, open := <-page.cards:
			alive = open && send(event("card", card))
		}
	}
}

// event frames HTML as one event. A carriage return would end a line of the
// stream like a line feed does, and let feed text write events of its own.
func event(name string, html []byte) []byte {
	b := []byte("event: " + name + "\n")
	html = bytes.ReplaceAll(html, []byte("\r"), nil)
	for line := range bytes.Lines(html) {
		b = append(append(b, "data: "...), bytes.TrimSuffix(line, []byte("\n"))...)
		b = append(b, '\n')
	}
	return append(b, '\n')
}
