package cli

import (
	"net/http"
	"time"

	"attache/bot/config"
	"attache/feeds"
)

// feedsOf returns the feeds of a config, the starter set included.
func feedsOf(cfg config.Config) []feeds.Feed {
	list := cfg.Feeds
	if cfg.StarterFeeds {
		list = append(config.Starter(), list...)
	}
	var out []feeds.Feed
	for _, f := range list {
		out = append(out, feedOf(f))
	}
	return out
}

// feedOf is a feed of a config that has been checked.
func feedOf(f config.Feed) feeds.Feed {
	zone, _ := config.Zone(f.Zone)
	var header http.Header
	for name, value := range f.Headers {
		if header == nil {
			header = http.Header{}
		}
		header.Set(name, value.Reveal())
	}
	return feeds.Feed{
		Name: f.Name, URL: f.URL, Outlet: f.Outlet, Tier: feeds.Tier(f.Tier), Lang: f.Lang,
		Region: f.Region, Group: f.Group, Every: f.Every.Duration,
		Kind: feeds.Kind(f.Kind), Page: feeds.Selectors(f.Page), Zone: zone,
		Agent: f.UserAgent, Header: header, Proxy: f.Proxy.Reveal(), HTTP1: f.HTTP1, Backlog: f.Backlog,
	}
}

// configOf is a feed as a config has it, its secrets left out.
func configOf(f feeds.Feed) config.Feed {
	zone := ""
	if f.Zone != nil && f.Zone != time.UTC {
		zone = f.Zone.String()
	}
	return config.Feed{
		Name: f.Name, URL: f.URL, Outlet: f.Outlet, Tier: string(f.Tier), Lang: f.Lang,
		Region: f.Region, Group: f.Group, Every: config.Duration{Duration: f.Every},
		Kind: string(f.Kind), Page: config.Page(f.Page), Zone: zone,
		UserAgent: f.Agent, HTTP1: f.HTTP1, Backlog: f.Backlog,
	}
}
