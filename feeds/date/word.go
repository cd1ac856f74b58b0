package date

import "strings"

// word is what a name in a date can be: a month, and perhaps something else
// ("mar" is March in many languages and a Tuesday in French and Spanish).
type word struct {
	month int // 1 to 12; 0 if it is none
	role  role
}

// role is what a word does that is no month.
type role byte

const (
	unknown  role = iota
	weekday       // is not believed
	filler        // says nothing before a number or another word: "of"
	before        // says nothing before a time: "at" (behind it, AT is the Atlantic)
	suffix        // says nothing at a number's end: "1er"
	tail          // says nothing anywhere: "года"
	am            // 12 a.m. is midnight
	pm            //
	morning       // like am, but counted from 0: 午前
	evening       // like pm, but counted from 0: 午後
	yearUnit      // these follow a number: 年
	monthUnit
	dayUnit
	hourUnit
	minuteUnit
	secondUnit
)

// monthNames are those of January to December, as they stand in dates, in full
// and short. Capitals and accents are folded away.
var monthNames = []struct{ language, names string }{
	{"en", "january|jan, february|feb|febr, march|mar, april|apr, may, june|jun, july|jul, august|aug, september|sep|sept, october|oct, november|nov, december|dec"},
	{"fr", "janvier|janv|jan, février|févr|fév, mars|mar, avril|avr, mai, juin, juillet|juil|juill, août, septembre|sept|sep, octobre|oct, novembre|nov, décembre|déc"},
	{"es", "enero|ene, febrero|feb, marzo|mar, abril|abr, mayo|may, junio|jun, julio|jul, agosto|ago, septiembre|setiembre|sep|sept|set, octubre|oct, noviembre|nov, diciembre|dic"},
	{"pt", "janeiro|jan, fevereiro|fev, março|mar, abril|abr, maio|mai, junho|jun, julho|jul, agosto|ago, setembro|set, outubro|out, novembro|nov, dezembro|dez"},
	{"de", "januar|jänner|jan|jän, februar|feber|feb, märz|maerz|mrz|mär, april|apr, mai, juni|jun, juli|jul, august|aug, september|sep|sept, oktober|okt, november|nov, dezember|dez"},
	{"it", "gennaio|gen, febbraio|feb, marzo|mar, aprile|apr, maggio|mag, giugno|giu, luglio|lug, agosto|ago, settembre|set|sett, ottobre|ott, novembre|nov, dicembre|dic"},
	{"tr", "ocak|oca, şubat|şub, mart|mar, nisan|nis, mayıs|may, haziran|haz, temmuz|tem, ağustos|ağu, eylül|eyl, ekim|eki, kasım|kas, aralık|ara"},
	{"ru", "январь|января|янв, февраль|февраля|фев|февр, март|марта|мар, апрель|апреля|апр, май|мая, июнь|июня|июн, июль|июля|июл, август|августа|авг, сентябрь|сентября|сен|сент, октябрь|октября|окт, ноябрь|ноября|ноя|нояб, декабрь|декабря|дек"},
	{"uk", "січень|січня|січ, лютий|лютого|лют, березень|березня|бер, квітень|квітня|квіт, травень|травня|трав, червень|червня|черв, липень|липня|лип, серпень|серпня|серп, вересень|вересня|вер, жовтень|жовтня|жовт, листопад|листопада|лист, грудень|грудня|груд"},
	{"ar", "يناير, فبراير, مارس, أبريل|إبريل, مايو, يونيو|يونية, يوليو|يولية, أغسطس, سبتمبر, أكتوبر, نوفمبر, ديسمبر"},
	{"ar-SY", "كانون الثاني|كانون ثاني, شباط, آذار, نيسان, أيار, حزيران, تموز, آب, أيلول, تشرين الأول|تشرين أول, تشرين الثاني|تشرين ثاني, كانون الأول|كانون أول"},
	{"ar-DZ", "جانفي, فيفري, مارس, أفريل, ماي, جوان, جويلية, أوت, سبتمبر, أكتوبر, نوفمبر, ديسمبر"},
	{"ar-MA", "يناير, فبراير, مارس, أبريل, ماي, يونيو, يوليوز, غشت, شتنبر, أكتوبر, نونبر, دجنبر"},
	{"fa", "ژانویه, فوریه, مارس, آوریل, مه, ژوئن, ژوئیه, اوت, سپتامبر, اکتبر, نوامبر, دسامبر"},
}

// otherWords are the rest of what may stand in a date, by what they do.
// Chinese, Japanese and Korean number their months.
var otherWords = map[role]string{
	weekday: "monday|mon|tuesday|tue|tues|wednesday|wed|thursday|thu|thur|thurs|friday|fri|saturday|sat|sunday|sun" +
		"|lundi|lun|mardi|mar|mercredi|mer|jeudi|jeu|vendredi|ven|samedi|sam|dimanche|dim" +
		"|lunes|martes|miércoles|mié|jueves|jue|viernes|vie|sábado|sáb|domingo|dom" +
		"|segunda|seg|terça|ter|quarta|qua|quinta|qui|sexta|sex|feira" +
		"|montag|mo|dienstag|di|mittwoch|mi|donnerstag|do|freitag|fr|samstag|sonnabend|sa|sonntag|so" +
		"|lunedì|martedì|mercoledì|giovedì|gio|venerdì|domenica|sabato" +
		"|pazartesi|pzt|salı|çarşamba|çar|perşembe|per|cuma|cum|cumartesi|cmt|pazar|paz" +
		"|понедельник|пн|вторник|вт|среда|ср|четверг|чт|пятница|пт|суббота|сб|воскресенье|вс" +
		"|понеділок|вівторок|середа|четвер|пʼятниця|субота|неділя|нд" +
		"|الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد" +
		"|دوشنبه|سه شنبه|سهشنبه|چهارشنبه|چهار شنبه|پنجشنبه|پنج شنبه|جمعه|شنبه|یکشنبه|یک شنبه" +
		"|星期一|星期二|星期三|星期四|星期五|星期六|星期日|星期天|周一|周二|周三|周四|周五|周六|周日|週一|週二|週三|週四|週五|週六|週日" +
		"|月曜日|火曜日|水曜日|木曜日|金曜日|土曜日|日曜日|月曜|火曜|水曜|木曜|金曜|土曜|日曜|火|水|木|金|土" +
		"|월요일|화요일|수요일|목요일|금요일|토요일|일요일",
	filler:     "of|on|the|published|posted|le|du|publié|el|de|del|publicado|dia|den|der|am|veröffentlicht|il|опубликовано|يوم|في",
	before:     "at|à|a|las|a las|la|às|as|um|alle|ore|saat|в|о|الساعة|ساعت",
	suffix:     "st|nd|rd|th|er|re|º|o|ª",
	tail:       "г|года|год|р|року|发布|公開|更新",
	am:         "a m|ص|صباحا|上午|凌晨|오전|öö",
	pm:         "pm|p m|م|مساء|下午|오후|ös",
	morning:    "午前",
	evening:    "午後",
	yearUnit:   "年|년",
	monthUnit:  "月|월",
	dayUnit:    "日|号|號|일",
	hourUnit:   "h|hs|hrs|uhr|时|時|点|點|시",
	minuteUnit: "min|分|분",
	secondUnit: "秒|초",
}

// words holds all of them, folded.
var words = func() map[string]word {
	all := map[string]word{}
	for _, of := range monthNames {
		for i, names := range strings.Split(of.names, ", ") {
			for name := range strings.SplitSeq(names, "|") {
				all[folded(name)] = word{month: i + 1}
			}
		}
	}
	for role, names := range otherWords {
		for name := range strings.SplitSeq(names, "|") {
			w := all[folded(name)]
			w.role = role
			all[folded(name)] = w
		}
	}
	return all
}()

func folded(s string) string { return strings.Map(fold, s) }
