package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"attache/bot/config"
	"attache/feeds"
	"attache/feeds/discover"
)

type feedDiscoverCommand struct {
	URL  string `arg:"" help:"A page of the site: its home page, or better its list of news."`
	JSON bool   `help:"Print one JSON object a candidate."`
}

// Run prints what it finds, ready for the config. It takes some 15 seconds,
// because it asks a site once a second.
func (c *feedDiscoverCommand) Run(ctx context.Context, p *Program) error {
	address := c.URL
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	fetcher := feeds.NewFetcher(p.Transport(reachTyped(address)), fetching(config.Default()))
	report, err := discover.Discover(ctx, fetcher, address)
	if err != nil {
		return fmt.Errorf("%s: %s", c.URL, feeds.Sentence(err))
	}
	enc := json.NewEncoder(p.Out)
	enc.SetEscapeHTML(false)
	for i, candidate := range report.Candidates {
		if c.JSON {
			err = enc.Encode(candidate)
		} else {
			err = printCandidate(p.Out, i+1, candidate)
		}
		if err != nil {
			return err
		}
	}
	if !c.JSON {
		for _, note := range report.Notes {
			fmt.Fprintln(p.Out, "#", note)
		}
	}
	if len(report.Candidates) == 0 {
		return &exitError{found, fmt.Errorf("nothing to watch was found at %s, in %d requests", c.URL, report.Requests)}
	}
	return nil
}

// printCandidate writes a candidate as TOML. What is about it are comments, so
// that the whole can go into a file.
func printCandidate(out io.Writer, number int, c discover.Candidate) error {
	var b strings.Builder
	newest := "none with a date"
	if !c.Newest.IsZero() {
		newest = "the newest of " + when(c.Newest) + " UTC"
	}
	fmt.Fprintf(&b, "# %d. %d items, %s\n", number, c.Items, newest)
	for _, reason := range c.Reasons {
		fmt.Fprintf(&b, "#    - %s\n", reason)
	}
	for _, title := range c.Titles {
		fmt.Fprintf(&b, "#    > %s\n", title)
	}
	b.WriteString(configOf(feeds.Feed{Name: c.Name, URL: c.URL, Outlet: c.Outlet, Tier: feeds.Other, Kind: c.Kind, Page: c.Page}).TOML())
	if c.Page.Date != "" {
		b.WriteString("# zone = \"Europe/Paris\"    where the page's dates are from, if not UTC\n")
	}
	b.WriteByte('\n')
	_, err := io.WriteString(out, b.String())
	return err
}
