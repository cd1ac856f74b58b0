package slacktest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// app is an app in Socket Mode that notes what it hears, and lets answer say
// what goes with an acknowledgement.
type app struct {
	api    *slack.Client
	answer func(socketmode.Event) any

	mu    sync.Mutex
	heard []socketmode.Event
}

func listen(t *testing.T, p *Proxy, answer func(*app, socketmode.Event) any, options ...socketmode.Option) *app {
	t.Helper()
	a := &app{api: client(p)}
	a.answer = func(e socketmode.Event) any { return answer(a, e) }
	sm := socketmode.New(a.api, options...)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := sm.RunContext(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("the socket ended with %v", err)
		}
	}()
	go func() {
		for {
			select {
			case e := <-sm.Events:
				a.hear(sm, e)
			case <-ended:
				return
			}
		}
	}()
	t.Cleanup(func() { stop(); <-ended })
	Eventually(t, "a socket", func() bool { return proxyHello(a) })
	return a
}

func proxyHello(a *app) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range a.heard {
		if e.Type == socketmode.EventTypeHello {
			return true
		}
	}
	return false
}

func (a *app) hear(sm *socketmode.Client, e socketmode.Event) {
	a.mu.Lock()
	a.heard = append(a.heard, e)
	a.mu.Unlock()
	if e.Request == nil || e.Request.EnvelopeID == "" {
		return
	}
	if said := a.answer(e); said != nil {
		_ = sm.Ack(*e.Request, said)
	} else {
		_ = sm.Ack(*e.Request)
	}
}

// events returns what of a type was heard.
func (a *app) events(kind socketmode.EventType) []any {
	a.mu.Lock()
	defer a.mu.Unlock()
	var list []any
	for _, e := range a.heard {
		if e.Type == kind {
			list = append(list, e.Data)
		}
	}
	return list
}

func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject("plain_text", s, false, false)
}

// dialog asks for a text, and for one of two languages.
func dialog() slack.ModalViewRequest {
	languages := slack.NewOptionsSelectBlockElement("static_select", nil, "language",
		slack.NewOptionBlockObject("en", plain("English"), nil), slack.NewOptionBlockObject("de", plain("German"), nil))
	languages.InitialOption = languages.Options[0]
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "subscribe", Title: plain("Subscribe"), Submit: plain("Save"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock("rule", plain("Words"), nil, slack.NewPlainTextInputBlockElement(nil, "text")),
			slack.NewInputBlock("lang", plain("Language"), nil, languages),
		}},
	}
}

// A person types a command, is shown a dialog, is told what is wrong with what
// they entered, and enters something else.
func TestDialog(t *testing.T) {
	t.Parallel()
	local := Local(t, "")
	proxy := NewProxy(t, local.URL)
	a := listen(t, proxy, func(a *app, e socketmode.Event) any {
		switch e := e.Data.(type) {
		case slack.SlashCommand:
			if _, err := a.api.OpenView(e.TriggerID, dialog()); err != nil {
				t.Error(err)
			}
			_, err := a.api.OpenView(e.TriggerID, dialog())
			refusedAs(t, err, "exchanged_trigger_id")
		case slack.InteractionCallback:
			if e.View.State.Values["rule"]["text"].Value == "(" {
				return slack.NewErrorsViewSubmissionResponse(map[string]string{"rule": "a bracket is open"})
			}
		}
		return nil
	}, socketmode.OptionPingInterval(10*time.Minute))

	local.Command(Desk, Alice, "/attache", "subscribe")
	Eventually(t, "the dialog", func() bool { return local.Modal() != nil })
	if m := local.Modal(); m.CallbackID != "subscribe" || len(m.Blocks.BlockSet) != 2 {
		t.Errorf("the dialog is %+v", m)
	}
	local.Submit(Alice, map[string]map[string]any{"rule": {"text": "("}})
	if local.ViewErrors()["rule"] != "a bracket is open" || local.Modal() == nil {
		t.Errorf("errors %v, dialog %v", local.ViewErrors(), local.Modal())
	}
	local.Submit(Alice, map[string]map[string]any{"rule": {"text": "iran"}, "lang": {"language": "de"}})
	if local.ViewErrors() != nil || local.Modal() != nil {
		t.Errorf("errors %v, dialog %v", local.ViewErrors(), local.Modal())
	}
	submitted := a.events(socketmode.EventTypeInteractive)
	if len(submitted) != 2 {
		t.Fatalf("heard %+v", submitted)
	}
	first, second := submitted[0].(slack.InteractionCallback), submitted[1].(slack.InteractionCallback)
	if s := first.View.State.Values["lang"]["language"].SelectedOption.Value; first.Type != slack.InteractionTypeViewSubmission || s != "en" {
		t.Errorf("at first, a %s with the language %q", first.Type, s)
	}
	if s := second.View.State.Values; s["rule"]["text"].Value != "iran" || s["lang"]["language"].SelectedOption.Value != "de" || second.User.ID != Alice {
		t.Errorf("then %+v", second)
	}
	for _, e := range proxy.Envelopes() {
		if e.Acked.IsZero() {
			t.Errorf("not acknowledged: %+v", e)
		}
	}
}

// A person mentions the app, talks to it in private, presses buttons on a
// message and in the Home tab.
func TestPeople(t *testing.T) {
	t.Parallel()
	local := Local(t, "")
	proxy := NewProxy(t, local.URL)
	button := slack.NewButtonBlockElement("why", "why 12", plain("Why"))
	blocks := []slack.Block{slack.NewActionBlock("actions 12", button)}
	a := listen(t, proxy, func(a *app, e socketmode.Event) any {
		if _, ok := e.Data.(slack.SlashCommand); ok {
			return map[string]any{"text": "at once", "response_type": "ephemeral"}
		}
		return nil
	})

	local.Command(Private, Bob, "/attache", "list")
	if shown := local.Messages(Private); len(shown) != 1 || shown[0].Text != "at once" || shown[0].EphemeralTo != Bob {
		t.Errorf("people see %+v", shown)
	}
	ts := local.Say(Desk, Bob, "<@"+SocketApp.BotUser+"> list", "")
	local.Say(Desk, Bob, "and more", ts)
	local.Say(local.DM(Alice), Alice, "help", "")
	kinds := map[string]int{}
	for _, e := range a.events(socketmode.EventTypeEventsAPI) {
		switch e := e.(slackevents.EventsAPIEvent).InnerEvent.Data.(type) {
		case *slackevents.MessageEvent:
			kinds["message "+e.ChannelType+" "+e.ThreadTimeStamp]++
		case *slackevents.AppMentionEvent:
			kinds["mention "+e.TimeStamp]++
		}
	}
	if kinds["message channel "] != 1 || kinds["message channel "+ts] != 1 || kinds["message im "] != 1 || kinds["mention "+ts] != 1 {
		t.Errorf("heard %v", kinds)
	}

	_, posted, err := a.api.PostMessage(Desk, slack.MsgOptionText("card", false), slack.MsgOptionBlocks(blocks...))
	if err != nil {
		t.Fatal(err)
	}
	local.Press(Desk, posted, Alice, "why", "", "")
	_, err = a.api.PublishView(Carol, slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}, "")
	if err != nil {
		t.Fatal(err)
	}
	Eventually(t, "Carol's Home", func() bool { return local.Home(Carol) != nil })
	local.OpenHome(Carol)
	local.PressHome(Carol, "why", "actions 12", "why 12")
	Eventually(t, "two presses", func() bool { return len(a.events(socketmode.EventTypeInteractive)) == 2 })
	onCard := a.events(socketmode.EventTypeInteractive)[0].(slack.InteractionCallback)
	if p := onCard.ActionCallback.BlockActions[0]; p.Value != "why 12" || p.BlockID != "actions 12" || onCard.Channel.ID != Desk || onCard.Container.Type != "message" {
		t.Errorf("on the card: %+v", onCard)
	}
	inHome := a.events(socketmode.EventTypeInteractive)[1].(slack.InteractionCallback)
	if p := inHome.ActionCallback.BlockActions[0]; p.Value != "why 12" || inHome.View.Type != slack.VTHomeTab || inHome.Container.Type != "view" || inHome.User.ID != Carol {
		t.Errorf("in Home: %+v", inHome)
	}

	for i := range 6 {
		err := slack.PostWebhook(onCard.ResponseURL, &slack.WebhookMessage{Text: fmt.Sprint("answer ", i), ResponseType: "ephemeral"})
		if (err == nil) != (i < 5) {
			t.Errorf("answer %d: %v", i, err)
		}
	}
	if n := proxy.Calls("response_url"); n != 6 || !strings.HasPrefix(onCard.ResponseURL, proxy.URL) {
		t.Errorf("%d answers at %s", n, onCard.ResponseURL)
	}
}

func TestSockets(t *testing.T) {
	t.Parallel()
	local := Local(t, "")
	proxy := NewProxy(t, local.URL)
	a := listen(t, proxy, func(*app, socketmode.Event) any { return nil })
	if n := proxy.Sockets(); n != 1 {
		t.Fatalf("%d sockets", n)
	}
	again := func(what string) {
		t.Helper()
		Eventually(t, "a socket after "+what, func() bool { return proxy.Sockets() == 1 })
		before := len(a.events(socketmode.EventTypeSlashCommand))
		local.Command(Desk, Alice, "/attache", what)
		heard := a.events(socketmode.EventTypeSlashCommand)
		if len(heard) != before+1 || heard[before].(slack.SlashCommand).Text != what {
			t.Errorf("after %s, heard %+v", what, heard)
		}
	}
	again("a start")
	e := proxy.Envelopes()[0]
	proxy.SendSockets(map[string]any{"envelope_id": e.ID, "type": e.Type, "payload": e.Payload, "retry_attempt": 1})
	Eventually(t, "the envelope again", func() bool { return len(a.events(socketmode.EventTypeSlashCommand)) == 2 })
	opens := proxy.Calls("apps.connections.open")
	proxy.RefuseSockets("too_many_websockets", 2)
	proxy.CutSockets()
	Eventually(t, "three more calls", func() bool { return proxy.Calls("apps.connections.open") == opens+3 })
	again("a cut")
	proxy.SendSockets(map[string]any{"type": "disconnect", "reason": "refresh_requested"})
	Eventually(t, "another call", func() bool { return proxy.Calls("apps.connections.open") == opens+4 })
	again("a refresh")
}

// The app in HTTP mode hears what Slack has signed.
func TestEvents(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var heard []string
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		v, err := slack.NewSecretsVerifier(r.Header, EventsApp.SigningSecret)
		if err == nil {
			_, _ = v.Write(body)
			err = v.Ensure()
		}
		if err != nil {
			t.Errorf("%v: %s", err, body)
		}
		mu.Lock()
		defer mu.Unlock()
		heard = append(heard, string(body))
	})}
	go server.Serve(l)
	defer server.Close()
	local := Local(t, "http://"+l.Addr().String()+"/slack").As(EventsApp)
	local.Command(Desk, Alice, "/attache", "list")
	local.Say(Desk, Alice, "<@"+EventsApp.BotUser+">", "")
	local.OpenHome(Bob)
	mu.Lock()
	defer mu.Unlock()
	if len(heard) != 4 || !strings.Contains(heard[0], "command=%2Fattache") || !strings.Contains(heard[3], "app_home_opened") {
		t.Errorf("heard %q", heard)
	}
}
