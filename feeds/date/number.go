package date

import (
	"strings"
	"time"
)

// number reads a number and what belongs to it.
func (s *scanner) number() bool {
	t := s.peek(0)
	if t.value == bad {
		return false
	}
	if s.at > 0 && s.clock.next == 0 && s.letter(-1, 't') && s.numeric {
		if _, colon := s.sign(1, ":"); !colon {
			return s.compactClock(t)
		}
	}
	if unit := s.role(1); unit >= yearUnit {
		return s.withUnit(unit)
	}
	if _, colon := s.sign(1, ":"); colon && t.width <= 2 && s.peek(2).kind == digits {
		return s.readClock()
	}
	if t.width <= 2 {
		if half, ok := s.meridiem(1); ok { // 2 PM
			s.at++
			return s.clock.set(s, t.value, 0, 0) && s.half(half)
		}
	}
	switch t.width {
	case 8, 12, 14:
		return s.compact(t)
	case 10, 13:
		return s.epoch(t)
	case 4:
		if s.sinceNewYear(t) {
			return true
		}
	}
	separator, ok := s.sign(1, "-/.")
	if ok && (separator == '.' || s.peek(1).glued) && s.peek(2).kind == digits && s.peek(2).width <= 4 {
		return s.parts(separator)
	}
	return s.keep(t)
}

// keep keeps a number that a month's name will explain.
func (s *scanner) keep(t token) bool {
	if s.looseCount == len(s.loose) {
		return false
	}
	s.loose[s.looseCount], s.looseAt[s.looseCount] = t, s.at
	s.looseCount++
	s.at++
	return true
}

// setDate notes a whole date; there can be only one.
func (s *scanner) setDate(year, month, day int) bool {
	if s.numeric || s.looseCount > 0 || s.year != 0 || s.day != 0 || s.month != 0 && !s.guess && s.month != month {
		return false
	}
	s.year, s.month, s.day, s.numeric, s.guess = year, month, day, true, false
	return true
}

// compact reads 20261012, 202610121430 and 20261012143000, and the time that
// may follow the first: 20261012 143000.
func (s *scanner) compact(t token) bool {
	v, minutes, seconds := t.value, 0, 0
	if t.width == 14 {
		seconds = v % 100
		v /= 100
	}
	if t.width >= 12 {
		minutes = v % 10000
		v /= 10000
	}
	s.at++
	if !s.setDate(v/10000, v/100%100, v%100) {
		return false
	}
	s.yearFirst = true
	if t.width > 8 {
		return s.clock.set(s, minutes/100, minutes%100, seconds)
	}
	if next := s.peek(0); next.kind == digits && !next.glued && (next.width == 6 || next.width == 4) {
		return s.compactClock(next)
	}
	return true
}

// epoch reads seconds and milliseconds since 1970, if they are all there is.
func (s *scanner) epoch(t token) bool {
	if s.tokens.count != 1 {
		return false
	}
	var at time.Time
	if t.width == 13 {
		at = time.UnixMilli(int64(t.value)).UTC()
	} else {
		at = time.Unix(int64(t.value), 0).UTC()
		// 2026101214 is 2034, or an hour of 2026.
		if v := t.value; v%100 < 24 && exists(v/1000000, v/10000%100, v/100%100) {
			return false
		}
	}
	if at.Year() < 1995 || at.Year() > 2100 {
		return false
	}
	s.instant = at
	s.at++
	return true
}

// sinceNewYear reads the days that ISO 8601 counts through the year and in
// weeks: 2026-285, 2026-W42-1, 2026W421. It reports whether there was one.
func (s *scanner) sinceNewYear(t token) bool {
	n := 1
	if _, minus := s.sign(1, "-"); minus {
		n++
	}
	next := s.peek(n)
	if n == 2 && next.glued && next.kind == digits && next.width == 3 {
		d := time.Date(t.value, 1, next.value, 0, 0, 0, 0, time.UTC)
		if next.value == 0 || d.Year() != t.value || !s.setDate(d.Year(), int(d.Month()), d.Day()) {
			return false
		}
		s.at += 3
		s.yearFirst = true
		return true
	}
	if !s.letter(n, 'w') || s.peek(n+1).kind != digits {
		return false
	}
	week, day, took := s.peek(n+1).value, 0, n+2
	if n == 2 && s.peek(n+1).width == 2 && s.peek(n+3).kind == digits && s.peek(n+3).width == 1 {
		if _, minus := s.sign(n+2, "-"); !minus {
			return false
		}
		day, took = s.peek(n+3).value, n+4
	} else if n == 1 && s.peek(n+1).width == 3 {
		week, day = week/10, week%10
	}
	if week < 1 || day < 1 || day > 7 {
		return false
	}
	// 4 January is always in the first week.
	first := time.Date(t.value, 1, 4, 0, 0, 0, 0, time.UTC)
	monday := 4 - (int(first.Weekday())+6)%7
	d := time.Date(t.value, 1, monday+7*(week-1)+day-1, 0, 0, 0, 0, time.UTC)
	if year, w := d.ISOWeek(); year != t.value || w != week || !s.setDate(d.Year(), int(d.Month()), d.Day()) {
		return false
	}
	s.at += took
	s.yearFirst = true
	return true
}

// parts reads numbers between separators: 12.10.2026, 2026/10/12, 14.30 Uhr.
func (s *scanner) parts(separator byte) bool {
	a, b, c := s.peek(0), s.peek(2), s.peek(4)
	again, ok := s.sign(3, "-/.")
	if !ok || c.kind != digits || again != separator {
		if unit := s.role(3); separator == '.' && unit == hourUnit && b.width == 2 {
			s.at += 4
			return s.clock.set(s, a.value, b.value, 0)
		}
		// Oct-12-2026; anything else is a range, or half a date.
		return s.month != 0 && separator != '.' && a.width <= 2 && b.width == 4 && s.keep(a)
	}
	year, month, day := c, b, a
	switch {
	case a.width == 4 && b.width <= 2 && c.width <= 2:
		year, day = a, c
		s.yearFirst = true
	case c.width != 4 || a.width > 2 || b.width > 2:
		return false
	case b.value > 12:
		month, day = a, b
	case separator == '.', a.value > 12, a.value == b.value:
	default:
		dayFirst, known := s.reader.order()
		if !known {
			return false
		}
		if !dayFirst {
			month, day = a, b
		}
	}
	s.at += 5
	return s.setDate(year.value, month.value, day.value)
}

// order reports whether the days stand before the months in the Layout.
func (r Reader) order() (dayFirst, known bool) {
	if r.Layout == "" {
		return false, false
	}
	sample := time.Date(2033, 11, 22, 0, 0, 0, 0, time.UTC).Format(r.Layout)
	day, month := strings.Index(sample, "22"), strings.Index(sample, "11")
	return day < month, day >= 0 && month >= 0
}

// withUnit reads a number with its unit after it: 2026年, 14h30.
func (s *scanner) withUnit(unit role) bool {
	t := s.peek(0)
	s.at += 2
	target := &s.year
	switch unit {
	case yearUnit:
		if t.width != 4 {
			return false // 民國115年
		}
	case monthUnit:
		target = &s.month
	case dayUnit:
		target = &s.day
	default:
		return s.clock.unit(s, t, unit)
	}
	if *target != 0 || s.numeric {
		return false
	}
	*target = t.value
	return true
}
