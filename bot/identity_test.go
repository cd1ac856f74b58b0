package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"attache/bot/story"
	"attache/feeds"
)

// memory is what a store remembers of one feed: enough to poll it again.
type memory struct {
	known  map[string]Known
	window story.Window
	told   map[int64][]Told
	alerts map[int64][]Alert
	items  int64
	last   int64 // story
}

// poll reads a document and returns the titles that it alerts on.
func (m *memory) poll(t *testing.T, at time.Time, first bool, doc string) (alerted []string) {
	t.Helper()
	feed := feeds.Feed{Name: "f", Outlet: "Wire One"}
	items, err := feeds.Parse(feeds.Document{Body: []byte(doc), URL: "https://wire.example/feed"}, feed)
	if err != nil {
		t.Fatal(err)
	}
	p := feeds.Poll{Feed: feed, First: first, Baseline: first, At: at, Items: items}
	tellings, n := placeAll(p, m.known, &m.window)
	plan := makePlan(p, tellings, view{known: n, tellings: m.told, alerts: m.alerts, matches: rules(t, "web:a minister")})
	m.apply(plan)
	for _, a := range plan.Alerts {
		alerted = append(alerted, a.Card.Title.Text)
	}
	return alerted
}

// apply remembers a plan as a store does.
func (m *memory) apply(plan Plan) {
	base := m.last
	number := func(ref StoryRef) int64 {
		if ref < 0 {
			return base - int64(ref)
		}
		return int64(ref)
	}
	m.last += int64(len(plan.Stories))
	numbers := make([]int64, len(plan.Items))
	for i, it := range plan.Items {
		numbers[i] = it.Known
		if it.Known == 0 {
			m.items++
			numbers[i] = m.items
		}
		told := Told{Number: numbers[i], Story: number(it.Story), Item: it.Item}
		for _, k := range it.Item.Keys() {
			m.known[k] = Known{Item: told.Number, Story: told.Story, Version: it.Item.Version(), Title: it.Item.Title}
		}
		m.told[told.Story] = append(m.told[told.Story], told)
		remembered(&m.window, told)
	}
	for i, a := range plan.Alerts {
		ref := number(a.Story)
		m.alerts[ref] = append(m.alerts[ref], Alert{ID: m.items<<8 + int64(i), Story: ref, Channel: a.Channel, Item: numbers[a.Item], Card: a.Card})
	}
}

// TestIdentity shows a feed two or three documents, as outlets' programs have
// made them, and counts what is told: nothing twice, and all that is new.
func TestIdentity(t *testing.T) {
	const talks, flood, vote, visit = "Foreign minister opens talks in Talar", "Flood minister visits broken dam at Severny",
		"Finance minister loses vote on budget", "Brujula receives trade minister of Lacs"
	// Each line is an item: guid | link | title.
	for _, test := range []struct {
		name string
		docs []string
		want []string // of each document but the first
	}{
		{"a new guid for the same link (BBC)",
			[]string{"a#0|/1|" + talks, "a#1|/1|" + talks, "a#2|/1|" + talks + "\nb#0|/2|" + flood},
			[]string{"", flood}},
		{"the title in the guid's address",
			[]string{"/1/talks|/1|" + talks, "/1/talks-held|/1|" + talks + " today"}, []string{""}},
		{"guids made anew at each build",
			[]string{"x1|/1|" + talks + "\nx2|/2|" + flood, "y1|/1|" + talks + "\ny2|/2|" + flood, "z1|/1|" + talks + "\nz2|/2|" + flood + "\nz3|/3|" + vote},
			[]string{"", vote}},
		{"https in guid and link",
			[]string{"http://wire.example/1|http://wire.example/1|" + talks, "https://wire.example/1|https://wire.example/1|" + talks}, []string{""}},
		{"one guid for all",
			[]string{"g|/1|" + talks + "\ng|/2|" + flood, "g|/1|" + talks + "\ng|/2|" + flood + "\ng|/3|" + vote}, []string{vote}},
		{"one guid for all, one item at a time",
			[]string{"g|/1|" + talks, "g|/2|" + flood, "g|/3|" + vote}, []string{flood, vote}},
		{"one link for all",
			[]string{"1|/|" + talks + "\n2|/|" + flood, "1|/|" + talks + "\n2|/|" + flood + "\n3|/|" + vote}, []string{vote}},
		{"one link for all, one item at a time",
			[]string{"1|/|" + talks, "2|/|" + flood}, []string{flood}},
		{"good guids, then bad ones, then good ones",
			[]string{"1|/1|" + talks + "\n2|/2|" + flood, "g|/1|" + talks + "\ng|/2|" + flood, "1|/1|" + talks + "\n2|/2|" + flood + "\n3|/3|" + vote},
			[]string{"", vote}},
		{"a short document between two long ones",
			[]string{"1|/1|" + talks + "\n2|/2|" + flood, "2|/2|" + flood, "1|/1|" + talks + "\n2|/2|" + flood}, []string{"", ""}},
		{"an empty document between two",
			[]string{"1|/1|" + talks, "", "1|/1|" + talks + "\n2|/2|" + flood}, []string{"", flood}},
		{"a guid for another article",
			[]string{"1|/1|" + talks, "1|/2|" + flood, "1|/2|" + flood}, []string{flood, ""}},
		{"the front page's slots as guids",
			[]string{"top|/1|" + talks + "\nsecond|/2|" + flood, "top|/3|" + vote + "\nsecond|/1|" + talks}, []string{vote}},
		{"an id twice in a document",
			[]string{"1|/1|" + talks, "2|/2|" + flood + "\n2|/2|" + flood + "\n1|/1|" + talks}, []string{flood}},
		{"older items come up when others are withdrawn",
			[]string{"2|/2|" + flood + "\n1|/1|" + talks, "1|/1|" + talks}, []string{""}},
		{"a title edited",
			[]string{"1|/1|" + talks, "1|/1|" + talks + " after delay", "1|/1|Minister delays talks"}, []string{"", ""}},
		{"a title edited where there is no guid",
			[]string{"|/1|" + talks, "|/1|Minister delays talks"}, []string{""}},
		{"tracking parameters that change",
			[]string{"|/1?utm_source=a|" + talks, "|/1?utm_source=b&fbclid=9|" + talks}, []string{""}},
		{"neither guid nor link",
			[]string{"||" + talks, "||" + talks + "\n||" + flood}, []string{flood}},
		{"parameters in another order, under one guid",
			[]string{"1|/t?f=1&p=2|" + talks, "1|/t?p=2&f=1|" + talks}, []string{""}},
		{"parameters in another order, in guid and link",
			[]string{"/t?f=1&p=2|/t?f=1&p=2|" + talks, "/t?p=2&f=1|/t?p=2&f=1|" + talks}, []string{""}},
		{"several new in one document",
			[]string{"1|/1|" + talks, "4|/4|" + visit + "\n3|/3|" + vote + "\n1|/1|" + talks}, []string{vote + " + " + visit}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := &memory{known: map[string]Known{}, told: map[int64][]Told{}, alerts: map[int64][]Alert{}}
			for i, lines := range test.docs {
				at := noon.Add(time.Duration(i) * 10 * time.Minute)
				alerted := strings.Join(m.poll(t, at, i == 0, document(lines)), " + ")
				if i > 0 && alerted != test.want[i-1] {
					t.Errorf("document %d: told %q, want %q", i+1, alerted, test.want[i-1])
				}
			}
		})
	}
}

// document is an RSS document of "guid | link | title" lines, the latest first.
func document(lines string) string {
	var out strings.Builder
	for line := range strings.Lines(lines) {
		parts := strings.Split(strings.TrimSpace(line), "|")
		out.WriteString("<item>")
		for i, name := range []string{"guid", "link", "title"} {
			if parts[i] != "" {
				fmt.Fprintf(&out, "<%s>%s</%[1]s>", name, strings.ReplaceAll(parts[i], "&", "&amp;"))
			}
		}
		out.WriteString("</item>")
	}
	return "<rss><channel>" + out.String() + "</channel></rss>"
}
