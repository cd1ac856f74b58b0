package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"attache/bot/server"
)

// serve hears over HTTP until ctx ends, and returns within 2 s of that, when
// every connection is closed and every handler back.
func (s *Slack) serve(ctx context.Context) error {
	var i *installer
	if s.o.ClientID != "" {
		var err error
		if i, err = s.installer(); err != nil {
			return errors.Join(err, s.o.Listener.Close())
		}
	}
	s.log.Info("hears Slack", "listen", s.o.Listener.Addr(), "url", s.o.URL)
	err := server.Serve(ctx, s.o.Listener, server.Options{
		Handler:     func(work context.Context) http.Handler { return s.routes(ctx, work, i) },
		ReadTimeout: 10 * time.Second,
		Log:         s.log, Level: slog.LevelWarn, // a handler that panicked
	})
	if err != nil {
		return fmt.Errorf("slack: %w", err)
	}
	return nil
}

// routes is what is answered at all; i is nil where nobody installs the app.
// Nothing is heard any more when ctx has ended; what is going on may go on as
// long as work does.
func (s *Slack) routes(ctx, work context.Context, i *installer) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST "+eventsPath, &door{secret: s.o.SigningSecret, take: s.take, closed: ctx.Done(), log: s.log})
	if i != nil {
		mux.HandleFunc("GET "+installPath, i.begin)
		mux.HandleFunc("GET "+redirectPath, func(w http.ResponseWriter, r *http.Request) { i.finish(work, w, r) })
		// To the mux, GET is HEAD as well; to whoever peeks at a link, it is not.
		mux.HandleFunc("HEAD "+installPath, http.NotFound)
		mux.HandleFunc("HEAD "+redirectPath, http.NotFound)
	}
	mux.HandleFunc("/", http.NotFound)
	return mux
}
