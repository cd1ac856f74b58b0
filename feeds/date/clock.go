package date

// clock is the time of day, as far as it was said.
type clock struct {
	hour, minute, second, nanosecond int

	next  int  // the token after it; 0 while there is none
	units role // the smallest unit said: hourUnit, minuteUnit, secondUnit
	half  role // of the day: am, pm, morning, evening
}

// set notes the time that ends before the token in hand; there can be only one.
func (c *clock) set(s *scanner, hour, minute, second int) bool {
	if c.next != 0 {
		return false
	}
	c.hour, c.minute, c.second, c.next = hour, minute, second, s.at
	return true
}

// valid puts the halves of the day right, and reports whether clocks show that
// time. 24:00 is the end of the day (ISO 8601), :60 a leap second.
func (c *clock) valid() bool {
	switch c.half {
	case unknown:
	case am, pm:
		if c.hour > 12 && c.half == am {
			return false
		}
		if c.hour == 12 {
			c.hour = 0
		}
	default: // 午前12時 is noon to some and midnight to others
		if c.hour > 11 {
			return false
		}
	}
	if c.half == pm && c.hour < 12 || c.half == evening {
		c.hour += 12
	}
	switch {
	case c.half != unknown && c.next == 0:
		return false
	case c.hour == 24:
		return c.minute == 0 && c.second == 0 && c.nanosecond == 0 && c.half == unknown
	case c.second == 60:
		return c.hour < 24 && c.minute%15 == 14
	}
	return c.hour < 24 && c.minute < 60 && c.second < 60
}

// readClock reads 14:30, 14:30:05 and 14:30:05.123.
func (s *scanner) readClock() bool {
	hour, minute, second := s.peek(0).value, s.peek(2), token{}
	s.at += 3
	nanosecond := 0
	units := minuteUnit
	if _, colon := s.sign(0, ":"); colon && s.peek(1).kind == digits && s.peek(1).width <= 2 {
		second, units = s.peek(1), secondUnit
		s.at += 2
		if _, point := s.sign(0, ".,"); point && s.peek(0).glued && s.peek(1).glued && s.peek(1).kind == digits {
			nanosecond = fraction(s.text(s.peek(1)))
			s.at += 2
		}
	}
	if minute.width > 2 || !s.clock.set(s, hour, minute.value, second.value) {
		return false
	}
	s.clock.nanosecond, s.clock.units = nanosecond, units
	return true
}

// fraction reads the digits after a point, in billionths.
func fraction(digits []byte) int {
	n := 0
	for i := range 9 {
		n *= 10
		if i < len(digits) && digits[i] >= '0' && digits[i] <= '9' {
			n += int(digits[i] - '0')
		}
	}
	return n
}

// compactClock reads the time after a T that has no colons: 14, 1430, 143000.
func (s *scanner) compactClock(t token) bool {
	v := t.value
	switch t.width {
	case 2:
		v *= 10000
	case 4:
		v *= 100
	case 6:
	default:
		return false
	}
	s.at++
	s.clock.units = secondUnit
	nanosecond := 0
	if _, point := s.sign(0, ".,"); point && t.width == 6 && s.peek(1).glued && s.peek(1).kind == digits {
		nanosecond = fraction(s.text(s.peek(1)))
		s.at += 2
	}
	if !s.clock.set(s, v/10000, v/100%100, v%100) {
		return false
	}
	s.clock.nanosecond = nanosecond
	return true
}

// unit notes 14h, 14 h 30, 14时30分05秒 piece by piece; the largest comes first.
func (c *clock) unit(s *scanner, t token, unit role) bool {
	if unit == hourUnit && t.width == 4 { // 1430 hrs
		return c.set(s, t.value/100, t.value%100, 0)
	}
	if t.width > 2 || (c.next != 0 || unit != hourUnit) && (c.next != s.at-2 || c.units != unit-1) {
		return false
	}
	switch unit {
	case hourUnit:
		c.hour = t.value
		if next := s.peek(0); next.kind == digits && next.width == 2 && s.role(1) < yearUnit { // 14h30
			if s.peek(1).word.month == 0 {
				c.minute, unit = next.value, minuteUnit
				s.at++
			}
		}
	case minuteUnit:
		c.minute = t.value
	case secondUnit:
		c.second = t.value
	}
	c.units, c.next = unit, s.at
	return true
}

// half is a half of the day, and how many tokens say it.
type half struct {
	role role
	took int
}

// meridiem looks for a.m. and p.m. that many places on, and for the other words
// that follow a time. (The German "am" and the Arabic "م" mean something else
// elsewhere.)
func (s *scanner) meridiem(n int) (half, bool) {
	if s.letter(n, 'a') || s.letter(n, 'p') {
		role := am
		if s.letter(n, 'p') {
			role = pm
		}
		if _, point := s.sign(n+1, "."); point && s.letter(n+2, 'm') {
			return half{role, 3}, true
		}
	}
	t := s.peek(n)
	if t.kind == letters && string(s.text(t)) == "am" {
		return half{am, 1}, true
	}
	return half{t.word.role, t.words}, t.word.role == am || t.word.role == pm
}

// half notes a half of the day; there can be only one.
func (s *scanner) half(h half) bool {
	if s.clock.half != unknown {
		return false
	}
	if s.clock.next == s.at {
		s.clock.next += h.took
	}
	s.clock.half = h.role
	s.at += h.took
	return true
}
