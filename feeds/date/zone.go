package date

import (
	"slices"
	"strings"
	"time"
)

// zone is what an abbreviation means.
type zone struct {
	name    string // as the time zone database has it, folded
	offsets []int  // seconds east of UTC, of all that use it; the usual one first
	sure    bool   // the usual one may be taken where the source's zone does not decide
	since   int    // the first whole year in which it meant that
}

const (
	hour   = 60 * 60
	minute = 60
)

// zones are the abbreviations that feeds and pages use.
//
// Those of RFC 822 mean what it says, but for CST: the programs of Chinese
// sites write it for their own time, 14 hours away. IST is India unless the
// zone of the source is Israel or Ireland. CST, BST (Britain, Bangladesh), AST
// (the Atlantic, Arabia) and AMT (Armenia, the Amazon) are read only where that
// zone uses them. The letters of RFC 822 except Z were defined with the wrong
// sign, so that nobody can tell what is meant (RFC 5322 section 4.3).
var zones = func() map[string]zone {
	all := map[string]zone{
		"ist": {"ist", []int{5*hour + 30*minute, 2 * hour, 1 * hour}, true, 0},
		"cst": {"cst", []int{-6 * hour, 8 * hour, -5 * hour, 9*hour + 30*minute}, false, 0},
		"bst": {"bst", []int{1 * hour, 6 * hour}, false, 0},
		"ast": {"ast", []int{-4 * hour, 3 * hour}, false, 0},
		"amt": {"amt", []int{4 * hour, -4 * hour}, false, 0},
		"msk": {"msk", []int{3 * hour}, true, 2015},
		"trt": {"trt", []int{3 * hour}, true, 2017},
		"vet": {"vet", []int{-4 * hour}, true, 2017},
		"clt": {"clt", []int{-4 * hour}, true, 2017},
	}
	for offset, names := range map[int]string{
		-10 * hour: "hst", -9 * hour: "akst", -8 * hour: "akdt pst", -7 * hour: "mst pdt", -6 * hour: "mdt",
		-5 * hour: "est cdt cot pet", -4 * hour: "edt bot", -3 * hour: "brt art uyt adt clst",
		0: "wet", 1 * hour: "cet west wat", 2 * hour: "cest eet cat sast", 3 * hour: "eest eat idt",
		3*hour + 30*minute: "irst", 4 * hour: "gst azt", 4*hour + 30*minute: "aft",
		5 * hour: "pkt uzt", 5*hour + 45*minute: "npt", 6*hour + 30*minute: "mmt", 7 * hour: "wib ict",
		8 * hour: "hkt sgt myt pht wita awst", 9 * hour: "jst kst wit", 9*hour + 30*minute: "acst",
		10 * hour: "aest chst", 10*hour + 30*minute: "acdt", 11 * hour: "aedt", 12 * hour: "nzst", 13 * hour: "nzdt",
	} {
		for name := range strings.FieldsSeq(names) {
			all[name] = zone{name, []int{offset}, true, 0}
		}
	}
	for alias, name := range map[string]string{"мск": "msk", "mez": "cet", "mesz": "cest"} {
		all[alias] = all[name]
	}
	return all
}()

// generic are the American names that hold in summer and winter alike.
var generic = map[string]string{
	"et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
}

// offsetFor returns the seconds east of UTC that an abbreviation stands for beside
// that wall clock (which is given as if it were UTC), in a source of that zone.
func offsetFor(name string, wall time.Time, at *time.Location) (seconds int, ok bool) {
	if place, ok := generic[name]; ok {
		at, err := time.LoadLocation(place)
		if err != nil {
			return 0, false
		}
		_, seconds = on(wall, at).Zone()
		return seconds, true
	}
	z, known := zones[name]
	if !known {
		z.name = name
	}
	if seconds, uses := usage(z.name, wall, at); uses {
		// "EST" in the summer of New York is a mistake, and nobody knows which.
		there, _ := wall.Add(-time.Duration(seconds) * time.Second).In(at).Zone()
		return seconds, same(there, z.name)
	}
	if !known {
		return 0, false
	}
	// Many zones have a number for a name: Dhaka's is +06, and it is BST.
	if there, seconds := on(wall, at).Zone(); len(z.offsets) > 1 && strings.ContainsAny(there, "+-") {
		for _, o := range z.offsets {
			if o == seconds {
				return o, true
			}
		}
	}
	return z.offsets[0], z.sure && wall.Year() >= z.since
}

// startsOffset reports whether a sign begins an offset: a number follows at
// once, and a time stands before, or the date of 2026-10-12+02:00.
func (s *scanner) startsOffset(sign byte) bool {
	next := s.peek(1)
	if next.kind != digits || !next.glued {
		return false
	}
	if s.clock.next == 0 {
		return sign == '+' && s.yearFirst && s.peek(0).glued
	}
	if sign == '+' || !s.peek(0).glued || s.clock.next == s.at {
		return true
	}
	return s.peek(-1).kind == letters && s.monthEnd != s.at // GMT-3, and not 12-Oct-2026
}

// readOffset reads +0200, +02:00, +2, and GMT+2, which means the same.
func (s *scanner) readOffset(sign byte) bool {
	named := s.utc && s.at > 0 && s.peek(-1).kind == letters && !s.letter(-1, 'z')
	if s.hasOffset || s.utc && !named {
		return false
	}
	n := s.peek(1)
	hours, minutes, colon := n.value, 0, false
	took := 2
	switch n.width {
	case 1, 2:
		if _, colon = s.sign(2, ":"); colon {
			if s.peek(3).width != 2 || !s.peek(3).glued {
				return false
			}
			minutes, took = s.peek(3).value, 4
		}
	case 3, 4:
		hours, minutes = n.value/100, n.value%100
		if n.width == 3 && hours == 0 { // +530 is India, +020 is cut short
			return false
		}
	default:
		return false
	}
	// "09:00-10:00" is from nine to ten, unless it stands behind an ISO date.
	if sign == '-' && n.width < 3 && !named && !s.yearFirst && s.clock.units != secondUnit {
		return false
	}
	if hours > 23 || minutes > 59 {
		return false
	}
	s.offset, s.hasOffset = (60*hours+minutes)*minute, true
	if sign == '-' {
		s.offset = -s.offset
	}
	s.at += took
	return true
}

// zoneName notes an abbreviation; whether it means anything is seen at the end.
func (s *scanner) zoneName(text []byte) bool {
	s.at++
	if universal(text) {
		ok := !s.utc && (!s.hasOffset || s.offset == 0) // beside an offset they only say it once more
		s.utc = true
		return ok
	}
	z, known := zones[string(text)]
	if !known {
		z.name = string(text)
	}
	ok := s.zone == "" || s.zone == z.name
	s.zone = z.name
	return ok
}

// universal reports whether that is a name of UTC.
func universal(name []byte) bool {
	switch string(name) {
	case "z", "gmt", "utc", "ut":
		return true
	}
	return false
}

// namesZone reports whether that is a zone wherever it stands.
func namesZone(name []byte) bool {
	_, known := zones[string(name)]
	return known || generic[string(name)] != "" || universal(name)
}

// agrees reports whether the abbreviation beside an offset, if there is one,
// can mean it.
func (s *scanner) agrees(wall time.Time) bool {
	if s.zone == "" {
		return true
	}
	if z, known := zones[s.zone]; known {
		return slices.Contains(z.offsets, s.offset)
	}
	at := s.reader.zone()
	if s.place != nil {
		at = s.place
	}
	seconds, ok := offsetFor(s.zone, wall, at)
	return ok && seconds == s.offset
}

// usage returns what an abbreviation means in that zone, if it is used there in
// that year.
func usage(name string, wall time.Time, at *time.Location) (seconds int, uses bool) {
	year := wall.Year()
	for _, t := range [...]time.Time{
		wall,
		time.Date(year, 1, 15, 0, 0, 0, 0, time.UTC),
		time.Date(year, 7, 15, 0, 0, 0, 0, time.UTC),
	} {
		if there, seconds := t.In(at).Zone(); same(there, name) {
			return seconds, true
		}
	}
	return 0, false
}

// same reports whether a zone's own abbreviation is that name. Australians
// leave out their A.
func same(there, name string) bool {
	if strings.EqualFold(there, name) {
		return true
	}
	return len(there) == 4 && there[0] == 'A' && there[1] != 'K' && strings.EqualFold(there[1:], name)
}

// on returns the time at which clocks there show that.
func on(wall time.Time, at *time.Location) time.Time {
	year, month, day := wall.Date()
	hour, minute, second := wall.Clock()
	return time.Date(year, month, day, hour, minute, second, wall.Nanosecond(), at)
}

// areas are those of the time zone database. "right/", whose clocks count leap
// seconds, is not among them.
var areas = []string{
	"Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Etc/", "Europe/", "Indian/", "Pacific/", "US/",
}

// cutPlace finds a zone by the name of its place, Europe/Paris, and takes it
// out of the text. A name that this machine does not know stays in.
func cutPlace(text string) (rest string, place *time.Location) {
	for _, area := range areas {
		start := strings.Index(text, area)
		if start < 0 {
			continue
		}
		end := start + len(area)
		for end < len(text) && placeByte(text[end]) {
			end++
		}
		place, err := time.LoadLocation(text[start:end]) // no dots: it stays in its directory
		if err != nil {
			return text, nil
		}
		return text[:start] + " " + text[end:], place
	}
	return text, nil
}

func placeByte(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '_' || b == '/' || b == '-' || b == '+'
}
