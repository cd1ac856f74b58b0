package bot

import (
	"context"
	"errors"
	"fmt"
)

// storyLines is the timeline of a story: who told it when, and what of that was
// changed since.
func storyLines(ctx context.Context, b *Bot, c Command, rest string) (Message, error) {
	h, err := b.history(ctx, c, rest, "story")
	if err != nil {
		return Message{}, err
	}
	var m Message
	for i, t := range h.Items {
		at := t.Item.Published
		if at.IsZero() {
			at = t.Item.Seen
		}
		l := Line{Text: t.Item.Title, URL: t.Item.URL, Detail: fmt.Sprintf("%s (%s), %s", t.Item.Outlet, t.Item.Tier, clock(at))}
		if i == 0 {
			l.Story = h.Story
		}
		m.Lines = append(m.Lines, l)
	}
	alerts, err := b.store.Alerts(ctx, []int64{h.Story})
	if err != nil {
		return Message{}, err
	}
	for _, a := range alerts {
		if a.Channel == c.Channel {
			m.Lines = append(m.Lines, changeLines(a.Card)...)
		}
	}
	return m, nil
}

// changeLines is what happened to an alert after it was told, but for those
// that joined it, who are in the timeline.
func changeLines(card Message) []Line {
	var lines []Line
	for _, ch := range card.Timeline() {
		l := Line{Text: fmt.Sprintf("%s, %s %s: %s", clock(ch.At), ch.What, ch.Who, ch.Now), URL: ch.URL}
		if ch.Was != "" {
			l.Detail = "before: " + ch.Was
		}
		lines = append(lines, l)
	}
	if card.Claim != nil {
		lines = append(lines, Line{Text: "Somebody has been on it since " + clock(card.Claim.At) + "."})
	}
	return lines
}

// history reads what is on record about the story that was typed after a verb.
func (b *Bot) history(ctx context.Context, c Command, rest, verb string) (History, error) {
	id, err := number(rest)
	if err != nil {
		return History{}, wrongUse(c, verb)
	}
	h, err := b.store.Story(ctx, id, c.Channel)
	if errors.Is(err, ErrNotFound) {
		return History{}, &plainError{fmt.Sprintf("There is no story %d. The number stands on every alert, and in latest and search.", id)}
	}
	return h, err
}
