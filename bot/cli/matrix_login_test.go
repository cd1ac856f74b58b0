package cli

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"attache/bot/matrix"
	"attache/bot/matrix/matrixtest"
)

// typed is ran, with what somebody types.
func typed(t *testing.T, in string, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	p := &Program{In: strings.NewReader(in), Out: &o, Err: &e, Transport: reach, Listen: net.Listen}
	status = p.Main(t.Context(), args)
	return status, o.String(), e.String()
}

// matrixConfig writes a config for an account, and returns its file and that of
// the login.
func matrixConfig(t *testing.T, user, homeserver, more string) (file, store string) {
	t.Helper()
	dir := t.TempDir()
	file, store = filepath.Join(dir, "config.toml"), filepath.Join(dir, "matrix.db")
	text := fmt.Sprintf("starter_feeds = false\nstorage.path = %q\n[matrix]\nuser = %q\nhomeserver = %q\nstore = %q\n%s",
		filepath.Join(dir, "attache.db"), user, homeserver, store, more)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, store
}

// told checks what a command line came to, and that what it printed has all the
// words in it.
func told(t *testing.T, what string, status, want int, text string, words ...string) {
	t.Helper()
	if status != want {
		t.Errorf("%s: status %d, want %d", what, status, want)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s: %q is not in\n%s", what, w, text)
		}
	}
}

// TestMatrixLogin logs in at a real homeserver through the program, loses the
// login and comes back, with check in between.
func TestMatrixLogin(t *testing.T) {
	server := matrixtest.Shared(t)
	server.Person(t, "alice") // or there is no encryption, and the test is left out
	proxy := matrixtest.NewProxy(t, server.URL)
	account := server.Account(t, "attache")
	user := account.User.String()
	file, store := matrixConfig(t, user, proxy.URL, "[[subscription]]\nchannel = 'matrix:!abc:localhost'\nrule = 'iran'\n")
	secret := filepath.Join(t.TempDir(), "secret")
	write := func(text string) string {
		t.Helper()
		if err := os.WriteFile(secret, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return secret
	}
	var printed strings.Builder
	run := func(in string, args ...string) (int, string) {
		t.Helper()
		status, out, errs := typed(t, in, append(args, "-c", file)...)
		printed.WriteString(out + errs)
		return status, out + errs
	}

	for _, command := range []string{"run", "check"} {
		status, text := run("", command)
		told(t, command+" before", status, found, text, store+" is not there: there is no login to Matrix yet", "attache matrix login")
	}
	if _, err := os.Stat(store); err == nil {
		t.Error("run or check made the file for the login")
	}
	status, text := run("", "matrix", "login")
	told(t, "nothing typed", status, found, text, "no password of "+user+" was given", "--password-file")
	status, text = run("wrong\n", "matrix", "login")
	told(t, "a wrong password", status, found, text, "the homeserver does not take the password of "+user)
	status, text = run(account.Password+"\n", "matrix", "login")
	told(t, "login", status, fine, text, "Logged in as "+user, "The recovery key of "+user+", shown this once", "The account trusts this device", "backed up")
	key := regexp.MustCompile(`Es\w\w( \w{4}){11}`).FindString(text)
	if key == "" {
		t.Fatalf("no recovery key in\n%s", text)
	}
	status, text = run("", "check")
	told(t, "check", status, found, text, "ok   matrix, login: "+user+", device ", "ok   matrix, device keys: ", "ok   matrix, trust: ", "ok   matrix, key backup: ",
		"BAD  matrix, room !abc:localhost: we are not in it: invite "+user, "attache: 1 problems")
	status, text = run("", "check", "--offline")
	told(t, "check offline", status, fine, text)
	if strings.Contains(text, "matrix") {
		t.Errorf("offline it looked at Matrix:\n%s", text)
	}
	status, text = run("", "matrix", "login")
	told(t, "login again", status, fine, text, "Already logged in as "+user)

	for _, suffix := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(store + suffix) // the last two are not always there
	}
	status, text = run("", "matrix", "login", "--password-file", write(account.Password))
	told(t, "login after a loss, without the key", status, found, text, "logged in, but the account does not trust this device", "--recovery-key-file FILE", "--new-identity")
	status, text = run("", "check")
	told(t, "check after a loss", status, found, text, "BAD  matrix, trust: ", "BAD  matrix, key backup: ")
	status, text = run("\n"+strings.ToLower(key)+"\n"+key+"\n", "matrix", "login", "--recovery-key-file", write("Es nonsense"))
	told(t, "login with nonsense for a key", status, found, text, "that is no recovery key")
	status, text = run("", "matrix", "login", "--recovery-key-file", write(key))
	told(t, "login with the key", status, fine, text, "Already logged in", "The account trusts this device", "backed up")

	for _, hidden := range append(proxy.Tokens(), account.Password) {
		if strings.Contains(printed.String(), hidden) {
			t.Errorf("the secret %s was printed", hidden)
		}
	}
	if n := strings.Count(printed.String(), key); n != 1 {
		t.Errorf("the recovery key was printed %d times", n)
	}
}

// What is wrong on the command line or in the config is wrong usage.
func TestMatrixLoginUsage(t *testing.T) {
	file, _ := matrixConfig(t, "@attache:localhost", "http://127.0.0.1:1", "")
	absent := filepath.Join(t.TempDir(), "absent")
	for _, test := range []struct {
		args string
		want string
	}{
		{"matrix login", `matrix.user is not set: write the bot's account into the config, like "@attache:example.org"`},
		{"matrix login -c " + file + " --sso --password-file " + absent, "can't be used together"},
		{"matrix login -c " + file + " --token-file " + absent, "no such file"},
		{"matrix login -c " + file + " --recovery-key-file " + absent, "no such file"},
		{"matrix login -c " + absent, "no such file"},
	} {
		status, out, errs := typed(t, "", strings.Fields(test.args)...)
		told(t, test.args, status, wrong, out+errs, test.want)
	}
	status, out, errs := typed(t, "secret\n", "matrix", "login", "-c", file)
	if want := "http://127.0.0.1:1 cannot be reached"; matrix.Encryption {
		told(t, "no homeserver", status, found, out+errs, want)
	} else {
		told(t, "no encryption", status, found, out+errs, "built without encryption", "go build -tags goolm")
	}
}

// The program runs as the account that the config names, at the homeserver that
// it names, and as no other.
func TestMatrixMoved(t *testing.T) {
	server := matrixtest.Shared(t)
	server.Person(t, "alice")
	account := server.Account(t, "attache")
	file, store := matrixConfig(t, account.User.String(), server.URL, "")
	if status, out, errs := typed(t, account.Password+"\n", "matrix", "login", "-c", file); status != fine {
		t.Fatal(out, errs)
	}
	replace := func(old, new string) {
		t.Helper()
		text, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(file, bytes.ReplaceAll(text, []byte(old), []byte(new)), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	proxy := matrixtest.NewProxy(t, server.URL)
	replace(server.URL, proxy.URL)
	status, out, errs := typed(t, "", "check", "-c", file)
	told(t, "check at another address", status, fine, out+errs, "at "+proxy.URL)
	status, out, errs = typed(t, "", "matrix", "login", "-c", file)
	told(t, "login at another address", status, fine, out+errs, "Already logged in")
	replace(account.User.String(), "@other:localhost")
	for _, command := range []string{"run", "check"} {
		status, out, errs = typed(t, "", command, "-c", file)
		told(t, command+" as another", status, found, out+errs, account.User.String()+", and matrix.user is @other:localhost: name another matrix.store and run attache matrix login")
	}
	if _, err := os.Stat(store); err != nil {
		t.Error(err)
	}
}
