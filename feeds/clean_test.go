package feeds

import (
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	it := Item{
		Title: "Evil \x1b]0;pwned\a\x1b[2J \u202egnp\nsecond line", Summary: "one\x00\n\ntwo", Body: strings.Repeat("long ", 20_000),
		URL: "javascript:alert(1)", Links: []string{"file:///etc/passwd", "https://a.example/1"}, Categories: []string{"a\x1bb"},
	}.Clean()
	if it.Title != "Evil ]0;pwned[2J gnp second line" || it.URL != "" || len(it.Links) != 1 || it.Categories[0] != "ab" {
		t.Errorf("cleaned to %+v", it)
	}
	if len(it.Body) > 2*maxText || strings.ContainsAny(it.Summary, "\x00") {
		t.Errorf("%d bytes of body, summary %q", len(it.Body), it.Summary)
	}
	if again := it.Clean(); again.Title != it.Title || again.Body != it.Body {
		t.Error("cleaning twice is not cleaning once")
	}
}

// Blocks of a live page, or items that all link to the home page, are items of
// their own; an article under a new guid is still the article.
func TestSharedLinks(t *testing.T) {
	document := func(items ...string) Document {
		var b strings.Builder
		b.WriteString("<rss version='2.0'><channel><title>t</title>")
		for _, it := range items {
			guid, link, _ := strings.Cut(it, " ")
			b.WriteString("<item><title>" + guid + "</title><guid isPermaLink='false'>" + guid + "</guid><link>" + link + "</link></item>")
		}
		b.WriteString("</channel></rss>")
		return Document{Body: []byte(b.String())}
	}
	tests := []struct {
		items []string
		link  bool // is a key of the first item
	}{
		{[]string{"a https://n.example/1", "b https://n.example/2"}, true},
		{[]string{"a https://n.example/", "b https://n.example/"}, false},
		{[]string{"a https://n.example/live#1", "b https://n.example/live#2"}, true},
		{[]string{"a https://n.example/1", "a https://n.example/1"}, true},
	}
	for _, tt := range tests {
		items, err := Parse(document(tt.items...), Feed{})
		if err != nil || len(items) != len(tt.items) {
			t.Fatalf("%v: %v", items, err)
		}
		seen := map[string]bool{}
		for _, it := range items {
			for _, k := range it.Keys() {
				if seen[k] && it.GUID != "a" {
					t.Errorf("%v: %s is a key of two items", tt.items, k)
				}
				seen[k] = true
			}
		}
		if got := len(items[0].Keys()) == 2; got != tt.link {
			t.Errorf("%v: keys %v", tt.items, items[0].Keys())
		}
	}
}
