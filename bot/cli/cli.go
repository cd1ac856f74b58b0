// Package cli is the command line: a file for each command, and the wiring of
// the rooms into a running bot. It alone knows all of them.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	_ "time/tzdata" // feeds have time zones, and an empty container has none; 400 kB

	"github.com/alecthomas/kong"

	"attache/bot/config"
	"attache/feeds"
)

// The exit statuses.
const (
	fine  = 0
	found = 1 // it ran and found a problem
	wrong = 2 // wrong usage or config
)

// Program is what a command touches of the world outside. Tests give it pipes
// and a network of their own.
type Program struct {
	In        io.Reader
	Out, Err  io.Writer
	Reload    <-chan os.Signal                                    // each one asks to read the config again
	Transport func(feeds.TransportOptions) http.RoundTripper      // what feeds are fetched through
	Listen    func(network, address string) (net.Listener, error) // for the web page, and for Slack in HTTP mode

	printing sync.Mutex
}

// commands is the command line.
type commands struct {
	Demo    demoCommand    `cmd:"" help:"Show what it does, on two invented days of news: no account, no network."`
	Run     runCommand     `cmd:"" help:"Run the bot. Without a config: public starter feeds, ./attache.db, the web page and this terminal."`
	Check   checkCommand   `cmd:"" help:"Check config, database, rules, Slack, Matrix and feeds; name every problem at once."`
	Rule    ruleCommand    `cmd:"" help:"Try a rule."`
	Replay  replayCommand  `cmd:"" help:"Take an archive of items through the pipeline in its own time, telling nobody."`
	Feed    feedCommand    `cmd:"" help:"Look at a feed; list, add, remove, import and export feeds."`
	Search  searchCommand  `cmd:"" help:"Search the stories on record."`
	Slack   slackCommand   `cmd:"" help:"Set up Slack."`
	Matrix  matrixCommand  `cmd:"" help:"Set up Matrix."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// Main runs a command line and returns the exit status.
func (p *Program) Main(ctx context.Context, args []string) int {
	status := -1
	parser, err := kong.New(&commands{}, kong.Name("attache"),
		kong.Description("Alerts about breaking diplomatic news, told once and kept true."),
		kong.Writers(p.Out, p.Err), kong.Exit(func(code int) { status = max(status, code) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 80}),
		kong.Bind(p), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		panic(err) // the struct tags above are wrong
	}
	if len(args) == 0 {
		status = wrong
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if status >= 0 { // help was asked for and given
		return status
	}
	if err != nil {
		fmt.Fprintf(p.Err, "attache: %v (see attache --help)\n", err)
		return wrong
	}
	return p.status(command.Run())
}

// exitError carries an exit status of its own; its text, if any, is for people.
type exitError struct {
	status int
	err    error
}

func (e *exitError) Error() string { return fmt.Sprint(e.err) }

// status reports an error and returns the exit status for it.
func (p *Program) status(err error) int {
	if err == nil {
		return fine
	}
	status := found
	if e, ok := errors.AsType[*exitError](err); ok {
		status, err = e.status, e.err
	}
	if _, ok := errors.AsType[config.Problems](err); ok {
		status = wrong
	}
	if err != nil {
		fmt.Fprintf(p.Err, "attache: %v\n", err)
	}
	return status
}

// version is what the build knows of itself: a tag, a commit, or "devel".
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	return strings.Trim(info.Main.Version, "()")
}

type versionCommand struct{}

func (*versionCommand) Run(p *Program) error {
	_, err := fmt.Fprintln(p.Out, "attache", version(), runtime.Version())
	return err
}
