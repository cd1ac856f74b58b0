package config

import (
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Matrix is where a desk has its own homeserver, and encrypted rooms. It is on
// when it has a User; `attache matrix login` logs in as that one. Reload: no.
type Matrix struct {
	// User is the account we are, made for us alone: "@attache:example.org".
	// Default: "", no Matrix.
	User string `toml:"user"`

	// Homeserver is where its server takes clients, https://matrix.example.org.
	// Default: "", found by https://example.org/.well-known/matrix/client.
	Homeserver string `toml:"homeserver"`

	// Store is the file with our login and our keys, made by `attache matrix
	// login` for its owner alone. If it is lost, the recovery key makes another
	// device a trusted one, and brings back the keys of rooms; without that key
	// they are lost too. It is not storage.path. Default: "attache-matrix.db".
	Store string `toml:"store"`

	// StoreKey encrypts the login and the keys in that file: 32 bytes or more
	// that nobody can guess. With another, one has to log in anew, into another
	// file. Default: "", the file has a key of its own, and whoever can read it
	// can be us. Excludes StoreKeyFile.
	StoreKey     Secret `toml:"store_key" env:"ATTACHE_MATRIX_STORE_KEY"`
	StoreKeyFile string `toml:"store_key_file"`

	// Prefix is what people type before a command. Default: "!attache".
	Prefix string `toml:"prefix"`

	// Allow are the servers and the users whose invitations we accept:
	// "example.org", "@boss:example.org". Default: [], those of our own server;
	// with a list those in it only.
	Allow []string `toml:"allow"`

	// Admins are users who may do what admins of a room may, in any room:
	// "@boss:example.org". Default: [].
	Admins []string `toml:"admins"`

	// Level is the power level from which a member of a room may change what is
	// told there, 0 to 100. Default: -1, the room's own for changing its state,
	// which is 50 unless somebody set it.
	Level int `toml:"level"`
}

// On reports whether there is a Matrix to speak to.
func (m Matrix) On() bool { return m.User != "" }

func (c *checker) matrix(m Matrix, storage Storage) {
	if !m.On() && reflect.DeepEqual(m, Default().Matrix) {
		return
	}
	if !m.On() {
		c.add("matrix.user", "this is needed, and missing", `name the account that we are, like "@attache:example.org"`)
	} else if !isMatrixUser(m.User) {
		c.add("matrix.user", notMatrixUser(m.User), `write it like "@attache:example.org"`)
	}
	if m.Homeserver != "" {
		c.https("matrix.homeserver", m.Homeserver, "https://matrix.example.org")
	}
	if c.required("matrix.store", m.Store) && filepath.Clean(m.Store) == filepath.Clean(storage.Path) {
		c.add("matrix.store", "this is storage.path as well", "choose another file: the keys are kept apart from what we remember")
	}
	if n := len(m.StoreKey.text); n > 0 && n < minKey {
		c.secret("matrix.store_key", m.StoreKey, fmt.Sprintf("%d bytes are too few", n),
			fmt.Sprintf("at least %d that nobody can guess, as `openssl rand -base64 48` makes them", minKey))
	}
	c.prefix("matrix.prefix", m.Prefix)
	for i, name := range m.Allow {
		if !isMatrixUser(name) && !isMatrixServer(name) {
			c.add(fmt.Sprintf("matrix.allow[%d]", i), fmt.Sprintf("%.64q is neither a server nor a user", name),
				`write "example.org", as at the end of its users' names, or "@boss:example.org"`)
		}
	}
	for i, name := range m.Admins {
		if !isMatrixUser(name) {
			c.add(fmt.Sprintf("matrix.admins[%d]", i), notMatrixUser(name), `write it like "@boss:example.org"`)
		}
	}
	if m.Level < -1 || m.Level > 100 {
		c.add("matrix.level", fmt.Sprintf("%d is out of range", m.Level), "0 to 100, or -1 for what a room asks of those who change its state")
	}
}

// Ids as Matrix has them; https://spec.matrix.org/v1.16/appendices/#identifier-grammar.
// The part of a user before the colon may be what servers let in once, and that
// of a room is anything. A room of version 12 or later is the hash of how it was
// made, and has no server.
var (
	matrixLocal  = regexp.MustCompile(`^[!-9;-~]+$`)
	matrixServer = regexp.MustCompile(`^([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)
	matrixHash   = regexp.MustCompile(`^[0-9A-Za-z_-]{43}$`)
)

// maxMatrixID is the bytes that an id has at most.
const maxMatrixID = 255

func isMatrixServer(text string) bool { return matrixServer.MatchString(text) }

func isMatrixUser(text string) bool {
	local, server, _ := strings.Cut(strings.TrimPrefix(text, "@"), ":")
	return strings.HasPrefix(text, "@") && len(text) <= maxMatrixID && matrixLocal.MatchString(local) && isMatrixServer(server)
}

func notMatrixUser(text string) string { return fmt.Sprintf("%.64q is not a user of Matrix", text) }

func isMatrixRoom(text string) bool {
	opaque, server, ok := strings.Cut(strings.TrimPrefix(text, "!"), ":")
	return strings.HasPrefix(text, "!") && len(text) <= maxMatrixID && matrixLocal.MatchString(opaque) &&
		(ok && isMatrixServer(server) || !ok && matrixHash.MatchString(opaque))
}

// prefix checks what people type before a command. What begins with a slash
// never reaches us: clients take it for a command of their own, like /me.
func (c *checker) prefix(key, text string) {
	odd := !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) })
	switch n := utf8.RuneCountInString(text); {
	case odd || n < 1 || n > 32:
		c.add(key, fmt.Sprintf("%.64q is not a prefix", text), `up to 32 characters, no spaces, like "!attache"`)
	case strings.HasPrefix(text, "/"):
		c.add(key, "what begins with a slash is a command to people's own clients", `another mark, like "!attache"`)
	}
}

// matrixChannel checks a subscription's channel on Matrix.
func (c *checker) matrixChannel(key, name string, on bool) {
	const place = "it is in Element under Room settings, Advanced, Internal room ID"
	switch {
	case strings.HasPrefix(name, "#"):
		c.add(key, fmt.Sprintf("%.64q is a room's address, which may come to mean another", name), `write "matrix:" and the id, like "matrix:!abc:example.org"; `+place)
	case !isMatrixRoom(name):
		c.add(key, fmt.Sprintf("%.64q is not a room of Matrix", "matrix:"+name), `write "matrix:!abc:example.org", by the room's id; `+place)
	case !on:
		c.add(key, "Matrix is not set up", "set matrix.user and run attache matrix login")
	}
}
