package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// terminal is a terminal that somebody sits at. What is written appears above
// the line being typed, which stays whole.
type terminal struct {
	*term.Terminal
	out  *os.File
	end  func() // somebody typed that it is enough
	rest []byte // of a line not yet read
}

// terminal makes In, Out and Err one terminal if they are one, until restore is
// called; end is called when somebody types Ctrl-C, Ctrl-D, quit or exit.
func (p *Program) terminal(end func()) (restore func()) {
	in, isFile := p.In.(*os.File)
	out, alsoFile := p.Out.(*os.File)
	if !isFile || !alsoFile || !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) {
		return func() {}
	}
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return func() {}
	}
	t := &terminal{out: out, end: end, Terminal: term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, "> ")}
	err0 := p.Err
	p.In, p.Out = t, t
	if f, ok := p.Err.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.Err = t
	}
	return func() {
		p.In, p.Out, p.Err = in, out, err0
		term.Restore(int(in.Fd()), before)
		fmt.Fprint(out, "\r\x1b[K") // the prompt
	}
}

// width is how many columns the terminal has now.
func (t *terminal) width() int {
	width, _, err := term.GetSize(int(t.out.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// Write shows text above the line being typed.
func (t *terminal) Write(text []byte) (int, error) {
	if width, height, err := term.GetSize(int(t.out.Fd())); err == nil {
		_ = t.SetSize(width, height) // it only redraws
	}
	return t.Terminal.Write(text)
}

// Read yields the lines typed.
func (t *terminal) Read(p []byte) (int, error) {
	if len(t.rest) == 0 {
		line, err := t.ReadLine()
		if word := strings.TrimSpace(line); err != nil || word == "quit" || word == "exit" {
			t.end()
			return 0, io.EOF
		}
		t.rest = []byte(line + "\n")
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}
