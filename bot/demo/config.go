package demo

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"text/template"
	"time"
)

// pageTitle stands above the web page.
const pageTitle = "Demo: every item here is invented, by outlets that do not exist."

//go:embed config.toml
var configText string

var configTemplate = template.Must(template.New("config.toml").
	Funcs(template.FuncMap{"quote": func(s any) string { return fmt.Sprintf("%q", fmt.Sprint(s)) }}).
	Parse(configText))

// Config is a config for the program under which it watches the scenario at
// base, the server's address ("http://127.0.0.1:8481"), each feed every so
// often.
func (s *Scenario) Config(base string, every time.Duration) []byte {
	var b bytes.Buffer
	err := configTemplate.Execute(&b, struct {
		*Scenario
		Base     string
		Every    time.Duration
		Banner   string
		Channels []string
	}{s, strings.TrimSuffix(base, "/"), every, pageTitle, []string{"web:desk", "console:"}})
	if err != nil {
		panic("demo: the bundled config.toml: " + err.Error()) // a bug here, and a test would have seen it
	}
	return b.Bytes()
}
