package date

import "unicode"

// fold makes one letter of what people and keyboards write differently: case,
// accents (left out as often as not), digits and widths of other scripts, the
// hamza on an alef. It returns -1 for what cannot be seen. Composed and
// decomposed letters fold alike.
func fold(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	case r == '\t', r == '\n', r == '\r':
		return ' '
	case r < 0x80:
		return r
	case '٠' <= r && r <= '٩':
		return r - '٠' + '0'
	case '۰' <= r && r <= '۹':
		return r - '۰' + '0'
	case '！' <= r && r <= '～':
		return fold(r - '！' + '!')
	case unicode.IsSpace(r):
		return ' '
	case unicode.In(r, unicode.Cf, unicode.Mn), r == 'ـ':
		return -1
	case unicode.Is(unicode.Pd, r), r == '−':
		return '-'
	}
	r = unicode.ToLower(r)
	switch r {
	case '،', '、', '·', '•':
		return ','
	case '°':
		return 'º'
	case 'à', 'á', 'â', 'ã', 'ä', 'å':
		return 'a'
	case 'ç':
		return 'c'
	case 'è', 'é', 'ê', 'ë':
		return 'e'
	case 'ì', 'í', 'î', 'ï', 'ı':
		return 'i'
	case 'ñ':
		return 'n'
	case 'ò', 'ó', 'ô', 'õ', 'ö':
		return 'o'
	case 'ù', 'ú', 'û', 'ü':
		return 'u'
	case 'ğ':
		return 'g'
	case 'ş':
		return 's'
	case 'й':
		return 'и'
	case 'ё':
		return 'е'
	case 'ї':
		return 'і'
	case 'أ', 'إ', 'آ', 'ٱ':
		return 'ا'
	case 'ى', 'ی', 'ئ':
		return 'ي'
	case 'ؤ':
		return 'و'
	case 'ة':
		return 'ه'
	case 'ک':
		return 'ك'
	}
	return r
}
