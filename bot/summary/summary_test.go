package summary

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// quote is what a reader sees of spans.
func quote(fields map[string]string, spans ...Span) []string {
	var texts []string
	for _, s := range spans {
		text := fields[s.Field][s.Start:s.End]
		if s.Cut {
			text += "…"
		}
		texts = append(texts, text)
	}
	return texts
}

func TestOf(t *testing.T) {
	long := strings.Repeat("word ", 80)
	for _, test := range []struct {
		name                 string
		title, summary, body string
		headline             string
		lead                 []string
	}{
		{
			name:     "the summary",
			title:    "BREAKING: Ruritania recalls its ambassador",
			summary:  "GENEVA, 4 March (Wire One) — Ruritania recalled its ambassador to Syldavia on Tuesday. The U.S. Embassy had no comment.",
			body:     "Something else.",
			headline: "Ruritania recalls its ambassador",
			lead:     []string{"Ruritania recalled its ambassador to Syldavia on Tuesday.", "The U.S. Embassy had no comment."},
		}, {
			name:     "a summary that says the title again",
			title:    "Ruritania recalls its ambassador - Wire One",
			summary:  "Ruritania recalls its ambassador.",
			body:     "The envoy left at noon.",
			headline: "Ruritania recalls its ambassador - Wire One",
			lead:     []string{"The envoy left at noon."},
		}, {
			name:     "a summary cut short, with the body to go on from",
			title:    "Envoy leaves",
			summary:  "The envoy left the capital at noon after a short meeting […]\nThe post Envoy leaves appeared first on Wire One.",
			body:     "Syldavia (Wire One) — The envoy left the capital at noon after a short meeting with the minister. No date was set.",
			headline: "Envoy leaves",
			lead:     []string{"The envoy left the capital at noon after a short meeting with the minister.", "No date was set."},
		}, {
			name:     "a summary cut short without a mark",
			title:    "Envoy leaves",
			summary:  "The envoy left the capital at noon after a",
			body:     "The envoy left the capital at noon after a short meeting.",
			headline: "Envoy leaves",
			lead:     []string{"The envoy left the capital at noon after a short meeting."},
		}, {
			name:     "a summary cut short, and nothing else",
			title:    "Envoy leaves",
			summary:  "The envoy left the capital after...",
			headline: "Envoy leaves",
			lead:     []string{"The envoy left the capital after…"},
		}, {
			name:     "a full sentence, then one cut short",
			title:    "Envoy leaves",
			summary:  "The envoy left the capital. She is to ret…",
			headline: "Envoy leaves",
			lead:     []string{"The envoy left the capital."},
		}, {
			name:     "the title repeated, captions and calls",
			title:    "Envoy leaves",
			summary:  "",
			body:     "Envoy leaves\nBy Jane Doe and John Roe\nFILE - The envoy in March. (AP Photo/Jane Doe)\nRead more: The last envoy\nKYIV, Ukraine — She left at noon. Sign up for our newsletter.",
			headline: "Envoy leaves",
			lead:     []string{"She left at noon."},
		}, {
			name:     "nothing but the title",
			title:    "Envoy leaves",
			summary:  "Envoy leaves",
			body:     "Continue reading…",
			headline: "Envoy leaves",
		}, {
			name:     "a long title and a long sentence",
			title:    long,
			summary:  "First, " + long,
			headline: strings.TrimSpace(strings.Repeat("word ", 24)) + "…",
			lead:     []string{"First, " + strings.TrimSpace(strings.Repeat("word ", 54)) + "…"},
		}, {
			name:     "a long sentence with clauses",
			title:    "Envoy leaves",
			summary:  strings.Repeat("word ", 40) + "word, " + long,
			headline: "Envoy leaves",
			lead:     []string{strings.Repeat("word ", 40) + "word…"},
		}, {
			name:     "a script without spaces",
			title:    strings.Repeat("外", 130),
			summary:  strings.Repeat("交", 150) + "，" + strings.Repeat("部", 150) + "。",
			headline: strings.Repeat("外", 119) + "…",
			lead:     []string{strings.Repeat("交", 150) + "…"},
		}, {
			name:     "no title",
			summary:  "The envoy left. She left at noon.",
			headline: "The envoy left.",
			lead:     []string{"She left at noon."},
		}, {
			name: "nothing at all",
		}, {
			name:     "at most three sentences",
			title:    "Envoy leaves",
			body:     "One is here. Two is here. Three is here. Four is here.",
			headline: "Envoy leaves",
			lead:     []string{"One is here.", "Two is here.", "Three is here."},
		}, {
			name:     "Russian",
			title:    "СРОЧНО: Посол Руритании отозван",
			summary:  "ЖЕНЕВА, 4 мар — РИА Новости. Посол Руритании им. короля отозван, т. е. вернётся домой. Читать далее",
			headline: "Посол Руритании отозван",
			lead:     []string{"Посол Руритании им. короля отозван, т. е. вернётся домой."},
		}, {
			name:     "Arabic",
			title:    "عاجل | روريتانيا تستدعي سفيرها",
			summary:  "جنيف (وكالة) - استدعت روريتانيا سفيرها. هل يعود قريبا؟ اقرأ المزيد",
			headline: "روريتانيا تستدعي سفيرها",
			lead:     []string{"استدعت روريتانيا سفيرها.", "هل يعود قريبا؟"},
		}, {
			name:     "Chinese",
			title:    "突发：卢里塔尼亚召回大使",
			summary:  "新华社日内瓦3月4日电（记者某某）卢里塔尼亚四日召回大使。会谈将继续吗？阅读全文",
			headline: "卢里塔尼亚召回大使",
			lead:     []string{"卢里塔尼亚四日召回大使。", "会谈将继续吗？"},
		}, {
			name:     "French",
			title:    "EN DIRECT - La Ruritanie rappelle son ambassadeur",
			summary:  "Paris (AFP) – La Ruritanie a rappelé M. Dupuis. « Une erreur. » Lire la suite",
			headline: "La Ruritanie rappelle son ambassadeur",
			lead:     []string{"La Ruritanie a rappelé M. Dupuis.", "« Une erreur. »"},
		}, {
			name:     "German",
			title:    "Eilmeldung: Ruritanien zieht Botschafter ab",
			summary:  "Genf/Berlin (dpa) - Ruritanien hat am 3. März seinen Botschafter abgezogen, d. h. er reist ab. Weiterlesen",
			headline: "Ruritanien zieht Botschafter ab",
			lead:     []string{"Ruritanien hat am 3. März seinen Botschafter abgezogen, d. h. er reist ab."},
		}, {
			name:     "Spanish",
			title:    "ÚLTIMA HORA | Ruritania retira a su embajador",
			summary:  "Ginebra, 4 mar (EFE).- El Sr. Núñez dejó EE. UU. el martes. ¿Volverá? Leer más",
			headline: "Ruritania retira a su embajador",
			lead:     []string{"El Sr. Núñez dejó EE. UU. el martes.", "¿Volverá?"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			fields := map[string]string{"title": test.title, "summary": test.summary, "body": test.body}
			headline, lead := Of(test.title, test.summary, test.body)
			if got := quote(fields, headline)[0]; got != test.headline {
				t.Errorf("headline %q, want %q", got, test.headline)
			}
			if got := quote(fields, lead...); !slices.Equal(got, test.lead) {
				t.Errorf("lead %q, want %q", got, test.lead)
			}
		})
	}
}

// The customer's own sample, which stays outside the repository.
func TestSample(t *testing.T) {
	const file = "../../../shared/data/sample/item.txt"
	text, err := os.ReadFile(file)
	if err != nil {
		if os.Getenv("ATTACHE_TEST_FULL") == "1" {
			t.Fatal(err)
		}
		t.Skipf("left out: the lead of the customer's sample, which is not at %s", file)
	}
	body := string(text)
	_, lead := Of("Russia condemns strikes", "", body)
	got := quote(map[string]string{"body": body}, lead...)
	if len(got) == 0 || !strings.HasPrefix(got[0], "The Russian Ministry of Foreign Affairs (MFA) issued") ||
		!strings.HasSuffix(got[0], "international rebuke.") {
		t.Errorf("lead %q", got)
	}
}

// promises fails the test if Of breaks one that holds for any text.
func promises(t *testing.T, title, summary, body string) {
	t.Helper()
	headline, lead := Of(title, summary, body)
	fields := map[string]string{"title": title, "summary": summary, "body": body}
	graphemes := 0
	for i, s := range append([]Span{headline}, lead...) {
		text, ok := fields[s.Field]
		if !ok || s.Start < 0 || s.End < s.Start || s.End > len(text) || s.Start == s.End && i > 0 {
			t.Fatalf("%+v is not a span", s)
		}
		piece := text[s.Start:s.End]
		if !utf8.ValidString(piece) || piece != strings.TrimSpace(piece) {
			t.Fatalf("%+v is %q", s, piece)
		}
		n := uniseg.GraphemeClusterCount(piece)
		if s.Cut {
			n++
		}
		switch {
		case i == 0 && n > headlineLimit:
			t.Fatalf("the headline has %d graphemes: %q", n, piece)
		case i == 1:
			graphemes = n
		case i > 1:
			graphemes += 1 + n
			if before := lead[i-2]; s.Field != before.Field || s.Start < before.End {
				t.Fatalf("%+v after %+v", s, before)
			}
		}
	}
	if graphemes > leadLimit || len(lead) > leadSentences {
		t.Fatalf("the lead has %d graphemes in %d sentences", graphemes, len(lead))
	}
}

func FuzzOf(f *testing.F) {
	f.Add("BREAKING: a", "GENEVA (AP) — A b. C d…", "A b. C d e.")
	f.Add("", strings.Repeat("é́", 300), "新华社日内瓦3月4日电（记者）外交部。")
	f.Add("🔴 LIVE: "+strings.Repeat("👩‍👩‍👧", 200), "\u0301a. \u0301b", "x\n\n. \r\n… ")
	f.Fuzz(func(t *testing.T, title, summary, body string) {
		if utf8.ValidString(title) && utf8.ValidString(summary) && utf8.ValidString(body) {
			promises(t, title, summary, body)
		}
	})
}

func BenchmarkOf(b *testing.B) {
	body := "GENEVA, 4 March (Wire One) — " + strings.Repeat("Ruritania recalled its ambassador to Syldavia on Tuesday. ", 200)
	for b.Loop() {
		Of("BREAKING: Ruritania recalls its ambassador", "Ruritania recalled its ambassador to […]", body)
	}
}
