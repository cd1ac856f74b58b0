// Package config is the shape of the config file: what may be written there,
// what it means, and what is wrong with what somebody wrote.
//
// The fields below are the manual; config.example.toml says the same to those
// who do not read Go. "Reload" means SIGHUP: what it takes changes at once,
// the rest at the next start. All paths are relative to the working directory.
package config

import "time"

// Config is everything a config file can say. The zero file is Default.
type Config struct {
	// StarterFeeds adds the public feeds of Starter to those below.
	// Default: true if the file names no [[feed]], else false. Reload: yes.
	StarterFeeds bool `toml:"starter_feeds"`

	Storage Storage `toml:"storage"`
	Poll    Poll    `toml:"poll"`
	Health  Health  `toml:"health"`
	Web     Web     `toml:"web"`
	Slack   Slack   `toml:"slack"`
	Matrix  Matrix  `toml:"matrix"`
	Console Console `toml:"console"`
	Log     Log     `toml:"log"`

	// Feeds are the sources to poll, each a [[feed]]. Reload: yes.
	Feeds []Feed `toml:"feed"`

	// Subscriptions are rules that channels have from the start, each a
	// [[subscription]]; people may add more by command. Reload: yes.
	Subscriptions []Subscription `toml:"subscription"`

	layout *layout // where each key was written, for Problem
}

// Storage is where we remember. Reload: no.
type Storage struct {
	// Path is the SQLite file, made if it is not there. Default: "attache.db".
	Path string `toml:"path"`
}

// Poll is how we ask the world. Reload: no.
type Poll struct {
	// Every is the time between two polls of a feed that sets none of its own.
	// A server that asks for more is given more. 100ms to 7d. Default: "", by
	// tier: 5m for an agency, 10m for an official source, 15m for the press, 30m
	// for others. It is zero then.
	Every Duration `toml:"every"`

	// HostGap is the least time between two requests to one host; a matter of
	// manners. 0s to 10m. Default: "1s".
	HostGap Duration `toml:"host_gap"`

	// Timeout is how long one request may take, its body included.
	// 100ms to 10m. Default: "30s".
	Timeout Duration `toml:"timeout"`

	// Workers is how many feeds are asked side by side. 1 to 256. Default: 8.
	Workers int `toml:"workers"`

	// UserAgent names us to servers; say how to reach you. Default: "", which
	// is the program's own name and version.
	UserAgent string `toml:"user_agent"`

	// Allow are networks that feeds may be fetched from although they are not
	// public, in CIDR: "10.1.0.0/16". All others that are private, local or
	// reserved are refused, whatever name leads there. Default: [], none.
	Allow []string `toml:"allow"`

	// Ports are those that servers may be asked at beside 80 and 443.
	// Default: [].
	Ports []int `toml:"ports"`
}

// Health is who is told how the feeds are doing. Reload: yes.
type Health struct {
	// Channel is told, once, when a feed breaks, and when it heals:
	// "slack:T01ABC/C0OPS", as in a subscription. Default: "", nobody: the log,
	// `feeds` and `attache feed list` say it to who looks.
	Channel string `toml:"channel"`

	// After is how long a feed must be broken before that. 0s to 7d.
	// Default: "1h".
	After Duration `toml:"after"`
}

// Web is the page that shows alerts and takes commands. Reload: no.
type Web struct {
	// Enabled turns the page on. Default: true.
	Enabled bool `toml:"enabled"`

	// Listen is the address to serve it at, host:port. Any address that is not
	// loopback needs a password. Default: "127.0.0.1:8480".
	Listen string `toml:"listen"`

	// Password is asked of everybody who opens the page. Default: "", nobody is
	// asked. Excludes PasswordFile. When the file sets neither, the environment
	// variable ATTACHE_WEB_PASSWORD does.
	Password Secret `toml:"password" env:"ATTACHE_WEB_PASSWORD"`

	// PasswordFile is a file with the password in it, as systemd and Docker
	// hand out secrets; white space around it is dropped. Load reads it into
	// Password. Default: "". Excludes Password.
	PasswordFile string `toml:"password_file"`

	// Title is a line across the top of every page. Default: "", none.
	Title string `toml:"title"`
}

// Console is the terminal the program runs in. Reload: no.
type Console struct {
	// Enabled prints alerts there and takes commands typed there. Default: true.
	Enabled bool `toml:"enabled"`
}

// Log is what the program says about itself, on standard error.
type Log struct {
	// Level is the least that is logged: "debug" (each poll), "info" (something
	// changed), "warn" (it will be tried again), "error" (a person is needed).
	// Who sits at a terminal is spared "info". Default: "info". Reload: yes.
	Level string `toml:"level"`

	// Format is "text" for people or "json" for machines. Default: "text".
	// Reload: no.
	Format string `toml:"format"`
}

// Subscription is a channel's rule.
type Subscription struct {
	// Channel is where to speak, platform:name: "web:desk", "console:",
	// "slack:T01ABC/C0123", "matrix:!abc:example.org". Required.
	Channel string `toml:"channel"`

	// Name is what people call the subscription, unique in its channel.
	// Default: "", it goes by its rule.
	Name string `toml:"name"`

	// Rule says which items to tell, in the rule language: `iran AND nuclear`.
	// Required.
	Rule string `toml:"rule"`
}

// Default is what an empty file says: the starter feeds, ./attache.db, the web
// page on 127.0.0.1:8480 and the console.
func Default() Config {
	return Config{
		StarterFeeds: true,
		Storage:      Storage{Path: "attache.db"},
		Poll: Poll{
			HostGap: Duration{time.Second},
			Timeout: Duration{30 * time.Second},
			Workers: 8,
			Allow:   []string{},
			Ports:   []int{},
		},
		Health: Health{After: Duration{time.Hour}},
		Web:    Web{Enabled: true, Listen: "127.0.0.1:8480"},
		Slack: Slack{
			Teams: []string{}, Admins: []string{}, Command: "/attache", APIURL: "https://slack.com/api/",
		},
		Matrix:  Matrix{Store: "attache-matrix.db", Prefix: "!attache", Allow: []string{}, Admins: []string{}, Level: -1},
		Console: Console{Enabled: true},
		Log:     Log{Level: "info", Format: "text"},
	}
}
