package config

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"
)

var update = flag.Bool("update", false, "write the golden files")

func none(string) string { return "" }

// parsed is Parse without the layout, so that configs can be compared.
func parsed(t *testing.T, text string) Config {
	t.Helper()
	c, err := Parse("test.toml", []byte(text), none)
	if err != nil {
		t.Fatal(err)
	}
	c.layout = nil
	return c
}

func TestParse(t *testing.T) {
	got := parsed(t, `
[storage]
path = "/var/lib/attache/attache.db"
[poll]
every = "15s"
host_gap = "0s"
allow = ["10.1.0.0/16", "fd00::/8"]
ports = [8080]
[health]
channel = "web:ops"
after = "10m"
[web]
listen = "[::1]:8480"
password = "correct horse"
[console]
enabled = false
[[feed]]
name = "mfa"
url = "http://mfa.example/rss"
tier = "official"
lang = "pt-BR"
every = "1d12h"
backlog = true
[[feed]]
name = "wire"
url = "https://wire.example/feed?a=b"
outlet = "Wire One"
kind = "sitemap"
zone = "+03:00"
region = "europe"
group = "World/Wires"
user_agent = "desk"
http1 = true
proxy = "http://desk:hunter2@proxy.example:3128"
[feed.headers]
Authorization = "Bearer hunter2"
"X-Key.One" = "5"
[[feed]]
name = "page"
url = "https://page.example/"
kind = "page"
zone = "Asia/Tokyo"
page = {item = "ul.news > li", link = "h3 a", title = "h3", date = ".date", layout = "02/01/2006"}
[[subscription]]
channel = "web:desk"
rule = 'iran AND "nuclear talks"'
[[subscription]]
channel = "console:"
name = "all"
rule = "iran"
`)
	want := Default()
	want.StarterFeeds = false
	want.Storage.Path = "/var/lib/attache/attache.db"
	want.Poll.Every.Duration = 15 * time.Second
	want.Poll.HostGap.Duration = 0
	want.Poll.Allow, want.Poll.Ports = []string{"10.1.0.0/16", "fd00::/8"}, []int{8080}
	want.Health = Health{Channel: "web:ops", After: Duration{10 * time.Minute}}
	want.Web.Listen = "[::1]:8480"
	want.Web.Password = NewSecret("correct horse")
	want.Console.Enabled = false
	want.Feeds = []Feed{
		{Name: "mfa", URL: "http://mfa.example/rss", Outlet: "mfa", Tier: "official", Lang: "pt-BR", Kind: "feed", Every: Duration{36 * time.Hour}, Backlog: true},
		{Name: "wire", URL: "https://wire.example/feed?a=b", Outlet: "Wire One", Tier: "other", Kind: "sitemap", Zone: "+03:00",
			Region: "europe", Group: "World/Wires", UserAgent: "desk", HTTP1: true, Proxy: NewSecret("http://desk:hunter2@proxy.example:3128"),
			Headers: map[string]Secret{"Authorization": NewSecret("Bearer hunter2"), "X-Key.One": NewSecret("5")}},
		{Name: "page", URL: "https://page.example/", Outlet: "page", Tier: "other", Kind: "page", Zone: "Asia/Tokyo",
			Page: Page{Item: "ul.news > li", Link: "h3 a", Title: "h3", Date: ".date", Layout: "02/01/2006"}},
	}
	want.Subscriptions = []Subscription{
		{Channel: "web:desk", Rule: `iran AND "nuclear talks"`},
		{Channel: "console:", Name: "all", Rule: "iran"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// Starter feeds are there unless the file names feeds of its own, or says so.
func TestStarterFeeds(t *testing.T) {
	feed := "[[feed]]\nname = 'a'\nurl = 'https://a.example/'\n"
	for text, want := range map[string]bool{
		"":                               true,
		feed:                             false,
		"starter_feeds = false":          false,
		"starter_feeds = true\n" + feed:  true,
		"starter_feeds = false\n" + feed: false,
	} {
		if got := parsed(t, text).StarterFeeds; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

const example = "../../config.example.toml"

func readExample(t *testing.T) (asIs, uncommented string) {
	t.Helper()
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), regexp.MustCompile(`(?m)^#(\[|[a-z0-9_]+ = )`).ReplaceAllString(string(text), "$1")
}

// The example as it stands is the zero config, and its lines uncommented are
// the defaults.
func TestExample(t *testing.T) {
	asIs, uncommented := readExample(t)
	if got := parsed(t, asIs); !reflect.DeepEqual(got, Default()) {
		t.Errorf("as it stands: %+v", got)
	}
	got := parsed(t, uncommented)
	if len(got.Feeds) == 0 || len(got.Subscriptions) == 0 {
		t.Errorf("no feed or no subscription: %+v", got)
	}
	got.Feeds, got.Subscriptions = nil, nil
	if !reflect.DeepEqual(got, Default()) {
		t.Errorf("uncommented: %+v", got)
	}
}

func TestExampleShowsEveryKey(t *testing.T) {
	_, uncommented := readExample(t)
	l := lay(example, []byte(uncommented))
	shown := map[string]bool{}
	for path := range l.at {
		shown[general(path)] = true
	}
	for path := range fields() {
		if !strings.HasSuffix(path, ".*") && !shown[strings.TrimSuffix(path, "[]")] && !shown[path+"[]"] {
			t.Errorf("%s is not in %s", path, filepath.Base(example))
		}
	}
}

// Every mistake in testdata/mistakes has the message beside it.
func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/mistakes/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".toml"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse("config.toml", text, none)
			if err == nil {
				t.Fatal("no error")
			}
			got := err.Error() + "\n"
			if strings.Contains(got, "hunter2") {
				t.Errorf("the secret is in the message:\n%s", got)
			}
			golden := strings.TrimSuffix(file, ".toml") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// The starter set passes the checks of any config, and says all of each feed.
func TestStarter(t *testing.T) {
	if _, err := Parse("starter.toml", starter, none); err != nil {
		t.Error(err)
	}
	feeds := Starter()
	if len(feeds) < 20 {
		t.Errorf("only %d feeds", len(feeds))
	}
	regions := []string{"africa", "americas", "arab-world", "asia", "europe", "oceania", "global"}
	names, addresses := map[string]bool{}, map[string]bool{}
	for _, f := range feeds {
		if f.Outlet == "" || f.Tier == "other" || f.Lang == "" || f.Zone == "" || f.Region == "" || f.Group == "" {
			t.Errorf("%s: outlet, tier, lang, zone, region or group is missing", f.Name)
		}
		if !slices.Contains(regions, f.Region) {
			t.Errorf("%s: %q is none of the regions", f.Name, f.Region)
		}
		if names[f.Name] || addresses[f.URL] {
			t.Errorf("%s is there twice, or its address", f.Name)
		}
		names[f.Name], addresses[f.URL] = true, true
		if !strings.HasPrefix(f.URL, "https://") { // all there are serve it
			t.Errorf("%s: %s is not https", f.Name, f.URL)
		}
		if zone, err := Zone(f.Zone); err != nil || strings.Contains(f.Zone, ":") || zone.String() != f.Zone {
			t.Errorf("%s: zone %q: %v", f.Name, f.Zone, err)
		}
		if tag, err := language.Parse(f.Lang); err != nil || tag.String() != f.Lang {
			t.Errorf("%s: language %q: %v", f.Name, f.Lang, err)
		}
	}
	langs := map[string]bool{}
	for _, f := range feeds {
		langs[f.Lang] = true
	}
	for _, lang := range []string{"ar", "en", "es", "fr", "ru", "zh"} {
		if !langs[lang] {
			t.Errorf("no feed in %s", lang)
		}
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/mistakes/*.toml")
	for _, file := range append(files, example) {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("feed = [{name = 'a', url = 5}, 3, [{x = 1}]]\nweb.password = '''a\nb'''"))
	f.Fuzz(func(t *testing.T, text []byte) {
		before := slices.Clone(text)
		_, err := Parse("f.toml", text, none)
		if !slices.Equal(before, text) {
			t.Fatal("Parse changed its input")
		}
		if err == nil {
			return
		}
		lines := strings.Count(string(text), "\n") + 1
		for _, p := range err.(Problems) {
			if p.Msg == "" || p.Line < 0 || p.Line > lines || (p.Line > 0) != (p.Column > 0) {
				t.Errorf("%+v", p)
			}
			if s := p.Error(); strings.ContainsFunc(strings.ReplaceAll(s, "\n", ""), func(r rune) bool { return r < ' ' }) {
				t.Errorf("control characters in %q", s)
			}
		}
	})
}

// Whatever is wrong around a password, no message shows it.
func FuzzSecret(f *testing.F) {
	f.Add("[poll]\nevery = 5", "listen = 'x")
	f.Add("web = {", "}")
	f.Add("[web]\nlisten = [", "]")
	f.Add("[web]\ntitle = \"\"\"", "\"\"\"")
	f.Add("", "password = 5\n[[web]]")
	f.Add("headers = {a = 5", "\n[[feed.headers]]\na = 1")
	f.Add("[slack]\nadmins = [5, [1]]", "\nteams = ['a'")
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(before+after, "hunter") {
			return
		}
		for _, key := range []string{"[web]\npassword", "[web]\npasswort", "[web]\ntoken", "[slack]\nbot_token", "[slack]\nsigning_secrets", "[matrix]\nstore_key",
			"[[feed]]\nproxy", "[[feed]]\nheaders", "[[feed]]\nheaders.Authorization", "[[feed]]\n[feed.headers]\nX-Key", "[[feed]]\nheaders.\"a.b\""} {
			_, err := Parse("f.toml", []byte(before+"\n"+key+" = \"hunter2\" "+after), none)
			if err != nil && strings.Contains(err.Error(), "hunter") {
				t.Error(err)
			}
		}
	})
}
