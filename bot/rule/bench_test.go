package rule

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// news is a world of invented words, some of them as common as in news.
type news struct {
	rand  *rand.Rand
	words []string
	zipf  *rand.Zipf
}

func newNews() *news {
	n := &news{rand: rand.New(rand.NewPCG(3, 4))}
	syllables := strings.Fields("ba co du fe gi ho ka le mi no pu ra se ti vo wa xe yu zi tre sko ban der ling ton")
	for i := range 30_000 { // all different, and the common ones short
		var w strings.Builder
		w.WriteString(syllables[i%len(syllables)])
		for i /= len(syllables); i > 0; i /= len(syllables) {
			w.WriteString(syllables[i%len(syllables)])
		}
		n.words = append(n.words, w.String())
	}
	n.zipf = rand.NewZipf(n.rand, 1.1, 3, uint64(len(n.words)-1))
	return n
}

func (n *news) common() string { return n.words[n.zipf.Uint64()] }
func (n *news) rare() string   { return n.words[300+n.rand.IntN(len(n.words)-300)] }

func (n *news) text(words int) string {
	var b strings.Builder
	for range words {
		b.WriteString(n.common() + " ")
	}
	return b.String()
}

// rule returns a selective rule, of the shapes people write.
func (n *news) rule(tb testing.TB) *Rule {
	var s string
	switch n.rand.IntN(4) {
	case 0:
		s = fmt.Sprintf("%s (%s OR %s)", n.rare(), n.common(), n.common())
	case 1:
		s = fmt.Sprintf("%q OR %q", n.common()+" "+n.rare(), n.rare()+" "+n.common())
	case 2:
		s = fmt.Sprintf("%s %s* -%s", n.rare(), n.rare(), n.common())
	case 3:
		s = fmt.Sprintf("title:%s AND (%s OR %q)", n.rare(), n.rare(), n.common()+" "+n.common())
	}
	r, err := Parse(s)
	if err != nil {
		return n.rule(tb)
	}
	return r
}

// BenchmarkIndex matches an item of 400 words against more and more selective
// rules; x/100 is how many times as long as against 100 of them.
func BenchmarkIndex(b *testing.B) {
	n := newNews()
	var docs []*Doc
	for range 64 {
		docs = append(docs, NewDoc(n.text(10), n.text(40), n.text(350)))
	}
	var x Index
	var size int64
	var least time.Duration
	for _, rules := range []int64{100, 10_000, 100_000} {
		for ; size < rules; size++ {
			x.Add(size, n.rule(b))
		}
		b.Run(fmt.Sprint(rules), func(b *testing.B) {
			b.ReportAllocs()
			i, matches := 0, 0
			for b.Loop() {
				matches += len(x.Match(docs[i%len(docs)]))
				i++
			}
			each := b.Elapsed() / time.Duration(b.N)
			if rules == 100 {
				least = each
			}
			b.ReportMetric(float64(matches)/float64(b.N), "matches/op")
			b.ReportMetric(float64(each)/float64(max(least, 1)), "x/100")
		})
	}
}

func BenchmarkNewDoc(b *testing.B) {
	n := newNews()
	title, summary, body := n.text(10), n.text(40), n.text(350)
	b.SetBytes(int64(len(title) + len(summary) + len(body)))
	b.ReportAllocs()
	for b.Loop() {
		NewDoc(title, summary, body)
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse(`iran (nuclear OR enrich* OR "security council") -title:oil`); err != nil {
			b.Fatal(err)
		}
	}
}
