package feeds

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCanonicalLink(t *testing.T) {
	for _, same := range [][]string{
		{"news.example/a", "https://news.example/a", "http://NEWS.example/a/", "https://www.news.example:443/a#xtor=RSS-1",
			" http://news.example:80/a?utm_source=rss&fbclid=1 ", "//news.example/a?UTM_medium=x"},
		{"news.example/a?b=1&c=2", "https://news.example/a?b=1&c=2", "https://news.example/a?b=1&utm_x=y&c=2&"},
		{"news.example/a?b=1&c=2", "https://news.example/a?c=2&b=1"},
		{"news.example:8080/a", "https://news.example:8080/a"},
		{"news.example/A", "https://news.example/A"},
		{"news.example/live#block-7", "https://news.example/live/?utm_source=rss#block-7"},
		{"news.example", "https://news.example/", "https://news.example"},
		{"mailto:a@b.example", "mailto:a@b.example"},
		{"http://[::1", "http://[::1"},
	} {
		for _, link := range same[1:] {
			if got := CanonicalLink(link); got != same[0] {
				t.Errorf("CanonicalLink(%q) is %q, want %q", link, got, same[0])
			}
		}
	}
}

func FuzzCanonicalLink(f *testing.F) {
	f.Add("http://www.news.example:443/a/?utm_source=rss&b=1#top")
	f.Fuzz(func(t *testing.T, link string) {
		rest, ok := strings.CutPrefix(link, "http://")
		if plain, secure := CanonicalLink(link), CanonicalLink("https://"+rest); ok && plain != secure && plain != link {
			t.Errorf("%q is %q, but with https it is %q", link, plain, secure)
		}
	})
}

func TestKeys(t *testing.T) {
	text := Item{Title: "t"}
	text.ID = text.Keys()[0]
	for _, test := range []struct {
		item Item
		want []string
	}{
		{Item{GUID: "7", URL: "https://a.example/x?utm_a=b", ID: "i"}, []string{"guid:7", "link:a.example/x"}},
		{Item{URL: "https://a.example/x", ID: "i"}, []string{"link:a.example/x"}},
		{Item{ID: "i", Title: "t"}, []string{"guid:i"}},
		{Item{Title: "t"}, []string{"text:" + digest("t")}},
		{text, []string{"text:" + digest("t")}},
	} {
		if got := test.item.Keys(); !slices.Equal(got, test.want) {
			t.Errorf("%+v: %q, want %q", test.item, got, test.want)
		}
	}
}

func TestVersion(t *testing.T) {
	it := Item{Title: "a", Summary: "b", GUID: "1", Published: time.Unix(1, 0)}
	touched, edited, shifted := it, it, it
	touched.GUID, touched.Published = "2", time.Unix(2, 0)
	edited.Title = "A"
	shifted.Title, shifted.Summary = "ab", ""
	if it.Version() != touched.Version() || it.Version() == edited.Version() || it.Version() == shifted.Version() {
		t.Error("a version follows something other than the words")
	}
}

func TestTier(t *testing.T) {
	var tier Tier
	if err := tier.UnmarshalText([]byte("agency")); err != nil || tier != Agency {
		t.Errorf("%q, %v", tier, err)
	}
	if err := tier.UnmarshalText([]byte("Agency")); err == nil {
		t.Error("Agency is a tier")
	}
}
