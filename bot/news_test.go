package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"attache/bot/story"
	"attache/feeds"
)

// stories are items about this many different events.
func stories(n int) []feeds.Item {
	places := strings.Fields("Talar Estaria Norvania Lanting Severny Brujula Sariya Costera Littoral Harbour Quay Estuary Lacs Meridian")
	var items []feeds.Item
	for i := range n {
		place := places[i%len(places)]
		items = append(items, item("Wire One", fmt.Sprint(i), fmt.Sprintf("Envoy number %d reaches %s %s", i, place, strings.Repeat(place[:2], 1+i/len(places)))))
	}
	return items
}

// TestFlood holds a channel's messages down when a feed has far more that is
// new than usual, and only then.
func TestFlood(t *testing.T) {
	for _, test := range []struct {
		name                   string
		items, known           int
		first, baseline        bool
		alerts, together, held int
	}{
		{name: "a few", items: 10, known: 5, alerts: 5},
		{name: "the better half, but few", items: 16, known: 6, alerts: 10},
		{name: "many, but not the half", items: 40, known: 22, alerts: 18},
		{name: "a flood", items: 40, known: 10, alerts: 30, together: 30},
		{name: "a document nobody has seen", items: 4, alerts: 4, together: 4},
		{name: "a short one", items: 3, alerts: 3},
		{name: "the first one ever", items: 40, first: true, alerts: 40},
		{name: "a baseline", items: 40, first: true, baseline: true},
		{name: "a dam breaks", items: 90, known: 10, alerts: 50, together: 50, held: 30},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := feeds.Poll{Feed: feeds.Feed{Name: "f", Outlet: "F"}, First: test.first, Baseline: test.baseline, At: noon, Items: stories(test.items)}
			known := map[string]Known{}
			for i, it := range p.Items[:test.known] {
				known[it.Keys()[0]] = Known{Item: int64(i + 1), Story: int64(i + 1), Version: it.Version(), Title: it.Title}
			}
			tellings, n := placeAll(p, known, &story.Window{})
			plan := makePlan(p, tellings, view{known: n, matches: rules(t, "web:a envoy")})
			together, held := 0, 0
			for _, a := range plan.Alerts {
				if a.Together {
					together++
				}
			}
			for _, m := range plan.Matches {
				if m.Outcome == Held {
					held++
				}
			}
			if len(plan.Alerts) != test.alerts || together != test.together || held != test.held {
				t.Errorf("%d alerts, %d together, %d held", len(plan.Alerts), together, held)
			}
		})
	}
}

// TestOld keeps what comes up days late for those who look, and tells nobody.
func TestOld(t *testing.T) {
	days := func(n int) time.Time { return noon.Add(-time.Duration(n) * 24 * time.Hour) }
	for name, test := range map[string]struct {
		published []time.Time
		first     bool
		want      string
	}{
		"today":                 {[]time.Time{noon, days(9)}, false, "alerted held"},
		"no date":               {[]time.Time{{}, days(1)}, false, "alerted alerted"},
		"the day before":        {[]time.Time{days(2), days(3)}, false, "alerted held"},
		"one date for all":      {[]time.Time{days(9), days(9), days(9)}, false, "alerted alerted alerted"},
		"the first, with leave": {[]time.Time{days(9), days(8)}, true, "alerted alerted"},
	} {
		p := feeds.Poll{Feed: feeds.Feed{Name: "f", Outlet: "F"}, First: test.first, At: noon, Items: stories(len(test.published))}
		for i := range p.Items {
			p.Items[i].Published = test.published[i]
		}
		plan := makePlan(p, placeOf(p, nil, &story.Window{}), view{known: 1, matches: rules(t, "web:a envoy")})
		var got []string
		for _, m := range plan.Matches {
			got = append(got, string(m.Outcome))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %s, want %s; %+v", name, got, test.want, plan.Matches)
		}
	}
}

// TestReissued tells an edited item from another one under its guid.
func TestReissued(t *testing.T) {
	const before = "Norvania recalls its envoy from Estaria"
	for _, test := range []struct {
		title, url string
		fresh      bool
	}{
		{"Norvania recalls its ambassador from Estaria", "https://a.example/2", false},
		{"Estaria answers: Norvania's envoy may stay", "https://a.example/2", false},
		{"Flood closes the bridge at Talar", "https://a.example/2", true},
		{"Flood closes the bridge at Talar", "https://a.example/1", false},
		{"Flood closes the bridge at Talar", "", false},
		{"外交部长访问首都", "https://a.example/2", true},
	} {
		it := feeds.Item{Outlet: "Wire One", GUID: "g", URL: test.url, Title: test.title}
		known := map[string]Known{}
		for _, k := range []string{"guid:g", "link:a.example/1"} {
			known[k] = Known{Item: 1, Story: 7, Title: before}
		}
		out, n := placeAll(feeds.Poll{At: noon, Items: []feeds.Item{it}}, known, &story.Window{})
		if len(out) != 1 || (out[0].known == nil) != test.fresh || (n == 0) != test.fresh {
			t.Errorf("%+v: %d known, %+v", test, n, out)
		}
		if test.fresh && out[0].item.ID != "link:a.example/2" {
			t.Errorf("it is known as %q", out[0].item.ID)
		}
	}
}
