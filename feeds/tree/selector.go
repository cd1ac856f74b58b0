package tree

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// patience is how long a selector may take over a page. Honest ones take
// milliseconds; `:has`, `:contains`, `:nth-child` and `~` go over the page anew
// for each element.
const patience = 700 * time.Millisecond

// maxSelector bounds a selector, in bytes.
const maxSelector = 1000

// ErrSlow is the error of a selector that cannot be found on a page in time.
var ErrSlow = errors.New("takes too long on it")

// Selector is a CSS selector, or several with commas between.
type Selector struct{ groups [][]cascadia.Sel }

// Compile reads a selector. What CSS calls descendants (the blank in "ul a") is
// taken apart here, because cascadia tries every way to place "a b c d" among
// the ancestors of an element, which on a page made for it takes for ever.
func Compile(s string) (Selector, error) {
	if len(s) > maxSelector {
		return Selector{}, errors.New("it is too long")
	}
	if strings.Contains(s, "/*") {
		return Selector{}, errors.New("it has a comment in it")
	}
	if _, err := cascadia.ParseGroup(s); err != nil {
		return Selector{}, err
	}
	var out Selector
	for _, group := range split(s, ',') {
		var steps []cascadia.Sel
		for _, step := range split(group, ' ') {
			sel, err := cascadia.Parse(step)
			if err != nil {
				return Selector{}, err
			}
			steps = append(steps, sel)
		}
		out.groups = append(out.groups, steps)
	}
	return out, nil
}

// split cuts a valid selector at commas or at blanks, but not inside of
// brackets and quotes nor beside a combinator.
func split(s string, at byte) []string {
	var parts []string
	var part strings.Builder
	depth, quote := 0, byte(0)
	end := func() {
		if part.Len() > 0 {
			parts = append(parts, part.String())
		}
		part.Reset()
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		blank := strings.IndexByte(" \t\r\n\f", c) >= 0
		switch {
		case c == '\\':
			n := len(escape.FindString(s[i:]))
			part.WriteString(s[i : i+n])
			i += n - 1
			continue
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case depth > 0:
		case c == ',' && at == ',', blank && at == ' ' && !joined(part.String(), s[i:]):
			end()
			continue
		}
		part.WriteByte(c)
	}
	end()
	return parts
}

// escape is what a backslash stands before: a character, or up to six hex digits
// and a blank (https://www.w3.org/TR/css-syntax-3/#consume-escaped-code-point).
var escape = regexp.MustCompile(`^\\([0-9A-Fa-f]{1,6}(\r\n|[ \t\r\n\f])?|(?s:.)?)`)

// joined reports whether a combinator stands on either side of a blank.
func joined(before, after string) bool {
	before, after = strings.TrimSpace(before), strings.TrimSpace(after)
	return before != "" && strings.IndexByte(">+~", before[len(before)-1]) >= 0 ||
		after != "" && strings.IndexByte(">+~", after[0]) >= 0
}

// All returns the elements under root that the selector matches, in the order
// of the page. Its error is ErrSlow.
func (s Selector) All(root *html.Node) ([]*html.Node, error) {
	f := finder{until: time.Now().Add(patience), found: map[*html.Node]bool{}}
	for _, steps := range s.groups {
		f.steps = steps
		f.look(root, 0)
	}
	if f.late {
		return nil, ErrSlow
	}
	return f.inOrder(root, nil), nil
}

type finder struct {
	until time.Time
	late  bool
	seen  int
	steps []cascadia.Sel
	found map[*html.Node]bool
}

// look goes over the elements under n, of whose line of ancestors the first
// steps are found already. A step is taken as early as it can be: whatever the
// later ones match under a lower element, they match under the higher, too.
func (f *finder) look(n *html.Node, steps int) {
	for c := n.FirstChild; c != nil && !f.late; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		if f.seen++; f.seen%16 == 0 {
			f.late = time.Now().After(f.until)
		}
		below := steps
		switch {
		case !f.steps[steps].Match(c):
		case steps == len(f.steps)-1:
			f.found[c] = true
		default:
			below++
		}
		f.look(c, below)
	}
}

func (f *finder) inOrder(n *html.Node, out []*html.Node) []*html.Node {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if f.found[c] {
			out = append(out, c)
		}
		out = f.inOrder(c, out)
	}
	return out
}
