package bottest

import (
	"strings"
	"time"

	"attache/bot"
)

// Messages for the tests of how platforms show them, from a world that is not.

// Tiers of outlets, as feeds names them.
const (
	official = "official"
	agency   = "agency"
	press    = "press"
)

// At is a time on the day of these messages, "10:02".
func At(clock string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", "2026-11-23 "+clock)
	if err != nil {
		panic(err)
	}
	return t
}

// Marked is a text with words in it marked.
func Marked(text string, words ...string) bot.Text {
	t := bot.Text{Text: text}
	for _, w := range words {
		i := strings.Index(text, w)
		t.Marks = append(t.Marks, bot.Mark{Start: i, End: i + len(w)})
	}
	return t
}

// Flash is an alert as loud as there is, from a ministry.
func Flash() bot.Message {
	return bot.Message{
		Kind: bot.KindAlert, Severity: bot.Flash, Story: 12, Outlet: "Velm Foreign Ministry", Tier: official, Lang: "en",
		Title: Marked("Velm and Karsia announce immediate ceasefire along the northern corridor", "Karsia", "ceasefire", "corridor"),
		URL:   "https://mfa.velm.example/statements/118?lang=en&print=1",
		Summary: []bot.Text{
			Marked("The ministers of both countries declared that all fire would cease along the northern corridor at noon local time.", "corridor"),
			{Text: "Observers are to reach the crossing at Oster within two days."},
		},
		Rules: []string{"Corridor"}, Matched: []string{"Karsia", "ceasefire", "corridor", "transit convoy"},
		Sources:   []bot.Source{{Outlet: "Velm Foreign Ministry", Tier: official, At: At("10:02")}},
		Published: At("10:02"), Seen: At("10:03"), Sent: At("10:03"),
	}
}

// Joined is Flash after five more have told it.
func Joined() bot.Message {
	m := Flash()
	m.Kind = bot.KindUpdate
	m.Sources = append(m.Sources,
		bot.Source{Outlet: "Northern Wire", Tier: agency, Lang: "en", Title: "Velm, Karsia agree truce on northern corridor", URL: "https://wire.example/truce", At: At("10:04")},
		bot.Source{Outlet: "وكالة الساحل", Tier: agency, Lang: "ar", URL: "https://sahel.example/1", At: At("10:06")},
		bot.Source{Outlet: "Вестник Карсии", Tier: press, Lang: "ru", URL: "javascript:alert(1)", At: At("10:07")},
		bot.Source{Outlet: "海岸通讯社", Tier: agency, Lang: "zh", URL: "https://haian.example/3", At: At("10:09")},
		bot.Source{Outlet: "The Harbour Daily", Tier: press, Lang: "en", Title: "Guns fall silent on the corridor", URL: "https://harbour.example/4", At: At("10:15")},
	)
	m.Changes = []bot.Change{
		{At: At("10:04"), What: bot.ToldBy, Who: "Northern Wire", Now: "Velm, Karsia agree truce on northern corridor", URL: "https://wire.example/truce"},
		{At: At("10:11"), What: bot.RetitledBy, Who: "Velm Foreign Ministry", Was: "Velm and Karsia announce ceasefire", Now: m.Title.Text, URL: m.URL},
		{At: At("10:15"), What: bot.ToldBy, Who: "The Harbour Daily", Now: "Guns fall silent on the corridor", URL: "https://harbour.example/4"},
	}
	return m
}

// Arabic is an alert that runs from right to left, and tries to turn what
// follows about.
func Arabic() bot.Message {
	return bot.Message{
		Kind: bot.KindAlert, Severity: bot.Normal, Story: 31, Outlet: "وكالة الساحل", Tier: agency, Lang: "ar",
		Title:   Marked("وزير خارجية \u202eكارسيا\u202c يصل إلى أوستر لبحث فتح \u2067الممر\u2069 أمام القوافل", "كارسيا", "الممر"),
		URL:     "https://sahel.example/oster",
		Summary: []bot.Text{{Text: "ومن المقرر أن يلتقي الوزير نظيره مساء اليوم، ثم يعقدان مؤتمراً صحفياً مشتركاً."}},
		Rules:   []string{"ممر OR قافلة"}, Matched: []string{"كارسيا", "الممر"},
		Seen: At("08:33"),
	}
}

// Hostile is an alert from a feed that would be obeyed.
func Hostile() bot.Message {
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
		Changes: []bot.Change{{At: At("09:00"), What: bot.RetitledBy, Who: "*Wire*", Was: "<!here> was", Now: "*now* <@U1>", URL: "data:text/html,x"}},
		Claim:   &bot.Claim{User: "U1> <!channel"}, Muted: "<!here>",
		Published: At("09:00"),
	}
}

// OwnCorrection is an item that its outlet has edited to correct itself.
func OwnCorrection() bot.Message {
	m := envoy()
	m.Title = Marked("Karsia's envoy in Oster is on planned leave and was not recalled", "Karsia")
	m.Changes = []bot.Change{{At: At("09:34"), What: bot.CorrectedBy, Who: "Northern Wire", Was: "Karsia recalls its envoy from Oster", Now: m.Title.Text, URL: m.URL}}
	return m
}

// OtherCorrection is a card whose words another item has taken back.
func OtherCorrection() bot.Message {
	m := envoy()
	m.Sources = append(m.Sources, bot.Source{Outlet: "The Harbour Daily", Tier: press, URL: "https://harbour.example/9"})
	m.Changes = []bot.Change{
		{At: At("09:20"), What: bot.ToldBy, Who: "The Harbour Daily", Now: "Envoy goes home", URL: "https://harbour.example/9"},
		{At: At("09:34"), What: bot.CorrectedBy, Who: "Northern Wire", Was: m.Title.Text + " — He left on Monday.", Now: "Karsia's envoy in Oster was not recalled — He is on planned leave.", URL: "https://wire.example/envoy-correction"},
	}
	return m
}

func envoy() bot.Message {
	return bot.Message{
		Kind: bot.KindCorrection, Severity: bot.Urgent, Story: 20, Outlet: "Northern Wire", Tier: agency, Lang: "en",
		Title:   Marked("Karsia recalls its envoy from Oster", "Karsia"),
		URL:     "https://wire.example/envoy",
		Summary: []bot.Text{{Text: "He left on Monday."}},
		Rules:   []string{"karsia AND envoy"}, Matched: []string{"Karsia", "envoy"},
		Sources:   []bot.Source{{Outlet: "Northern Wire", Tier: agency, At: At("09:12")}},
		Published: At("09:12"), Seen: At("09:13"),
	}
}

// ClaimedAndMuted is Flash with somebody on it, and somebody who wants no more
// noise about it.
func ClaimedAndMuted() bot.Message {
	m := Flash()
	m.Kind, m.Severity, m.Silent, m.Story = bot.KindUpdate, bot.Urgent, true, 14
	m.Claim, m.Muted = &bot.Claim{User: "U012ABCDE", At: At("10:20")}, "W98765432"
	return m
}

// Several is many alerts in one message.
func Several() bot.Message {
	wire := Flash()
	wire.Severity = bot.Normal
	quiet := bot.Message{Kind: bot.KindAlert, Severity: bot.Normal, Story: 40, Title: bot.Text{Text: "A headline with no address"}, Outlet: "The Harbour Daily", Tier: press, Seen: At("09:50")}
	return bot.Message{Kind: bot.KindDigest, Severity: bot.Normal, Alerts: []bot.Message{wire, Arabic(), OtherCorrection(), ClaimedAndMuted(), Hostile(), quiet}}
}

// Notice is an answer of these lines.
func Notice(lines ...bot.Line) bot.Message { return bot.Message{Kind: bot.KindNotice, Lines: lines} }

// HelpNotice is an answer with explanations.
func HelpNotice() bot.Message {
	return Notice(
		bot.Line{Text: "I watch the feeds and tell this channel each story that matches its rules, once."},
		bot.Line{Text: "help [VERB|rules]", Detail: "what I do, how to use one verb, or how to write a rule"},
		bot.Line{Text: "subscribe RULE", Detail: "tell this channel every story that matches a rule"},
		bot.Line{Text: `subscribe Venezuela AND (sanction* OR "Security Council")`, Code: true},
		bot.Line{Text: "why ID", Detail: "why a story was told here, or was not"},
	)
}

// FoundNotice is an answer with links, some of which must not be.
func FoundNotice() bot.Message {
	return Notice(
		bot.Line{Text: "Velm, Karsia agree truce on <northern> corridor & more", URL: "https://wire.example/truce?a=1&b=2", Detail: "Northern Wire, 2 minutes ago", Story: 12},
		bot.Line{Text: "Вестник: *Карсия* и Вельм", URL: "javascript:alert(1)", Detail: "Вестник Карсии, 1 hour ago", Story: 13},
		bot.Line{Text: "There are more. Add a word to narrow it down."},
	)
}

// MistakeNotice is an answer with a caret under a line.
func MistakeNotice() bot.Message {
	m := Notice(
		bot.Line{Text: "That is not a rule yet: this bracket is never closed"},
		bot.Line{Text: "Venezuela AND (sanction* OR strike", Code: true},
		bot.Line{Text: "              ^", Code: true},
		bot.Line{Text: "Close it with a )."},
	)
	m.Mistake = true
	return m
}

// LongNotice is an answer that needs more than one message.
func LongNotice() bot.Message {
	m := Notice(bot.Line{Text: "70 sources: 61 well, 9 broken"})
	for i := range 70 {
		m.Lines = append(m.Lines, bot.Line{Text: "✓ The Harbour Daily, edition " + strings.Repeat("I", i%9+1) + " (harbour)", Detail: strings.Repeat("read 2 minutes ago, next in 8 minutes; ", 5), Story: int64(i)})
	}
	return m
}

// HealthNotice is how feeds are, as long as that gets in one message.
func HealthNotice() bot.Message {
	m := Notice(bot.Line{Text: "31 of 40 sources cannot be read since 10:02 CEST: perhaps our own network.", Detail: strings.Repeat("w", 160)})
	for range 10 {
		m.Lines = append(m.Lines, bot.Line{Text: "✗ " + strings.Repeat("Ж", 60) + " is broken", Detail: strings.Repeat("ж ", 80)})
	}
	m.Lines = append(m.Lines, bot.Line{Text: "And 30 more."}, bot.Line{Text: "40 sources are well again:"}, bot.Line{Text: "And 40 more."})
	return m
}
