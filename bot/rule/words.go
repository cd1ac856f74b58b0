package rule

import "strings"

// A rule's word in capitals must be in capitals in the text too if it is also a
// word of everyday: WHO, but not IRAN, which people write without meaning
// anything by it. Hand-picked: what ministries and agencies are called in two to
// five letters that spell a common word.
var (
	// english: in a headline that is all capitals these say nothing.
	english = set(`
		am an as at be by do go he if in is it me my no of on or so to up us we
		act aid aids arm can cap car cop doe echo fast fed hot ice led let mad map met mine mod pace pan pip quad raw
		sad safe salt sea shape she star start step swift top trips who`)

	// foreign: other languages' everyday words, by their folded spelling.
	foreign = set(`
		ai al au aux bis car che ci cia con cu da dan das de del den der des di die dir dla do du ei ein el em en
		er es et eta eu eux fin gli han ich il ira ja je ku la las le les lo los lui mas med mi mit na nas ne nel ni
		nie nos nu od om os ou pa para pas per po por pour pri que sa sam se si sin sur te tu uma un una und une
		van ve vi von vos vous was wir yo za ze zu`)

	// acronyms that a person may have meant who wrote them small.
	acronyms = set(`au eu it un us who`)

	// stop: every item holds one of these, so a rule must ask for more.
	stop = set(`an and are as at be by for from has in is it its not of on or that the this to was were will with`)
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
