package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"attache/bot/matrix/matrixtest"
)

// TestKillMatrix kills the program at the first call that it makes to the
// homeserver, in its next life at the second, and so on, by turns before the
// homeserver has heard the call and after it has, until a life gets to its end.
// The room is encrypted. Every alert is said once all the same, and so are the
// greeting and the answer to a command, as the homeserver has stored them.
func TestKillMatrix(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short: it lives and dies for minutes")
	}
	t.Parallel()
	server := matrixtest.Start(t)
	proxy := matrixtest.NewProxy(t, server.URL)
	account := server.Account(t, "attache")
	alice := server.Person(t, "alice")
	room := alice.Room(true, account.User)
	dir := t.TempDir()
	program := build(t)
	countries := []string{"Norvania", "Ruritania", "Sylvania", "Tyrolia", "Umbria"}
	first, second := newsOf(t, countries...), newsOf(t, countries...)
	config, password := filepath.Join(dir, "config.toml"), filepath.Join(dir, "password")
	for path, text := range map[string]string{password: account.Password, config: fmt.Sprintf(`
		storage.path = %q
		console.enabled = false
		web.enabled = false
		poll = { every = "500ms", host_gap = "0s", allow = ["127.0.0.1/32"] }
		matrix = { user = %q, homeserver = %q, store = %q }
		[[feed]]
		name = "wire-one"
		url = %q
		backlog = true
		[[subscription]]
		channel = "matrix:%s"
		rule = "ambassador"
		`, filepath.Join(dir, "attache.db"), account.User, proxy.URL, filepath.Join(dir, "matrix.db"), first, room)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command(program, "matrix", "login", "-c", config, "--password-file", password).CombinedOutput(); err != nil {
		t.Fatalf("matrix login: %v\n%s", err, out)
	}
	killer := &killer{calls: map[string]int{}}
	proxy.Fail("*", -1, matrixtest.Choose(killer.at))
	unheard := alice.Say(room, "!attache list") // before it came
	lives := killer.lives(t, program, config, func() bool { return alertsTold(alice, room) == len(countries) })
	// Now another outlet tells them all: each card changes, and says so in its thread.
	command := alice.Say(room, "!attache list")
	appendTo(t, config, fmt.Sprintf("[[feed]]\nname = \"courier\"\nurl = %q\nbacklog = true\n", second))
	lives += killer.lives(t, program, config, func() bool { return updatesTold(alice, room) == len(countries) })
	for key, n := range keysIn(t, server, room) {
		if n != 1 {
			t.Errorf("said %s %d times", key, n)
		}
	}
	answers, greetings := 0, 0
	for _, s := range alice.Sees(room) {
		if s.ReplyTo == command && s.Sender == account.User {
			answers++
		}
		if s.ReplyTo == unheard {
			t.Errorf("answered what was said before it came: %q", s.Body)
		}
		if strings.HasPrefix(s.Body, "Good day.") {
			greetings++
		}
	}
	if n := alertsTold(alice, room); n != len(countries) || answers != 1 || greetings != 1 {
		t.Errorf("said %d alerts of %d, %d answers, %d greetings", n, len(countries), answers, greetings)
	}
	t.Logf("%d lives; killed at %v", lives, killer.calls)
}

// killer kills a program at one of its calls.
type killer struct {
	mu    sync.Mutex
	cmd   *exec.Cmd
	left  int  // calls until then
	heard bool // after the homeserver has heard it
	calls map[string]int
}

func (k *killer) at(r matrixtest.Request) matrixtest.Fault {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.left--
	if k.left != -1 || k.cmd == nil {
		return matrixtest.Pass()
	}
	k.calls[r.Name]++
	kill := k.cmd.Process.Kill
	if !k.heard {
		kill()
		return matrixtest.CutBefore()
	}
	time.AfterFunc(time.Second, func() { kill() }) // when the homeserver has answered
	return matrixtest.Slow(2 * time.Second)
}

// lives lets the program live until it is done, and returns how many lives that
// took: killed at its first call before the homeserver has heard it, then after
// it has, then at its second, and so on.
func (k *killer) lives(t *testing.T, program, config string, done func() bool) int {
	t.Helper()
	for n := range 200 {
		if k.live(t, onConfig(t, program, config), n/2, n%2 == 1, done) {
			return n + 1
		}
	}
	t.Error("was not done after 200 lives")
	return 200
}

// live lets the program live until it is killed or done.
func (k *killer) live(t *testing.T, cmd *exec.Cmd, calls int, heard bool, done func() bool) (survived bool) {
	t.Helper()
	k.mu.Lock()
	k.cmd, k.left, k.heard = cmd, calls, heard
	k.mu.Unlock()
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	for deadline := time.After(time.Minute); ; {
		select {
		case <-ended:
			return false
		case <-deadline:
			t.Fatal("it neither was killed nor got anywhere")
		case <-time.After(50 * time.Millisecond):
		}
		if done() {
			time.Sleep(3 * time.Second) // for what should not come
			cmd.Process.Signal(syscall.SIGTERM)
			<-ended
			return true
		}
	}
}

// alertsTold is how many alerts somebody reads in a room.
func alertsTold(p *matrixtest.Person, room id.RoomID) int {
	n := 0
	for _, s := range p.Sees(room) {
		if strings.Contains(s.Body, "recalls its ambassador") && s.Replaces == "" {
			n++
		}
	}
	return n
}

// updatesTold is how many threads somebody reads in a room, of cards that have
// changed.
func updatesTold(p *matrixtest.Person, room id.RoomID) int {
	changed, n := map[id.EventID]bool{}, 0
	for _, s := range p.Sees(room) {
		if s.Edits > 0 {
			changed[s.ID] = true
		}
		if changed[s.Thread] && strings.Contains(s.Body, "courier") {
			n++
		}
	}
	return n
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	was, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, append(was, text...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// keysIn is how often the homeserver has stored what was said under each key.
func keysIn(t *testing.T, server *matrixtest.Server, room id.RoomID) map[string]int {
	t.Helper()
	times := map[string]int{}
	for _, e := range server.Stored(t, room) {
		var content struct {
			Key string `json:"attache.key"`
		}
		if err := json.Unmarshal(e.Content, &content); err != nil {
			t.Fatal(err)
		}
		if content.Key != "" {
			times[content.Key]++
		}
	}
	return times
}
