package rule

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind int

const (
	lexEnd    kind = iota
	lexWord        // a bare word
	lexPhrase      // words in quotes
	lexField       // title:
	lexAnd         //
	lexOr          //
	lexNot         // NOT, or a - before what it negates
	lexOpen        //
	lexClose       //
)

// lexeme is a piece of a rule.
type lexeme struct {
	kind kind
	text string // as typed; of a phrase, what the quotes hold; of a scope, the field
	at   int    // byte offset
	end  int    // and that of what follows
	list bool   // a comma, a semicolon or a line break comes before it
}

// knownFields are the names people give to the fields a rule can ask for, here
// and in the query languages they come from.
var knownFields = map[string]Field{
	"title":    Title,
	"headline": Title, // Meltwater, Factiva
	"intitle":  Title, // Google
	"subject":  Title, // Gmail
}

// later are the operators that other query languages have and this one lacks.
// They are refused, for as words they would silently mean something else.
var later = regexp.MustCompile(`^(?:O?NEAR|AROUND)(?:/?\d+f?:?)?$|^(?i:o?near|w|pre|around|adj|next)/\d+f?$|^(?i:near|repeat)\d+:$|^(?:ANDNOT|XOR)$`)

// lexer cuts a rule into lexemes.
type lexer struct {
	text  string
	pos   int
	out   []lexeme
	list  bool
	notes []string
}

func lex(text string) (*lexer, error) {
	l := &lexer{text: text}
	for {
		l.space()
		if l.pos == len(l.text) {
			l.emit(lexEnd, "", l.pos)
			return l, nil
		}
		if err := l.next(); err != nil {
			return nil, err
		}
	}
}

// space skips what parts lexemes, and remembers whether it would part a list.
func (l *lexer) space() {
	for l.pos < len(l.text) {
		r, size := l.rune()
		switch {
		case comma(r) || r == '\n':
			l.list = true
		case !blank(r) && !invisible(r):
			return
		}
		l.pos += size
	}
}

func (l *lexer) next() error {
	start := l.pos
	r, size := l.rune()
	switch {
	case r == '(' || r == '（':
		l.pos += size
		l.emit(lexOpen, "(", start)
	case r == ')' || r == '）':
		l.pos += size
		l.emit(lexClose, ")", start)
	case r == '|':
		l.pos += len(l.text[start:]) - len(strings.TrimLeft(l.text[start:], "|"))
		l.emit(lexOr, l.text[start:l.pos], start)
	case quote(r) && !l.gershayim():
		return l.quoted()
	case r == '\'' || r == '‘':
		if m := singleQuoted.FindStringSubmatch(l.text[start:]); m != nil {
			l.pos += size + len(m[1]) + len(m[2])
			l.emit(lexPhrase, m[1], start)
			return nil
		}
		return l.word()
	case (hyphen(r) || r == '+') && l.sticks(start+size):
		l.pos += size
		if r != '+' {
			l.emit(lexNot, l.text[start:l.pos], start)
		} else {
			l.note("A + says nothing here: all words side by side must be there.")
		}
	default:
		return l.word()
	}
	return nil
}

// quoted takes a phrase. Any quotation mark opens it and any other ends it, for
// languages do not agree on which do what.
func (l *lexer) quoted() error {
	start := l.pos
	_, size := l.rune()
	for l.pos += size; l.pos < len(l.text); l.pos += size {
		var r rune
		if r, size = l.rune(); quote(r) && !l.gershayim() {
			_, first := utf8.DecodeRuneInString(l.text[start:])
			inner := l.text[start+first : l.pos]
			l.pos += size
			l.emit(lexPhrase, inner, start)
			return nil
		}
	}
	return l.err(start, "this quotation mark is never closed", fmt.Sprintf("close it: %s\"", strings.TrimSpace(l.text)))
}

// word takes a word, an operator or the name of a field.
func (l *lexer) word() error {
	start := l.pos
	for l.pos < len(l.text) {
		r, size := l.rune()
		if (r == ':' || r == '：') && l.fieldName(start) {
			return l.field(start)
		}
		if blank(r) || strings.ContainsRune("()（）", r) || r == '|' || quote(r) && !l.gershayim() || comma(r) && !l.decimal() ||
			strings.HasPrefix(l.text[l.pos:], "&&") && l.pos > start {
			break
		}
		if r == '&' && strings.HasPrefix(l.text[l.pos:], "&&") {
			l.pos += 2
			l.emit(lexAnd, "&&", start)
			return nil
		}
		if strings.ContainsRune("~^{}[]", r) || l.pos == start && strings.ContainsRune("=@!/", r) {
			return l.err(l.pos, fmt.Sprintf("%c means nothing in a rule", r), "leave it out, or put it in quotes")
		}
		l.pos += size
	}
	switch w := clean(l.text[start:l.pos]); w {
	case "AND", "&":
		l.emit(lexAnd, w, start)
	case "OR":
		l.emit(lexOr, w, start)
	case "NOT":
		l.emit(lexNot, w, start)
	default:
		if name := later.FindString(w); name != "" {
			return l.err(start, name+" is not an operator of this language", "write AND, or a phrase in quotes")
		}
		if r, _ := utf8.DecodeRuneInString(w); (hyphen(r) || r == '—') && len(tokenize(w, true).tokens) > 0 {
			return l.err(start, "this dash neither negates nor joins", "write - right before the word to leave out")
		}
		if len(tokenize(w, true).tokens) == 0 {
			l.note(fmt.Sprintf("“%s” has no letters, and was left out.", printable(w)))
			return nil
		}
		l.emit(lexWord, w, start)
	}
	return nil
}

// fieldName reports whether the word from start, which a colon follows, names a
// field: 10:30 and https://… do not.
func (l *lexer) fieldName(start int) bool {
	name := l.text[start:l.pos]
	return name != "" && strings.IndexFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }) < 0 &&
		!strings.HasPrefix(l.text[l.pos:], "://")
}

func (l *lexer) field(start int) error {
	name := l.text[start:l.pos]
	_, size := l.rune()
	f, ok := knownFields[strings.ToLower(name)]
	if !ok {
		return l.err(start, fmt.Sprintf("%s: is not a field; the only one is title:", name),
			fmt.Sprintf("if it is a word, leave out the colon: %s %s", name, strings.TrimSpace(l.text[l.pos+size:])))
	}
	l.pos += size
	l.emit(lexField, string(f), start)
	return nil
}

func (l *lexer) rune() (rune, int) { return utf8.DecodeRuneInString(l.text[l.pos:]) }

func (l *lexer) emit(k kind, text string, start int) {
	l.out = append(l.out, lexeme{k, text, start, l.pos, l.list})
	l.list = false
}

func (l *lexer) note(s string) { l.notes = append(l.notes, s) }

func (l *lexer) err(at int, msg, hint string) *SyntaxError {
	return &SyntaxError{Text: l.text, Offset: at, Msg: msg, Hint: hint}
}

// sticks reports whether something to negate stands right at pos.
func (l *lexer) sticks(pos int) bool {
	r, _ := utf8.DecodeRuneInString(l.text[pos:])
	return pos < len(l.text) && (r == '(' || r == '（' || quote(r) || singleQuoted.MatchString(l.text[pos:]) || unicode.IsLetter(r) || unicode.IsNumber(r) || r == '*' || r == '?')
}

// gershayim reports whether the quotation mark at pos is part of a Hebrew
// acronym, which people type so: ארה"ב is the USA.
func (l *lexer) gershayim() bool {
	before, _ := utf8.DecodeLastRuneInString(l.text[:l.pos])
	_, size := l.rune()
	after, _ := utf8.DecodeRuneInString(l.text[l.pos+size:])
	return unicode.Is(unicode.Hebrew, before) && unicode.Is(unicode.Hebrew, after)
}

// decimal reports whether the comma at pos stands within a number.
func (l *lexer) decimal() bool {
	return l.pos > 0 && l.pos+1 < len(l.text) && l.text[l.pos] == ',' && digit(l.text[l.pos-1]) && digit(l.text[l.pos+1])
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func comma(r rune) bool { return strings.ContainsRune(",;，；、،؛", r) }

func quote(r rune) bool { return strings.ContainsRune("\"“”„‟«»＂", r) }

func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r)
}

// clean drops what cannot be seen, but for the joiners that Persian and Indic
// spelling needs, and makes white space single spaces.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u200c' || r == '\u200d':
			return r
		case blank(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// plain reports whether s is read as a single word without quotes.
func plain(s string) bool {
	l, err := lex(s)
	if err != nil || len(l.out) != 2 || l.out[0].kind != lexWord || l.out[0].text != s {
		return false
	}
	return s != "and" && s != "or" && s != "not"
}
