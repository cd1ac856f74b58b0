// Attaché tells people about a diplomatic event minutes after it becomes
// public: it watches feeds, folds what many outlets say into stories, and tells
// each channel the stories that its rules ask for, once.
//
// Here are the signals and what the program touches of the machine; its
// commands are in bot/cli. The tour of the house begins in package bot.
package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"attache/bot/cli"
	"attache/feeds"
)

func main() {
	// The first of these asks to end in order; the second ends at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)

	p := cli.Program{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Reload: hangup,
		Transport: func(o feeds.TransportOptions) http.RoundTripper { return feeds.NewTransport(o) }, Listen: net.Listen,
	}
	os.Exit(p.Main(ctx, os.Args[1:]))
}
