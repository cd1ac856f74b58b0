package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	const day = 24 * time.Hour
	for _, test := range []struct {
		text string
		want time.Duration
		back string // as String writes it; "" for no duration
	}{
		{"15s", 15 * time.Second, "15s"},
		{"10m", 10 * time.Minute, "10m"},
		{"1h30m", 90 * time.Minute, "1h30m"},
		{"100ms", 100 * time.Millisecond, "100ms"},
		{"2d", 2 * day, "2d"},
		{"1d12h", 36 * time.Hour, "1d12h"},
		{"1d0h0m5s", day + 5*time.Second, "1d5s"},
		{"60m", time.Hour, "1h"},
		{"0", 0, "0s"},
		{"0d", 0, "0s"},
		{"10000d", 10000 * day, "10000d"},
		{"", 0, "0s"}, // as it was
		{text: "5"},
		{text: "5 mins"},
		{text: "-5m"},
		{text: "1.5d"},
		{text: "h2d"},
		{text: "2d3d"},
		{text: "-2d"},
		{text: "99999999999999d"},
		{text: "2500000h"},
	} {
		var d Duration
		err := d.UnmarshalText([]byte(test.text))
		if test.back == "" {
			if err == nil {
				t.Errorf("%q: read as %v", test.text, d)
			}
			continue
		}
		if err != nil || d.Duration != test.want || d.String() != test.back {
			t.Errorf("%q: %v (%d), %v; want %v", test.text, d, d.Duration, err, test.back)
		}
	}
}

func FuzzDuration(f *testing.F) {
	f.Add("1d12h")
	f.Add("1h0m0s")
	f.Fuzz(func(t *testing.T, text string) {
		var d, back Duration
		if d.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := back.UnmarshalText([]byte(d.String())); err != nil || back != d {
			t.Errorf("%q is %v, and back %v, %v", text, d, back, err)
		}
	})
}

// No way of printing a config shows its secrets.
func TestSecret(t *testing.T) {
	c, err := Parse("c.toml", []byte("[web]\npassword = 'hunter2'"), none)
	if err != nil {
		t.Fatal(err)
	}
	s := c.Web.Password
	if s.Reveal() != "hunter2" {
		t.Fatalf("Reveal() = %q", s.Reveal())
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("read", "config", c, "password", s)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("read", "config", c, "password", s)
	marshalled, err := json.Marshal(c.Web)
	if err != nil {
		t.Fatal(err)
	}
	shown := []string{log.String(), string(marshalled), s.String(), s.GoString(), fmt.Sprintf("%+v %#v", *c.layout, *c.layout)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t"} {
		shown = append(shown, fmt.Sprintf(verb, s), fmt.Sprintf(verb, &s), fmt.Sprintf(verb, c), fmt.Sprintf(verb, c.Web))
	}
	bytesOf := strings.Trim(fmt.Sprint([]byte("hunter2")), "[]")
	for _, text := range shown {
		for _, leak := range []string{"hunter2", "68756e74657232", bytesOf} {
			if strings.Contains(text, leak) {
				t.Errorf("%q is in %q", leak, text)
			}
		}
	}
}

func TestNearest(t *testing.T) {
	known := fields()
	for path, want := range map[string]string{
		"poll.host_gop":          "host_gap",
		"poll.hostgap":           "host_gap",
		"feed[3].nmae":           "name",
		"feed[0].language":       "",
		"subscriptions":          "subscription",
		"subscription[1].chanel": "channel",
		"starterfeeds":           "starter_feeds",
		"webb":                   "web",
		"web.x":                  "",
		"matrx":                  "matrix",
		"matrix.home_server":     "homeserver",
		"slak":                   "slack",
		"slack.admns":            "admins",
		"slack.bot_tokens":       "bot_token",
	} {
		if got := nearest(known, path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
