package matrix

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"attache/bot"
)

// faults is what is wrong with a message, whatever it says. It knows nothing of
// how it was made.
func faults(w words) []string {
	var list []string
	fault := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	if n := w.size(); n > maxSize {
		fault("%d bytes", n)
	}
	if bot.Blank(w.Body) {
		fault("nothing to see in %q", w.Body)
	}
	for _, text := range []string{w.Body, w.HTML} {
		if !utf8.ValidString(text) {
			fault("not UTF-8: %.80q", text)
		}
		if strings.Contains(strings.ToLower(text), "@room") {
			fault("calls everybody: %.300q", text)
		}
		depth := 0
		for _, r := range text {
			switch {
			case r == '\u2066' || r == '\u2068':
				depth++
			case r == '\u2069':
				depth--
			case unicode.IsControl(r) && r != '\n', r >= '\u202a' && r <= '\u202e', r == '\u2067':
				fault("%U in %.80q", r, text)
			}
			if depth < 0 || r == '\n' && depth != 0 {
				fault("isolates do not pair in %.300q", text)
				break
			}
		}
	}
	rich, more := read(w.HTML)
	list = append(list, more...)
	for _, l := range append(slices.Clone(rich), lines(w.Body)...) {
		if active.MatchString(l) {
			fault("a client acts on %q", l)
		}
	}
	// Both say the same, but for what each has for the other's markup.
	plain := strings.ReplaceAll(strings.Join(lines(w.Body), "\n"), "Corrected, no longer stands", "Corrected")
	if text := strings.NewReplacer("🔴 FLASH", "FLASH", "🟠 URGENT", "URGENT").Replace(strings.Join(rich, "\n")); plain != text {
		fault("says plainly\n%s\nand in HTML\n%s", plain, text)
	}
	return list
}

// lines is the lines of a text, but for those that are empty or an address.
func lines(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool {
		return l == "" || strings.HasPrefix(l, "http://") || strings.HasPrefix(l, "https://")
	})
}

// read is the lines of a text in HTML, and what does not belong there.
func read(text string) (list, faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	var all strings.Builder
	var open []string
	for z := html.NewTokenizer(strings.NewReader(text)); ; {
		kind := z.Next()
		token := z.Token()
		switch kind {
		case html.ErrorToken:
			if len(open) > 0 {
				fault("%q not closed", open)
			}
			return lines(all.String()), faults
		case html.TextToken:
			all.WriteString(token.Data)
		case html.StartTagToken:
			allowed := []string{"p", "blockquote", "pre", "code", "strong", "em", "u", "del", "a", "br"}
			if !slices.Contains(allowed, token.Data) {
				fault("a %s", token)
			}
			if token.Data == "br" {
				all.WriteByte('\n')
			} else {
				open = append(open, token.Data)
			}
			if len(token.Attr) > 0 && token.Data != "a" || token.Data == "a" && (len(token.Attr) != 1 || token.Attr[0].Key != "href") {
				fault("attributes in %s", token)
			}
			for _, a := range token.Attr {
				faults = append(faults, wrongLink(a.Val)...)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				fault("%s in %q", token, open)
				return lines(all.String()), faults
			}
			open = open[:len(open)-1]
			if len(open) == 0 {
				all.WriteByte('\n')
			}
		default:
			fault("%s", token)
		}
	}
}

// wrongLink is what is wrong with an address in a link.
func wrongLink(address string) []string {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return []string{err.Error()}
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.User != nil:
		return []string{"a link to " + address}
	}
	whole, err := url.PathUnescape(address)
	if err != nil {
		whole = address
	}
	host := strings.ToLower(u.Hostname())
	if strings.HasPrefix(host, "matrix.to") || strings.Contains(host, ".matrix.to") || strings.Contains(strings.ToLower(whole), "/matrix.to/") || strings.HasPrefix(u.Fragment, "/@") {
		return []string{"a link that clients make a pill of: " + address}
	}
	return nil
}
