package slack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
)

const (
	maxBody  = 1 << 20         // of a request; Slack's largest have some tens of KB
	answerBy = 3 * time.Second // when Slack stops listening for an acknowledgement
)

// door lets in what Slack has signed, and hands it on.
type door struct {
	secret string
	take   func(h heard, ack func(payload any))
	closed <-chan struct{} // when nobody works any more what would be taken
	used   memory          // signatures
	log    *slog.Logger
}

// ServeHTTP checks the signature before it looks at what is signed
// (https://docs.slack.dev/authentication/verifying-requests-from-slack).
//
// What was let in once is not let in again: who overhears a request may send it
// again while its time is good. Slack does not need to: when it tries again, it
// signs again, and the id of what was heard tells (see ears.again).
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	verifier, err := slack.NewSecretsVerifier(r.Header, d.secret)
	if err != nil {
		d.refuse(w, http.StatusUnauthorized, whyUnsigned(err))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			d.refuse(w, http.StatusRequestEntityTooLarge, "the request is too large")
		} else {
			d.refuse(w, http.StatusRequestTimeout, "the request ends too early")
		}
		return
	}
	_, _ = verifier.Write(body) // a hash takes everything
	if err := verifier.Ensure(); err != nil {
		d.refuse(w, http.StatusUnauthorized, whyUnsigned(err))
		return
	}
	if d.used.again(signature(r.Header), time.Now()) {
		d.log.Warn("ignored a request that came before")
		return // with 200
	}
	d.hear(r.Context(), w, r.Header.Get("Content-Type"), body)
}

// signature is that of a request which was found good, in one spelling: hex may
// be written in two.
func signature(h http.Header) (s [sha256.Size]byte) {
	raw, _ := hex.DecodeString(strings.TrimPrefix(h.Get("X-Slack-Signature"), "v0="))
	copy(s[:], raw)
	return s
}

// whyUnsigned is a reason in our own words: some of the library's quote what
// was in the headers.
func whyUnsigned(err error) string {
	switch {
	case errors.Is(err, slack.ErrInvalidConfiguration):
		return "there is no signing secret to check it with"
	case errors.Is(err, slack.ErrMissingHeaders):
		return "it is not signed"
	case errors.Is(err, slack.ErrExpiredTimestamp):
		return "it was signed more than five minutes ago, or ahead: is the clock right?"
	case errors.Is(err, slack.ErrInvalidSignature):
		return "the signature is wrong: is slack.signing_secret that of the app?"
	}
	return "the signature cannot be read"
}

// refuse answers a request that is not worked, and says so in the log; neither
// tells what was in it.
func (d *door) refuse(w http.ResponseWriter, status int, why string) {
	d.log.Warn("refused a request", "status", status, "err", why)
	// Slack would send it three times more, to be refused three times more.
	// Where we are at fault, it may.
	if status == http.StatusBadRequest {
		w.Header().Set("X-Slack-No-Retry", "1")
	}
	http.Error(w, http.StatusText(status), status)
}

// hear works out what a signed body is, as Slack's own libraries do: JSON is an
// event, a form is a command or has the payload of an interaction.
func (d *door) hear(ctx context.Context, w http.ResponseWriter, contentType string, body []byte) {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = ""
	}
	switch kind {
	case "application/json":
		d.event(ctx, w, body)
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body)) // the body alone: the address is not signed
		switch {
		case err != nil:
			d.refuse(w, http.StatusBadRequest, "the form cannot be read")
		case form.Has("payload"):
			d.interaction(ctx, w, form.Get("payload"), body)
		case form.Has("command"):
			d.command(ctx, w, form, body)
		case form.Has("ssl_check"): // https://docs.slack.dev/interactivity/implementing-slash-commands
		default:
			d.refuse(w, http.StatusBadRequest, "the form is neither a command nor an interaction")
		}
	default:
		d.refuse(w, http.StatusBadRequest, "the content is neither JSON nor a form")
	}
}

// event hears the Events API (https://docs.slack.dev/apis/events-api).
func (d *door) event(ctx context.Context, w http.ResponseWriter, body []byte) {
	var outer struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
		ID        string `json:"event_id"`
		Event     struct {
			Type string `json:"type"`
		} `json:"event"`
	}
	if json.Unmarshal(body, &outer) != nil {
		d.refuse(w, http.StatusBadRequest, "the event cannot be read")
		return
	}
	switch outer.Type {
	case slackevents.URLVerification:
		d.answer(w, map[string]string{"challenge": outer.Challenge})
	case slackevents.AppRateLimited:
		d.log.Warn("missed events: for a minute, Slack held back what was too much") // 200
	case slackevents.CallbackEvent:
		if outer.Event.Type != "" && !knownEvent(outer.Event.Type) {
			// Slack has more kinds of events than the library, and an admin can
			// subscribe the app to any of them.
			d.log.Debug("ignored an event of a kind that we do not know")
			return
		}
		event, err := slackevents.ParseEvent(body, slackevents.OptionNoVerifyToken()) // the signature is better than a token
		if err != nil {
			d.refuse(w, http.StatusBadRequest, "the event cannot be read")
			return
		}
		d.pass(ctx, w, outer.ID, body, event)
	default:
		d.refuse(w, http.StatusBadRequest, "the event is of no kind that Slack sends")
	}
}

// knownEvent reports whether the library can read an event of that type.
func knownEvent(kind string) bool {
	_, event := slackevents.EventsAPIInnerEventMapping[slackevents.EventsAPIType(kind)]
	_, older := slack.EventMapping[kind]
	return event || older
}

// interaction hears a button, a dialog or a shortcut
// (https://docs.slack.dev/interactivity/handling-user-interaction).
func (d *door) interaction(ctx context.Context, w http.ResponseWriter, payload string, body []byte) {
	var callback slack.InteractionCallback
	if json.Unmarshal([]byte(payload), &callback) != nil || callback.Type == "" {
		d.refuse(w, http.StatusBadRequest, "the interaction cannot be read")
		return
	}
	d.pass(ctx, w, callback.TriggerID, body, callback)
}

// command hears a slash command
// (https://docs.slack.dev/interactivity/implementing-slash-commands).
func (d *door) command(ctx context.Context, w http.ResponseWriter, form url.Values, body []byte) {
	// The library reads a request, and its PostForm first of all.
	command, err := slack.SlashCommandParse(&http.Request{Method: http.MethodPost, PostForm: form, Form: form})
	if err != nil || command.Command == "" {
		d.refuse(w, http.StatusBadRequest, "the command cannot be read")
		return
	}
	d.pass(ctx, w, command.TriggerID, body, command)
}

// pass hands on what was heard and answers with the acknowledgement. What has
// no id of its own goes by the digest of its body, which is the same when Slack
// sends it again.
func (d *door) pass(ctx context.Context, w http.ResponseWriter, id string, body []byte, data any) {
	select {
	case <-d.closed:
		d.refuse(w, http.StatusServiceUnavailable, "we are about to stop")
		return
	default:
	}
	if id == "" {
		id = fmt.Sprintf("%x", sha256.Sum256(body))
	}
	acks := make(chan any, 1)
	d.take(heard{id: id, data: data}, func(payload any) {
		select {
		case acks <- payload:
		default: // a second acknowledgement is none
		}
	})
	late := time.NewTimer(answerBy)
	defer late.Stop()
	select {
	case payload := <-acks:
		d.answer(w, payload)
	case <-ctx.Done(): // Slack has gone, or we stop; Slack may send it again
		d.refuse(w, http.StatusServiceUnavailable, "nobody waits for the answer any more")
	case <-late.C:
		d.refuse(w, http.StatusServiceUnavailable, "it was not acknowledged in time")
	}
}

// answer writes 200 and the payload, if there is one.
func (d *door) answer(w http.ResponseWriter, payload any) {
	if payload == nil {
		return
	}
	var text bytes.Buffer
	if err := json.NewEncoder(&text).Encode(payload); err != nil {
		d.refuse(w, http.StatusInternalServerError, "the answer cannot be written")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text.Bytes()) // to one who may have gone
}
