package rule

import (
	"strings"
	"testing"
)

func mustParse(tb testing.TB, text string) *Rule {
	tb.Helper()
	r, err := Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// TestMatch holds single terms to the folding that both sides go through.
func TestMatch(t *testing.T) {
	for _, test := range []struct {
		rule, body string
		want       bool
	}{
		{"iran", "Talks with IRAN resume", true},
		{"iran", "Iranian talks", false},
		{"sanction*", "new sanctions", true},
		{"sanction*", "no sanction", true},
		{"sanction*", "Sanktionen", false},
		{"te?t", "a test", true},
		{"te?t", "a tent, a tet", true},
		{"te?t", "a tet", false},
		{"*stan", "in Uzbekistan", true},
		{"s*ns", "sanctions", true},
		{"Лавров?", "слова Лаврова", true},
		{`"sanction* against"`, "sanctions against", true},
		{`"sanction* against"`, "sanctions are against", false},

		// Phrases stand within one field, whatever punctuation says.
		{`"security council"`, "the Security Council.", true},
		{`"security council"`, "security for the council", false},
		{`"to be or not to be"`, "To be, or not to be", true},

		// Apostrophes.
		{"Maduro", "Maduro’s visit", true},
		{"Maduro's", "Maduro’s visit", true},
		{"Iran", "l'Iran", true},
		{"Shell", "she'll go", false},

		// Hyphens.
		{"cease-fire", "cease-fire", true},
		{"cease-fire", "ceasefire", true},
		{"cease-fire", "cease fire", true},
		{"ceasefire", "cease-fire", true},
		{"ceasefire", "ceasefire", true},
		{"ceasefire", "cease fire", true},
		{`"cease fire"`, "cease‑fire", true},
		{`"cease fire"`, "ceasefire", true},
		{`"cease fire"`, "cease fire", true},
		{`"cease fire"`, "cease the fire", false},
		{`"Gaza ceasefire talks"`, "Gaza cease-fire talks", true},
		{`"Gaza cease-fire talks"`, "Gaza ceasefire talks", true},
		{"ceasefire*", "two cease-fires", true},
		{"s*n", "shut down", false},
		{"F-16", "an F16", true},
		{"G7", "the G-7", true},
		{"Warsaw", "the war saw thousands flee", false},
		{"Iran", "I ran", false},

		// Acronyms that are words.
		{"US", "US troops", true},
		{"US", "U.S. troops", true},
		{"US", "U.S.-led troops", true},
		{"US", "told us", false},
		{"US", "Us and them", false},
		{"U.S.", "US troops", true},
		{"U.S.", "told us", false},
		{"us", "told us", true},
		{"us", "US troops", true},
		{`"US troops"`, "Give us troops", false},
		{`"US troops"`, "U.S. Troops", true},
		{"WHO", "the WHO says", true},
		{"WHO", "who says", false},
		{"UN", "un homme", false},
		{"EU", "eu sou", false},
		{"IT", "it is", false},
		{"OPEC", "Opec says", true},
		{"NATO", "Nato says", true},
		{"IRAN", "Iran says", true},

		// Scripts without spaces match within running text.
		{"委内瑞拉", "美国对委内瑞拉的制裁", true},
		{"委内瑞拉", "委内瑞", false},
		{"委", "委内瑞拉", true},
		{"铁路", "铁路12306", true},
		{"12306", "铁路12306", true},
		{"ガザ", "パレスチナのガザ地区", true},
		{"カサ", "ガザ", false},
		{"ไทย", "ประเทศไทยและ", true},
		{"制裁*", "制裁措施", true},

		// Folding.
		{"Lodz", "Łódź", true},
		{"DIŞİŞLERİ", "dışişleri", true},
		{"мой", "мои", false},
		{"Київ", "КИЇВ", true},
		{"غزه", "غزة", true},
		{"ایران", "إيران", true},
		{"הבית", "הַבַּיִת", true},
		{`ארה"ב`, "ארה״ב", true},
		{"ceasefire", "cease\u00adfire", true},
	} {
		r := mustParse(t, test.rule)
		d := NewDoc("", "", test.body)
		if got := r.Match(d); got != test.want {
			t.Errorf("%s matches %q: %t, want %t", test.rule, test.body, got, test.want)
		}
		if got := r.Explain(d) != nil; got != test.want {
			t.Errorf("%s explains %q: %t, want %t", test.rule, test.body, got, test.want)
		}
		var x Index
		x.Add(1, r)
		if got := len(x.Match(d)) == 1; got != test.want {
			t.Errorf("an index of %s matches %q: %t, want %t", test.rule, test.body, got, test.want)
		}
	}
}

// TestShouting: where all is in capitals, capitals are no evidence.
func TestShouting(t *testing.T) {
	for _, test := range []struct {
		rule, title, body string
		want              bool
	}{
		{"US", "IRAN TELLS US NOTHING", "", false},
		{"US", "IRAN TELLS US NOTHING", "He told us nothing.", false},
		{"US", "IRAN TELLS US NOTHING", "The US heard nothing.", true},
		{"US", "IRAN TELLS US NOTHING", "The U.S. heard nothing.", true},
		{"US", "IRAN TELLS U.S. NOTHING", "", true},
		{"title:US", "IRAN TELLS US NOTHING", "The US heard nothing.", true},
		{"title:US", "Iran tells us nothing", "The US heard nothing.", false},
		{"UN", "UN CHIEF VISITS IRAN", "", true},
		{"US", "US-EU", "", true},
		{"IRAN", "UN CHIEF VISITS IRAN", "", true},
		{"us", "IRAN TELLS US NOTHING", "", true},
	} {
		if got := mustParse(t, test.rule).Match(NewDoc(test.title, "", test.body)); got != test.want {
			t.Errorf("%s matches %q, %q: %t, want %t", test.rule, test.title, test.body, got, test.want)
		}
	}
}

// TestExplain: matched words are in brackets, fields are parted by a bar.
func TestExplain(t *testing.T) {
	for _, test := range []struct{ rule, doc, want string }{
		{"iran", "Iran|About Iran|No more of IRAN, Iran's", "[Iran]|About [Iran]|No more of [IRAN], [Iran]'s"},
		{"iran", "Iraq||", ""},
		{"title:iran", "Iran|About Iran|", "[Iran]|About Iran|"},
		{"title:iran", "Iraq|About Iran|", ""},
		{`"security council"`, "Security||council", ""},
		{"iran AND iraq", "Iran|Iraq|", "[Iran]|[Iraq]|"},
		{"iran AND iraq", "Iran||", ""},
		{"iran OR (iraq AND oman)", "Iran, Iraq||", "[Iran], Iraq||"},
		{"iran OR (iraq AND oman)", "Iran, Iraq, Oman||", "[Iran], [Iraq], [Oman]||"},
		{"iran OR (iraq AND NOT oman)", "Iran, Iraq, Oman||", "[Iran], Iraq, Oman||"},
		{"iran NOT oman", "Iran, Oman||", ""},
		{"iran NOT oman", "Iran||", "[Iran]||"},
		{"iran NOT title:oman", "Iran|Oman|", "[Iran]|Oman|"},
		{"iran NOT (iraq NOT oman)", "Iran, Iraq, Oman||", "[Iran], Iraq, [Oman]||"},
		{"NOT (NOT iran OR iraq)", "Iran||", "[Iran]||"},
		{`iran OR "iran deal" OR deal*`, "The Iran deal, deals||", "The [Iran deal], [deals]||"},
		{`"a1 b1" OR "b1 c1"`, "a1 b1 c1||", "[a1 b1] c1||"},
		{"ceasefire", "Cease-fire, cease fire||ceasefire", "[Cease-fire], [cease fire]||[ceasefire]"},
		{"cease*", "Cease-fire||", "[Cease]-fire||"},
		{"US", "The U.S. told us||US", "The [U.S.] told us||[US]"},
		{"委内瑞拉", "美国对委内瑞拉的制裁||", "美国对[委内瑞拉]的制裁||"},
		{"lodz", "In Ło\u0301dź.||", "In [Ło\u0301dź].||"},
	} {
		f := strings.Split(test.doc, "|")
		var got strings.Builder
		if terms := mustParse(t, test.rule).Explain(NewDoc(f[0], f[1], f[2])); terms != nil {
			for i, name := range fields {
				at := 0
				for _, m := range terms {
					if m.Field == name {
						got.WriteString(f[i][at:m.Start] + "[" + f[i][m.Start:m.End] + "]")
						at = m.End
					}
				}
				got.WriteString(f[i][at:])
				if i < len(fields)-1 {
					got.WriteString("|")
				}
			}
		}
		if got.String() != test.want {
			t.Errorf("%s explains %q:\n got %q\nwant %q", test.rule, test.doc, got.String(), test.want)
		}
	}
}

func TestExplainNamesTerms(t *testing.T) {
	got := mustParse(t, `"Security  Council" sanction* title:iran`).Explain(NewDoc("Iran sanctions", "", "The security council"))
	want := []Term{{"iran", Title, 0, 4}, {"sanction*", Title, 5, 14}, {"Security Council", Body, 4, 20}}
	if len(got) != len(want) {
		t.Fatalf("Explain = %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("Explain[%d] = %v, want %v", i, got[i], want[i])
		}
	}
}
