package rule

import (
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{" — … ™ №", ""},
		{"Maduro’s visit, 2026!", "maduro s visit 2026"},
		{"l’Iran, d'Ivoire, об’єкт, Baʿath", "l iran d ivoire об єкт ba ath"},
		{"cease-fire cease‑fire G–7", "cease fire cease fire g 7"},
		{"1,000 tonnes of CO₂", "1 000 tonnes of co2"},
		{"Acme™ holds", "acme holds"},

		// Latin and Greek lose their marks, and letters that never had a mark their stroke.
		{"Łódź Ørsted Đặng œuvre Æsir Straße", "lodz orsted dang oeuvre aesir strasse"},
		{"DIŞİŞLERİ dışişleri Dışişleri", "disisleri disisleri disisleri"},
		{"Ελλάς ΕΛΛΑΣ ελλάσ", "ελλασ ελλασ ελλασ"},
		{"cafe\u0301 café CAFÉ", "cafe cafe cafe"},
		{"ﬁnance ＵＳ１２", "finance us12"},

		// Cyrillic keeps its letters.
		{"Ёлка мой мои Київ Їжак Ўзбек Украи\u0301на", "елка мой мои київ їжак ўзбек украина"},
		{"мои\u0306", "мой"},

		// Arabic, Persian, Hebrew.
		{"أحمد إيران آسيا ٱلله", "احمد ايران اسيا الله"},
		{"مُحَمَّد فنـــزويلا", "محمد فنزويلا"},
		{"غزة مصطفى", "غزه مصطفي"},
		{"مؤتمر رئيس", "مؤتمر رئيس"},
		{"ایران کشور می\u200cخواهد", "ايران كشور ميخواهد"},
		{"שָׁלוֹם ארה״ב", "שלום ארה ב"},

		// Scripts whose marks are letters.
		{"हिन्दी 한국은 한국", "हिन्दी 한국은 한국"},
		{"\u1112\u1161\u11ab국", "한국"},
		{"ガザ カサ ｶﾞｻﾞ か\u3099", "ガ ザ カ サ ガ ザ が"},

		// Scripts without spaces.
		{"铁路12306和US", "铁 路 12306 和 us"},
		{"センター", "セ ン タ ー"},
		{"ไทยที่", "ไ ท ย ที่"},

		// Acronyms.
		{"The U.S. and the U.N.", "the us and the un"},
		{"U.S.-led, U.S.A, p.m.", "us led usa pm"},
		{"С.В. Лавров, J.Smith, J.K.Rowling", "св лавров j smith jk rowling"},
		{"Plan B. Then U.S.", "plan b then us"},
		{"3.5 a.b1 www.example.org", "3 5 a b1 www example org"},

		// What cannot be seen.
		{"cease\u00adfire \u202eiran\u202c 1\ufe0f\u20e3 \u200f\ufeff", "ceasefire iran 1"},
		{"bad \xff\xfe utf-8 \xc3", "bad utf 8"},
	} {
		if got := Fold(test.text); got != test.want {
			t.Errorf("Fold(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestTokens(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"In the U.S., UN aid", "In|the|U.S.!|UN!|aid"},
		{"I u.s. G7 Us", "I|u.s.!|G7!|Us"},
		{"Ło\u0301dź™", "Ło\u0301dź"},
		{"ﬁn ｶﾞ", "ﬁn|ｶﾞ"},
		{"½ ", "½|½"},
		{"北\u200b京", "北|京"},
	} {
		var got []string
		for _, tok := range Tokens(test.text) {
			s := test.text[tok.Start:tok.End]
			if tok.Upper {
				s += "!"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, "|"); s != test.want {
			t.Errorf("Tokens(%q) = %s, want %s", test.text, s, test.want)
		}
	}
}
