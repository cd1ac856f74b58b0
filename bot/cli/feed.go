package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"attache/bot/config"
	"attache/feeds"
)

type feedCommand struct {
	Parse feedParseCommand `cmd:"" help:"Print the items of a feed as we read them."`
}

type feedParseCommand struct {
	Source      string `arg:"" name:"file-or-url" help:"A file, or an http(s) address."`
	Base        string `placeholder:"URL" help:"The address a file came from; relative links resolve against it."`
	ContentType string `placeholder:"TYPE" help:"The Content-Type a file came with."`
	JSON        bool   `help:"Print one JSON object an item."`
}

func (c *feedParseCommand) Run(ctx context.Context, p *Program) error {
	d, err := c.document(ctx, p)
	if err != nil {
		return err
	}
	items, err := feeds.Parse(d, feeds.Feed{})
	if err != nil {
		return fmt.Errorf("%s: %s", c.Source, feeds.Sentence(err))
	}
	now := time.Now().UTC().Truncate(time.Second)
	enc := json.NewEncoder(p.Out)
	enc.SetEscapeHTML(false)
	for _, it := range items {
		it.Seen = now
		if c.JSON {
			err = enc.Encode(it)
		} else {
			_, err = fmt.Fprintf(p.Out, "%s  %s\n    %s\n", when(it.Published), it.Title, it.URL)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// document reads the file, or fetches the address.
func (c *feedParseCommand) document(ctx context.Context, p *Program) (feeds.Document, error) {
	if strings.HasPrefix(c.Source, "http://") || strings.HasPrefix(c.Source, "https://") {
		fetcher := feeds.NewFetcher(p.Transport, fetching(config.Default()))
		d, err := fetcher.Fetch(ctx, feeds.Feed{URL: c.Source}, feeds.State{})
		if err != nil {
			err = fmt.Errorf("%s: %s", c.Source, feeds.Sentence(err))
		}
		return d, err
	}
	body, err := os.ReadFile(c.Source)
	if err != nil {
		return feeds.Document{}, &exitError{wrong, err}
	}
	return feeds.Document{Body: body, URL: c.Base, ContentType: c.ContentType}, nil
}

func when(t time.Time) string {
	if t.IsZero() {
		return "(no date)       "
	}
	return t.UTC().Format("2006-01-02 15:04")
}
