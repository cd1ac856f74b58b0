package rule

import (
	"testing"
	"unicode/utf8"
)

// FuzzParse: any text is a rule, which reads the same when printed, or an error
// that points into it.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"iran (nuclear OR enrich*) -oil", `title:("cease-fire" OR truce) AND Gaza`, "Maduro, South China Sea or Taiwan",
		"US and iran or not u.s.", `“a1” | «b1» && -c1`, "委内瑞拉 制裁*", `צה"ל "ארה"ב"`, "NOT (a1 OR NOT b1)", "((", `"`, "xyz:1", "1,000 a\u0301\u200d-b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text)
		if err != nil {
			e := err.(*SyntaxError)
			if e.Msg == "" || e.Offset < 0 || e.Offset > len(text) || e.Error() == "" || e.Caret() == "" {
				t.Fatalf("Parse(%q): %#v", text, e)
			}
			return
		}
		again, err := Parse(r.String())
		if err != nil {
			t.Fatalf("Parse(%q) = %s, which does not parse: %v", text, r, err)
		}
		if again.String() != r.String() {
			t.Fatalf("Parse(%q) = %s, which parses to %s", text, r, again)
		}
	})
}

// FuzzMatch: what a rule explains is what it matches, in order, within the
// text; an index and the canonical form agree.
func FuzzMatch(f *testing.F) {
	f.Add("iran (nuclear OR enrich*) -oil", "Iran", "enrichment", "of nuclear fuel")
	f.Add("cease-fire", "Cease‑fire", "cease fire", "ceasefire")
	f.Add(`US OR "U.S. a1"`, "US TELLS US", "U.S.-led a1", "ﬁ½™")
	f.Add("委内瑞拉 OR ガザ", "委内瑞拉", "ｶﾞｻﾞ", "か\u3099")
	f.Add("*ab OR a?b* OR NOT (NOT ab)", "aab", "a-b", "abab ab-ab")
	f.Fuzz(func(t *testing.T, text, title, summary, body string) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		d := NewDoc(title, summary, body)
		terms, want := r.Explain(d), r.Match(d)
		if (terms != nil) != want {
			t.Fatalf("%s: Match is %t, Explain %v", r, want, terms)
		}
		var x Index
		x.Add(1, r)
		if got := len(x.Match(d)) == 1; got != want {
			t.Fatalf("%s: Match is %t, that of an Index %t", r, want, got)
		}
		if again := mustParse(t, r.String()); again.Match(d) != want {
			t.Fatalf("%q: Match is %t, that of its canonical form %s %t", text, want, again, !want)
		}
		originals := map[Field]string{Title: title, Summary: summary, Body: body}
		field, end := Title, 0
		for _, m := range terms {
			s := originals[m.Field]
			if m.Field != field {
				field, end = m.Field, 0
			}
			if m.Start < end || m.End <= m.Start || m.End > len(s) {
				t.Fatalf("%s: %v after %d in %q", r, m, end, s)
			}
			if utf8.ValidString(s) && !utf8.ValidString(s[m.Start:m.End]) {
				t.Fatalf("%s: %v cuts a letter of %q", r, m, s)
			}
			if Fold(s[m.Start:m.End]) == "" {
				t.Fatalf("%s: %v holds no word of %q", r, m, s)
			}
			end = m.End
		}
	})
}
