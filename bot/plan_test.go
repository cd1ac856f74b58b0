package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"attache/bot/rule"
	"attache/bot/story"
	"attache/feeds"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// rules makes the matches of a view from "channel rule" lines, numbered from 1.
func rules(t *testing.T, lines ...string) func(*rule.Doc) []match {
	var subs []Subscription
	for i, l := range lines {
		channel, text, _ := strings.Cut(l, " ")
		subs = append(subs, Subscription{ID: int64(i + 1), Number: i + 1, Channel: Channel(channel), Rule: text})
	}
	return func(doc *rule.Doc) []match {
		var out []match
		for _, s := range subs {
			r, err := rule.Parse(s.Rule)
			if err != nil {
				t.Fatal(err)
			}
			if terms := r.Explain(doc); terms != nil {
				out = append(out, match{s, terms})
			}
		}
		return out
	}
}

// outline says in short what a plan would do.
func outline(p Plan) string {
	var parts []string
	for _, it := range p.Items {
		parts = append(parts, fmt.Sprintf("item %d of story %d", it.Known, it.Story))
	}
	for _, m := range p.Matches {
		parts = append(parts, fmt.Sprintf("sub %d: %s by %s", m.Subscription, m.Outcome, strings.Join(m.Matched, "+")))
	}
	for _, a := range p.Alerts {
		parts = append(parts, fmt.Sprintf("%s gets %q by %s, %d sources", a.Channel, a.Card.Title.Text, a.Card.Outlet, len(a.Card.Sources)))
	}
	for _, u := range p.Updates {
		last := u.Card.Changes[len(u.Card.Changes)-1]
		parts = append(parts, fmt.Sprintf("%s of %d: %q, %s %s", u.Card.Kind, u.Alert, u.Card.Title.Text, last.What, last.Who))
	}
	return strings.Join(parts, "\n")
}

func item(outlet, guid, title string) feeds.Item {
	return feeds.Item{Outlet: outlet, GUID: guid, Title: title}
}

func TestPlan(t *testing.T) {
	const recall, bridge = "Norvania recalls its ambassador from Estaria", "A bridge opens again after four years"
	told := item("Wire One", "w1", recall)
	card := Message{Kind: KindAlert, Title: Text{Text: recall}, Outlet: "Wire One", Sources: []Source{{Outlet: "Wire One"}}}
	both := card
	both.Sources = []Source{{Outlet: "Wire One", Title: recall}, {Outlet: "Courier", Title: "Envoy of Norvania goes home"}}
	tests := []struct {
		name  string
		rules []string
		first bool
		have  []Told  // in story 7, number 70 and up
		alert Message // of the channel web:a about story 7, numbered 77; none if zero
		items []feeds.Item
		want  string
	}{
		{name: "an item nobody asked for is remembered",
			rules: []string{"web:a Venezuela"}, items: []feeds.Item{told},
			want: "item 0 of story -1"},
		{name: "two rules of one channel make one alert, two channels two",
			rules: []string{"web:b recall*", "web:a Norvania", "web:a ambassador"}, items: []feeds.Item{told},
			want: "item 0 of story -1\nsub 2: alerted by Norvania\nsub 3: alerted by ambassador\nsub 1: alerted by recalls\n" +
				`web:a gets "` + recall + `" by Wire One, 1 sources` + "\n" + `web:b gets "` + recall + `" by Wire One, 1 sources`},
		{name: "the first poll of a feed is a silent baseline",
			rules: []string{"web:a Norvania"}, first: true, items: []feeds.Item{told},
			want: "item 0 of story -1\nsub 1: baseline by Norvania"},
		{name: "copies within one poll are one story and one alert",
			rules: []string{"web:a Norvania"}, items: []feeds.Item{told, item("Courier", "c1", recall), item("Wire One", "w2", bridge)},
			want: "item 0 of story -1\nitem 0 of story -1\nitem 0 of story -2\nsub 1: alerted by Norvania\nsub 1: merged by Norvania\n" +
				`web:a gets "` + recall + `" by Wire One, 2 sources`},
		{name: "a document that holds an item twice is read once",
			rules: []string{"web:a Norvania"}, items: []feeds.Item{told, told},
			want: "item 0 of story -1\nsub 1: alerted by Norvania\n" + `web:a gets "` + recall + `" by Wire One, 1 sources`},
		{name: "a copy of a told story updates its card",
			rules: []string{"web:a Norvania"}, have: []Told{{70, 7, told}}, alert: card, items: []feeds.Item{item("Courier", "c1", recall)},
			want: "item 0 of story 7\nsub 1: merged by Norvania\nupdate of 77: \"" + recall + "\", also told by Courier"},
		{name: "the same outlet again changes nothing",
			rules: []string{"web:a Norvania"}, have: []Told{{70, 7, told}}, alert: card, items: []feeds.Item{item("Wire One", "w2", recall)},
			want: "item 0 of story 7\nsub 1: merged by Norvania"},
		{name: "a story this channel was never told is news to it, with all its tellers",
			rules: []string{"web:a Norvania"}, have: []Told{{70, 7, told}}, items: []feeds.Item{item("Courier", "c1", recall)},
			want: "item 0 of story 7\nsub 1: alerted by Norvania\n" + `web:a gets "` + recall + `" by Courier, 2 sources`},
		{name: "a known item that says the same is passed over",
			rules: []string{"web:a Norvania"}, have: []Told{{70, 7, told}}, items: []feeds.Item{told},
			want: ""},
		{name: "an edited headline is shown on the card",
			rules: []string{"web:a Norvania"}, have: []Told{{70, 7, told}}, alert: card, items: []feeds.Item{item("Wire One", "w1", "Norvania calls its ambassador home")},
			want: "item 70 of story 7\nupdate of 77: \"Norvania calls its ambassador home\", headline changed by Wire One"},
		{name: "an edit of old news is not news",
			rules: []string{"web:a Norvania"}, have: []Told{{70, 7, told}}, items: []feeds.Item{item("Wire One", "w1", "Norvania calls its ambassador home")},
			want: "item 70 of story 7"},
		{name: "unless a rule matches only now",
			rules: []string{"web:a Talar"}, have: []Told{{70, 7, told}}, items: []feeds.Item{item("Wire One", "w1", "Norvania and Talar recall ambassadors")},
			want: "item 70 of story 7\nsub 1: alerted by Talar\n" + `web:a gets "Norvania and Talar recall ambassadors" by Wire One, 1 sources`},
		{name: "a teller's edit of its headline",
			rules: []string{"web:a Norvania"}, have: []Told{{70, 7, told}, {71, 7, item("Courier", "c1", "Envoy of Norvania goes home")}},
			alert: both, items: []feeds.Item{item("Courier", "c1", "Envoy of Norvania stays")},
			want: "item 71 of story 7\nupdate of 77: \"" + recall + "\", headline changed by Courier"},
		{name: "a teller's correction by an edit",
			rules: []string{"web:a Norvania"}, have: []Told{{70, 7, told}, {71, 7, item("Courier", "c1", "Envoy of Norvania goes home")}},
			alert: both, items: []feeds.Item{item("Courier", "c1", "CORRECTED: Consul of Norvania goes home")},
			want: "item 71 of story 7\ncorrection of 77: \"" + recall + "\", corrected by Courier"},
		{name: "a correction by a later item",
			rules: []string{"web:a Norvania"}, have: []Told{{70, 7, told}}, alert: card, items: []feeds.Item{item("Wire One", "w2", "CORRECTED: Norvania recalls its consul from Estaria")},
			want: "item 0 of story 7\nsub 1: merged by Norvania\ncorrection of 77: \"" + recall + "\", corrected by Wire One"},
		{name: "a correction by an edit",
			rules: []string{"web:a Norvania"}, have: []Told{{70, 7, told}}, alert: card, items: []feeds.Item{item("Wire One", "w1", "CORRECTED: Norvania recalls its consul from Estaria")},
			want: "item 70 of story 7\ncorrection of 77: \"Norvania recalls its consul from Estaria\", corrected by Wire One"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := feeds.Poll{Feed: feeds.Feed{Name: "f", Outlet: "F"}, Baseline: tt.first, At: noon.Add(time.Hour), Items: tt.items}
			known := map[string]Known{}
			var window story.Window
			v := view{tellings: map[int64][]Told{7: tt.have}, alerts: map[int64][]Alert{}, matches: rules(t, tt.rules...)}
			for _, h := range tt.have {
				for _, k := range h.Item.Keys() {
					known[k] = Known{Item: h.Number, Story: h.Story, Version: h.Item.Version(), Title: h.Item.Title}
				}
				h.Item.Seen = noon
				remembered(&window, h)
			}
			if tt.alert.Kind != "" {
				v.alerts[7] = []Alert{{ID: 77, Story: 7, Channel: "web:a", Item: 70, Card: tt.alert}}
			}
			before := fmt.Sprint(v.alerts)
			got := outline(makePlan(p, placeOf(p, known, &window), v))
			if got != tt.want {
				t.Errorf("planned\n%s\nwant\n%s", got, tt.want)
			}
			if again := outline(makePlan(p, placeOf(p, known, &window), v)); again != got || fmt.Sprint(v.alerts) != before {
				t.Errorf("planning is not pure: planned again\n%s", again)
			}
		})
	}
}

// placeOf is placeAll without its tally.
func placeOf(p feeds.Poll, known map[string]Known, recent *story.Window) []telling {
	tellings, _ := placeAll(p, known, recent)
	return tellings
}

// Whatever a card quotes stands word for word in one item, and its marks are
// the words that matched.
func TestQuote(t *testing.T) {
	it := feeds.Item{Outlet: "Wire One", GUID: "1", Title: "URGENT: Norvania recalls its envoy",
		Summary: "TALAR, March 4 (Wire One) — Norvania has recalled its envoy to Estaria. No date was given for the envoy's return."}
	p := feeds.Poll{Feed: feeds.Feed{Name: "f"}, At: noon, Items: []feeds.Item{it}}
	plan := makePlan(p, placeOf(p, nil, &story.Window{}), view{matches: rules(t, "web:a envoy", "web:a Norvania OR envoy")})
	if len(plan.Alerts) != 1 {
		t.Fatalf("planned %s", outline(plan))
	}
	card := plan.Alerts[0].Card
	if card.Severity != Urgent || card.Title.Text != "Norvania recalls its envoy" {
		t.Errorf("%s: %q", card.Severity, card.Title.Text)
	}
	var marked []string
	for _, text := range append([]Text{card.Title}, card.Summary...) {
		if !strings.Contains(it.Title+"\n"+it.Summary, text.Text) {
			t.Errorf("%q is not in the item", text.Text)
		}
		var whole strings.Builder
		for piece, isMarked := range text.Pieces() {
			whole.WriteString(piece)
			if isMarked {
				marked = append(marked, piece)
			}
		}
		if whole.String() != text.Text {
			t.Errorf("pieces make %q of %q", whole.String(), text.Text)
		}
	}
	if got := strings.Join(marked, " "); got != "Norvania envoy Norvania envoy envoy" {
		t.Errorf("marked %s", got)
	}
}
