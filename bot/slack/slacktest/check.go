package slacktest

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// Check holds JSON files to Slack's official types: kind is "message", "home",
// "modal" or "manifest". See .ci/slack/check.mjs.
func Check(t testing.TB, kind string, files ...string) {
	t.Helper()
	installed(t, "ts-json-schema-generator")
	args := []string{filepath.Join(root(t), ".ci", "slack", "check.mjs"), kind}
	for _, file := range files {
		path, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	if out, err := exec.CommandContext(t.Context(), node(t), args...).CombinedOutput(); err != nil {
		t.Errorf("Slack's types do not know this %s: %v\n%s", kind, err, out)
	}
}
