package cli

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"attache/bot/slack/slacktest"
	"attache/feeds/feedstest"
)

// TestSlackInstall has a workspace install the app of a running program, which
// then speaks there, and still does after a restart.
func TestSlackInstall(t *testing.T) {
	emulate := slacktest.Emulate(t, "chat:write", "channels:read", "channels:history", "users:read")
	proxy := slacktest.NewProxy(t, emulate.URL)
	web := feedstest.Start(t)
	publish := func(titles ...string) {
		var b strings.Builder
		for i, title := range titles {
			fmt.Fprintf(&b, "<item><guid>%d</guid><title>%s</title></item>", i, title)
		}
		web.Set("wire-one.example/rss", feedstest.Page{Body: `<rss version="2.0"><channel>` + b.String() + `</channel></rss>`})
	}
	publish("Norvania recalls its ambassador")
	l, err := net.Listen("tcp", "127.0.0.1:0") // for an address that is free
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	dir := t.TempDir()
	config := fmt.Sprintf(`
		poll = { every = "200ms", host_gap = "0s" }
		web.enabled = false
		[slack]
		listen = %q
		url = "http://%s"
		signing_secret = "signing secret of the app"
		client_id = %q
		client_secret = %q
		token_key = "a key of at least thirty-two bytes, kept well"
		api_url = %q
		[[feed]]
		name = "wire-one"
		url = "http://wire-one.example/rss"
		backlog = true
		[[subscription]]
		channel = "slack:%s/%s"
		rule = "ambassador"
		`, address, address, emulate.ClientID, emulate.ClientSecret, proxy.API(), slacktest.EmulateTeam, slacktest.EmulateGeneral)

	logs, stop := start(t, web, config, dir)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var resp *http.Response
	slacktest.Eventually(t, "the install page", func() bool {
		resp, err = browser.Get("http://" + address + "/slack/install")
		return err == nil
	})
	resp.Body.Close()
	back, err := emulate.Install(resp.Header.Get("Location"))
	if err != nil {
		t.Fatalf("%v\n%s", err, logs)
	}
	resp, err = browser.Get(back)
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || !strings.Contains(string(page), "is in") {
		t.Fatalf("installed with %s: %s\n%s", resp.Status, page, logs)
	}
	publish("Norvania recalls its ambassador", "Ruritania recalls its ambassador")
	slacktest.Eventually(t, "an alert", func() bool { return len(proxy.Posted()) > 0 })
	// The other goes out too, if the app was installed by then, and the answers
	// reach the program: else its next life would be in doubt for 25 s.
	time.Sleep(2500 * time.Millisecond)
	said := len(proxy.Posted())
	stop()
	first := logs.String()

	logs, stop = start(t, web, config, dir)
	publish("Norvania recalls its ambassador", "Ruritania recalls its ambassador", "Sylvania recalls its ambassador")
	slacktest.Eventually(t, "an alert after the restart", func() bool { return len(proxy.Posted()) > said })
	stop()
	for _, token := range append(slacktest.Tokens(), proxy.Issued()...) {
		if strings.Contains(first+logs.String(), token) || strings.Contains(string(page), token) {
			t.Errorf("the log or the page has the token %s in it", token)
		}
	}
	if len(proxy.Issued()) == 0 {
		t.Error("no token was given out")
	}
}
