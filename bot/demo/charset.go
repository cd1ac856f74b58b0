package demo

import (
	"fmt"
	"strings"
)

// cp1251 is the upper half of windows-1251 as far as news in Russian needs it,
// but for the letters А to я, which stand in Unicode's order from 0xC0 on.
// https://encoding.spec.whatwg.org/index-windows-1251.txt
var cp1251 = map[rune]byte{
	'Ё': 0xA8, 'ё': 0xB8, '«': 0xAB, '»': 0xBB, '„': 0x84, '“': 0x93, '”': 0x94, '’': 0x92,
	'–': 0x96, '—': 0x97, '…': 0x85, '№': 0xB9, '°': 0xB0, '\u00a0': 0xA0,
}

// windows1251 encodes an XML document; what the charset lacks becomes a
// character reference.
func windows1251(doc string) []byte {
	var b strings.Builder
	for _, r := range doc {
		switch c, ok := cp1251[r]; {
		case r < 0x80:
			b.WriteByte(byte(r))
		case 'А' <= r && r <= 'я':
			b.WriteByte(byte(r-'А') + 0xC0)
		case ok:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "&#%d;", r)
		}
	}
	return []byte(b.String())
}
