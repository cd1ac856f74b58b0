package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"attache/bot/config"
	"attache/bot/slack"
	"attache/feeds"
)

type checkCommand struct {
	configFlag
	Offline bool `help:"Ask no feed, and neither Slack nor Matrix."`
}

// Run names every problem it finds, and not only the first.
func (c *checkCommand) Run(ctx context.Context, p *Program) error {
	bad := 0
	report := func(what string, err error, good string) {
		if err != nil {
			bad++
			fmt.Fprintf(p.Out, "BAD  %s: %v\n", what, err)
			return
		}
		fmt.Fprintf(p.Out, "ok   %s: %s\n", what, good)
	}
	cfg, err := c.load()
	if err != nil {
		fmt.Fprintf(p.Out, "BAD  config\n%v\n", err)
		return &exitError{status: found}
	}
	report("config", nil, fmt.Sprintf("%d feeds, %d subscriptions", len(feedsOf(cfg)), len(cfg.Subscriptions)))
	good, err := checkDatabase(ctx, cfg.Storage.Path)
	report("database", err, good)
	if !c.Offline && cfg.Slack.On() {
		for _, f := range checkSlack(ctx, cfg) {
			report("slack, "+f.What, f.Err, f.Good)
		}
	}
	if !c.Offline && cfg.Matrix.On() {
		for _, f := range checkMatrix(ctx, cfg) {
			report("matrix, "+f.What, f.Err, f.Good)
		}
	}
	if !c.Offline {
		list := feedsOf(cfg)
		for i, r := range readAll(ctx, p, cfg, list) {
			if r.err != nil {
				r.err = errors.New(feeds.Sentence(r.err))
			}
			report("feed "+list[i].Name, r.err, fmt.Sprintf("%d items", r.items))
		}
	}
	if bad > 0 {
		return &exitError{found, fmt.Errorf("%d problems", bad)}
	}
	return nil
}

// checkDatabase opens the database if there is one. It makes none.
func checkDatabase(ctx context.Context, path string) (good string, err error) {
	db, err := openExisting(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		return path + " is not there yet; run makes it", nil
	}
	if err != nil {
		return "", err
	}
	return path, db.Close()
}

// checkSlack asks Slack whether it would have us. Workspaces that installed the
// app are in the database, if there is one.
func checkSlack(ctx context.Context, cfg config.Config) []slack.Finding {
	o := slackOptions(cfg.Slack)
	if db, err := openExisting(ctx, cfg.Storage.Path); err == nil { // else it was told already
		defer db.Close()
		o.Store = db
	}
	return slack.Check(ctx, o)
}

// reading is what came of asking a feed once.
type reading struct {
	items int
	err   error
}

// readAll asks every feed once, a few at a time.
func readAll(ctx context.Context, p *Program, cfg config.Config, list []feeds.Feed) []reading {
	fetcher := feeds.NewFetcher(p.Transport(reaching(cfg)), fetching(cfg))
	out := make([]reading, len(list))
	places := make(chan struct{}, cfg.Poll.Workers)
	var wg sync.WaitGroup
	for i, f := range list {
		wg.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			d, err := fetcher.Fetch(ctx, f, feeds.State{})
			if err == nil {
				var items []feeds.Item
				items, err = feeds.Parse(d, f)
				out[i].items = len(items)
			}
			out[i].err = err
		})
	}
	wg.Wait()
	return out
}
