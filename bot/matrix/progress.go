package matrix

import (
	"context"
	"log/slog"
	"sync"
)

// progress is how far what was heard has been worked.
type progress struct {
	device *Device
	log    *slog.Logger

	mu      sync.Mutex
	batches []*batch // those not worked yet, the oldest first
}

// batch is what one sync told. It is worked when all that hold it are done.
type batch struct {
	of   *progress
	next position
	left int
}

// begin makes a batch that is held once.
func (p *progress) begin(next position) *batch {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := &batch{p, next, 1}
	p.batches = append(p.batches, b)
	return b
}

// hold makes the batch wait for one more.
func (b *batch) hold() {
	b.of.mu.Lock()
	defer b.of.mu.Unlock()
	b.left++
}

// done ends one hold. When all batches up to one are worked, its position is
// kept: what came before it need not be heard again.
func (b *batch) done(ctx context.Context) {
	p := b.of
	p.mu.Lock()
	defer p.mu.Unlock()
	b.left--
	var last *batch
	for len(p.batches) > 0 && p.batches[0].left == 0 {
		last, p.batches = p.batches[0], p.batches[1:]
	}
	if last == nil {
		return
	}
	// A position that was not kept is repaired by the next.
	if err := p.device.setPosition(context.WithoutCancel(ctx), last.next); err != nil {
		p.log.Warn("failed to keep how far we have heard", "err", err)
	}
}
