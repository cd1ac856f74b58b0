package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"attache/bot"
	"attache/feeds"
)

// shelf is a Desk over slices.
type shelf struct {
	mu      sync.Mutex
	alerts  []bot.Alert    // latest first
	notices []bot.Delivery // latest first
	subs    []bot.Subscription
	feeds   []bot.FeedStatus
	err     error
}

func (s *shelf) Cards(_ context.Context, c bot.Channel, limit int) ([]bot.Alert, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []bot.Alert
	for _, a := range s.alerts {
		if a.Channel == c && len(list) < limit {
			list = append(list, a)
		}
	}
	return list, s.err
}

func (s *shelf) Subscriptions(_ context.Context, c bot.Channel) ([]bot.Subscription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []bot.Subscription
	for _, sub := range s.subs {
		if sub.Channel == c {
			list = append(list, sub)
		}
	}
	return list, s.err
}

func (s *shelf) Notices(_ context.Context, c bot.Channel, limit int) ([]bot.Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []bot.Delivery
	for _, n := range s.notices {
		if n.Message.Channel == c && len(list) < limit {
			list = append(list, n)
		}
	}
	return list, s.err
}

func (s *shelf) Feeds(context.Context) ([]bot.FeedStatus, error) { return s.feeds, s.err }

func (s *shelf) Channels(context.Context) ([]bot.Channel, error) {
	return []bot.Channel{desk, "web:energy"}, s.err
}

// put records an alert as the store does, in place of the one of that number.
func (s *shelf) put(a bot.Alert) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.alerts, func(b bot.Alert) bool { return b.ID == a.ID }); i >= 0 {
		s.alerts[i] = a
		return
	}
	s.alerts = slices.Insert(s.alerts, 0, a)
}

// note records a notice, under one Ref once.
func (s *shelf) note(d bot.Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.notices, func(n bot.Delivery) bool { return n.Ref == d.Ref }) {
		s.notices = slices.Insert(s.notices, 0, d)
	}
}

// Answer makes the shelf a bot.Handler that knows `subscribe`, `why` and `claim`.
func (s *shelf) Answer(_ context.Context, c bot.Command) bot.Message {
	m := bot.Message{Kind: bot.KindNotice}
	switch {
	case len(c.Line) > 10 && c.Line[:10] == "subscribe ":
		s.mu.Lock()
		defer s.mu.Unlock()
		sub := bot.Subscription{Number: len(s.subs) + 1, Channel: c.Channel, Rule: c.Line[10:]}
		s.subs = append(s.subs, sub)
		m.Lines = []bot.Line{{Text: "Subscribed as 2. I read it as:"}, {Text: sub.Rule, Code: true}}
	case strings.HasPrefix(c.Line, "claim "):
		s.mu.Lock()
		defer s.mu.Unlock()
		for i, a := range s.alerts {
			if fmt.Sprint("claim ", a.Story) == c.Line {
				s.alerts[i].Card.Claim = &bot.Claim{At: at("10:20")}
				m.Lines = []bot.Line{{Text: "You are on it."}}
			}
		}
	case c.Line == "why 12":
		m.Lines = []bot.Line{
			{Text: "Corridor talks open in Velm without Karsia", URL: "https://wire.example/velm", Detail: "Northern Wire, 10:07", Story: 12},
			{Text: "Rule 1 asked for it: it holds “corridor” and “Karsia”."},
		}
	default:
		m.Mistake = true
		m.Lines = []bot.Line{{Text: "I do not know “" + c.Line + "”."}, {Text: "karsia AND (", Code: true}, {Text: "            ^ a word or a ) is missing here", Code: true}}
	}
	return m
}

func at(clock string) time.Time {
	t, err := time.Parse(time.RFC3339, "2026-11-23T"+clock+":00Z")
	if err != nil {
		panic(err)
	}
	return t
}

// mark marks words in a text.
func mark(text string, words ...string) bot.Text {
	t := bot.Text{Text: text}
	for _, w := range words {
		from := 0
		if n := len(t.Marks); n > 0 {
			from = t.Marks[n-1].End
		}
		for i := from; i+len(w) <= len(text); i++ {
			if text[i:i+len(w)] == w {
				t.Marks = append(t.Marks, bot.Mark{Start: i, End: i + len(w)})
				break
			}
		}
	}
	return t
}

// morning is a desk's morning: outlets, places and words are invented.
func morning() *shelf {
	cards := []bot.Message{flash(), claimed(), corrected(), arabic(), chinese(), edited()}
	s := &shelf{
		subs: []bot.Subscription{
			{Number: 1, Channel: desk, Name: "Corridor", Rule: `karsia AND (corridor OR ceasefire OR "transit convoy")`, Source: "config"},
			{Number: 2, Channel: desk, Rule: "sanction* NEAR/6 (shipping OR tanker)", Source: "amal"},
			{Number: 4, Channel: desk, Rule: "@unsc AND emergency"},
		},
		feeds: []bot.FeedStatus{
			{Feed: feeds.Feed{Name: "velm-mfa", URL: "https://mfa.velm.example/rss", Outlet: "Velm Foreign Ministry", Tier: feeds.Official}, State: feeds.State{Changed: at("10:02")}, Health: feeds.Health{Condition: feeds.Well, Words: "read 2 minutes ago, next in 8 minutes"}},
			{Feed: feeds.Feed{Name: "northern-wire", URL: "https://wire.example/world.xml", Outlet: "Northern Wire", Tier: feeds.Agency}, State: feeds.State{Changed: at("10:11")}, Health: feeds.Health{Condition: feeds.Well, Words: "read 40 seconds ago, next in 2 minutes"}},
			{Feed: feeds.Feed{Name: "vestnik", URL: "https://vestnik.example/feed", Outlet: "Вестник Карсии", Tier: feeds.Press}, Health: feeds.Health{Condition: feeds.Broken, Words: "failing for 3 h: the server answered 403; next try in 34 minutes"}},
			{Feed: feeds.Feed{Name: "harbour-daily", URL: "https://harbour.example/atom", Outlet: "The Harbour Daily", Tier: feeds.Press}, State: feeds.State{Changed: at("09:20")}, Health: feeds.Health{Condition: feeds.Well, Words: "read 5 minutes ago, next in 25 minutes"}},
		},
	}
	for i, m := range cards {
		m.Channel = desk
		m.Kind = cmp.Or(m.Kind, bot.KindAlert)
		s.alerts = append(s.alerts, bot.Alert{ID: int64(len(cards) - i), Story: int64(40 - 3*i), Channel: desk, Card: m})
	}
	return s
}

func flash() bot.Message {
	return bot.Message{
		Severity: bot.Flash, Outlet: "Velm Foreign Ministry", Tier: feeds.Official, Lang: "en",
		Title:     mark("Velm and Karsia announce immediate ceasefire along the northern corridor", "Karsia", "ceasefire", "corridor"),
		URL:       "https://mfa.velm.example/statements/118",
		Summary:   []bot.Text{mark("The ministers of both countries declared that all fire would cease along the northern corridor at noon local time.", "corridor"), {Text: "Observers are to reach the crossing at Oster within two days."}},
		Rules:     []string{"Corridor"},
		Matched:   []string{"Karsia", "ceasefire", "corridor", "transit convoy"},
		Published: at("10:02"), Seen: at("10:03"), Sent: at("10:03"),
		Sources: []bot.Source{
			{Outlet: "Velm Foreign Ministry", Tier: feeds.Official, At: at("10:02")},
			{Outlet: "Northern Wire", Tier: feeds.Agency, Lang: "en", Title: "Velm, Karsia agree truce on northern corridor", URL: "https://wire.example/truce", At: at("10:04")},
			{Outlet: "وكالة الساحل", Tier: feeds.Agency, Lang: "ar", Title: "فيلم وكارسيا تعلنان وقفاً فورياً لإطلاق النار في الممر الشمالي", URL: "https://sahel.example/1", At: at("10:06")},
			{Outlet: "Вестник Карсии", Tier: feeds.Press, Lang: "ru", Title: "Карсия и Вельм объявили о прекращении огня", URL: "https://vestnik.example/2", At: at("10:07")},
			{Outlet: "海岸通讯社", Tier: feeds.Agency, Lang: "zh", Title: "维尔姆与卡尔西亚宣布北部走廊立即停火", URL: "https://haian.example/3", At: at("10:09")},
			{Outlet: "The Harbour Daily", Tier: feeds.Press, Lang: "en", Title: "Guns fall silent on the corridor", URL: "https://harbour.example/4", At: at("10:15")},
		},
		Changes: []bot.Change{{At: at("10:04"), What: "also told by", Who: "Northern Wire", Now: "Velm, Karsia agree truce on northern corridor", URL: "https://wire.example/truce"}},
	}
}

func russian() bot.Message {
	return bot.Message{
		Severity: bot.Urgent, Outlet: "Вестник Карсии", Tier: feeds.Press, Lang: "ru",
		Title:     mark("Совет Безопасности соберётся на экстренное заседание по Карсии", "Карсии"),
		URL:       "https://vestnik.example/sb",
		Summary:   []bot.Text{{Text: "Заседание назначено на 15:00 по просьбе трёх постоянных членов."}},
		Rules:     []string{"@unsc AND emergency"},
		Matched:   []string{"Карсии"},
		Published: at("09:48"), Seen: at("09:51"),
		Sources: []bot.Source{{Outlet: "Вестник Карсии", Tier: feeds.Press, At: at("09:48")}},
	}
}

// claimed is an alert that somebody is on, and another has heard enough of.
func claimed() bot.Message {
	m := russian()
	m.Kind, m.Silent = bot.KindUpdate, true
	m.Claim, m.Muted = &bot.Claim{User: "amal", At: at("09:55")}, "boris"
	return m
}

func corrected() bot.Message {
	was := "Karsia recalls its envoy from Oster"
	now := "Correction: Karsia's envoy in Oster is on planned leave and was not recalled"
	return bot.Message{
		Kind: bot.KindCorrection, Severity: bot.Urgent, Outlet: "Northern Wire", Tier: feeds.Agency, Lang: "en",
		Title:     mark(was, "Karsia"),
		URL:       "https://wire.example/envoy",
		Rules:     []string{"Corridor"},
		Matched:   []string{"Karsia"},
		Published: at("09:12"), Seen: at("09:13"),
		Sources: []bot.Source{{Outlet: "Northern Wire", Tier: feeds.Agency, At: at("09:12")}},
		Changes: []bot.Change{{At: at("09:34"), What: "corrected by", Who: "Northern Wire", Was: was, Now: now, URL: "https://wire.example/envoy-correction"}},
	}
}

func arabic() bot.Message {
	return bot.Message{
		Severity: bot.Normal, Outlet: "وكالة الساحل", Tier: feeds.Agency, Lang: "ar",
		Title:     mark("وزير خارجية كارسيا يصل إلى أوستر لبحث فتح الممر أمام القوافل", "كارسيا", "الممر"),
		URL:       "https://sahel.example/oster",
		Summary:   []bot.Text{{Text: "ومن المقرر أن يلتقي الوزير نظيره مساء اليوم، ثم يعقدان مؤتمراً صحفياً مشتركاً."}},
		Rules:     []string{"ممر OR قافلة"},
		Matched:   []string{"كارسيا", "الممر"},
		Published: at("08:30"), Seen: at("08:33"),
		Sources: []bot.Source{
			{Outlet: "وكالة الساحل", Tier: feeds.Agency, At: at("08:30")},
			{Outlet: "The Harbour Daily", Tier: feeds.Press, Lang: "en", Title: "Karsian minister in Oster for corridor talks", URL: "https://harbour.example/oster", At: at("08:52")},
		},
	}
}

func chinese() bot.Message {
	return bot.Message{
		Severity: bot.Normal, Outlet: "海岸通讯社", Tier: feeds.Agency, Lang: "zh",
		Title:     mark("三国对油轮航运实施新一轮制裁", "油轮", "制裁"),
		URL:       "https://haian.example/tanker",
		Summary:   []bot.Text{{Text: "新措施涉及十一艘油轮和两家保险公司，自下月一日起生效。"}},
		Rules:     []string{"制裁 AND 油轮"},
		Matched:   []string{"制裁", "油轮"},
		Published: at("07:55"), Seen: at("07:58"),
	}
}

func edited() bot.Message {
	return bot.Message{
		Kind: bot.KindUpdate, Severity: bot.Normal, Outlet: "The Harbour Daily", Tier: feeds.Press, Lang: "en",
		Title:     mark("Insurers suspend cover for tankers after sanctions on shipping firms", "tankers", "sanctions", "shipping"),
		URL:       "https://harbour.example/insurers",
		Summary:   []bot.Text{{Text: "Two of the largest marine insurers said they would write no new policies for the route until the rules were clear."}},
		Rules:     []string{"sanction* NEAR/6 (shipping OR tanker)"},
		Matched:   []string{"sanctions", "shipping", "tankers"},
		Published: at("07:20"), Seen: at("07:31"),
		Changes: []bot.Change{{At: at("07:52"), What: "headline changed by", Who: "The Harbour Daily", Was: "Insurers weigh cover for tankers", Now: "Insurers suspend cover for tankers after sanctions on shipping firms", URL: "https://harbour.example/insurers"}},
	}
}
