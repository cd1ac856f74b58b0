package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"time"

	"attache/bot"
	"attache/bot/config"
	"attache/feeds"
)

// edit changes the config file as change says, which is given what is there: the
// text of a file that has no mistake, or nothing if there is none yet. A change
// that would be a mistake leaves it as it is, and so does a nil one.
func (c configFlag) edit(change func(cfg config.Config, text []byte) ([]byte, error)) error {
	if c.Config == "" {
		return &exitError{wrong, errors.New("say which config file: -c FILE")}
	}
	was, err := os.ReadFile(c.Config)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &exitError{wrong, err}
	}
	cfg, err := read(c.Config, was)
	if err != nil {
		return err
	}
	text, err := change(cfg, was)
	if err != nil || text == nil {
		return err
	}
	if _, err := read(c.Config, text); err != nil {
		return &exitError{wrong, fmt.Errorf("left %s as it is; with this it would be wrong:\n%w", c.Config, err)}
	}
	if err := config.Replace(c.Config, was, text); err != nil {
		return fmt.Errorf("%s is as it was: %w", c.Config, err)
	}
	return nil
}

// read reads the text of a config; the files of its secrets stay closed, which
// may be another user's.
func read(name string, text []byte) (config.Config, error) {
	cfg, err := config.Parse(name, text, os.Getenv)
	problems, _ := errors.AsType[config.Problems](err)
	if problems = append(problems, further(cfg)...); problems != nil {
		return cfg, problems
	}
	return cfg, nil
}

// edited says what becomes of the starter feeds, and how a bot that is running
// takes an edit.
func (p *Program) edited(starterStaysOn bool) {
	if starterStaysOn {
		fmt.Fprintln(p.Err, "The starter feeds stay on: the file now says starter_feeds = true, because naming a feed would have switched them off.")
	}
	fmt.Fprintln(p.Err, "A bot that is running takes it at SIGHUP, or at its next start.")
}

type feedAddCommand struct {
	configFlag
	URL     string `arg:"" help:"The address, http or https."`
	Name    string `help:"What commands and logs call it. Made from the outlet if not given."`
	Outlet  string `help:"Who publishes it. If not given: the title of the feed."`
	Tier    string `help:"official, agency, press or other."`
	Lang    string `help:"A BCP 47 tag. If not given: what the feed says."`
	Region  string `help:"The part of the world it reports from."`
	Group   string `help:"The folder it is kept in, like World/Asia."`
	Zone    string `help:"The zone of dates that do not say theirs, like Europe/Paris or +03:00."`
	Every   string `placeholder:"15m" help:"Time between two polls."`
	Kind    string `help:"feed, page or sitemap."`
	Item    string `placeholder:"CSS" help:"Of a page: the elements that are an item each."`
	Link    string `placeholder:"CSS" help:"Of a page: the element with the href, in an item."`
	Title   string `placeholder:"CSS" help:"Of a page: the element with the title."`
	Date    string `placeholder:"CSS" help:"Of a page: the element with the date."`
	Layout  string `placeholder:"02/01/2006" help:"Of a page: how 2 January 2006 is written there."`
	Backlog bool   `help:"Alert on what the very first poll finds."`
	Offline bool   `help:"Do not ask for it first."`
}

// Run asks for the feed, adds it to the file and prints what it added.
func (c *feedAddCommand) Run(ctx context.Context, p *Program) error {
	var added config.Feed
	stayed := false
	err := c.edit(func(cfg config.Config, text []byte) ([]byte, error) {
		known := newRoster(feedsOf(cfg))
		if name, ok := known.has(c.URL); ok {
			return nil, fmt.Errorf("this address is that of %s already", name)
		}
		if known.names[c.Name] {
			return nil, fmt.Errorf("%s is the name of another feed already", c.Name)
		}
		f, err := c.feed(known)
		if err != nil {
			return nil, err
		}
		if !c.Offline {
			if err := c.ask(ctx, p, cfg, &f); err != nil {
				return nil, err
			}
		}
		f.Name = cmp.Or(f.Name, known.name("", f.Outlet, f.URL))
		added = f
		text, stayed = config.AddFeeds(text, []config.Feed{f})
		return text, nil
	})
	if err != nil {
		return err
	}
	p.edited(stayed)
	_, err = fmt.Fprint(p.Out, added.TOML())
	return err
}

// feed is the feed as the command line has it, which a config could have.
func (c *feedAddCommand) feed(known roster) (config.Feed, error) {
	f := config.Feed{
		Name: c.Name, URL: c.URL, Outlet: c.Outlet, Tier: cmp.Or(c.Tier, "other"), Lang: c.Lang, Region: c.Region, Group: c.Group,
		Zone: c.Zone, Kind: cmp.Or(c.Kind, "feed"), Backlog: c.Backlog,
		Page: config.Page{Item: c.Item, Link: c.Link, Title: c.Title, Date: c.Date, Layout: c.Layout},
	}
	if err := f.Every.UnmarshalText([]byte(c.Every)); err != nil {
		return f, &exitError{wrong, fmt.Errorf("every: %q is %w", c.Every, err)}
	}
	whole := f
	whole.Name = cmp.Or(f.Name, known.name("", f.Outlet, f.URL))
	if words := mistake(whole); words != "" {
		return f, &exitError{wrong, errors.New(words)}
	}
	return f, nil
}

// ask reads the feed once, and fills in what it says of itself.
func (c *feedAddCommand) ask(ctx context.Context, p *Program, cfg config.Config, f *config.Feed) error {
	fail := func(err error) error {
		host := "its server"
		if u, err := url.Parse(f.URL); err == nil {
			host = u.Hostname()
		}
		return fmt.Errorf("%s: %s; --offline adds it all the same", host, feeds.Sentence(err))
	}
	d, err := feeds.NewFetcher(p.Transport(reaching(cfg)), fetching(cfg)).Fetch(ctx, feedOf(*f), feeds.State{})
	if err != nil {
		return fail(err)
	}
	items, err := feeds.Parse(d, feedOf(*f))
	if err != nil {
		return fail(err)
	}
	title, lang := feeds.About(d)
	f.Outlet = cmp.Or(f.Outlet, cutBytes(title, 100))
	f.Lang = cmp.Or(f.Lang, lang)
	fmt.Fprintf(p.Err, "It has %s%s.\n", plural(len(items), "item"), latest(items))
	return nil
}

// latest says when the latest item was published, if any says so.
func latest(items []feeds.Item) string {
	var last time.Time
	for _, it := range items {
		if it.Published.After(last) {
			last = it.Published
		}
	}
	if last.IsZero() {
		return ""
	}
	return ", the latest of " + when(last)
}

// cutBytes cuts a text to what a config takes.
func cutBytes(text string, most int) string {
	for n := most; len(text) > most; n-- {
		text = bot.Cut(text, n)
	}
	return text
}

type feedRemoveCommand struct {
	configFlag
	Name string `arg:"" help:"Its name, as feed list has it."`
}

// Run cuts the feed out of the file.
func (c *feedRemoveCommand) Run(p *Program) error {
	stayedOff := false
	err := c.edit(func(cfg config.Config, text []byte) (_ []byte, err error) {
		named := func(f config.Feed) bool { return f.Name == c.Name }
		if !slices.ContainsFunc(cfg.Feeds, named) {
			if cfg.StarterFeeds && slices.ContainsFunc(config.Starter(), named) {
				return nil, fmt.Errorf("%s is a starter feed, and these come all or none: set starter_feeds = false in %s, and add those that you want; "+
					"attache feed export - | attache feed import - prints them all as [[feed]]", c.Name, c.Config)
			}
			return nil, fmt.Errorf("%s has no feed of the name %s", c.Config, c.Name)
		}
		if text, stayedOff, err = config.RemoveFeed(text, c.Name); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Config, err)
		}
		return text, nil
	})
	if err != nil {
		return err
	}
	if stayedOff {
		fmt.Fprintln(p.Err, "The starter feeds stay off: the file now says starter_feeds = false, because it was the last feed.")
	}
	p.edited(false)
	return nil
}

// plural is a number of things: "1 feed", "2 feeds".
func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
