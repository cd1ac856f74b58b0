package config

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a text that must not be seen. Printed, logged or marshalled in any
// way it is "[secret]"; only Reveal gives it away, so that a search for that
// word finds every place that may.
type Secret struct{ text string }

const masked = "[secret]"

// NewSecret hides a text.
func NewSecret(text string) Secret { return Secret{text} }

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
