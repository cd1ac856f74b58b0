// Package command is the grammar of what people type at the bot: a verb and
// what follows it. It is pure, and knows no verb: the table comes from the
// bot, and help and corrections are computed from it.
package command

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxLine is how long a line may be, in bytes; a chat client sends no more by
// accident.
const MaxLine = 8 << 10

// Role is what a user may do; each includes those before it.
type Role int

// The roles. The zero Role may ask and change nothing.
const (
	Reader Role = iota // asks
	Editor             // changes what its channel is told
	Admin              // changes what concerns every channel
)

func (r Role) String() string {
	return [...]string{"reader", "editor", "admin"}[max(Reader, min(r, Admin))]
}

// Verb is a row of the table. Do is whatever the table's owner does with a
// call.
type Verb[Do any] struct {
	Name    string
	Aliases []string // other words people know for it
	Args    string   // as help shows them: "RULE", "[N]", ""
	Help    string   // one line, a sentence without its full stop
	Example string   // one real line, the verb included
	Who     Role     // the least role that may
	Do      Do
}

// Usage is the verb with its arguments.
func (v Verb[Do]) Usage() string { return strings.TrimSpace(v.Name + " " + v.Args) }

// Table is the verbs in the order in which help shows them.
type Table[Do any] []Verb[Do]

// Call is a line that was understood.
type Call[Do any] struct {
	Verb Verb[Do]
	Rest string // everything after the verb, as typed, spaces trimmed
}

// UnknownError is the error for a line whose first word is no verb.
type UnknownError struct {
	Word    string
	Nearest []string // verbs it may have meant, the likeliest first; may be empty
}

func (e *UnknownError) Error() string {
	switch len(e.Nearest) {
	case 0:
		return fmt.Sprintf("I do not know %q.", e.Word)
	case 1:
		return fmt.Sprintf("I do not know %q. Did you mean %s?", e.Word, e.Nearest[0])
	}
	last := len(e.Nearest) - 1
	return fmt.Sprintf("I do not know %q. Did you mean %s or %s?", e.Word, strings.Join(e.Nearest[:last], ", "), e.Nearest[last])
}

// Parse reads a line: a verb by its name, an alias, or an unambiguous
// beginning of its name. The error is an *UnknownError, or says that the line
// is too long. An empty line calls the first verb of the table.
func (t Table[Do]) Parse(line string) (Call[Do], error) {
	if len(line) > MaxLine {
		return Call[Do]{}, fmt.Errorf("that is %d bytes long; I read lines of up to %d", len(line), MaxLine)
	}
	line = strings.TrimFunc(line, isSpace)
	if line == "" {
		return Call[Do]{Verb: t[0]}, nil
	}
	end := strings.IndexFunc(line, isSpace)
	if end < 0 {
		end = len(line)
	}
	word := strings.ToLower(strings.TrimFunc(line[:end], func(r rune) bool { return strings.ContainsRune("/!:", r) }))
	if word == "" {
		word = t[0].Name
	}
	v, near := t.find(word)
	if v == nil {
		return Call[Do]{}, &UnknownError{Word: clip(line[:end]), Nearest: near}
	}
	return Call[Do]{Verb: *v, Rest: strings.TrimFunc(line[end:], isSpace)}, nil
}

// Find returns the verb that people mean by a word, nil if none.
func (t Table[Do]) Find(word string) *Verb[Do] {
	v, _ := t.find(strings.ToLower(word))
	return v
}

func (t Table[Do]) find(word string) (*Verb[Do], []string) {
	var begun []*Verb[Do]
	for i := range t {
		v := &t[i]
		if v.Name == word || slices.Contains(v.Aliases, word) {
			return v, nil
		}
		if word != "" && strings.HasPrefix(v.Name, word) {
			begun = append(begun, v)
		}
	}
	if len(begun) == 1 {
		return begun[0], nil
	}
	var names []string
	for _, v := range begun {
		names = append(names, v.Name)
	}
	if names == nil {
		names = t.nearest(word)
	}
	return nil, names
}

// nearest returns the verbs at the least distance from a mistyped word, by
// name or alias, if that is near enough to be a slip of the finger.
func (t Table[Do]) nearest(word string) []string {
	if len(word) > 32 {
		return nil
	}
	best := 2
	if utf8.RuneCountInString(word) < 5 {
		best = 1
	}
	var names []string
	for _, v := range t {
		d := distance(word, v.Name)
		for _, a := range v.Aliases {
			d = min(d, distance(word, a))
		}
		if d < best {
			best, names = d, nil
		}
		if d == best {
			names = append(names, v.Name)
		}
	}
	return names
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b (optimal string alignment).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range t {
		rows[0][j+1] = j + 1
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			d := rows[i-1][j-1]
			if s[i-1] != t[j-1] {
				d++
			}
			d = min(d, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(s)][len(t)]
}

// isSpace is white space as chat clients send it: the zero-width and
// no-break spaces, too.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff'
}

// clip keeps a word quoted back at its author short.
func clip(word string) string {
	runes := []rune(word)
	if len(runes) <= 40 {
		return word
	}
	return string(runes[:40]) + "…"
}
