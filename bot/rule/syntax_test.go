package rule

import (
	"errors"
	"strings"
	"testing"
)

func TestSyntaxError(t *testing.T) {
	for _, test := range []struct{ text, caret, msg, hint string }{
		{"", "^", "empty", "ceasefire"},
		{" \t\n", "^", "empty", ""},
		{`iran "security council`, "     ^", "never closed", `close it: iran "security council"`},
		{"iran (nuclear OR enrich*", "     ^", "never closed", "close it: iran (nuclear OR enrich*)"},
		{"iran) nuclear", "    ^", "closes nothing", "leave it out"},
		{"iran (", "     ^", "never closed", ""},
		{"iran ()", "     ^", "nothing between", ""},
		{`iran ""`, "     ^", "no word between", ""},
		{`iran "—"`, "     ^", "no word between", ""},
		{"iran AND", "     ^", "AND has nothing after it", ""},
		{"iran AND AND iraq", "     ^", "AND has nothing after it", ""},
		{"(iran OR) iraq", "      ^", "OR has nothing after it", ""},
		{"OR iran", "^", "OR has nothing before it", ""},
		{"iran NOT", "     ^", "NOT has nothing after it", ""},
		{"iran NOT NOT iraq", "         ^", "negation of a negation", ""},
		{"iran NOT -iraq", "         ^", "negation of a negation", ""},
		{"title:", "      ^", "needs a word", ""},
		{"iran title:-iraq", "           ^", "needs a word", ""},
		{"iran sauce:bbc", "     ^", "sauce: is not a field; the only one is title:", "sauce bbc"},
		{"Венесуэла: санкции", "^", "not a field", "Венесуэла санкции"},
		{"iran a*", "     ^", "matches too much", ""},
		{"iran *", "     ^", "matches too much", ""},
		{`"iran * deal"`, "^", "matches too much", ""},
		{"iran NEAR/5 iraq", "     ^", "NEAR/5 is not an operator", "AND"},
		{`"iran deal"~5`, "           ^", "~ means nothing", ""},
		{"iran^9", "    ^", "^ means nothing", ""},
		{"{iran iraq}", "^", "{ means nothing", ""},
		{"@unsc", "^", "@ means nothing", ""},

		// Columns are those of a terminal.
		{`委内瑞拉 "制裁`, "         ^", "never closed", ""},
		{"Łódź (iran", "     ^", "never closed", ""},
		{"Ło\u0301dź (iran", "     ^", "never closed", ""},
		{"iran\tNOT", "     ^", "nothing after", ""},
		{"\u202eiran NOT", "     ^", "nothing after", ""},
		{"iran OR\niraq OR\noman AND\n", "     ^", "nothing after", ""},

		// Not what anybody can want.
		{"NOT iran", "    ^", "lacks iran", "must be there"},
		{"-iran -iraq", " ^", "lacks iran", ""},
		{"iran OR NOT iraq", "            ^", "lacks iraq", ""},
		{"NOT (iran AND iraq)", "     ^", "lacks iran", ""},
		{"the", "^", "every text has the", ""},
		{"iran OR the", "        ^", "every text has the", ""},
		{"title:the of", "      ^", "every text has title:the", ""},
		{"iran AND iraq AND NOT iran", "                      ^", "never match", ""},

		// Limits.
		{strings.Repeat("(", 65) + "iran" + strings.Repeat(")", 65), strings.Repeat(" ", 64) + "^", "at most 64 deep", ""},
		{strings.Repeat("x1 ", 501), strings.Repeat(" ", 1500) + "^", "at most 500 words", ""},
		{strings.Repeat("word ", 801), strings.Repeat(" ", 4000) + "^", "at most 4000 bytes", ""},
		{strings.Repeat("title:iran0 ", 300), "", "written out", ""},
		{strings.Repeat("b1 OR c1 AND (", 40) + "d1 OR e1" + strings.Repeat(")", 40), "^", "written out", ""},
	} {
		_, err := Parse(test.text)
		e, ok := errors.AsType[*SyntaxError](err)
		if !ok {
			t.Errorf("Parse(%.60q) = %v, want a *SyntaxError", test.text, err)
			continue
		}
		if e.Text != test.text || e.Offset < 0 || e.Offset > len(e.Text) {
			t.Errorf("Parse(%.60q): error at %d of %.60q", test.text, e.Offset, e.Text)
		}
		if strings.Contains(e.Error(), "\n") || !strings.Contains(e.Error(), test.msg) || !strings.Contains(e.Hint, test.hint) {
			t.Errorf("Parse(%.60q): %v (hint %q), want one line with %q and %q", test.text, e, e.Hint, test.msg, test.hint)
		}
		_, caret, _ := strings.Cut(e.Caret(), "\n")
		if test.caret != "" && caret != test.caret {
			t.Errorf("Parse(%.60q): caret at column %d, want %d:\n%s", test.text, len(caret), len(test.caret), e.Caret())
		}
	}
}

func TestLimitsReached(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("(", 64) + "iran" + strings.Repeat(")", 64),
		strings.TrimSpace(strings.Repeat("x ", 500)),
		`"` + strings.Repeat("x ", 500) + `"`,
		strings.Repeat(" ", 3996) + "iran",
	} {
		if _, err := Parse(text); err != nil {
			t.Errorf("Parse(%.40q…): %v", text, err)
		}
	}
}
