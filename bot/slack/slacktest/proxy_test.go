package slacktest

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
)

// client is slack-go as SocketApp, calling through the proxy.
func client(p *Proxy, options ...slack.Option) *slack.Client {
	all := append([]slack.Option{slack.OptionAPIURL(p.API()), slack.OptionAppLevelToken(SocketApp.AppToken)}, options...)
	return slack.New(SocketApp.BotToken, all...)
}

func metadata(key string) slack.MsgOption {
	return slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "alert", EventPayload: map[string]any{"key": key}})
}

// refusedAs holds that err is Slack's refusal with this code.
func refusedAs(t *testing.T, err error, code string) slack.SlackErrorResponse {
	t.Helper()
	refusal, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok || refusal.Err != code {
		t.Errorf("it says %v, want %s", err, code)
	}
	return refusal
}

func TestMessages(t *testing.T) {
	t.Parallel()
	local := Local(t, "")
	proxy := NewProxy(t, local.URL)
	api, ctx := client(proxy), t.Context()

	channel, ts, err := api.PostMessageContext(ctx, Desk, slack.MsgOptionText("Iran talks", false), metadata("k1"),
		slack.MsgOptionBlocks(slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", "*Iran* talks", false, false), nil, nil)))
	if err != nil || channel != Desk {
		t.Fatalf("posted in %q: %v", channel, err)
	}
	if _, _, _, err := api.UpdateMessageContext(ctx, Desk, ts, slack.MsgOptionText("Iran talks resume", false)); err != nil {
		t.Fatal(err)
	}
	_, reply, err := api.PostMessageContext(ctx, Desk, slack.MsgOptionText("also told by AP", false), slack.MsgOptionTS(ts), metadata("k2"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.PostEphemeralContext(ctx, Desk, Alice, slack.MsgOptionText("only you", false)); err != nil {
		t.Fatal(err)
	}

	shown := local.Messages(Desk)
	if len(shown) != 3 || shown[0].Text != "Iran talks resume" || shown[1].ThreadTimestamp != ts || shown[2].EphemeralTo != Alice {
		t.Errorf("people see %+v", shown)
	}
	history, err := api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: Desk, IncludeAllMetadata: true})
	if err != nil || len(history.Messages) != 1 || history.Messages[0].Metadata.EventPayload["key"] != "k1" {
		t.Errorf("the history is %+v, %v", history, err)
	}
	replies, _, _, err := api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{ChannelID: Desk, Timestamp: ts, IncludeAllMetadata: true})
	if err != nil || len(replies) != 2 || replies[1].Timestamp != reply || replies[1].Metadata.EventPayload["key"] != "k2" {
		t.Errorf("the thread is %+v, %v", replies, err)
	}
	replies, _, _, err = api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{ChannelID: Desk, Timestamp: ts})
	if err != nil || replies[1].Metadata.EventType != "" {
		t.Errorf("metadata that nobody asked for: %+v, %v", replies, err)
	}

	posted := proxy.Posted()
	if len(posted) != 2 || posted[0].Channel != Desk || posted[0].TS != ts || posted[0].Metadata.EventPayload["key"] != "k1" ||
		!strings.Contains(string(posted[0].Blocks), "*Iran*") || posted[1].ThreadTS != ts {
		t.Errorf("posted: %+v", posted)
	}
	if u := proxy.Updated(); len(u) != 1 || u[0].TS != ts || u[0].Text != "Iran talks resume" {
		t.Errorf("updated: %+v", u)
	}
	if w := proxy.Whispered(); len(w) != 1 || w[0].User != Alice {
		t.Errorf("whispered: %+v", w)
	}
	if n := proxy.Calls("chat.postMessage"); n != 2 {
		t.Errorf("%d posts counted", n)
	}
}

func TestNoPlace(t *testing.T) {
	t.Parallel()
	local := Local(t, "")
	proxy := NewProxy(t, local.URL)
	api, ctx := client(proxy), t.Context()
	hello := slack.MsgOptionText("hello", false)

	_, _, err := api.PostMessageContext(ctx, "C99NONE", hello)
	refusedAs(t, err, "channel_not_found")
	_, _, err = api.PostMessageContext(ctx, Other, hello)
	refusedAs(t, err, "not_in_channel")
	_, err = api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: Other})
	refusedAs(t, err, "not_in_channel")
	_, _, _, err = api.UpdateMessageContext(ctx, Desk, "1.000001", hello)
	refusedAs(t, err, "message_not_found")
	_, _, _, err = api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{ChannelID: Desk, Timestamp: "1.000001"})
	refusedAs(t, err, "thread_not_found")
	if len(proxy.Posted()) != 0 {
		t.Errorf("posted all the same: %+v", proxy.Posted())
	}

	dm, _, err := api.PostMessageContext(ctx, Alice, hello)
	if err != nil || dm != local.DM(Alice) {
		t.Errorf("a message to Alice went to %q: %v", dm, err)
	}
	for channel, want := range map[string]bool{Desk: true, Private: true, Other: false} {
		info, err := api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
		if err != nil || info.IsMember != want || info.IsPrivate != (channel == Private) {
			t.Errorf("%s is %+v, %v", channel, info, err)
		}
	}
	all, _, err := api.GetConversationsContext(ctx, &slack.GetConversationsParameters{Types: []string{"public_channel"}})
	if err != nil || !slices.ContainsFunc(all, func(c slack.Channel) bool { return c.ID == Other && !c.IsMember }) {
		t.Errorf("channels: %+v, %v", all, err)
	}
	for _, token := range []string{"", SocketApp.AppToken} {
		_, err := slack.New(token, slack.OptionAPIURL(proxy.API())).AuthTestContext(ctx)
		refusedAs(t, err, map[bool]string{true: "not_authed", false: "not_allowed_token_type"}[token == ""])
	}
}

func TestPace(t *testing.T) {
	t.Parallel()
	proxy := NewProxy(t, Local(t, "").URL)
	api, ctx := client(proxy), t.Context()
	proxy.Pace(300 * time.Millisecond)
	say := func(channel string) error {
		_, _, err := api.PostMessageContext(ctx, channel, slack.MsgOptionText("hello", false))
		return err
	}
	if err := errors.Join(say(Desk), say(General)); err != nil {
		t.Fatal(err)
	}
	limited, ok := errors.AsType[*slack.RateLimitedError](say(Desk))
	if !ok || limited.RetryAfter != time.Second {
		t.Errorf("too soon: %v", limited)
	}
	time.Sleep(300 * time.Millisecond)
	if err := say(Desk); err != nil {
		t.Error(err)
	}
	if n := len(proxy.Posted()); n != 3 {
		t.Errorf("%d were taken", n)
	}
	proxy.Pace(0)
	if err := errors.Join(say(Desk), say(Desk)); err != nil {
		t.Error(err)
	}
}

// The connection ends at each byte of the answer to a post: the app has an
// error, Slack has the message.
func TestCut(t *testing.T) {
	t.Parallel()
	proxy := NewProxy(t, Local(t, "").URL)
	api := client(proxy)
	post := func() error {
		_, _, err := api.PostMessageContext(t.Context(), Desk, slack.MsgOptionText("hello", false))
		return err
	}
	if err := post(); err != nil {
		t.Fatal(err)
	}
	whole := proxy.AnswerLength("chat.postMessage")
	for n := range whole + 1 {
		proxy.Fail("chat.postMessage", 1, Cut(n))
		if err := post(); (err == nil) != (n == whole) {
			t.Errorf("cut after %d of %d bytes: %v", n, whole, err)
		}
	}
	if n := len(proxy.Posted()); n != whole+2 {
		t.Errorf("Slack has %d messages of %d", n, whole+2)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	proxy := NewProxy(t, Local(t, "").URL)
	hasty := client(proxy, slack.OptionHTTPClient(&http.Client{Timeout: 300 * time.Millisecond}))
	post := func() error {
		_, _, err := hasty.PostMessageContext(t.Context(), Desk, slack.MsgOptionText("hello", false))
		return err
	}
	limited := func(err error) bool {
		e, ok := errors.AsType[*slack.RateLimitedError](err)
		return ok && e.RetryAfter == 2*time.Second
	}
	status := func(code int) func(error) bool {
		return func(err error) bool {
			e, ok := errors.AsType[slack.StatusCodeError](err)
			return ok && e.Code == code
		}
	}
	code := func(code string) func(error) bool {
		return func(err error) bool {
			e, ok := errors.AsType[slack.SlackErrorResponse](err)
			return ok && e.Err == code
		}
	}
	lost := func(err error) bool { _, ok := errors.AsType[*url.Error](err); return ok }
	fine := func(err error) bool { return err == nil }
	hello := Choose(func(r Request) Fault {
		if r.Method == "chat.postMessage" && r.Token == SocketApp.BotToken && r.Form.Get("text") == "hello" {
			return Refuse("fatal_error")
		}
		return Pass()
	})
	for _, test := range []struct {
		name  string
		fault Fault
		holds func(error) bool
		taken int
	}{
		{"429", Status(429, 2*time.Second, ""), limited, 0},
		{"429 without Retry-After", Status(429, 0, ""), status(429), 0},
		{"503", Status(503, 0, ""), status(503), 0},
		{"a page", Status(200, 0, ""), func(err error) bool { return err != nil && !lost(err) }, 0},
		{"refused", Refuse("account_inactive"), code("account_inactive"), 0},
		{"an answer", Answer(`{"ok":false,"error":"team_access_not_granted"}`), code("team_access_not_granted"), 0},
		{"chosen", hello, code("fatal_error"), 0},
		{"passed", Pass(), fine, 1},
		{"cut before", CutBefore(), lost, 0},
		{"cut after all of nothing", Cut(0), lost, 1},
		{"slow", Slow(20 * time.Millisecond), fine, 1},
		{"too slow", Slow(time.Second), lost, 1},
	} {
		before := len(proxy.Posted())
		proxy.Fail("chat.postMessage", 1, test.fault)
		if err := post(); !test.holds(err) {
			t.Errorf("%s: %v", test.name, err)
		}
		if taken := len(proxy.Posted()) - before; taken != test.taken {
			t.Errorf("%s: Slack has %d", test.name, taken)
		}
	}

	proxy.Fail("chat.postMessage", 1, Pass())
	proxy.Fail("chat.postMessage", 1, Refuse("first"))
	proxy.Fail("*", -1, Refuse("second"))
	for _, holds := range []func(error) bool{fine, code("first"), code("second"), code("second")} {
		if err := post(); !holds(err) {
			t.Errorf("in a row: %v", err)
		}
	}
	if _, err := hasty.AuthTest(); !code("second")(err) {
		t.Errorf("any method: %v", err)
	}
	proxy.Heal()
	if err := post(); err != nil {
		t.Error(err)
	}
}

func TestOverride(t *testing.T) {
	t.Parallel()
	proxy := NewProxy(t, Local(t, "").URL)
	var scopes string
	api := client(proxy, slack.OptionOnResponseHeaders(func(_ string, h http.Header) { scopes = h.Get("X-OAuth-Scopes") }))
	proxy.Scopes("chat:write", "commands")
	proxy.Override("users.info", func(form url.Values, answer map[string]any) {
		answer["user"].(map[string]any)["is_admin"] = form.Get("user") == Alice
	})
	for user, want := range map[string]bool{Alice: true, Bob: false} {
		u, err := api.GetUserInfoContext(t.Context(), user)
		if err != nil || u.IsAdmin != want || u.Name == "" {
			t.Errorf("%s is %+v, %v", user, u, err)
		}
	}
	if scopes != "chat:write,commands" {
		t.Errorf("the scopes are %q", scopes)
	}
}
