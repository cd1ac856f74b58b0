package demo

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func bundled(t testing.TB) *Scenario {
	t.Helper()
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// outlet returns the outlet with this feed name.
func (s *Scenario) outlet(t testing.TB, name string) *Outlet {
	t.Helper()
	i := slices.IndexFunc(s.Outlets, func(o *Outlet) bool { return o.Name == name })
	if i < 0 {
		t.Fatalf("no outlet %s", name)
	}
	return s.Outlets[i]
}

// item returns the outlet's item with this guid.
func (o *Outlet) item(t testing.TB, guid string) Item {
	t.Helper()
	i := slices.IndexFunc(o.Items, func(it Item) bool { return it.GUID == guid })
	if i < 0 {
		t.Fatalf("%s has no item %s", o.Name, guid)
	}
	return o.Items[i]
}

func TestScenario(t *testing.T) {
	s := bundled(t)
	var items, baseline int
	tiers, langs, formats, links := map[string]int{}, map[string]int{}, map[Format]int{}, map[string]bool{}
	for _, o := range s.Outlets {
		tiers[o.Tier]++
		langs[o.Lang]++
		formats[o.Format]++
		items += len(o.Items)
		site, err := url.Parse(o.Site)
		if err != nil || site.Scheme != "https" || !strings.HasSuffix(site.Host, ".example") {
			t.Errorf("%s is not at an https address under .example: %s", o.Name, o.Site)
		}
		if o.Items[0].Offset > 0 {
			t.Errorf("%s has nothing before the start", o.Name)
		}
		for _, it := range o.Items {
			if it.Offset <= 0 {
				baseline++
			}
			if links[it.Link] {
				t.Errorf("two items at %s", it.Link)
			}
			links[it.Link] = true
			if !strings.HasPrefix(it.Link, o.Site+"/") {
				t.Errorf("%s links elsewhere: %s", it.GUID, it.Link)
			}
			if f := o.faultAt(it.Offset); f == Failing || f == Closed {
				t.Errorf("%s is published when its feed is %s: nobody would see it", it.GUID, f)
			}
		}
	}
	if len(s.Outlets) < 12 || items < 120 || items > 160 || baseline < 15 {
		t.Errorf("%d outlets, %d items, %d of them before the start; want at least 12, 120 to 160, at least 15", len(s.Outlets), items, baseline)
	}
	if tiers["official"] < 3 || tiers["agency"] < 3 || tiers["press"] < 6 {
		t.Errorf("tiers: %v", tiers)
	}
	for _, lang := range []string{"en", "ru", "fr", "es", "ar", "zh"} {
		if langs[lang] == 0 {
			t.Errorf("nobody speaks %s", lang)
		}
	}
	if formats[RSS] < 5 || formats[Atom] == 0 || formats[RDF] != 1 || formats[JSON] != 1 {
		t.Errorf("formats: %v", formats)
	}
}

// The breaking event is in every language within the hour, from nine outlets
// and more, the first of them soon enough for a first alert within 3 s of
// --for 60s.
func TestBreaking(t *testing.T) {
	words := []string{"ceasefire", "truce", "cessez-le-feu", "alto el fuego", "прекращении огня", "إطلاق النار", "停火"}
	outlets, langs := map[string]bool{}, map[string]bool{}
	var first time.Duration
	for _, o := range bundled(t).Outlets {
		for _, it := range o.Items {
			told := slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(it.Title+it.Summary), w) })
			if !told || it.Offset <= 0 || it.Offset > 90*time.Minute {
				continue
			}
			outlets[o.Name], langs[o.Lang] = true, true
			if first == 0 || it.Offset < first {
				first = it.Offset
			}
		}
	}
	if len(outlets) < 9 || len(langs) != 6 || first != 25*time.Minute {
		t.Errorf("told by %d outlets in %d languages, first at %s; want 9, 6, 25m", len(outlets), len(langs), first)
	}
	for outlet, label := range map[string]string{
		"wire-one": "URGENT: ", "agence-littoral": "URGENT – ", "severny-meridian": "СРОЧНО: ", "sariya": "عاجل: ",
		"brujula-austral": "ÚLTIMA HORA: ", "lanting-daily": "突发：", "harbour-times": "BREAKING: ",
	} {
		o := bundled(t).outlet(t, outlet)
		if !slices.ContainsFunc(o.Items, func(it Item) bool { return strings.HasPrefix(it.Title, label) }) {
			t.Errorf("%s never says %q", outlet, label)
		}
	}
}

// The wire's text is printed by three papers, by one of them under its own
// headline, and then corrected by the wire.
func TestWireText(t *testing.T) {
	s := bundled(t)
	wire := s.outlet(t, "wire-one")
	original := wire.item(t, "wire-one:0304-truce")
	for _, c := range []struct {
		outlet, guid string
		same         bool // the headline too
	}{
		{"harbour-times", "https://harbour-times.example/?id=30011", true},
		{"morning-ledger", "tag:morning-ledger.example,2026:truce-wire", true},
		{"estuary-post", "ep903", false},
	} {
		it := s.outlet(t, c.outlet).item(t, c.guid)
		if it.Summary != original.Summary || !slices.Equal(it.Body, original.Body) {
			t.Errorf("%s changed the wire's text", c.outlet)
		}
		if (it.Title == original.Title) != c.same || it.Offset <= original.Offset {
			t.Errorf("%s: %q at %s, the wire %q at %s", c.outlet, it.Title, it.Offset, original.Title, original.Offset)
		}
	}
	corrected := wire.item(t, "wire-one:0304-truce-corrected")
	if want := "CORRECTED: " + strings.Replace(original.Title, "2,400", "1,400", 1); corrected.Title != want {
		t.Errorf("the correction says %q, want %q", corrected.Title, want)
	}
}

func TestEdits(t *testing.T) {
	s := bundled(t)
	it := s.outlet(t, "morning-ledger").item(t, "tag:morning-ledger.example,2026:summit-venue")
	before, after := it.titleAt(it.Offset), it.titleAt(Span)
	if before == after || !strings.Contains(before, "Port Selwyn") || !strings.Contains(after, "Marisol") {
		t.Errorf("edited from %q to %q", before, after)
	}
	if e := it.Edits[0]; it.titleAt(e.Offset-1) != before || it.titleAt(e.Offset) != after {
		t.Errorf("not edited at %s", e.Offset)
	}
}

// Near misses share words with rules and must not match them: no football
// with a treaty in it, no small "us" written large.
func TestNearMisses(t *testing.T) {
	s := bundled(t)
	for _, c := range []struct {
		outlet, guid string
		holds        []string
		lacks        []string
	}{
		{"harbour-times", "https://harbour-times.example/?id=30024", []string{"Venezuela"}, []string{"treaty", "talks", "aid ", " aid"}},
		{"brujula-austral", "ba-6620", []string{"Venezuela"}, []string{"tratado", "ayuda"}},
		{"harbour-times", "https://harbour-times.example/?id=30014", []string{" us ", "sanctions"}, []string{"US", "U.S."}},
		{"harbour-times", "https://harbour-times.example/?id=30028", []string{" us,", "sanctions"}, []string{"US", "U.S."}},
		{"harbour-times", "https://harbour-times.example/?id=30037", []string{"Council", "security"}, []string{"ecurity Council", "ecurity council"}},
		{"morning-ledger", "tag:morning-ledger.example,2026:brand-ambassador", []string{"Brand ambassador recalls"}, nil},
		{"morning-ledger", "tag:morning-ledger.example,2026:kettle-recall", []string{"Ambassador Hotel recalls"}, nil},
		{"harbour-times", "https://harbour-times.example/?id=30004", []string{"Norvanian"}, []string{"Norvania "}},
	} {
		it := s.outlet(t, c.outlet).item(t, c.guid)
		text := strings.Join(append([]string{it.Title, it.Summary}, it.Body...), " ")
		for _, word := range c.holds {
			if !strings.Contains(text, word) {
				t.Errorf("%s lacks %q", c.guid, word)
			}
		}
		for _, word := range c.lacks {
			if strings.Contains(text, word) {
				t.Errorf("%s has %q", c.guid, word)
			}
		}
	}
}

func TestPosition(t *testing.T) {
	s := bundled(t)
	until := func(offset time.Duration) func(feed, guid string) bool {
		return func(feed, guid string) bool { return s.outlet(t, feed).item(t, guid).Offset <= offset }
	}
	for _, c := range []struct{ known, want time.Duration }{
		{-Span, 0},
		{0, 0}, // the baseline is not a position
		{25 * time.Minute, 25 * time.Minute},
		{25*time.Hour + 20*time.Minute, 25*time.Hour + 10*time.Minute},
		{Span, 47*time.Hour + 35*time.Minute},
	} {
		if got := s.Position(until(c.known)); got != c.want {
			t.Errorf("known until %s: position %s, want %s", c.known, got, c.want)
		}
	}
}
