package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"attache/bot/command"
)

// verb is what a row of the table does with a call.
type verb func(ctx context.Context, b *Bot, c Command, rest string) (Message, error)

// verbs is everything people can type at the bot. Help is made from it.
func verbs() command.Table[verb] {
	return command.Table[verb]{
		{Name: "help", Aliases: []string{"?", "commands"}, Args: "[VERB|rules]",
			Help: "what I do, how to use one verb, or how to write a rule", Example: "help subscribe", Do: help},
		{Name: "subscribe", Aliases: []string{"sub", "follow", "add"}, Args: "RULE",
			Help: "tell this channel every story that matches a rule", Example: `subscribe Venezuela AND (sanction* OR "Security Council")`, Who: command.Editor, Do: subscribe},
		{Name: "list", Aliases: []string{"ls", "subscriptions", "rules"},
			Help: "what this channel is subscribed to", Example: "list", Do: list},
		{Name: "unsubscribe", Aliases: []string{"unsub", "unfollow", "remove", "delete", "rm"}, Args: "ID",
			Help: "end a subscription, by its number or name in list", Example: "unsubscribe 2", Who: command.Editor, Do: unsubscribe},
		{Name: "set", Aliases: []string{"edit", "change"}, Args: "ID [rule|name VALUE]",
			Help: "show or change what a subscription is; - empties it", Example: "set 2 name Gulf talks", Who: command.Editor, Do: set},
		{Name: "latest", Aliases: []string{"last", "recent", "news"}, Args: "[N]",
			Help: "the stories that came in last, matched or not", Example: "latest 5", Do: latest},
		{Name: "search", Aliases: []string{"find", "grep"}, Args: "WORDS",
			Help: "stories on record that hold all the words", Example: `search "Security Council" Venezuela`, Do: search},
		{Name: "why", Aliases: []string{"explain"}, Args: "ID",
			Help: "why a story was told here, or was not", Example: "why 12", Do: why},
		{Name: "story", Aliases: []string{"timeline"}, Args: "ID",
			Help: "who told a story when, and what was changed", Example: "story 12", Do: storyLines},
		{Name: "claim", Args: "ID",
			Help: "say on the card of a story that you are on it", Example: "claim 12", Who: command.Editor, Do: claim},
		{Name: "release", Aliases: []string{"unclaim"}, Args: "ID",
			Help: "say that you are not on it any more", Example: "release 12", Who: command.Editor, Do: release},
		{Name: "mute", Args: "ID",
			Help: "keep a story's updates silent here, but for corrections", Example: "mute 12", Who: command.Editor, Do: mute},
		{Name: "unmute", Args: "ID",
			Help: "tell a story's updates aloud again", Example: "unmute 12", Who: command.Editor, Do: unmute},
		{Name: "feeds", Aliases: []string{"sources", "status", "health"}, Args: "[NAME|all]",
			Help: "how the feeds are doing, or all about one", Example: "feeds", Do: feedList},
	}
}

// Usage is a verb as a platform shows it that lists commands of its own accord.
type Usage struct {
	Name    string
	Aliases []string
	Args    string // as help shows them: "RULE", "[N]", ""
	Help    string // one line, a sentence without its full stop
}

// Usages returns everything people can type at the bot, in the order of help.
func Usages() []Usage {
	var list []Usage
	for _, v := range verbs() {
		list = append(list, Usage{v.Name, v.Aliases, v.Args, v.Help})
	}
	return list
}

// Answer implements Handler.
func (b *Bot) Answer(ctx context.Context, c Command) Message {
	m, err := b.answer(ctx, c)
	if err != nil {
		m = excuse(err)
		if _, ours := errors.AsType[*plainError](err); !ours && ctx.Err() == nil {
			b.log.Error("failed to answer", "channel", c.Channel, "err", err)
		}
	}
	m.Kind, m.Channel = KindNotice, c.Channel
	b.said(m)
	return m
}

func (b *Bot) answer(ctx context.Context, c Command) (Message, error) {
	call, err := verbs().Parse(c.Line)
	if err != nil {
		words := err.Error()
		if unknown, ok := errors.AsType[*command.UnknownError](err); ok && unknown.Nearest == nil {
			words += fmt.Sprintf(" Type %s to see what I do.", c.Typed("help"))
		}
		return Message{}, &plainError{words}
	}
	if c.Role < call.Verb.Who {
		refusal := fmt.Sprintf("Only an %s of this channel may %s; you may read.", call.Verb.Who, call.Verb.Name)
		return Message{}, &plainError{strings.TrimSpace(refusal + " " + c.Because)}
	}
	return call.Verb.Do(ctx, b, c, call.Rest)
}

// plainError is a mistake of the one who typed, told as it stands.
type plainError struct{ msg string }

func (e *plainError) Error() string { return e.msg }

// wrongUse is the plainError for a verb without what it needs.
func wrongUse(c Command, name string) error {
	v := verbs().Find(name)
	return &plainError{fmt.Sprintf("Usage: %s. For example: %s", c.Typed(v.Usage()), c.Typed(v.Example))}
}

// excuse turns an error into an answer. What went wrong inside is the
// operator's to read in the log.
func excuse(err error) Message {
	m := notice("Something went wrong on my side, and nothing was changed. The log tells more; please try again.")
	if plain, ok := errors.AsType[*plainError](err); ok {
		m = notice(plain.msg)
	}
	m.Mistake = true
	return m
}

// notice makes a message of the bot's own words, a line each.
func notice(lines ...string) Message {
	m := Message{Kind: KindNotice}
	for _, l := range lines {
		m.Lines = append(m.Lines, Line{Text: l})
	}
	return m
}

func help(_ context.Context, _ *Bot, c Command, rest string) (Message, error) {
	table := verbs()
	word := strings.ToLower(strings.TrimSpace(rest))
	if strings.HasPrefix("rules", word) && len(word) > 1 {
		return helpRules(), nil
	}
	if word != "" {
		v := table.Find(word)
		if v == nil {
			return Message{}, &plainError{fmt.Sprintf("There is no verb %q. Type %s to see them all.", rest, c.Typed("help"))}
		}
		m := notice(v.Usage() + ": " + v.Help + ".")
		if len(v.Aliases) > 0 {
			m.Lines = append(m.Lines, Line{Text: "Also: " + strings.Join(v.Aliases, ", ")})
		}
		m.Lines = append(m.Lines, Line{Text: c.Typed(v.Example), Code: true})
		return m, nil
	}
	m := notice("I watch the feeds and tell this channel each story that matches its rules, once.")
	if c.Prefix != "" {
		m.Lines = append(m.Lines, Line{Text: fmt.Sprintf("Type %s and then:", c.Prefix)})
	}
	for _, v := range table {
		m.Lines = append(m.Lines, Line{Text: v.Usage(), Detail: v.Help})
	}
	return m, nil
}

func helpRules() Message {
	m := notice("A rule is words, as you would search for them:")
	for _, row := range [][2]string{
		{`Venezuela`, "the word, in any case, never part of another word"},
		{`"Security Council"`, "the words side by side"},
		{`Iran nuclear`, "both; the same as Iran AND nuclear"},
		{`ceasefire OR truce`, "either"},
		{`Venezuela AND (sanction* OR strike)`, "brackets group; * stands for any ending"},
		{`Georgia NOT Atlanta`, "the one without the other; -Atlanta is the same"},
		{`title:ambassador`, "in the headline only"},
		{`US AND sanctions`, "US is not us, nor WHO who; U.S. is US"},
		{`停火 OR "وقف إطلاق النار"`, "any script; accents and Arabic letter forms fold"},
	} {
		m.Lines = append(m.Lines, Line{Text: row[0], Detail: row[1]})
	}
	return m
}
