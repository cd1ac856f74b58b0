package matrix

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// newProgress is one of a device of its own.
func newProgress(t *testing.T) (*progress, *bytes.Buffer) {
	t.Helper()
	device, err := OpenDevice(t.Context(), filepath.Join(t.TempDir(), "matrix.db"), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { device.Close() })
	var log bytes.Buffer
	return &progress{device: device, log: slog.New(slog.NewTextHandler(&log, nil))}, &log
}

// kept is how far the file says that we have heard.
func (p *progress) kept(t *testing.T) position {
	t.Helper()
	kept, err := p.device.position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

var progressAt = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// TestProgress keeps positions in order only, or a crash would lose what came
// before them. +a begins a batch, &a holds it, -a ends one hold, and =a is what
// is kept then.
func TestProgress(t *testing.T) {
	for what, script := range map[string]string{
		"nothing in it":         "= +a = -a =a",
		"one by one":            "+a -a =a +b =a -b =b",
		"in order":              "+a +b -a =a -b =b",
		"later first":           "+a +b -b = -a =b",
		"the middle last":       "+a +b +c -c = -a =a -b =c",
		"backwards":             "+a +b +c -c = -b = -a =c",
		"held":                  "+a &a &a -a = -a = -a =a",
		"held again":            "+a &a -a &a -a = -a =a",
		"held, and more behind": "+a &a -a = +b -b = +c &c -c = -a =b -c =c",
		"all at last":           "+a &a &a +b &b -a -b = -b = -a = -a =b +c -c =c",
	} {
		t.Run(what, func(t *testing.T) {
			p, log := newProgress(t)
			batches := map[string]*batch{}
			for i, step := range strings.Fields(script) {
				name := step[1:]
				switch b := batches[name]; step[0] {
				case '+':
					batches[name] = p.begin(position{name, progressAt})
				case '&':
					b.hold()
				case '-':
					b.done(t.Context())
				case '=':
					kept := p.kept(t)
					if kept.Next != name || name != "" && !kept.At.Equal(progressAt) {
						t.Errorf("%s: step %d: %+v is kept, want %q", script, i+1, kept, name)
					}
				}
			}
			if log.Len() > 0 {
				t.Errorf("logged: %s", log)
			}
		})
	}
}

// TestProgressLate keeps what was worked although its context has ended with run.
func TestProgressLate(t *testing.T) {
	p, _ := newProgress(t)
	ctx, cancel := context.WithCancel(t.Context())
	b := p.begin(position{"a", progressAt})
	cancel()
	b.done(ctx)
	if kept := p.kept(t); kept.Next != "a" {
		t.Errorf("%q is kept", kept.Next)
	}
}

// TestProgressRepaired fails to keep a position, says so, and keeps the next.
func TestProgressRepaired(t *testing.T) {
	p, log := newProgress(t)
	exec := func(query string) {
		t.Helper()
		if _, err := p.device.raw.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	exec(`ALTER TABLE attache_value RENAME TO elsewhere`)
	p.begin(position{"a", progressAt}).done(t.Context())
	if !strings.Contains(log.String(), "level=WARN msg=\"failed to keep how far we have heard\"") {
		t.Errorf("logged: %q", log)
	}
	exec(`ALTER TABLE elsewhere RENAME TO attache_value`)
	if kept := p.kept(t); kept.Next != "" {
		t.Errorf("%q is kept", kept.Next)
	}
	p.begin(position{"b", progressAt}).done(t.Context())
	if kept := p.kept(t); kept.Next != "b" {
		t.Errorf("%q is kept", kept.Next)
	}
}

// TestProgressSideBySide works many batches at once, each in several rooms.
func TestProgressSideBySide(t *testing.T) {
	p, log := newProgress(t)
	var wg sync.WaitGroup
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	for _, name := range names {
		b := p.begin(position{name, progressAt})
		for range 3 {
			b.hold()
			wg.Go(func() { b.done(t.Context()) })
		}
		wg.Go(func() { b.done(t.Context()) })
	}
	wg.Wait()
	if kept := p.kept(t); kept.Next != names[len(names)-1] || len(p.batches) != 0 || log.Len() > 0 {
		t.Errorf("%q is kept, %d batches are left, logged %q", kept.Next, len(p.batches), log)
	}
}
