package date

import "time"

type Reader struct {
	Zone   *time.Location
	Layout string
}

func (r Reader) Read(text string) (time.Time, bool) {
	for _, l := range []string{time.RFC1123Z, time.RFC1123, time.RFC3339, "2006-01-02", "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(l, text); err == nil && t.UTC().Year() > 1 {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
