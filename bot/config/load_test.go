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

func TestLoadPassword(t *testing.T) {
	t.Setenv(PasswordEnv, "from the environment")
	secret := write(t, "secret", "\n from the file \n")
	for _, test := range []struct{ text, want string }{
		{"", "from the environment"},
		{"[web]\npassword = 'from the config'", "from the config"},
		{"[web]\npassword_file = '" + secret + "'", "from the file"},
		{"[web]\nlisten = '0.0.0.0:80'", "from the environment"},
	} {
		c, err := Load(write(t, "config.toml", test.text))
		if got := c.Web.Password.Reveal(); err != nil || got != test.want {
			t.Errorf("%q: %q, %v; want %q", test.text, got, err, test.want)
		}
	}
	if c, err := Load(""); err != nil || c.Web.Password.Reveal() != "from the environment" || !c.StarterFeeds {
		t.Errorf("no file: %+v, %v", c, err)
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
