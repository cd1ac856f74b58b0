package story

import (
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

const lead = "The foreign ministry of Norvania said on Wednesday it would recall its ambassador from Estaria for consultations, after talks on the border bridge ended without a date for another round."

func TestPlace(t *testing.T) {
	tests := []struct {
		name string
		have Article
		next Article
		want How
	}{
		{"same headline by another outlet",
			Article{Outlet: "Wire One", Headline: "Norvania recalls its ambassador from Estaria"},
			Article{Outlet: "Courier", Headline: "Norvania Recalls its Ambassador from Estaria.", Seen: noon.Add(time.Hour)}, SameTitle},
		{"same headline a day and more later",
			Article{Headline: "Morning briefing: what to watch today"},
			Article{Headline: "Morning briefing: what to watch today", Seen: noon.Add(25 * time.Hour)}, Opened},
		{"headline too short to name an event",
			Article{Headline: "Live updates"},
			Article{Headline: "Live updates", Seen: noon.Add(time.Minute)}, Opened},
		{"headlines of Chinese characters",
			Article{Headline: "诺瓦尼亚召回驻埃斯塔里亚大使"},
			Article{Headline: "诺瓦尼亚召回驻埃斯塔里亚大使", Seen: noon.Add(time.Hour)}, SameTitle},
		{"copied lead under another headline",
			Article{Outlet: "Wire One", Headline: "Norvania recalls ambassador", Lead: lead},
			Article{Outlet: "Courier", Headline: "Bridge row deepens as envoy goes home", Lead: "Our correspondent writes. " + lead, Seen: noon.Add(time.Hour)}, SameText},
		{"one outlet's standing phrase",
			Article{Outlet: "Courier", Headline: "A summit moves to the coast", Lead: lead},
			Article{Outlet: "Courier", Headline: "Grain talks begin in the capital", Lead: lead, Seen: noon.Add(time.Hour)}, Opened},
		{"short leads are no evidence",
			Article{Outlet: "Wire One", Headline: "A summit moves to the coast", Lead: "More to follow as it comes."},
			Article{Outlet: "Courier", Headline: "Grain talks begin in the capital", Lead: "More to follow as it comes.", Seen: noon}, Opened},
		{"a correction of one number in the headline",
			Article{Outlet: "Wire One", Headline: "Norvania and Estaria sign ceasefire, 2,400 monitors to deploy"},
			Article{Outlet: "Wire One", Headline: "Norvania and Estaria sign ceasefire, 1,400 monitors to deploy", Corrects: true, Seen: noon.Add(time.Hour)}, Corrected},
		{"another outlet's correction is not of this",
			Article{Outlet: "Courier", Headline: "Norvania and Estaria sign ceasefire, 2,400 monitors to deploy"},
			Article{Outlet: "Wire One", Headline: "Norvania and Estaria sign ceasefire, 1,400 monitors to deploy", Corrects: true, Seen: noon.Add(time.Hour)}, Opened},
		{"a correction of something else",
			Article{Outlet: "Wire One", Headline: "Norvania and Estaria sign ceasefire, 2,400 monitors to deploy"},
			Article{Outlet: "Wire One", Headline: "Norvania and Talar sign a treaty on fish, envoys say", Corrects: true, Seen: noon.Add(time.Hour)}, Opened},
		{"same event in other words",
			Article{Outlet: "Wire One", Headline: "Norvania recalls its ambassador from Estaria", Lead: lead},
			Article{Outlet: "Courier", Headline: "Norvania calls envoy home over bridge", Lead: "Norvania has called home its envoy to Estaria, the ministry announced, hours after negotiators left the border town without agreeing when they would meet next.", Seen: noon}, Opened},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.have.Seen.IsZero() {
				tt.have.Seen = noon
			}
			var w Window
			w.Add(7, tt.have)
			p := w.Place(tt.next)
			if p.How != tt.want || (p.Story == 7) != (tt.want != Opened) || (p.Score > 0) != (tt.want != Opened) {
				t.Errorf("placed %+v, want %s", p, tt.want)
			}
		})
	}
}

// A window that runs for weeks holds two days, and still folds into the right
// stories after the front of it was forgotten.
func TestForget(t *testing.T) {
	var w Window
	for i := range 1000 {
		at := noon.Add(time.Duration(i) * time.Hour)
		title := fmt.Sprintf("The council met for session number %d", i)
		if p := w.Place(Article{Headline: title, Seen: at}); p.Story != 0 {
			t.Fatalf("session %d folded into %d", i, p.Story)
		}
		w.Add(int64(i+1), Article{Headline: title, Lead: lead + title, Seen: at})
		if p := w.Place(Article{Headline: title, Seen: at}); p.Story != int64(i+1) {
			t.Fatalf("session %d, told again, placed %+v", i, p)
		}
	}
	if w.Len() != 49 || len(w.titles) != 49 {
		t.Errorf("%d articles and %d titles remembered, want 49", w.Len(), len(w.titles))
	}
}

// A flood of one lead under ever new headlines, as a hostile feed may send it,
// costs what its items cost and not their square.
func TestFlood(t *testing.T) {
	var w Window
	for i := range 5_000 {
		a := Article{Outlet: "Flood", Headline: fmt.Sprintf("Headline number %d of the flood", i), Lead: lead, Seen: noon}
		if p := w.Place(a); p.How != Opened {
			t.Fatalf("item %d folded: %+v", i, p)
		}
		w.Add(int64(i+1), a)
	}
}

func BenchmarkPlace(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var w Window
			for i := range n {
				w.Add(int64(i+1), Article{Outlet: "Wire One", Headline: fmt.Sprintf("Session %d of the council opens", i), Lead: fmt.Sprintf("In case %d the ministry said on %d occasions that it would recall envoy number %d for talks.", i, i+1, i+2), Seen: noon})
			}
			a := Article{Outlet: "Courier", Headline: "Nobody wrote this before today", Lead: lead, Seen: noon}
			b.ReportAllocs()
			for b.Loop() {
				w.Place(a)
			}
		})
	}
}
