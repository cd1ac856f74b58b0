package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// why tells what is on record about a story, as far as the channel goes.
func why(ctx context.Context, b *Bot, c Command, rest string) (Message, error) {
	h, err := b.history(ctx, c, rest, "why")
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
		of := slices.DeleteFunc(slices.Clone(h.Matches), func(m Match) bool { return m.Item != t.Number })
		for group := range chunkBy(of, func(m Match) [2]string { return [2]string{string(m.Outcome), m.Reason} }) {
			m.Lines = append(m.Lines, Line{Text: matchLine(group)})
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

// matchLine says which subscriptions asked for an item, by which words, and
// what came of it, which was the same for all.
func matchLine(group []Match) string {
	var names, words []string
	for _, m := range group {
		names = append(names, fmt.Sprintf("%d (%s)", m.Subscription.Number, nameOf(m.Subscription)))
		for _, w := range m.Matched {
			if !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
	}
	line := "Matched subscription " + names[0]
	if len(names) > 1 {
		line = "Matched subscriptions " + strings.Join(names, " and ")
	}
	if len(words) > 0 {
		line += ", by “" + strings.Join(words, "”, “") + "”"
	}
	switch group[0].Outcome {
	case Alerted:
		return line + ". It was told here."
	case Merged:
		return line + ". No new alert: " + group[0].Reason + "."
	}
	return line + ". Not told: " + group[0].Reason + "."
}

// deliveryLine says what became of one message.
func deliveryLine(d Record) string {
	kind := map[Kind]string{KindAlert: "Alert", KindUpdate: "Update", KindCorrection: "Correction"}[d.Kind]
	switch d.State {
	case Sent:
		return fmt.Sprintf("%s sent %s.", kind, clock(d.Sent))
	case Retry:
		if d.Attempts == 0 {
			return fmt.Sprintf("%s waits for a better time: %s.", kind, d.Reason)
		}
		return fmt.Sprintf("%s failed %d times so far and will be tried again: %s.", kind, d.Attempts, d.Reason)
	case Dead:
		return fmt.Sprintf("%s was given up after %d tries: %s.", kind, d.Attempts, d.Reason)
	}
	return fmt.Sprintf("%s is waiting for its turn since %s.", kind, clock(d.Created))
}

func clock(t time.Time) string { return t.Local().Format("2 Jan 15:04:05 MST") }
