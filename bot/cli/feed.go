package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"attache/bot/config"
	"attache/feeds"
)

type feedCommand struct {
	List     feedListCommand     `cmd:"" help:"Show the feeds and how they are doing."`
	Add      feedAddCommand      `cmd:"" help:"Add a feed to the config file; it is read first. Headers and a proxy are secrets: write them into the file."`
	Remove   feedRemoveCommand   `cmd:"" help:"Take a feed out of the config file."`
	Import   feedImportCommand   `cmd:"" help:"Add the feeds of an OPML file to the config file; without -c, print them."`
	Export   feedExportCommand   `cmd:"" help:"Write the feeds as OPML."`
	Parse    feedParseCommand    `cmd:"" help:"Print the items of a feed, a page or a sitemap as we read them."`
	Discover feedDiscoverCommand `cmd:"" help:"Find the feeds of a site, or propose how to read its page; print them for the config."`
}

type feedParseCommand struct {
	Source      string `arg:"" name:"file-or-url" help:"A file, or an http(s) address."`
	Base        string `placeholder:"URL" help:"The address a file came from; relative links resolve against it."`
	ContentType string `placeholder:"TYPE" help:"The Content-Type a file came with."`
	JSON        bool   `help:"Print one JSON object an item."`

	Kind   feeds.Kind `enum:"feed,page,sitemap" default:"feed" help:"What it is: feed, page or sitemap."`
	Item   string     `placeholder:"CSS" help:"Of a page: the selector of an item."`
	Link   string     `placeholder:"CSS" help:"In an item: the link; else its first."`
	Title  string     `placeholder:"CSS" help:"In an item: the title; else the link's text."`
	Date   string     `placeholder:"CSS" help:"In an item: the date."`
	Layout string     `placeholder:"LAYOUT" help:"Of the date, as Go writes them: 02/01/2006."`
	Zone   string     `placeholder:"ZONE" help:"Of dates that do not say: Europe/Paris."`
}

func (c *feedParseCommand) Run(ctx context.Context, p *Program) error {
	feed, err := c.feed()
	if err != nil {
		return &exitError{wrong, err}
	}
	d, err := c.document(ctx, p)
	if err != nil {
		return err
	}
	items, err := feeds.Parse(d, feed)
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

// feed is the source that the flags describe.
func (c *feedParseCommand) feed() (feeds.Feed, error) {
	f := feeds.Feed{Kind: c.Kind, Page: feeds.Selectors{Item: c.Item, Link: c.Link, Title: c.Title, Date: c.Date, Layout: c.Layout}}
	if (f.Kind == feeds.Page) != (c.Item != "") {
		return f, errors.New("--kind page and --item go together")
	}
	if f.Kind != feeds.Page && f.Page != (feeds.Selectors{}) {
		return f, errors.New("--link, --title, --date and --layout are for --kind page")
	}
	if c.Zone == "" {
		return f, nil
	}
	zone, err := config.Zone(c.Zone)
	if err != nil {
		return f, fmt.Errorf("--zone: %q is not a zone: write a name like Europe/Paris, or +03:00", c.Zone)
	}
	f.Zone = zone
	return f, nil
}

// document reads the file, or fetches the address.
func (c *feedParseCommand) document(ctx context.Context, p *Program) (feeds.Document, error) {
	if strings.HasPrefix(c.Source, "http://") || strings.HasPrefix(c.Source, "https://") {
		fetcher := feeds.NewFetcher(p.Transport(reachTyped(c.Source)), fetching(config.Default()))
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

// reachTyped is what may be reached for an address that somebody has typed: what
// they named, were it on their own machine or at a port of its own. Where it
// redirects to must be public.
func reachTyped(address string) (o feeds.TransportOptions) {
	u, err := url.Parse(address)
	if err != nil {
		return o
	}
	if port, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		o.Ports = []uint16{uint16(port)}
	}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
		addr = addr.Unmap()
		o.Allow = []netip.Prefix{netip.PrefixFrom(addr, addr.BitLen())}
	}
	if strings.EqualFold(u.Hostname(), "localhost") {
		o.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::1/128")}
	}
	return o
}

func when(t time.Time) string {
	if t.IsZero() {
		return "(no date)       "
	}
	return t.UTC().Format("2006-01-02 15:04")
}
