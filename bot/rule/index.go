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
	files    map[int64]*file
	under    map[key][]posting
	prefixes [maxPrefix + 1]int // how many postings are under a prefix of so many bytes
}

// maxPrefix is the longest prefix, in bytes, that a wildcard is filed under.
// Each length in use is one more look for every word of an item.
const maxPrefix = 8

// file is a rule with the keys that it stands under.
type file struct {
	id   int64
	rule *Rule
	keys []key
}

// posting leads from a key to a file. The gate is other words of which the item
// must hold one, so that most rules are turned away without a look at them,
// which would be a walk through cold memory.
type posting struct {
	gate [4]bit
	file *file
}

// Add files r under id, in place of the rule that stood there.
func (x *Index) Add(id int64, r *Rule) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.files == nil {
		x.files, x.under = map[int64]*file{}, map[key][]posting{}
	}
	x.remove(id)

	groups := required(r.root, true, x.cost)
	best := cheapest(groups, x.cost)
	f := &file{id: id, rule: r}
	for _, k := range best {
		if k.prefix {
			k.word = k.word[:min(len(k.word), maxPrefix)]
		}
		if !slices.Contains(f.keys, k) {
			f.keys = append(f.keys, k)
		}
	}
	p := posting{file: f}
	groups = slices.DeleteFunc(groups, func(g []key) bool {
		return len(g) > len(p.gate) || &g[0] == &best[0] || slices.ContainsFunc(g, func(k key) bool { return k.prefix })
	})
	if len(groups) > 0 {
		g := cheapest(groups, x.cost)
		for i := range p.gate {
			p.gate[i] = bitOf(g[i%len(g)].word)
		}
	}
	for _, k := range f.keys {
		x.under[k] = append(x.under[k], p)
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
		rest := slices.DeleteFunc(x.under[k], func(p posting) bool { return p.file == f })
		if len(rest) > 0 {
			x.under[k] = rest
		} else {
			delete(x.under, k)
		}
	}
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
			if d.hasAny(p.gate) && p.file.rule.Match(d) {
				ids = append(ids, p.file.id)
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
