package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"attache/bot/config"
	"attache/feeds/opml"
)

type feedImportCommand struct {
	configFlag
	OPML   string `arg:"" name:"opml" help:"A file, or - for standard input."`
	DryRun bool   `help:"Change nothing; print what would be added."`
}

// Run adds the feeds of an OPML document to the config file, or without one
// prints them as it would have them. Those that are there already are left out;
// those that cannot be taken are named, and make the exit status 1.
func (c *feedImportCommand) Run(p *Program) error {
	in := p.In
	if c.OPML != "-" {
		f, err := os.Open(c.OPML)
		if err != nil {
			return &exitError{wrong, err}
		}
		defer f.Close()
		in = f
	}
	list, err := opml.Read(in)
	if err != nil {
		return fmt.Errorf("%s: %w", c.OPML, err)
	}
	refused := list.Refused
	take := func(known roster) []config.Feed {
		fresh, twice, bad := fresh(list, known)
		refused = append(refused, bad...)
		for _, r := range refused {
			fmt.Fprintf(p.Err, "left out: %v\n", r)
		}
		fmt.Fprintf(p.Err, "%s new, %d known already, %d left out\n", plural(len(fresh), "feed"), twice, len(refused))
		return fresh
	}
	if c.Config == "" {
		err = show(p.Out, take(newRoster(nil)))
	} else {
		err = c.add(p, take)
	}
	if err == nil && len(refused) > 0 {
		return &exitError{status: found}
	}
	return err
}

// add adds what take makes of the feeds that there are.
func (c *feedImportCommand) add(p *Program, take func(roster) []config.Feed) error {
	added, stayed := false, false
	err := c.edit(func(cfg config.Config, text []byte) ([]byte, error) {
		list := take(newRoster(feedsOf(cfg)))
		switch {
		case c.DryRun:
			return nil, show(p.Out, list)
		case len(list) == 0:
			return nil, nil
		}
		added = true
		text, stayed = config.AddFeeds(text, list)
		return text, nil
	})
	if err == nil && added {
		p.edited(stayed)
	}
	return err
}

// fresh are the feeds of a list that are not known, each with a name of its own;
// how many are; and those that no config could have.
func fresh(list opml.List, known roster) (fresh []config.Feed, twice int, bad []opml.Refused) {
	for i, f := range list.Feeds {
		if _, ok := known.has(f.URL); ok {
			twice++
			continue
		}
		c := configOf(f)
		c.Name = known.name(f.Name, f.Outlet, f.URL)
		if words := mistake(c); words != "" {
			bad = append(bad, opml.Refused{Line: list.Lines[i], Name: f.Outlet, Reason: words})
			continue
		}
		known.add(c.Name, c.URL)
		fresh = append(fresh, c)
	}
	return fresh, twice, bad
}

// show prints feeds as a config has them.
func show(w io.Writer, list []config.Feed) error {
	for i, f := range list {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if _, err := io.WriteString(w, f.TOML()); err != nil {
			return err
		}
	}
	return nil
}

type feedExportCommand struct {
	configFlag
	OPML string `arg:"" name:"opml" help:"A file, or - for standard output."`
}

// Run writes all feeds of the config as OPML.
func (c *feedExportCommand) Run(p *Program) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	list, secret := feedsOf(cfg), 0
	for _, f := range list {
		if len(f.Header) > 0 || f.Proxy != "" {
			secret++
		}
	}
	var b bytes.Buffer
	err = opml.Write(&b, opml.List{Title: "Attaché", Feeds: list})
	if err == nil && c.OPML == "-" {
		_, err = p.Out.Write(b.Bytes())
	} else if err == nil {
		err = os.WriteFile(c.OPML, b.Bytes(), 0o644)
	}
	if err != nil {
		return fmt.Errorf("writing the feeds: %w", err)
	}
	if secret > 0 {
		fmt.Fprintf(p.Err, "The headers and proxies of %s are left out: they may be secrets.\n", plural(secret, "feed"))
	}
	return nil
}
