package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Every secret comes from the config, or else from a file, or else from the
// environment.
func TestLoadSecrets(t *testing.T) {
	file := write(t, "secret", "\n xoxb-from the file \n")
	for _, s := range new(Config).sources() {
		t.Run(s.key, func(t *testing.T) {
			t.Setenv(s.env, "xoxb-from the environment")
			table, name := split(s.key)
			for text, want := range map[string]string{
				"":                                 "xoxb-from the environment",
				name + " = ''":                     "xoxb-from the environment",
				name + " = 'xoxb-from the config'": "xoxb-from the config",
				name + "_file = '" + file + "'":    "xoxb-from the file",
			} {
				// The rest of the table may be missing: what is read is read.
				c, _ := Load(write(t, "config.toml", "["+table+"]\n"+text))
				for _, got := range c.sources() {
					if got.key == s.key && got.secret.Reveal() != want {
						t.Errorf("%q: %q, want %q", text, got.secret.Reveal(), want)
					}
				}
			}
		})
	}
	t.Setenv(PasswordEnv, "from the environment")
	if c, err := Load(""); err != nil || c.Web.Password.Reveal() != "from the environment" || !c.StarterFeeds {
		t.Errorf("no file: %+v, %v", c, err)
	}
}

// Beside every secret stands the name of its file, and its variable is named
// after its key; but for those of feeds, of which there are many.
func TestSources(t *testing.T) {
	known, list := fields(), new(Config).sources()
	for _, s := range list {
		if _, ok := known[s.key+"_file"]; !ok {
			t.Errorf("%s has no %s_file", s.key, s.key)
		}
		if want := "ATTACHE_" + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_")); s.env != want {
			t.Errorf("%s comes from %q, want %s", s.key, s.env, want)
		}
	}
	secrets := 0
	for path, f := range known {
		if f.secret && !strings.Contains(path, "[]") {
			secrets++
		}
	}
	if len(list) != secrets || list[0].env != PasswordEnv {
		t.Errorf("%d sources of %d secrets; the first is %+v", len(list), secrets, list[0])
	}
}

// What is wrong with a secret is said of the place that it came from.
func TestSecretProblems(t *testing.T) {
	app := write(t, "app", "xoxb-hunter2\n")
	t.Setenv("ATTACHE_SLACK_BOT_TOKEN", "xapp-hunter2")
	t.Setenv("ATTACHE_SLACK_TOKEN_KEY", "hunter2")
	path := write(t, "config.toml", "[slack]\nlisten = 'localhost:1'\nsigning_secret = 'x'\napp_token_file = '"+app+"'\nclient_id = '5'\n")
	c, err := Load(path)
	problems, ok := errors.AsType[Problems](err)
	if !ok || !c.Slack.On() {
		t.Fatalf("on: %v, %v", c.Slack.On(), err)
	}
	got := map[string]*Problem{}
	for _, p := range problems {
		got[p.Key] = p
	}
	for key, want := range map[string]struct {
		line int
		msg  string
	}{
		"ATTACHE_SLACK_BOT_TOKEN": {0, "this begins with xapp- and is the app_token"},
		"ATTACHE_SLACK_TOKEN_KEY": {0, "7 bytes are too few"},
		"slack.app_token_file":    {4, "this begins with xoxb- and is the bot_token"},
		"slack.listen":            {2, "app_token_file is set as well"},
		"slack.client_id":         {5, "ATTACHE_SLACK_BOT_TOKEN is set as well"},
		"slack.client_secret":     {1, "client_id needs this, and it is missing"},
		"slack.url":               {1, "client_id needs this, and it is missing"},
	} {
		p := got[key]
		if p == nil || p.Line != want.line || p.Msg != want.msg || (p.File == "") != (want.line == 0) {
			t.Errorf("%s: %+v, want line %d, %q", key, p, want.line, want.msg)
		}
		delete(got, key)
	}
	if len(got) > 0 || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("more: %v\nin all:\n%v", got, err)
	}
}

func TestLoadErrors(t *testing.T) {
	absent := filepath.Join(t.TempDir(), "absent")
	if _, err := Load(absent); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), absent) {
		t.Errorf("absent config: %v", err)
	}
	for _, test := range []struct{ file, want string }{
		{absent, "no such file"},
		{write(t, "empty", " \n"), "is empty"},
		{t.TempDir(), "is a directory"},
	} {
		path := write(t, "config.toml", "[poll]\nworkers = 0\n[web]\npassword_file = '"+test.file+"'")
		_, err := Load(path)
		problems, ok := errors.AsType[Problems](err)
		if !ok || len(problems) != 2 {
			t.Fatalf("%s: %v", test.file, err)
		}
		p := problems[1]
		if p.File != path || p.Line != 4 || p.Key != "web.password_file" ||
			!strings.Contains(p.Msg, test.file) || !strings.Contains(p.Msg, test.want) {
			t.Errorf("%s: %v", test.want, p)
		}
	}
}

// Another room's error stands at the line of the key it is about.
func TestConfigProblem(t *testing.T) {
	c, err := Parse("c.toml", []byte(`
[[subscription]]
channel = "web:desk"
rule = "iran"
[[subscription]]
channel = "web:desk"
rule = "iran AND (nuclear"
[[subscription]]
channel = "web:desk"
rule = 'Genève "('
`), none)
	if err != nil {
		t.Fatal(err)
	}
	cause := errors.New("the bracket is not closed")
	for _, test := range []struct {
		key    string
		offset int
		want   string
	}{
		{"subscription[1].rule", 0, `c.toml:7:9: subscription[1].rule: the bracket is not closed
rule = "iran AND (nuclear"
        ^`},
		{"subscription[1].rule", 9, `c.toml:7:18: subscription[1].rule: the bracket is not closed
rule = "iran AND (nuclear"
                 ^`},
		{"subscription[2].rule", len(`Genève "`), `c.toml:10:17: subscription[2].rule: the bracket is not closed
rule = 'Genève "('
                ^`},
		{"subscription[1].rule", 999, `c.toml:7:8: subscription[1].rule: the bracket is not closed
rule = "iran AND (nuclear"
       ^`},
		{"subscription[1].name", 0, `c.toml:5:3: subscription[1].name: the bracket is not closed
[[subscription]]
  ^`},
		{"subscription[7].rule", 0, `c.toml: subscription[7].rule: the bracket is not closed`},
	} {
		p := c.Problem(test.key, cause).At(test.offset)
		if p.Error() != test.want {
			t.Errorf("%s at %d:\n%v\nwant\n%s", test.key, test.offset, p, test.want)
		}
		if !errors.Is(p, cause) {
			t.Errorf("%s: the cause is lost", test.key)
		}
	}
	if got, want := Default().Problem("poll.every", cause).Error(), "poll.every: the bracket is not closed"; got != want {
		t.Errorf("without a file: %q, want %q", got, want)
	}
}
