package date

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a token is.
type kind byte

const (
	end     kind = iota // after the last one
	digits              // a number
	letters             // a word, or one of those that Chinese writes without spaces
	sign                // any other character
)

// token is one piece of a date. Its text lies in the tokens' buffer.
type token struct {
	kind       kind
	glued      bool // no space before it
	start, end uint16
	width      int // digits of a number
	value      int // of a number; bad if it has too many digits
	word       word
	words      int // tokens that make up the word: two for تشرين الأول
}

const maxTokens = 48 // an honest date has about 15

// tokens is a text in pieces, folded. It lives on the stack.
type tokens struct {
	buffer [2 * maxText]byte
	length int
	list   [maxTokens + 8]token // the last are ends, so that one may look ahead
	count  int
}

// split reports whether the text could be a date at all: not too long, valid.
func (ts *tokens) split(text string) bool {
	space := false
	for _, r := range text {
		if r = fold(r); r < 0 {
			continue
		}
		if r == ' ' {
			space = true
			continue
		}
		if r == utf8.RuneError || ts.length+1+utf8.UTFMax > len(ts.buffer) {
			return false
		}
		if space { // one, however many there were: "تشرين  الأول" is one name
			ts.buffer[ts.length] = ' '
			ts.length++
			space = false
		}
		ts.length += utf8.EncodeRune(ts.buffer[ts.length:], r)
	}
	for at := 0; at < ts.length; {
		glued := true
		if ts.buffer[at] == ' ' {
			glued = false
			at++
		}
		if ts.count == maxTokens {
			return false
		}
		t := ts.next(at)
		t.glued = glued && ts.count > 0
		ts.list[ts.count] = t
		ts.count++
		at = int(t.end)
	}
	for i := range ts.count {
		ts.lookUp(i)
	}
	return true
}

// lookUp notes what a word means, alone or together with the next one.
func (ts *tokens) lookUp(i int) {
	t, next := &ts.list[i], &ts.list[i+1]
	if t.kind != letters {
		return
	}
	if next.kind == letters && !next.glued {
		if w, ok := words[string(ts.buffer[t.start:next.end])]; ok {
			t.word, t.words = w, 2
			return
		}
	}
	t.word, t.words = words[string(ts.buffer[t.start:t.end])], 1
}

// next reads the token that starts there.
func (ts *tokens) next(at int) token {
	rest := ts.buffer[at:ts.length]
	r, size := utf8.DecodeRune(rest)
	t := token{kind: sign, start: uint16(at)}
	switch {
	case '0' <= r && r <= '9':
		t.kind = digits
		size = run(rest, func(r rune) bool { return '0' <= r && r <= '9' })
		t.width, t.value = size, bad
		if size <= 18 {
			t.value = 0
			for _, d := range rest[:size] {
				t.value = 10*t.value + int(d-'0')
			}
		}
	case ideograph(r):
		t.kind = letters
		if w := ideographs(rest); w > 0 {
			size = w
		} else if n, w := chineseNumber(rest); w > 0 {
			t.kind, t.value, t.width, size = digits, n, len(strconv.Itoa(n)), w
		}
	case unicode.IsLetter(r):
		t.kind = letters
		size = run(rest, func(r rune) bool { return unicode.IsLetter(r) && !ideograph(r) })
	}
	t.end = uint16(at + size)
	return t
}

// run returns how many bytes hold only such runes.
func run(text []byte, of func(rune) bool) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if !of(r) {
			return i
		}
		i += size
	}
	return len(text)
}

func ideograph(r rune) bool { return r == '〇' || r >= 0x2E80 && unicode.Is(unicode.Han, r) }

// ideographs returns how many bytes the longest word we know takes at the
// start: in 12日星期一下午2时 nothing else says where words end.
func ideographs(text []byte) int {
	const longest = 3 * 3 // 星期一
	for size := min(longest, len(text)); size > 0; size-- {
		if _, ok := words[string(text[:size])]; ok {
			return size
		}
	}
	return 0
}

// chineseNumber reads 二〇二六 and 二十五, and how many bytes they take. The
// number is bad where the signs are none.
func chineseNumber(text []byte) (n, size int) {
	ten := false
	for size < len(text) {
		r, width := utf8.DecodeRune(text[size:])
		d := strings.IndexRune("〇一二三四五六七八九十", r) / len("〇")
		if r != '〇' && d <= 0 {
			break
		}
		size += width
		switch {
		case n == bad:
		case d == 10 && !ten && n <= 9:
			n, ten = 10*max(n, 1), true
		case d == 10, ten && n%10 != 0, n > 999:
			n = bad
		case ten:
			n += d
		default:
			n = 10*n + d
		}
	}
	return n, size
}
