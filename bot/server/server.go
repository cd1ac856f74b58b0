// Package server is an HTTP server that ends with a context: what the web page
// and Slack's calls are answered by.
package server

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

// Options are what servers differ in.
type Options struct {
	Handler     func(work context.Context) http.Handler // work ends when requests must
	ReadTimeout time.Duration                           // of a request, its body included
	Ending      func()                                  // called once it is to end, to close what streams; may be nil
	Log         *slog.Logger                            // of what goes wrong with connections and handlers
	Level       slog.Level                              // of that
}

// graceTime is how long requests may go on after the context has ended.
const graceTime = 1500 * time.Millisecond

// Serve answers at a listener until ctx ends, and returns within 2 s of that,
// when every connection is closed and every handler back. Requests outlive ctx
// by graceTime: what is being worked gets its answer.
func Serve(ctx context.Context, l net.Listener, o Options) error {
	if o.Ending == nil {
		o.Ending = func() {}
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var conns sync.WaitGroup
	srv := o.server(work, &conns)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()

	var err error
	select {
	case <-ctx.Done():
		o.Ending()
		grace, done := context.WithTimeout(work, graceTime)
		_ = srv.Shutdown(grace) // its error is the deadline's; Close ends the rest
		done()
		stop()
		_ = srv.Close() // the listener's error: it is closed already
		<-served
	case err = <-served:
		err = fmt.Errorf("server: serve %s: %w", l.Addr(), err)
		o.Ending()
		stop()
		err = errors.Join(err, srv.Close())
	}
	conns.Wait()
	return err
}

// server is the HTTP server, with a limit for everything a client can stretch.
// A connection's goroutine ends with its StateClosed, so conns counts both.
func (o Options) server(work context.Context, conns *sync.WaitGroup) *http.Server {
	return &http.Server{
		Handler:           o.Handler(work),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       o.ReadTimeout,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(o.Log.Handler(), o.Level),
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
