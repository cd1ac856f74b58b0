package matrix

import "strings"

// button is a reaction that does something, as buttons do on other platforms.
type button struct {
	key    string // the emoji, which people see under the message
	action string // the name of a bot.Action
	undo   string // that of taking it back; the card shows whether it is done. "": there is nothing to undo
	does   string // what it does, for people
}

// buttons are those that we offer.
var buttons = []button{
	{"🙋", "claim", "release", "says on the card that you are on it"},
	{"🔇", "mute", "unmute", "keeps the story quiet here, but for corrections"},
	{"❓", "why", "", "tells why it was told here"},
	{"📖", "story", "", "tells the whole story"},
}

// alike are reactions that people take for one of ours.
var alike = strings.NewReplacer(
	"✋", "🙋", "🔕", "🔇", "❔", "❓", "?", "❓", "？", "❓", "📰", "📖",
	// Skin, and whether emoji or letters are meant.
	"🏻", "", "🏼", "", "🏽", "", "🏾", "", "🏿", "", "\ufe0f", "", "\ufe0e", "",
	// Man or woman.
	"\u200d♀", "", "\u200d♂", "",
)

// actionOf is the name of the action that a reaction asks for; "" if it asks
// for none.
func actionOf(key string) string {
	key = alike.Replace(key)
	for _, b := range buttons {
		if b.key == key {
			return b.action
		}
	}
	return ""
}

// undo is the action that undoes one; "" if none does.
func undo(action string) string {
	for _, b := range buttons {
		if b.action == action {
			return b.undo
		}
	}
	return ""
}

// legend explains once what reactions do.
func legend() words {
	var p page
	lines := []words{own("A reaction to an alert of mine does something:")}
	for _, b := range buttons {
		lines = append(lines, own(b.key+" "+b.does))
	}
	p.add("p", append(lines, own("Take 🙋 or 🔇 back to undo it."))...)
	return p.words()
}
