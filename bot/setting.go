package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"attache/bot/rule"
)

// Setting is one thing about a subscription that people may change: by
// `set ID NAME VALUE`, or in whatever form a platform makes of it.
type Setting struct {
	Name  string // as it is typed: "rule"
	Label string // as a form shows it: "Rule"
	Help  string // one sentence without its full stop
	Value string // as it is now
	Long  bool   // the value may be long, or of many lines
}

// Settings returns what there is to set about a subscription.
func Settings(s Subscription) []Setting {
	return []Setting{
		{Name: "rule", Label: "Rule", Help: "which stories to tell", Value: s.Rule, Long: true},
		{Name: "name", Label: "Name", Help: "what people call it; it goes by its rule if this is empty", Value: s.Name},
	}
}

// maxName is how long a subscription's name may be, in bytes.
const maxName = 100

// amend is a subscription with one setting changed.
func amend(s Subscription, setting, value string) (Subscription, error) {
	switch setting {
	case "rule":
		_, err := rule.Parse(value)
		s.Rule = value
		return s, err
	case "name":
		if len(value) > maxName || strings.ContainsAny(value, "\r\n") {
			return s, &plainError{fmt.Sprintf("A name is one line of at most %d bytes.", maxName)}
		}
		if _, err := number(value); err == nil {
			return s, &plainError{"A name must not be a number: numbers are what subscriptions go by without one."}
		}
		s.Name = value
		return s, nil
	}
	var names []string
	for _, known := range Settings(s) {
		names = append(names, known.Name)
	}
	return s, &plainError{fmt.Sprintf("A subscription has no %q. There is: %s.", setting, strings.Join(names, ", "))}
}

// set shows the settings of a subscription, shows one, or changes it.
func set(ctx context.Context, b *Bot, c Command, rest string) (Message, error) {
	id, rest, _ := word(rest)
	if id == "" {
		return Message{}, wrongUse(c, "set")
	}
	b.changing.Lock()
	defer b.changing.Unlock()
	s, err := b.subscription(ctx, c, id)
	if err != nil {
		return Message{}, err
	}
	name, value, change := word(rest)
	name = strings.ToLower(name)
	if !change {
		return settingLines(s, name)
	}
	if s.Source == Configured {
		return Message{}, &plainError{fmt.Sprintf("Subscription %d stands in the config file; whoever runs me can change it there.", s.Number)}
	}
	if value == "-" {
		value = ""
	}
	now, err := amend(s, name, value)
	if syntax, ok := errors.AsType[*rule.SyntaxError](err); ok {
		return ruleMistake(syntax), nil
	} else if err != nil {
		return Message{}, err
	}
	if err := b.unlike(ctx, s, now); err != nil {
		return Message{}, err
	}
	return b.amend(ctx, c, s, now, name)
}

// word cuts the first word off a line, and reports whether there is more.
func word(line string) (first, rest string, more bool) {
	line = strings.TrimSpace(line)
	i := strings.IndexFunc(line, unicode.IsSpace)
	if i < 0 {
		return line, "", false
	}
	return line[:i], strings.TrimSpace(line[i:]), true
}

// settingLines shows one setting, or all if name is "".
func settingLines(s Subscription, name string) (Message, error) {
	var m Message
	for _, have := range Settings(s) {
		if name == "" || name == have.Name {
			m.Lines = append(m.Lines, Line{Text: fmt.Sprintf("%s: %s", have.Name, cmp.Or(have.Value, "-")), Detail: have.Help})
		}
	}
	if m.Lines == nil {
		_, err := amend(s, name, "")
		return Message{}, err
	}
	return m, nil
}

// unlike is the error of a change that would make a subscription like another
// of its channel.
func (b *Bot) unlike(ctx context.Context, was, s Subscription) error {
	have, err := b.store.Subscriptions(ctx, s.Channel)
	if err != nil {
		return err
	}
	for _, other := range have {
		if other.ID == s.ID {
			continue
		}
		if s.Name != "" && s.Name != was.Name && strings.EqualFold(other.Name, s.Name) {
			return &plainError{fmt.Sprintf("Subscription %d of this channel has that name already.", other.Number)}
		}
		if s.Rule != was.Rule && sameRule(other.Rule, s.Rule) {
			return &plainError{fmt.Sprintf("This channel has that rule already, as %d: %s", other.Number, other.Rule)}
		}
	}
	return nil
}

// sameRule reports whether two rules are read alike.
func sameRule(a, b string) bool {
	x, err := rule.Parse(a)
	if err != nil {
		return false
	}
	y, err := rule.Parse(b)
	return err == nil && x.String() == y.String()
}

// amend makes a subscription be as it is now, and says how to have it back.
func (b *Bot) amend(ctx context.Context, c Command, was, now Subscription, setting string) (Message, error) {
	r, err := rule.Parse(now.Rule)
	if err != nil {
		return Message{}, err
	}
	b.taking.Lock() // a poll meets the one rule or the other
	defer b.taking.Unlock()
	if err := b.store.Amend(ctx, now); err != nil {
		return Message{}, err
	}
	b.enlist(now, r)
	b.log.Info("changed a subscription", "channel", now.Channel, "sub", now.Number, "setting", setting)
	value := func(s Subscription) string {
		i := slices.IndexFunc(Settings(s), func(have Setting) bool { return have.Name == setting })
		return cmp.Or(Settings(s)[i].Value, "-")
	}
	m := notice(fmt.Sprintf("The %s of subscription %d is now: %s", setting, now.Number, value(now)))
	if setting == "rule" {
		m = notice(fmt.Sprintf("Subscription %d is now: %s", now.Number, r))
		for _, n := range r.Notes() {
			m.Lines = append(m.Lines, Line{Text: n})
		}
	}
	m.Lines = append(m.Lines, Line{Text: "To have it back: "}, Line{Text: c.Typed(fmt.Sprintf("set %d %s %s", now.Number, setting, value(was))), Code: true})
	return m, nil
}
