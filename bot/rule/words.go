package rule

import "strings"

// A rule's word in capitals is matched in capitals only if it is also a word of
// everyday: WHO, but not IRAN, which people write without meaning anything by
// it. Hand-picked from the names that diplomacy shortens to two, three, four
// letters, and from the commonest words of English.
var (
	// english: in a headline all in capitals these say nothing.
	english = set(`
		act aid aids all am an and any are arm art as ask at base be bin bit by can cap car care cat cop cost dad
		did do doe fact far fast fed fit for fund gap gas get go had has hat he her him his hit hot how ice if ill in
		iron is it its just kit led let lot mad man map may me met mine mod my new no nor not now of off on one open
		or our out own pact pan peace pin pip plan pop pro put quad raw red rim risk safe salt sat saw sea see
		she shape six smart so son star start step stop than that the them they this to tap too top two up us use
		war was we west who why will win with you`)

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
