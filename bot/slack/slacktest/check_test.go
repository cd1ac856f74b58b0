package slacktest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// failures is a test that notes that it has failed, and goes on.
type failures struct {
	testing.TB
	said []string
}

func (f *failures) Helper() {}

func (f *failures) Errorf(format string, args ...any) {
	f.said = append(f.said, fmt.Sprintf(format, args...))
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ kind, right, wrong, reason string }{
		"a message": {"message",
			`{"text":"x","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"x","verbatim":true}}],"metadata":{"event_type":"alert","event_payload":{"key":"k"}}}`,
			`{"text":"x","blocks":[{"type":"divider"},{"type":"header","text":{"type":"mrkdwn","text":"x"}}]}`,
			`/blocks/1/text/type: must be equal to constant: plain_text`},
		"messages": {"message", `[{"text":"x"},{"text":"y"}]`, `[{"text":"x"},{"blocks":[]}]`, `/1: has no text`},
		"a home":   {"home", `{"type":"home","blocks":[{"type":"divider"}]}`, `{"type":"home","blocks":[{"type":"divder"}]}`, `/blocks/0/type: "divder" is none of`},
		"a modal":  {"modal", `{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[]}`, `{"type":"modal","blocks":[]}`, `/: has no title`},
		"a manifest": {"manifest",
			`{"display_information":{"name":"x"},"settings":{"socket_mode_enabled":true}}`,
			`{"display_information":{"name":"x"},"settings":{"socket_mode":true}}`,
			`/settings: must not have socket_mode`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			right, wrong := filepath.Join(dir, "right.json"), filepath.Join(dir, "wrong.json")
			for file, text := range map[string]string{right: test.right, wrong: test.wrong} {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			Check(t, test.kind, right)
			f := &failures{TB: t}
			Check(f, test.kind, right, wrong)
			if len(f.said) != 1 || !strings.Contains(f.said[0], wrong+": "+test.reason) || strings.Contains(f.said[0], right) {
				t.Errorf("it says %q", f.said)
			}
		})
	}
}
