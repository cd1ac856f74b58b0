package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"attache/bot"
	"attache/bot/config"
	"attache/bot/rule"
	"attache/feeds"
	"attache/storage"
)

type replayCommand struct {
	Items string `arg:"" help:"The archive: an item a line, as feed parse --json prints them. - is standard input."`
	Rules string `placeholder:"FILE" help:"Rules, one a line; # begins a comment, name: before the rule names it."`
	JSON  bool   `help:"Print one JSON object an item, and one at the end."`
}

// Run replays into a database that is thrown away.
func (c *replayCommand) Run(ctx context.Context, p *Program) error {
	var rules []bot.Subscription
	if c.Rules != "" {
		text, err := os.ReadFile(c.Rules)
		if err != nil {
			return &exitError{wrong, err}
		}
		if rules, err = readRules(c.Rules, string(text)); err != nil {
			return &exitError{wrong, err}
		}
	}
	in := p.In
	if c.Items != "-" {
		f, err := os.Open(c.Items)
		if err != nil {
			return &exitError{wrong, err}
		}
		defer f.Close()
		in = f
	}
	items, err := bot.ReadArchive(c.Items, in)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "attache-replay-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	db, err := storage.Open(ctx, filepath.Join(dir, "replay.db"), storage.Options{Volatile: true})
	if err != nil {
		return err
	}
	defer db.Close()
	b, err := bot.Open(ctx, bot.Options{Store: db, Log: p.logger(config.Default(), slog.LevelWarn)})
	if err != nil {
		return err
	}
	if err := b.Configure(ctx, nil, rules); err != nil {
		return err
	}
	return c.print(ctx, p, b, items)
}

func (c *replayCommand) print(ctx context.Context, p *Program, b *bot.Bot, items []feeds.Item) error {
	out := bufio.NewWriter(p.Out)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	sum, err := b.Replay(ctx, items, func(r bot.Replayed) error {
		if c.JSON {
			return enc.Encode(r)
		}
		mark := " "
		if r.First {
			mark = "+"
		}
		_, err := fmt.Fprintf(out, "%s %5d  %s", mark, r.Story, r.Title)
		if len(r.Rules) > 0 {
			fmt.Fprintf(out, "  [%s]", strings.Join(r.Rules, ", "))
		}
		fmt.Fprintln(out)
		return err
	})
	if err != nil {
		return errors.Join(err, out.Flush())
	}
	if c.JSON {
		err = enc.Encode(struct {
			Done bot.Totals `json:"done"`
		}{sum})
	} else {
		fmt.Fprintf(out, "%d items, %d stories (+ opened one), %d matches in %.1f s\n", sum.Items, sum.Stories, sum.Matches, sum.Seconds)
	}
	return errors.Join(err, out.Flush())
}

// named is a rule line's `name: ` prefix. A field (`title:x`) has no space
// after its colon.
var named = regexp.MustCompile(`^([\pL\pN_.-]+):\s+(.+)$`)

// readRules reads a file of rules. A rule without a name goes by its line's
// number. Errors show the line and a caret.
func readRules(file, text string) ([]bot.Subscription, error) {
	var subs []bot.Subscription
	seen := map[string]int{}
	n := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		s := bot.Subscription{Channel: "replay:", Name: strconv.Itoa(n), Rule: line}
		if m := named.FindStringSubmatch(line); m != nil {
			s.Name, s.Rule = m[1], m[2]
		}
		if seen[s.Name] > 0 {
			return nil, fmt.Errorf("%s:%d: %q is the name of line %d, too", file, n, s.Name, seen[s.Name])
		}
		seen[s.Name] = n
		_, err := rule.Parse(s.Rule)
		if syntax, ok := errors.AsType[*rule.SyntaxError](err); ok {
			return nil, fmt.Errorf("%s:%d: %w\n%s", file, n, err, syntax.Caret())
		} else if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		subs = append(subs, s)
	}
	return subs, nil
}
