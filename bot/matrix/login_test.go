package matrix

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"attache/bot/matrix/matrixtest"
)

// arrival is an account on a real homeserver, and whoever logs in to it.
type arrival struct {
	server  *matrixtest.Server
	proxy   *matrixtest.Proxy
	account matrixtest.Account
	alice   *matrixtest.Person // who gives the keys of rooms to trusted devices only
	file    string             // matrix.store

	told    strings.Builder                        // all that was told
	last    string                                 // in the latest login
	answers []string                               // what is typed, in order
	asked   []string                               // what was asked for
	done    func(what string)                      // somebody does what they are asked to; nil: nobody is there
	heard   func(ctx context.Context, text string) // when something is told
	keys    []string                               // recovery keys that were shown
	errs    []error
}

var recoveryKey = regexp.MustCompile(`(?m)^    (Es\w\w( \w{4}){11})$`)

func (a *arrival) Tell(text string) {
	a.told.WriteString(text + "\n")
	a.last += text + "\n"
	if m := recoveryKey.FindStringSubmatch(text); m != nil {
		a.keys = append(a.keys, m[1])
	}
	if a.heard != nil {
		a.heard(context.Background(), text)
	}
}

func (a *arrival) Secret(_ context.Context, what string) (string, error) {
	a.asked = append(a.asked, what)
	if len(a.answers) == 0 {
		return "", ErrNobody
	}
	answer := a.answers[0]
	a.answers = a.answers[1:]
	return answer, nil
}

func (a *arrival) Wait(_ context.Context, what string) error {
	if a.done == nil {
		return ErrNobody
	}
	a.done(what)
	return nil
}

// newArrival makes one. Its test fails if a secret was told, but for each
// recovery key once.
func newArrival(t *testing.T) *arrival {
	t.Helper()
	server := matrixtest.Shared(t)
	a := &arrival{
		server: server, proxy: matrixtest.NewProxy(t, server.URL), account: server.Account(t, "attache"),
		alice: server.Person(t, "alice"),
		file:  filepath.Join(t.TempDir(), "matrix.db"),
	}
	t.Cleanup(func() {
		text := a.told.String() + errors.Join(a.errs...).Error()
		for _, token := range append(a.proxy.Tokens(), a.account.Password) {
			if strings.Contains(text, token) {
				t.Errorf("the secret %s was told", token)
			}
		}
		for _, key := range a.keys {
			if n := strings.Count(text, key); n != 1 {
				t.Errorf("the recovery key was told %d times", n)
			}
		}
		if t.Failed() {
			t.Logf("told:\n%s", text)
		}
	})
	a.errs = append(a.errs, errors.New("-")) // so that there is one to join
	return a
}

// open opens the file, until the test ends.
func (a *arrival) open(t *testing.T) *Device {
	t.Helper()
	device, err := OpenDevice(t.Context(), a.file, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { device.Close() })
	return device
}

// logIn runs attache matrix login, as it were.
func (a *arrival) logIn(t *testing.T, change ...func(*LoginOptions)) error {
	t.Helper()
	device, err := OpenDevice(t.Context(), a.file, "")
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	o := LoginOptions{
		Device: device, User: string(a.account.User), Homeserver: a.proxy.URL, Name: "Attaché", Operator: a,
	}
	for _, f := range change {
		f(&o)
	}
	a.last = ""
	err = LogIn(t.Context(), o)
	if err != nil {
		a.errs = append(a.errs, err)
	}
	return err
}

// must is logIn where nothing may be missing.
func (a *arrival) must(t *testing.T, change ...func(*LoginOptions)) login {
	t.Helper()
	if err := a.logIn(t, change...); err != nil {
		t.Fatal(err)
	}
	return a.login(t)
}

// login is what is in the file.
func (a *arrival) login(t *testing.T) login {
	t.Helper()
	device, err := OpenDevice(t.Context(), a.file, "")
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	l, err := device.login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// lose deletes the file.
func (a *arrival) lose(t *testing.T) {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(a.file + suffix); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
}

// check is what Check finds, a line each, as attache check prints it.
func (a *arrival) check(t *testing.T, change ...func(*CheckOptions)) string {
	t.Helper()
	device, err := OpenDevice(t.Context(), a.file, "")
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	o := CheckOptions{
		Options: Options{Device: device, User: string(a.account.User), Homeserver: a.proxy.URL},
	}
	for _, f := range change {
		f(&o)
	}
	var b strings.Builder
	for _, f := range Check(t.Context(), o) {
		if f.Err != nil {
			b.WriteString("BAD  " + f.What + ": " + f.Err.Error() + "\n")
			continue
		}
		b.WriteString("ok   " + f.What + ": " + f.Good + "\n")
	}
	a.told.WriteString(b.String())
	return b.String()
}

// shows checks that a text has all of some words in it, in order.
func shows(t *testing.T, text string, words ...string) {
	t.Helper()
	rest := text
	for _, w := range words {
		_, after, ok := strings.Cut(rest, w)
		if !ok {
			t.Errorf("%q is not, or not in this order, in\n%s", w, text)
			return
		}
		rest = after
	}
}

// refusal checks that it was refused, with these words.
func refusal(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error; want %q", words)
		return
	}
	shows(t, err.Error(), words...)
}

func withPassword(text string) func(*LoginOptions) {
	return func(o *LoginOptions) { o.Password = text }
}
func withKey(key string) func(*LoginOptions) { return func(o *LoginOptions) { o.RecoveryKey = key } }
func onceMore(o *LoginOptions)               { o.Again = true }
func newIdentity(o *LoginOptions)            { o.NewIdentity = true }

// client is one with a login of its own, for what a test does at the homeserver.
func (a *arrival) client(t *testing.T, l login) *mautrix.Client {
	t.Helper()
	l.Homeserver = a.server.URL
	client, err := newClient(l, http.DefaultTransport)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// devices are those that the account has at the homeserver.
func (a *arrival) devices(t *testing.T) (list []id.DeviceID) {
	t.Helper()
	res, err := a.client(t, a.login(t)).GetDevicesInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range res.Devices {
		list = append(list, d.DeviceID)
	}
	return list
}

// The first login makes a device that others trust and need not be warned of;
// any other finds that all is there, and makes none.
func TestLogin(t *testing.T) {
	a := newArrival(t)
	l := a.must(t, withPassword(a.account.Password))
	shows(t, a.last, "The homeserver of "+l.User.String()+" is at http://127.0.0.1:", "Logged in as "+l.User.String()+", device "+l.Device.String(),
		"has an identity now", "The recovery key", "shown this once", "matrix.db is ever lost", "The account trusts this device", "backed up at the homeserver")
	if trust := a.alice.Knows(l.User)[l.Device]; trust != id.TrustStateCrossSignedTOFU {
		t.Errorf("Alice thinks of the device: %s", trust)
	}
	if len(a.keys) != 1 || l.Backup == nil || l.Homeserver != a.proxy.URL || len(a.devices(t)) != 1 {
		t.Errorf("%d recovery keys, login %+v, devices %s", len(a.keys), l.Backup, a.devices(t))
	}
	shows(t, a.check(t), "ok   login: "+l.User.String()+", device "+l.Device.String(), "ok   device keys", "ok   trust", "ok   devices: this one alone\n", "ok   key backup: version "+string(l.Backup.Version)+" has 0 keys\n", "ok   rooms: we are in 0\n")

	logins, uploads := a.proxy.Calls("login"), a.proxy.Calls("keys/upload")
	for _, how := range [][]func(*LoginOptions){nil, {withPassword("whatever")}, {withKey(a.keys[0])}} {
		if got := a.must(t, how...); got.Token != l.Token || got.Device != l.Device {
			t.Errorf("another login: %s", got.Device)
		}
		shows(t, a.last, "Already logged in as "+l.User.String(), "trusts this device", "backed up")
	}
	if a.proxy.Calls("login") != logins || a.proxy.Calls("keys/upload") != uploads || len(a.keys) != 1 {
		t.Error("an idle login did something")
	}
	a.answers = []string{a.account.Password}
	if got := a.must(t, onceMore); got.Device != l.Device || got.Token == l.Token || len(a.devices(t)) != 1 {
		t.Errorf("again: device %s, which was %s, of %s", got.Device, l.Device, a.devices(t))
	}
	shows(t, a.last, "Logged in as", "trusts this device", "backed up")
	if strings.Contains(a.check(t), "BAD") {
		t.Error("something is wrong after another login")
	}
}

// A bot has the login of the user that it is to be and of no other, and speaks
// to the homeserver where that is now.
func TestLoginMoved(t *testing.T) {
	a := newArrival(t)
	l := a.must(t, withPassword(a.account.Password))
	moved := matrixtest.NewProxy(t, a.server.URL)
	o := Options{Device: a.open(t), User: string(l.User), Homeserver: moved.URL, Store: openDB(t)}
	m, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.open(t.Context()); err != nil || moved.Calls("sync") != 1 {
		t.Errorf("%d calls at the new address: %v", moved.Calls("sync"), err)
	}
	o.User = "@boss:localhost"
	_, err = New(t.Context(), o)
	refusal(t, err, a.file+" has the login of "+string(l.User)+", and matrix.user is @boss:localhost: name another matrix.store and run attache matrix login")
}
