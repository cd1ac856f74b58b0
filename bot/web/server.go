// Package web is the web page as a [bot.Platform]: a view of each channel with
// its alerts as cards, a command box that takes what chat takes, and the health
// of the feeds.
//
// Pages are whole and plain: every one is rendered on the server from what the
// [Desk] has on record, and every form is a real form, so that all of it works
// without scripts. The script adds two things: it opens the channel's stream of
// server-sent events and puts each card where it belongs, and it sends a form
// and swaps in the changed parts of the page that comes back.
package web

import (
	"context"
	"crypto/sha256"
	"fmt"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"attache/bot"
	"attache/bot/server"
)

// Desk is what the page reads; *bot.Bot is one. Its methods are called from
// many goroutines, and again for every page.
type Desk interface {
	// Cards returns a channel's alerts as they stand, the latest first.
	Cards(ctx context.Context, c bot.Channel, limit int) ([]bot.Alert, error)
	// Notices returns what operators were told in a channel, the latest first.
	Notices(ctx context.Context, c bot.Channel, limit int) ([]bot.Delivery, error)
	// Subscriptions returns a channel's subscriptions in order of number.
	Subscriptions(ctx context.Context, c bot.Channel) ([]bot.Subscription, error)
	// Feeds returns how every feed is doing.
	Feeds(ctx context.Context) ([]bot.FeedStatus, error)
	// Channels returns the channels that are told something, on any platform.
	Channels(ctx context.Context) ([]bot.Channel, error)
}

// Options is what a Server is made of besides its Desk.
type Options struct {
	// Listener is where the page is served, already bound, so that an address
	// in use is known before anything runs. Run closes it.
	Listener net.Listener

	// Password is asked of every request (HTTP Basic, any user name). "" is
	// for a Listener on loopback only. It travels as typed: beyond a network
	// that is trusted, put a proxy with TLS in front.
	Password string

	Title string         // a line across the top of every page; may be ""
	Zone  *time.Location // of the times in a page; its script shows the reader's own. nil: time.Local
	Log   *slog.Logger   // nil: says nothing
}

// Server is the web page. It implements [bot.Platform].
type Server struct {
	desk     Desk
	listener net.Listener
	title    string
	log      *slog.Logger

	protected bool
	password  [sha256.Size]byte
	guesses   chan struct{} // a place for each wrong password being answered

	pages   *template.Template
	files   map[string]file
	hub     hub
	answers answers
}

// New makes a Server that answers once Run is called. The error, a sentence for
// people, is that others could reach the page and nothing protects it.
func New(d Desk, o Options) (*Server, error) {
	if o.Password == "" && !private(o.Listener.Addr()) {
		return nil, fmt.Errorf("web: other machines can reach %s, so the page needs a password: set one in the config, or listen on 127.0.0.1", o.Listener.Addr())
	}
	zone, log := o.Zone, o.Log
	if zone == nil {
		zone = time.Local
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	pages, err := parsePages(zone)
	if err != nil {
		return nil, err
	}
	files, err := readStatic()
	if err != nil {
		return nil, err
	}
	return &Server{
		desk: d, listener: o.Listener, title: o.Title, log: log,
		protected: o.Password != "", password: sha256.Sum256([]byte(o.Password)),
		guesses: make(chan struct{}, maxGuesses),
		pages:   pages, files: files,
	}, nil
}

// private reports whether nobody but this machine can reach the address. What
// is not TCP (a Unix socket, a pipe in a test) is no network at all.
func private(a net.Addr) bool {
	if !strings.HasPrefix(a.Network(), "tcp") {
		return true
	}
	host, _, err := net.SplitHostPort(a.String())
	return err == nil && loopback(host)
}

// URL is the address to type into a browser on this machine.
func (s *Server) URL() string {
	addr := s.listener.Addr()
	if !strings.HasPrefix(addr.Network(), "tcp") {
		return "http://localhost/"
	}
	host, port, err := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); err != nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port) + "/"
}

// Run serves the page until ctx ends, open event streams or not, and returns
// within 2 s of that, when every connection is closed and every handler back.
func (s *Server) Run(ctx context.Context, h bot.Handler) error {
	err := server.Serve(ctx, s.listener, server.Options{
		Handler:     func(context.Context) http.Handler { return s.handler(h) },
		ReadTimeout: 20 * time.Second, // event streams lift this, and the one for writing
		Ending:      s.hub.close,
		Log:         s.log, Level: slog.LevelDebug,
	})
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	return nil
}

// handler routes the requests that pass the guard.
func (s *Server) handler(h bot.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler(path(desk), http.StatusSeeOther))
	mux.HandleFunc("GET /c/{name}", s.showChannel)
	mux.HandleFunc("POST /c/{name}", func(w http.ResponseWriter, r *http.Request) { s.command(w, r, h) })
	mux.HandleFunc("GET /c/{name}/events", s.events)
	mux.HandleFunc("GET /feeds", s.showFeeds)
	mux.HandleFunc("GET /static/{file}", s.static)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.problem(w, http.StatusNotFound, "There is no such page.")
	})
	return s.guard(mux)
}
