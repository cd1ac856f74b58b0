package slacktest

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

type object = map[string]any

// installed returns the path of a file below .ci/slack/node_modules. Where it
// is missing the test is skipped, or fails if nothing may be left out.
func installed(t testing.TB, file string) string {
	t.Helper()
	path := filepath.Join(root(t), ".ci", "slack", "node_modules", filepath.FromSlash(file))
	if _, err := os.Stat(path); err != nil {
		missing(t, path)
	}
	return path
}

// node returns the path of Node.js, like installed.
func node(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		missing(t, "node")
	}
	return path
}

func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("ATTACHE_TEST_FULL") == "1" {
		t.Fatalf("no %s here, and ATTACHE_TEST_FULL=1 lets nothing be left out: run .ci/run, or npm ci --ignore-scripts in .ci/slack", what)
	}
	t.Skipf("left out: Slack as others wrote it (no %s). To have it: .ci/run, or npm ci --ignore-scripts in .ci/slack", what)
}

// root is the folder of go.mod.
func root(t testing.TB) string {
	t.Helper()
	start, err := os.Getwd()
	for dir := start; err == nil; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	t.Fatalf("there is no go.mod above %q (%v)", start, err)
	return ""
}

// watch runs the peer "$@" until standard input ends, then kills it: however
// the test ends, and even if it is killed, its peers go with it.
const watch = `"$@" </dev/null & peer=$!; cat >/dev/null; kill -9 $peer`

// output is what a peer printed.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// run starts a program and kills it at the end of the test.
func run(t testing.TB, program string, args ...string) *output {
	t.Helper()
	out := &output{}
	cmd := exec.Command("/bin/sh", append([]string{"-c", watch, "sh", program}, args...)...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = out, out, 5*time.Second
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("starting %s: %v", filepath.Base(program), err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = cmd.Wait() // it was killed
		if t.Failed() {
			t.Logf("%s printed:\n%s", filepath.Base(program), out)
		}
	})
	return out
}

// await waits until the peer says that it is there, and returns what found
// finds in its output; "" if it never does.
func (o *output) await(found func(printed string) string) string {
	for range 600 {
		if s := found(o.String()); s != "" {
			return s
		}
		time.Sleep(50 * time.Millisecond)
	}
	return ""
}

// freePort returns a port that was free a moment ago.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// call calls the method of Slack's that url ends in, and returns the answer,
// whatever that says.
func call(client *http.Client, url, token string, form url.Values) ([]byte, error) {
	r, err := http.NewRequest("POST", url, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if answer.StatusCode >= 300 {
		err = cmp.Or(err, errors.New(answer.Status))
	}
	return body, err
}

// Eventually waits until done, and ends the test if that does not come to be
// within ten seconds.
func Eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !done(); {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
