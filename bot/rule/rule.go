// Package rule is the keyword language of subscriptions: it reads a rule,
// prints it back as it was understood, matches it against items, tells where
// it matched, and files many rules so that an item meets only those it may
// match.
//
//	iran (nuclear OR enrich*) -football
//	title:("cease-fire" OR truce) AND Gaza
//	Maduro, Machado, Delcy Rodríguez
//
// Words are whole words, and both sides are folded alike: case, the accents of
// Latin and Greek, the points of Hebrew and Arabic say nothing (see Tokens).
// Words side by side must all be there. NOT and - bind tightest, then AND, then
// OR, and words side by side bind loosest, as in a search engine:
// `iran israel OR gaza` is `iran AND (israel OR gaza)`. A text of commas or
// lines and nothing else is a list of alternatives.
//
// The package is pure: what it returns depends on its arguments alone.
package rule

import "strings"

// Rule is a parsed rule. It does not change and may be used side by side.
type Rule struct {
	root  expr
	text  string // canonical
	notes []string
}

// String returns the rule in its canonical form: operators written out,
// parentheses wherever two kinds meet. Parsing it gives the same rule.
func (r *Rule) String() string { return r.text }

// Notes returns sentences about how the rule was read where that may not be
// what its writer meant; nil for most rules.
func (r *Rule) Notes() []string { return r.notes }

// Match reports whether the rule holds for d.
func (r *Rule) Match(d *Doc) bool { return match(r.root, d) }

// expr is a node of a rule: *term, *not or *group.
type expr interface {
	// write appends the canonical form; within a group of another kind, or
	// under NOT, a group stands in parentheses.
	write(b *strings.Builder, nested bool)
}

type not struct{ x expr }

// group is two or more expressions that must all hold (AND), or one of them
// must (OR). None of them is a group of the same kind.
type group struct {
	all  bool
	list []expr
}

// newGroup returns the expression of a list, flat.
func newGroup(all bool, list []expr) expr {
	if len(list) == 1 {
		return list[0]
	}
	g := &group{all: all}
	for _, x := range list {
		if inner, ok := x.(*group); ok && inner.all == all {
			g.list = append(g.list, inner.list...)
		} else {
			g.list = append(g.list, x)
		}
	}
	return g
}

func (t *term) write(b *strings.Builder, _ bool) {
	if t.field != "" {
		b.WriteString(string(t.field) + ":")
	}
	if plain(t.text) {
		b.WriteString(t.text)
	} else {
		b.WriteString(`"` + t.text + `"`)
	}
}

func (n *not) write(b *strings.Builder, _ bool) {
	b.WriteString("NOT ")
	n.x.write(b, true)
}

func (g *group) write(b *strings.Builder, nested bool) {
	if nested {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	for i, x := range g.list {
		switch {
		case i > 0 && g.all:
			b.WriteString(" AND ")
		case i > 0:
			b.WriteString(" OR ")
		}
		x.write(b, true)
	}
}

func write(x expr) string {
	var b strings.Builder
	x.write(&b, false)
	return b.String()
}

func match(x expr, d *Doc) bool {
	switch x := x.(type) {
	case *term:
		return x.match(d)
	case *not:
		return !match(x.x, d)
	case *group:
		for _, y := range x.list {
			if match(y, d) != x.all {
				return !x.all
			}
		}
		return x.all
	}
	panic("rule: no such expression")
}

// depth returns how many parentheses are open at once in what write writes.
func depth(x expr) int {
	switch x := x.(type) {
	case *not:
		if g, ok := x.x.(*group); ok {
			return 1 + depth(g)
		}
		return depth(x.x)
	case *group:
		most := 0
		for _, y := range x.list {
			n := depth(y)
			if _, ok := y.(*group); ok {
				n++
			}
			most = max(most, n)
		}
		return most
	}
	return 0
}
