package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"

	"attache/bot/config"
	"attache/feeds"
	"attache/feeds/feedstest"
	"attache/storage"
)

// desk is a directory with a config, and a web to fetch from.
type desk struct {
	t         *testing.T
	web       http.RoundTripper
	config    string
	out, errs string // of the last command
}

func newDesk(t *testing.T, text string) *desk {
	t.Helper()
	d := &desk{t: t, config: filepath.Join(t.TempDir(), "config.toml")}
	if text != "" {
		d.write(text)
	}
	return d
}

func (d *desk) write(text string) {
	if err := os.WriteFile(d.config, []byte(text), 0o640); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) text() string {
	text, err := os.ReadFile(d.config)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

// run runs `attache feed ARGS`; CONFIG among them is the config.
func (d *desk) run(in string, args ...string) (status int) {
	for i, a := range args {
		if a == "CONFIG" {
			args[i] = d.config
		}
	}
	var out, errs bytes.Buffer
	p := Program{In: strings.NewReader(in), Out: &out, Err: &errs, Transport: func(feeds.TransportOptions) http.RoundTripper { return d.web }}
	status = p.Main(d.t.Context(), append([]string{"feed"}, args...))
	d.out, d.errs = out.String(), errs.String()
	return status
}

func (d *desk) want(status int, words string, args ...string) {
	d.t.Helper()
	if got := d.run("", args...); got != status || !strings.Contains(d.out+d.errs, words) {
		d.t.Errorf("%v: status %d, want %d; want %q in:\n%s%s", args, got, status, words, d.out, d.errs)
	}
}

const rss = `<rss><channel><title>Foreign Ministry of Ruritania &amp; Strelsau</title><language>fr</language>
<item><title>Talks</title><link>https://mfa.example/1</link><pubDate>Mon, 12 Oct 2026 09:00:00 GMT</pubDate></item></channel></rss>`

// A feed is read before it is added, says itself what it is called, and can be
// taken out again without a trace.
func TestFeedAddRemove(t *testing.T) {
	web := feedstest.Start(t)
	web.Set("mfa.example/rss", feedstest.Page{Body: rss})
	web.Set("html.example/rss", feedstest.Page{Body: "<html></html>"})
	const mine = "# mine\nstarter_feeds = false # for now\n\n[poll]\nworkers = 4\n\n[[feed]]\nname = 'a'\nurl = 'https://a.example/rss'\n"
	d := newDesk(t, mine)
	transport := feeds.NewTransport(feeds.TransportOptions{})
	transport.DialContext = web.Dial
	defer transport.CloseIdleConnections()
	d.web = transport

	d.want(1, "that of a already", "add", "http://www.a.example/rss/?utm_source=x", "-c", "CONFIG")
	d.want(1, "the name of another feed", "add", "http://mfa.example/rss", "--name", "a", "-c", "CONFIG")
	d.want(1, "html.example: it is HTML, not a feed", "add", "http://html.example/rss", "-c", "CONFIG")
	d.want(2, "tier: ", "add", "http://mfa.example/rss", "--tier", "wire", "-c", "CONFIG")
	d.want(2, "page.item: ", "add", "http://mfa.example/rss", "--kind", "page", "-c", "CONFIG")
	d.want(2, "a user name or a password", "add", "http://desk:hunter2@mfa.example/rss", "-c", "CONFIG")
	if strings.Contains(d.out+d.errs, "hunter2") {
		t.Error("the password is shown:", d.errs)
	}
	d.want(2, "-c FILE", "add", "http://mfa.example/rss")
	if d.text() != mine {
		t.Fatalf("a refusal changed the file:\n%s", d.text())
	}

	d.want(0, "It has 1 item, the latest of 2026-10-12 09:00", "add", "http://mfa.example/rss", "--tier", "official", "-c", "CONFIG")
	want := "\n[[feed]]\nname = \"foreign-ministry-of\"\nurl = \"http://mfa.example/rss\"\noutlet = \"Foreign Ministry of Ruritania & Strelsau\"\ntier = \"official\"\nlang = \"fr\"\n"
	if d.text() != mine+want || d.out != want[1:] {
		t.Errorf("printed:\n%s\nthe file:\n%s", d.out, d.text())
	}
	d.want(0, "SIGHUP", "remove", "foreign-ministry-of", "-c", "CONFIG")
	if d.text() != mine {
		t.Errorf("after taking it out:\n%s", d.text())
	}
	d.want(1, "no feed of the name foreign", "remove", "foreign-ministry-of", "-c", "CONFIG")

	d.write("[poll]\nworkers = 'four'\n")
	d.want(2, "workers", "add", "http://mfa.example/rss", "--offline", "-c", "CONFIG")
	d.write("feed = [{name = 'a', url = 'https://a.example/rss'}]\n")
	d.want(2, "left "+d.config, "add", "http://mfa.example/rss", "--offline", "-c", "CONFIG")
}

// Whoever adds a first feed keeps the starter feeds, and whoever takes out the
// last does not get them.
func TestFeedStarter(t *testing.T) {
	d := newDesk(t, "")
	d.want(1, "that of un-news already", "add", "https://news.un.org/feed/subscribe/en/news/all/rss.xml", "--offline", "-c", "CONFIG")
	d.want(0, "The starter feeds stay on", "add", "https://外務省.example/rss", "--outlet", "外務省", "--offline", "-c", "CONFIG")
	if !strings.HasPrefix(d.text(), "starter_feeds = true\n\n[[feed]]\nname = ") {
		t.Error(d.text())
	}
	d.want(1, "all or none", "remove", "un-news", "-c", "CONFIG")
	d.write("[[feed]]\nname = 'a'\nurl = 'https://a.example/rss'\n")
	d.want(0, "The starter feeds stay off", "remove", "a", "-c", "CONFIG")
	if d.text() != "starter_feeds = false\n" {
		t.Error(d.text())
	}
}

// What is exported is imported as it was, but for the secrets.
func TestFeedExportImport(t *testing.T) {
	d := newDesk(t, `starter_feeds = true
[[feed]]
name = "a"
url = "https://a.example/rss?a=1&b=2"
outlet = '"A" & <B>'
tier = "official"
lang = "pt-BR"
region = "europe"
group = "World/Asia"
zone = "+05:30"
every = "1d"
user_agent = "desk"
http1 = true
backlog = true
proxy = "http://desk:hunter2@proxy.example"
headers.Authorization = "hunter2"
[[feed]]
name = "p"
url = "https://p.example/"
kind = "page"
zone = "Asia/Tokyo"
page = {item = "li > a", link = "a", title = "h3", date = "time", layout = "02/01/2006"}
[[feed]]
name = "s"
url = "https://s.example/sitemap.xml"
kind = "sitemap"
`)
	cfg, err := config.Load(d.config)
	if err != nil {
		t.Fatal(err)
	}
	d.want(0, "headers and proxies of 1 feed are left out", "export", "-", "-c", "CONFIG")
	if strings.Contains(d.out+d.errs, "hunter2") {
		t.Fatal("a secret is exported")
	}
	exported := d.out
	if status := d.run(exported, "import", "-"); status != 0 {
		t.Fatal(d.errs)
	}
	back, err := config.Parse("back.toml", []byte(d.out), os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]config.Feed{}
	for _, f := range append(config.Starter(), cfg.Feeds...) {
		f.Headers, f.Proxy = nil, config.Secret{}
		f.Zone = strings.TrimSuffix(f.Zone, "UTC") // the default
		want[f.Name] = f
	}
	if len(back.Feeds) != len(want) {
		t.Errorf("%d feeds back of %d", len(back.Feeds), len(want))
	}
	for _, f := range back.Feeds {
		if !reflect.DeepEqual(f, want[f.Name]) {
			t.Errorf("got  %+v\nwant %+v", f, want[f.Name])
		}
	}
	before := d.text()
	d.run(exported, "import", "-", "-c", "CONFIG")
	if n := fmt.Sprintf("0 feeds new, %d known already, 0 left out", len(want)); !strings.Contains(d.errs, n) || d.text() != before {
		t.Errorf("again: %s", d.errs)
	}
}

func TestFeedImport(t *testing.T) {
	d := newDesk(t, "[[feed]]\nname = 'wire'\nurl = 'https://wire.example/rss'\n")
	before := d.text()
	list := `<opml version="2.0"><body><outline text="World"><outline text="Asia">
<outline text="Wire" xmlUrl="https://wire.example/other"/>
<outline text="Wire" xmlUrl="https://wire.example/more" language="en"/>
<outline text="Wire again" xmlUrl="http://www.wire.example/rss"/>
</outline></outline>
<outline text="Évil &#27;]0;x" xmlUrl="javascript:alert(1)"/>
<outline text="Password" xmlUrl="https://desk:hunter2@wire.example/rss"/>
<outline text="Selector" url="https://page.example/" attache:kind="page" attache:item="li["/>
</body></opml>`
	status := d.run(list, "import", "-", "-c", "CONFIG", "--dry-run")
	if status != 1 || d.text() != before || !strings.Contains(d.out, `name = "wire-2"`) {
		t.Errorf("dry: %d\n%s%s", status, d.out, d.errs)
	}
	status = d.run(list, "import", "-", "-c", "CONFIG")
	for _, want := range []string{
		"left out: line 6: Évil ]0;x: its address is not http or https", "left out: line 7: Password: its address holds a user name",
		"left out: line 8: Selector: page.item: not a CSS selector", "2 feeds new, 1 known already, 3 left out",
	} {
		if !strings.Contains(d.errs, want) {
			t.Errorf("%q is not in:\n%s", want, d.errs)
		}
	}
	if status != 1 || strings.Contains(d.errs, "hunter2") || strings.Contains(d.errs, "\x1b") {
		t.Errorf("%d, %q", status, d.errs)
	}
	want := before + `
[[feed]]
name = "wire-2"
url = "https://wire.example/other"
outlet = "Wire"
group = "World/Asia"

[[feed]]
name = "wire-3"
url = "https://wire.example/more"
outlet = "Wire"
lang = "en"
group = "World/Asia"
`
	if d.text() != want {
		t.Errorf("the file:\n%s", d.text())
	}
	if status := d.run("<rss/>", "import", "-"); status != 1 || !strings.Contains(d.errs, "-: it is not OPML") {
		t.Errorf("%d: %s", status, d.errs)
	}
}

// The list has 80 columns and makes no database; where there is one, it says
// how the feeds are.
func TestFeedList(t *testing.T) {
	database := filepath.Join(t.TempDir(), "attache.db")
	d := newDesk(t, fmt.Sprintf(`storage.path = %q
[[feed]]
name = "well"
url = "https://well.example/rss"
outlet = "外務省 海外安全ホームページ 外務省 海外安全ホームページ"
group = "Ministries/Asia/East Asia"
tier = "official"
[[feed]]
name = "a-name-that-is-longer-than-its-column"
url = "https://broken.example/rss"
kind = "sitemap"
zone = "Asia/Tokyo"
every = "1h"
`, database))
	d.want(0, "✓ well", "list", "-c", "CONFIG")
	if _, err := os.Stat(database); err == nil {
		t.Error("it made a database")
	}
	db, err := storage.Open(t.Context(), database, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().UTC().Truncate(time.Millisecond)
	err = db.SaveFeedState(t.Context(), "a-name-that-is-longer-than-its-column", feeds.State{
		URL: "https://broken.example/rss", Checked: at, Succeeded: at.Add(-72 * time.Hour), Next: at.Add(time.Hour), Failures: 9,
		Error: "the server answered 503 and said a number of things that make this sentence longer than a line",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	d.want(0, "the server answered 503", "list", "-c", "CONFIG")
	for line := range strings.Lines(d.out) {
		if w := uniseg.StringWidth(strings.TrimRight(line, "\n")); w > 80 {
			t.Errorf("%d columns: %s", w, line)
		}
	}
	if !strings.Contains(d.out, "✗ a-name-that-is-longer-than-its-column\n") || !strings.Contains(d.out, "外務省 海外安全ホーム") {
		t.Error(d.out)
	}
	d.want(0, "", "list", "--json", "-c", "CONFIG")
	_, second, _ := strings.Cut(d.out, "\n")
	var row map[string]any
	if err := json.Unmarshal([]byte(second), &row); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"name": "a-name-that-is-longer-than-its-column", "url": "https://broken.example/rss", "outlet": "a-name-that-is-longer-than-its-column",
		"tier": "other", "kind": "sitemap", "zone": "Asia/Tokyo", "every": "1h", "healthy": false, "failures": 9.0, "checked": at.Format(time.RFC3339Nano),
	} {
		if row[key] != want {
			t.Errorf("%s: %v, want %v", key, row[key], want)
		}
	}
}

func TestSlug(t *testing.T) {
	r := newRoster([]feeds.Feed{{Name: "un-news", URL: "https://un.example/"}})
	for _, test := range []struct{ want, outlet, address, name string }{
		{"", "UN News", "https://a.example/", "un-news-2"},
		{"mine", "UN News", "https://a.example/", "mine"},
		{"", "Ministère de l'Europe et des Affaires étrangères", "https://a.example/", "ministere-de-l-europe-et"},
		{"", "外務省", "https://www.mofa.example/rss", "mofa"},
		{"", "", "http://192.0.2.1:8080/rss", "192-0-2"},
		{"", "Pneumonoultramicroscopicsilicovolcanoconiosis", "https://a.example/", "pneumonoultramicroscopic"},
		{"", "!", "https://外務省/", "feed"},
	} {
		if got := r.name(test.want, test.outlet, test.address); got != test.name {
			t.Errorf("%q of %s: %q, want %q", test.outlet, test.address, got, test.name)
		}
	}
}

func TestFeedsOf(t *testing.T) {
	cfg, err := config.Parse("c.toml", []byte(`[[feed]]
name = "a"
url = "https://a.example/"
kind = "page"
zone = "+03:00"
proxy = "http://desk:hunter2@proxy.example"
headers = {authorization = "Bearer 1"}
page = {item = "li"}
`), os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	f := feedsOf(cfg)[0]
	if _, offset := time.Date(2026, 7, 1, 0, 0, 0, 0, f.Zone).Zone(); offset != 3*3600 {
		t.Errorf("zone %v", f.Zone)
	}
	f.Zone = nil
	want := feeds.Feed{
		Name: "a", URL: "https://a.example/", Outlet: "a", Tier: feeds.Other, Kind: feeds.Page, Page: feeds.Selectors{Item: "li"},
		Proxy: "http://desk:hunter2@proxy.example", Header: http.Header{"Authorization": {"Bearer 1"}},
	}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("got  %+v\nwant %+v", f, want)
	}
}
