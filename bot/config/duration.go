package config

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Duration is a stretch of time as people write it: "15s", "10m", "1h30m",
// and "2d" for two times 24 hours.
type Duration struct{ time.Duration }

// errDuration ends the sentence that starts with what was written.
var errDuration = errors.New("not a duration: write 5m, 1h30m or 2d")

// UnmarshalText reads the format of time.ParseDuration with whole days before
// it. The empty text leaves the default.
func (d *Duration) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	rest := string(text)
	var days uint64
	number, after, daily := strings.Cut(rest, "d")
	if daily {
		var err error
		// Far below what would overflow, far above any interval that makes sense.
		if days, err = strconv.ParseUint(number, 10, 64); err != nil || days > 10_000 {
			return errDuration
		}
		rest = after
	}
	var clock time.Duration
	if rest != "" || !daily {
		var err error
		if clock, err = time.ParseDuration(rest); err != nil || clock < 0 || clock > 10_000*24*time.Hour {
			return errDuration
		}
	}
	d.Duration = time.Duration(days)*24*time.Hour + clock
	return nil
}

// String is the shortest form that UnmarshalText reads back: "10m", "1d12h".
func (d Duration) String() string {
	const day = 24 * time.Hour
	var days string
	if d.Duration >= day {
		days = strconv.Itoa(int(d.Duration/day)) + "d"
	}
	clock := (d.Duration % day).String()
	if days != "" && clock == "0s" {
		return days
	}
	if strings.HasSuffix(clock, "m0s") {
		clock = strings.TrimSuffix(clock, "0s")
	}
	if strings.HasSuffix(clock, "h0m") {
		clock = strings.TrimSuffix(clock, "0m")
	}
	return days + clock
}
