package summary

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// dateline returns how many bytes at the start of a line say only where, when
// and through which agency it was written: "GENEVA, 4 March (Wire One) — ".
//
// A head like that ends in a dash and holds an agency, a date, or a place in
// capitals. "U.S. — Iran talks resume" does not begin with one.
func dateline(line string) int {
	if n := len(wideDateline.FindString(line)); n > 0 && n < len(line) {
		return n
	}
	at, placed := head(line)
	if at > 0 && !placed { // "(ANSA) - ROMA, 03 MAR - "
		n, _ := head(line[at:])
		at += n
	}
	if at > 0 {
		at += len(agencyTail.FindString(line[at:])) // "ПАРИЖ, 3 янв — РИА Новости. "
	}
	if wordless(line[at:]) {
		return 0
	}
	return at
}

// longestHead is how long a dateline may be, in bytes.
const longestHead = 120

// head returns the length of a dateline with the dash behind it, and whether
// it names a place.
func head(line string) (n int, placed bool) {
	start := line[:min(len(line), longestHead)]
	if m := slashed.FindStringSubmatchIndex(start); m != nil {
		if place, ok := located(start[:m[2]], "TASS", ""); ok {
			return m[1], place
		}
	}
	if m := glued.FindStringSubmatchIndex(start); m != nil {
		next, _ := utf8.DecodeRuneInString(line[m[1]:])
		if place, ok := located(start[:m[3]], "CNN", ""); ok && unicode.IsUpper(next) {
			return m[1], place
		}
	}
	m := dash.FindStringSubmatchIndex(start)
	if m == nil {
		return 0, false
	}
	where := start[:m[0]]
	if m[2] >= 0 {
		where = start[:m[3]] // the bracket before the dash
	}
	agency := ""
	if a := bracketed.FindStringSubmatchIndex(where); a != nil {
		where, agency = where[:a[0]], where[a[2]:a[3]]
	} else if a := bareAgency.FindStringSubmatchIndex(where); a != nil {
		where, agency = where[:a[0]], where[a[2]:a[3]]
	}
	if place, ok := located(where, agency, line[m[1]:]); ok {
		return m[1], place
	}
	return 0, false
}

// located reports whether a text is a place, a date or both, as they stand
// before an agency ("" if none is named) and a dash, and whether it has a place.
func located(text, agency, after string) (placed, ok bool) {
	place := date.ReplaceAllString(text, "")
	dated := len(place) < len(text)
	place = strings.Trim(place, " ,،.;:/")
	known := agencies.MatchString(agency)
	if place == "" {
		return false, known || dated && agency != ""
	}
	if !placeName.MatchString(place) || len(strings.Fields(place)) > 6 || starters[place] || notPlaces[place] {
		return true, false
	}
	switch {
	case known || dated:
		return true, true
	case agency != "": // a name in brackets may be a party: "Jane Doe (XYZ) — said"
		return true, capitals(place) || !strings.Contains(place, " ")
	}
	return true, capitals(place) && !acronyms[place] && !loud(after)
}

// capitals reports whether the first part of a place is in capitals, and too
// long for the initials of a country or an organisation.
func capitals(place string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(place, "ST. "), ",")
	letters := 0
	for _, r := range first {
		if unicode.IsLower(r) || r == '.' {
			return false
		}
		if unicode.IsUpper(r) {
			letters++
		}
	}
	return letters >= 4
}

// loud reports whether a text starts all in capitals, so that they say nothing.
func loud(text string) bool {
	start := text[:min(len(text), 60)]
	return start == strings.ToUpper(start)
}

var (
	// date is a day and a month, a year perhaps, the day of the week before it.
	date = regexp.MustCompile(`(?i)[\s,،.(]*(?:\b(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?\b[,.]?\s*)?(?:le\s+|am\s+|den\s+|el\s+)?(?:` +
		`\d{1,2}(?:er|st|nd|rd|th|º)?\.?\s+(?:de\s+)?` + month + `(?:\s+|$)?|` + month + `\s+\d{1,2}(?:st|nd|rd|th)?` +
		`)(?:,?\s*(?:de\s+)?(?:19|20)\d\d)?(?:\s*г\.?)?(?:\s*года)?[\s,.)]*$`)

	// slashed is an agency as TASS writes it: "MOSCOW, January 3. /TASS/. ".
	slashed = regexp.MustCompile(`^[^/]{2,80}?[\s.,](/\p{L}[\p{L}\s.-]{1,24}/)[\s.,]*(?:[-–—]\s*)?`)

	// glued is how CNN signs, with no dash: "Washington (CNN)The".
	glued = regexp.MustCompile(`^([^()]{0,40})\(CNN(?: \p{L}+)?\)\s?`)

	// dash is spaced, or an em dash, or stands behind a bracket: "(EFE).- ".
	dash = regexp.MustCompile(`\s+(?:--|[-–—―−])\s+|—\s*|(\))\s*\.?\s?(?:--|[-–—―−=])\s*`)

	bracketed  = regexp.MustCompile(`\s*\(([^()]{2,40})\)[\s,]*$`)
	bareAgency = regexp.MustCompile(`(?:^|[\s.,-]\s?)(` + agencyName + `)$`)
	agencyTail = regexp.MustCompile(`^(?:` + agencyName + `)[.,:]\s+`)
	agencies   = regexp.MustCompile(`^(?i:` + agencyName + `)(?:\s*[/,&]\s*(?i:` + agencyName + `))*$`)

	// placeName is up to a few names: "KYIV, Ukraine", "Genf/Berlin", "جنيف".
	placeName = regexp.MustCompile(`^(?:\p{Lu}|\p{Lo})[\p{L}\p{M}'’ʼ-]*\.?(?:[\s,/]+(?:(?:\p{Lu}|\p{Lo})[\p{L}\p{M}'’ʼ-]*\.?|de|del|la|le|les|of|the|and|et|und|am|der|an|upon|sur|en|на|al|el|do|da|di|in|i|y|e))*$`)

	// wideDateline is how agencies of East Asia sign: 新华社日内瓦3月4日电（记者…）,
	// 【ジュネーブ共同】, (서울=연합뉴스) 홍길동 기자 =.
	wideDateline = regexp.MustCompile(`^\s*(?:` +
		`[（(【]?[\p{Han}\p{Latin}]{1,12}[社网網報报台][\p{Han}·]{0,12}(?:\d{4}年)?\d{1,2}月\d{1,2}日(?:电|電|讯|訊)[）)】]?(?:\s?[（(][^）)]{1,40}[）)])?` +
		`|[\p{Han}·]{1,12}(?:\d{4}年)?\d{1,2}月\d{1,2}日(?:电|電|讯|訊)[\s　]` +
		`|【[^】]{1,24}】` +
		`|［[^］]{1,30}］(?:\s*[-–—])?` +
		`|[（(][^）)=＝]{1,20}[=＝][^）)]{1,20}[）)](?:\s*[^\s=]{2,10}(?:\s*[^\s=]{2,10}){0,2}\s*기자\s*=)?` +
		`)[\s　：:，,]*`)
)

// month is a month in the languages of the agencies, whole or shortened.
const month = `(?:jan(?:uary|uar|vier|v)?|feb(?:ruary|ruar|braio)?|f[ée]v(?:rier|ereiro)?|mar(?:ch|s|zo|ço)?|m(?:ä|ae)rz|mär|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?|may|mai|mayo|maio|maggio|mag|jun(?:e|i|io|ho)?|juin|giu(?:gno)?|jul(?:y|i|io|ho)?|juil(?:let)?|lug(?:lio)?|aug(?:ust)?|août|ago(?:sto)?|sept?(?:ember|embre|iembre)?|set(?:embro|tembre|iembre)?|o[ck]t(?:ober|obre|ubre)?|out(?:ubro)?|ott(?:obre)?|nov(?:ember|embre|iembre|embro)?|de[cz](?:ember|embre|embro|iembre)?|déc(?:embre)?|dic(?:iembre|embre)?|ene(?:ro)?|gen(?:naio)?|janeiro|febrero|` +
	`январ[ья]|янв|феврал[ья]|фев|марта?|мар|апрел[ья]|апр|ма[йя]|июн[ья]|июн|июл[ья]|июл|августа?|авг|сентябр[ья]|сен|октябр[ья]|окт|ноябр[ья]|ноя|декабр[ья]|дек|` +
	`січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня|` +
	`يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر|ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık)\.?`

// agencyName is an agency, or an outlet that signs like one.
const agencyName = `AP|AFP|Reuters|dpa|EFE|ANSA|TASS|ТАСС|IRNA|ISNA|Xinhua|Kyodo|Jiji Press|Yonhap|PTI|ANI|IANS|UPI|WAM|SPA|QNA|KUNA|` +
	`PAP|ČTK|ATS|Keystone-ATS|APA|Belga|ANP|NTB|TT|STT|BNS|LETA|MTI|Agerpres|BTA|Ukrinform|Укринформ|Interfax(?:-Ukraine)?|INTERFAX(?:\.RU)?|` +
	`Интерфакс|РИА Новости|RIA Novosti|Sputnik|ПРАЙМ|Anadolu|AA|DHA|İHA|VOA|RFE/RL|RFI|DW|BBC|CNN|UN News|Thomson Reuters Foundation|` +
	`Bloomberg|Lusa|Europa Press|Notimex|Agência Brasil|KCNA|VNA|Antara|Bernama|AAP|Axios`

var (
	// acronyms in capitals are who acts, not where.
	acronyms = set("NATO OPEC ASEAN BRICS IAEA UNESCO UNICEF UNHCR UNRWA OSCE OPCW AUKUS ECOWAS MERCOSUR НАТО МАГАТЭ ОБСЕ БРИКС ОПЕК ЮНЕСКО")

	// notPlaces stand before a date and are no place.
	notPlaces = set("By Until Till Vom Seit Bis Desde Hasta Dès Depuis Jusqu'au С До К От Dal Fino Updated Published")
)
