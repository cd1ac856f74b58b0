package matrix

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"maunium.net/go/mautrix"

	"attache/bot"
)

// unknownTime is how patient we are with a refusal that we do not know: others
// wait behind the message.
const unknownTime = 15 * time.Minute

// loginTime is after how long we ask again whether our login is good.
const loginTime = time.Minute

// What errors mean to us, by the codes of
// https://spec.matrix.org/v1.16/client-server-api/#other-error-codes.
var (
	// A person must act; what waits is tried for a day.
	remedies = map[string]string{
		"M_UNKNOWN_TOKEN":    "the homeserver does not know our login any more: run attache matrix login; nothing is lost until then",
		"M_MISSING_TOKEN":    "the homeserver does not know our login any more: run attache matrix login; nothing is lost until then",
		"M_USER_DEACTIVATED": "the account has been deactivated: ask whoever runs the homeserver",
		"M_USER_SUSPENDED":   "the account has been suspended: ask whoever runs the homeserver",
		"M_USER_LOCKED":      "the account has been locked: ask whoever runs the homeserver",

		"M_CONSENT_NOT_GIVEN":       "the homeserver wants somebody to agree to its terms: log in as the bot in a browser",
		"M_RESOURCE_LIMIT_EXCEEDED": "the homeserver has reached a limit of its own: ask whoever runs it",
		"M_FORBIDDEN":               "the homeserver does not let us speak there: invite us, or give us the power to",
		"M_GUEST_ACCESS_FORBIDDEN":  "the account is a guest's: make one of its own",
	}

	// Not these words, whatever is tried.
	unsayable = map[string]bool{
		"M_TOO_LARGE": true, "M_BAD_JSON": true, "M_NOT_JSON": true, "M_INVALID_PARAM": true, "M_CANNOT_OVERWRITE_MEDIA": true,
	}
)

// failed says what an error of a request means, in the words of [bot.Platform].
// An error that is none of those there leaves it open whether the request did
// what it should.
func failed(doing string, err error) error {
	if known(err) {
		return err
	}
	said, ok := errors.AsType[mautrix.HTTPError](err)
	if !ok {
		return fmt.Errorf("matrix: %s: %w", doing, err)
	}
	if said.Response != nil {
		switch code := said.Response.StatusCode; code {
		case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return fmt.Errorf("matrix: %s: %w: what stands before it answered %d", doing, errAway, code)
		}
	}
	if said.RespError != nil {
		return refused(doing, said)
	}
	if said.WrappedError == nil && said.Response != nil && said.Response.StatusCode < 500 {
		// Something before the homeserver answered.
		if said.Response.StatusCode == http.StatusTooManyRequests {
			return &bot.RetryError{After: pauseOf(said), Err: fmt.Errorf("matrix: %s: %w", doing, errLimited)}
		}
		if said.Response.StatusCode == http.StatusRequestEntityTooLarge {
			return fmt.Errorf("matrix: %s: it is too large for what stands before the homeserver: %w", doing, bot.ErrRefused)
		}
		return &bot.RetryError{Err: fmt.Errorf("matrix: %s: %w: what stands before it answered %d", doing, errAway, said.Response.StatusCode)}
	}
	cause := said.WrappedError
	switch {
	case cause == nil && said.Response != nil: // the body may be anything
		cause = fmt.Errorf("the homeserver answered %d", said.Response.StatusCode)
	case cause == nil:
		cause = errors.New("the homeserver did not answer")
	}
	// What never reached the homeserver was not done by it.
	if op, ok := errors.AsType[*net.OpError](cause); ok && (op.Op == "dial" || op.Op == "proxyconnect") {
		return &bot.RetryError{Err: fmt.Errorf("matrix: %s: %w: %w", doing, errAway, op)}
	}
	if u, ok := errors.AsType[*url.Error](cause); ok {
		cause = u.Err
	}
	return fmt.Errorf("matrix: %s: %w", doing, cause)
}

// errLimited says that the homeserver wants a pause.
var errLimited = errors.New("too many requests")

// errAway says that the homeserver is not there.
var errAway = errors.New("the homeserver cannot be reached")

// known reports whether an error says already what it means.
func known(err error) bool {
	_, retry := errors.AsType[*bot.RetryError](err)
	return retry || errors.Is(err, bot.ErrChannelGone) || errors.Is(err, bot.ErrRefused)
}

// refused is failed for an answer that says why.
func refused(doing string, said mautrix.HTTPError) error {
	code := said.RespError.ErrCode
	err := fmt.Errorf("matrix: %s: %w", doing, *said.RespError)
	switch {
	case code == "M_LIMIT_EXCEEDED" || said.IsStatus(http.StatusTooManyRequests):
		return &bot.RetryError{After: pauseOf(said), Err: fmt.Errorf("%w: %w", err, errLimited)}
	case code == "M_FORBIDDEN":
		return &bot.RetryError{Err: fmt.Errorf("%w: %s", err, remedies[code])}
	case remedies[code] != "":
		return &bot.RetryError{After: loginTime, Err: fmt.Errorf("%w: %s", err, remedies[code])}
	case unsayable[code]:
		return fmt.Errorf("%w: %w", err, bot.ErrRefused)
	case said.IsStatus(http.StatusNotFound) && code == "M_NOT_FOUND":
		return fmt.Errorf("%w: %w", err, bot.ErrChannelGone)
	case said.Response != nil && said.Response.StatusCode >= 500:
		return err
	}
	return &bot.RetryError{Within: unknownTime, Err: err}
}

// pauseOf is how long the homeserver asks us to wait. The body said so until
// Matrix 1.10, and the header has since; Dendrite has the body alone.
func pauseOf(said mautrix.HTTPError) time.Duration {
	var d time.Duration
	if said.RespError != nil {
		if ms, ok := said.RespError.ExtraData["retry_after_ms"].(float64); ok && ms > 0 && ms < 1e12 {
			d = time.Duration(ms * float64(time.Millisecond))
		}
	}
	if said.Response != nil {
		header := said.Response.Header.Get("Retry-After")
		if n, err := strconv.Atoi(header); err == nil && n > 0 && n < 1e9 {
			d = max(d, time.Duration(n)*time.Second)
		} else if at, err := http.ParseTime(header); err == nil {
			d = max(d, time.Until(at))
		}
	}
	if d <= 0 {
		d = 5 * time.Second
	}
	return min(d, maxPause)
}

// errcode is the homeserver's own word for an error, "" if it had none.
func errcode(err error) string {
	if said, ok := errors.AsType[mautrix.HTTPError](err); ok && said.RespError != nil {
		return said.RespError.ErrCode
	}
	if retry, ok := errors.AsType[*bot.RetryError](err); ok && retry.Err != nil {
		err = retry.Err
	}
	if said, ok := errors.AsType[mautrix.RespError](err); ok {
		return said.ErrCode
	}
	return ""
}

// loggedOut reports whether an error is that the homeserver does not know our
// login.
func loggedOut(err error) bool {
	c := errcode(err)
	return c == "M_UNKNOWN_TOKEN" || c == "M_MISSING_TOKEN"
}
