package matrix

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

func TestAfter(t *testing.T) {
	for _, test := range []struct {
		text, word, marks string
		want              string // "-": it begins otherwise
	}{
		{"!attache list", "!attache", "", "list"},
		{"!attache", "!attache", "", ""},
		{"!attache   subscribe  iran ", "!attache", "", "subscribe  iran"},
		{"!attache\tlist", "!attache", "", "list"},
		{"!attache\nlist\n", "!attache", "", "list"},
		{"!attache\u00a0list", "!attache", "", "list"}, // what phones write after a word
		{"!ATTACHE List", "!attache", "", "List"},
		{"!attachement list", "!attache", "", "-"},
		{"!attaché list", "!attache", "", "-"},
		{"!attache: list", "!attache", "", "-"},
		{"!attache.list", "!attache", ":,", "-"},
		{"!attach", "!attache", "", "-"},
		{" !attache list", "!attache", "", "-"},
		{"", "!attache", "", "-"},
		{"", "", "", ""},
		{"list", "", "", "-"},

		{"attache: list", "attache", ":,", "list"},
		{"attache, list", "attache", ":,", "list"},
		{"attache:list", "attache", ":,", "-"}, // as @attache:elsewhere.example is
		{"attache list", "attache", ":,", "list"},
		{"attache:", "attache", ":,", ""},
		{"attache :list", "attache", ":,", ":list"},

		{"Attaché: list", "attaché", ":,", "list"},
		{"ATTACHÉ: list", "attaché", ":,", "list"},
		{"attach\u00c3", "attaché", ":,", "-"}, // the word ends within a letter
		{"атташе, list", "АТТАШЕ", ":,", "list"},
		{"附 list", "附", ":,", "list"},
		{"附list", "附", ":,", "-"},
		{"\u212aate: list", "kate", ":,", "-"}, // a letter of another length
		{"News desk: list", "News desk", ":,", "list"},
	} {
		got, ok := after(test.text, test.word, test.marks)
		if ok != (test.want != "-") || ok && got != test.want || !ok && got != "" {
			t.Errorf("what follows %q in %q: %q, %t; want %q", test.word, test.text, got, ok, test.want)
		}
	}
}

// TestAddressed is of a room in which others are too.
func TestAddressed(t *testing.T) {
	const me, mention, pill = id.UserID("@attache:example.org"), 1, 2
	m := &Matrix{o: Options{Prefix: "!attache"}}
	s := &session{login: login{User: me}}
	s.client = failClient(t, "https://example.org", nil)
	s.client.StateStore = mautrix.NewMemoryStateStore()
	named := &event.MemberEventContent{Membership: event.MembershipJoin, Displayname: "News Desk"}
	if err := s.client.StateStore.SetMember(t.Context(), "!desk:example.org", me, named); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		body string
		how  int
		want string // "-": it is not for us
	}{
		{"!attache list", 0, "list"},
		{"`!attache list`", 0, "list"},
		{"@attache:example.org list", 0, "list"},
		{"@attache:example.org: list", 0, "list"},
		{"@attache: list", 0, "list"},
		{"attache: list", 0, "list"},
		{"attache, list", 0, "-"},
		{"attache, list", mention, "list"},
		{"attache list", pill, "list"},
		{"attache is late", 0, "-"},
		{"news desk: list", 0, "list"},
		{"@News Desk: list", 0, "list"},
		{"News Desk list", mention, "list"},
		{"News Desk, where are you?", 0, "-"},
		{"list", mention, "-"},
		{"", mention, "-"},

		// Others who are called as we are, elsewhere.
		{"@attache:elsewhere.example list", 0, "-"},
		{"@attache:example.org.elsewhere.example list", 0, "-"},
		{"@attache:example.org:8448 list", 0, "-"},
	} {
		said := &event.MessageEventContent{MsgType: event.MsgText, Body: test.body}
		switch test.how {
		case mention:
			said.Mentions = &event.Mentions{UserIDs: []id.UserID{me}}
		case pill:
			said.Format, said.FormattedBody = event.FormatHTML, `<a href="https://matrix.to/#/`+string(me)+`">attache</a> list`
		}
		got, ok := m.addressed(t.Context(), s, "!desk:example.org", said, false)
		if ok != (test.want != "-") || ok && got != test.want {
			t.Errorf("%q: %q, %t; want %q", test.body, got, ok, test.want)
		}
		// Where nobody else is, all is for us; what is not in it stays out.
		if got, ok := m.addressed(t.Context(), s, "!desk:example.org", said, true); test.want == "-" && got != test.body || ok != (test.body != "") {
			t.Errorf("%q alone: %q, %t", test.body, got, ok)
		}
	}
}

func TestStructured(t *testing.T) {
	for _, test := range []struct{ verb, arguments, want string }{
		{"latest", `{"rest":"3"}`, "latest 3"},
		{"latest", `{"rest":"  iran  oil "}`, "latest   iran  oil"},
		{"latest", `{"rest":""}`, "latest"},
		{"latest", `{"rest":null}`, "latest"},
		{"latest", `{"rest":3}`, "latest"}, // we ask for words
		{"latest", `{"rest":["3"]}`, "latest"},
		{"latest", `{"other":"3"}`, "latest"},
		{"latest", `{}`, "latest"},
		{"latest", `null`, "latest"},
		{"latest", `[]`, "latest"},
		{"latest", `"3"`, "latest"},
		{"latest", `{"rest":"3"`, "latest"},
		{"latest", ``, "latest"},
		{"", `{"rest":"3"}`, "3"},
		{"", ``, ""},
	} {
		if got := structured(test.verb, json.RawMessage(test.arguments)); got != test.want {
			t.Errorf("%q with %s: %q, want %q", test.verb, test.arguments, got, test.want)
		}
	}
}

// TestRedacted reads what was taken back where either kind of room says so: up to
// version 10 beside the content, then in it, and homeservers write both.
func TestRedacted(t *testing.T) {
	for _, test := range []struct {
		raw  string
		want id.EventID
	}{
		{`{"type":"m.room.redaction","redacts":"$old","content":{}}`, "$old"},
		{`{"type":"m.room.redaction","redacts":"$old","content":{"reason":"a slip"}}`, "$old"},
		{`{"type":"m.room.redaction","content":{"redacts":"$new"}}`, "$new"},
		{`{"type":"m.room.redaction","redacts":"$both","content":{"redacts":"$both"}}`, "$both"},
		{`{"type":"m.room.redaction","content":{}}`, ""},
		{`{"type":"m.room.redaction","content":{"redacts":7}}`, ""},
		{`{"type":"m.room.redaction"}`, ""},
		{`{"type":"m.room.message","content":{"msgtype":"m.text","body":"no","redacts":"$new"}}`, ""},
	} {
		var e event.Event
		if err := json.Unmarshal([]byte(test.raw), &e); err != nil {
			t.Fatal(err)
		}
		parse(&e)
		if got := redacted(&e); got != test.want {
			t.Errorf("%s: %q, want %q", test.raw, got, test.want)
		}
	}
	if got := redacted(&event.Event{}); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}

// FuzzAfter finds nothing that was not typed, and all that was typed after the
// word.
func FuzzAfter(f *testing.F) {
	for _, word := range []string{"!attache", "attaché", "附", "", "@attache:example.org", "k\ufffd", "\xff"} {
		for _, text := range []string{"", "list", " list", ": list", ":,", "\u212a\xc3\xa9", "\xff\x85", "\u0085list", "\u2028"} {
			f.Add(word+text, word, ":,")
			f.Add(text, word, "")
		}
	}
	f.Fuzz(func(t *testing.T, text, word, marks string) {
		rest, ok := after(text, word, marks)
		if !ok && rest != "" {
			t.Errorf("%q follows %q in %q, and does not", rest, word, text)
		}
		if ok {
			if !strings.EqualFold(text[:len(word)], word) || !strings.HasSuffix(strings.TrimRightFunc(text, unicode.IsSpace), rest) || rest != strings.TrimSpace(rest) {
				t.Errorf("%q follows %q in %q", rest, word, text)
			}
			if utf8.ValidString(text) && utf8.ValidString(word) && !utf8.ValidString(rest) {
				t.Errorf("%q is half a letter of %q", rest, text)
			}
		}
		if strings.Contains(marks, " ") {
			return
		}
		if rest, ok := after(word+" "+text, word, marks); !ok || rest != strings.TrimSpace(text) {
			t.Errorf("%q, %t follows %q in %q", rest, ok, word, word+" "+text)
		}
	})
}

// FuzzStructured takes whatever a client sends for arguments, and of those that
// we ask for every letter.
func FuzzStructured(f *testing.F) {
	for _, arguments := range []string{`{"rest":"3"}`, `{"rest":3}`, `{"rest":null}`, `null`, `[`, ``, "{\"rest\":\"\xff\"}", `{"rest":"\ud800"}`, `{"rest":"3","rest":"4"}`} {
		f.Add("latest", arguments)
	}
	f.Fuzz(func(t *testing.T, verb, arguments string) {
		if got := structured(verb, json.RawMessage(arguments)); !strings.HasPrefix(strings.TrimSpace(got), strings.TrimSpace(verb)) {
			t.Errorf("%q with %q is %q", verb, arguments, got)
		}
		if !utf8.ValidString(arguments) { // which no JSON has
			return
		}
		sent, err := json.Marshal(map[string]string{describedRest: arguments})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := structured(verb, sent), strings.TrimSpace(verb+" "+arguments); got != want {
			t.Errorf("%q with %s is %q, want %q", verb, sent, got, want)
		}
	})
}
