package rule

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// The oracle below knows the language by its definition and not by its code: a
// rule is a tree that evaluates itself, by trying every reading of every field.

// query is a rule as the oracle has it: a phrase if it has no operator.
type query struct {
	op    string // "", "NOT", "AND", "OR"
	kids  []query
	field Field
	words string // "aa", "bb-cc dd*"
	forms [][]string
}

func (q query) String() string {
	switch q.op {
	case "NOT":
		return "NOT (" + q.kids[0].String() + ")"
	case "AND", "OR":
		var s []string
		for _, k := range q.kids {
			s = append(s, "("+k.String()+")")
		}
		return strings.Join(s, " "+q.op+" ")
	}
	s := `"` + q.words + `"`
	if q.field != "" {
		s = string(q.field) + ":" + s
	}
	return s
}

func (q query) holds(doc [3][][]string) bool {
	switch q.op {
	case "NOT":
		return !q.kids[0].holds(doc)
	case "AND":
		return !slices.ContainsFunc(q.kids, func(k query) bool { return !k.holds(doc) })
	case "OR":
		return slices.ContainsFunc(q.kids, func(k query) bool { return k.holds(doc) })
	}
	for i, f := range fields {
		if q.field != "" && q.field != f {
			continue
		}
		for _, words := range q.forms {
			for _, text := range doc[i] {
				if phraseIn(words, text) {
					return true
				}
			}
		}
	}
	return false
}

// readings returns every way to read a text of words, hyphens and spaces, where
// a hyphen, or a space between words of four letters, may be closed. The seam
// stays in the reading as a hyphen. No word is closed to both sides.
func readings(s string) [][]string {
	words := regexp.MustCompile(`[^ -]+`).FindAllString(s, -1)
	gaps := regexp.MustCompile(`[ -]`).FindAllString(s, -1)
	var all [][]string
	for set := range 1 << len(gaps) {
		if len(words) == 0 || set&(set<<1) != 0 {
			continue
		}
		reading := []string{words[0]}
		possible := true
		for i, gap := range gaps {
			switch a, b := words[i], words[i+1]; {
			case set&(1<<i) == 0:
				reading = append(reading, b)
			case gap == "-" || len(a) > 3 && len(b) > 3:
				reading[len(reading)-1] += "-" + b
			default:
				possible = false
			}
		}
		if possible {
			all = append(all, reading)
		}
	}
	return all
}

func phraseIn(words, text []string) bool {
	for from := range len(text) - len(words) + 1 {
		all := true
		for i, w := range words {
			all = all && wordIs(w, text[from+i])
		}
		if all {
			return true
		}
	}
	return false
}

func wordIs(w, s string) bool {
	seam := strings.Index(s, "-")
	s = strings.Replace(s, "-", "", 1)
	prefix, wild := strings.CutSuffix(w, "*")
	if !wild {
		return strings.Replace(w, "-", "", 1) == s
	}
	// A wildcard is of one word, and the seam of another lies before it.
	return !strings.Contains(w, "-") && len(prefix) > seam && strings.HasPrefix(s, prefix)
}

var oracleWords = []string{"aa", "bb", "aabb", "ccc", "ccccdddd", "cccc", "dddd", "bbb", "ab", "b"}

func randomText(r *rand.Rand, most int) string {
	var b strings.Builder
	for i := range r.IntN(most) + 1 {
		if i > 0 {
			b.WriteString([]string{" ", " ", "-"}[r.IntN(3)])
		}
		b.WriteString(oracleWords[r.IntN(len(oracleWords))])
	}
	return b.String()
}

func randomQuery(r *rand.Rand, depth int) query {
	if depth > 0 {
		switch r.IntN(5) {
		case 0:
			return query{op: "NOT", kids: []query{randomQuery(r, depth-1)}}
		case 1, 2, 3:
			q := query{op: []string{"AND", "OR"}[r.IntN(2)]}
			for range r.IntN(2) + 2 {
				q.kids = append(q.kids, randomQuery(r, depth-1))
			}
			return q
		}
	}
	q := query{words: randomText(r, 3)}
	if r.IntN(4) == 0 {
		q.field = Title
	}
	if r.IntN(4) == 0 {
		q.words += "*"
		if q.words == "b*" || strings.HasSuffix(q.words, " b*") || strings.HasSuffix(q.words, "-b*") {
			q.words = "bb*"
		}
	}
	q.forms = readings(q.words)
	return q
}

func TestIndexAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var x Index
	rules, queries := map[int64]*Rule{}, map[int64]query{}
	for id := range int64(1500) {
		q := randomQuery(r, 3)
		rule, err := Parse(q.String())
		if err != nil {
			continue // refused: a rule may be too broad or contradict itself
		}
		rules[id], queries[id] = rule, q
		x.Add(id, rule)
	}
	for id := range rules { // an index that has lost and gained is as good as new
		switch id % 3 {
		case 0:
			x.Remove(id)
			delete(rules, id)
		case 1:
			x.Add(id, rules[id])
		}
	}
	if len(rules) < 300 {
		t.Fatalf("only %d random rules parse", len(rules))
	}
	matches := 0
	for range 150 {
		f := [3]string{randomText(r, 4), randomText(r, 4), randomText(r, 6)}
		d := NewDoc(f[0], f[1], f[2])
		read := [3][][]string{readings(f[0]), readings(f[1]), readings(f[2])}
		found := x.Match(d)
		if !slices.IsSorted(found) {
			t.Fatalf("Match = %v, want ascending", found)
		}
		matches += len(found)
		for id, rule := range rules {
			want := queries[id].holds(read)
			if got := rule.Match(d); got != want {
				t.Fatalf("%s matches %q: %t, want %t", queries[id], f, got, want)
			}
			if _, got := slices.BinarySearch(found, id); got != want {
				t.Fatalf("the index has %s match %q: %t, want %t", rule, f, got, want)
			}
		}
	}
	if matches == 0 {
		t.Fatal("no random rule matches any random text")
	}
	for id := range rules {
		x.Remove(id)
	}
	if len(x.keys) != 0 || len(x.under) != 0 || slices.Max(x.prefixes[:]) != 0 {
		t.Errorf("an emptied index keeps %d rules under %d keys, prefixes %v", len(x.keys), len(x.under), x.prefixes)
	}
}

func TestIndexReplaces(t *testing.T) {
	var x Index
	x.Remove(7)
	x.Add(7, mustParse(t, "iran"))
	x.Add(7, mustParse(t, "iraq OR ira*"))
	x.Add(3, mustParse(t, "iraq"))
	if got := x.Match(NewDoc("Iran", "", "")); !slices.Equal(got, []int64{7}) {
		t.Errorf("Match = %v, want [7]", got)
	}
	if got := x.Match(NewDoc("Iraq", "", "")); !slices.Equal(got, []int64{3, 7}) {
		t.Errorf("Match = %v, want [3 7]", got)
	}
	x.Add(7, mustParse(t, "iran"))
	if got := x.Match(NewDoc("Iraq", "", "")); !slices.Equal(got, []int64{3}) {
		t.Errorf("Match = %v, want [3]", got)
	}
}

// TestIndexSideBySide is for the race detector.
func TestIndexSideBySide(t *testing.T) {
	var x Index
	stays, goes := mustParse(t, "iran"), mustParse(t, "iran sanction*")
	x.Add(1, stays)
	d := NewDoc("Iran sanctions", "", "")
	var wg sync.WaitGroup
	for id := range int64(4) {
		wg.Go(func() {
			for range 100 {
				x.Add(id+2, goes)
				if got := x.Match(d); !slices.Contains(got, 1) || !slices.Contains(got, id+2) {
					t.Errorf("Match = %v, want 1 and %d in it", got, id+2)
				}
				x.Remove(id + 2)
			}
		})
	}
	wg.Wait()
	if got := x.Match(d); !slices.Equal(got, []int64{1}) {
		t.Errorf("Match = %v, want [1]", got)
	}
}
