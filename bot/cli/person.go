package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"attache/bot/matrix"
)

// person is whoever runs a command that asks. At a terminal they are asked on
// standard error, and what they type is not shown; else what they would type is
// standard input.
type person struct {
	out, err io.Writer
	terminal *os.File      // nil: nobody sits there
	lines    *bufio.Reader // of standard input
}

func (p *Program) person() *person {
	who := &person{out: p.Out, err: p.Err, lines: bufio.NewReader(p.In)}
	if f, ok := p.In.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		who.terminal = f
	}
	return who
}

// Tell prints a line.
func (p *person) Tell(line string) { fmt.Fprintln(p.out, line) }

// Secret asks for a text that is not shown; matrix.ErrNobody if there is nobody
// to answer.
func (p *person) Secret(ctx context.Context, what string) (string, error) {
	if p.terminal == nil {
		return p.line(ctx)
	}
	fmt.Fprint(p.err, what+": ")
	defer fmt.Fprintln(p.err)
	fd := int(p.terminal.Fd())
	if before, err := term.GetState(fd); err == nil {
		defer term.Restore(fd, before) // Ctrl-C may come in between
	}
	text, err := wait(ctx, func() ([]byte, error) { return term.ReadPassword(fd) })
	if errors.Is(err, io.EOF) { // Ctrl-D
		return "", matrix.ErrNobody
	}
	return string(text), err
}

// Wait asks for Enter.
func (p *person) Wait(ctx context.Context, what string) error {
	fmt.Fprint(p.err, what+" ")
	_, err := p.line(ctx)
	return err
}

// line reads a line of what is typed, or would be.
func (p *person) line(ctx context.Context) (string, error) {
	text, err := wait(ctx, func() (string, error) { return p.lines.ReadString('\n') })
	if errors.Is(err, io.EOF) && text == "" {
		return "", matrix.ErrNobody
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(text, "\r\n"), nil
}

// wait is for what cannot be interrupted: when ctx ends it is left behind, as
// the program ends too.
func wait[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
