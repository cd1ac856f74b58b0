package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"attache/bot/matrix"
	"attache/bot/slack/slacktest"
)

// build builds the program and returns its path.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "attache")
	args := []string{"build", "-o", path}
	if matrix.Encryption { // as this test is built
		args = append(args, "-tags=goolm")
	}
	if out, err := exec.Command("go", append(args, "attache")...).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// newsOf is the address of a feed in which countries recall their ambassadors.
func newsOf(t *testing.T, countries ...string) string {
	t.Helper()
	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel>`)
		for _, country := range countries {
			fmt.Fprintf(w, `<item><guid>%s</guid><title>%s recalls its ambassador</title></item>`, country, country)
		}
		fmt.Fprint(w, `</channel></rss>`)
	}))
	t.Cleanup(feed.Close)
	return feed.URL
}

// onConfig starts the program on a config.
func onConfig(t *testing.T, program, config string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(program, "run", "-c", config)
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd
}

// TestKillSlack kills the program without warning while it speaks to Slack: once
// when Slack has heard an alert and not answered yet, once when it has not heard
// it. Every alert is said once all the same.
func TestKillSlack(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short: it waits a minute for what Slack may have heard")
	}
	t.Parallel()
	program := build(t)
	local := slacktest.Local(t, "")
	proxy := slacktest.NewProxy(t, local.URL)
	feed := newsOf(t, "Norvania", "Ruritania", "Sylvania")
	config := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(config, fmt.Appendf(nil, `
		storage.path = %q
		poll.allow = ["127.0.0.1/32"]
		console.enabled = false
		web.enabled = false
		slack = { bot_token = %q, app_token = %q, api_url = %q }
		[[feed]]
		name = "wire-one"
		url = %q
		backlog = true
		[[subscription]]
		channel = "slack:%s/%s"
		rule = "ambassador"
		`, filepath.Join(t.TempDir(), "attache.db"), slacktest.SocketApp.BotToken, slacktest.SocketApp.AppToken,
		proxy.API(), feed, slacktest.Team, slacktest.Desk), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := make(chan struct{}, 10)
	heard := func(slacktest.Request) slacktest.Fault { asked <- struct{}{}; return slacktest.Slow(5 * time.Second) }
	unheard := func(slacktest.Request) slacktest.Fault {
		asked <- struct{}{}
		time.Sleep(time.Second)
		return slacktest.CutBefore()
	}
	for _, fault := range []func(slacktest.Request) slacktest.Fault{heard, unheard} {
		proxy.Fail("chat.postMessage", 1, slacktest.Choose(fault))
		cmd := onConfig(t, program, config)
		select {
		case <-asked:
			time.Sleep(300 * time.Millisecond)
		case <-time.After(time.Minute):
			t.Fatal("Slack was asked nothing")
		}
		cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	}
	cmd := onConfig(t, program, config)
	for end := time.Now().Add(2 * time.Minute); len(proxy.Posted()) < 3 && time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(2 * time.Second) // for what should not come
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
	times := map[string]int{}
	for _, m := range proxy.Posted() {
		times[fmt.Sprint(m.Metadata.EventPayload["key"])]++
	}
	for key, n := range times {
		if n != 1 {
			t.Errorf("%s was said %d times", key, n)
		}
	}
	if len(times) != 3 {
		t.Errorf("said %d alerts of 3", len(times))
	}
}
