package config

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// TOML is the feed as a [[feed]] of a config file, defaults and secrets left
// out.
func (f Feed) TOML() string {
	var b strings.Builder
	text := func(key, value, otherwise string) {
		if value != otherwise {
			fmt.Fprintf(&b, "%s = %s\n", key, quoted(value))
		}
	}
	yes := func(key string, value bool) {
		if value {
			fmt.Fprintf(&b, "%s = true\n", key)
		}
	}
	b.WriteString("[[feed]]\n")
	text("name", f.Name, "")
	text("url", f.URL, "")
	text("outlet", f.Outlet, f.Name)
	text("tier", f.Tier, "other")
	text("lang", f.Lang, "")
	text("region", f.Region, "")
	text("group", f.Group, "")
	text("kind", f.Kind, "feed")
	text("zone", f.Zone, "")
	if f.Every.Duration != 0 {
		text("every", f.Every.String(), "")
	}
	text("user_agent", f.UserAgent, "")
	yes("http1", f.HTTP1)
	yes("backlog", f.Backlog)
	text("page.item", f.Page.Item, "")
	text("page.link", f.Page.Link, "")
	text("page.title", f.Page.Title, "")
	text("page.date", f.Page.Date, "")
	text("page.layout", f.Page.Layout, "")
	return b.String()
}

// quoted is a basic string of TOML.
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

const mark = "\ufeff" // Windows editors put it there

// AddFeeds returns the text of a valid config file with feeds behind all that
// is there, which stays as it is. Starter feeds that were on because the file
// named no feed stay on: it says so then, and so does stayed.
func AddFeeds(text []byte, list []Feed) (out []byte, stayed bool) {
	rest, marked := bytes.CutPrefix(text, []byte(mark))
	l, end := lay("", rest), lineEnd(rest)
	out = slices.Clone(rest)
	if _, said := l.at["starter_feeds"]; !said && !l.has("feed") && len(list) > 0 {
		out, stayed = sayStarter(out, true), true
	}
	for _, f := range list {
		if len(out) > 0 && !bytes.HasSuffix(out, []byte("\n")) {
			out = append(out, end...)
		}
		if len(out) > 0 && !blankLine(out[lineStart(out, len(out)-1):]) {
			out = append(out, end...)
		}
		out = append(out, strings.ReplaceAll(f.TOML(), "\n", end)...)
	}
	if marked {
		out = append([]byte(mark), out...)
	}
	return out, stayed
}

// RemoveFeed returns the text of a valid config file without the [[feed]] of
// that name: from its head to its last key, and one blank line. All else stays
// as it is, comments above the head included, which may be about the feeds that
// follow. If it was the last, the starter feeds, which would now be on, stay off:
// the file says so then, and so does stayed.
func RemoveFeed(text []byte, name string) (out []byte, stayed bool, err error) {
	rest, marked := bytes.CutPrefix(text, []byte(mark))
	var file struct {
		Feeds []struct {
			Name string `toml:"name"`
		} `toml:"feed"`
	}
	if err := toml.Unmarshal(rest, &file); err != nil {
		return nil, false, err
	}
	for i, f := range file.Feeds {
		if f.Name != name {
			continue
		}
		l := lay("", rest)
		if out, err = l.without(rest, fmt.Sprintf("feed[%d]", i)); err != nil {
			return nil, false, err
		}
		if _, said := l.at["starter_feeds"]; !said && len(file.Feeds) == 1 {
			out, stayed = sayStarter(out, false), true
		}
		if marked {
			out = append([]byte(mark), out...)
		}
		return out, stayed, nil
	}
	return nil, false, fmt.Errorf("it has no feed of the name %q", name)
}

// has reports whether there is any array element or key of that name.
func (l *layout) has(name string) bool {
	_, one := l.at[name]
	_, many := l.at[name+"[0]"]
	return one || many
}

// without is the text without a table and the tables in it, which may stand
// apart.
func (l *layout) without(text []byte, table string) ([]byte, error) {
	if head := l.at[table]; !bytes.HasPrefix(bytes.TrimLeft(text[lineStart(text, head):], " \t"), []byte("[[")) {
		return nil, errors.New("its feeds are written as a list, feed = […]: take it out by hand, or write each as [[feed]]")
	}
	in := func(path string) bool { return path == table || strings.HasPrefix(path, table+".") }
	var out []byte
	kept := 0 // the offset up to which text is in out, or left out of it
	for i, t := range l.tables {
		if !in(t.path) {
			continue
		}
		start, next, end := lineStart(text, t.start), len(text), t.start
		if i+1 < len(l.tables) {
			next = lineStart(text, l.tables[i+1].start)
		}
		for _, p := range l.pairs {
			if p.start > t.start && p.start < next {
				end = max(end, p.end)
			}
		}
		end += bytes.IndexByte(append(slices.Clip(text[end:]), '\n'), '\n') + 1
		end = min(end, len(text))
		if i+1 < len(l.tables) && in(l.tables[i+1].path) {
			end = next // what is between them is about them
		}
		out = append(out, text[kept:start]...)
		kept = end
		switch line := firstLine(text[kept:]); {
		case len(line) > 0 && blankLine(line):
			kept += len(line)
		case len(line) == 0 && len(out) > 0:
			if last := lineStart(out, len(out)-1); blankLine(out[last:]) {
				out = out[:last]
			}
		}
	}
	return append(out, text[kept:]...), nil
}

// commented is the line of config.example.toml that shows starter_feeds.
var commented = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*starter_feeds[ \t]*=.*(\n|$)`)

// sayStarter writes starter_feeds into a text that does not: under the comment
// that shows it, or else before everything, where no table is open.
func sayStarter(text []byte, on bool) []byte {
	line := fmt.Sprintf("starter_feeds = %v%s", on, lineEnd(text))
	if at := commented.FindIndex(text); at != nil && bytes.HasSuffix(text[:at[1]], []byte("\n")) {
		out := slices.Insert(slices.Clone(text), at[1], []byte(line)...)
		if _, said := lay("", out).at["starter_feeds"]; said { // and not in a table or a text
			return out
		}
	}
	return append([]byte(line), text...)
}

// lineEnd is how the lines of a text end.
func lineEnd(text []byte) string {
	if bytes.HasSuffix(firstLine(text), []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// firstLine is the first line of a text with its end.
func firstLine(text []byte) []byte {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return text[:i+1]
	}
	return text
}

// lineStart is where the line begins that an offset is in.
func lineStart(text []byte, offset int) int { return bytes.LastIndexByte(text[:offset], '\n') + 1 }

func blankLine(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 }
