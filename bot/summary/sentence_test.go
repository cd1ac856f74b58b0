package summary

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// A | stands where a sentence ends.
func TestSentences(t *testing.T) {
	for _, text := range []string{
		"One is here.|Two is here!|Three?|Four",
		"The U.S. Embassy spoke to Mr. Doe and Sen. Roe.|Gen. Poe of St. Louis spoke of Art. 5 and No. 7.",
		"He said no.|The others left.",
		"They met in Washington, D.C.|In 2010 they met again.",
		"J. R. Doe met John F. Roe at 5 p.m. on Jan. 5.|He left.",
		"It cost 3.14 million at example.com.|“We agree.”|“We will see,” she said.",
		"(It was late.)|They left [at last].|Done",
		"Is it over?” asked the envoy.|No",
		"Wait... what?|Then...|Nothing.",
		"First line without an end\n|Second line. |Third",
		"1. Borders\n|2. Trade",
		"Acme Inc. The company sued.",
		// German
		"Am 3. März kam er, d. h. am Dienstag.|Er sprach z. B. mit Dr. Muster.|„Gut.“|»Gut.« |»Ja.«|Dann ging er.",
		// French
		"M. Dupuis a vu Mme Durand.|« Très bien. »|Il est parti à 18 h.",
		// Spanish
		"El Sr. Núñez llegó de EE. UU. ayer.|¿Volverá?|¡Sí!|Nadie lo sabe.",
		// Russian
		"Министр им. Петрова прибыл в 2026 г. из Женевы, т. е. домой.|Он сказал: «Хорошо.»|В. В. Иванов ушёл.",
		// Arabic, Urdu, Persian
		"وصل الوزير إلى جنيف.|هل يعود؟|قال نعم.",
		"وزیر پہنچ گئے۔|وہ واپس آئیں گے۔",
		// Chinese, Japanese
		"外交部四日表示。|会谈将继续吗？|“会的。”|部长说！|完",
		"大臣は到着した。|「会談は続く。」|以上",
		// Hindi
		"मंत्री पहुँचे। |वे लौटेंगे।",
		// Turkish, Italian, Polish
		"Dr. Kaya 3. kez geldi.|Sonra gitti.",
		"Il sig. Rossi è partito.|Tornerà?|Forse.",
	} {
		var want []string
		for s := range strings.SplitSeq(text, "|") {
			want = append(want, strings.TrimSpace(s))
		}
		text = strings.ReplaceAll(text, "|", " ")
		if strings.Contains(text, "。") {
			text = strings.ReplaceAll(text, " ", "")
		}
		if strings.HasPrefix(text, "Acme") {
			want = []string{"Acme Inc.", "The company sued."}
		}
		var got []string
		for _, s := range Sentences(text) {
			got = append(got, text[s.Start:s.End])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q:\ngot  %q\nwant %q", text, got, want)
		}
	}
}

// Nothing but space is between sentences.
// A mark repeated to no end is looked at once, not once from each place.
func TestSentencesOfMarks(t *testing.T) {
	for _, mark := range []string{"?", "!", "…", ".", "?!"} {
		Sentences("Aa " + strings.Repeat(mark, 200_000) + "a")
	}
}

func FuzzSentences(f *testing.F) {
	f.Add("One. Two!\nThree… “Four.” 外交部。「五」")
	f.Add("... .. . ?! U.S. The\u2028x")
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		at := 0
		for _, s := range append(Sentences(text), Span{Start: len(text), End: len(text)}) {
			if s.Start < at || s.End < s.Start {
				t.Fatalf("%+v after %d", s, at)
			}
			if between := text[at:s.Start]; strings.ContainsFunc(between, func(r rune) bool { return !unicode.IsSpace(r) }) {
				t.Fatalf("%q is in no sentence", between)
			}
			if !utf8.ValidString(text[s.Start:s.End]) {
				t.Fatalf("%+v cuts a character", s)
			}
			at = s.End
		}
	})
}
