package rule

import (
	"slices"
	"sync"
)

// Index is many rules, each filed under words of which an item must hold one
// to match it. The zero Index is empty and ready. It is safe for use side by
// side.
type Index struct {
	mu    sync.RWMutex
	files map[int64]*file
	under map[key][]*file
	long  [maxPrefix + 1]int // how many files stand under a prefix of so many bytes
}

// maxPrefix is the longest prefix, in bytes, that a wildcard is filed under.
const maxPrefix = 12

// file is a rule with the keys that it stands under.
type file struct {
	id   int64
	rule *Rule
	keys []key
}

// Add files r under id, in place of the rule that stood there.
func (x *Index) Add(id int64, r *Rule) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.files == nil {
		x.files, x.under = map[int64]*file{}, map[key][]*file{}
	}
	x.remove(id)
	f := &file{id: id, rule: r}
	for _, k := range cheapest(required(r.root, true, x.cost), x.cost) {
		if k.prefix {
			k.word = k.word[:min(len(k.word), maxPrefix)]
		}
		if !slices.Contains(f.keys, k) {
			f.keys = append(f.keys, k)
		}
	}
	for _, k := range f.keys {
		x.under[k] = append(x.under[k], f)
		x.count(k, 1)
	}
	x.files[id] = f
}

// Remove takes out the rule under id, if there is one.
func (x *Index) Remove(id int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
}

func (x *Index) remove(id int64) {
	f := x.files[id]
	if f == nil {
		return
	}
	delete(x.files, id)
	for _, k := range f.keys {
		x.count(k, -1)
		rest := slices.DeleteFunc(x.under[k], func(g *file) bool { return g == f })
		if len(rest) > 0 {
			x.under[k] = rest
		} else {
			delete(x.under, k)
		}
	}
}

func (x *Index) count(k key, n int) {
	if k.prefix {
		x.long[len(k.word)] += n
	}
}

// Match returns the ids of the rules that hold for d, ascending.
func (x *Index) Match(d *Doc) []int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var found []*file
	for i, p := range d.places {
		if i > 0 && p.word == d.places[i-1].word {
			continue
		}
		found = append(found, x.under[key{word: p.word}]...)
		for n := range min(len(p.word), maxPrefix) + 1 {
			if x.long[n] > 0 {
				found = append(found, x.under[key{p.word[:n], true}]...)
			}
		}
	}
	var ids []int64
	for _, f := range found {
		if f.rule.Match(d) {
			ids = append(ids, f.id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// cost estimates how many rules an item meets in vain because of a rule filed
// under these keys: more the more rules stand there already, for a word that
// many rules hold is common in items too, and less for long words, which are
// rare.
func (x *Index) cost(keys []key) int {
	sum := 0
	for _, k := range keys {
		sum += 1000 * (1 + len(x.under[k])) / (1 + len(k.word))
	}
	return sum
}
