package matrix

import (
	"encoding/json"
	"testing"

	"maunium.net/go/mautrix"
)

// The homeserver is told again who we are in a way that it offers, by what is
// known already if it can be.
func TestProof(t *testing.T) {
	for _, test := range []struct {
		asked, password, answer string // answer: what is typed
		there                   bool   // somebody, to go to a page
		want, told              string // want: JSON, or what is wrong
	}{
		{`{"flows":[{"stages":["m.login.password"]}],"session":"s1"}`, "secret", "", false,
			`{"type":"m.login.password","session":"s1","identifier":{"type":"m.id.user","user":"@a:b"},"user":"@a:b","password":"secret"}`, ""},
		{`{"flows":[{"stages":["m.login.password"]}],"session":"s1"}`, "", "typed", false,
			`{"type":"m.login.password","session":"s1","identifier":{"type":"m.id.user","user":"@a:b"},"user":"@a:b","password":"typed"}`, ""},
		{`{"flows":[{"stages":["m.login.password"]}]}`, "", "", false, "no password of @a:b was given", ""},
		{`{"flows":[{"stages":["m.login.sso"]},{"stages":["m.login.password"]}],"session":"s1"}`, "secret", "", true,
			`{"type":"m.login.password","session":"s1","identifier":{"type":"m.id.user","user":"@a:b"},"user":"@a:b","password":"secret"}`, ""},
		{`{"flows":[{"stages":["m.login.password"]},{"stages":["m.login.sso"]}],"session":"s 1"}`, "", "typed", true,
			`{"session":"s 1"}`, "https://hs.example/_matrix/client/v3/auth/m.login.sso/fallback/web?session=s+1\n"},
		{`{"flows":[{"stages":["m.login.sso"]}],"session":"s1"}`, "secret", "", false, "nobody is here to say that it is done", ""},
		{`{"flows":[{"stages":["m.oauth"]}],"params":{"m.oauth":{"url":"https://account.example/?action=org.matrix.cross_signing_reset"}},"session":"s1"}`, "", "", true,
			`{"session":"s1"}`, "https://account.example/?action=org.matrix.cross_signing_reset\n"},
		{`{"flows":[{"stages":["m.oauth"]}],"params":{"m.oauth":{"url":"http://account.example/"}},"session":"s1"}`, "", "", true,
			`{"session":"s1"}`, "https://hs.example/_matrix/client/v3/auth/m.oauth/fallback/web?session=s1\n"},
		{`{"flows":[{"stages":["m.oauth"]}],"params":{"m.oauth":"x"},"session":"s1"}`, "", "", true, `{"session":"s1"}`, "/auth/m.oauth/fallback/web?session=s1\n"},
		{`{"flows":[{"stages":["m.login.dummy"]}],"session":"s1"}`, "", "", false, `{"type":"m.login.dummy","session":"s1"}`, ""},
		{`{"flows":[{"stages":["m.login.password","m.login.msisdn"]}]}`, "secret", "", true, "in a way that we do not know", ""},
		{`{"flows":[]}`, "secret", "", true, "in a way that we do not know", ""},
	} {
		a := &arrival{}
		if test.answer != "" {
			a.answers = []string{test.answer}
		}
		if test.there {
			a.done = func(string) {}
		}
		n := &newcomer{LoginOptions: LoginOptions{User: "@a:b", Password: test.password, Operator: a}, login: login{Homeserver: "https://hs.example"}}
		var err error
		if n.client, err = n.newClient(); err != nil {
			t.Fatal(err)
		}
		var asked mautrix.RespUserInteractive
		if err := json.Unmarshal([]byte(test.asked), &asked); err != nil {
			t.Fatal(err)
		}
		p := &proof{newcomer: n}
		answer := p.give(t.Context())(&asked)
		if p.err != nil {
			if answer != nil {
				t.Errorf("%s: answered %v in spite of %v", test.asked, answer, p.err)
			}
			refusal(t, p.err, test.want)
			continue
		}
		got, err := json.Marshal(answer)
		if err != nil || string(got) != test.want {
			t.Errorf("%s\nis answered %s (%v)\nwant        %s", test.asked, got, err, test.want)
		}
		shows(t, a.last, test.told)
	}
}
