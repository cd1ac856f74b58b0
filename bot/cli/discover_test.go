package cli

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/pelletier/go-toml/v2"

	"attache/feeds"
	"attache/feeds/discover"
	"attache/feeds/feedstest"
)

// TestDiscover runs the command on a site that has nothing but a page, and
// reads what it prints as a config would.
func TestDiscover(t *testing.T) {
	body, err := os.ReadFile("../../feeds/testdata/page/arabic.html")
	if err != nil {
		t.Fatal(err)
	}
	body = bytes.Replace(body, []byte("<head>"), []byte("<head><meta property='og:site_name' content='The \"Ministry\" \\ \u202e\nx'>"), 1)
	run := func(t *testing.T, args ...string) (out, complaint string, status int) {
		web := feedstest.Start(t)
		web.Set("mfa.example/news", feedstest.Page{Body: string(body), Type: "text/html; charset=utf-8"})
		web.Set("mfa.example/empty", feedstest.Page{Body: "<html><p>Welcome", Type: "text/html"})
		transport := feeds.NewTransport(feeds.TransportOptions{})
		transport.DialContext = web.Dial
		defer transport.CloseIdleConnections()
		var stdout, stderr bytes.Buffer
		p := &Program{Out: &stdout, Err: &stderr, Transport: func(feeds.TransportOptions) http.RoundTripper { return transport }}
		status = p.Main(t.Context(), args)
		return stdout.String(), stderr.String(), status
	}
	synctest.Test(t, func(t *testing.T) {
		out, complaint, status := run(t, "feed", "discover", "http://mfa.example/news")
		if status != fine || complaint != "" {
			t.Fatal(status, complaint)
		}
		var conf struct {
			Feed []struct {
				Name, URL, Outlet, Kind string
				Page                    map[string]string
			}
		}
		if err := toml.Unmarshal([]byte(out), &conf); err != nil || len(conf.Feed) != 1 {
			t.Fatalf("%v\n%s", err, out)
		}
		f := conf.Feed[0]
		if f.Name != "mfa-example" || f.URL != "http://mfa.example/news" || f.Outlet != `The "Ministry" \ x` || f.Kind != "page" ||
			f.Page["item"] != "a.card-link" || f.Page["title"] != ".card-title" || f.Page["layout"] != "02/01/2006" || f.Page["date"] == "" {
			t.Errorf("it proposes %+v", f)
		}
		if !strings.Contains(out, "#    > الوزارة تستدعي السفير وتسلمه مذكرة احتجاج\n") {
			t.Errorf("no preview:\n%s", out)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		out, _, status := run(t, "feed", "discover", "--json", "http://mfa.example/news")
		var c discover.Candidate
		if err := json.Unmarshal([]byte(out), &c); err != nil || status != fine || c.Page.Item != "a.card-link" || c.Items != 4 {
			t.Error(status, err, out)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		out, complaint, status := run(t, "feed", "discover", "http://mfa.example/empty")
		if status != found || !strings.Contains(out, "# The page names no feed.\n") ||
			complaint != "attache: nothing to watch was found at http://mfa.example/empty, in 12 requests\n" {
			t.Error(status, complaint, out)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		out, complaint, status := run(t, "feed", "parse", "--json", "--kind", "page", "--item", "div.card", "--title", "h5", "http://mfa.example/news")
		var it feeds.Item
		if err := json.NewDecoder(strings.NewReader(out)).Decode(&it); err != nil || status != fine || it.URL != "http://mfa.example/ar/statements/5498" {
			t.Error(status, err, complaint, out)
		}
	})
}

func TestFeedParseFlags(t *testing.T) {
	for args, want := range map[string]string{
		"--item li":                       "--kind page and --item go together",
		"--kind page":                     "--kind page and --item go together",
		"--kind sitemap --date time":      "--link, --title, --date and --layout are for --kind page",
		"--kind page --item li --zone Oz": `--zone: "Oz" is not a zone: write a name like Europe/Paris`,
		"--kind opml":                     `--kind must be one of "feed","page","sitemap" but got "opml"`,
	} {
		var stderr bytes.Buffer
		p := &Program{Out: &stderr, Err: &stderr}
		status := p.Main(t.Context(), append([]string{"feed", "parse", "-"}, strings.Fields(args)...))
		if status != wrong || !strings.Contains(stderr.String(), want) {
			t.Errorf("%s: %d, %s", args, status, stderr.String())
		}
	}
}
