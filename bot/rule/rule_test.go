package rule

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		// Words side by side bind looser than OR, AND tighter.
		{"iran", "iran"},
		{"iran nuclear", "iran AND nuclear"},
		{"iran (nuclear OR enrich*)", "iran AND (nuclear OR enrich*)"},
		{"iran israel OR gaza", "iran AND (israel OR gaza)"},
		{"iran OR israel gaza", "(iran OR israel) AND gaza"},
		{"iran AND israel OR gaza", "(iran AND israel) OR gaza"},
		{"iran OR israel AND gaza", "iran OR (israel AND gaza)"},
		{"iran israel AND gaza OR yemen oman", "iran AND ((israel AND gaza) OR yemen) AND oman"},
		{"iran -israel OR gaza", "iran AND (NOT israel OR gaza)"},
		{"iran AND NOT israel", "iran AND NOT israel"},
		{"iran NOT israel", "iran AND NOT israel"},
		{"iran -(israel OR gaza)", "iran AND NOT (israel OR gaza)"},
		{"iran NOT (israel NOT gaza)", "iran AND NOT (israel AND NOT gaza)"},
		{"((iran)) AND ((israel OR (gaza)))", "iran AND (israel OR gaza)"},
		{"iran AND (israel AND (gaza AND yemen))", "iran AND israel AND gaza AND yemen"},

		// Other spellings of the operators.
		{"iran && israel || gaza", "(iran AND israel) OR gaza"},
		{"iran & israel | gaza", "(iran AND israel) OR gaza"},
		{"iran|israel", "iran OR israel"},
		{"iran&&israel", "iran AND israel"},
		{"iran –israel", "iran AND NOT israel"},
		{"+iran +israel", "iran AND israel"},
		{"iran and israel", "iran AND israel"},
		{"iran and not israel", "iran AND NOT israel"},
		{"iran or israel or gaza", "iran OR israel OR gaza"},
		{"(iran or israel) and gaza", "(iran OR israel) AND gaza"},
		{"iran or israel AND gaza", `iran AND "or" AND israel AND gaza`},
		{`iran "or" israel`, `iran AND "or" AND israel`},
		{"or iran", `"or" AND iran`},
		{"AT&T", "AT&T"},

		// Phrases, in anybody's quotation marks.
		{`"security council" iran`, `"security council" AND iran`},
		{`“security council”`, `"security council"`},
		{`„security council“`, `"security council"`},
		{`«security council»`, `"security council"`},
		{`» security  council «`, `"security council"`},
		{`"iran"`, "iran"},
		{`"OR"`, `"OR"`},
		{`-"security council" iran`, `NOT "security council" AND iran`},
		{`צה"ל OR "ארה"ב היום"`, `צה"ל OR "ארה"ב היום"`},
		{"iran—israel", "iran—israel"},
		{"Iran's", "Iran's"},
		{"Iran, AND (“Iraq.”)", "Iran AND Iraq"},
		{"10:30 https://news.example/a", "10:30 AND https://news.example/a"},

		// The field.
		{"title:iran", "title:iran"},
		{"Title: iran", "title:iran"},
		{"intitle:iran headline:iraq subject:oman", "title:iran AND title:iraq AND title:oman"},
		{`title:"security council"`, `title:"security council"`},
		{"title:(iran OR iraq) oman", "(title:iran OR title:iraq) AND oman"},
		{"title:(iran NOT iraq) oman", "title:iran AND NOT title:iraq AND oman"},
		{"-title:iran oman", "NOT title:iran AND oman"},

		// Lists.
		{"iran, iraq", "iran OR iraq"},
		{"iran; South China Sea;", `iran OR "South China Sea"`},
		{"iran\nSouth China Sea\n", `iran OR "South China Sea"`},
		{"iran, iraq or oman", "iran OR iraq OR oman"},
		{"iran, iraq, and oman", "iran OR iraq OR oman"},
		{"iran, Trinidad and Tobago", `iran OR "Trinidad and Tobago"`},
		{"伊朗、伊拉克，阿曼", "伊朗 OR 伊拉克 OR 阿曼"},
		{"iran,", "iran"},
		{"1,000 dead", "1,000 AND dead"},
		{"iran, iraq AND oman", "iran AND iraq AND oman"},

		// What cannot be seen.
		{"\u200eiran\u00a0cease\u00adfire\u200b", "iran AND ceasefire"},
		{"مي\u200cخواهد", "مي\u200cخواهد"},

		// Wildcards.
		{"sanction* te?t *stan", "sanction* AND te?t AND *stan"},
		{`"sanction* against"`, `"sanction* against"`},
		{"制裁*", "制裁"},
	} {
		r, err := Parse(test.text)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.text, err)
			continue
		}
		if got := r.String(); got != test.want {
			t.Errorf("Parse(%q) = %s, want %s", test.text, got, test.want)
		}
		again, err := Parse(r.String())
		if err != nil || again.String() != r.String() {
			t.Errorf("Parse(%q) = %v, %v, want the same again", r, again, err)
		}
	}
}

func TestNotes(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"iran", ""},
		{"iran (nuclear OR enrich*) -oil", ""},
		{"iran AND iraq oman", ""},
		{"iran iraq OR oman", "I read this as iran AND (iraq OR oman)"},
		{"iran AND iraq OR oman", "I read this as (iran AND iraq) OR oman"},
		{"iran and iraq", "in small letters for operators"},
		{"iran or iraq AND oman", "in small letters are words"},
		{"iran, iraq", "commas and lines as OR"},
		{`iran, "south china sea"`, "Commas say nothing"},
		{"+iran", "A + says nothing"},
		{"iran - iraq", "“-” has no letters"},
		{"US iran", "US in capitals is a name"},
		{"us iran", "write US for the name"},
		{"sanction?", "exactly one letter"},
		{`Côte d’Ivoire`, ""},
	} {
		r, err := Parse(test.text)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.text, err)
			continue
		}
		notes := strings.Join(r.Notes(), "\n")
		if !strings.Contains(notes, test.want) || (test.want == "") != (notes == "") {
			t.Errorf("Parse(%q).Notes() = %q, want %q in it", test.text, notes, test.want)
		}
	}
}

// TestPasted is rules as people paste them, each of which was once read as
// something else without a word.
func TestPasted(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{`‘Security Council’`, `"Security Council"`},
		{`Iran AND 'Security Council'`, `Iran AND "Security Council"`},
		{`iran NOT 'world cup'`, `iran AND NOT "world cup"`},
		{`iran -'world cup'`, `iran AND NOT "world cup"`},
		{`iran or iraq -football`, `(iran OR iraq) AND NOT football`},
		{`制裁 AND （伊朗 OR 伊拉克）`, `制裁 AND (伊朗 OR 伊拉克)`},
		{`title：伊朗`, `title:伊朗`},
	} {
		r, err := Parse(test.text)
		if err != nil || r.String() != test.want {
			t.Errorf("Parse(%q) = %v, %v, want %s", test.text, r, err, test.want)
		}
	}
	for _, text := range []string{"iran --football", "iran —football", "iran -#football", "iran near/5 deal", "NEAR5(iran deal)", "iran ANDNOT iraq"} {
		if r, err := Parse(text); err == nil {
			t.Errorf("Parse(%q) = %s, want a refusal", text, r)
		}
	}
	for _, test := range []struct{ rule, text string }{
		{"US", "美国 NATO EU US 会议"}, {"WHO", "منظمة WHO و UNICEF في غزة"},
		{"NATO", "NATO는 회의를 열었다"}, {"Iran", "Iran은 말했다"}, {"5월", "2026년 5월 회의"},
	} {
		if r := mustParse(t, test.rule); !r.Match(NewDoc(test.text, "", "")) {
			t.Errorf("%s misses %s", test.rule, test.text)
		}
	}
}
