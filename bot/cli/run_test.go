package cli

import (
	"testing"

	"attache/bot/config"
)

func TestWaits(t *testing.T) {
	was := config.Default()
	now := was
	now.Log.Level = "debug"
	now.Feeds = []config.Feed{{Name: "a"}}
	now.Health.Channel = "web:ops"
	if got := waits(was, now); got != "" {
		t.Errorf("what a reload takes is said to wait: %s", got)
	}
	now.Web.Listen, now.Log.Format = "127.0.0.1:1", "json"
	now.Slack.Admins = []string{"U01DEF"}
	now.Matrix.Allow = []string{"example.org"}
	now.Poll.Ports = []int{8080}
	if got := waits(was, now); got != "poll, web, slack, matrix, log" {
		t.Errorf("waiting: %q", got)
	}
}
