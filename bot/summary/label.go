package summary

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What Label finds, whatever the language it is written in.
const (
	Correction = "correction" // the outlet corrects what it said: CORRECTED, Richtigstellung, 更正
	Flash      = "flash"      // FLASH, МОЛНИЯ
	Breaking   = "breaking"   // BREAKING, ÚLTIMA HORA, 突发
	Urgent     = "urgent"     // URGENT, СРОЧНО, عاجل
	Update     = "update"     // UPDATE 2-, AKTUALISIERT
	Live       = "live"       // a page that changes all day
	Watch      = "watch"      // a video
	Opinion    = "opinion"    // a view, not a report
	Analysis   = "analysis"   // an explanation, a list of facts
	Exclusive  = "exclusive"  // nobody else has it
)

// labels says how outlets write each, in lower case; the weightiest first,
// which is the one Label returns where there are several.
var labels = []struct {
	label string
	words []string
}{
	{Correction, []string{"correction", "corrected", "corrects", "clarification", "retraction", "refile", "withdrawn",
		"rectificatif", "correctif", "berichtigung", "richtigstellung", "korrektur", "corrección", "rectificación", "correção", "errata corrige", "rettifica",
		"исправление", "уточнение", "виправлення", "уточнення", "تصحيح", "تصويب", "更正", "訂正", "정정", "düzeltme"}},
	{Flash, []string{"flash", "newsflash", "news flash", "молния", "блискавка"}},
	{Breaking, []string{"breaking", "breaking news", "just in", "developing", "news alert", "eilmeldung", "eil", "última hora", "último momento", "último minuto",
		"ultim'ora", "ultim’ora", "ultimissime", "dernière minute", "dernière heure", "alerte info", "son dakika", "pilne", "z ostatniej chwili",
		"خبر عاجل", "فوری", "突发", "突發", "快讯", "快訊", "速報", "速报", "속보", "मुख्य समाचार", "ब्रेकिंग"}},
	{Urgent, []string{"urgent", "alert", "urgente", "срочно", "важно", "терміново", "عاجل", "紧急", "緊急", "긴급", "acil", "alerta", "alerte", "dringend"}},
	{Update, []string{"update", "updated", "wrapup", "recast", "rpt", "mise à jour", "actualisé", "aktualisiert", "actualización", "actualiza", "atualização", "aggiornamento",
		"обновлено", "дополнено", "оновлено", "تحديث", "محدث", "更新", "güncelleme"}},
	{Live, []string{"live", "watch live", "live updates", "live blog", "liveblog", "live news", "en direct", "direct", "liveticker", "ticker", "en vivo", "en directo", "ao vivo", "in diretta", "diretta",
		"онлайн", "прямой эфир", "مباشر", "بث مباشر", "直播", "实时更新", "ライブ", "canlı"}},
	{Exclusive, []string{"exclusive", "scoop", "exclusif", "exklusiv", "exclusiva", "exclusivo", "esclusiva", "эксклюзив", "ексклюзив", "حصري", "独家", "獨家", "独自", "단독", "özel haber"}},
	{Opinion, []string{"opinion", "op-ed", "comment", "commentary", "editorial", "column", "viewpoint", "guest essay", "letters", "tribune", "édito", "éditorial", "chronique",
		"kommentar", "meinung", "gastbeitrag", "leitartikel", "opinión", "tribuna", "columna", "opinião", "opinione", "commento", "мнение", "колонка", "думка", "رأي", "مقال", "评论", "評論", "社论", "社説", "사설", "칼럼", "görüş"}},
	{Analysis, []string{"analysis", "explainer", "explained", "factbox", "timeline", "insight", "q&a", "fact check", "fact-check", "analyse", "décryptage", "hintergrund", "análisis", "análise", "analisi",
		"анализ", "разбор", "аналіз", "تحليل", "分析", "解説", "분석", "analiz"}},
	{Watch, []string{"watch", "video", "photos", "in pictures", "in photos", "gallery", "podcast", "listen", "audio", "vidéo", "en images", "vídeo", "foto", "fotos",
		"видео", "фото", "відео", "فيديو", "بالفيديو", "شاهد", "صور", "视频", "視頻", "图集", "動画", "영상", "video haber"}},
}

// Label returns what an outlet puts before a title to say what sort of item it
// is, as one of the constants above ("" if it puts nothing), and the offset
// where the title proper starts. A label is set off by a colon, a bar, a dash, a
// bracket or, as the wires do it, a number and a hyphen: "UPDATE 2-". A title
// that is nothing but labels has none.
func Label(title string) (label string, rest int) {
	weight := len(labels)
	at := 0
	for range 4 { // nobody writes more
		w, n := one(title[at:])
		if n == 0 {
			break
		}
		at += n
		if wordless(title[at:]) {
			return "", 0
		}
		weight, rest = min(weight, w), at
	}
	if rest == 0 {
		return "", 0
	}
	return labels[weight].label, rest
}

// one reads one label at the start of a title: its index in labels, and how
// many bytes it takes with what sets it off.
func one(title string) (weight, n int) {
	text := strings.TrimLeftFunc(title, ornament)
	bracket := strings.IndexAny(text, "[(【（［") == 0
	if bracket {
		_, size := utf8.DecodeRuneInString(text)
		text = strings.TrimLeft(text[size:], " ")
	}
	weight, size := longest(text)
	if size == 0 {
		return 0, 0
	}
	word, after := text[:size], text[size:]
	behind := strings.TrimLeft(after, " 0123456789")
	numbered := strings.TrimSpace(after[:len(after)-len(behind)]) != ""
	if numbered {
		after = behind
	}
	end := setOff(word, after, numbered, bracket)
	if end == 0 {
		return 0, 0
	}
	return weight, len(title) - len(after) + end
}

// longest finds the longest label a text starts with.
func longest(text string) (weight, size int) {
	for i, l := range labels {
		for _, word := range l.words {
			if n := hasPrefixFold(text, word); n > size {
				weight, size = i, n
			}
		}
	}
	return weight, size
}

// setOff returns how many bytes set a label off from what follows, 0 if it is
// not set off and so is part of the title.
func setOff(word, after string, numbered, bracket bool) int {
	spaced := strings.TrimLeft(after, " ")
	first, size := utf8.DecodeRuneInString(spaced)
	loud := word == strings.ToUpper(word) // capitals, or a script that has none
	var ok bool
	switch {
	case bracket:
		ok = strings.ContainsRune("])】）］", first)
	case strings.ContainsRune(":：|｜•·»›", first):
		ok = true
	case strings.ContainsRune("-–—", first):
		rest := spaced[size:]
		ok = len(spaced) < len(after) && strings.HasPrefix(rest, " ") || // "Live - "
			loud && (first == '—' || wires[strings.ToLower(word)] || numbered) // "UPDATE 2-"
	case strings.ContainsRune("!.！。+/", first):
		ok = loud
	}
	if !ok {
		return 0
	}
	rest := strings.TrimLeftFunc(spaced[size:], func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(":：|｜!.！-–—+", r)
	})
	return len(after) - len(rest)
}

// wires are the labels that agencies join to the title with a bare hyphen.
// "LIVE-" is not among them: it may be a live-fire drill.
var wires = set("corrected correction refile update wrapup recast rpt exclusive factbox timeline analysis insight explainer urgent breaking flash")

// ornament is what may stand before a label: space, red dots, sirens (with the
// marks that colour them), pluses.
func ornament(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.So, r) || unicode.Is(unicode.Mn, r) || strings.ContainsRune("+*|-–—•", r)
}

// hasPrefixFold returns how many bytes of text word takes, written in any case,
// if text starts with it and it ends there; else 0.
func hasPrefixFold(text, word string) int {
	n := 0
	for _, w := range word {
		r, size := utf8.DecodeRuneInString(text[n:])
		if size == 0 || unicode.ToLower(r) != w {
			return 0
		}
		n += size
	}
	return n
}
