package web

import (
	"crypto/rand"
	"sync"

	"attache/bot"
)

// maxAnswers is how many answers are kept for pages to show again.
const maxAnswers = 64

// answers keeps what was last answered, each under an id that nobody can guess,
// so that reloading a page shows an answer again and does not repeat the
// command. The zero answers is ready for use, and safe for use side by side.
type answers struct {
	mu   sync.Mutex
	ring [maxAnswers]answered
	next int
}

// answered is a command with its answer.
type answered struct {
	id      string
	Command bot.Command
	Message bot.Message
}

// add keeps an answer in place of the oldest, and returns its id.
func (a *answers) add(c bot.Command, m bot.Message) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := rand.Text()
	a.ring[a.next] = answered{id, c, m}
	a.next = (a.next + 1) % maxAnswers
	return id
}

// find returns the answer kept under id for a channel.
func (a *answers) find(id string, c bot.Channel) (answered, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, one := range a.ring {
		if id != "" && one.id == id && one.Command.Channel == c {
			return one, true
		}
	}
	return answered{}, false
}
