package bot

import (
	"context"
	"fmt"
	"time"
)

// claim puts on the card that somebody is on it.
func claim(ctx context.Context, b *Bot, c Command, rest string) (Message, error) {
	return b.restate(ctx, c, rest, "claim", func(m *Message) string {
		if m.Claim != nil && m.Claim.User == c.User {
			return "You are on story %d already."
		}
		m.Claim = &Claim{User: c.User, At: time.Now()}
		return "You are on it: the card of story %d says so."
	})
}

func release(ctx context.Context, b *Bot, c Command, rest string) (Message, error) {
	return b.restate(ctx, c, rest, "release", func(m *Message) string {
		if m.Claim == nil {
			return "Nobody was on story %d."
		}
		m.Claim = nil
		return "Nobody is on story %d any more: the card says so."
	})
}

// mute makes the updates of one story silent in a channel. The card stays true,
// and a correction is told aloud all the same.
func mute(ctx context.Context, b *Bot, c Command, rest string) (Message, error) {
	return b.restate(ctx, c, rest, "mute", func(m *Message) string {
		if m.Muted != "" {
			return "Story %d is muted here already."
		}
		m.Muted = "somebody"
		if c.User != "" {
			m.Muted = c.User
		}
		return "Story %[1]d is muted here: its card stays true in silence, and only a correction is told aloud. To undo: " + c.Typed("unmute %[1]d")
	})
}

func unmute(ctx context.Context, b *Bot, c Command, rest string) (Message, error) {
	return b.restate(ctx, c, rest, "unmute", func(m *Message) string {
		if m.Muted == "" {
			return "Story %d is not muted here."
		}
		m.Muted = ""
		return "Story %d is told aloud again."
	})
}

// restate changes the card of a story in the channel, as change does, and says
// what change returns, with the story's number in it. The update is silent.
func (b *Bot) restate(ctx context.Context, c Command, rest, verb string, change func(*Message) string) (Message, error) {
	id, err := number(rest)
	if err != nil {
		return Message{}, wrongUse(c, verb)
	}
	b.taking.Lock() // a poll must not put the card back to what it read before
	defer b.taking.Unlock()
	alerts, err := b.store.Alerts(ctx, []int64{id})
	if err != nil {
		return Message{}, err
	}
	for _, a := range alerts {
		if a.Channel != c.Channel {
			continue
		}
		card := a.Card
		said := change(&card)
		if card.Claim != a.Card.Claim || card.Muted != a.Card.Muted {
			card.Kind, card.Silent = KindUpdate, true
			if err := b.store.Restate(ctx, PlanUpdate{Alert: a.ID, Card: card}, time.Now()); err != nil {
				return Message{}, err
			}
			b.wake()
			b.log.Info("changed a card", "verb", verb, "channel", c.Channel, "story", id)
		}
		return notice(fmt.Sprintf(said, id)), nil
	}
	return Message{}, &plainError{fmt.Sprintf("This channel was not told story %d. The number stands on every alert.", id)}
}
