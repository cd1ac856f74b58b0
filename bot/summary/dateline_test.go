package summary

import "testing"

func TestDateline(t *testing.T) {
	for _, test := range []struct{ line, rest string }{
		{"WASHINGTON (AP) — Talks began", "Talks began"},
		{"WASHINGTON—Talks began", "Talks began"},
		{"SÃO PAULO (AP)— Talks began", "Talks began"},
		{"MOSCOW January 3, 2026 – Talks began", "Talks began"},
		{"MOSCOW, January 3. /TASS/. Talks began", "Talks began"},
		{"МОСКВА, 3 января. /ТАСС/. Переговоры", "Переговоры"},
		{"ПАРИЖ, 3 янв — РИА Новости. Глава МИД прибыл", "Глава МИД прибыл"},
		{"Москва. 3 января. INTERFAX.RU - Переговоры", "Переговоры"},
		{"Berlin (dpa) - Gespräche beginnen", "Gespräche beginnen"},
		{"Genf/Berlin (dpa) – Gespräche", "Gespräche"},
		{"GENEVA, 4 March (Wire One) — Talks began", "Talks began"},
		{"Geneva, 4 March 2026 – Talks began", "Talks began"},
		{"KYIV, Ukraine — Talks began", "Talks began"},
		{"ST. PETERSBURG, Russia (AP) -- Talks began", "Talks began"},
		{"PORT-AU-PRINCE, Haiti — Talks began", "Talks began"},
		{"UNITED NATIONS, March 3 (Xinhua) -- Talks began", "Talks began"},
		{"Paris, le 3 mars 2026 — Les pourparlers", "Les pourparlers"},
		{"AFP - Les pourparlers", "Les pourparlers"},
		{"Ginebra, 4 mar (EFE).- Las negociaciones", "Las negociaciones"},
		{"(ANSA) - ROMA, 03 MAR - I colloqui", "I colloqui"},
		{"جنيف (وكالة) - بدأت المحادثات", "بدأت المحادثات"},
		{"新华社日内瓦3月4日电（记者某某）会谈开始", "会谈开始"},
		{"中新社北京3月4日电 会谈开始", "会谈开始"},
		{"日内瓦3月4日电 会谈开始", "会谈开始"},
		{"جنيف، 4 مارس (السارية) – بدأت المحادثات", "بدأت المحادثات"},
		{"March 4 (Wire One) — Talks began", "Talks began"},
		{"【ジュネーブ共同】会談が始まった", "会談が始まった"},
		{"(서울=연합뉴스) 홍길동 기자 = 회담이 시작됐다", "회담이 시작됐다"},
		{"Geneva (CNN)Talks began", "Talks began"},
		{"(CNN) Talks began", "Talks began"},
		// none
		{line: "Jane Doe (CNN) asked a question"},
		{line: "U.S. — Iran talks resume"},
		{line: "US — Iran talks resume"},
		{line: "NATO — Russia Council meets"},
		{line: "BAKU–TBILISI railway – a new line"},
		{line: "Iran — which was absent — agreed"},
		{line: "Jane Doe (R-Texas) — a senator — agreed"},
		{line: "Jane Doe (XYZ) – une élue – accepte"},
		{line: "On March 3 – the day of the talks – it rained"},
		{line: "Le 3 mars – jour des pourparlers – il pleuvait"},
		{line: "RURITANIA SAYS — TALKS ARE OVER FOR GOOD AND ALL"},
		{line: "外交部发言人3月4日电视讲话说"},
		{line: "March 4 — the day of the talks — was dry"},
		{line: "Talks began either/or in Geneva. /sic/ He left"},
		{line: "WASHINGTON (AP) — "},
		{line: ""},
	} {
		want := test.rest
		if want == "" {
			want = test.line
		}
		if got := test.line[dateline(test.line):]; got != want {
			t.Errorf("%q: %q, want %q", test.line, got, want)
		}
	}
}

func TestBoilerplate(t *testing.T) {
	for _, text := range []string{
		"Read more", "Read more »", "Continue reading…", "Читать далее", "Lire la suite", "اقرأ المزيد", "阅读全文>>", "阅读全文请点击这里",
		"The post Envoy leaves appeared first on Wire One.", "Sign up for our newsletter.", "This story is developing.",
		"(AP Photo/Jane Doe)", "(Jane Doe/AP)", "FILE - The envoy in March.", "Photo: Jane Doe", "By Jane Doe", "(avec AFP)", "© Wire One 2026",
	} {
		if !boilerplate(text) {
			t.Errorf("kept: %q", text)
		}
	}
	for _, text := range []string{
		"Readers more than doubled.", "By Monday the envoy had left.", "Files were leaked.", "Photographers were kept out.",
		"Advertisements were banned.", "He read more of the treaty.", "With AP staff barred from the room, the talks began (late).", "",
	} {
		if boilerplate(text) {
			t.Errorf("dropped: %q", text)
		}
	}
}
