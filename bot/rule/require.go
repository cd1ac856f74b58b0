package rule

import "fmt"

// key is a word that a document may hold, or the beginning of one.
type key struct {
	word   string
	prefix bool
}

// required returns groups of keys such that whenever x is want, the document
// holds at least one key of every group. It returns none exactly if a document
// without any word of the rule makes x want, or one with stop words only.
// Where there is a choice, cost chooses.
func required(x expr, want bool, cost func([]key) int) [][]key {
	switch x := x.(type) {
	case *term:
		if !want || x.stop() {
			return nil
		}
		return x.keys()
	case *not:
		return required(x.x, !want, cost)
	case *group:
		if x.all == want {
			var all [][]key
			for _, y := range x.list {
				all = append(all, required(y, want, cost)...)
			}
			return all
		}
		var union []key
		for _, y := range x.list {
			groups := required(y, want, cost)
			if len(groups) == 0 {
				return nil
			}
			union = append(union, cheapest(groups, cost)...)
		}
		return [][]key{union}
	}
	panic("rule: no such expression")
}

func cheapest(groups [][]key, cost func([]key) int) []key {
	best, least := groups[0], cost(groups[0])
	for _, g := range groups[1:] {
		if c := cost(g); c < least {
			best, least = g, c
		}
	}
	return best
}

// keys returns a group for every word of the term, and for every pair of
// characters where characters are words.
func (t *term) keys() [][]key {
	groups := make([][]key, 0, len(t.words))
	for i, w := range t.words {
		group := []key{{w.prefix, w.wild}}
		if w.next != "" {
			group = append(group, key{word: w.next})
		}
		if i > 0 && t.words[i-1].next != "" {
			group = append(group, key{word: t.words[i-1].next})
		}
		groups = append(groups, group)
		if w.pair != "" {
			groups = append(groups, []key{{word: w.pair}})
		}
	}
	return groups
}

// stop reports whether the term is a single word that every text holds.
func (t *term) stop() bool {
	return len(t.words) == 1 && stop[t.words[0].text] && !t.words[0].named
}

// check refuses what parses and still is no rule.
func (p *parser) check(r *Rule) error {
	if len(r.text) > maxText {
		return p.err(len(p.text), fmt.Sprintf("written out with its operators the rule has %d bytes, and at most %d are allowed", len(r.text), maxText), "make it several rules")
	}
	if depth(r.root) > maxNesting {
		return p.err(0, fmt.Sprintf("written out, parentheses nest at most %d deep", maxNesting), "")
	}
	if t := contradiction(r.root); t != nil {
		return p.err(t.at, fmt.Sprintf("the rule can never match: it asks for %s and for its absence", write(t)), "")
	}
	if required(r.root, true, func(g []key) int { return len(g) }) != nil {
		return nil
	}
	t, negative := broad(r.root, true)
	if negative {
		return p.err(t.at, fmt.Sprintf("the rule would match nearly everything: all that lacks %s", write(t)), "add a word that must be there")
	}
	return p.err(t.at, fmt.Sprintf("the rule would match nearly everything: nearly every text has %s", write(t)), "add a rarer word")
}

// broad finds the term to blame where required has nothing, and whether it is
// its absence that nearly everything has.
func broad(x expr, want bool) (*term, bool) {
	switch x := x.(type) {
	case *not:
		return broad(x.x, !want)
	case *group:
		for _, y := range x.list {
			if required(y, want, func([]key) int { return 0 }) == nil {
				return broad(y, want)
			}
		}
	}
	return x.(*term), !want
}

// contradiction finds a term that stands both plain and under NOT in one AND.
func contradiction(x expr) *term {
	switch x := x.(type) {
	case *not:
		return contradiction(x.x)
	case *group:
		asked := map[string]bool{}
		for _, y := range x.list {
			if t := contradiction(y); t != nil {
				return t
			}
			if t, ok := y.(*term); ok && x.all {
				asked[write(t)] = true
			}
		}
		for _, y := range x.list {
			if n, ok := y.(*not); ok {
				if t, ok := n.x.(*term); ok && asked[write(t)] {
					return t
				}
			}
		}
	}
	return nil
}
