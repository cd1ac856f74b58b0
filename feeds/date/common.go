package date

import "time"

// common reads the two forms that nearly all feeds use, byte by byte:
//
//	Mon, 12 Oct 2026 14:30:00 GMT     (RFC 1123; +0200 too, a day of one digit too)
//	2026-10-12T14:30:00+02:00         (RFC 3339; Z too)
//
// Whatever departs from them is for the scanner.
func common(s string) (time.Time, bool) {
	if len(s) < 20 || len(s) > 31 {
		return time.Time{}, false
	}
	var year, month, day, offset int
	var clock string
	if s[3] == ',' && s[4] == ' ' {
		if s[6] == ' ' { // a day of one digit
			day = number(s[5:6])
			s = s[7:]
		} else {
			day = number(s[5:7])
			if s[7] != ' ' {
				return time.Time{}, false
			}
			s = s[8:]
		}
		if len(s) != 21 && len(s) != 23 || s[3] != ' ' || s[8] != ' ' || s[17] != ' ' {
			return time.Time{}, false
		}
		month, year, clock = monthOf(s[:3]), number(s[4:8]), s[9:17]
		switch zone := s[18:]; {
		case zone == "GMT":
		case len(zone) == 5:
			offset = offsetOf(zone[0], zone[1:3], zone[3:])
		default:
			return time.Time{}, false
		}
	} else {
		if s[4] != '-' || s[7] != '-' || s[10] != 'T' {
			return time.Time{}, false
		}
		year, month, day, clock = number(s[:4]), number(s[5:7]), number(s[8:10]), s[11:19]
		switch zone := s[19:]; {
		case zone == "Z":
		case len(zone) == 6 && zone[3] == ':':
			offset = offsetOf(zone[0], zone[1:3], zone[4:])
		default:
			return time.Time{}, false
		}
	}
	if clock[2] != ':' || clock[5] != ':' {
		return time.Time{}, false
	}
	hour, minute, second := number(clock[:2]), number(clock[3:5]), number(clock[6:])
	if hour|minute|second < 0 || hour > 23 || minute > 59 || second > 59 || offset == bad || !exists(year, month, day) {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second-offset, 0, time.UTC), true
}

// bad is what is no number, and no offset.
const bad = -1 << 31

// number reads digits; bad if there is anything else.
func number(digits string) int {
	n := 0
	for i := range len(digits) {
		d := digits[i] - '0'
		if d > 9 {
			return bad
		}
		n = 10*n + int(d)
	}
	return n
}

// monthOf reads an English abbreviation as programs write it; 0 if it is none.
func monthOf(name string) int {
	switch name {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}

// offsetOf returns seconds east of UTC; bad if a part is none.
func offsetOf(sign byte, hours, minutes string) int {
	h, m := number(hours), number(minutes)
	if h < 0 || h > 23 || m < 0 || m > 59 {
		return bad
	}
	switch seconds := (60*h + m) * 60; sign {
	case '+':
		return seconds
	case '-':
		return -seconds
	}
	return bad
}

// exists reports whether the calendar has that day.
func exists(year, month, day int) bool {
	if year < firstYear-1 || year > lastYear+1 || month < 1 || month > 12 || day < 1 || day > 31 {
		return false
	}
	return day <= 28 || time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Day() == day
}
