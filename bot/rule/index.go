package rule

import (
	"slices"
	"sync"
)

// Index is many rules, each filed under words of which an item must hold one
// to match it. The zero Index is empty and ready. It is safe for use side by
// side.
type Index struct {
	mu       sync.RWMutex
	keys     map[int64][]key // that a rule stands under
	under    map[key][]posting
	prefixes [maxPrefix + 1]int // how many postings are under a prefix of so many bytes
}

// maxPrefix is the longest prefix, in bytes, that a wildcard is filed under.
// Each length in use is one more look for every word of an item.
const maxPrefix = 8

// posting is a rule under a key. It holds the rule's root, and not the rule, to
// be one step less away: with many rules the walk through memory is what costs.
type posting struct {
	id   int64
	root expr
}

// Add files r under id, in place of the rule that stood there.
func (x *Index) Add(id int64, r *Rule) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.keys == nil {
		x.keys, x.under = map[int64][]key{}, map[key][]posting{}
	}
	x.remove(id)
	var keys []key
	for _, k := range cheapest(required(r.root, true, x.cost), x.cost) {
		if k.prefix {
			k.word = k.word[:min(len(k.word), maxPrefix)]
		}
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
			x.under[k] = append(x.under[k], posting{id, r.root})
			x.count(k, 1)
		}
	}
	x.keys[id] = keys
}

// Remove takes out the rule under id, if there is one.
func (x *Index) Remove(id int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
}

func (x *Index) remove(id int64) {
	for _, k := range x.keys[id] {
		x.count(k, -1)
		rest := slices.DeleteFunc(x.under[k], func(p posting) bool { return p.id == id })
		if len(rest) > 0 {
			x.under[k] = rest
		} else {
			delete(x.under, k)
		}
	}
	delete(x.keys, id)
}

func (x *Index) count(k key, n int) {
	if k.prefix {
		x.prefixes[len(k.word)] += n
	}
}

// Match returns the ids of the rules that hold for d, ascending.
func (x *Index) Match(d *Doc) []int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var ids []int64
	try := func(k key) {
		for _, p := range x.under[k] {
			if match(p.root, d) {
				ids = append(ids, p.id)
			}
		}
	}
	last := ""
	for i, p := range d.places {
		if p.word == last {
			continue
		}
		try(key{word: p.word})
		n := 0
		if i > 0 {
			n = shared(last, p.word) + 1 // the word before had the shorter prefixes too
		}
		for ; n <= min(len(p.word), maxPrefix); n++ {
			if x.prefixes[n] > 0 {
				try(key{p.word[:n], true})
			}
		}
		last = p.word
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// shared returns how many bytes two words have in common at the beginning.
func shared(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
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
