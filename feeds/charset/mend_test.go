package charset

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// misreadAs is text that was taken for this encoding.
func misreadAs(c *charmap.Charmap, text string) string {
	var b strings.Builder
	for _, octet := range []byte(text) {
		if r := c.DecodeByte(octet); r != utf8.RuneError {
			b.WriteRune(r)
		} else {
			b.WriteRune(rune(octet)) // as WHATWG's Encoding standard has it
		}
	}
	return b.String()
}

func TestMend(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Ð¢Ð°Ñ…Ñ€Ð°Ð½", "Тахран"},
		{"cafÃ©", "café"},
		{"Ã‰lysÃ©e", "Élysée"},
		{"Ã  Paris", "Ã  Paris"}, // the no-break space was folded: nobody knows
		{"Ã\u00a0 Paris", "à Paris"},
		{"cÅ“ur", "cœur"},
		{"isnâ€™t", "isn’t"},
		{"isnâ\u0080\u0099t", "isn’t"},
		{"â€œYesâ€\u009d â€“ he said", "“Yes” – he said"},
		{"“Yes” – it isnâ€™t", "“Yes” – it isn’t"},
		{"“Ð¢Ð°Ñ…Ñ€Ð°Ð½” – сity", "“Ð¢Ð°Ñ…Ñ€Ð°Ð½” – сity"}, // with a Cyrillic с that is right
		{"“Ð¢Ð°Ñ…Ñ€Ð°Ð½” – news", "“Тахран” – news"},
		{"Â£5 and 20Â°C", "£5 and 20°C"},
		{"helloÂ\u00a0world", "hello\u00a0world"},
		{"ÃƒÂ©tÃƒÂ©", "été"},
		{"SchrÃ¶der", "Schröder"},
		{"RÃ©publique", "République"},
		{"NÃ®mes", "Nîmes"},
		{"CÃ´te", "Côte"},
		{"PÅ™emysl", "Přemysl"},
		{"<p>isnâ€™t\r\n\tso</p>\x01", "<p>isn’t\r\n\tso</p>\x01"},
		{"StraÃŸe", "Straße"},
		{"ÅšwiÄ™ta", "Święta"},
		{"ä¸\u00adå›½", "中国"},
		{"ðŸ˜€ wow", "😀 wow"},
		{"ï»¿News", "\uFEFFNews"},
		{"lost ï¿½", "lost \uFFFD"},
		{"РўРµРіРµСЂР°РЅ", "Тегеран"},
		{"РќРѕ", "Но"},
		{"cafГ©", "cafГ©"}, // too little to go by
		{"FranГ§ois", "François"},
		{"MГњNCHEN", "MÜNCHEN"},
		{"MÃœNCHEN", "MÜNCHEN"},
		{"isnвЂ™t", "isn’t"},
		{"Р Р‡", "Р Р‡"},

		{"", ""},
		{"plain", "plain"},
		{"«LIBERTÉ»", "«LIBERTÉ»"},
		{"LIBERTÉ»", "LIBERTÉ»"},
		{"“LIBERTÉ”", "“LIBERTÉ”"},
		{"CAFÉ™", "CAFÉ™"},
		{"CAFÉ®", "CAFÉ®"},
		{"CAFÉ…", "CAFÉ…"},
		{"AÇÃO", "AÇÃO"},
		{"AMANHÃ…", "AMANHÃ…"},
		{"AMANHÃ—", "AMANHÃ—"},
		{"AMANHÃ—E DEPOIS", "AMANHÃ—E DEPOIS"},
		{"IRMÃ’s", "IRMÃ’s"},
		{"JÄ—NEIN", "JÄ—NEIN"},
		{"A IRMû", "A IRMû"},
		{"À »", "À »"},
		{"À\u00a0»", "À\u00a0»"},
		{"« VOILÀ\u00a0»", "« VOILÀ\u00a0»"},
		{"DÉJÀ VU", "DÉJÀ VU"},
		{"JÄ“", "JÄ“"},
		{"„JÄ“", "„JÄ“"},
		{"FUSSBALL-SPASS: SCHÖ“", "FUSSBALL-SPASS: SCHÖ“"},
		{"Spaß“", "Spaß“"},
		{"KÖ´s", "KÖ´s"},
		{"‘“café”’", "‘“café”’"},
		{"‹café”’", "‹café”’"},
		{"café’”", "café’”"},
		{"VÝŠKA", "VÝŠKA"},
		{"ÚŽAS", "ÚŽAS"},
		{"GÜÇ’", "GÜÇ’"},
		{"ŞİŞLİ", "ŞİŞLİ"},
		{"10 000 €", "10 000 €"},
		{"Ñ", "Ñ"},
		{"РСФСР", "РСФСР"},
		{"Р°", "Р°"},
		{"С…", "С…"},
		{"П…Р…", "П…Р…"},
		{"С°С°", "С°С°"},
		{"Ні", "Ні"},
		{"Ті", "Ті"},
		{"СІРІ", "СІРІ"},
		{"НІЧ", "НІЧ"},
		{"Її", "Її"},
		{"её»", "её»"},
		{"ВЉ", "ВЉ"},
		{"Ђорђе", "Ђорђе"},
		{"РЎ", "РЎ"},
		{"bad \xff \xc3\xa9", "bad \xff \xc3\xa9"},
	} {
		if got := Mend(c.text); got != c.want {
			t.Errorf("Mend(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestMendSentences(t *testing.T) {
	for _, s := range sentences {
		for _, text := range []string{s.text, strings.ToUpper(s.text)} {
			if got := Mend(text); got != text {
				t.Errorf("%s: %q became %q", s.language, text, got)
			}
			for _, c := range []*charmap.Charmap{charmap.Windows1252, charmap.ISO8859_1, charmap.Windows1251} {
				once := misreadAs(c, text)
				if got := Mend(once); got != text {
					t.Errorf("%s as %v: %.200q became %.200q", s.language, c, once, got)
				}
				if got := Mend(misreadAs(c, once)); got != text {
					t.Errorf("%s twice as %v: got %.200q", s.language, c, got)
				}
			}
		}
		// A headline's few words, and every word by itself, are all right too.
		for word := range strings.FieldsSeq(s.text + " " + strings.ToUpper(s.text)) {
			if got := Mend(word); got != word {
				t.Errorf("%s: %q became %q", s.language, word, got)
			}
		}
	}
}

// TestMendCaptured shows what is mended in the text of real feeds and news, to be
// looked at.
func TestMendCaptured(t *testing.T) {
	for _, name := range captured(t) {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines, mended := 0, 0
		see := func(text string) {
			lines++
			got := Mend(text)
			if got == text {
				return
			}
			if filepath.Ext(name) == ".jsonl" {
				t.Errorf("%s: %.150q became %.150q, and was right", filepath.Base(name), text, got)
			}
			if mended++; mended <= 8 {
				t.Logf("%s: %.150q\n\tbecame %.150q", filepath.Base(name), text, got)
			}
			if Mend(got) != got {
				t.Errorf("%q is mended again", got)
			}
		}
		for line := range strings.Lines(string(Decode(body, ""))) {
			if filepath.Ext(name) == ".jsonl" {
				texts(line, see)
				continue
			}
			for part := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == '<' || r == '>' || r == '&' }) {
				see(part)
			}
		}
		if mended > 0 {
			t.Logf("%s: %d of %d lines mended", filepath.Base(name), mended, lines)
		}
	}
}

// texts hands on the strings of a line of JSON.
func texts(line string, see func(string)) {
	var value any
	if json.Unmarshal([]byte(line), &value) != nil {
		return
	}
	var walk func(any)
	walk = func(value any) {
		switch v := value.(type) {
		case string:
			see(v)
		case map[string]any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(value)
}

// captured are the files of real feeds and news; they are not ours to keep.
func captured(tb testing.TB) []string {
	feeds, _ := filepath.Glob("../../../shared/data/feeds/*.xml")
	stories, _ := filepath.Glob("../../../shared/data/stories/*.jsonl")
	if len(feeds) == 0 {
		if os.Getenv("ATTACHE_TEST_FULL") == "1" {
			tb.Fatal("the captured feeds are not at ../shared/data/feeds")
		}
		tb.Skip("left out: the captured feeds are not at ../shared/data/feeds")
	}
	return append(feeds, stories...)
}

func FuzzMend(f *testing.F) {
	f.Add("Ð¢Ð°Ñ…Ñ€Ð°Ð½")
	f.Add("“ÃƒÂ©tÃƒÂ©” \u0085Â")
	f.Add("вЂ™ \xff")
	f.Fuzz(func(t *testing.T, text string) {
		got := Mend(text)
		if utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Errorf("%q became %q, which is not valid", text, got)
		}
		if again := Mend(got); again != got {
			t.Errorf("%q became %q, and then %q", text, got, again)
		}
		if misread := misreadAs(charmap.Windows1252, text); utf8.ValidString(text) && len(Mend(misread)) > len(misread) {
			t.Errorf("%q grew", misread)
		}
	})
}

func TestMendAllocatesNothing(t *testing.T) {
	for _, s := range sentences {
		if n := testing.AllocsPerRun(10, func() { Mend(s.text) }); n != 0 {
			t.Errorf("%s: %v allocations", s.language, n)
		}
	}
}
