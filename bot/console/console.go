// Package console is the platform of whoever sits at the terminal: alerts are
// printed, commands are typed. It is also the plainest example of a Platform.
package console

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/user"
	"sync"

	"attache/bot"
	"attache/bot/command"
)

// Channel is the one channel there is.
const Channel bot.Channel = "console:"

// Options say what the terminal is.
type Options struct {
	In    io.Reader  // commands, a line each; nil for none
	Out   io.Writer  // alerts and answers
	Color bool       // Out shows ANSI colours
	Width func() int // columns now; nil or 0 means 80
}

// Console is the platform. Make one with New.
type Console struct {
	o Options

	mu     sync.Mutex // one message at a time on Out
	posted map[string]bool
}

// New returns a Console.
func New(o Options) *Console {
	return &Console{o: o, posted: map[string]bool{}}
}

// Name implements bot.Platform.
func (c *Console) Name() string { return Channel.Platform() }

// Run answers the lines typed until ctx ends; when In ends before, it goes on
// without. A read from a terminal cannot be called off: that one goroutine may
// outlive Run, and answers nothing any more.
func (c *Console) Run(ctx context.Context, h bot.Handler) error {
	lines := make(chan string)
	if c.o.In != nil {
		go read(ctx, c.o.In, lines)
	}
	who := ""
	if u, err := user.Current(); err == nil {
		who = u.Username
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case line := <-lines:
			// Whoever can type here can read the config and the database.
			m := h.Answer(ctx, bot.Command{Channel: Channel, User: who, Role: command.Admin, Line: line})
			if err := c.print(c.notice(m)); err != nil {
				return err
			}
		}
	}
}

// read sends lines until there are no more or nobody wants them. Of a line
// longer than any command only the head is sent, enough to be refused.
func read(ctx context.Context, in io.Reader, lines chan<- string) {
	r := bufio.NewReaderSize(in, command.MaxLine+2)
	for {
		head, more, err := r.ReadLine()
		line := string(head)
		for more && err == nil {
			_, more, err = r.ReadLine()
		}
		if err != nil {
			return
		}
		select {
		case lines <- line:
		case <-ctx.Done():
			return
		}
	}
}

// Post prints a message, a digest as its alerts. A key printed before is not printed again; a key
// printed by an earlier process is forgotten.
func (c *Console) Post(_ context.Context, ch bot.Channel, m bot.Message, a bot.Attempt) (bot.Ref, error) {
	if ch != Channel {
		return "", fmt.Errorf("console: %q: %w", ch, bot.ErrChannelGone)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.posted[a.Key] {
		if err := c.write(c.post(m)); err != nil {
			return "", err
		}
		c.posted[a.Key] = true
	}
	return bot.Ref(a.Key), nil
}

// Update prints what changed: what was printed cannot be taken back.
func (c *Console) Update(_ context.Context, ch bot.Channel, _ bot.Ref, m bot.Message, _ bot.Attempt) error {
	if ch != Channel {
		return fmt.Errorf("console: %q: %w", ch, bot.ErrChannelGone)
	}
	if m.Silent {
		return nil
	}
	return c.print(c.update(m))
}

func (c *Console) print(text string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.write(text)
}

func (c *Console) write(text string) error {
	if _, err := io.WriteString(c.o.Out, text); err != nil {
		return fmt.Errorf("console: %w", err)
	}
	return nil
}
