package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"attache/bot"
	"attache/bot/config"
	"attache/bot/demo"
	"attache/feeds"
	"attache/storage"
)

type demoCommand struct {
	Listen string        `default:"127.0.0.1:8480" help:"Address of the web page. If the default is taken, any free port is."`
	For    time.Duration `default:"60s" help:"How long the two days take."`
	Once   bool          `help:"End with the scenario."`
	JSON   bool          `help:"Print every message said as one JSON object a line."`
	DB     string        `placeholder:"FILE" help:"Keep the database here; a demo started on it again carries on."`
}

// Run publishes the scenario on a loopback port, and runs the bot on it as it
// would run on the world.
func (c *demoCommand) Run(ctx context.Context, p *Program) error {
	if c.For < time.Second {
		return &exitError{wrong, errors.New("--for: two days do not fit in less than 1s")}
	}
	scenario, err := demo.Load()
	if err != nil {
		return err
	}
	path, tidy, err := c.database()
	if err != nil {
		return err
	}
	defer tidy()
	db, err := storage.Open(ctx, path, storage.Options{})
	if err != nil {
		return err
	}
	defer db.Close()

	told := scenario.Position(func(feed, guid string) bool {
		// A feed without guids is known by its links.
		known, err := db.Known(ctx, feed, []string{"guid:" + guid, "link:" + feeds.CanonicalLink(guid)})
		return err == nil && len(known) > 0
	})
	news := demo.NewServer(scenario, c.For, told)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("the outlets of the demo: %w", err)
	}
	server := &http.Server{Handler: news.Handler(), ReadHeaderTimeout: 10 * time.Second}
	var wg sync.WaitGroup
	wg.Go(func() { server.Serve(l) })
	defer wg.Wait()
	defer server.Close()

	every := min(max(c.For/100, 100*time.Millisecond), time.Second)
	cfg, err := config.Parse("demo.toml", scenario.Config("http://"+l.Addr().String(), every), passwordOnly)
	if err != nil {
		return err
	}
	cfg.Web.Listen = c.address(p)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return p.serve(ctx, cfg, db, serving{json: c.JSON, reach: onThisMachine, ready: func(b *bot.Bot, page string) {
		fmt.Fprintf(p.Err, "%s\n%s\n", demo.Banner, pageAt(page))
		if told == scenario.Position(func(feed, guid string) bool { return true }) {
			fmt.Fprintf(p.Err, "%s has been told these two days already; delete it to see them again.\n", c.DB)
		}
		wg.Go(func() {
			select {
			case <-news.Done():
				settle(ctx, b)
			case <-ctx.Done():
				return
			}
			if c.Once {
				cancel()
				return
			}
			fmt.Fprintln(p.Err, "\nThat was the two days. The page stays up; type help, or Ctrl-C to end.")
		})
	}})
}

// onThisMachine is where the outlets of the demo are, and nowhere else.
var onThisMachine = feeds.TransportOptions{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}

// passwordOnly is the environment as a demo sees it: what is set there for a
// real bot, such as the tokens of Slack, is none of its business.
func passwordOnly(env string) string {
	if env == config.PasswordEnv {
		return os.Getenv(env)
	}
	return ""
}

// database returns the file to remember in, and what to do with it afterwards.
func (c *demoCommand) database() (path string, tidy func(), err error) {
	if c.DB != "" {
		return c.DB, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "attache-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("a place for the demo's database: %w", err)
	}
	return filepath.Join(dir, "demo.db"), func() { os.RemoveAll(dir) }, nil
}

// address is where the page goes: as asked, or anywhere if nobody asked and
// the usual place is taken.
func (c *demoCommand) address(p *Program) string {
	const usual = "127.0.0.1:8480"
	if c.Listen != usual {
		return c.Listen
	}
	l, err := p.Listen("tcp", usual)
	if err != nil {
		return "127.0.0.1:0"
	}
	l.Close()
	return usual
}

// settle returns when everything due has been said.
func settle(ctx context.Context, b *bot.Bot) {
	for ctx.Err() == nil {
		if idle, err := b.Idle(ctx); idle || err != nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}
