package web

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"attache/bot"
	"attache/feeds"
)

// draw renders one card, under the id alert-7 unless there is another.
func draw(t testing.TB, m bot.Message, id ...string) string {
	t.Helper()
	pages, err := parsePages(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, "card", newCard(desk, append(id, "alert-7")[0], m)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCardGolden(t *testing.T) {
	for name, m := range map[string]bot.Message{"flash": flash(), "corrected": corrected(), "arabic": arabic(), "claimed": claimed()} {
		t.Run(name, func(t *testing.T) {
			m.Story = 12
			got := draw(t, m)
			file := "testdata/" + name + ".html"
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the card differs from %s (go test -update writes it anew):\n%s", file, got)
			}
		})
	}
}

func TestCorrections(t *testing.T) {
	other, own := corrected(), corrected()
	own.Title = bot.Text{Text: own.Changes[0].Now} // the outlet edited the item that the card quotes
	later := corrected()
	later.Kind = bot.KindUpdate // another outlet joined after the correction
	for name, test := range map[string]struct {
		m                 bot.Message
		corrected, struck bool
	}{
		"by another item":       {other, true, true},
		"by an edit of its own": {own, true, false},
		"then updated":          {later, true, true},
		"never":                 {flash(), false, false},
	} {
		c := newCard(desk, "x", test.m)
		if c.Corrected() != test.corrected || c.Struck() != test.struck {
			t.Errorf("%s: corrected %t, struck %t, want %t and %t", name, c.Corrected(), c.Struck(), test.corrected, test.struck)
		}
	}
}

func TestLinks(t *testing.T) {
	for address, want := range map[string]string{
		"https://wire.example/a?b=c&d": "https://wire.example/a?b=c&d",
		"HTTP://wire.example":          "http://wire.example",
		"javascript:alert(1)":          "", "java\nscript:alert(1)": "", "bot://c/desk": "", "data:text/html,x": "",
		"//wire.example": "", "/c/desk": "", "https:///x": "", "": "", "mailto:a@b.example": "",
	} {
		if got := link(address); got != want {
			t.Errorf("link(%q) = %q, want %q", address, got, want)
		}
	}
}

// What people can do about an alert is on its card, each a real button; and
// nothing on what is no alert.
func TestActions(t *testing.T) {
	m := flash()
	m.Kind, m.Story = bot.KindUpdate, 12
	for name, test := range map[string]struct {
		m    bot.Message
		want string
	}{
		"nobody":  {m, "claim 12=On it mute 12=Mute why 12=Why story 12=Story"},
		"claimed": {with(m, func(m *bot.Message) { m.Claim = new(bot.Claim) }), "release 12=Not on it mute 12=Mute why 12=Why story 12=Story"},
		"muted":   {with(m, func(m *bot.Message) { m.Muted = "amal" }), "claim 12=On it unmute 12=Unmute why 12=Why story 12=Story"},
		"notice":  {with(m, func(m *bot.Message) { m.Kind = bot.KindNotice }), ""},
		"nothing": {with(m, func(m *bot.Message) { m.Story = 0 }), ""},
	} {
		doc, err := html.Parse(strings.NewReader(draw(t, test.m)))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for n := range doc.Descendants() {
			if n.Data == "button" {
				got = append(got, attribute(n, "value")+"="+n.FirstChild.Data)
			}
			if n.Data == "form" && attribute(n, "action") != "/c/desk" {
				t.Errorf("%s: the buttons go to %q", name, attribute(n, "action"))
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: the buttons are %q, want %q", name, strings.Join(got, " "), test.want)
		}
	}
}

func TestClaimed(t *testing.T) {
	m := claimed()
	if got := draw(t, m); !strings.Contains(got, `On it: <bdi>amal</bdi>, since <time datetime="2026-11-23T09:55:00Z">23 Nov, 09:55 UTC</time>`) || !strings.Contains(got, "Muted by <bdi>boris</bdi>") {
		t.Errorf("the card does not say who is on it:\n%s", got)
	}
	m.Claim, m.Muted = new(bot.Claim), ""
	if got := draw(t, m); !strings.Contains(got, "On it: <bdi>somebody</bdi></span>") || strings.Contains(got, "Muted") {
		t.Errorf("the card does not say that somebody is on it, and no more:\n%s", got)
	}
}

func with(m bot.Message, change func(*bot.Message)) bot.Message {
	change(&m)
	return m
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// FuzzCard holds a card of hostile words to the shape of a tame one: no
// element, attribute or address that the template does not write.
func FuzzCard(f *testing.F) {
	f.Add(`</h3><script>alert(1)</script>`, `javascript:alert(1)`, `en" onclick="x`, 3, 9)
	f.Add("\u202e<img src=x onerror=y>", "https://a.example/\"><b>", "ar", 0, 4)
	f.Add("{{.}} & <!-- ]]>", "bot://x", "", 1, 1)
	f.Fuzz(func(t *testing.T, words, address, lang string, from, to int) {
		text := bot.Text{Text: words, Marks: []bot.Mark{{Start: from, End: to}}}
		if from < 0 {
			text.Marks = nil
		}
		doc, err := html.Parse(strings.NewReader(draw(t, bot.Message{
			Kind: bot.Kind(lang), Severity: bot.Severity(lang), Title: text, URL: address, Outlet: words, Tier: feeds.Tier(lang), Lang: lang,
			Summary: []bot.Text{text}, Rules: []string{words}, Matched: []string{words}, Story: 3, Claim: &bot.Claim{User: words, At: at("10:00")}, Muted: words, Silent: true,
			Sources: []bot.Source{{}, {Outlet: words, Tier: feeds.Tier(words), Lang: lang, Title: words, URL: address}},
			Changes: []bot.Change{{What: words, Who: words, Was: words, Now: words, URL: address}},
			Lines:   []bot.Line{{Text: words, URL: address, Detail: words, Story: 4}, {Text: words, Code: true}},
		})))
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			if n.Type == html.CommentNode {
				t.Errorf("a comment: %q", n.Data)
			}
			if n.Type == html.ElementNode {
				tame(t, n)
			}
		}
	})
}

func tame(t *testing.T, n *html.Node) {
	const elements = " html head body article p span bdi h3 h4 del ins a mark time ol ul li div form button kbd code pre details summary "
	const attributes = " class id aria-labelledby aria-label tabindex data-severity data-kind data-corrected data-silent data-tier role dir lang href rel datetime method action name value title "
	if !strings.Contains(elements, " "+n.Data+" ") {
		t.Errorf("an element that no template writes: %s", n.Data)
	}
	for _, a := range n.Attr {
		if !strings.Contains(attributes, " "+a.Key+" ") {
			t.Errorf("an attribute that no template writes: %s", a.Key)
		}
		if a.Key == "href" && !strings.HasPrefix(a.Val, "http://") && !strings.HasPrefix(a.Val, "https://") {
			t.Errorf("a link to %q", a.Val)
		}
	}
}
