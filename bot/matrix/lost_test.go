package matrix

import (
	"strings"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
)

// running is a bot that runs on the login in the file, and the room of hers
// that Alice has invited it to.
func (a *arrival) running(t *testing.T) (m *Matrix, room id.RoomID, stop func()) {
	t.Helper()
	device, err := OpenDevice(t.Context(), a.file, "")
	if err != nil {
		t.Fatal(err)
	}
	m, err = New(t.Context(), Options{Device: device, User: string(a.account.User), Store: openDB(t)})
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{Matrix: m}
	end := p.hears(t, &echo{})
	stop = func() { end(); device.Close() }
	t.Cleanup(stop)
	room = a.alice.Room(true, a.account.User)
	a.alice.WaitJoined(room, a.account.User)
	return m, room, stop
}

// reads decrypts what was said in a room with the keys in the file alone, and
// returns the words.
func (a *arrival) reads(t *testing.T, room id.RoomID) string {
	t.Helper()
	device := a.open(t)
	client := a.client(t, a.login(t))
	keys, err := openKeys(t.Context(), client, device)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Messages(t.Context(), room, "", "", mautrix.DirectionBackward, nil, 100)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range res.Chunk {
		e.RoomID = room
		parse(e)
		if e.Type != event.EventEncrypted {
			continue
		}
		if open, err := keys.Decrypt(t.Context(), e); err == nil {
			b.WriteString(open.Content.AsMessage().Body + "\n")
		}
	}
	return b.String()
}

// After the file is lost the recovery key brings back trust, and the keys of
// what was said before; without it the login says what is missing, and a new
// identity is the way out.
func TestLostStore(t *testing.T) {
	a := newArrival(t)
	first := a.must(t, withPassword(a.account.Password))
	m, room, stop := a.running(t)
	a.alice.Say(room, "!attache tell us of Norvania")
	if _, err := m.Post(t.Context(), channelOf(room), alert("Norvania recalls its ambassador"), bot.Attempt{Key: "k1"}); err != nil {
		t.Fatal(err)
	}
	p := &peer{Matrix: m, alice: a.alice, user: a.account.User}
	p.heard(t, room, "heard: tell us of Norvania")
	s, err := m.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n, err := s.keys.backUp(t.Context(), *s.login.Backup)
	if err != nil || n < 2 { // hers and ours
		t.Fatalf("%d keys were backed up: %v", n, err)
	}
	if n, err := s.keys.backUp(t.Context(), *s.login.Backup); err != nil || n > 0 {
		t.Errorf("and again %d: %v", n, err)
	}
	shows(t, a.check(t), "ok   key backup: version "+string(first.Backup.Version)+" has ", "keys\n", "ok   rooms: we are in 1\n")
	stop()

	a.lose(t)
	without := a.logIn(t, withPassword(a.account.Password))
	refusal(t, without, "logged in, but the account does not trust this device", "red shield", "--recovery-key-file FILE", "--new-identity")
	second := a.login(t)
	if second.Device == first.Device || a.alice.Knows(first.User)[second.Device] != id.TrustStateUnset {
		t.Errorf("device %s after %s", second.Device, first.Device)
	}
	shows(t, a.last, "The account has other devices: "+first.Device.String()+". Sign out")
	shows(t, a.check(t), "ok   device keys", "BAD  trust: the account does not trust this device",
		"ok   devices: this one, and "+first.Device.String()+"; sign out", "BAD  key backup: there is none")
	if got := a.reads(t, room); got != "" {
		t.Errorf("reads without keys: %s", got)
	}
	refusal(t, a.logIn(t, withKey("EsTd wrong")), "that is no recovery key")
	a.answers = []string{"nonsense", a.keys[0]}
	second = a.must(t)
	shows(t, a.last, "Already logged in", "No, that is no recovery key", "Took back ", " from the backup (version "+string(first.Backup.Version)+")")
	if strings.Contains(a.last, "identity now") || second.Backup == nil || second.Backup.Version != first.Backup.Version {
		t.Errorf("backup %+v after %+v; told:\n%s", second.Backup, first.Backup, a.last)
	}
	if trust := a.alice.Knows(first.User)[second.Device]; trust != id.TrustStateCrossSignedTOFU {
		t.Errorf("Alice thinks of the second device: %s", trust)
	}
	shows(t, a.reads(t, room), "Norvania recalls its ambassador", "!attache tell us of Norvania")
	if strings.Contains(a.check(t), "BAD") {
		t.Error("something is wrong after the recovery")
	}

	a.lose(t)
	third := a.must(t, withPassword(a.account.Password), newIdentity)
	shows(t, a.last, "The account has a new identity", "is told that it changed", "The recovery key", "another begun", "backed up at the homeserver")
	if trust := a.alice.Knows(first.User)[third.Device]; trust != id.TrustStateCrossSignedUntrusted {
		t.Errorf("Alice thinks of the device of the new identity: %s", trust)
	}
	a.lose(t)
	refusal(t, a.logIn(t, withPassword(a.account.Password), withKey(a.keys[0])), "that is not the recovery key of")
	fourth := a.must(t, withKey(a.keys[1]))
	if fourth.Backup.Version != third.Backup.Version {
		t.Errorf("backup %s after %s", fourth.Backup.Version, third.Backup.Version)
	}
}

// Where the homeserver has dropped the device, as it does when somebody signs it
// out, the next login is the same device with the same keys.
func TestSignedOut(t *testing.T) {
	a := newArrival(t)
	l := a.must(t, withPassword(a.account.Password))
	m, room, stop := a.running(t)
	if _, err := m.Post(t.Context(), channelOf(room), alert("Norvania recalls its ambassador"), bot.Attempt{Key: "k1"}); err != nil {
		t.Fatal(err)
	}
	stop()
	ours, err := a.open(t).signingKey(t.Context(), l.Device)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.client(t, l).Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	shows(t, a.check(t), "BAD  login: the homeserver does not know our login any more: run attache matrix login")
	got := a.must(t, withPassword(a.account.Password), withKey(a.keys[0]))
	shows(t, a.last, "does not know our login any more", "the same device", "had dropped the device's keys", "trusts this device")
	if now, err := a.open(t).signingKey(t.Context(), got.Device); got.Device != l.Device || now != ours || err != nil {
		t.Errorf("device %s, %s, was %s, %s: %v", got.Device, now, l.Device, ours, err)
	}
	if trust := a.alice.Knows(l.User)[l.Device]; trust != id.TrustStateCrossSignedTOFU {
		t.Errorf("Alice thinks of the device: %s", trust)
	}
	if strings.Contains(a.check(t), "BAD") {
		t.Error("something is wrong after the recovery")
	}
	m, _, _ = a.running(t)
	a.alice.Say(room, "!attache list")
	p := &peer{Matrix: m, alice: a.alice, user: a.account.User}
	p.heard(t, room, "heard: list")
	shows(t, a.reads(t, room), "heard: list", "Norvania recalls its ambassador")
}

// A backup that somebody has replaced is not written to, and the login goes on
// with what there is.
func TestOtherBackup(t *testing.T) {
	a := newArrival(t)
	l := a.must(t, withPassword(a.account.Password))
	if err := a.client(t, l).DeleteKeyBackupVersion(t.Context(), l.Backup.Version); err != nil {
		t.Fatal(err)
	}
	shows(t, a.check(t), "BAD  key backup: the homeserver has another than ours (version "+string(l.Backup.Version)+"), or none")
	m, room, stop := a.running(t)
	if _, err := m.Post(t.Context(), channelOf(room), alert("Norvania recalls its ambassador"), bot.Attempt{Key: "k1"}); err != nil {
		t.Fatal(err)
	}
	s, err := m.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.keys.backUp(t.Context(), *s.login.Backup)
	refusal(t, err, "another backup of keys now, or none", "attache matrix login --recovery-key-file FILE")
	stop()
	refusal(t, a.logIn(t), "logged in, but the keys of rooms are not backed up: log in again with --recovery-key-file FILE")
	got := a.must(t, withKey(a.keys[0]))
	if got.Backup.Version == l.Backup.Version {
		t.Errorf("goes on with the backup that was deleted, %s", got.Backup.Version)
	}
	shows(t, a.check(t), "ok   key backup: version "+string(got.Backup.Version)+" has ", "key")
	if text := a.check(t); strings.Contains(text, "not in it yet") || strings.Contains(text, " 0 keys") {
		t.Errorf("not all is backed up:\n%s", text)
	}
}
