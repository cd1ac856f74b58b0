package slack

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"attache/bot"
)

func TestFailed(t *testing.T) {
	const (
		retry    = "retry"    // not said
		unsure   = "unsure"   // nobody knows
		gone     = "gone"     // never there
		shape    = "shape"    // not in that form
		unsaid   = "refused"  // never these words
		remedied = "remedied" // when a person has acted
	)
	said := func(code string) error { return slack.SlackErrorResponse{Err: code} }
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"429", &slack.RateLimitedError{RetryAfter: 7 * time.Second}, retry},
		{"429 without a time", slack.StatusCodeError{Code: 429}, retry},
		{"ratelimited in the body", said("ratelimited"), retry},
		{"an error nobody has heard of", said("phase_of_the_moon"), retry},
		{"403", slack.StatusCodeError{Code: 403}, retry},
		{"the network is gone", &url.Error{Op: "Post", Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}, retry},
		{"503", slack.StatusCodeError{Code: 503}, unsure},
		{"html", &json.SyntaxError{}, unsure},
		{"cut", &url.Error{Op: "Post", Err: io.ErrUnexpectedEOF}, unsure},
		{"reset", &url.Error{Op: "Post", Err: &net.OpError{Op: "read", Err: errors.New("connection reset")}}, unsure},
		{"fatal_error", said("fatal_error"), unsure},
		{"channel_not_found", said("channel_not_found"), gone},
		{"is_archived", said("is_archived"), gone},
		{"invalid_blocks", said("invalid_blocks"), shape},
		{"msg_blocks_too_long", said("msg_blocks_too_long"), shape},
		{"msg_too_long", said("msg_too_long"), unsaid},
		{"not_in_channel", said("not_in_channel"), remedied},
		{"token_revoked", said("token_revoked"), remedied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := failed("chat.postMessage", tt.err)
			got := unsure
			later, ok := errors.AsType[*bot.RetryError](err)
			switch {
			case ok && remedyOf(code(tt.err)) != "" && strings.Contains(err.Error(), remedyOf(code(tt.err))):
				got = remedied
			case ok && !later.Unsure:
				got = retry
			case errors.Is(err, bot.ErrChannelGone):
				got = gone
			case errors.Is(err, errMisshapen):
				got = shape
			case errors.Is(err, bot.ErrRefused):
				got = unsaid
			}
			if got != tt.want {
				t.Errorf("%v is %s, want %s", err, got, tt.want)
			}
		})
	}
	for asked, most := range map[time.Duration]time.Duration{7 * time.Second: 11 * time.Second, -5 * time.Second: time.Second, 1<<62 + 3: maxPatience * 2} {
		later, _ := errors.AsType[*bot.RetryError](failed("m", &slack.RateLimitedError{RetryAfter: asked}))
		if later.After < min(asked, maxPatience) || later.After > most {
			t.Errorf("waits %s where Slack asked for %s", later.After, asked)
		}
	}
}
