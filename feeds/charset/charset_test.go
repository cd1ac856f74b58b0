package charset

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// document is a feed whose declaration names label, if that is not "".
func document(label, text string) string {
	if label != "" {
		label = fmt.Sprintf(" encoding=%q", label)
	}
	return `<?xml version="1.0"` + label + `?><rss version="2.0"><channel><title>` + text + "</title>\n</channel></rss>"
}

// encode writes text in an encoding, and returns it as well without the
// characters that the encoding lacks.
func encode(tb testing.TB, label, text string) (encoded []byte, kept string) {
	tb.Helper()
	e, err := htmlindex.Get(label)
	if err != nil {
		tb.Fatalf("%s: %v", label, err)
	}
	var b strings.Builder
	for _, r := range text {
		if _, err := e.NewEncoder().String(string(r)); err == nil {
			b.WriteRune(r)
		}
	}
	encoded, err = e.NewEncoder().Bytes([]byte(b.String()))
	if err != nil {
		tb.Fatalf("%s: %v", label, err)
	}
	return encoded, b.String()
}

func header(label string) string {
	if label == "" {
		return ""
	}
	return "text/xml; charset=" + label
}

// TestDecodeLanguages reads each sentence in each encoding, with each label. The
// table says how many of the documents were read right: the whole sentence, its
// first half, and its first forty characters.
func TestDecodeLanguages(t *testing.T) {
	ways := []struct {
		name                string
		declaration, header string // label; = is the right one
	}{
		{"declared", "=", ""}, {"header", "", "="}, {"declared against header", "=", "windows-1252"},
		{"none", "", ""},
		{"utf-8", "utf-8", "utf-8"}, {"utf-16", "utf-16", ""}, {"iso-8859-1", "", "iso-8859-1"}, {"us-ascii", "us-ascii", ""}, {"nonsense", "x-none", "*"},
		{"windows-1251", "windows-1251", ""}, {"koi8-r", "", "koi8-r"}, {"windows-1250", "windows-1250", ""}, {"windows-1256", "windows-1256", ""},
		{"gb2312", "gb2312", ""}, {"shift_jis", "", "shift_jis"}, {"euc-kr", "euc-kr", "euc-kr"},
	}
	read, all := map[[2]string]int{}, map[[2]string]int{}
	var encodings []string
	for _, s := range sentences {
		for _, label := range append(slices.Clone(s.encodings), "utf-8") {
			encodings = append(encodings, label)
			runes := []rune(s.text)
			for _, length := range []int{len(runes), len(runes) / 2, 40} {
				for _, w := range ways {
					declared, sent := strings.ReplaceAll(w.declaration, "=", label), strings.ReplaceAll(w.header, "=", label)
					body, want := encode(t, label, document(declared, string(runes[:length])))
					got := string(Decode(body, header(sent)))
					if !utf8.ValidString(got) {
						t.Errorf("%s in %s as %s: not valid: %q", s.language, label, w.name, got)
					}
					all[[2]string{label, w.name}]++
					if got == want {
						read[[2]string{label, w.name}]++
						continue
					}
					// A right label has to be believed; without one, or with one that says
					// nothing, a sentence is enough.
					rare := label == "macintosh" || label == "x-mac-cyrillic" || label == "iso-8859-15"
					if w.declaration == "=" || w.header == "=" || length > 40 && !rare && w.name != "windows-1250" {
						t.Errorf("%s in %s as %s, %d characters: got %.200q", s.language, label, w.name, length, got)
					}
				}
			}
		}
	}
	slices.Sort(encodings)
	var table strings.Builder
	total, right := 0, 0
	for _, label := range slices.Compact(encodings) {
		fmt.Fprintf(&table, "\n%-14s", label)
		for _, w := range ways {
			k := [2]string{label, w.name}
			fmt.Fprintf(&table, " %2d/%-2d", read[k], all[k])
			total, right = total+all[k], right+read[k]
		}
	}
	t.Logf("%d of %d documents read right", right, total)
	for i, w := range ways {
		t.Logf("column %d: %s", i+1, w.name)
	}
	t.Log(table.String())
}

func TestDecode(t *testing.T) {
	for _, c := range []struct{ name, body, contentType, want string }{
		{"empty", "", "", ""},
		{"one byte", "a", "", "a"},
		{"one high byte", "\xE9", "", "é"},
		{"one high byte in UTF-8", "\xE9", "text/xml; charset=utf-8", "\uFFFD"},
		{"one quotation mark", "\x93", "", "“"},
		{"only the mark", "\xEF\xBB\xBF", "", ""},
		{"half a mark", "\xEF\xBB", "", "ï»"},
		{"mark of UTF-8", "\xEF\xBB\xBF<rss>é", "text/xml; charset=windows-1251", "<rss>é"},
		{"two marks", "\xEF\xBB\xBF\xEF\xBB\xBF<rss>é", "", "<rss>é"},
		{"mark of UTF-8 before windows-1252", "\xEF\xBB\xBF<rss>caf\xE9", "", "<rss>café"},
		{"marks of UTF-16 on ASCII", "\xFF\xFE<rss>" + strings.Repeat("x", 64), "", "<rss>" + strings.Repeat("x", 64)},
		{"mark of UTF-16LE alone", "\xFF\xFE", "", ""},
		{"UTF-16BE with the mark of the other", "\xFF\xFE\x00<\x00a\x00>", "", "<a>"},
		{"UTF-16 without ASCII", "\xFE\xFF\x4E\x2D\x56\xFD", "", "中国"},
		{"UTF-16 with half a character", "\xFF\xFE<\x00a\x00>\x00\x3D\xD8", "", "<a>\uFFFD"},
		{"UTF-16LE behind a line", "\n\x00<\x00a\x00>\x00", "", "\n<a>"},
		{"UTF-16BE JSON", "\x00{\x00\"\x00a", "application/json; charset=utf-8", `{"a`},

		{"UTF-8, declared otherwise", `<?xml version="1.0" encoding="windows-1251"?><a>é`, "", `<?xml version="1.0" encoding="windows-1251"?><a>é`},
		{"cut within a character", "<a>Тегера\xD0", "", "<a>Тегера\uFFFD"},
		{"cut within a long character", "<a>中国\xE4\xB8", "", "<a>中国\uFFFD"},
		{"field cut within a character", "<a>Тегеран отверг пред\xD0...</a>", "", "<a>Тегеран отверг пред\uFFFD...</a>"},
		{"cut in its only character", "<a>caf\xC3", "text/xml; charset=utf-8", "<a>caf\uFFFD"},
		{"stray quotation mark", "<a>L\x92été à Genève, déjà", "", "<a>L’été à Genève, déjà"},
		{"stray letters", "<a>«été» d\xE9j\xE0\xBB.", "text/xml; charset=utf-8", "<a>«été» déjà»."},
		{"quotation mark cut", "<a>été, it\xE2\x80...", "text/xml; charset=utf-8", "<a>été, it\uFFFD..."},
		{"stray byte of nothing", "<a>été, déjà, café \x81.", "", "<a>été, déjà, café \uFFFD."},
		{"surrogates", "<a>été, déjà, café, à \xED\xA0\xBD.", "text/xml; charset=utf-8", "<a>été, déjà, café, à \uFFFD."},

		{"header", "<a>\xD0\xD2\xC9\xD7\xC5\xD4", "text/xml;charset=\"KOI8-R\"; x", "<a>привет"},
		{"header in bad form", "<a>\xCF\xF0\xE8\xE2\xE5\xF2", "text/xml; ;; charset = windows-1251;", "<a>Привет"},
		{"declaration before header", "<?xml encoding='windows-1251'?><a>\xCF\xF0\xE8\xE2\xE5\xF2", "text/xml; charset=koi8-r", "<?xml encoding='windows-1251'?><a>Привет"},
		{"header of noise", "caf\xE9", "\xFFChArset", "café"},
		{"a page's meta", "<!doctype html><html><head><META charset=windows-1251><title>\xEC\xE8\xF0", "text/html", "<!doctype html><html><head><META charset=windows-1251><title>мир"},
		{"a page's http-equiv", `<html><meta name="a"><meta http-equiv="Content-Type" content="text/html; charset=windows-1253">` + "\xE5\xE9\xF1\xDE\xED\xE7", "text/html; charset=iso-8859-1", `<html><meta name="a"><meta http-equiv="Content-Type" content="text/html; charset=windows-1253">ειρήνη`},
		{"iso-8859-1 is windows-1252", `<?xml encoding="ISO-8859-1"?>` + "\x93caf\xE9\x94 \x80 5", "", `<?xml encoding="ISO-8859-1"?>“café” € 5`},
		{"an encoding of its own", `<?xml encoding="windows-1258"?>` + "Vi\xEA\xF2t Nam", "", `<?xml encoding="windows-1258"?>Viê` + "\u0323t Nam"},
		{"JSON has no declaration", "{\"a\":\"<?xml encoding='koi8-r'?> caf\xE9\"}", "", "{\"a\":\"<?xml encoding='koi8-r'?> café\"}"},
		{"ISO-2022-JP", "<a>\x1B$B%F%X%i%s\x1B(B</a>", "", "<a>テヘラン</a>"},
		{"an escape of something else", "<a>\x1B[1m</a>", "", "<a>\x1B[1m</a>"},
		{"replacement", "<a>caf\xE9", "text/xml; charset=iso-2022-kr", "<a>café"},
		{"a zero byte in a text", "<a>caf\xE9\x00", "", "<a>café\x00"},

		// A few bytes beyond ASCII are of the West.
		{"café", "caf\xE9", "", "café"},
		{"résumé", "a r\xE9sum\xE9 of the na\xEFve", "", "a résumé of the naïve"},
		{"quotation marks", "\x93Yes,\x94 he said \x96 it\x92s done", "", "“Yes,” he said – it’s done"},
		{"à", "Il va \xE0 Paris, \xE0 Rome, \xE0 Bonn et \xE0 Kiev", "", "Il va à Paris, à Rome, à Bonn et à Kiev"},
		{"pounds", "It costs \xA3825 to \xA3900", "", "It costs £825 to £900"},
		{"degrees", "20\xB0C, \xA9 2026 Reuters\xAE", "", "20°C, © 2026 Reuters®"},
		{"capitals", "\xC9TATS-UNIS: LIBERT\xC9 \xC0 NO\xCBL", "", "ÉTATS-UNIS: LIBERTÉ À NOËL"},
		{"Straße", "Stra\xDFe f\xFCr M\xFCller", "", "Straße für Müller"},
		{"«LIBERTÉ»", "\xABLIBERT\xC9\xBB", "", "«LIBERTÉ»"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(Decode([]byte(c.body), c.contentType)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestDecodeWide reads the forms of Unicode with and without their mark, whatever
// else is said.
func TestDecodeWide(t *testing.T) {
	for _, s := range sentences {
		for _, label := range []string{"", "utf-8", "UTF-16", "windows-1251"} {
			want := document(label, s.text+" 😀")
			for _, f := range forms {
				encoded, err := f.NewEncoder().String(want)
				if err != nil {
					t.Fatal(err)
				}
				for _, body := range []string{encoded, f.mark + encoded} {
					if got := string(Decode([]byte(body), header(label))); got != want {
						t.Errorf("%s in %v: got %.100q", s.language, f.Encoding, got)
					}
				}
			}
		}
	}
}

// TestDecodeCut cuts documents anywhere: what comes before the cut has to stay.
func TestDecodeCut(t *testing.T) {
	for _, s := range sentences {
		for _, label := range append(slices.Clone(s.encodings), "utf-8") {
			if label == "iso-2022-jp" || label == "macintosh" || label == "iso-8859-15" {
				continue
			}
			body, want := encode(t, label, document("", s.text))
			for cut := len(body) - 20; cut < len(body); cut++ {
				got := []rune(string(Decode(body[:cut], header(label))))
				if n := len(got) - 2; !strings.HasPrefix(want, string(got[:n])) {
					t.Errorf("%s in %s, cut at %d: got %.100q", s.language, label, cut, string(got))
				}
			}
		}
	}
}

// TestDecodeHostile wants little memory for 16 MB of anything.
func TestDecodeHostile(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 16<<20)
	for i := range noise {
		noise[i] = byte(random.Uint32()) | 0x80
	}
	for name, body := range map[string][]byte{
		"noise":       noise,
		"one byte":    bytes.Repeat([]byte{0xE9}, 4<<20),
		"short words": bytes.Repeat([]byte("\xE9 "), 2<<20),
		"one at last": append(bytes.Repeat([]byte("a"), 4<<20), 0xE9),
		"escapes":     bytes.Repeat([]byte("\x1B"), 4<<20),
		"metas":       bytes.Repeat([]byte("<meta charset=x\xE9>"), 1<<18),
		"zeros":       make([]byte, 4<<20),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := Decode(body, "")
		runtime.ReadMemStats(&after)
		if !utf8.Valid(got) {
			t.Errorf("%s: not valid", name)
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 200<<20 {
			t.Errorf("%s: %d MB", name, spent>>20)
		}
	}
}

// TestDecodeCopiesNothing of what is in UTF-8.
func TestDecodeCopiesNothing(t *testing.T) {
	body := []byte(document("windows-1251", strings.Repeat(sentences[1].text, 10)))
	if n := testing.AllocsPerRun(10, func() { Decode(body, "text/xml; charset=koi8-r") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if got := Decode(body, ""); &got[0] != &body[0] {
		t.Error("it was copied")
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range sentences {
		for _, label := range s.encodings {
			body, _ := encode(f, label, document(label, s.text))
			f.Add(body, header(label))
		}
	}
	f.Add([]byte("\xFF\xFE<\x00a\x00\x00\xD8"), "text/xml; charset=utf-16")
	f.Add([]byte("\x00\x00\xFE\xFF\x00\x00\x00<"), "")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		got := Decode(slices.Clone(body), contentType)
		if !utf8.Valid(got) {
			t.Errorf("%q: got %q, which is not valid", body, got)
		}
		if !bytes.Equal(got, Decode(slices.Clone(body), contentType)) {
			t.Errorf("%q: another result the second time", body)
		}
	})
}

// BenchmarkDecode says how long a document takes and, for those in UTF-8, how
// often it could have been looked through in that time.
func BenchmarkDecode(b *testing.B) {
	for _, c := range []struct{ language, encoding string }{
		{"English", "utf-8"}, {"Russian", "utf-8"}, {"Russian", "windows-1251"}, {"Chinese", "gbk"},
	} {
		i := slices.IndexFunc(sentences, func(s sentence) bool { return s.language == c.language })
		text := strings.Repeat(sentences[i].text+"<p>and plain markup of many letters</p>\n", 500)
		if c.language == "English" {
			text = strings.NewReplacer("“", "'", "”", "'", "’", "'", "–", "-").Replace(text)
		}
		body, _ := encode(b, c.encoding, document("", text))
		b.Run(c.language+"/"+c.encoding, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				Decode(body, "")
			}
			decoding, start := b.Elapsed(), time.Now()
			for range b.N {
				utf8.Valid(body)
			}
			if c.encoding == "utf-8" {
				b.ReportMetric(float64(decoding)/float64(time.Since(start)), "x-Valid")
			}
		})
	}
}
