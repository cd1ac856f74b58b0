package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"attache/bot/rule"
)

const (
	maxSubscriptions = 200 // in a channel
	maxFound         = 8   // stories shown by search
	maxWords         = 50  // of a search
	defaultLatest    = 5
	maxLatest        = 20
)

func subscribe(ctx context.Context, b *Bot, c Command, rest string) (Message, error) {
	if rest == "" {
		return Message{}, wrongUse(c, "subscribe")
	}
	r, err := rule.Parse(rest)
	if syntax, ok := errors.AsType[*rule.SyntaxError](err); ok {
		return ruleMistake(syntax), nil
	} else if err != nil {
		return Message{}, err
	}
	b.changing.Lock() // two at once must not both find it missing
	defer b.changing.Unlock()
	have, err := b.store.Subscriptions(ctx, c.Channel)
	if err != nil {
		return Message{}, err
	}
	for _, s := range have {
		if sameRule(s.Rule, rest) {
			return notice(fmt.Sprintf("This channel has that rule already, as %d: %s", s.Number, r)), nil
		}
	}
	if len(have) >= maxSubscriptions {
		return Message{}, &plainError{fmt.Sprintf("This channel has %d subscriptions, the most it may have. End one with %s first.", len(have), c.Typed("unsubscribe"))}
	}
	s, err := b.store.Subscribe(ctx, Subscription{Channel: c.Channel, Rule: rest, Source: c.User, Created: time.Now()})
	if err != nil {
		return Message{}, err
	}
	b.enlist(s, r)
	b.log.Info("subscribed", "channel", c.Channel, "sub", s.Number, "rule", r.String())
	m := notice(fmt.Sprintf("Subscribed as %d: %s", s.Number, r))
	for _, n := range slices.Concat(r.Notes(), c.Notes) {
		m.Lines = append(m.Lines, Line{Text: n})
	}
	return m, nil
}

// ruleMistake shows where a rule is wrong and what may be meant.
func ruleMistake(e *rule.SyntaxError) Message {
	m := notice("That is not a rule yet: " + e.Msg)
	m.Mistake = true
	for l := range strings.SplitSeq(e.Caret(), "\n") {
		m.Lines = append(m.Lines, Line{Text: l, Code: true})
	}
	if e.Hint != "" {
		m.Lines = append(m.Lines, Line{Text: e.Hint})
	}
	return m
}

func list(ctx context.Context, b *Bot, c Command, _ string) (Message, error) {
	subs, err := b.store.Subscriptions(ctx, c.Channel)
	if err != nil {
		return Message{}, err
	}
	if len(subs) == 0 {
		return notice(fmt.Sprintf("This channel is subscribed to nothing yet. For example: %s", c.Typed(verbs().Find("subscribe").Example))), nil
	}
	var m Message
	for _, s := range subs {
		l := Line{Text: fmt.Sprintf("%d: %s", s.Number, s.Rule)}
		if s.Name != "" {
			l.Text = fmt.Sprintf("%d %s: %s", s.Number, s.Name, s.Rule)
		}
		if s.Source == Configured {
			l.Detail = "from the config file"
		}
		m.Lines = append(m.Lines, l)
	}
	return m, nil
}

func unsubscribe(ctx context.Context, b *Bot, c Command, rest string) (Message, error) {
	if rest == "" {
		return Message{}, wrongUse(c, "unsubscribe")
	}
	b.changing.Lock() // or what is ended here might be changed elsewhere, and go on
	defer b.changing.Unlock()
	s, err := b.subscription(ctx, c, rest)
	if err != nil {
		return Message{}, err
	}
	if s.Source == Configured {
		return Message{}, &plainError{fmt.Sprintf("Subscription %d stands in the config file; whoever runs me can take it out there.", s.Number)}
	}
	if err := b.store.Unsubscribe(ctx, s.ID, time.Now()); err != nil {
		return Message{}, err
	}
	b.dismiss(s.ID)
	b.log.Info("unsubscribed", "channel", c.Channel, "sub", s.Number)
	m := notice(fmt.Sprintf("Unsubscribed from %d: %s", s.Number, s.Rule))
	m.Lines = append(m.Lines, Line{Text: "To have it back: "}, Line{Text: c.Typed("subscribe " + s.Rule), Code: true})
	return m, nil
}

// subscription finds one of a channel's by number or name.
func (b *Bot) subscription(ctx context.Context, c Command, id string) (Subscription, error) {
	n, err := number(id)
	named := err != nil
	subs, err := b.store.Subscriptions(ctx, c.Channel)
	if err != nil {
		return Subscription{}, err
	}
	for _, s := range subs {
		if named && strings.EqualFold(s.Name, id) || !named && int64(s.Number) == n {
			return s, nil
		}
	}
	return Subscription{}, &plainError{fmt.Sprintf("This channel has no subscription %s. Type %s to see what it has.", id, c.Typed("list"))}
}

// number reads an id as people write it: 12, #12.
func number(word string) (int64, error) {
	return strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(word), "#"), 10, 64)
}

func latest(ctx context.Context, b *Bot, c Command, rest string) (Message, error) {
	n := int64(defaultLatest)
	if rest != "" {
		var err error
		if n, err = number(rest); err != nil || n < 1 {
			return Message{}, wrongUse(c, "latest")
		}
	}
	told, err := b.store.Latest(ctx, int(min(n, maxLatest)))
	if err != nil {
		return Message{}, err
	}
	if len(told) == 0 {
		return notice(fmt.Sprintf("Nothing has come in yet. Type %s to see how the feeds are doing.", c.Typed("feeds"))), nil
	}
	return headlines(told), nil
}

func search(ctx context.Context, b *Bot, c Command, rest string) (Message, error) {
	switch words := len(strings.Fields(rule.Fold(rest))); {
	case words == 0:
		return Message{}, wrongUse(c, "search")
	case words > maxWords:
		return Message{}, &plainError{fmt.Sprintf("search takes up to %d words.", maxWords)}
	}
	told, err := b.store.Search(ctx, rest, maxFound+1)
	if err != nil {
		return Message{}, err
	}
	if len(told) == 0 {
		m := notice(fmt.Sprintf("Nothing on record holds all of: %s", rest))
		if strings.ContainsAny(rest, "*|") || strings.Contains(rest, " OR ") {
			m.Lines = append(m.Lines, Line{Text: "search takes words and \"phrases\"; * and OR are for rules."})
		}
		return m, nil
	}
	m := headlines(told[:min(len(told), maxFound)])
	if len(told) > maxFound {
		m.Lines = append(m.Lines, Line{Text: "There are more. Add a word to narrow it down."})
	}
	return m, nil
}

// headlines lists stories, a line each.
func headlines(told []Told) Message {
	var m Message
	for _, t := range told {
		m.Lines = append(m.Lines, Line{
			Text: t.Item.Title, URL: t.Item.URL, Story: t.Story,
			Detail: t.Item.Outlet + ", " + ago(time.Since(t.Item.Seen)),
		})
	}
	return m
}

// ago says how long ago something was, in its one largest unit.
func ago(d time.Duration) string {
	unit := func(n time.Duration, word string) string {
		if n == 1 {
			return "1 " + word + " ago"
		}
		return fmt.Sprintf("%d %ss ago", n, word)
	}
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return unit(d/time.Minute, "minute")
	case d < 48*time.Hour:
		return unit(d/time.Hour, "hour")
	}
	return unit(d/(24*time.Hour), "day")
}
