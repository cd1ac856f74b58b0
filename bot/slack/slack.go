// Package slack is Slack as a [bot.Platform]: alerts as cards of Block Kit,
// commands by slash, mention, direct message, button and App Home.
//
// Slack talks to us in one of two ways. In Socket Mode we open a connection to
// Slack and nobody needs to reach us; in HTTP mode Slack calls an address of
// ours and signs what it says, and workspaces can install the app (OAuth).
// Whichever way it came, hear.go acknowledges at once and works afterwards.
// What we say goes out in say.go, at Slack's pace, once.
//
// What has a shape of Slack's is born in render.go, digest.go, reply.go and
// plain.go (alerts), notice.go (answers), home.go and dialog.go (the Home tab
// and its dialogs).
package slack

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"attache/bot"
)

// Desk is what the Home tab reads; *bot.Bot is one.
type Desk interface {
	// Subscriptions returns a channel's subscriptions in order of number.
	Subscriptions(ctx context.Context, c bot.Channel) ([]bot.Subscription, error)
	// Channels returns the channels that have subscriptions, on any platform.
	Channels(ctx context.Context) ([]bot.Channel, error)
}

// Options is what a Slack is made of.
type Options struct {
	BotToken string // xoxb-…, of the one workspace; "" where workspaces install the app
	AppToken string // xapp-…, for Socket Mode; "" in HTTP mode

	// Listener is where Slack calls us in HTTP mode, nil in Socket Mode. Run
	// closes it. It speaks plain HTTP: a proxy with TLS stands in front.
	Listener      net.Listener
	SigningSecret string // of what Slack says there

	// For workspaces that install the app, in HTTP mode; all or none.
	URL                    string // where people and Slack reach Listener, "https://alerts.example.org"
	ClientID, ClientSecret string
	TokenKey               string   // at least 32 bytes that nobody can guess; encrypts the tokens at rest
	Teams                  []string // ids of the workspaces that may; empty: any

	Command string   // "" is "/attache"
	Admins  []string // ids of users who are admins whatever Slack says, "T01ABC/U01DEF" or "U01DEF"
	Unfurl  bool     // let Slack show previews of the links in alerts

	API       string            // "" is https://slack.com/api/; ends in a slash
	Transport http.RoundTripper // what Slack is called through; nil is http.DefaultTransport
	Desk      Desk
	Store     bot.Keeping
	Log       *slog.Logger
}

// Slack is the platform. Make one with New.
type Slack struct {
	o       Options
	log     *slog.Logger
	client  *http.Client
	settle  time.Duration // how long an attempt may still come to something after it began
	handler bot.Handler   // set by Run before anything is heard

	loading sync.Mutex // held while it is found out which workspaces there are
	loaded  bool

	mu         sync.Mutex // guards what follows
	workspaces map[string]*workspace
	bookmarks  map[string]string // by key, where the search for a message stands
	direct     map[string]string // by workspace and user, the channel of the direct messages with them

	pace    pace
	ears    ears
	members cache[membership]
	users   cache[slack.User]
	rooms   cache[slack.Channel]
}

// How patient we are with Slack.
const (
	callTime = 15 * time.Second // a call, its answer included
	lagTime  = 10 * time.Second // what was said at the end of that may take as long to be found
)

// New makes a Slack that hears once Run is called. Its error, a sentence for
// people, is that the options do not fit together.
func New(o Options) (*Slack, error) {
	o.API = cmp.Or(o.API, slack.APIURL)
	o.Command = cmp.Or(o.Command, "/attache")
	switch {
	case o.BotToken == "" && o.ClientID == "":
		return nil, errors.New("slack: there is neither a bot token nor a client id: attache slack manifest makes the app that has them")
	case o.Listener == nil && o.AppToken == "":
		return nil, errors.New("slack: Socket Mode needs an app token (xapp-…); HTTP mode needs an address to listen at")
	case o.ClientID != "" && (o.Listener == nil || o.URL == "" || o.ClientSecret == "" || o.TokenKey == ""):
		return nil, errors.New("slack: workspaces can install the app in HTTP mode only, with a public address, a client secret and a key for the tokens")
	case o.Listener != nil && o.SigningSecret == "":
		return nil, errors.New("slack: HTTP mode needs the signing secret: without it anybody could pretend to be Slack")
	}
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Slack{
		o: o, log: o.Log.With("platform", "slack"), settle: callTime + lagTime,
		pace:       pace{gap: perChannel},
		client:     &http.Client{Transport: o.Transport, Timeout: callTime},
		workspaces: map[string]*workspace{}, direct: map[string]string{}, bookmarks: map[string]string{},
		members: newCache[membership](), users: newCache[slack.User](), rooms: newCache[slack.Channel](),
	}
	return s, nil
}

// Name is "slack".
func (s *Slack) Name() string { return "slack" }

// Run hears, over sockets or over HTTP, until ctx ends.
func (s *Slack) Run(ctx context.Context, h bot.Handler) error {
	s.handler = h
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel() // before that, which waits for it
	wg.Go(func() { s.work(ctx) })
	wg.Go(func() {
		if err := s.load(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("cannot speak in Slack yet", "err", err)
		}
	})
	if s.o.Listener != nil {
		return s.serve(ctx)
	}
	return s.sockets(ctx)
}
