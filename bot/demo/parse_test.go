package demo

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const header = `# comment
outlet: The Quay
tier: press
lang: en
format: rss cdata windows-1251
site: https://quay.example
guid: q-{id}
link: https://quay.example/{id}?utm_source=rss
zone: -03:30
fault: broken 1h 2h
fault: closed 3h
`

func TestParse(t *testing.T) {
	o, err := parse("quay", header+`
@ -5m one
title: A title: with a colon
author: Desk
tags: a, b c

Summary & <b>markup</b>.

--

First.

Second.
@ 10m two
title: Two
edit: 20m Two, edited
edit: 30m Three

Only a summary.
`)
	if err != nil {
		t.Fatal(err)
	}
	if o.Path() != "/quay.xml" || !o.CDATA || !o.Legacy || o.Charset() != "windows-1251" || o.alive() {
		t.Errorf("outlet: %+v", o)
	}
	if _, east := time.Now().In(o.Zone).Zone(); east != -(3*60+30)*60 {
		t.Errorf("zone is %d s east", east)
	}
	if len(o.Items) != 2 {
		t.Fatalf("%d items, want 2", len(o.Items))
	}
	one, two := o.Items[0], o.Items[1]
	if one.Offset != -5*time.Minute || one.GUID != "q-one" || one.Link != "https://quay.example/one?utm_source=rss" ||
		one.Title != "A title: with a colon" || one.Author != "Desk" || !slices.Equal(one.Tags, []string{"a", "b c"}) ||
		one.Summary != "Summary & <b>markup</b>." || !slices.Equal(one.Body, []string{"First.", "Second."}) {
		t.Errorf("first item: %+v", one)
	}
	if two.Summary != "Only a summary." || two.Body != nil || two.titleAt(25*time.Minute) != "Two, edited" || two.titleAt(Span) != "Three" {
		t.Errorf("second item: %+v", two)
	}
}

func TestParseMistakes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no colon", "outlet\n", `line 1: "outlet" is not a "key: value"`},
		{"no value", "outlet:\n", `line 1: "outlet:" is not`},
		{"unknown key", "colour: red\n", "line 1: colour: an outlet has no such key"},
		{"tier", "tier: other\n", "not official, agency or press"},
		{"format", "format: rss3\n", `"rss3" is not rss, atom, rdf or json`},
		{"format option", "format: atom cdata\n", `atom knows no "cdata"`},
		{"zone", "zone: MSK\n", "not an offset such as +03:00"},
		{"fault", "fault: asleep 1h 2h\n", `"asleep" is not broken`},
		{"fault without end", "fault: limited 1h\n", "limited takes 2 times"},
		{"fault with an end", "fault: closed 1h 2h\n", "closed takes 1 times"},
		{"fault backwards", "fault: limited 2h 1h\n", "not a stretch after the start"},
		{"fault time", "fault: limited one 2h\n", `"one" is not a time such as 9h30m`},
		{"lacking key", "outlet: Q\n@ 1h x\n", "line 2: the outlet has no tier"},
		{"no items", header, "line 11: the outlet has no items"},
		{"offset", header + "@ soon x\n", `line 12: "soon x" is not an offset and an id`},
		{"no id", header + "@ 1h\n", "not an offset and an id"},
		{"too late", header + "@ 48h x\n", "48h0m0s is after the end"},
		{"twice", header + item("1h", "x") + item("2h", "x"), "the id x stands twice"},
		{"order", header + item("2h", "x") + item("1h", "y"), "1h0m0s comes after 2h0m0s"},
		{"no title", header + "@ 1h x\n\nSummary.\n", "q-x, needs a title and a summary"},
		{"no summary", header + "@ 1h x\ntitle: T\n\n--\nBody.\n", "q-x, needs a title and a summary"},
		{"head only", header + "@ 1h x\ntitle: T\n", "q-x, needs a title and a summary"},
		{"item key", header + "@ 1h x\nmood: T\n", "line 13: mood: an item has no such key"},
		{"edit", header + "@ 1h x\nedit: T\n", "is not an offset and a title"},
		{"edit before", header + "@ 1h x\nedit: 1h T\n", "1h0m0s is not after"},
		{"edits backwards", header + "@ 1h x\nedit: 3h T\nedit: 2h U\n", "2h0m0s is not after"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parse("quay", c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func item(offset, id string) string { return "@ " + offset + " " + id + "\ntitle: T\n\nSummary.\n" }

func TestLoadNamesEveryFile(t *testing.T) {
	s, err := load(fstest.MapFS{
		"scenario/a.txt": {Data: []byte("tier: x\n")},
		"scenario/b.txt": {Data: []byte(header + item("1h", "x"))},
		"scenario/c.txt": {Data: []byte("\nlang:\n")},
	})
	if s != nil || err == nil {
		t.Fatalf("scenario %v, error %v", s, err)
	}
	for _, want := range []string{"demo: scenario/a.txt: line 1: ", "demo: scenario/c.txt: line 2: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q lacks %q", err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(header + item("-1h", "x") + item("2h", "y"))
	f.Add(header + "@ 1h x\ntitle: T\nedit: 2h U\n\nSummary.\n--\nBody.\n\n\nMore.\n")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := parse("quay", text)
		if err != nil {
			return
		}
		guids := map[string]bool{}
		var last time.Duration = -1 << 63
		for _, it := range o.Items {
			if it.Title == "" || it.Summary == "" || it.Offset < last || it.Offset >= Span {
				t.Errorf("took an item that is not one: %+v", it)
			}
			last, guids[it.GUID] = it.Offset, true
		}
		if len(guids) != len(o.Items) || len(o.Items) == 0 {
			t.Errorf("%d items under %d guids", len(o.Items), len(guids))
		}
		if _, err := o.document(Span, func(time.Duration) time.Time { return time.Time{} }).write(); err != nil {
			t.Error(err)
		}
	})
}

func TestWindows1251(t *testing.T) {
	got := windows1251("Aя Ёж «№» — ™ 停")
	want := "A\xff \xa8\xe6 \xab\xb9\xbb \x97 &#8482; &#20572;"
	if string(got) != want {
		t.Errorf("%q, want %q", got, want)
	}
}
