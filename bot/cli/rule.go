package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"attache/bot/rule"
)

type ruleCommand struct {
	Test ruleTestCommand `cmd:"" help:"Does a text match a rule, and by which words? Exit 0 if it does, 1 if not, 2 if that is not a rule."`
}

type ruleTestCommand struct {
	Rule string `arg:"" help:"The rule, quoted for your shell."`
	File string `arg:"" optional:"" default:"-" help:"The text; its first line is the title. - is standard input."`
	JSON bool   `help:"Print one JSON object."`
}

// tested is what rule test --json prints.
type tested struct {
	Match bool        `json:"match"`
	Rule  string      `json:"rule"`
	Terms []rule.Term `json:"terms"`
}

func (c *ruleTestCommand) Run(p *Program) error {
	r, err := rule.Parse(c.Rule)
	if syntax, ok := errors.AsType[*rule.SyntaxError](err); ok {
		return &exitError{wrong, fmt.Errorf("%w\n%s", err, syntax.Caret())}
	} else if err != nil {
		return err
	}
	text, err := c.read(p)
	if err != nil {
		return &exitError{wrong, err}
	}
	title, body, _ := strings.Cut(text, "\n")
	title = strings.TrimSuffix(title, "\r")
	terms := r.Explain(rule.NewDoc(title, "", body))
	t := tested{Match: terms != nil, Rule: r.String(), Terms: append([]rule.Term{}, terms...)}
	if c.JSON {
		err = json.NewEncoder(p.Out).Encode(t)
	} else {
		err = t.print(p.Out, r.Notes(), map[rule.Field]string{rule.Title: title, rule.Body: body})
	}
	if err == nil && !t.Match {
		return &exitError{status: found}
	}
	return err
}

func (c *ruleTestCommand) read(p *Program) (string, error) {
	var text []byte
	var err error
	if c.File == "-" {
		text, err = io.ReadAll(p.In)
	} else {
		text, err = os.ReadFile(c.File)
	}
	return string(bytes.TrimPrefix(text, []byte("\ufeff"))), err
}

// print shows the result to people: each matched word in its surroundings.
func (t tested) print(out io.Writer, notes []string, fields map[rule.Field]string) error {
	var b strings.Builder
	verdict := "no match"
	if t.Match {
		verdict = "match"
	}
	fmt.Fprintf(&b, "%s: %s\n", verdict, t.Rule)
	for _, n := range notes {
		fmt.Fprintf(&b, "  %s\n", n)
	}
	for i, term := range t.Terms {
		if i == shownTerms {
			fmt.Fprintf(&b, "  and %d more\n", len(t.Terms)-i)
			break
		}
		fmt.Fprintf(&b, "  %-8s %s: %s\n", term.Field, term.Term, around(fields[term.Field], term.Start, term.End))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// shownTerms is how many places people are shown.
const shownTerms = 20

// around quotes a stretch of a text with up to four words on either side.
func around(text string, start, end int) string {
	const words, reach = 4, 100
	before := strings.Fields(strings.ToValidUTF8(text[max(0, start-reach):start], ""))
	after := strings.Fields(strings.ToValidUTF8(text[end:min(len(text), end+reach)], ""))
	before, after = before[max(0, len(before)-words):], after[:min(len(after), words)]
	return strings.Join(append(before, "["+text[start:end]+"]"), " ") + " " + strings.Join(after, " ")
}
