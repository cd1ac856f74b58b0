package demo

import (
	"encoding/json"
	"fmt"
)

// jsonFeed and jsonItem are the fields of JSON Feed 1.1 that we fill.
type jsonFeed struct {
	Version     string     `json:"version"`
	Title       string     `json:"title"`
	HomePage    string     `json:"home_page_url"`
	Description string     `json:"description"`
	Language    string     `json:"language"`
	Items       []jsonItem `json:"items"`
}

type jsonItem struct {
	ID        string       `json:"id"`
	URL       string       `json:"url"`
	Title     string       `json:"title"`
	Summary   string       `json:"summary"`
	HTML      string       `json:"content_html"`
	Published string       `json:"date_published"`
	Authors   []jsonAuthor `json:"authors,omitempty"`
	Tags      []string     `json:"tags,omitempty"`
}

type jsonAuthor struct {
	Name string `json:"name"`
}

func (d document) writeJSON() ([]byte, error) {
	feed := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: d.Outlet.Title, HomePage: d.Site,
		Description: d.Banner, Language: d.Lang, Items: []jsonItem{},
	}
	for _, l := range d.Items {
		item := jsonItem{
			ID: l.GUID, URL: l.Link, Title: l.Title, Summary: l.Summary, HTML: l.HTML(),
			Published: l.Published.Format(rfc3339Milli), Tags: l.Tags,
		}
		if item.HTML == "" {
			item.HTML = "<p>" + l.Summary + "</p>"
		}
		if l.Author != "" {
			item.Authors = []jsonAuthor{{l.Author}}
		}
		feed.Items = append(feed.Items, item)
	}
	doc, err := json.MarshalIndent(feed, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("demo: writing %s: %w", d.Name, err)
	}
	return doc, nil
}
