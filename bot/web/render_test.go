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

// draw renders one card.
func draw(t testing.TB, m bot.Message) string {
	t.Helper()
	pages, err := parsePages(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, "card", newCard(desk, "alert-7", m)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCardGolden(t *testing.T) {
	for name, m := range map[string]bot.Message{"flash": flash(), "corrected": corrected(), "arabic": arabic()} {
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
			Summary: []bot.Text{text}, Rules: []string{words}, Matched: []string{words}, Story: 3,
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
	const attributes = " class id aria-labelledby aria-label tabindex data-severity data-kind data-corrected data-tier dir lang href rel datetime method action name value title "
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
