package date

import "time"

// scanner goes through the tokens once, from left to right, and notes what each
// one says. Every token must be understood, and none may contradict another.
type scanner struct {
	reader Reader
	tokens tokens
	at     int // the token in hand

	year, month, day int            // 0 while not known
	numeric          bool           // year, month and day came together: 2026-10-12
	yearFirst        bool           // and in that order
	monthEnd         int            // the token after the last name of a month
	guess            bool           // the month may have been a weekday: "mar"
	loose            [2]token       // numbers beside the name of a month
	looseAt          [2]int         // and where they stand
	looseCount       int            //
	clock            clock          //
	utc              bool           // GMT, UTC or Z was said
	hasOffset        bool           //
	offset           int            // seconds east of UTC
	zone             string         // an abbreviation, folded; "" if there was none
	place            *time.Location // from a name such as Europe/Paris
	instant          time.Time      // the whole date was one number
}

// peek returns the token that many places on.
func (s *scanner) peek(n int) token { return s.tokens.list[s.at+n] }

// text returns a token's, folded.
func (s *scanner) text(t token) []byte { return s.tokens.buffer[t.start:t.end] }

// sign reports whether the token that many places on is one of these, and
// returns it.
func (s *scanner) sign(n int, of string) (byte, bool) {
	t := s.peek(n)
	if t.kind != sign || t.end-t.start != 1 {
		return 0, false
	}
	b := s.tokens.buffer[t.start]
	for i := range len(of) {
		if of[i] == b {
			return b, true
		}
	}
	return 0, false
}

// letter reports whether the token that many places on is that one letter.
func (s *scanner) letter(n int, b byte) bool {
	t := s.peek(n)
	return t.kind == letters && t.end-t.start == 1 && s.tokens.buffer[t.start] == b
}

// role is what the word does that stands that many places on.
func (s *scanner) role(n int) role { return s.peek(n).word.role }

// scan reads all tokens.
func (s *scanner) scan() (time.Time, bool) {
	s.skipLabel()
	for s.at < s.tokens.count {
		ok := false
		switch s.peek(0).kind {
		case digits:
			ok = s.number()
		case letters:
			ok = s.name()
		case sign:
			ok = s.mark()
		}
		if !ok {
			return time.Time{}, false
		}
	}
	return s.finish()
}

// skipLabel skips words of any language that end in a colon and stand before
// the first number: "Published:". One of "UTC:" would not be honest.
func (s *scanner) skipLabel() {
	for n := range s.tokens.count {
		t := s.tokens.list[n]
		if t.kind == digits {
			return
		}
		if t.kind == letters && namesZone(s.text(t)) {
			return
		}
		if t.kind == sign && s.tokens.buffer[t.start] == ':' {
			s.at = n + 1
			return
		}
	}
}

// name reads a word.
func (s *scanner) name() bool {
	t := s.peek(0)
	text := s.text(t)
	if s.letter(0, 't') && s.peek(1).kind == digits && s.numeric {
		s.at++
		return true // as in 2026-10-12T14:30
	}
	if half, ok := s.meridiem(0); ok && s.clock.next == s.at {
		return s.half(half)
	}
	w, took := t.word, t.words
	next := s.peek(took).kind
	switch {
	case w.month != 0:
		s.at += took
		s.monthEnd = s.at
		return s.setMonth(w)
	case w.role == weekday, w.role == tail, string(text) == "م", // after a year that one is "A. D."
		w.role == filler && (next == digits || next == letters),
		w.role == before && s.clock.next == 0,
		w.role == suffix && t.glued && s.clock.next != s.at:
		s.at += took
		return true
	case w.role >= am && w.role <= evening:
		return s.half(half{w.role, took})
	case w.role == hourUnit && s.clock.next == s.at && (s.clock.units != secondUnit || !s.letter(0, 'h')): // "14:30 Uhr"; H after seconds is a zone
		s.at++
		return true
	case w.role == monthUnit || w.role == dayUnit: // "(月)" is a Monday
		if _, open := s.sign(-min(1, s.at), "("); open {
			s.at++
			return true
		}
		return false
	case w.role != unknown:
		return false
	}
	return s.zoneName(text)
}

// setMonth notes a month's name. "mar" may be a Tuesday, if there is another.
func (s *scanner) setMonth(w word) bool {
	switch {
	case s.month == 0 || s.guess && w.month != s.month:
		s.month, s.guess = w.month, w.role == weekday
	case w.month == s.month:
		s.guess = s.guess && w.role == weekday
	default:
		return w.role == weekday
	}
	return true
}

// mark reads a character that is neither letter nor digit.
func (s *scanner) mark() bool {
	if sign, ok := s.sign(0, "+-"); ok && s.startsOffset(sign) {
		return s.readOffset(sign)
	}
	if _, open := s.sign(0, "("); open && (s.hasOffset || s.utc) {
		return s.skipComment()
	}
	if _, minus := s.sign(0, "-"); minus && s.numeric && s.clock.next == 0 && s.peek(0).glued && s.peek(1).glued && s.peek(1).kind == digits {
		return false // 2026-10-12-05:00: a zone or a time
	}
	if _, colon := s.sign(0, ":"); colon {
		// Only the one of web servers' logs: 12/Oct/2026:14:30:00.
		if s.at == 0 || s.looseCount != 2 || s.peek(-1).width != 4 || !s.peek(1).glued {
			return false
		}
	} else if _, separator := s.sign(0, ",;.-/|()[]@º"); !separator {
		return false
	}
	s.at++
	return true
}

// skipComment skips what stands in parentheses after an offset: programs name
// the zone there once more, in any language.
func (s *scanner) skipComment() bool {
	for s.at < s.tokens.count {
		_, closed := s.sign(0, ")")
		s.at++
		if closed {
			return true
		}
	}
	return false
}

// finish puts together what was found.
func (s *scanner) finish() (time.Time, bool) {
	if !s.instant.IsZero() {
		return s.instant, true
	}
	if !s.numeric && !s.dayAndYear() || s.numeric && s.looseCount > 0 || !exists(s.year, s.month, s.day) || !s.clock.valid() {
		return time.Time{}, false
	}
	c := s.clock
	wall := time.Date(s.year, time.Month(s.month), s.day, c.hour, c.minute, c.second, c.nanosecond, time.UTC)
	at := s.reader.zone()
	if s.place != nil {
		at = s.place
	}
	offset, ok := s.offset, true
	switch {
	case s.hasOffset:
		ok = s.agrees(wall)
	case s.utc:
		ok = s.zone == ""
	case s.zone != "":
		offset, ok = offsetFor(s.zone, wall, at)
	default:
		return on(wall, at).UTC(), true
	}
	return wall.Add(-time.Duration(offset) * time.Second), ok
}

// dayAndYear finds out which of the loose numbers is which.
func (s *scanner) dayAndYear() bool {
	if s.year != 0 && s.day != 0 {
		return s.looseCount == 0 // 2026年10月12日
	}
	if s.looseCount != 2 || s.year != 0 || s.day != 0 {
		return false
	}
	day, year := s.loose[0], s.loose[1]
	if day.width == 4 {
		day, year = year, day
	}
	if day.width > 2 || year.width < 2 || year.width > 4 || year.width < 4 && !s.shortYear() {
		return false
	}
	s.day, s.year = day.value, year.value
	switch { // RFC 5322 section 4.3
	case year.width == 2 && year.value < 50:
		s.year += 2000
	case year.width == 3 && year.value >= 200: // the RFC would have 2102 for 202: a digit got lost
		return false
	case year.width < 4:
		s.year += 1900
	}
	return true
}

// shortYear reports whether the numbers stand as in "12 Oct 26" and "12-Oct-26";
// the 14 of "Oct 12 - 14" is no year.
func (s *scanner) shortYear() bool {
	day, year := s.looseAt[0], s.looseAt[1]
	return day < s.monthEnd && (year == s.monthEnd || year == s.monthEnd+1 && s.tokens.list[s.monthEnd].glued)
}
