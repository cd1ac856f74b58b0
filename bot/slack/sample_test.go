package slack

import (
	"strings"
	"time"

	"attache/bot"
	"attache/feeds"
)

// The messages of these tests, from a world that is not.

func at(clock string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", "2026-11-23 "+clock)
	if err != nil {
		panic(err)
	}
	return t
}

// marked is a text with words in it marked.
func marked(text string, words ...string) bot.Text {
	t := bot.Text{Text: text}
	for _, w := range words {
		i := strings.Index(text, w)
		t.Marks = append(t.Marks, bot.Mark{Start: i, End: i + len(w)})
	}
	return t
}

func flash() bot.Message {
	return bot.Message{
		Kind: bot.KindAlert, Severity: bot.Flash, Story: 12, Outlet: "Velm Foreign Ministry", Tier: feeds.Official, Lang: "en",
		Title: marked("Velm and Karsia announce immediate ceasefire along the northern corridor", "Karsia", "ceasefire", "corridor"),
		URL:   "https://mfa.velm.example/statements/118?lang=en&print=1",
		Summary: []bot.Text{
			marked("The ministers of both countries declared that all fire would cease along the northern corridor at noon local time.", "corridor"),
			{Text: "Observers are to reach the crossing at Oster within two days."},
		},
		Rules: []string{"Corridor"}, Matched: []string{"Karsia", "ceasefire", "corridor", "transit convoy"},
		Sources:   []bot.Source{{Outlet: "Velm Foreign Ministry", Tier: feeds.Official, At: at("10:02")}},
		Published: at("10:02"), Seen: at("10:03"), Sent: at("10:03"),
	}
}

// joined is flash after five more have told it.
func joined() bot.Message {
	m := flash()
	m.Kind = bot.KindUpdate
	m.Sources = append(m.Sources,
		bot.Source{Outlet: "Northern Wire", Tier: feeds.Agency, Lang: "en", Title: "Velm, Karsia agree truce on northern corridor", URL: "https://wire.example/truce", At: at("10:04")},
		bot.Source{Outlet: "وكالة الساحل", Tier: feeds.Agency, Lang: "ar", URL: "https://sahel.example/1", At: at("10:06")},
		bot.Source{Outlet: "Вестник Карсии", Tier: feeds.Press, Lang: "ru", URL: "javascript:alert(1)", At: at("10:07")},
		bot.Source{Outlet: "海岸通讯社", Tier: feeds.Agency, Lang: "zh", URL: "https://haian.example/3", At: at("10:09")},
		bot.Source{Outlet: "The Harbour Daily", Tier: feeds.Press, Lang: "en", Title: "Guns fall silent on the corridor", URL: "https://harbour.example/4", At: at("10:15")},
	)
	m.Changes = []bot.Change{
		{At: at("10:04"), What: bot.ToldBy, Who: "Northern Wire", Now: "Velm, Karsia agree truce on northern corridor", URL: "https://wire.example/truce"},
		{At: at("10:11"), What: bot.RetitledBy, Who: "Velm Foreign Ministry", Was: "Velm and Karsia announce ceasefire", Now: m.Title.Text, URL: m.URL},
		{At: at("10:15"), What: bot.ToldBy, Who: "The Harbour Daily", Now: "Guns fall silent on the corridor", URL: "https://harbour.example/4"},
	}
	return m
}

func arabic() bot.Message {
	return bot.Message{
		Kind: bot.KindAlert, Severity: bot.Normal, Story: 31, Outlet: "وكالة الساحل", Tier: feeds.Agency, Lang: "ar",
		Title:   marked("وزير خارجية \u202eكارسيا\u202c يصل إلى أوستر لبحث فتح \u2067الممر\u2069 أمام القوافل", "كارسيا", "الممر"),
		URL:     "https://sahel.example/oster",
		Summary: []bot.Text{{Text: "ومن المقرر أن يلتقي الوزير نظيره مساء اليوم، ثم يعقدان مؤتمراً صحفياً مشتركاً."}},
		Rules:   []string{"ممر OR قافلة"}, Matched: []string{"كارسيا", "الممر"},
		Seen: at("08:33"),
	}
}

func hostile() bot.Message {
	return bot.Message{
		Kind: bot.KindAlert, Severity: bot.Urgent, Story: 66, Outlet: "*Wire* <@U1>|&_~`", Tier: "<!here>", Lang: "en",
		Title:   bot.Text{Text: "<!channel> & <@U1> |<https://evil.example|Reuters>| *bold* _it_ ~no~ `code` :skull: z\u0363\u0364\u0365\u0366\u0367\u0368\u0369\u036a\u036b\u036calgo \x1b[2J\u202egnp.exe"},
		URL:     "javascript:alert(1)",
		Summary: []bot.Text{{Text: "> quoted\n&gt; <#C1> @channel #general https://evil.example"}},
		Rules:   []string{"<!everyone>"}, Matched: []string{"*&*", "<@U1>"},
		Sources: []bot.Source{
			{Outlet: "*Wire* <@U1>|&_~`"},
			{Outlet: "> _Other_ |", URL: `https://o.example/a|b"<c>?x=<d>&y=*`}, {Outlet: "Third", URL: "https://a|b.example/"}, {Outlet: "Fourth", URL: "//c.example"},
		},
		Changes: []bot.Change{{At: at("09:00"), What: bot.RetitledBy, Who: "*Wire*", Was: "<!here> was", Now: "*now* <@U1>", URL: "data:text/html,x"}},
		Claim:   &bot.Claim{User: "U1> <!channel"}, Muted: "<!here>",
		Published: at("09:00"),
	}
}

// ownCorrection is an item that its outlet has edited to correct itself.
func ownCorrection() bot.Message {
	m := envoy()
	m.Title = marked("Karsia's envoy in Oster is on planned leave and was not recalled", "Karsia")
	m.Changes = []bot.Change{{At: at("09:34"), What: bot.CorrectedBy, Who: "Northern Wire", Was: "Karsia recalls its envoy from Oster", Now: m.Title.Text, URL: m.URL}}
	return m
}

// otherCorrection is a card whose words another item has taken back.
func otherCorrection() bot.Message {
	m := envoy()
	m.Sources = append(m.Sources, bot.Source{Outlet: "The Harbour Daily", Tier: feeds.Press, URL: "https://harbour.example/9"})
	m.Changes = []bot.Change{
		{At: at("09:20"), What: bot.ToldBy, Who: "The Harbour Daily", Now: "Envoy goes home", URL: "https://harbour.example/9"},
		{At: at("09:34"), What: bot.CorrectedBy, Who: "Northern Wire", Was: m.Title.Text + " — He left on Monday.", Now: "Karsia's envoy in Oster was not recalled — He is on planned leave.", URL: "https://wire.example/envoy-correction"},
	}
	return m
}

func envoy() bot.Message {
	return bot.Message{
		Kind: bot.KindCorrection, Severity: bot.Urgent, Story: 20, Outlet: "Northern Wire", Tier: feeds.Agency, Lang: "en",
		Title:   marked("Karsia recalls its envoy from Oster", "Karsia"),
		URL:     "https://wire.example/envoy",
		Summary: []bot.Text{{Text: "He left on Monday."}},
		Rules:   []string{"karsia AND envoy"}, Matched: []string{"Karsia", "envoy"},
		Sources:   []bot.Source{{Outlet: "Northern Wire", Tier: feeds.Agency, At: at("09:12")}},
		Published: at("09:12"), Seen: at("09:13"),
	}
}

func claimedAndMuted() bot.Message {
	m := flash()
	m.Kind, m.Severity, m.Silent, m.Story = bot.KindUpdate, bot.Urgent, true, 14
	m.Claim, m.Muted = &bot.Claim{User: "U012ABCDE", At: at("10:20")}, "W98765432"
	return m
}

func several() bot.Message {
	wire := flash()
	wire.Severity = bot.Normal
	quiet := bot.Message{Kind: bot.KindAlert, Severity: bot.Normal, Story: 40, Title: bot.Text{Text: "A headline with no address"}, Outlet: "The Harbour Daily", Tier: feeds.Press, Seen: at("09:50")}
	return bot.Message{Kind: bot.KindDigest, Severity: bot.Normal, Alerts: []bot.Message{wire, arabic(), otherCorrection(), claimedAndMuted(), hostile(), quiet}}
}

func notice(lines ...bot.Line) bot.Message { return bot.Message{Kind: bot.KindNotice, Lines: lines} }

func helpNotice() bot.Message {
	return notice(
		bot.Line{Text: "I watch the feeds and tell this channel each story that matches its rules, once."},
		bot.Line{Text: "help [VERB|rules]", Detail: "what I do, how to use one verb, or how to write a rule"},
		bot.Line{Text: "subscribe RULE", Detail: "tell this channel every story that matches a rule"},
		bot.Line{Text: `subscribe Venezuela AND (sanction* OR "Security Council")`, Code: true},
		bot.Line{Text: "why ID", Detail: "why a story was told here, or was not"},
	)
}

func foundNotice() bot.Message {
	return notice(
		bot.Line{Text: "Velm, Karsia agree truce on <northern> corridor & more", URL: "https://wire.example/truce?a=1&b=2", Detail: "Northern Wire, 2 minutes ago", Story: 12},
		bot.Line{Text: "Вестник: *Карсия* и Вельм", URL: "javascript:alert(1)", Detail: "Вестник Карсии, 1 hour ago", Story: 13},
		bot.Line{Text: "There are more. Add a word to narrow it down."},
	)
}

func mistakeNotice() bot.Message {
	m := notice(
		bot.Line{Text: "That is not a rule yet: this bracket is never closed"},
		bot.Line{Text: "Venezuela AND (sanction* OR strike", Code: true},
		bot.Line{Text: "              ^", Code: true},
		bot.Line{Text: "Close it with a )."},
	)
	m.Mistake = true
	return m
}

func longNotice() bot.Message {
	m := notice(bot.Line{Text: "61 of 70 feeds are fine."})
	for i := range 70 {
		m.Lines = append(m.Lines, bot.Line{Text: "✓ The Harbour Daily, edition " + strings.Repeat("I", i%9+1) + " (harbour)", Detail: strings.Repeat("read 2 minutes ago, next in 8 minutes; ", 5), Story: int64(i)})
	}
	return m
}
