package config

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"os"
	"reflect"
)

// Secret is a text that must not be seen. Printed, logged or marshalled in any
// way it is "[secret]"; only Reveal gives it away, so that a search for that
// word finds every place that may.
//
// Beside every Secret of a table there is one of (so not of a feed) stands the name of a file that may have it
// instead (the field's name with File, the key with _file), and its tag names
// an environment variable that it comes from when the config has neither.
type Secret struct {
	text string
	from string // the variable or the key of the file that it came from; "" its own key
}

const masked = "[secret]"

// NewSecret hides a text.
func NewSecret(text string) Secret { return Secret{text: text} }

// Reveal returns the text itself.
func (s Secret) Reveal() string { return s.text }

// String returns "[secret]".
func (Secret) String() string { return masked }

// GoString returns "[secret]".
func (Secret) GoString() string { return masked }

// Format writes "[secret]" whatever the verb: a wrong one would otherwise make
// fmt print the field.
func (Secret) Format(f fmt.State, _ rune) { io.WriteString(f, masked) }

// MarshalText returns "[secret]".
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }

// UnmarshalText takes the text as it is.
func (s *Secret) UnmarshalText(text []byte) error {
	s.text = string(text)
	return nil
}

// LogValue returns "[secret]".
func (Secret) LogValue() slog.Value { return slog.StringValue(masked) }

// name is what people have set the secret of a key by.
func (s Secret) name(key string) string {
	_, name := split(cmp.Or(s.from, key))
	return name
}

// given reports whether there is a secret, or a file that has it.
func given(s Secret, file string) bool { return s.text != "" || file != "" }

// source is where a secret of a config may come from.
type source struct {
	key    string // "web.password"
	env    string // "ATTACHE_WEB_PASSWORD"
	secret *Secret
	file   string
}

// sources returns those of all secrets, in the order of the fields.
func (c *Config) sources() []source {
	var list []source
	config := reflect.ValueOf(c).Elem()
	for f := range config.Type().Fields() {
		if f.Type.Kind() != reflect.Struct {
			continue
		}
		table := config.FieldByIndex(f.Index)
		for g := range f.Type.Fields() {
			if g.Type != reflect.TypeFor[Secret]() {
				continue
			}
			list = append(list, source{
				key: f.Tag.Get("toml") + "." + g.Tag.Get("toml"), env: g.Tag.Get("env"),
				secret: table.FieldByIndex(g.Index).Addr().Interface().(*Secret),
				file:   table.FieldByName(g.Name + "File").String(),
			})
		}
	}
	return list
}

// readSecrets reads the secrets whose files the config names.
func (c *Config) readSecrets() (problems Problems) {
	for _, s := range c.sources() {
		if s.file == "" || s.secret.text != "" {
			continue
		}
		secret, err := SecretFile(s.file)
		if err != nil {
			problems = append(problems, c.Problem(s.key+"_file", err))
		}
		*s.secret = secret
		s.secret.from = s.key + "_file"
	}
	return problems
}

// SecretFile reads a secret from a file, as every *_file of a config is read.
// Its errors name the file and never what is in it.
func SecretFile(path string) (Secret, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Secret{}, err
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return Secret{}, fmt.Errorf("%s is empty", path)
	}
	return NewSecret(string(text)), nil
}
