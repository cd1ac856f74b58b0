package config

import (
	"bytes"
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// checker gathers what is wrong with a config that could be read.
type checker struct {
	*layout
	problems Problems
}

func (c *checker) add(key, msg, hint string) {
	c.problems = append(c.problems, c.problem(key, msg, hint))
}

func (c Config) check() Problems {
	k := &checker{layout: c.layout}
	k.required("storage.path", c.Storage.Path)
	k.poll(c.Poll)
	k.health(c.Health, c)
	k.web(c.Web)
	k.slack(c.Slack, c.Web)
	k.matrix(c.Matrix, c.Storage)
	k.twice(c.sources())
	k.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	k.oneOf("log.format", c.Log.Format, "text", "json")
	for i, f := range c.Feeds {
		k.feed(fmt.Sprintf("feed[%d].", i), f)
	}
	k.feedNames(c)
	for i, s := range c.Subscriptions {
		k.subscription(fmt.Sprintf("subscription[%d].", i), s, c)
	}
	k.subscriptionNames(c.Subscriptions)
	return k.problems
}

const (
	minEvery = 100 * time.Millisecond
	maxEvery = 7 * 24 * time.Hour
	maxWait  = 10 * time.Minute
)

func (c *checker) poll(p Poll) {
	c.every("poll.every", p.Every)
	c.between("poll.host_gap", p.HostGap, 0, maxWait)
	c.between("poll.timeout", p.Timeout, minEvery, maxWait)
	if p.Workers < 1 || p.Workers > 256 {
		c.add("poll.workers", fmt.Sprintf("%d is out of range", p.Workers), "1 to 256")
	}
	c.agent("poll.user_agent", p.UserAgent)
	for i, network := range p.Allow {
		c.network(fmt.Sprintf("poll.allow[%d]", i), network)
	}
	for i, port := range p.Ports {
		if port < 1 || port > 65535 {
			c.add(fmt.Sprintf("poll.ports[%d]", i), fmt.Sprintf("%d is not a port", port), "1 to 65535")
		}
	}
}

func (c *checker) network(key, text string) {
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		c.add(key, fmt.Sprintf("%q is not a network", text), `write it in CIDR, like "10.1.0.0/16"; one address is "10.1.2.3/32"`)
	case p != p.Masked():
		c.add(key, fmt.Sprintf("%q is an address in a network", text), fmt.Sprintf("write %q", p.Masked()))
	case p.Bits() == 0:
		c.add(key, fmt.Sprintf("%q is every address there is", text), "name the networks that your own sources are in")
	}
}

func (c *checker) health(h Health, conf Config) {
	if h.Channel != "" {
		c.channel("health.channel", h.Channel, conf)
	}
	c.between("health.after", h.After, 0, maxEvery)
}

func (c *checker) web(w Web) {
	c.line("web.title", w.Title, 100)
	if _, err := listenAddr(w.Listen); err != nil {
		c.add("web.listen", err.Error(), `write host:port, like "127.0.0.1:8480"`)
	} else if loopback, _ := listenAddr(w.Listen); w.Enabled && !loopback && !given(w.Password, w.PasswordFile) {
		c.add("web.listen", strconv.Quote(w.Listen)+" can be reached from other machines and asks for no password",
			"set web.password_file, or listen on 127.0.0.1")
	}
}

// listenAddr reports whether an address to listen at is loopback only.
func listenAddr(addr string) (loopback bool, err error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false, fmt.Errorf("%q is not an address", addr)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return false, fmt.Errorf("%q is not a port", port)
	}
	return thisMachine(host), nil
}

// thisMachine reports whether a host is this machine. A name other than
// localhost is taken for another's.
func thisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// twice finds secrets that are set in two ways.
func (c *checker) twice(list []source) {
	for _, s := range list {
		if s.secret.text != "" && s.file != "" && s.secret.from == "" {
			_, name := split(s.key)
			c.add(s.key+"_file", name+" is set as well", "set one of the two")
		}
	}
}

// secret adds what is wrong with the text of a secret, at the place it came
// from; msg must not quote it.
func (c *checker) secret(key string, s Secret, msg, hint string) {
	p := c.problem(cmp.Or(s.from, key), msg, hint)
	if p.Line == 0 {
		p.File = "" // a variable is not in the file
	}
	c.problems = append(c.problems, p)
}

// url checks an address. No message quotes it: there may be a password in it.
func (c *checker) url(key, text string) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		c.add(key, "not an address", `write it out, like "https://mfa.example/feed.xml"`)
	case u.Scheme != "http" && u.Scheme != "https":
		c.add(key, fmt.Sprintf("%q is not a way we fetch", u.Scheme), "http or https")
	case u.User != nil:
		c.add(key, "there is a user name or a password in it", "take it out: addresses are shown to people")
	}
}

func (c *checker) subscription(at string, s Subscription, conf Config) {
	if c.required(at+"channel", s.Channel) {
		c.channel(at+"channel", s.Channel, conf)
	}
	c.line(at+"name", s.Name, 100)
	c.required(at+"rule", s.Rule)
}

// channel checks where to speak.
func (c *checker) channel(key, channel string, conf Config) {
	platform, name, ok := strings.Cut(channel, ":")
	if !ok || platform == "" || strings.ContainsFunc(channel, unicode.IsSpace) {
		c.add(key, fmt.Sprintf("%q is not a channel", channel), `write platform:name, like "web:desk"`)
	} else if platform == "slack" {
		c.slackChannel(key, name, conf.Slack.On())
	} else if platform == "matrix" {
		c.matrixChannel(key, name, conf.Matrix.On())
	}
}

func (c *checker) feedNames(conf Config) {
	first := map[string]string{} // name → key
	if conf.StarterFeeds {
		for _, f := range Starter() {
			first[f.Name] = ""
		}
	}
	for i, f := range conf.Feeds {
		key := fmt.Sprintf("feed[%d].name", i)
		before, twice := first[f.Name]
		switch {
		case !twice:
			first[f.Name] = key
		case before == "":
			c.add(key, fmt.Sprintf("%q is a starter feed already", f.Name), "choose another name, or set starter_feeds = false")
		case f.Name != "":
			c.add(key, fmt.Sprintf("%q is the name of the feed in line %d already", f.Name, c.problem(before, "", "").Line), "")
		}
	}
}

// subscriptionNames holds each channel's subscriptions apart: by name, and
// those without one by rule.
func (c *checker) subscriptionNames(subs []Subscription) {
	type id struct{ channel, name, rule string }
	first := map[id]string{} // → key
	for i, s := range subs {
		table := fmt.Sprintf("subscription[%d]", i)
		is, key, what := id{s.Channel, s.Name, ""}, table+".name", fmt.Sprintf("%q is the name of", s.Name)
		if s.Name == "" {
			is, key, what = id{s.Channel, "", s.Rule}, table+".rule", "this is the rule of"
		}
		if before, twice := first[is]; twice && s.Name+s.Rule != "" {
			c.add(key, fmt.Sprintf("%s %s's subscription in line %d already", what, s.Channel, c.problem(before, "", "").Line), "")
			continue
		}
		first[is] = key
	}
}

func (c *checker) required(key, text string) bool {
	if strings.TrimSpace(text) == "" {
		msg := "this is needed, and missing"
		if _, said := c.at[key]; said {
			msg = "this is needed, and empty"
		}
		c.add(key, msg, "")
		return false
	}
	return true
}

// every checks an interval that has a default where nothing is said.
func (c *checker) every(key string, d Duration) {
	if offset, said := c.at[key]; said && (d.Duration != 0 || !emptyText(c.text[offset:])) {
		c.between(key, d, minEvery, maxEvery)
	}
}

func emptyText(value []byte) bool {
	return bytes.HasPrefix(value, []byte(`""`)) || bytes.HasPrefix(value, []byte(`''`))
}

func (c *checker) between(key string, d Duration, least, most time.Duration) {
	if d.Duration < least || d.Duration > most {
		c.add(key, d.String()+" is out of range", fmt.Sprintf("%s to %s", Duration{least}, Duration{most}))
	}
}

func (c *checker) oneOf(key, text string, words ...string) {
	if !slices.Contains(words, text) {
		last := len(words) - 1
		c.add(key, fmt.Sprintf("%q is not one of them", text), strings.Join(words[:last], ", ")+" or "+words[last])
	}
}

// line checks what is shown or sent as one line.
func (c *checker) line(key, text string, most int) {
	if strings.ContainsFunc(text, unicode.IsControl) || len(text) > most {
		c.add(key, "not a short line of text", fmt.Sprintf("at most %d bytes, no line breaks", most))
	}
}

// word checks what people type after a command.
func (c *checker) word(key, text string) {
	if len(text) > 64 || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		c.add(key, fmt.Sprintf("%.64q is not a name", text), `at most 64 bytes, no spaces, like "un-news"`)
	}
}
