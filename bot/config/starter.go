package config

import (
	_ "embed"

	"github.com/pelletier/go-toml/v2"
)

//go:embed starter.toml
var starter []byte

// Starter returns the embedded starter set: public feeds of the UN, of
// ministries, agencies and the press, for somebody who has not named any yet.
func Starter() []Feed {
	var set struct {
		Feeds []Feed `toml:"feed"`
	}
	if err := toml.Unmarshal(starter, &set); err != nil {
		panic(err) // a test reads it
	}
	for i := range set.Feeds {
		set.Feeds[i].complete()
	}
	return set.Feeds
}
