package matrixtest

import (
	"io"
	"log"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Server is a Dendrite.
type Server struct {
	URL  string // http://127.0.0.1:1234
	Name string // the part of a user's id behind the colon

	t        testing.TB
	dendrite *dendrite
	shared   bool // by all tests of the binary
	limited  bool // by Limits
}

// Option is something that Start is told.
type Option func(*settings)

// Limits makes the server answer 429 to a device that calls more than threshold
// times within cooloff. Dendrite counts some calls, all together: join, leave,
// invite, login, whoami, capabilities, receipt, read_markers, typing, the
// changing of a profile or a push rule; and by themselves messages, and media.
// It counts neither send nor sync, nor createRoom, keys and state. People are
// exempt, for they are the server's admins.
func Limits(threshold int, cooloff time.Duration) Option {
	return func(s *settings) { s.threshold, s.cooloff = threshold, cooloff }
}

// Start starts a homeserver that ends with the test.
func Start(t testing.TB, options ...Option) *Server {
	t.Helper()
	var s settings
	for _, option := range options {
		option(&s)
	}
	program, keys := binary(t, "dendrite"), binary(t, "generate-keys")
	var over sync.Once // a late death is not logged any more
	quiet := make(chan struct{})
	logf := func(format string, args ...any) {
		select {
		case <-quiet:
		default:
			t.Logf(format, args...)
		}
	}
	d, err := launch(program, keys, t.TempDir(), s, logf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.end(syscall.SIGKILL)
		over.Do(func() { close(quiet) })
		if t.Failed() {
			t.Logf("dendrite printed:\n%s", d.tail())
		}
	})
	return &Server{URL: "http://" + d.addr, Name: serverName, t: t, dendrite: d, limited: s.threshold > 0}
}

var shared struct {
	once     sync.Once
	dendrite *dendrite
	broom    io.Closer // held, for it is closed when nobody holds it
	err      error
}

// Shared returns the homeserver that all tests of the binary have in common. It
// ends when the binary does, and its files go then.
func Shared(t testing.TB) *Server {
	t.Helper()
	program, keys := binary(t, "dendrite"), binary(t, "generate-keys")
	shared.once.Do(func() {
		var dir string
		if dir, shared.err = os.MkdirTemp("", "matrixtest-"); shared.err != nil {
			return
		}
		if shared.broom, shared.err = sweep(dir); shared.err != nil {
			return
		}
		shared.dendrite, shared.err = launch(program, keys, dir, settings{}, log.Printf)
	})
	if shared.err != nil {
		t.Fatalf("the shared homeserver: %v", shared.err)
	}
	d := shared.dendrite
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the shared dendrite printed:\n%s", d.tail())
		}
	})
	return &Server{URL: "http://" + d.addr, Name: serverName, t: t, dendrite: d, shared: true}
}

// sweep removes a folder when this process has ended, in whatever way: a shell
// waits for the end of a pipe that is open as long as this process lives. What
// is written while it removes is gone the second time.
func sweep(dir string) (io.Closer, error) {
	const script = `cat >/dev/null; rm -rf "$1" || { sleep 1; rm -rf "$1"; }`
	cmd := exec.Command("/bin/sh", "-c", script, "sh", dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return in, cmd.Start()
}

// Stop ends the server as its administrator would.
func (s *Server) Stop() { s.alone("Stop").end(syscall.SIGTERM) }

// Kill ends the server at once.
func (s *Server) Kill() { s.alone("Kill").end(syscall.SIGKILL) }

// Restart starts the server again, with all that it has stored.
func (s *Server) Restart() {
	s.t.Helper()
	d := s.alone("Restart")
	d.end(syscall.SIGTERM)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.start(); err != nil {
		s.t.Fatal(err)
	}
}

// alone is the server's process, which one test may only end if it has the
// server alone.
func (s *Server) alone(what string) *dendrite {
	s.t.Helper()
	if s.shared {
		s.t.Fatalf("%s: the shared server is everybody's; Start one", what)
	}
	return s.dendrite
}

// Deaths is how often the server died by itself, and was started again.
func (s *Server) Deaths() int {
	s.dendrite.mu.Lock()
	defer s.dendrite.mu.Unlock()
	return s.dendrite.deaths
}

// Output is the end of what the server printed.
func (s *Server) Output() string { return s.dendrite.tail() }
