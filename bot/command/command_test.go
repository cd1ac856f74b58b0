package command

import (
	"errors"
	"strings"
	"testing"
)

var table = Table[string]{
	{Name: "help", Aliases: []string{"?"}, Args: "[VERB]"},
	{Name: "subscribe", Aliases: []string{"sub", "follow"}, Args: "RULE"},
	{Name: "list", Aliases: []string{"ls"}},
	{Name: "unsubscribe", Aliases: []string{"unsub", "remove"}, Args: "ID"},
	{Name: "latest", Args: "[N]"},
	{Name: "search", Args: "WORDS"},
}

func TestParse(t *testing.T) {
	tests := []struct {
		line, verb, rest string
	}{
		{"subscribe Venezuela AND treaty", "subscribe", "Venezuela AND treaty"},
		{"  SUB\u00a0“Security Council” ", "subscribe", "“Security Council”"},
		{"subs\tx", "subscribe", "x"},
		{"un 3", "unsubscribe", "3"},
		{"ls", "list", ""},
		{"?", "help", ""},
		{"", "help", ""},
		{" \u200b ", "help", ""},
		{"/", "help", ""},
		{"/latest 5", "latest", "5"},
		{"help: search", "help", "search"},
	}
	for _, tt := range tests {
		c, err := table.Parse(tt.line)
		if err != nil || c.Verb.Name != tt.verb || c.Rest != tt.rest {
			t.Errorf("Parse(%q) = %q %q, %v; want %q %q", tt.line, c.Verb.Name, c.Rest, err, tt.verb, tt.rest)
		}
	}
}

func TestParseUnknown(t *testing.T) {
	tests := []struct {
		line    string
		nearest string
	}{
		{"subscrieb x", "subscribe"},
		{"serach x", "search"},
		{"l", "list latest"},
		{"lst", "list"},
		{"unsbuscribe 3", "unsubscribe"},
		{"flolow x", "subscribe"}, // by an alias, named by what it is an alias of
		{"weather", ""},
	}
	for _, tt := range tests {
		_, err := table.Parse(tt.line)
		unknown, ok := errors.AsType[*UnknownError](err)
		if !ok {
			t.Errorf("Parse(%q): %v, want an UnknownError", tt.line, err)
			continue
		}
		if got := strings.Join(unknown.Nearest, " "); got != tt.nearest {
			t.Errorf("Parse(%q): nearest %q, want %q", tt.line, got, tt.nearest)
		}
	}
	if _, err := table.Parse(strings.Repeat("a", MaxLine+1)); err == nil {
		t.Error("a line beyond MaxLine was read")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"subscribe “a b” c", "sub", "\u200b/?", "l"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		c, err := table.Parse(line)
		if err == nil && c.Verb.Name == "" {
			t.Errorf("Parse(%q) returned neither a verb nor an error", line)
		}
		if err == nil && !strings.Contains(line, c.Rest) {
			t.Errorf("Parse(%q): the rest %q is not as typed", line, c.Rest)
		}
	})
}
