package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"attache/bot/command"
)

// Channel is a place where we speak: `slack:T01/C0123`, `matrix:!abc:host`,
// `web:desk`, `console:`.
type Channel string

// Platform is the part before the first colon, the name of the Platform that
// speaks there.
func (c Channel) Platform() string {
	name, _, _ := strings.Cut(string(c), ":")
	return name
}

// Name is the part after the first colon, the platform's own name for it.
func (c Channel) Name() string {
	_, name, _ := strings.Cut(string(c), ":")
	return name
}

// Ref is a platform's own name for a message it has posted; opaque to us.
type Ref string

// Command is a line that somebody typed at the bot, without the `/attache` or
// `!attache` that the platform's people put before it.
type Command struct {
	Channel Channel
	User    string // as the platform names them; "" where there is one user only
	Role    command.Role
	Because string // why the Role is no higher, in a sentence; may be ""
	Line    string
	Prefix  string // what people type before a line here: "/attache"; "" for nothing

	// Notes are what the platform knows of the channel that whoever subscribes
	// it should know, a sentence each.
	Notes []string
}

// Typed is a line as people type it here: "/attache list".
func (c Command) Typed(line string) string { return strings.TrimSpace(c.Prefix + " " + line) }

// Handler answers commands.
type Handler interface {
	// Answer works a command and returns what to say to the one who typed it.
	// A mistake is an answer too: only a Message comes back, never an error.
	Answer(ctx context.Context, c Command) Message
}

// Platform is a place people chat at: Slack, Matrix, the web page, the console.
// A platform knows nothing of stories or rules; it says what it is given and
// hands on what it hears. bottest holds every platform to these promises.
type Platform interface {
	// Name is the part of a Channel before the colon: "slack".
	Name() string

	// Run hears commands and answers them through h, reconnecting by itself,
	// until ctx ends. It returns only when its goroutines have, with nil or
	// ctx's error if it was ended, and with another error only when it cannot
	// go on at all.
	Run(ctx context.Context, h Handler) error

	// Post says m in the channel and returns the platform's name for it.
	// Posting again under the same key, with the doubt about the tries before,
	// does not say it twice, where the platform can make that so. It may be
	// called before, during and after Run.
	//
	// A *RetryError means not now, and tells whether it may have been said all
	// the same; ErrChannelGone, never in this channel; ErrRefused, never these
	// words; after any other error, nobody knows whether it was said, and it may
	// be tried again later.
	Post(ctx context.Context, c Channel, m Message, a Attempt) (Ref, error)

	// Update makes the message already posted as ref say m instead, and shows
	// m's last Change where the platform shows such things, unless m is Silent.
	// Updating twice to the same m is harmless, under the same key and with the
	// doubt about the tries before. Errors are those of Post.
	Update(ctx context.Context, c Channel, ref Ref, m Message, a Attempt) error
}

// Attempt is one try at saying a message.
type Attempt struct {
	Key   string // of the message, unique for ever
	Doubt        // about the attempts before it
}

// Doubt is what nobody knows about attempts at a message: whether they said it.
type Doubt struct {
	Since time.Time // when the first of them began; zero if there is none
	Last  time.Time // when the latest did
}

// Crowded is a Platform that wants few messages: where many alerts wait for one
// of its channels, they are said in one.
type Crowded interface {
	// Crowd is how many alerts may wait in a channel before those that are not
	// urgent are put together, and how many make one message.
	Crowd() (waiting, together int)
}

// ErrChannelGone is a platform's word that a channel cannot be spoken to again:
// deleted, archived, or never there. One that only needs an invitation is a
// RetryError.
var ErrChannelGone = errors.New("the channel is gone")

// ErrRefused is a platform's word that it will never take this message, though
// it may take others: the next in the channel's lane has its turn.
var ErrRefused = errors.New("the platform refuses the message")

// RetryError is a platform's word that it takes nothing just now.
type RetryError struct {
	After  time.Duration // not before this has passed; 0 leaves it to us
	Within time.Duration // no more when the message is older than that, and was tried some times; 0 leaves it to us
	Unsure bool          // nothing was said now, and whether an attempt before did is still not known
	Err    error         // what it said, may be nil
}

func (e *RetryError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("try again after %s", e.After)
	}
	return fmt.Sprintf("%v (try again after %s)", e.Err, e.After)
}

// Unwrap returns what the platform said.
func (e *RetryError) Unwrap() error { return e.Err }

// Unsaid is an error of what comes before anything is said: whatever it leaves
// open, this attempt said nothing, and the doubt about those before it stays.
func Unsaid(err error, a Attempt) error {
	if errors.Is(err, ErrChannelGone) || errors.Is(err, ErrRefused) {
		return err
	}
	var retry RetryError
	if said, ok := errors.AsType[*RetryError](err); ok {
		retry = *said
	} else {
		retry.Err = err
	}
	retry.Unsure = !a.Since.IsZero()
	return &retry
}
