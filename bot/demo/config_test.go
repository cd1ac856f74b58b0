package demo

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
)

func TestConfig(t *testing.T) {
	s := bundled(t)
	server := httptest.NewServer(NewServer(s, time.Minute, 0).Handler())
	defer server.Close()
	text := s.Config(server.URL+"/", 500*time.Millisecond)

	var config struct {
		StarterFeeds *bool `toml:"starter_feeds"`
		Poll         struct {
			Every   string
			HostGap string `toml:"host_gap"`
		}
		Log  struct{ Level string }
		Web  struct{ Title string }
		Feed []struct{ Name, URL, Outlet, Tier, Lang string }

		Subscription []struct{ Channel, Name, Rule string }
	}
	if err := toml.NewDecoder(strings.NewReader(string(text))).DisallowUnknownFields().Decode(&config); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if config.StarterFeeds == nil || *config.StarterFeeds || config.Poll.Every != "500ms" || config.Poll.HostGap != "20ms" || config.Web.Title != pageTitle {
		t.Errorf("starter_feeds %v, poll %+v, web %+v", config.StarterFeeds, config.Poll, config.Web)
	}
	if len(config.Feed) != len(s.Outlets) {
		t.Fatalf("%d feeds, want %d", len(config.Feed), len(s.Outlets))
	}
	for i, f := range config.Feed {
		o := s.Outlets[i]
		if f.Name != o.Name || f.Outlet != o.Title || f.Tier != o.Tier || f.Lang != o.Lang {
			t.Errorf("feed %+v, want that of %s", f, o.Name)
		}
		answer, err := http.Get(f.URL)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s answers %s", f.URL, answer.Status)
		}
	}
	rules := map[string]map[string]string{}
	for _, sub := range config.Subscription {
		if rules[sub.Channel] == nil {
			rules[sub.Channel] = map[string]string{}
		}
		rules[sub.Channel][sub.Name] = sub.Rule
	}
	if len(rules) != 2 || len(rules["web:desk"]) < 6 || len(rules["console:"]) != len(rules["web:desk"]) {
		t.Fatalf("subscriptions: %v", rules)
	}
	for name, rule := range rules["web:desk"] {
		if rule == "" || rules["console:"][name] != rule {
			t.Errorf("%s is %q on the page and %q on the console", name, rule, rules["console:"][name])
		}
	}
}
