package slack

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"attache/bot"
)

// Crowd says when alerts are put together: at a message a second, whoever reads
// the last of eleven has waited ten seconds for it.
func (s *Slack) Crowd() (waiting, together int) { return 10, 10 }

// Post says m in a channel. The Ref is Slack's timestamp of the message, which
// is its name there.
//
// Slack has no key by which it would know a message that it was given twice. So
// ours goes along as metadata, and where an earlier attempt may have been heard,
// the channel's history is searched for it first, once Slack has had the time to
// put it there.
func (s *Slack) Post(ctx context.Context, c bot.Channel, m bot.Message, a bot.Attempt) (bot.Ref, error) {
	p, err := s.place(ctx, c)
	if err != nil {
		return "", bot.Unsaid(err, a)
	}
	ts, err := s.once(ctx, p, message{payload: render(m), plain: plain(m), key: a.Key}, a)
	return bot.Ref(ts), err
}

// Update edits the card, then tells in its thread what changed; a correction
// shows in the channel again. The thread's reply is a post like any other, with
// a key and its doubts.
func (s *Slack) Update(ctx context.Context, c bot.Channel, ref bot.Ref, m bot.Message, a bot.Attempt) error {
	p, err := s.place(ctx, c)
	if err != nil {
		return bot.Unsaid(err, a)
	}
	aloud := m.Kind == bot.KindCorrection
	out := message{key: a.Key, thread: string(ref), broadcast: aloud}
	err = s.edit(ctx, p, string(ref), m)
	if uneditable(err) {
		// Somebody has deleted it. A correction must be heard all the same.
		if !aloud {
			return fmt.Errorf("the message is not there any more (%w): %w", err, bot.ErrRefused)
		}
		out.thread, out.broadcast = "", false
	} else if err != nil {
		return bot.Unsaid(err, a)
	}
	reply, ok := reply(m)
	if !ok {
		return nil
	}
	out.payload, out.plain = reply, reply.Text
	_, err = s.once(ctx, p, out, a)
	if errors.Is(err, bot.ErrRefused) && aloud && out.thread != "" {
		out.thread, out.broadcast = "", false // the thread was locked, perhaps
		_, err = s.once(ctx, p, out, a)
	}
	return err
}

// once says a message unless an earlier attempt has, and returns its timestamp.
func (s *Slack) once(ctx context.Context, p place, m message, a bot.Attempt) (ts string, err error) {
	if found, err := s.heardOf(ctx, p, m.thread, a); err != nil || found != "" {
		return found, err
	}
	return s.send(ctx, p, m)
}

// message is what send says.
type message struct {
	payload
	plain     string // instead, where Slack refuses the blocks
	key       string
	thread    string // the timestamp of the message it replies to; "" in the channel
	broadcast bool   // a reply that shows in the channel as well
}

// metadataType is the event type of the metadata that our messages carry, as in
// https://docs.slack.dev/messaging/message-metadata.
const metadataType = "attache_delivery"

// send posts a message, at the channel's pace, and returns its timestamp.
func (s *Slack) send(ctx context.Context, p place, m message) (ts string, err error) {
	if err := s.pace.wait(ctx, string(p.channel())); err != nil {
		return "", &bot.RetryError{Err: err}
	}
	options := []slack.MsgOption{
		slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...), slack.MsgOptionTS(m.thread),
		slack.MsgOptionParse(false), // or a bare address in a text becomes a link
	}
	if m.key != "" {
		options = append(options, slack.MsgOptionMetadata(slack.SlackMetadata{
			EventType: metadataType, EventPayload: map[string]any{"key": m.key},
		}))
	}
	if m.broadcast {
		options = append(options, slack.MsgOptionBroadcast())
	}
	if !s.o.Unfurl {
		options = append(options, slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	}
	post := func(options ...slack.MsgOption) error {
		return s.call(p, "chat.postMessage", func() (err error) {
			_, ts, err = p.api.PostMessageContext(ctx, p.id, options...)
			return err
		})
	}
	err = post(options...)
	if errors.Is(err, errMisshapen) {
		s.log.Error("said in plain text what Slack refused as blocks", "channel", p.channel(), "err", err)
		err = shapeless(post(append(options, slack.MsgOptionBlocks(), slack.MsgOptionText(m.plain, false))...))
	}
	return ts, err
}

// edit makes the message of that timestamp say m.
func (s *Slack) edit(ctx context.Context, p place, ts string, m bot.Message) error {
	change := func(text string, blocks []slack.Block) error {
		return s.call(p, "chat.update", func() error {
			_, _, _, err := p.api.UpdateMessageContext(ctx, p.id, ts, slack.MsgOptionText(text, false), slack.MsgOptionBlocks(blocks...), slack.MsgOptionParse(false))
			return err
		})
	}
	card := render(m)
	err := change(card.Text, card.Blocks)
	if errors.Is(err, errMisshapen) {
		s.log.Error("said in plain text what Slack refused as blocks", "channel", p.channel(), "err", err)
		err = shapeless(change(plain(m), nil))
	}
	return err
}

// shapeless is the error of plain text: if its form was refused too, there is
// none left to try.
func shapeless(err error) error {
	if errors.Is(err, errMisshapen) {
		return fmt.Errorf("%w: %w", err, bot.ErrRefused)
	}
	return err
}

// uneditable reports whether there is nothing to edit.
func uneditable(err error) bool {
	switch code(err) {
	case "message_not_found", "cant_update_message", "edit_window_closed":
		return true
	}
	return false
}

// call calls a method unless Slack has asked us to leave it alone for a while.
func (s *Slack) call(p place, method string, do func() error) error {
	if wait := s.pace.paused(p.Team+" "+method, p.id); wait > 0 {
		return &bot.RetryError{After: wait, Err: fmt.Errorf("slack: %s: %w", method, &slack.RateLimitedError{RetryAfter: wait})}
	}
	err := do()
	if err == nil {
		return nil
	}
	err = failed(method, err)
	if _, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		later, _ := errors.AsType[*bot.RetryError](err)
		s.pace.pause(p.Team+" "+method, p.id, later.After)
	}
	return err
}
