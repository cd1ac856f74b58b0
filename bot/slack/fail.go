package slack

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"attache/bot"
)

// What Slack's errors mean to us, as https://docs.slack.dev/reference/methods/chat.postMessage
// and chat.update list them. What is not here was refused, and may be tried
// again later.
var (
	// Nothing can be said there any more.
	gone = []string{"channel_not_found", "is_archived", "channel_is_archived", "user_not_found", "cannot_dm_bot", "team_not_found", "is_inactive"}

	// It was not these words, but their form: plain text may do.
	misshapen = []string{"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_block_type", "invalid_attachments"}

	// Not these words, or not there, in whatever form.
	unsayable = []string{
		"msg_too_long", "no_text", "invalid_arguments", "metadata_too_large", "invalid_metadata_format", "invalid_metadata_schema",
		"too_many_attachments", "restricted_action_thread_locked", "restricted_action_non_threadable_channel", "cannot_reply_to_message",
	}

	// Not now, says Slack in so many words.
	tooMuch = []string{"ratelimited", "rate_limited", "message_limit_exceeded", "team_quota_exceeded"}

	// It may have been done in part.
	unsure = []string{"fatal_error", "internal_error", "service_unavailable", "request_timeout", "team_added_to_org"}

	// A person must act; what waits is tried for a day. What is wrong with the
	// token stands in botRefusals.
	remedies = map[string]string{
		"not_in_channel":                        "invite the app to the channel: /invite and its name",
		"messages_tab_disabled":                 "switch the Messages tab on under App Home in the app's settings",
		"restricted_action_thread_only_channel": "only some people may begin threads there: let the app be one of them",
		"missing_scope":                         "the app lacks a scope: attache check names it",
		"restricted_action":                     "the workspace's settings forbid the app to post there",
		"no_permission":                         "the app lacks a permission: attache check names it",
		"restricted_action_read_only_channel":   "only some people may post in that channel: let the app be one of them",
	}
)

// How patient we are with Slack's refusals.
const (
	maxPatience = 15 * time.Minute // with a Retry-After: a slip must not silence us for good
	unknownTime = 15 * time.Minute // with a refusal that we do not know: others wait behind the message
)

// errMisshapen is Slack's word that it will not take the form of a message.
var errMisshapen = errors.New("Slack refuses the blocks")

// failed says what an error of Slack's means, in the words of [bot.Platform].
// An error that is none of those there leaves it open whether the call did what
// it should.
func failed(method string, err error) error {
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		after := min(max(limited.RetryAfter, 0), maxPatience)
		return &bot.RetryError{After: after + rand.N(after/4+time.Second), Err: fmt.Errorf("slack: %s: %w", method, limited)}
	}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok {
		err := fmt.Errorf("slack: %s: Slack answered %d", method, status.Code)
		if status.Code < 500 { // Slack did not take it
			return &bot.RetryError{Err: err}
		}
		return err
	}
	if said, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return refused(method, said)
	}
	// What never reached Slack was not done by it.
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return &bot.RetryError{Err: fmt.Errorf("slack: %s: Slack cannot be reached: %w", method, op)}
	}
	// The address is left out: that of a response has its key in it.
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return fmt.Errorf("slack: %s: %w", method, err)
}

// refused is failed for an answer that says why.
func refused(method string, said slack.SlackErrorResponse) error {
	err := fmt.Errorf("slack: %s: %w", method, said)
	code, details := said.Err, said.ResponseMetadata.Messages
	switch {
	case slices.Contains(gone, code):
		return fmt.Errorf("%w: %w", err, bot.ErrChannelGone)
	case slices.Contains(misshapen, code):
		return fmt.Errorf("%w %q: %w", err, details, errMisshapen)
	case slices.Contains(unsayable, code):
		return fmt.Errorf("%w %q: %w", err, details, bot.ErrRefused)
	case slices.Contains(unsure, code):
		return err
	case remedyOf(code) != "":
		return &bot.RetryError{Err: fmt.Errorf("%w: %s", err, remedyOf(code))}
	case slices.Contains(tooMuch, code):
		return &bot.RetryError{Err: err}
	}
	return &bot.RetryError{Within: unknownTime, Err: err}
}

// remedyOf is what a person can do about a refusal; "" if it is none of theirs.
func remedyOf(code string) string { return cmp.Or(remedies[code], botRefusals[code].text) }

// code is Slack's own word for an error, "" if it had none.
func code(err error) string {
	if said, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return said.Err
	}
	return ""
}
