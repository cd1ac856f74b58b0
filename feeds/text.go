package feeds

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/rangetable"

	"attache/feeds/charset"
)

// maxCluster bounds the bytes of a grapheme on average: a letter with a
// thousand accents is one grapheme too.
const maxCluster = 16

// text turns HTML into plain text of at most limit graphemes. Blocks become
// lines, entities are decoded once, and what is no running text is left out:
// scripts, styles, figures with their captions, frames and pictures. What was
// encoded twice is mended.
//
// It reads tokens and builds no tree: there is nothing a document could nest.
func text(source string, limit int) string {
	if !strings.ContainsAny(source, "<&") {
		return cut(plain(charset.Mend(unbroken.Replace(source))), limit)
	}
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(source))
	hidden, depth := atom.Atom(0), 0 // the element we are inside of and leave out
	for out.Len() < 2*maxCluster*limit {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		if kind == html.TextToken {
			if depth == 0 {
				out.WriteString(unbroken.Replace(string(z.Text())))
			}
			continue
		}
		name, _ := z.TagName()
		name = name[bytes.IndexByte(name, ':')+1:] // XHTML may have a prefix
		tag := atom.Lookup(name)
		if kind == html.SelfClosingTagToken || !rawText(tag) {
			z.NextIsNotRawText()
		}
		switch {
		case depth > 0:
			depth += nesting(kind, tag == hidden)
		case kind == html.StartTagToken && leftOut(tag):
			hidden, depth = tag, 1
		case kind == html.CommentToken, kind == html.DoctypeToken:
		default:
			out.WriteString(space(tag))
		}
	}
	return cut(plain(charset.Mend(out.String())), limit) // in this order: half of an "à" is white space
}

// unbroken makes the line breaks of HTML source mere white space.
var unbroken = strings.NewReplacer("\n", " ", "\r", " ")

// nesting is how a tag changes the depth inside an element of its own name.
func nesting(kind html.TokenType, same bool) int {
	switch {
	case same && kind == html.StartTagToken:
		return 1
	case same && kind == html.EndTagToken:
		return -1
	}
	return 0
}

// leftOut reports whether an element holds no running text.
func leftOut(tag atom.Atom) bool {
	switch tag {
	case atom.Script, atom.Style, atom.Figure, atom.Figcaption, atom.Noscript, atom.Template,
		atom.Iframe, atom.Object, atom.Svg, atom.Audio, atom.Video:
		return true
	}
	return false
}

// rawText reports whether an element's content is not HTML, so that the
// tokenizer must look for nothing but its end tag.
func rawText(tag atom.Atom) bool {
	switch tag {
	case atom.Script, atom.Style, atom.Iframe, atom.Noscript:
		return true
	}
	return false
}

// space is the white space a tag stands for.
func space(tag atom.Atom) string {
	switch tag {
	case atom.P, atom.Div, atom.Br, atom.Hr, atom.Pre, atom.Blockquote, atom.Address,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd,
		atom.Table, atom.Caption, atom.Tr, atom.Section, atom.Article, atom.Aside,
		atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Form, atom.Center:
		return "\n"
	case atom.Td, atom.Th, atom.Img:
		return " "
	}
	return ""
}

// plain cleans text: invisible characters go, every run of white space becomes
// one space, or one "\n" if there was a line break in it.
func plain(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	var gap, last rune // the white space owed, the rune written last
	for i, n := 0, 0; i < len(s); i += n {
		if n = dull(s[i:]); n > 0 {
			if gap != 0 && last != 0 {
				out.WriteRune(gap)
			}
			out.WriteString(s[i : i+n])
			gap, last = 0, rune(s[i+n-1])
			continue
		}
		var r rune
		r, n = utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\n':
			gap = '\n'
			continue
		case unicode.IsSpace(r):
			if gap == 0 {
				gap = ' '
			}
			continue
		case r == zwnj || r == zwj:
			next, _ := utf8.DecodeRuneInString(s[i+n:])
			if gap != 0 || !joins(last, r, next) {
				continue
			}
		case invisible(r):
			continue
		}
		if gap != 0 && last != 0 {
			out.WriteRune(gap)
		}
		out.WriteRune(r)
		gap, last = 0, r
	}
	return out.String()
}

// dull is the length of what text begins with that stays as it is: visible
// ASCII, with single spaces in it. Most text is, and there is nothing to look up.
func dull(s string) int {
	visible := func(i int) bool { return i < len(s) && ' ' < s[i] && s[i] <= '~' }
	n := 0
	for visible(n) || n > 0 && n < len(s) && s[n] == ' ' && visible(n+1) {
		n++
	}
	return n
}

const (
	zwnj = '\u200C'
	zwj  = '\u200D'
)

// joins reports whether a joiner between two runes belongs to the spelling: in
// scripts whose letters change shape (Unicode 16 section 23.2), and in emoji.
// Elsewhere it only hides a word from whoever looks for it.
func joins(before, joiner, after rune) bool {
	if unicode.Is(shaping, before) {
		return joiner == zwj || unicode.Is(shaping, after) // old Malayalam ends words in ZWJ
	}
	emoji := unicode.In(before, unicode.So, unicode.Sk, unicode.Variation_Selector)
	return emoji && joiner == zwj && unicode.Is(unicode.So, after)
}

// shaping are the scripts that spell with joiners.
var shaping = rangetable.Merge(
	unicode.Arabic, unicode.Syriac, unicode.Mongolian,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil,
	unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar,
)

// invisible reports whether a rune has no place in plain text: controls,
// zero-width and bidi characters, tags, fillers, private use, noncharacters.
func invisible(r rune) bool {
	return unicode.Is(unseen, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) // Cf, yet visible
}

var unseen = rangetable.Merge(
	unicode.Cc, unicode.Cf, unicode.Co, unicode.Noncharacter_Code_Point,
	rangetable.New('\u034F', '\u115F', '\u1160', '\u3164', '\uFFA0'),
	&unicode.RangeTable{R32: []unicode.Range32{{Lo: 0xE0100, Hi: 0xE01EF, Stride: 1}}}, // variation selectors of ideographs
)

// cut shortens text to at most limit graphemes as readers count them
// (UAX #29), and leaves no white space and no joiner of nothing at its end.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	rest, state, end := s, -1, 0
	for range limit {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if end+len(cluster) > maxCluster*limit {
			break
		}
		end += len(cluster)
		if rest == "" {
			break
		}
	}
	return strings.TrimRight(s[:end], " \n\u200C")
}

// words cleans short texts such as categories: plain, without doubles, at most
// limit of them, each at most length graphemes.
func words(sources []string, limit, length int) []string {
	var out []string
	for _, source := range sources {
		// The rest cannot show, and a feed's own author is read for every item.
		source = source[:min(len(source), 64*length)]
		w := text(source, length)
		if w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
		if len(out) == limit {
			break
		}
	}
	return out
}
