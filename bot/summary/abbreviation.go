package summary

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// abbreviation reports whether the full stop between before and next belongs
// to a word and not to the sentence.
func abbreviation(before, next string) bool {
	word := strings.ToLower(lastWord(before))
	switch {
	case titles[word]:
		return true
	case numbered[word]:
		return startsWithDigit(next)
	case initials(word), abbreviations[word], ordinal(word):
		return !starters[firstWord(next)]
	}
	return false
}

// lastWord is the word a text ends with, its inner stops included: "the U.S" is
// "U.S".
func lastWord(text string) string {
	const most = 24 // bytes; longer words are no abbreviations
	from := max(len(text)-most, 0)
	start := len(text)
	for start > from {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if r != '.' && r != '-' && !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) {
			break
		}
		start -= size
	}
	return strings.TrimLeft(text[start:], ".-")
}

// firstWord is the word a text starts with, "" if a full stop makes it an
// initial or another abbreviation.
func firstWord(text string) string {
	text = strings.TrimLeft(text, "\"'“‘«„([")
	end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	if end < 0 {
		end = len(text)
	}
	if strings.HasPrefix(text[end:], ".") {
		return ""
	}
	return text[:end]
}

func startsWithDigit(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsDigit(r)
}

// initials reports whether a word is single letters: j, u.s, d.h, т.е, j.-c.
func initials(word string) bool {
	for part := range strings.SplitSeq(word, ".") {
		r, size := utf8.DecodeRuneInString(strings.TrimPrefix(part, "-"))
		if size != len(strings.TrimPrefix(part, "-")) || !unicode.IsLetter(r) || unicode.Is(unicode.Han, r) {
			return false
		}
	}
	return true
}

// ordinal reports whether a word is one or two digits, as in "3. März".
func ordinal(word string) bool {
	return len(word) > 0 && len(word) <= 2 && strings.Trim(word, "0123456789") == ""
}

// set is the words of a text.
func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// The tables below are in lower case and hold many languages at once: a word
// that is an abbreviation in one and ends sentences in another is left out.
var (
	// titles stand before a name, whatever the name.
	titles = set(`mr mrs ms dr prof gen sen rep gov lt col capt cpt sgt maj adm cmdr brig pres
		amb hon rev fr st ste mt ft messrs mme mlle mm mgr sr sra srta dra sres dña lic ing excmo
		sig dott avv hr frl dipl г-н г-жа акад проф ген полк ул пр пл им св sn doç av yrd`)

	// abbreviations may end a sentence, and mostly do not.
	abbreviations = set(`inc corp ltd co bros jr vs approx dept est govt univ assn
		bzw ca evtl ggf usw inkl z.b u.a d.h mio mrd tsd str bes vgl dgl
		ee uu ee.uu cía ud uds
		гг вв др пр т.д т.п т.к т.н напр см ср тыс млн млрд руб коп обл гор респ англ рус
		vb örn bkz tzw np tzn św tzv např`)

	// numbered are abbreviations before a number, and words otherwise.
	numbered = set(`no nos nr art arts sec fig vol p pp par ch jan feb mar apr jun jul aug sep
		sept oct nov dec núm nº n° ст п пп гл стр рис`)

	// starters begin sentences, and are not what an abbreviation goes on with:
	// "in Washington, D.C. In 2010".
	starters = set(`The A An In On At It He She They We But And As After Before This That These
		There When While However For From His Her Its Their According Since
		Der Die Das Er Sie Es Ein Eine Im Am Nach Doch Aber Auch
		Le La Les Il Elle Ils Un Une Dans Mais Selon El Los Las Una Pero Según Lo Gli
		В На По Об Он Она Они Это Как При Но Также Однако`)
)
