package matrix

import (
	"bytes"
	"database/sql"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot/matrix/matrixtest"
)

func withRooms(rooms ...id.RoomID) func(*CheckOptions) {
	return func(o *CheckOptions) {
		for _, r := range rooms {
			o.Rooms = append(o.Rooms, string(r))
		}
	}
}

// Each room that the config names is looked at, and each invitation.
func TestCheckRooms(t *testing.T) {
	a := newArrival(t)
	a.must(t, withPassword(a.account.Password))
	me := a.account.User
	_, secret, stop := a.running(t)
	plain := a.alice.Create(&mautrix.ReqCreateRoom{Name: "Foreign\ndesk \u202eksed", Preset: "private_chat", Invite: []id.UserID{me}})
	quiet := a.alice.Room(true, me)
	old := a.alice.Room(false, me)
	for _, room := range []id.RoomID{plain, quiet, old} {
		a.alice.WaitJoined(room, me)
	}
	levels := &event.PowerLevelsEventContent{Events: map[string]int{"m.room.encrypted": 50}, Users: map[id.UserID]int{a.alice.User: 100}}
	a.alice.SetState(quiet, event.StatePowerLevels, "", levels)
	next := a.alice.Create(&mautrix.ReqCreateRoom{Preset: "private_chat"})
	a.alice.SetState(old, event.StateTombstone, "", &event.TombstoneEventContent{Body: "moved", ReplacementRoom: next})
	stop()
	invited := a.alice.Room(false, me)
	other := a.alice.Room(false, me)

	before := len(a.proxy.Requests("*"))
	text := a.check(t, withRooms(secret, secret, plain, quiet, old, next, invited), func(o *CheckOptions) { o.Allow = nil })
	for _, line := range []string{
		"ok   rooms: we are in 4\n",
		"ok   room " + string(secret) + ": encrypted, and we may speak there\n",
		"ok   room " + string(plain) + " (Foreign desk ksed): not encrypted, and we may speak there\n",
		"BAD  room " + string(quiet) + ": encrypted, and we may not speak there: our power is 0 and it takes 50; ",
		"BAD  room " + string(old) + ": it was replaced by " + string(next) + ": write that into the config\n",
		"BAD  room " + string(next) + ": we are not in it: invite " + string(me) + "\n",
		"ok   invitation to " + string(invited) + ": from " + string(a.alice.User) + "; it is accepted when the bot runs\n",
		"ok   invitation to " + string(other) + ": from " + string(a.alice.User) + "; it is accepted when the bot runs\n",
	} {
		if strings.Count(text, line) != 1 {
			t.Errorf("%q is there %d times in\n%s", line, strings.Count(text, line), text)
		}
	}
	for _, r := range a.proxy.Requests("*")[before:] {
		if r.Method != http.MethodGet && r.Path != "/_matrix/client/v3/keys/query" {
			t.Errorf("check calls %s %s", r.Method, r.Path)
		}
	}
	shows(t, a.check(t, func(o *CheckOptions) { o.Allow = []string{"example.org"} }),
		"BAD  invitation to ", "whom matrix.allow does not name: when the bot runs it is declined; name them there, or localhost, and restart")
}

// A check beside a running bot finds what it would, and harms nothing.
func TestCheckBeside(t *testing.T) {
	a := newArrival(t)
	a.must(t, withPassword(a.account.Password))
	m, room, _ := a.running(t)
	p := &peer{Matrix: m, alice: a.alice, user: a.account.User}
	for _, line := range []string{"one", "two", "three"} {
		a.alice.Say(room, "!attache "+line)
		if text := a.check(t, withRooms(room)); strings.Contains(text, "BAD") {
			t.Errorf("beside:\n%s", text)
		}
		p.heard(t, room, "heard: "+line)
	}
}

// Each thing that may be missing is found.
func TestCheckMissing(t *testing.T) {
	a := newArrival(t)
	shows(t, a.check(t), "BAD  login: there is no login to Matrix yet: ", "attache matrix login")
	device := a.open(t)
	l := logIn(t, a.proxy.URL, a.account, "")
	if err := device.setLogin(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	shows(t, a.check(t), "ok   login", "BAD  device keys: there are none yet: run attache matrix login", "BAD  key backup: there is none", "ok   rooms")
	client := a.client(t, l)
	if _, err := openKeys(t.Context(), client, device); err != nil {
		t.Fatal(err)
	}
	shows(t, a.check(t), "ok   device keys", "BAD  trust: the account has no identity", "BAD  key backup")

	a.proxy.Fail("keys/query", 1, matrixtest.Answer(`{"device_keys":{}}`))
	shows(t, a.check(t), "BAD  device keys: the homeserver has none for this device")
	a.proxy.Fail("keys/query", 1, matrixtest.Answer(`{"device_keys":{"`+string(l.User)+`":{"`+string(l.Device)+`":{"keys":{"ed25519:`+string(l.Device)+`":"AAAA"}}}}}`))
	shows(t, a.check(t), "BAD  device keys: the homeserver has others for this device")
	a.proxy.Fail("whoami", 1, matrixtest.Answer(`{"user_id":"`+string(l.User)+`","device_id":"OTHER"}`))
	shows(t, a.check(t), "BAD  login: the homeserver says that it is of "+string(l.User)+", device OTHER")
	a.proxy.Fail("whoami", 1, matrixtest.SoftLogout())
	shows(t, a.check(t), "BAD  login: the homeserver does not know our login any more: run attache matrix login")
	a.proxy.Fail("whoami", 1, matrixtest.Status(503, "down"))
	shows(t, a.check(t), "BAD  login: the homeserver at "+a.proxy.URL+" answered 503")
	for name, what := range map[string]string{"keys/query": "device keys", "joined_rooms": "rooms", "sync": "rooms"} {
		a.proxy.Fail(name, 1, matrixtest.Status(500, ""))
		shows(t, a.check(t), "BAD  "+what+": the homeserver at "+a.proxy.URL+" answered 500")
	}
	shows(t, a.check(t, func(o *CheckOptions) { o.Homeserver = "http://127.0.0.1:1" }), "BAD  login: http://127.0.0.1:1 cannot be reached: ")
	shows(t, a.check(t, func(o *CheckOptions) { o.User = "@boss:localhost" }), "BAD  login: ", " has the login of "+string(l.User)+", and matrix.user is @boss:localhost")
}

// What check opens is a file of ours, and it makes and changes none.
func TestCheckFile(t *testing.T) {
	dir := t.TempDir()
	for name, test := range map[string]struct {
		made func(path string) error
		want string // what is wrong, if something is
	}{
		"absent": {func(string) error { return nil }, "is not there: there is no login to Matrix yet: "},
		"text":   {func(path string) error { return os.WriteFile(path, []byte(strings.Repeat("text ", 1000)), 0o600) }, "file is not a database"},
		"another's": {func(path string) error {
			db, err := sql.Open("sqlite", path)
			if err == nil {
				defer db.Close()
				_, err = db.Exec("CREATE TABLE item (id INTEGER)")
			}
			return err
		}, "it is not a file of ours: set matrix.store to the one that attache matrix login made"},
		"ours": {func(path string) error {
			d, err := OpenDevice(t.Context(), path, "")
			if err == nil {
				err = d.Close()
			}
			return err
		}, ""},
		"ours, with a key": {func(path string) error {
			d, err := OpenDevice(t.Context(), path, strings.Repeat("k", 32))
			if err == nil {
				err = d.Close()
			}
			return err
		}, ""},
	} {
		path := filepath.Join(dir, name)
		if err := test.made(path); err != nil {
			t.Fatal(err)
		}
		before, _ := os.ReadFile(path) // one is not there
		d, err := OpenExisting(t.Context(), path, "")
		if test.want != "" {
			refusal(t, err, path, test.want)
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if err := d.Close(); err != nil {
			t.Error(err)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(after, before) {
			t.Errorf("%s: it was changed", name)
		}
		if there, _ := filepath.Glob(path + "*"); len(there) > 1 || before == nil && there != nil {
			t.Errorf("%s: %q are there now", name, there)
		}
		_ = os.Remove(path) // so that no other name begins like it
	}
}
