package summary

import (
	"testing"
	"unicode/utf8"
)

func TestLabel(t *testing.T) {
	for _, test := range []struct{ title, label, rest string }{
		{"BREAKING: Ruritania", Breaking, "Ruritania"},
		{"Breaking News - Ruritania", Breaking, "Ruritania"},
		{"🚨BREAKING | Ruritania", Breaking, "Ruritania"},
		{"URGENT - Ruritania", Urgent, "Ruritania"},
		{"(URGENT) Ruritania", Urgent, "Ruritania"},
		{"FLASH: Ruritania", Flash, "Ruritania"},
		{"UPDATE 2-Ruritania", Update, "Ruritania"},
		{"UPDATE 1 - Ruritania", Update, "Ruritania"},
		{"WRAPUP 3-Ruritania", Update, "Ruritania"},
		{"CORRECTED: Ruritania", Correction, "Ruritania"},
		{"CORRECTED-UPDATE 1-Ruritania", Correction, "Ruritania"},
		{"Correction: Ruritania", Correction, "Ruritania"},
		{"WATCH: Ruritania", Watch, "Ruritania"},
		{"VIDEO. Ruritanie", Watch, "Ruritanie"},
		{"🔴 LIVE: Ruritania", Live, "Ruritania"},
		{"EN DIRECT, Ruritanie", "", ""},
		{"EN DIRECT - Ruritanie", Live, "Ruritanie"},
		{"Opinion | Ruritania", Opinion, "Ruritania"},
		{"Opinion: BREAKING: Ruritania", Breaking, "Ruritania"},
		{"Exclusive: Ruritania", Exclusive, "Ruritania"},
		{"[Analysis] Ruritania", Analysis, "Ruritania"},
		{"+++ EIL +++ Ruritanien", Breaking, "Ruritanien"},
		{"Richtigstellung: Ruritanien", Correction, "Ruritanien"},
		{"СРОЧНО. Руритания", Urgent, "Руритания"},
		{"Срочно: Руритания", Urgent, "Руритания"},
		{"عاجل.. روريتانيا", Urgent, "روريتانيا"},
		{"عاجل | روريتانيا", Urgent, "روريتانيا"},
		{"突发：卢里塔尼亚", Breaking, "卢里塔尼亚"},
		{"【速報】ルリタニア", Breaking, "ルリタニア"},
		{"[속보] 루리타니아", Breaking, "루리타니아"},
		{"ÚLTIMA HORA: Ruritania", Breaking, "Ruritania"},
		{"Última hora | Ruritania", Breaking, "Ruritania"},
		// part of the title
		{"Live-fire drills begin", "", ""},
		{"LIVE-FIRE DRILLS BEGIN", "", ""},
		{"Breaking the deadlock: Ruritania", "", ""},
		{"Flash floods: 3 dead", "", ""},
		{"Urgent appeal - Ruritania", "", ""},
		{"Watch what Ruritania does", "", ""},
		{"Update on Ruritania: talks", "", ""},
		{"突发事件：三人死亡", "", ""},
		// nothing is left
		{"Breaking:", "", ""},
		{"UPDATE 2-LIVE: …", "", ""},
		{"", "", ""},
	} {
		label, rest := Label(test.title)
		if test.label == "" {
			test.rest = test.title
		}
		if label != test.label || test.title[rest:] != test.rest {
			t.Errorf("%q: %q, %q; want %q, %q", test.title, label, test.title[rest:], test.label, test.rest)
		}
	}
}

func FuzzLabel(f *testing.F) {
	f.Add("+++ EIL +++ UPDATE 2-[LIVE] x")
	f.Fuzz(func(t *testing.T, title string) {
		label, rest := Label(title)
		if rest < 0 || rest > len(title) || (label == "") != (rest == 0) {
			t.Fatalf("%q: %q, %d", title, label, rest)
		}
		if utf8.ValidString(title) && (!utf8.ValidString(title[rest:]) || rest > 0 && fold(title[rest:]) == "") {
			t.Fatalf("%q: %q is left", title, title[rest:])
		}
	})
}
