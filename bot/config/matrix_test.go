package config

import (
	"reflect"
	"strings"
	"testing"
)

// Each way of having Matrix passes the checks; none is no mistake either.
func TestMatrix(t *testing.T) {
	few, all := Default().Matrix, Default().Matrix
	few.User = "@attache:example.org"
	all.User, all.Homeserver, all.Store = "@News/desk=1:[::1]:8448", "http://127.0.0.1:8008", "/var/lib/attache/matrix.db"
	all.StoreKey = NewSecret("0123456789abcdef0123456789abcdef")
	all.Prefix, all.Level = "!é", 0
	all.Allow = []string{"example.org", "matrix.example.org:8448", "@boss:example.net"}
	all.Admins = []string{"@boss:example.org"}
	for text, want := range map[string]Matrix{
		"":                                    Default().Matrix,
		"[matrix]":                            Default().Matrix,
		"matrix.user = ''":                    Default().Matrix,
		"matrix.level = -1":                   Default().Matrix,
		"[matrix]\nuser = '" + few.User + "'": few,
		`[matrix]
user = '@News/desk=1:[::1]:8448'
homeserver = 'http://127.0.0.1:8008'
store = '/var/lib/attache/matrix.db'
store_key = '0123456789abcdef0123456789abcdef'
prefix = '!é'
level = 0
allow = ['example.org', 'matrix.example.org:8448', '@boss:example.net']
admins = ['@boss:example.org']
[[subscription]]
channel = 'matrix:!abc:example.org'
rule = 'iran'
[[subscription]]
channel = 'matrix:!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM'
rule = 'iran'`: all,
	} {
		got := parsed(t, text).Matrix
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %+v\nwant %+v", text, got, want)
		}
		if got.On() != (want.User != "") {
			t.Errorf("%s\non: %v", text, got.On())
		}
	}
}

// What is an id is so by the grammar, and not by where it comes from.
func TestMatrixIDs(t *testing.T) {
	long := strings.Repeat("a", 250)
	for text, want := range map[string]string{
		"@a:b": "user", "@a_b.c=d-e/f+g:example.org:443": "user", "@a:192.0.2.1": "user", "@a:[2001:db8::1]": "user",
		"@:b": "", "@a": "", "@a:": "", "a:b": "", "@a b:c": "", "@a:b/c": "", "@a:b:c": "", "@é:b": "", "@a:b.": "", "@" + long + ":b.org": "",
		"b": "server", "example.org": "server", "example.org:8448": "server", "[::1]:8448": "server", "localhost": "server",
		"example..org": "", "*.example.org": "", "https://example.org": "", "": "",
		"!a:b": "room", "!a~b/c:b": "room", "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM": "room",
		"!a": "", "!:b": "", "!a:": "", "#a:b": "", "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogL": "", "!" + long + ":b.org": "",
	} {
		got := ""
		switch {
		case isMatrixUser(text):
			got = "user"
		case isMatrixRoom(text):
			got = "room"
		case isMatrixServer(text):
			got = "server"
		}
		if got != want {
			t.Errorf("%q is a %q, want %q", text, got, want)
		}
	}
}
