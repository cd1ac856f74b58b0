package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// graceTime is how long requests may go on after Run's context has ended.
const graceTime = 1500 * time.Millisecond

// serve hears over HTTP until ctx ends, and returns within 2 s of that, when
// every connection is closed and every handler back.
func (s *Slack) serve(ctx context.Context) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	handler, err := s.routes(ctx, work)
	if err != nil {
		return errors.Join(err, s.o.Listener.Close())
	}
	s.log.Info("hears Slack", "listen", s.o.Listener.Addr(), "url", s.o.URL)
	var conns sync.WaitGroup
	srv := s.server(work, handler, &conns)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(s.o.Listener) }()

	select {
	case <-ctx.Done():
		grace, done := context.WithTimeout(work, graceTime)
		_ = srv.Shutdown(grace) // its error is the deadline's; Close ends the rest
		done()
		stop()
		_ = srv.Close() // the listener's error: it is closed already
		<-served
	case err = <-served:
		err = fmt.Errorf("slack: serve %s: %w", s.o.Listener.Addr(), err)
		stop()
		err = errors.Join(err, srv.Close())
	}
	conns.Wait()
	return err
}

// server is the HTTP server, with a limit for everything a client can stretch.
// A connection's goroutine ends with its StateClosed, so conns counts both.
func (s *Slack) server(work context.Context, h http.Handler, conns *sync.WaitGroup) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second, // an installation asks Slack before it answers
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn), // a handler that panicked
		BaseContext:       func(net.Listener) context.Context { return work },
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				conns.Add(1)
			case http.StateClosed:
				conns.Done()
			}
		},
	}
}

// routes is what is answered at all. Nothing is heard any more when ctx has
// ended; what is going on may go on as long as work does.
func (s *Slack) routes(ctx, work context.Context) (http.Handler, error) {
	mux := http.NewServeMux()
	mux.Handle("POST "+eventsPath, &door{secret: s.o.SigningSecret, take: s.take, closed: ctx.Done(), log: s.log})
	if s.o.ClientID != "" {
		i, err := s.installer()
		if err != nil {
			return nil, err
		}
		mux.HandleFunc("GET "+installPath, i.begin)
		mux.HandleFunc("GET "+redirectPath, func(w http.ResponseWriter, r *http.Request) { i.finish(work, w, r) })
		// To the mux, GET is HEAD as well; to whoever peeks at a link, it is not.
		mux.HandleFunc("HEAD "+installPath, http.NotFound)
		mux.HandleFunc("HEAD "+redirectPath, http.NotFound)
	}
	mux.HandleFunc("/", http.NotFound)
	return mux, nil
}
