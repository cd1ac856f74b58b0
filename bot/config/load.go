package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// PasswordEnv is the environment variable that web.password may come from.
const PasswordEnv = "ATTACHE_WEB_PASSWORD"

// Load reads the config file, the secret files it names, and the environment.
// With an empty path there is no file: that is Default with what the
// environment says. The error is Problems, all there are, unless the file
// itself cannot be read.
func Load(path string) (Config, error) {
	var text []byte
	if path != "" {
		var err error
		if text, err = os.ReadFile(path); err != nil {
			return Config{}, fmt.Errorf("config: %w", err)
		}
	}
	c, problems := parse(path, text, os.Getenv, (*Config).readSecrets)
	return c, problems.error()
}

// Parse reads the text of a config file. The name is for errors, lookup for
// the environment (os.Getenv); it opens no file, so that secrets in files stay
// unread. The error is Problems.
func Parse(name string, text []byte, lookup func(env string) string) (Config, error) {
	c, problems := parse(name, text, lookup, func(*Config) Problems { return nil })
	return c, problems.error()
}

// Problem is what another room finds wrong with a key of this config, such as
// the syntax of a rule: at its line, with err's words. Keys are paths like
// "subscription[1].rule", counted from 0.
func (c Config) Problem(key string, err error) *Problem {
	p := c.layout.problem(key, err.Error(), "")
	p.err = err
	return p
}

func parse(name string, text []byte, lookup func(env string) string, readSecrets func(*Config) Problems) (Config, Problems) {
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // Windows editors put it there
	c := Default()
	c.layout = lay(name, text)
	problems, whole := c.decode(text)
	if !whole {
		return c, problems
	}
	c.complete(lookup)
	problems = append(problems, readSecrets(&c)...)
	bad := map[string]bool{}
	for _, p := range problems {
		bad[p.Key] = true
	}
	for _, p := range c.check() {
		if !bad[p.Key] { // what could not be read is not also missing or out of range
			problems = append(problems, p)
		}
	}
	return c, problems
}

// maxMisfits is after how many values that do not fit we stop looking for more:
// each costs a reading of the whole file.
const maxMisfits = 100

// decode fills c from text and returns what does not fit. It is not whole if
// the rest is not worth checking.
func (c *Config) decode(text []byte) (problems Problems, whole bool) {
	if c.layout.heads != nil {
		return c.layout.heads, false
	}
	text = bytes.Clone(text)
	problems = c.layout.bareDurations(text)
	for range maxMisfits {
		fresh := Default()
		err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&fresh)
		fresh.layout = c.layout
		*c = fresh
		if err == nil {
			return problems, true
		}
		if missing, ok := errors.AsType[*toml.StrictMissingError](err); ok {
			for _, e := range missing.Errors {
				problems = append(problems, c.layout.unknown(offset(text, &e)))
			}
			return problems, true
		}
		misfit, ok := c.layout.misfit(text, err)
		problems = append(problems, misfit)
		if !ok {
			break
		}
	}
	return problems, false
}

// bareDurations takes out of text the durations without quotes. go-toml gives
// UnmarshalText a value of any kind, and of those loses the place of the error.
func (l *layout) bareDurations(text []byte) (problems Problems) {
	for _, p := range l.pairs {
		quote := text[p.value]
		if l.known[general(p.path)].duration && quote != '"' && quote != '\'' {
			_, top, _ := l.around(p.start)
			problems = append(problems, l.unfit(p, p.value, nil))
			blank(text[top.start:top.end])
		}
	}
	return problems
}

// misfit is the value go-toml stopped at. It is taken out of text, so that the
// rest can be read; not ok if there is nothing that could be taken out.
func (l *layout) misfit(text []byte, err error) (p *Problem, ok bool) {
	e, ok := errors.AsType[*toml.DecodeError](err)
	if !ok {
		return l.problem("", err.Error(), ""), false
	}
	at := l.place(text, e)
	inner, top, ok := l.around(at)
	if !ok {
		return l.syntaxAt(at, strings.TrimPrefix(e.Error(), "toml: ")), false
	}
	blank(text[top.start:top.end])
	return l.unfit(inner, at, e), true
}

// place is where an error is. Of an array in a list go-toml tells the key alone.
func (l *layout) place(text []byte, e *toml.DecodeError) int {
	at, key := offset(text, e), strings.ToLower(strings.Join(e.Key(), "."))
	if inner, _, ok := l.around(at); ok && strings.HasPrefix(index.ReplaceAllString(inner.path, ""), key) {
		return at
	}
	for _, p := range l.pairs {
		if p.path == key {
			return p.value
		}
	}
	return at
}

// offset is where an error says it is.
func offset(text []byte, e *toml.DecodeError) int {
	line, column := e.Position()
	start := 0
	for range line - 1 {
		start += bytes.IndexByte(text[start:], '\n') + 1
	}
	return min(start+column-1, len(text))
}

// blank overwrites all but the line ends, which the positions of what follows
// hang on.
func blank(text []byte) {
	for i, b := range text {
		if b != '\n' {
			text[i] = ' '
		}
	}
}

// unknown is a key or a table that no config has.
func (l *layout) unknown(offset int) *Problem {
	path := ""
	if p, _, ok := l.around(offset); ok {
		path = p.path
	} else {
		for table, at := range l.at {
			if at == offset {
				path = table
			}
		}
	}
	hint := ""
	if near := nearest(l.known, path); near != "" {
		hint = "did you mean " + near + "?"
	}
	return l.problemAt(offset, path, "there is no such key", hint)
}

// unfit is a value that is not what its key wants, or a key that stands there
// a second time.
func (l *layout) unfit(p pair, offset int, e *toml.DecodeError) *Problem {
	if offset < p.value { // at the key
		return l.problemAt(p.start, p.path, strings.TrimPrefix(e.Error(), "toml: "), "")
	}
	value := "this"
	if raw := show(l.text[p.value:p.end]); l.public(p.path) && len(raw) <= 60 {
		value = raw
	}
	f, _ := find(l.known, p.path)
	msg, hint, _ := strings.Cut(f.wants, ": ")
	return l.problemAt(p.value, p.path, value+" is not "+msg, hint)
}

// complete fills in what depends on more than one key.
func (c *Config) complete(lookup func(string) string) {
	if _, said := c.layout.at["starter_feeds"]; !said {
		c.StarterFeeds = len(c.Feeds) == 0
	}
	for i := range c.Feeds {
		c.Feeds[i].complete()
	}
	for _, s := range c.sources() {
		if text := lookup(s.env); text != "" && !given(*s.secret, s.file) {
			*s.secret = Secret{text, s.env}
		}
	}
}

// error sorts the problems by place. It returns nil where there is none.
func (ps Problems) error() error {
	if len(ps) == 0 {
		return nil
	}
	slices.SortStableFunc(ps, func(a, b *Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return ps
}
