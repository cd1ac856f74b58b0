// Package story decides which items are about one event. It is pure: what it
// answers follows from what it was given and in which order, so that a replay
// of an archive folds it as it was folded on the day.
//
// This is the first honest form, for copies only: the same headline, or the
// same lead text under another headline by another outlet. Two articles that
// were written independently stay two stories: a wrong merge hides news, and a
// repeated alert only annoys.
package story

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// Limits of the folding.
const (
	// Span is how long an article is remembered to fold others into its story.
	Span = 48 * time.Hour

	// titleSpan binds equal headlines to a day: "Morning briefing" comes back
	// every day, and is another story each time.
	titleSpan = 24 * time.Hour

	// A headline of fewer words ("Olympics latest") does not name an event.
	minTitleWords = 4

	// Two leads are copies when this share of the shorter one's word runs
	// stands in the other, and the shorter one has at least minRuns of them.
	// Independent reports of one event share less than a third (measured on
	// labelled news: MinHash over words finds copies and little else).
	copyShare = 0.7
	minRuns   = 12
	runWords  = 4

	// A run of words that more articles hold than this is a standing phrase, and
	// no sign of a copy. It also bounds what one article costs to place, whoever
	// floods us with the same words.
	maxStanding = 100

	// A correction repeats its outlet's headline but for the words that were
	// wrong: at least this share of the words stay.
	correctedShare = 0.7
)

// Article is what folding looks at in an item.
type Article struct {
	Outlet   string
	Headline string    // cleaned of the outlet's labels
	Lead     string    // first sentences, cleaned of datelines and boilerplate
	Seen     time.Time // when we first read it; the only clock there is
	Corrects bool      // the outlet says that it corrects what it told before
}

// How tells why an article joined a story.
type How string

// The reasons.
const (
	Opened    How = "opened"     // it joined none
	SameTitle How = "same title" //
	SameText  How = "same text"  // copied under another headline
	Corrected How = "corrected"  // by its outlet, under a headline nearly the same
)

// Window is the stories going on: the articles of the last Span. The zero
// Window is empty and ready. It is not safe for use side by side.
type Window struct {
	articles []member // in order of Seen
	titles   map[string][]int
	runs     map[string][]int
	dropped  int // articles forgotten so far: articles[i] has the index dropped+i
}

type member struct {
	story  int64
	outlet string
	title  string
	runs   []string
	seen   time.Time
}

// Placement is the story of a window that an article belongs to.
type Placement struct {
	Story int64   // 0 if it belongs to none
	How   How     // and why
	Score float64 // how much of it is the same, from 0 to 1
}

// Place tells which story of the window an article belongs to. It changes
// nothing.
func (w *Window) Place(a Article) Placement {
	if title := titleKey(a.Headline); title != "" {
		for _, i := range w.titles[title] {
			if m := w.at(i); near(a.Seen, m.seen, titleSpan) {
				return Placement{m.story, SameTitle, 1}
			}
		}
	}
	if p := w.corrected(a); p.Story != 0 {
		return p
	}
	return w.copied(a)
}

// corrected returns the story that a correction is about: the latest of its
// outlet's whose headline keeps enough of the words.
func (w *Window) corrected(a Article) Placement {
	title := words(a.Headline)
	if !a.Corrects || len(title) < minTitleWords {
		return Placement{How: Opened}
	}
	for _, m := range slices.Backward(w.articles) {
		share := kept(strings.Fields(m.title), title)
		if m.outlet == a.Outlet && near(a.Seen, m.seen, Span) && share >= correctedShare {
			return Placement{m.story, Corrected, share}
		}
	}
	return Placement{How: Opened}
}

// kept is the share of the longer headline's words that both have.
func kept(a, b []string) float64 {
	left := map[string]int{}
	for _, word := range a {
		left[word]++
	}
	n := 0
	for _, word := range b {
		if left[word] > 0 {
			left[word]--
			n++
		}
	}
	return float64(n) / float64(max(len(a), len(b)))
}

// copied returns the story of the article whose lead is most nearly the same.
func (w *Window) copied(a Article) Placement {
	runs := runsOf(a.Lead)
	if len(runs) < minRuns {
		return Placement{How: Opened}
	}
	shared := map[int]int{}
	for _, r := range runs {
		if len(w.runs[r]) > maxStanding {
			continue
		}
		for _, i := range w.runs[r] {
			shared[i]++
		}
	}
	best, bestShare := -1, copyShare
	for i, n := range shared {
		m := w.at(i)
		// One outlet's lead under two of its own headlines is a standing
		// phrase of the house, not a copy.
		if len(m.runs) < minRuns || m.outlet == a.Outlet || !near(a.Seen, m.seen, Span) {
			continue
		}
		share := float64(n) / float64(min(len(runs), len(m.runs)))
		if share > bestShare || share == bestShare && (best < 0 || i < best) {
			best, bestShare = i, share
		}
	}
	if best < 0 {
		return Placement{How: Opened}
	}
	return Placement{w.at(best).story, SameText, bestShare}
}

// Add puts an article into a story. Articles come in order of Seen, more or
// less; what is older than Span by then is forgotten.
func (w *Window) Add(story int64, a Article) {
	if w.titles == nil {
		w.titles, w.runs = map[string][]int{}, map[string][]int{}
	}
	w.forget(a.Seen.Add(-Span))
	m := member{story: story, outlet: a.Outlet, title: titleKey(a.Headline), runs: runsOf(a.Lead), seen: a.Seen}
	i := w.dropped + len(w.articles)
	w.articles = append(w.articles, m)
	if m.title != "" {
		w.titles[m.title] = append(w.titles[m.title], i)
	}
	for _, r := range m.runs {
		w.runs[r] = append(w.runs[r], i)
	}
}

// Len is the number of articles remembered.
func (w *Window) Len() int { return len(w.articles) }

func (w *Window) at(i int) member { return w.articles[i-w.dropped] }

// forget drops the articles at the front that were seen before then.
func (w *Window) forget(before time.Time) {
	for len(w.articles) > 0 && w.articles[0].seen.Before(before) {
		m := w.articles[0]
		cut(w.titles, m.title, w.dropped)
		for _, r := range m.runs {
			cut(w.runs, r, w.dropped)
		}
		w.articles = w.articles[1:]
		w.dropped++
	}
}

// cut removes article i from the list under key, where it stands first: lists
// are filled and emptied in the same order.
func cut(lists map[string][]int, key string, i int) {
	switch list := lists[key]; {
	case len(list) == 0 || list[0] != i:
	case len(list) == 1:
		delete(lists, key)
	default:
		lists[key] = list[1:]
	}
}

func near(a, b time.Time, span time.Duration) bool { return a.Sub(b).Abs() <= span }

// titleKey folds a headline to what makes it the same headline: its words
// without case and punctuation. "" if it is too short to name an event.
func titleKey(headline string) string {
	w := words(headline)
	if len(w) < minTitleWords {
		return ""
	}
	return strings.Join(w, " ")
}

// runsOf returns the distinct runs of runWords words of a text, in order.
func runsOf(text string) []string {
	w := words(text)
	var runs []string
	seen := map[string]bool{}
	for i := range max(0, len(w)-runWords+1) {
		r := strings.Join(w[i:i+runWords], " ")
		if !seen[r] {
			seen[r] = true
			runs = append(runs, r)
		}
	}
	return slices.Clip(runs)
}

// words splits a text into lower-case words. Han and kana have no spaces to
// split at, so there each character stands for itself.
func words(text string) []string {
	var out []string
	start := -1
	end := func(i int) {
		if start >= 0 {
			out = append(out, strings.ToLower(text[start:i]))
			start = -1
		}
	}
	for i, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
			end(i)
			out = append(out, string(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			if start < 0 {
				start = i
			}
		default:
			end(i)
		}
	}
	end(len(text))
	return out
}
