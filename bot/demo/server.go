package demo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"
	"time"
)

// Server publishes a scenario as feeds, one path an outlet. What a feed says,
// and how it misbehaves, follows from the simulated time alone, with one
// exception: a feed's first answer is what was there before the start. So a
// poller's silent baseline swallows no news, however slowly it comes round.
type Server struct {
	scenario *Scenario
	done     chan struct{}
	finish   func() // closes done, once

	mu    sync.Mutex
	clock clock
	asked map[string]bool // feeds
	ended map[string]int  // feed → requests since the scenario's end
}

// NewServer returns a server that publishes the whole scenario in lasts of real
// time, above 0, beginning at the simulated time from: 0, or the [Scenario.Position]
// where an earlier demo was cut off. Its clock starts when every feed has been
// asked for once, or a second after the first request, whichever is first; with
// from above 0, on the first request.
func NewServer(s *Scenario, lasts, from time.Duration) *Server {
	done := make(chan struct{})
	return &Server{
		scenario: s,
		done:     done,
		finish:   sync.OnceFunc(func() { close(done) }),
		clock:    clock{from: from, scale: float64(lasts) / float64(Span)},
		asked:    map[string]bool{},
		ended:    map[string]int{},
	}
}

// Done is closed when the scenario has ended and every feed that still lives
// has been asked twice since: the second request shows that the answer to the
// first was taken.
func (s *Server) Done() <-chan struct{} { return s.done }

// Handler serves the feeds, each at its [Outlet.Path], with validators as real
// servers send them.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, o := range s.scenario.Outlets {
		mux.HandleFunc("GET "+o.Path(), func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, o) })
	}
	return mux
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, o *Outlet) {
	at, clock := s.ask(o)
	fault := o.faultAt(at)
	switch fault {
	case Closed:
		panic(http.ErrAbortHandler)
	case Failing:
		http.Error(w, "the newsroom is dark", http.StatusInternalServerError)
		return
	case Limited:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "you ask too often", http.StatusTooManyRequests)
		return
	}
	d := o.document(at, clock.date)
	doc, err := d.write()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if fault == Broken {
		doc = spoil(doc)
	}
	sum := sha256.Sum256(doc)
	w.Header().Set("Content-Type", o.contentType())
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, "", d.Updated, bytes.NewReader(doc))
}

// ask takes note of a request for the outlet's feed and returns the simulated
// time to answer for, and the clock that tells its dates.
func (s *Server) ask(o *Outlet) (time.Duration, clock) {
	s.mu.Lock()
	defer s.mu.Unlock()
	again := s.asked[o.Name]
	s.asked[o.Name] = true
	at := s.clock.tick(time.Now(), len(s.asked) == len(s.scenario.Outlets))
	if !again {
		return s.clock.from, s.clock
	}
	if at >= Span {
		s.ended[o.Name]++
		if s.settled() {
			s.finish()
		}
	}
	return at, s.clock
}

// settled reports whether nothing more will come of the scenario.
func (s *Server) settled() bool {
	for _, o := range s.scenario.Outlets {
		if o.alive() && s.ended[o.Name] < 2 {
			return false
		}
	}
	return true
}
