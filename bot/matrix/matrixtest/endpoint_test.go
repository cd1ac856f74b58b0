package matrixtest

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	const c = "/_matrix/client/v3/"
	for call, want := range map[string]Request{
		"PUT " + c + "rooms/%21r%3Alocalhost/send/m.room.message/t%2F1":  {Name: "send", Room: "!r:localhost", Type: "m.room.message", Txn: "t/1"},
		"PUT " + c + "rooms/!r/redact/$e/t":                              {Name: "redact", Room: "!r", Event: "$e", Txn: "t"},
		"GET " + c + "rooms/!r/state":                                    {Name: "state", Room: "!r"},
		"GET " + c + "rooms/!r/state/m.room.encryption/":                 {Name: "state", Room: "!r", Type: "m.room.encryption"},
		"PUT " + c + "rooms/!r/state/m.room.member/@a:b":                 {Name: "setState", Room: "!r", Type: "m.room.member", StateKey: "@a:b"},
		"GET " + c + "rooms/!r/messages?dir=b":                           {Name: "messages", Room: "!r"},
		"GET " + c + "rooms/!r/event/$e":                                 {Name: "event", Room: "!r", Event: "$e"},
		"POST " + c + "rooms/!r/join":                                    {Name: "join", Room: "!r"},
		"POST " + c + "join/!r":                                          {Name: "join", Room: "!r"},
		"GET " + c + "sync":                                              {Name: "sync"},
		"POST " + c + "createRoom":                                       {Name: "createRoom"},
		"GET " + c + "login":                                             {Name: "loginFlows"},
		"POST " + c + "login":                                            {Name: "login"},
		"GET " + c + "account/whoami":                                    {Name: "whoami"},
		"POST " + c + "account/password":                                 {Name: "account/password"},
		"POST " + c + "keys/upload":                                      {Name: "keys/upload"},
		"POST " + c + "keys/device_signing/upload":                       {Name: "keys/device_signing/upload"},
		"POST /_matrix/client/unstable/keys/device_signing/upload":       {Name: "keys/device_signing/upload"},
		"PUT " + c + "sendToDevice/m.room.encrypted/t":                   {Name: "sendToDevice", Type: "m.room.encrypted", Txn: "t"},
		"POST " + c + "user/@a:b/filter":                                 {Name: "filter"},
		"GET " + c + "user/@a:b/account_data/m.direct":                   {Name: "account_data", Type: "m.direct"},
		"PUT " + c + "user/@a:b/rooms/!r/account_data/m.tag":             {Name: "account_data", Room: "!r", Type: "m.tag"},
		"GET " + c + "room_keys/version":                                 {Name: "room_keys"},
		"GET " + c + "profile/@a:b/displayname":                          {Name: "profile"},
		"GET /_matrix/client/versions":                                   {Name: "versions"},
		"GET /_matrix/client/unstable/org.matrix.msc2965/auth_metadata":  {Name: "auth_metadata"},
		"GET /_matrix/client/v1/rooms/!r/relations/$e/m.thread":          {Name: "relations", Room: "!r", Event: "$e"},
		"GET /_matrix/client/v1/media/download/localhost/x":              {Name: "media"},
		"POST /_matrix/media/v3/upload":                                  {Name: "media"},
		"GET /.well-known/matrix/client":                                 {Name: "well-known"},
		"GET " + c + "login/sso/redirect?redirectUrl=http%3A%2F%2Flocal": {Name: "login/sso/redirect"},
		"POST /_matrix/client/v1/login/get_token":                        {Name: "login/get_token"},
	} {
		method, url, _ := strings.Cut(call, " ")
		r, err := http.NewRequest(method, "http://localhost"+url, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := parse(r, nil)
		want.Method, want.Path, want.Query = got.Method, got.Path, got.Query
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", call, got, want)
		}
	}
}
