package slacktest

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/slack-go/slack"
)

func TestEmulate(t *testing.T) {
	t.Parallel()
	emulate := Emulate(t, "chat:write", "channels:read", "channels:history", "commands")
	proxy := NewProxy(t, emulate.URL)
	ctx, hello := t.Context(), slack.MsgOptionText("hello", false)

	api := slack.New(emulate.BotToken, slack.OptionAPIURL(proxy.API()))
	who, err := api.AuthTestContext(ctx)
	if err != nil || who.UserID != EmulateBotUser || who.TeamID != EmulateTeam {
		t.Fatalf("we are %+v, %v", who, err)
	}
	var posted []string
	for range 3 {
		_, ts, err := api.PostMessageContext(ctx, EmulateGeneral, hello, metadata("k1"))
		if err != nil {
			t.Fatal(err)
		}
		posted = append(posted, ts)
	}
	history, err := api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: EmulateGeneral, IncludeAllMetadata: true, Oldest: posted[1], Inclusive: true, Limit: 1})
	if err != nil || len(history.Messages) != 1 || history.Messages[0].Timestamp != posted[2] || !history.HasMore || history.Messages[0].Metadata.EventPayload["key"] != "k1" {
		t.Errorf("the history is %+v, %v", history, err)
	}
	_, _, err = api.PostMessageContext(ctx, EmulateRandom, hello)
	refusedAs(t, err, "not_in_channel")
	_, _, err = api.PostMessageContext(ctx, "C99NONE", hello)
	refusedAs(t, err, "channel_not_found")

	narrow := slack.New(emulate.NarrowToken, slack.OptionAPIURL(proxy.API()))
	_, err = narrow.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: EmulateGeneral})
	if r := refusedAs(t, err, "missing_scope"); r.Needed != "channels:history" {
		t.Errorf("it needs %q", r.Needed)
	}
	if _, _, err := narrow.PostMessageContext(ctx, EmulateGeneral, hello); err != nil {
		t.Error(err)
	}
}

func TestInstall(t *testing.T) {
	t.Parallel()
	emulate := Emulate(t, "chat:write", "channels:read")
	proxy := NewProxy(t, emulate.URL)
	redirect, err := emulate.Install("https://slack.com/oauth/v2/authorize?" + url.Values{
		"client_id": {emulate.ClientID}, "scope": {"chat:write"}, "state": {"s1"}, "redirect_uri": {"http://127.0.0.1:1/slack/installed"},
	}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(redirect)
	if err != nil || to.Path != "/slack/installed" || to.Query().Get("state") != "s1" {
		t.Fatalf("sent to %s, %v", redirect, err)
	}
	exchange := func(secret string) (*slack.OAuthV2Response, error) {
		return slack.GetOAuthV2ResponseContext(t.Context(), http.DefaultClient, emulate.ClientID, secret, to.Query().Get("code"), "", slack.OAuthOptionAPIURL(proxy.API()))
	}
	_, err = exchange("wrong")
	refusedAs(t, err, "invalid_client_id")
	got, err := exchange(emulate.ClientSecret)
	if err != nil || got.Team.ID != EmulateTeam || got.BotUserID != EmulateBotUser || got.Scope != "chat:write" {
		t.Fatalf("got %+v, %v", got, err)
	}
	if issued := proxy.Issued(); len(issued) != 1 || issued[0] != got.AccessToken {
		t.Errorf("issued %q", issued)
	}
	_, _, err = slack.New(got.AccessToken, slack.OptionAPIURL(proxy.API())).PostMessageContext(t.Context(), EmulateGeneral, slack.MsgOptionText("hello", false))
	if err != nil {
		t.Error(err)
	}
}
