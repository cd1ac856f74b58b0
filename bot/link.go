package bot

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// Link is an address from outside as it may stand in a link: http or https with
// a host, in ASCII, nothing in it that means something in markup, and of no more
// than so many bytes; "" for one that does not become a link.
func Link(address string, most int) string {
	if len(address) > most {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return ""
	}
	if !isASCII(u.Host) {
		host, err := idna.ToASCII(u.Hostname())
		if err != nil {
			return ""
		}
		u.Host = strings.Replace(u.Host, u.Hostname(), host, 1)
	}
	if strings.ContainsAny(u.Host, "<>|\"'`^{}\\&*;,!$()=+ ") {
		return ""
	}
	var b strings.Builder
	for _, c := range []byte(u.String()) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("<>|\"`^{}\\", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	if b.Len() > most {
		return ""
	}
	return b.String()
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}
