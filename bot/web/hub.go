package web

import (
	"sync"

	"attache/bot"
)

// maxStreams is how many live pages there may be at a time, and streamBacklog
// how many cards one may fall behind before it is dropped; it connects again
// by itself and catches up.
const (
	maxStreams    = 256
	streamBacklog = 32
)

// hub tells the live pages what is said in their channels. The zero hub is
// ready for use, and safe for use side by side.
type hub struct {
	mu      sync.Mutex
	closed  bool
	streams map[*stream]struct{}

	// last is what each channel was told last, a card or many. A card is on
	// record only once Post has returned, so a page that connects in between
	// would find it neither there nor in its stream. A channel is told one thing
	// at a time, so one is enough.
	last map[bot.Channel][]byte
}

// stream is one live page.
type stream struct {
	channel bot.Channel
	last    []byte      // what was said just before it joined, or nil
	cards   chan []byte // closed when the page is dropped
}

// join adds a live page, unless there are too many or the hub is closed.
func (h *hub) join(c bot.Channel) (*stream, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.streams) >= maxStreams {
		return nil, false
	}
	if h.streams == nil {
		h.streams = map[*stream]struct{}{}
	}
	s := &stream{channel: c, last: h.last[c], cards: make(chan []byte, streamBacklog)}
	h.streams[s] = struct{}{}
	return s, true
}

// leave takes a live page away; it may have been dropped before.
func (h *hub) leave(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(s)
}

// tell hands what was rendered, a card or many, to the channel's live pages and
// waits for none of them.
func (h *hub) tell(c bot.Channel, cards []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last == nil {
		h.last = map[bot.Channel][]byte{}
	}
	h.last[c] = cards
	for s := range h.streams {
		if s.channel != c {
			continue
		}
		select {
		case s.cards <- cards:
		default:
			h.drop(s)
		}
	}
}

// close drops every live page and takes no more.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for s := range h.streams {
		h.drop(s)
	}
}

func (h *hub) drop(s *stream) {
	if _, ok := h.streams[s]; ok {
		delete(h.streams, s)
		close(s.cards)
	}
}
