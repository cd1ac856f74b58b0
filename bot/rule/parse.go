package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// The limits of a rule, as typed and as written out in canonical form.
const (
	maxText    = 4000 // bytes
	maxNesting = 64   // parentheses open at once
	maxWords   = 500  // in all terms together
)

// Parse reads a rule. The error is a *SyntaxError: the text has no meaning, or
// it is one that nobody can want, such as a rule that nearly every item
// matches.
func Parse(text string) (*Rule, error) {
	if len(text) > maxText {
		at := maxText
		for at > 0 && !utf8.RuneStart(text[at]) {
			at--
		}
		return nil, &SyntaxError{Text: text, Offset: at, Msg: fmt.Sprintf("a rule has at most %d bytes, and this one has %d", maxText, len(text)), Hint: "make it several rules"}
	}
	l, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{lexer: l}
	root, err := p.rule()
	if err != nil {
		return nil, err
	}
	r := &Rule{root: root, text: write(root)}
	if err := p.check(r); err != nil {
		return nil, err
	}
	if p.mixed {
		p.note("AND, OR or words side by side are mixed without parentheses; I read this as " + r.text)
	}
	r.notes = slices.Compact(p.notes)
	return r, nil
}

// singleQuoted is words that somebody meant as a phrase: 'Security Council'.
// A single word in quotes is the same without them.
var singleQuoted = regexp.MustCompile(`^['‘](\pL[^'‘’]*\s[^'‘’]*)(['’])(?:$|[\s),;|])`)

// parser is a recursive descent over the grammar
//
//	sequence = either { either }             words side by side
//	either   = both { OR both }
//	both     = negated { AND negated }
//	negated  = [ NOT ] primary
//	primary  = word | phrase | "(" sequence ")" | field ":" primary
type parser struct {
	*lexer
	i     int
	field Field // of the scope we are in
	depth int
	words int
	mixed bool // OR met AND or juxtaposition without parentheses
}

func (p *parser) rule() (expr, error) {
	if len(p.out) == 1 {
		return nil, p.err(0, "the rule is empty", "write the words to look for: ceasefire Gaza")
	}
	if p.isList() {
		return p.listed()
	}
	p.adopt()
	x, err := p.sequence()
	if err != nil {
		return nil, err
	}
	if at := p.peek(); at.kind == lexClose {
		return nil, p.err(at.at, "this parenthesis closes nothing", "leave it out")
	}
	if slices.ContainsFunc(p.out[1:len(p.out)-1], func(x lexeme) bool { return x.list }) && strings.ContainsFunc(p.text, comma) {
		p.note("Commas say nothing in a rule with operators; only a text of words and commas is a list.")
	}
	return x, nil
}

// isList reports whether the rule is words with commas or line breaks between,
// and nothing else.
func (p *parser) isList() bool {
	items := p.out[:len(p.out)-1]
	return slices.ContainsFunc(items[1:], func(x lexeme) bool { return x.list }) &&
		!slices.ContainsFunc(items, func(x lexeme) bool { return x.kind != lexWord })
}

// listed reads a list: each item is a phrase, and one of them must be there.
// The last comma may be an `or`, or have an `and` after it, as people write.
func (p *parser) listed() (expr, error) {
	var list []expr
	items := p.out[:len(p.out)-1]
	for i := 0; i < len(items); {
		if items[i].text == "or" || items[i].list && items[i].text == "and" {
			i++
			if i == len(items) {
				break
			}
		}
		from := i
		for i++; i < len(items) && !items[i].list && items[i].text != "or"; i++ {
		}
		x, err := p.term(p.text[items[from].at:items[i-1].end], items[from].at)
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	p.note("I read the commas and lines as OR; write AND where all must be there.")
	return newGroup(false, list), nil
}

// adopt takes and, or, not in small letters between two terms for operators if
// the rule has no others.
func (p *parser) adopt() {
	small := map[string]kind{"and": lexAnd, "or": lexOr, "not": lexNot}
	operator := func(x lexeme) bool { // in capitals: a dash or a bar is no evidence
		return (x.kind == lexAnd || x.kind == lexOr || x.kind == lexNot) && x.text != strings.ToLower(x.text)
	}
	var lower bool
	given := slices.ContainsFunc(p.out, operator)
	for i := 1; i < len(p.out)-1; i++ {
		x, before, after := &p.out[i], p.out[i-1].kind, p.out[i+1].kind
		k, ok := small[x.text]
		if !ok || x.kind != lexWord || after == lexClose || after == lexEnd {
			continue
		}
		ends := before == lexWord || before == lexPhrase || before == lexClose
		if !ends && (k != lexNot || before != lexAnd && before != lexOr) {
			continue
		}
		lower = true
		if !given {
			x.kind = k
		}
	}
	switch {
	case lower && given:
		p.note("Beside operators in capitals, and, or, not in small letters are words to look for.")
	case lower:
		p.note("I took and, or, not in small letters for operators; in quotes they are words to look for.")
	}
}

func (p *parser) peek() lexeme { return p.out[p.i] }

func (p *parser) sequence() (expr, error) {
	var list []expr
	var mixed bool
	for k := p.peek().kind; len(list) == 0 || k != lexEnd && k != lexClose; k = p.peek().kind {
		x, several, err := p.either()
		if err != nil {
			return nil, err
		}
		list = append(list, x)
		mixed = mixed || several
	}
	p.mixed = p.mixed || mixed && len(list) > 1
	return newGroup(true, list), nil
}

// either also reports whether it met an OR.
func (p *parser) either() (expr, bool, error) {
	var list []expr
	var mixed bool
	for {
		x, several, err := p.both()
		if err != nil {
			return nil, false, err
		}
		list = append(list, x)
		mixed = mixed || several
		if p.peek().kind != lexOr {
			p.mixed = p.mixed || mixed && len(list) > 1
			return newGroup(false, list), len(list) > 1, nil
		}
		p.i++
	}
}

// both also reports whether it met an AND.
func (p *parser) both() (expr, bool, error) {
	var list []expr
	for {
		x, err := p.negated()
		if err != nil {
			return nil, false, err
		}
		list = append(list, x)
		if p.peek().kind != lexAnd {
			return newGroup(true, list), len(list) > 1, nil
		}
		p.i++
	}
}

func (p *parser) negated() (expr, error) {
	if p.peek().kind != lexNot {
		return p.primary()
	}
	p.i++
	x, err := p.primary()
	if err != nil {
		return nil, err
	}
	if n, ok := x.(*not); ok { // NOT (NOT iran)
		return n.x, nil
	}
	return &not{x}, nil
}

func (p *parser) primary() (expr, error) {
	x := p.peek()
	switch x.kind {
	case lexWord, lexPhrase:
		p.i++
		return p.term(x.text, x.at)
	case lexOpen:
		return p.parenthesis()
	case lexField:
		p.i++
		if k := p.peek().kind; k != lexWord && k != lexPhrase && k != lexOpen && k != lexField {
			return nil, p.err(p.peek().at, x.text+": needs a word, a phrase or parentheses after it", "")
		}
		outer := p.field
		p.field = Field(x.text)
		defer func() { p.field = outer }()
		return p.primary()
	}
	return nil, p.missing()
}

func (p *parser) parenthesis() (expr, error) {
	start := p.peek()
	if p.depth++; p.depth > maxNesting {
		return nil, p.err(start.at, fmt.Sprintf("parentheses nest at most %d deep", maxNesting), "")
	}
	p.i++
	x, err := p.sequence()
	if err != nil {
		return nil, err
	}
	if p.peek().kind != lexClose {
		return nil, p.err(start.at, "this parenthesis is never closed", fmt.Sprintf("close it: %s)", strings.TrimSpace(p.text)))
	}
	p.i++
	p.depth--
	return x, nil
}

// missing is the error for an operator, or the end, where a term should stand.
func (p *parser) missing() error {
	x := p.peek()
	var before lexeme
	if p.i > 0 {
		before = p.out[p.i-1]
	}
	switch {
	case before.kind == lexNot && x.kind == lexNot:
		return p.err(x.at, "a negation of a negation", "leave both out")
	case before.kind == lexOpen && x.kind == lexClose:
		return p.err(before.at, "there is nothing between these parentheses", "leave them out")
	case before.kind == lexAnd || before.kind == lexOr || before.kind == lexNot:
		return p.err(before.at, fmt.Sprintf("%s has nothing after it", before.text), "name a word, or leave it out")
	case x.kind == lexAnd || x.kind == lexOr:
		return p.err(x.at, fmt.Sprintf("%s has nothing before it", x.text), "name a word, or leave it out")
	case x.kind == lexClose:
		return p.err(x.at, "this parenthesis closes nothing", "leave it out")
	case before.kind == lexOpen:
		return p.err(before.at, "this parenthesis is never closed", "close it after a word, or leave it out")
	}
	return p.err(x.at, "a word is missing here", "")
}

func (p *parser) term(text string, at int) (expr, error) {
	t := newTerm(text, p.field, at)
	if len(t.words) == 0 {
		return nil, p.err(at, "there is no word between these quotes", "leave them out")
	}
	if p.words += len(t.words); p.words > maxWords {
		return nil, p.err(at, fmt.Sprintf("a rule has at most %d words", maxWords), "make it several rules")
	}
	for _, w := range t.words {
		if w.wild && len([]rune(strings.NewReplacer("*", "", "?", "").Replace(w.text))) < 2 {
			return nil, p.err(at, fmt.Sprintf("%s matches too much: beside * and ? a word needs two letters", w.text), "")
		}
		p.remark(w)
	}
	return t, nil
}

// remark notes what the spelling of a word decides.
func (p *parser) remark(w word) {
	switch upper := strings.ToUpper(w.text); {
	case w.named:
		p.note(fmt.Sprintf("%s in capitals is a name: it matches %[1]s and its dotted form, and not the word %s.", upper, w.text))
	case acronyms[w.text]:
		p.note(fmt.Sprintf("%s in small letters matches in any case, also the everyday word; write %s for the name alone.", w.text, upper))
	case strings.HasSuffix(w.text, "?"):
		p.note(fmt.Sprintf("The ? of %s stands for exactly one letter.", w.text))
	}
}
