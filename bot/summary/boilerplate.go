package summary

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// boilerplate reports whether a sentence or a line is about the page and not
// about the news: calls to read on, credits, captions, subscriptions.
func boilerplate(text string) bool {
	const longest = 400 // bytes; what is longer has something to tell
	if text = strings.TrimLeft(text, " \t\"“«»>›→▶•*-–—[("); len(text) > longest {
		return false
	}
	lower := strings.ToLower(text)
	for _, call := range calls {
		if after, ok := strings.CutPrefix(lower, call); ok && bounded(call, after) {
			return true
		}
	}
	for _, phrase := range syndicated {
		if strings.Contains(lower, phrase) {
			return true
		}
	}
	return credit(text) || caption.MatchString(text) || byline.MatchString(text)
}

// credit reports whether a text says who took a picture: "(Jane Doe/AP)".
func credit(text string) bool {
	who, agency, ok := strings.Cut(strings.TrimRight(text, "). "), "/")
	return ok && len(who) <= 40 && agencies.MatchString(agency)
}

// bounded reports whether a call ends where it seems to: "file -" does, "image"
// in "imagery" does not.
func bounded(call, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(call)
	next, _ := utf8.DecodeRuneInString(after)
	return after == "" || !isWord(last) || !isWord(next)
}

// isWord reports whether a letter makes words that space ends.
func isWord(r rune) bool {
	return unicode.IsLetter(r) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// syndicated are what blogs put under a post that is passed on.
var syndicated = []string{
	" appeared first on ", " first appeared on ", " was originally published on ", " est apparu en premier sur ",
	" se publicó primero en ", " apareceu primeiro em ", " erschien zuerst auf ", " proviene da ",
}

var (
	// caption is what stands under a picture: "FILE - …", "AP Photo/Jane Doe",
	// "(avec AFP)".
	caption = regexp.MustCompile(`^FILE ?[-–—:] ` +
		`|^(?i:photos?|image|picture|video|foto|fotos|фото|видео|صورة|图|图片|照片)(?i: credit| by|source)? ?[:：/|]` +
		`|^(?i:ap|afp|epa|getty|reuters|dpa|tass) (?i:photo|images?|file photo)\b` +
		`|^(?i:avec|with|con|mit|com) (?i:afp|ap|reuters|dpa|efe|ansa|agencies|agences|agencias|agenzie)[^.)]{0,20}\)\.?$`)

	byline = regexp.MustCompile(`^(?:By|BY|Reporting by|Writing by|Editing by|Additional reporting by) \p{Lu}[\p{L}'’.-]+(?:(?: and|&|,)?\s?\p{Lu}[\p{L}'’.-]+)+(?:; .*)?$`)
)

// calls are how sentences start that ask the reader to go elsewhere, or to
// wait, in lower case.
var calls = []string{
	"read more", "read the full", "read full", "read also", "also read", "continue reading", "keep reading", "click here",
	"see also", "full story", "view the full", "more details", "learn more", "watch the video", "watch live", "listen to this article",
	"sign up for", "sign up to", "subscribe to our", "subscribe now", "subscribe to the", "follow us", "join us on", "download our app",
	"this story is developing", "this is a developing story", "this is a breaking news", "this story has been updated",
	"this article has been updated", "more to follow", "advertisement", "sponsored content", "all rights reserved", "copyright ©", "©", "getty images",

	"lire la suite", "lire aussi", "à lire aussi", "lisez aussi", "pour aller plus loin", "abonnez-vous", "inscrivez-vous", "publicité", "plus d’informations à suivre",
	"weiterlesen", "lesen sie auch", "lesen sie mehr", "mehr dazu", "mehr zum thema", "hier klicken", "anzeige", "jetzt abonnieren",
	"leer más", "lea también", "lee también", "sigue leyendo", "seguir leyendo", "suscríbete", "haga clic", "publicidad",
	"leia mais", "leia também", "continue lendo", "saiba mais", "clique aqui", "assine",
	"leggi anche", "leggi tutto", "continua a leggere", "iscriviti", "riproduzione riservata",
	"lees meer", "lees ook", "czytaj więcej", "czytaj też", "czytaj także", "devamını oku", "haberin devamı", "läs mer",

	"читать далее", "читать полностью", "читайте также", "читайте подробнее", "подробнее", "подписывайтесь", "подпишитесь", "все права защищены",
	"читати далі", "читайте також", "докладніше", "підписуйтесь",
	"اقرأ المزيد", "اقرأ أيضا", "اقرأ أيضًا", "اقرأ ايضا", "للمزيد", "المزيد من", "تابعونا", "اشترك في",
	"بیشتر بخوانید", "ادامه مطلب", "קרא עוד", "קראו עוד",
	"阅读全文", "查看全文", "查看原文", "点击查看", "更多内容", "延伸阅读", "閱讀全文", "閱讀更多", "延伸閱讀", "责任编辑", "（责任编辑",
	"続きを読む", "全文を読む", "関連記事", "더 보기", "기사 더보기", "무단 전재", "और पढ़ें", "यह भी पढ़ें",
}
