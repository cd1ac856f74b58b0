package feeds

import (
	"strings"

	"golang.org/x/text/language"
)

// About returns what a feed's document says of itself: its title, as plain text
// in one line, and its language, a BCP 47 tag. Either is "" if it does not say.
func About(d Document) (title, lang string) {
	source, _, err := read(d.UTF8(), d.ContentType)
	if err != nil {
		return "", ""
	}
	if len(source.Language) <= maxTag {
		if tag, err := language.Parse(strings.TrimSpace(source.Language)); err == nil && tag != language.Und {
			lang = tag.String()
		}
	}
	n := newNormaliser(source, d, Feed{})
	return strings.ReplaceAll(n.prose(source.Title, maxTitle), "\n", " "), lang
}
