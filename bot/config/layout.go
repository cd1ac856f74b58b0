package config

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// layout is a file taken apart, expression by expression: what go-toml's
// decoder knows of positions, and tells only in errors.
type layout struct {
	file   string
	text   []byte         // its secrets overwritten with NUL, which TOML does not have
	pairs  []pair         // in the order of the file
	tables []pair         // their heads, likewise; start alone is known
	at     map[string]int // offsets of values and of the names of tables, by path: "feed[1].url"
	known  map[string]field

	table string         // the path of the table that is open at the end
	count map[string]int // tables so far in each array of tables
	end   int            // of the last expression that could be read
	heads Problems       // tables that should be arrays of them, and the reverse
}

// pair is a key and its value. Pairs in an inline table follow the pair that
// holds them.
type pair struct {
	path              string
	start, value, end int // offsets of the key, of its value, and of what follows
	top               bool
}

// lay lays a file out as far as it is TOML.
func lay(file string, text []byte) *layout {
	l := &layout{
		file: file, text: bytes.Clone(text),
		at: map[string]int{}, count: map[string]int{}, known: fields(),
	}
	var p unstable.Parser
	p.Reset(text)
	for p.NextExpression() {
		switch e := p.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			l.head(e)
		case unstable.KeyValue:
			l.pair(l.table, e, true)
		}
	}
	// The value of a key we do not know is hidden too: its key may be that of a
	// password, misspelt.
	for _, p := range l.pairs {
		if !l.public(p.path) {
			clear(l.text[p.value:p.end])
		}
	}
	return l
}

func (l *layout) head(e *unstable.Node) {
	path, start := "", -1
	for it := e.Key(); it.Next(); {
		n := it.Node()
		if start < 0 {
			start = int(n.Raw.Offset)
		}
		l.end = int(n.Raw.Offset + n.Raw.Length)
		path = join(path, n.Data)
		if it.IsLast() {
			l.checkHead(path, start, e.Kind)
		}
		if it.IsLast() && e.Kind == unstable.ArrayTable {
			l.count[path]++
		}
		if i := l.count[path]; i > 0 {
			path = fmt.Sprintf("%s[%d]", path, i-1)
		}
	}
	l.table, l.at[path] = path, start
	l.tables = append(l.tables, pair{path: path, start: start})
}

func (l *layout) checkHead(path string, offset int, kind unstable.Kind) {
	f, ok := find(l.known, path)
	switch {
	case ok && !f.many && !f.table:
		_, name := split(path)
		l.heads = append(l.heads, l.problemAt(offset, path, "this is a key and no table", "write "+name+" = …"))
	case ok && f.many && kind == unstable.Table:
		l.heads = append(l.heads, l.problemAt(offset, path, "there can be many of these", "write [["+written(path)+"]]"))
	case ok && !f.many && kind == unstable.ArrayTable:
		l.heads = append(l.heads, l.problemAt(offset, path, "there is one of these", "write ["+written(path)+"]"))
	}
}

func (l *layout) pair(table string, e *unstable.Node, top bool) {
	path, key := table, 0
	for it := e.Key(); it.Next(); {
		path = join(path, it.Node().Data)
		key = int(it.Node().Raw.Offset + it.Node().Raw.Length)
	}
	start, end := int(e.Raw.Offset), int(e.Raw.Offset+e.Raw.Length)
	value := key + 1 + bytes.IndexByte(l.text[key:end], '=')
	value += len(l.text[value:end]) - len(bytes.TrimLeft(l.text[value:end], " \t"))
	l.pairs = append(l.pairs, pair{path, start, value, end, top})
	l.at[path], l.end = value, max(l.end, end)

	switch v := e.Value(); v.Kind {
	case unstable.InlineTable:
		l.inline(path, v)
	case unstable.Array:
		i := 0
		for it := v.Children(); it.Next(); i++ {
			switch place := fmt.Sprintf("%s[%d]", path, i); {
			case it.Node().Kind == unstable.InlineTable:
				l.inline(place, it.Node())
			case it.Node().Raw.Length > 0: // an array in an array has no place
				l.element(place, it.Node())
			}
		}
	}
}

func (l *layout) inline(path string, v *unstable.Node) {
	l.at[path] = int(v.Raw.Offset)
	for it := v.Children(); it.Next(); {
		l.pair(path, it.Node(), false)
	}
}

// element is a value of a list. Where the list is one that a config has, it is
// a pair without a key, so that what is wrong with it is shown there.
func (l *layout) element(path string, v *unstable.Node) {
	start, end := int(v.Raw.Offset), int(v.Raw.Offset+v.Raw.Length)
	l.at[path] = start
	if _, ok := l.known[general(path)]; ok {
		l.pairs = append(l.pairs, pair{path, start, start, end, false})
	}
}

// join makes a path. Keys are in lower case: the decoder takes either.
func join(table string, key []byte) string {
	name := strings.ToLower(string(key))
	if table == "" {
		return name
	}
	return table + "." + name
}

// public reports whether the value of a key may be shown.
func (l *layout) public(path string) bool {
	f, ok := find(l.known, path)
	return ok && !f.secret
}

// around returns the innermost pair that an offset is in, and the top one.
func (l *layout) around(offset int) (inner, top pair, ok bool) {
	for _, p := range l.pairs {
		if p.start <= offset && offset < p.end {
			inner, ok = p, true
			if p.top {
				top = p
			}
		}
	}
	return inner, top, ok
}

// problem is one with a key. Where the file does not have the key, it is at
// the nearest table around it.
func (l *layout) problem(key, msg, hint string) *Problem {
	if l == nil {
		return &Problem{Key: key, Msg: msg, Hint: hint}
	}
	for path := key; path != ""; path = path[:max(strings.LastIndexAny(path, ".["), 0)] {
		if offset, ok := l.at[path]; ok {
			return l.problemAt(offset, key, msg, hint)
		}
	}
	return &Problem{File: l.file, Key: key, Msg: hush(msg), Hint: hint}
}

// problemAt is one at a place.
func (l *layout) problemAt(offset int, key, msg, hint string) *Problem {
	start := bytes.LastIndexByte(l.text[:offset], '\n') + 1
	line, _, _ := bytes.Cut(l.text[start:], []byte("\n"))
	return &Problem{
		File: l.file, Key: key, Msg: hush(msg), Hint: hint,
		Line:   1 + bytes.Count(l.text[:start], []byte("\n")),
		Column: 1 + utf8.RuneCount(l.text[start:offset]),
		before: show(l.text[start:offset]),
		after:  strings.TrimRight(show(line[offset-start:]), " "),
	}
}

// syntaxAt is a problem with the TOML itself. Nothing was laid out there, so
// the line is shown only where it plainly sets a key whose value may be seen.
func (l *layout) syntaxAt(offset int, msg string) *Problem {
	p := l.problemAt(offset, "", msg, "")
	if strings.HasPrefix(msg, "expected newline") {
		p.Hint = "text needs quotes, and a line has one key"
	}
	name, _, assigns := strings.Cut(p.before+p.after, "=")
	name = strings.TrimSpace(name)
	unread := l.text[min(l.end, offset):offset]
	inString := bytes.Contains(unread, []byte(`"""`)) || bytes.Contains(unread, []byte("'''"))
	known := assigns && l.public(join(l.table, []byte(name)))
	header := !assigns && strings.HasPrefix(name, "[")
	if inString || !known && !header {
		p.before, p.after = "", ""
	}
	return p
}

var (
	// credentials are the user and password in an address.
	credentials = regexp.MustCompile(`://.*@`)
	hidden      = regexp.MustCompile("\x00+")
	// tokens are Slack's and Matrix's, which may stand where no secret is
	// expected: Synapse's begin with syt_, those of Matrix's account service
	// with mat_, mct_ and the like.
	tokens = regexp.MustCompile(`\b(xox[a-z]-|xapp-|syt_|m[acp][tr]_)[\w-]+`)
)

// hush is a text without tokens.
func hush(text string) string { return tokens.ReplaceAllString(text, "$1…") }

// show is a piece of a line as people may see it.
func show(piece []byte) string {
	piece = hidden.ReplaceAll(piece, []byte("…"))
	piece = credentials.ReplaceAll(piece, []byte("://…@"))
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, hush(string(piece)))
}
