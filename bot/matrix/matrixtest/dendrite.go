package matrixtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// dendrite is a homeserver: its files, its address, and its process while it
// has one.
type dendrite struct {
	program string
	dir     string
	addr    string // 127.0.0.1:1234
	logf    func(format string, args ...any)

	mu      sync.Mutex // held while it is started or ended
	process *process   // nil: it was ended
	deaths  int
}

// process is one run of the program.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// startTries is how often it is started until it stays: after a SIGKILL, what it
// has yet to do may come before it is ready for that, and then it panics (0.15.2,
// roomserver/internal/query.QueryRoomsForUser). Whoever runs one has it restarted.
const startTries = 6

// start runs the program until it answers. The caller holds d.mu, or is alone.
func (d *dendrite) start() (err error) {
	for try := range startTries {
		if err = d.startOnce(); !errors.Is(err, errEnded) {
			return err
		}
		d.logf("%v (try %d)", err, try+1)
		time.Sleep(time.Duration(try+1) * 200 * time.Millisecond)
	}
	return err
}

var errEnded = errors.New("dendrite ended as it started")

func (d *dendrite) startOnce() error {
	p, err := d.spawn()
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); {
		answer, err := client.Get("http://" + d.addr + "/_matrix/client/versions")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				d.process = p
				go d.watch(p)
				return nil
			}
		}
		select {
		case <-p.done:
			return fmt.Errorf("%w: %s", errEnded, p.cmd.ProcessState)
		case <-time.After(20 * time.Millisecond):
		}
	}
	p.end(syscall.SIGKILL)
	return errors.New("dendrite does not answer within a minute")
}

// spawn starts the process. The thread that does so lives as long as the
// process, which would die with it (see mortal).
func (d *dendrite) spawn() (*process, error) {
	out, err := os.OpenFile(filepath.Join(d.dir, "output"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(d.program, "-config", "dendrite.yaml", "-http-bind-address", d.addr)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = d.dir, out, out, mortal()
	p := &process{cmd, make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		out.Close()
		started <- err
		if err == nil {
			_ = cmd.Wait() // ProcessState says how it ended
			close(p.done)
		}
	}()
	return p, <-started
}

// watch starts it again if it dies by itself, which a Dendrite built without cgo
// does at times: it panics when SQLite says SQLITE_BUSY.
func (d *dendrite) watch(p *process) {
	<-p.done
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.process != p {
		return // it was ended
	}
	d.process = nil
	d.deaths++
	d.logf("dendrite died by itself (%s, time %d) and is started again; it printed:\n%s", p.cmd.ProcessState, d.deaths, d.tail())
	if d.deaths > 5 {
		d.logf("dendrite dies too often; it stays dead")
	} else if err := d.start(); err != nil {
		d.logf("starting dendrite again: %v", err)
	}
}

// end ends the process, with a signal of mercy or without; after ten seconds
// without.
func (d *dendrite) end(signal syscall.Signal) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.process; p != nil {
		d.process = nil
		p.end(signal)
	}
}

func (p *process) end(signal syscall.Signal) {
	_ = p.cmd.Process.Signal(signal) // it may have ended
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// tail is the end of what it printed.
func (d *dendrite) tail() string {
	const most = 8000
	out, err := os.ReadFile(filepath.Join(d.dir, "output"))
	if err != nil {
		return err.Error()
	}
	return string(out[max(0, len(out)-most):])
}

// freeAddr returns an address on loopback where nothing listened a moment ago.
// Its port is below those that the kernel hands out, so that nothing takes it by
// chance while a server is restarted.
func freeAddr() (string, error) {
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(12000))
		if l, err := net.Listen("tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", errors.New("no port is free")
}
