package discover

import "attache/feeds/date"

// isDate reports whether a text is a date, whichever of its numbers is the day.
func isDate(text string) bool {
	for _, layout := range []string{"", "02/01/2006", "01/02/2006", "02-01-2006", "01-02-2006"} {
		if _, ok := (date.Reader{Layout: layout}).Read(text); ok {
			return true
		}
	}
	return false
}
