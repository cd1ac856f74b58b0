package bot

import (
	"strings"
	"testing"
)

func TestLink(t *testing.T) {
	const most = 3000
	for address, want := range map[string]string{
		"https://wire.example/a?b=c&d":  "https://wire.example/a?b=c&d",
		"HTTP://wire.example":           "http://wire.example",
		"https://wire.example/a|b<c>":   "https://wire.example/a%7Cb%3Cc%3E",
		"https://w.example/?q=a|b<c>\"": "https://w.example/?q=a%7Cb%3Cc%3E%22",
		"https://w.example/?q=\u202eä":  "https://w.example/?q=%E2%80%AE%C3%A4",
		"https://мид.рф:8080/новости":   "https://xn--d1ahl.xn--p1ai:8080/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8",
		"javascript:alert(1)":           "", "java\nscript:alert(1)": "", "data:text/html,x": "", "//wire.example": "", "/c/desk": "",
		"https:///x": "", "https://:80/": "", "": "", "mailto:a@b.example": "", "https://a|b.example/": "", "https://a&b/": "",
		"https://wire.example/" + strings.Repeat("x", most): "",
	} {
		if got := Link(address, most); got != want {
			t.Errorf("Link(%q) = %q, want %q", address, got, want)
		}
	}
}
