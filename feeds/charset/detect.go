package charset

import (
	"math"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

const (
	maxSample = 64 << 10 // bytes of words beyond ASCII that are looked at
	// What a label is worth in nats, as the scores are: that much more probable
	// has the text to be in another encoding. A share of it for each pair of
	// bytes protects the languages that there is no model of.
	trust, trustPerPair = 8, 0.3
	// A label that servers give when they know nothing only breaks ties.
	rumour, rumourPerPair = 2, 0.1
	// As many pairs are too little to go by: they are of the West, as most are.
	few = 4
	// A letter beyond ASCII among letters of ASCII is rare where the alphabet
	// has none of these.
	lonelyPenalty = 2
)

// candidate is an encoding that a text of unknown encoding may be in. rarity is
// what it costs in nats to be less usual than windows-1252.
type candidate struct {
	encoding.Encoding
	names  string // labels in html.charset's spelling, each between spaces
	rarity float64
	script script // of a single-byte encoding
	wide   *wide  // nil for one
}

// candidates are in the order in which ties are decided.
var candidates = []*candidate{
	{charmap.Windows1252, " windows-1252 ", 0, latin, nil},
	{charmap.Windows1251, " windows-1251 ", 3, cyrillic, nil},
	{charmap.Windows1250, " windows-1250 ", 3, latin, nil},
	{charmap.ISO8859_2, " iso-8859-2 ", 4, latin, nil},
	{charmap.Windows1254, " windows-1254 ", 3, latin, nil},
	{charmap.Windows1253, " windows-1253 ", 3, greek, nil},
	{charmap.ISO8859_7, " iso-8859-7 ", 4, greek, nil},
	{charmap.Windows1255, " windows-1255 ", 3, hebrew, nil},
	{charmap.ISO8859_8, " iso-8859-8 iso-8859-8-i ", 4, hebrew, nil},
	{charmap.Windows1256, " windows-1256 ", 3, arabic, nil},
	{charmap.ISO8859_6, " iso-8859-6 ", 5, arabic, nil},
	{charmap.Windows1257, " windows-1257 ", 3, latin, nil},
	{charmap.ISO8859_13, " iso-8859-13 ", 5, latin, nil},
	{charmap.KOI8R, " koi8-r ", 3, cyrillic, nil},
	{charmap.KOI8U, " koi8-u ", 4, cyrillic, nil},
	{charmap.ISO8859_5, " iso-8859-5 ", 5, cyrillic, nil},
	{charmap.CodePage866, " ibm866 ", 5, cyrillic, nil},
	{charmap.MacintoshCyrillic, " x-mac-cyrillic ", 7, cyrillic, nil},
	{charmap.Windows874, " windows-874 ", 3, thai, nil},
	{charmap.ISO8859_15, " iso-8859-15 ", 5, latin, nil},
	{charmap.Macintosh, " macintosh ", 7, latin, nil},
	{simplifiedchinese.GB18030, " gbk gb18030 ", 3, 0, &gb18030},
	{traditionalchinese.Big5, " big5 ", 3, 0, &big5},
	{japanese.ShiftJIS, " shift_jis ", 3, 0, &shiftJIS},
	{japanese.EUCJP, " euc-jp ", 3, 0, &eucJP},
	{korean.EUCKR, " euc-kr ", 3, 0, &eucKR},
}

// named finds the candidate for a canonical name; nil is an encoding that
// detection does not know.
func named(name string) *candidate {
	for _, c := range candidates {
		if strings.Contains(c.names, " "+name+" ") {
			return c
		}
	}
	return nil
}

// detect returns the encoding in which the words of body beyond ASCII are the
// most probable, as a naive Bayes classifier over pairs of bytes (or characters
// of two bytes) says. declared is what the document says of itself, which holds
// unless another encoding fits far better; hinted is a label that breaks ties.
func detect(body []byte, declared, hinted *candidate) *candidate {
	words := sample(body)
	pairs := countPairs(words)
	var best *candidate
	most := math.Inf(-1)
	for _, c := range candidates {
		if pairs.beyond <= few && c != declared && c != candidates[0] {
			continue
		}
		score := -c.rarity
		switch {
		case c == declared:
			score = trust + trustPerPair*float64(pairs.beyond)
		case c == hinted:
			score = rumour + rumourPerPair*float64(pairs.beyond)
		}
		if c.wide != nil {
			score += c.wide.score(words, most-score)
		} else {
			score += c.score(pairs)
		}
		if score > most {
			best, most = c, score
		}
	}
	return best
}

// sample returns the words of body that have bytes beyond ASCII, each behind a
// space. A word ends at the bytes that are a part of no character in any
// encoding; its letters of ASCII may be the second half of one.
func sample(body []byte) []byte {
	words := make([]byte, 0, min(len(body)+1, maxSample+1))
	for i := 0; i < len(body) && len(words) < maxSample; {
		if body[i] < 0x80 {
			i++
			continue
		}
		from, to := i, i+1
		for from > 0 && i-from < 32 && wordByte(body[from-1]) {
			from--
		}
		for to < len(body) && to-from < maxSample-len(words) && wordByte(body[to]) {
			to++
		}
		words = append(append(words, ' '), body[from:to]...)
		i = to
	}
	return append(words, ' ')
}

func wordByte(b byte) bool { return b >= 0x40 || b >= '0' && b <= '9' }

// pairs are the pairs of bytes in words that have one beyond ASCII.
type pairs struct {
	counts []pair
	beyond int // all of them
	lonely int // bytes beyond ASCII between two of ASCII
}

// pair is how often two bytes follow each other.
type pair struct {
	a, b  byte
	count float64
}

func countPairs(words []byte) (p pairs) {
	counts := make([]int32, 1<<16)
	for i := 1; i < len(words); i++ {
		a, b := words[i-1], words[i]
		if a < 0x80 && b < 0x80 {
			continue
		}
		counts[int(a)<<8|int(b)]++
		p.beyond++
		if b < 0x80 && words[i-2] < 0x80 { // a word starts with a space
			p.lonely++
		}
	}
	for k, count := range counts {
		if count > 0 {
			p.counts = append(p.counts, pair{byte(k >> 8), byte(k), float64(count)})
		}
	}
	return p
}

// reading is a single-byte encoding read as a language: the symbol of each byte.
type reading struct {
	*language
	symbol [256]uint8
}

// readings are learned when the first document needs them.
var readings = sync.OnceValue(func() map[*candidate][]reading {
	for i := range languages {
		languages[i].learn()
	}
	all := map[*candidate][]reading{}
	for _, c := range candidates {
		if c.wide != nil {
			continue
		}
		for i := range languages {
			if languages[i].script != c.script {
				continue
			}
			r := reading{language: &languages[i]}
			for b := range 256 {
				r.symbol[b] = uint8(r.language.symbol(c.rune(byte(b))))
			}
			all[c] = append(all[c], r)
		}
	}
	return all
})

func (c *candidate) rune(b byte) rune {
	return c.Encoding.(*charmap.Charmap).DecodeByte(b)
}

// score is the logarithm of the probability of the bytes in the language that
// fits best.
func (c *candidate) score(p pairs) float64 {
	best := math.Inf(-1)
	for _, r := range readings()[c] {
		total := 0.0
		for _, pair := range p.counts {
			total += pair.count * float64(r.after[r.symbol[pair.a]][r.symbol[pair.b]])
		}
		best = max(best, total)
	}
	for _, pair := range p.counts {
		best += pair.count * caseChance(c.rune(pair.a), c.rune(pair.b))
	}
	if c.script != latin {
		best -= lonelyPenalty * float64(p.lonely)
	}
	return best
}

// caseChance is the logarithm of the probability that a letter of this case
// follows a character of that case. It is what a text has inside out when
// KOI8-R and windows-1251 are taken for each other.
func caseChance(a, b rune) float64 {
	switch {
	case unicode.IsLower(b):
		return -0.2
	case !unicode.IsUpper(b):
		return 0
	case unicode.IsLower(a):
		return -6 // iPhone
	case unicode.IsUpper(a):
		return -1
	}
	return -1.5 // the first letter
}
