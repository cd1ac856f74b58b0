package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"

	"attache/bot"
	"attache/bot/config"
	"attache/bot/console"
	"attache/bot/matrix"
	"attache/bot/rule"
	"attache/bot/web"
	"attache/feeds"
	"attache/storage"
)

// configFlag is the -c of the commands that read a config.
type configFlag struct {
	Config string `short:"c" placeholder:"FILE" help:"Config file; see config.example.toml."`
}

// speaking are the platforms there are.
var speaking = []string{"console", "matrix", "slack", "web"}

// load reads the config, rules included. Its errors name file, line and caret.
func (c configFlag) load() (config.Config, error) {
	cfg, err := config.Load(c.Config)
	problems, ok := errors.AsType[config.Problems](err)
	if err != nil && !ok {
		return cfg, &exitError{wrong, err}
	}
	if problems = append(problems, further(cfg)...); problems != nil {
		return cfg, problems
	}
	return cfg, nil
}

// further is what is wrong with a config that package config cannot know.
func further(cfg config.Config) (problems config.Problems) {
	speaks := func(key, channel string) {
		if name := bot.Channel(channel).Platform(); channel != "" && !slices.Contains(speaking, name) {
			err := fmt.Errorf("there is no platform %q: %s", name, strings.Join(speaking, " or "))
			problems = append(problems, cfg.Problem(key, err))
		}
	}
	speaks("health.channel", cfg.Health.Channel)
	for i, s := range cfg.Subscriptions {
		speaks(fmt.Sprintf("subscription[%d].channel", i), s.Channel)
		_, err := rule.Parse(s.Rule)
		if syntax, ok := errors.AsType[*rule.SyntaxError](err); ok {
			problems = append(problems, cfg.Problem(fmt.Sprintf("subscription[%d].rule", i), err).At(syntax.Offset))
		}
	}
	return problems
}

type runCommand struct {
	configFlag
	JSON bool `help:"Print every message said as one JSON object a line."`
}

func (c *runCommand) Run(ctx context.Context, p *Program) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	db, err := storage.Open(ctx, cfg.Storage.Path, storage.Options{Log: p.logger(cfg, levelOf(cfg))})
	if err != nil {
		return err
	}
	defer db.Close()
	return p.serve(ctx, cfg, db, serving{json: c.JSON, reach: reaching(cfg), again: c.load, ready: func(_ *bot.Bot, page string) {
		if _, ok := p.Out.(*terminal); ok {
			fmt.Fprintf(p.Out, "Watching %d feeds. %sType help; Ctrl-C ends.\n", len(feedsOf(cfg)), pageAt(page))
		}
	}})
}

// pageAt is a sentence that says where the page is, if there is one.
func pageAt(page string) string {
	if page == "" {
		return ""
	}
	return "The page is at " + page + ". "
}

// serving is how a bot is run.
type serving struct {
	json  bool                          // print messages as JSON instead of for people
	reach feeds.TransportOptions        // where feeds may be
	again func() (config.Config, error) // reads the config again; nil if there is none
	ready func(b *bot.Bot, page string) // called when all is wired, before anything runs; may be nil
}

// serve wires a bot together and runs it until ctx ends.
func (p *Program) serve(ctx context.Context, cfg config.Config, db *storage.DB, s serving) error {
	// A bot that hears nothing new must not look well: either part takes the
	// other down with it.
	outer := ctx
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if cfg.Console.Enabled && !s.json {
		defer p.terminal(func() { cancel(nil) })()
	}
	level := new(slog.LevelVar)
	log := p.logger(cfg, level)
	said := func(bot.Message) {}
	if s.json {
		said = p.print
	}
	b, err := bot.Open(ctx, bot.Options{Store: db, Log: log, Said: said})
	if err != nil {
		return err
	}
	fetcher := feeds.NewFetcher(p.Transport(s.reach), fetching(cfg))
	poller := feeds.NewPoller(db, fetcher, b.Take, feeds.PollOptions{
		Every: cfg.Poll.Every.Duration, HostGap: cfg.Poll.HostGap.Duration, Workers: cfg.Poll.Workers, Log: log,
	})
	configure := func(cfg config.Config) error {
		list := feedsOf(cfg)
		if err := b.Configure(ctx, list, subscriptionsOf(cfg)); err != nil {
			return err
		}
		b.Watch(bot.Health{Channel: bot.Channel(cfg.Health.Channel), After: cfg.Health.After.Duration})
		poller.Set(list)
		level.Set(levelOf(cfg))
		if _, ok := p.Out.(*terminal); ok && level.Level() == slog.LevelInfo {
			level.Set(slog.LevelWarn) // what is usual is no news to who sits there
		}
		return nil
	}
	if err := configure(cfg); err != nil {
		return err
	}
	var device *matrix.Device
	if cfg.Matrix.On() {
		if device, err = openDevice(ctx, cfg.Matrix); err != nil {
			return err
		}
		defer device.Close()
	}
	platforms, page, err := p.platforms(ctx, cfg, db, device, b, s.json, log)
	if err != nil {
		return err
	}
	if s.ready != nil {
		s.ready(b, page)
	}
	log.Info("started", "feeds", len(feedsOf(cfg)), "page", page)
	var wg sync.WaitGroup
	wg.Go(func() { p.reloads(ctx, cfg, s.again, configure, log) })
	wg.Go(func() { cancel(poller.Run(ctx)) })
	err = b.Run(ctx, platforms...)
	cancel(err)
	wg.Wait()
	if cause := context.Cause(ctx); outer.Err() == nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// platforms makes those that the config asks for; device is that of Matrix, nil
// if there is none, and page the address of the web page, "" if there is none.
func (p *Program) platforms(ctx context.Context, cfg config.Config, db *storage.DB, device *matrix.Device, b *bot.Bot, asJSON bool, log *slog.Logger) (list []bot.Platform, page string, err error) {
	if cfg.Slack.On() {
		s, err := p.slack(cfg.Slack, b, db, log)
		if err != nil {
			return nil, "", err
		}
		list = append(list, s)
	}
	if device != nil {
		o := matrixOptions(cfg.Matrix, device)
		o.Channels, o.Store, o.Log = b.Channels, db, log
		m, err := matrix.New(ctx, o)
		if err != nil {
			return nil, "", err
		}
		list = append(list, m)
	}
	if cfg.Web.Enabled {
		l, err := p.Listen("tcp", cfg.Web.Listen)
		if err != nil {
			return nil, "", fmt.Errorf("the web page: %w: set web.listen to another address, or web.enabled to false", err)
		}
		w, err := web.New(b, web.Options{Listener: l, Password: cfg.Web.Password.Reveal(), Title: cfg.Web.Title, Log: log})
		if err != nil {
			l.Close()
			return nil, "", err
		}
		list, page = append(list, w), w.URL()
	}
	if cfg.Console.Enabled {
		o := console.Options{In: p.In, Out: p.Out}
		if t, ok := p.Out.(*terminal); ok {
			o.Color, o.Width = os.Getenv("NO_COLOR") == "", t.width
		}
		if asJSON {
			o.Out = io.Discard // every message is printed where all are
		}
		list = append(list, console.New(o))
	}
	return list, page, nil
}

// reloads reads the config again whenever it is asked to. A config with a
// mistake in it changes nothing.
func (p *Program) reloads(ctx context.Context, was config.Config, again func() (config.Config, error), configure func(config.Config) error, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.Reload:
		}
		if again == nil {
			continue
		}
		cfg, err := again()
		if err == nil {
			err = configure(cfg)
		}
		if err != nil {
			log.Error("kept the old config", "err", err)
			continue
		}
		log.Info("read the config again", "feeds", len(feedsOf(cfg)), "subs", len(cfg.Subscriptions))
		if waiting := waits(was, cfg); waiting != "" {
			log.Warn("left for the next start", "tables", waiting)
		}
	}
}

// waits names the tables of a config that differ from those we run on and are
// not taken by a reload.
func waits(was, now config.Config) string {
	was.Log.Level = now.Log.Level
	var list []string
	for _, t := range []struct {
		name string
		same bool
	}{
		{"storage", was.Storage == now.Storage}, {"poll", reflect.DeepEqual(was.Poll, now.Poll)}, {"web", was.Web == now.Web},
		{"slack", reflect.DeepEqual(was.Slack, now.Slack)}, {"matrix", reflect.DeepEqual(was.Matrix, now.Matrix)},
		{"console", was.Console == now.Console}, {"log", was.Log == now.Log},
	} {
		if !t.same {
			list = append(list, t.name)
		}
	}
	return strings.Join(list, ", ")
}

// print writes a message as a line of JSON. Channels speak side by side.
func (p *Program) print(m bot.Message) {
	p.printing.Lock()
	defer p.printing.Unlock()
	enc := json.NewEncoder(p.Out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(m.Said()) // its error is the reader's leaving
}

// levelOf returns the level of a config, which has been checked.
func levelOf(cfg config.Config) slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Log.Level)); err != nil {
		return slog.LevelInfo
	}
	return level
}

// logger returns the log that a config asks for.
func (p *Program) logger(cfg config.Config, level slog.Leveler) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if _, ok := p.Err.(*terminal); ok { // who sits there knows what time it is
		o.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey && len(groups) == 0 {
				return slog.Attr{}
			}
			return a
		}
	}
	if cfg.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(p.Err, o))
	}
	return slog.New(slog.NewTextHandler(p.Err, o))
}

// reaching is where feeds may be; the config has been checked.
func reaching(cfg config.Config) (o feeds.TransportOptions) {
	for _, text := range cfg.Poll.Allow {
		if network, err := netip.ParsePrefix(text); err == nil {
			o.Allow = append(o.Allow, network)
		}
	}
	for _, port := range cfg.Poll.Ports {
		o.Ports = append(o.Ports, uint16(port))
	}
	return o
}

// fetching is how feeds are asked for.
func fetching(cfg config.Config) feeds.FetchOptions {
	return feeds.FetchOptions{
		UserAgent: cmp.Or(cfg.Poll.UserAgent, feeds.UserAgent(version())),
		Timeout:   cfg.Poll.Timeout.Duration,
	}
}

func subscriptionsOf(cfg config.Config) []bot.Subscription {
	var out []bot.Subscription
	for _, s := range cfg.Subscriptions {
		out = append(out, bot.Subscription{Channel: bot.Channel(s.Channel), Name: s.Name, Rule: s.Rule})
	}
	return out
}
