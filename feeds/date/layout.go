package date

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// layout reads a text in the Reader's Layout, with the names of months and
// weekdays put into English and digits into ASCII.
func (r Reader) layout(text string) (time.Time, bool) {
	t, err := time.ParseInLocation(r.Layout, r.translate(text), r.zone())
	if err != nil {
		return time.Time{}, false
	}
	// Package time takes an abbreviation that it does not know for UTC.
	if strings.Contains(r.Layout, "MST") && !strings.Contains(r.Layout, "07") {
		name, _ := t.Zone()
		wall := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
		switch name {
		case "UTC", "GMT", "UT":
			return wall, true
		}
		seconds, ok := offsetFor(strings.ToLower(name), wall, r.zone())
		return wall.Add(-time.Duration(seconds) * time.Second), ok
	}
	return t.UTC(), true
}

// translate puts names and digits into the language of layouts.
func (r Reader) translate(text string) string {
	month, day := "Jan", "Mon"
	if strings.Contains(r.Layout, "January") {
		month = "January"
	}
	if strings.Contains(r.Layout, "Monday") {
		day = "Monday"
	}
	letter := func(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.Mn, r) }
	var out strings.Builder
	for rest := text; rest != ""; {
		size := run([]byte(rest), letter)
		if size == 0 {
			c, width := utf8.DecodeRuneInString(rest)
			if unicode.IsDigit(c) || unicode.IsSpace(c) {
				c = fold(c)
			}
			out.WriteRune(c)
			rest = rest[width:]
			continue
		}
		w := words[folded(rest[:size])]
		if gap := run([]byte(rest[size:]), unicode.IsSpace); gap > 0 { // تشرين الأول
			both := size + gap + run([]byte(rest[size+gap:]), letter)
			if two := words[folded(rest[:both])]; two.month != 0 {
				w, size = two, both
			}
		}
		switch {
		case w.role == weekday && strings.Contains(r.Layout, "Mon"):
			out.WriteString(day)
		case w.month != 0 && month == "Jan":
			out.WriteString(time.Month(w.month).String()[:len(month)])
		case w.month != 0:
			out.WriteString(time.Month(w.month).String())
		default:
			out.WriteString(rest[:size])
		}
		rest = rest[size:]
	}
	return out.String()
}
