package slack

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/slack/slacktest"
)

// serveSlack runs the HTTP mode of a Slack with these options on loopback, and
// ends it with the test.
func serveSlack(t *testing.T, o Options) (s *Slack, address string, end func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.Listener, o.SigningSecret = l, doorSecret
	if s, err = New(o); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.serve(ctx) }()
	end = sync.OnceValue(func() error { stop(); return <-ended })
	t.Cleanup(func() {
		if err := end(); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return s, "http://" + l.Addr().String(), end
}

func TestServeRoutes(t *testing.T) {
	_, address, _ := serveSlack(t, Options{BotToken: "xoxb-test"})
	if resp, body := send(t, signed(address+eventsPath, jsonType, challengeBody)); resp.StatusCode != http.StatusOK || !strings.Contains(body, "3eZbrw1aBm2r") {
		t.Errorf("the challenge answered %s %q", resp.Status, body)
	}
	if resp, body := send(t, signed(address+eventsPath, formType, slashBody)); resp.StatusCode != http.StatusOK {
		t.Errorf("a command answered %s %q", resp.Status, body)
	}
	for _, test := range []struct{ method, path string }{
		{"GET", "/"}, {"GET", eventsPath}, {"PUT", eventsPath}, {"POST", eventsPath + "/"}, {"POST", "/"}, {"GET", "/slack"},
		{"GET", installPath}, {"GET", redirectPath}, // no OAuth without a client id
	} {
		r := signed(address+test.path, formType, slashBody)
		r.Method = test.method
		if resp, _ := send(t, r); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s %s answered %s, want 404", test.method, test.path, resp.Status)
		}
	}
}

// TestServeEnds ends it amid connections that do nothing and requests that are
// not all there.
func TestServeEnds(t *testing.T) {
	_, address, end := serveSlack(t, Options{BotToken: "xoxb-test"})
	for _, text := range []string{"", "POST /slack/events HTTP/1.1\r\nHost: x\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nX-Slack-Request-Timestamp: " + strconv.FormatInt(time.Now().Unix(), 10) +
			"\r\nX-Slack-Signature: v0=" + strings.Repeat("0", 64) + "\r\n\r\nhalf"} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, text)
	}
	time.Sleep(50 * time.Millisecond)
	began := time.Now()
	if err := end(); err != nil {
		t.Errorf("serve: %v", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestServeBrokenListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Listener: l, SigningSecret: doorSecret, BotToken: "xoxb-test"})
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := s.serve(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "slack: ") {
		t.Errorf("serve: %v", err)
	}
}

// TestServeAtAPeer hears a Slack that we did not write, which signs with its
// own hand, and one that signs with another secret than the one we know.
func TestServeAtAPeer(t *testing.T) {
	for _, test := range []struct {
		secret string
		heard  bool
	}{{slacktest.EventsApp.SigningSecret, true}, {doorSecret, false}} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		local := slacktest.Local(t, "http://"+l.Addr().String()+eventsPath).As(slacktest.EventsApp)
		said := &logs{}
		s, err := New(Options{
			BotToken: slacktest.EventsApp.BotToken, Listener: l, SigningSecret: test.secret,
			API: slacktest.NewProxy(t, local.URL).API(), Desk: nobody{}, Store: openStore(t), Log: logger(said),
		})
		if err != nil {
			t.Fatal(err)
		}
		lines := make(chan string, 10)
		h := answerer(func(c bot.Command) bot.Message {
			lines <- c.Line + " in " + string(c.Channel)
			return bot.Message{Kind: bot.KindNotice, Lines: []bot.Line{{Text: "Heard."}}}
		})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx, h) }()

		local.Command(slacktest.Desk, slacktest.Alice, "/attache", "list")
		local.Say(slacktest.Desk, slacktest.Bob, "<@"+slacktest.EventsApp.BotUser+"> latest", "")
		if test.heard {
			for _, want := range []string{"list", "latest"} {
				select {
				case line := <-lines:
					if line != want+" in "+string(deskChannel) {
						t.Errorf("heard %q, want %q", line, want)
					}
				case <-time.After(10 * time.Second):
					t.Errorf("never heard %q\n%s", want, said)
				}
			}
		}
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		if len(lines) > 0 {
			t.Errorf("heard %q as well", <-lines)
		}
		if refused := strings.Contains(said.String(), "the signature is wrong"); refused == test.heard {
			t.Errorf("refused is %t; the log:\n%s", refused, said)
		}
		for _, secret := range slacktest.Tokens() {
			if strings.Contains(said.String(), secret) {
				t.Errorf("the log has a secret in it:\n%s", said)
			}
		}
	}
}

// loopback is a listener that is closed with the test.
func loopback(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}
