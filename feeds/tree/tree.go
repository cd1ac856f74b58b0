// Package tree builds the tree of an HTML page that nobody has vouched for, and
// finds elements in it by CSS selectors, in bounded time and memory.
package tree

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Limits of a page, some ten times what the longest honest list has.
const (
	maxElements   = 200_000
	maxTokens     = 1_000_000
	maxAttributes = 400_000
	maxToken      = 4 << 20 // bytes of a tag, of a piece of text, of a script
)

// Build makes the tree of a page in UTF-8, as a browser with scripts on would,
// but for three things: elements that only form text (b, font, a) nest as they
// are written and are not taken up again in the next paragraph; what is not text
// for people (comments, what is in scripts, styles and noscript) is left out;
// and svg, math, template, select and frames count as if their tags were not
// there. The error of a page it refuses is a sentence.
//
// Without them the builder of x/net/html makes no more than a few nodes a token.
// With them 100 kB are enough for gigabytes: each new paragraph repeats every
// element of the list of active formatting elements
// (https://html.spec.whatwg.org/multipage/parsing.html#reconstruct-the-active-formatting-elements).
func Build(doc []byte) (*html.Node, error) {
	simple, err := simplify(doc)
	if err != nil {
		return nil, err
	}
	root, err := html.Parse(bytes.NewReader(simple))
	if err != nil { // it has a limit of depth and no other error
		return nil, errors.New("its elements are nested more than 512 deep")
	}
	rename(root)
	return root, nil
}

// prefix hides a formatting element from the builder.
const prefix = "x-"

// simplify writes the page anew without what Build leaves out.
func simplify(doc []byte) ([]byte, error) {
	s := simplifier{z: html.NewTokenizer(bytes.NewReader(doc))}
	s.z.SetMaxBuf(maxToken)
	s.out.Grow(len(doc))
	for tokens := 0; s.err == nil; tokens++ {
		kind := s.z.Next()
		if kind == html.ErrorToken {
			if errors.Is(s.z.Err(), html.ErrBufferExceeded) {
				return nil, fmt.Errorf("it has a tag or a piece of text larger than %d MB", maxToken>>20)
			}
			return s.out.Bytes(), nil
		}
		if tokens == maxTokens {
			return nil, fmt.Errorf("it has more than %d tags and pieces of text", maxTokens)
		}
		s.token(kind)
	}
	return nil, s.err
}

type simplifier struct {
	z   *html.Tokenizer
	out bytes.Buffer
	err error

	elements, attributes int
	raw                  atom.Atom // the element just opened, if what is in it is not HTML
	link                 bool      // an <a> is open
	html, body           bool      // seen; the builder copies the attributes of each further one
}

func (s *simplifier) token(kind html.TokenType) {
	raw := s.raw
	s.raw = 0
	switch kind {
	case html.DoctypeToken:
		s.out.Write(s.z.Raw())
	case html.TextToken:
		switch raw {
		case 0:
			s.out.Write(s.z.Raw())
		case atom.Title, atom.Textarea:
			s.out.WriteString(html.EscapeString(string(s.z.Text())))
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		source := bytes.Clone(s.z.Raw()) // reading the name changes its case in place
		name, more := s.z.TagName()
		tag := atom.Lookup(name)
		s.count(more)
		s.start(tag, source)
	case html.EndTagToken:
		source := bytes.Clone(s.z.Raw())
		name, _ := s.z.TagName()
		s.end(atom.Lookup(name), source)
	}
}

func (s *simplifier) start(tag atom.Atom, source []byte) {
	switch {
	case dropped(tag), tag == atom.Html && s.html, tag == atom.Body && s.body:
		return
	case formatting(tag):
		if tag == atom.A {
			if s.link { // links do not nest
				s.out.WriteString("</" + prefix + "a>")
			}
			s.link = true
		}
		s.out.WriteString("<" + prefix)
		s.out.Write(source[1:])
		return
	}
	s.html, s.body = s.html || tag == atom.Html, s.body || tag == atom.Body
	if rawText(tag) {
		s.raw = tag
	}
	s.out.Write(source)
}

func (s *simplifier) end(tag atom.Atom, source []byte) {
	switch {
	case dropped(tag):
	case formatting(tag):
		s.link = s.link && tag != atom.A
		s.out.WriteString("</" + prefix)
		s.out.Write(source[2:])
	default:
		s.out.Write(source)
	}
}

// count adds a start tag to the tallies.
func (s *simplifier) count(more bool) {
	s.elements++
	for more {
		_, _, more = s.z.TagAttr()
		s.attributes++
	}
	switch {
	case s.elements > maxElements:
		s.err = fmt.Errorf("it has more than %d elements", maxElements)
	case s.attributes > maxAttributes:
		s.err = fmt.Errorf("it has more than %d attributes", maxAttributes)
	}
}

// formatting are the elements that the standard keeps a list of, to open them
// again where they were not closed.
func formatting(tag atom.Atom) bool {
	switch tag {
	case atom.A, atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.Nobr,
		atom.S, atom.Small, atom.Strike, atom.Strong, atom.Tt, atom.U:
		return true
	}
	return false
}

// dropped are the elements inside of which a page is read by other rules.
func dropped(tag atom.Atom) bool {
	switch tag {
	case atom.Svg, atom.Math, atom.Template, atom.Select, atom.Option, atom.Optgroup,
		atom.Frameset, atom.Frame, atom.Plaintext:
		return true
	}
	return false
}

// rawText are the elements whose content is not HTML.
func rawText(tag atom.Atom) bool {
	switch tag {
	case atom.Script, atom.Style, atom.Noscript, atom.Iframe, atom.Noembed, atom.Noframes,
		atom.Xmp, atom.Title, atom.Textarea:
		return true
	}
	return false
}

// rename gives the formatting elements their names back.
func rename(n *html.Node) {
	if name, ok := strings.CutPrefix(n.Data, prefix); ok && n.Type == html.ElementNode {
		if tag := atom.Lookup([]byte(name)); formatting(tag) {
			n.DataAtom, n.Data = tag, tag.String()
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		rename(c)
	}
}

// Attr is the value of an attribute; "" when there is none.
func Attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

// Text is the text in n, its white space folded, without that of the elements
// in without. It stops soon after limit bytes.
func Text(n *html.Node, limit int, without ...*html.Node) string {
	var out strings.Builder
	write(&out, n, limit, without)
	return strings.Join(strings.Fields(out.String()), " ")
}

func write(out *strings.Builder, n *html.Node, limit int, without []*html.Node) {
	for c := n.FirstChild; c != nil && out.Len() < limit; c = c.NextSibling {
		switch {
		case c.Type == html.TextNode:
			out.WriteString(c.Data[:min(len(c.Data), limit)])
		case c.Type == html.ElementNode && !hidden(c) && !slices.Contains(without, c):
			if !inline(c.DataAtom) {
				out.WriteByte(' ')
			}
			write(out, c, limit, without)
			if !inline(c.DataAtom) {
				out.WriteByte(' ')
			}
		}
	}
}

// hidden reports whether an element holds no text for readers.
func hidden(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Iframe, atom.Textarea, atom.Object, atom.Audio, atom.Video, atom.Title:
		return true
	}
	return false
}

// inline reports whether an element stands within a word rather than beside it.
func inline(tag atom.Atom) bool {
	switch tag {
	case atom.Span, atom.Abbr, atom.Sub, atom.Sup, atom.Mark, atom.Wbr, atom.Q, atom.Cite, atom.Bdi, atom.Bdo,
		atom.Ruby, atom.Time:
		return true
	}
	return formatting(tag)
}
