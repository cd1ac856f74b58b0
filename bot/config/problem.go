package config

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Problem is one thing wrong with a config.
type Problem struct {
	File   string // as it was given; "" where there is no file
	Line   int    // from 1; 0 where the file has no place for it
	Column int    // in characters, from 1
	Key    string // "poll.every", "feed[1].url" (counted from 0); "" for the file as a whole
	Msg    string // what is wrong
	Hint   string // what to do about it; may be ""

	before, after string // the source line around the caret, secrets hidden
	err           error
}

// Error tells the place and the problem, and under them the source line with
// a caret:
//
//	config.toml:12:9: poll.every: "5 mins" is not a duration: write 5m, 1h30m or 2d
//	every = "5 mins"
//	        ^
func (p *Problem) Error() string {
	var parts []string
	switch {
	case p.Line > 0:
		parts = append(parts, fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column))
	case p.File != "":
		parts = append(parts, p.File)
	}
	for _, part := range []string{p.Key, p.Msg, p.Hint} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	text := strings.Join(parts, ": ")
	if p.before+p.after == "" {
		return text
	}
	return text + "\n" + p.before + p.after + "\n" + strings.Repeat(" ", uniseg.StringWidth(p.before)) + "^"
}

// Unwrap returns the error that Config.Problem was given.
func (p *Problem) Unwrap() error { return p.err }

// At moves the caret into the value, to its byte at offset. A value that is not
// written as it reads (escapes, several lines) keeps the caret at its start.
func (p *Problem) At(offset int) *Problem {
	plain := p.after
	switch {
	case strings.HasPrefix(plain, `"`):
		plain = plain[:1+strings.IndexAny(plain[1:]+`"`, `"\`)]
	case strings.HasPrefix(plain, "'"):
		plain = plain[:1+strings.IndexByte(plain[1:]+"'", '\'')]
	default:
		return p
	}
	if split := 1 + offset; offset >= 0 && split <= len(plain) {
		p.Column += utf8.RuneCountInString(plain[:split])
		p.before, p.after = p.before+plain[:split], p.after[split:]
	}
	return p
}

// Problems is everything wrong with a config, in the order of the file.
type Problems []*Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns each problem.
func (ps Problems) Unwrap() []error {
	errs := make([]error, len(ps))
	for i, p := range ps {
		errs[i] = p
	}
	return errs
}
