package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
	"time"
)

// policy lets a page load its own style, script and icon and nothing else; no
// page may frame it. https://www.w3.org/TR/CSP3/
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// A wrong password is answered after guessDelay, at most maxGuesses of them at
// a time; what comes on top is turned away unread, so that guessing ties up a
// few goroutines and no more.
const (
	guessDelay = 400 * time.Millisecond
	maxGuesses = 8
)

// guard lets through what next may answer: the right host or the right
// password, and no request to change something that another site sent.
func (s *Server) guard(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.problem(w, http.StatusForbidden, "That command came from another site. Type it here instead.")
	}))
	next = origin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Security-Policy", policy)
		head.Set("X-Content-Type-Options", "nosniff")
		// Not no-referrer: under that, browsers send "Origin: null" with our
		// own forms, and over plain HTTP that is all the guard has to go by.
		// https://fetch.spec.whatwg.org/#append-a-request-origin-header
		head.Set("Referrer-Policy", "same-origin")
		head.Set("Cache-Control", "no-store")
		switch {
		case s.protected && !s.knows(r):
			s.refuse(w, r)
		case !s.protected && !loopback(hostname(r.Host)):
			// A name of somebody else's that resolves to loopback would let
			// their page read ours (DNS rebinding).
			s.problem(w, http.StatusMisdirectedRequest, "This page answers to localhost and 127.0.0.1 only. Another name needs a password in the config.")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// knows reports whether the request has the password. Digests are compared, as
// they are of one length and tell nothing about where a guess went wrong.
func (s *Server) knows(r *http.Request) bool {
	_, password, ok := r.BasicAuth()
	digest := sha256.Sum256([]byte(password))
	return subtle.ConstantTimeCompare(digest[:], s.password[:]) == 1 && ok
}

// refuse asks for the password, late if one was given and wrong.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" {
		select {
		case s.guesses <- struct{}{}:
			defer func() { <-s.guesses }()
		default:
			w.Header().Set("Retry-After", "1")
			s.problem(w, http.StatusTooManyRequests, "Too many wrong passwords at once. Try again in a moment.")
			return
		}
		select {
		case <-time.After(guessDelay):
		case <-r.Context().Done():
		}
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="Attache", charset="UTF-8"`)
	s.problem(w, http.StatusUnauthorized, "This page needs the password from the config. Any user name will do.")
}

// hostname is a Host header without its port and brackets.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}

// loopback reports whether a host is this machine's own: localhost or an
// address of 127.0.0.0/8 or ::1.
func loopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}
