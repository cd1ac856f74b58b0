package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// why tells what is on record about a story, as far as the channel goes.
func why(ctx context.Context, b *Bot, c Command, rest string) (Message, error) {
	id, err := number(rest)
	if err != nil {
		return Message{}, wrongUse("why")
	}
	h, err := b.store.Story(ctx, id, c.Channel)
	if errors.Is(err, ErrNotFound) {
		return Message{}, &plainError{fmt.Sprintf("There is no story %d. The number stands on every alert, and in latest and search.", id)}
	}
	if err != nil {
		return Message{}, err
	}
	var m Message
	for i, t := range h.Items {
		detail := fmt.Sprintf("%s (%s), seen %s", t.Item.Outlet, t.Item.Tier, clock(t.Item.Seen))
		if !t.Item.Published.IsZero() {
			detail += ", published " + clock(t.Item.Published)
		}
		l := Line{Text: t.Item.Title, URL: t.Item.URL, Detail: detail}
		if i == 0 {
			l.Story = h.Story
		}
		m.Lines = append(m.Lines, l)
		for _, match := range h.Matches {
			if match.Item == t.Number {
				m.Lines = append(m.Lines, Line{Text: matchLine(match)})
			}
		}
	}
	if len(h.Matches) == 0 {
		m.Lines = append(m.Lines, Line{Text: "No rule of this channel matched it when it came in, so it was not told here."})
	}
	for _, d := range h.Deliveries {
		m.Lines = append(m.Lines, Line{Text: deliveryLine(d)})
	}
	return m, nil
}

// matchLine says which subscription asked for an item, by which words, and
// what came of it.
func matchLine(m Match) string {
	line := fmt.Sprintf("Matched subscription %d, %s", m.Subscription.Number, nameOf(m.Subscription))
	if len(m.Matched) > 0 {
		line += ", by “" + strings.Join(m.Matched, "”, “") + "”"
	}
	switch m.Outcome {
	case Alerted:
		return line + ". It was told here."
	case Merged:
		return line + ". Not told again: " + m.Reason + "."
	case Baseline:
		return line + ". Not told: " + m.Reason + "."
	}
	return line + ". " + m.Reason
}

// deliveryLine says what became of one message.
func deliveryLine(d Record) string {
	kind := map[Kind]string{KindAlert: "Alert", KindUpdate: "Update", KindCorrection: "Correction"}[d.Kind]
	switch d.State {
	case Sent:
		return fmt.Sprintf("%s sent %s, %s after it was planned.", kind, clock(d.Sent), took(d.Sent.Sub(d.Created)))
	case Retry:
		return fmt.Sprintf("%s failed %d times so far and will be tried again: %s.", kind, d.Attempts, d.Reason)
	case Dead:
		return fmt.Sprintf("%s was given up after %d tries: %s.", kind, d.Attempts, d.Reason)
	}
	return fmt.Sprintf("%s is waiting for its turn since %s.", kind, clock(d.Created))
}

func clock(t time.Time) string { return t.Local().Format("2 Jan 15:04:05 MST") }

func took(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return d.Round(time.Second).String()
}
