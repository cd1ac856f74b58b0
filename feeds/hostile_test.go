package feeds

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

const mb = 1 << 20

// hostile are the documents that stop, or kill, a parser without a guard (each
// of them: minutes, gigabytes, or the process), with the sentence they are
// refused with; "" for those that are read, to no harm.
func hostile() map[string]struct{ body, want string } {
	rss := func(inside string) string {
		return `<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><item>` + inside + "</item></channel></rss>"
	}
	nested := func(n int, start, end string) string { return strings.Repeat(start, n) + strings.Repeat(end, n) }
	var namespaces, scope, closing strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&namespaces, `<x%d:a xmlns:x%d="u%d">`, i, i, i)
		fmt.Fprintf(&scope, " xmlns:x%d='u'", i)
		fmt.Fprintf(&closing, "</x%d:a>", 19_999-i)
	}
	const deep = "its elements are nested more than 256 deep"
	return map[string]struct{ body, want string }{
		"deep elements":          {rss(nested(mb, "<x:a>", "</x:a>")), deep},
		"deep and unclosed":      {rss(strings.Repeat("<x:a>", 2*mb)), deep},
		"deep namespaces":        {rss(namespaces.String() + closing.String()), deep},
		"deep in a channel":      {"<rss><channel>" + nested(300, "<a>", "</a>"), deep},
		"deep in a text":         {rss("<title>t" + nested(mb, "<p>", "</p>") + "</title>"), "it has more than 400000 elements"},
		"deep HTML":              {rss("<title>t</title><description>" + strings.Repeat("&lt;div>", mb) + "</description>"), ""},
		"items":                  {rss(strings.Repeat("<item/>", 2*mb)), "it has more than 20000 items"},
		"entries":                {"<feed>" + strings.Repeat("<entry/>", mb), "it has more than 20000 items"},
		"full items":             {rss(strings.Repeat("<item><title>one more headline of many</title><link>https://a.example/x</link></item>", 20_000)), "it has more than 20000 items"},
		"elements":               {rss(strings.Repeat("<x:a/>", 2*mb)), "it has more than 400000 elements"},
		"fields":                 {rss(strings.Repeat("<category>a</category>", mb/2)), "it has more than 400000 elements"},
		"attributes":             {rss("<a" + strings.Repeat(` b=""`, 2*mb) + "/>"), "it has more than 1000000 attributes"},
		"bare attributes":        {rss("<a" + strings.Repeat(` b`, 4*mb) + "/>"), "it has more than 1000000 attributes"},
		"attributes of a field":  {rss("<title" + strings.Repeat(` b=""`, 900_000) + ">t</title>"), ""},
		"namespaces everywhere":  {"<rss" + scope.String() + "><channel><item><title>t</title>" + strings.Repeat("<a></a>", 50_000) + "</item></channel></rss>", ""},
		"text in pieces":         {rss("<title>t" + strings.Repeat("x", mb) + strings.Repeat("x<![CDATA[x]]>", 800_000) + "</title>"), ""},
		"text around comments":   {rss("<title>t" + strings.Repeat("x", mb) + strings.Repeat("x<!---->", mb) + "</title>"), ""},
		"CDATA without an end":   {rss("<title>t</title>" + strings.Repeat("<description><![CDATA[x</description>", mb/3)), "it has more than 400000 elements"},
		"comments without end":   {rss("<title>t</title>" + strings.Repeat("<!-- ", 2*mb)), ""},
		"texts without an end":   {rss(strings.Repeat("<title>"+strings.Repeat("t", 20_000)+"<link>l", 500)), "too many of its elements are never closed"},
		"tags without an end":    {rss("<title>t</title>" + strings.Repeat(`<a b="`, 2*mb)), deep},
		"HTML under a base":      {"<feed xml:base='http://a.example/'><entry><title>t</title><content type='html'><![CDATA[" + strings.Repeat("<li><b><i>", mb) + "]]></content></entry></feed>", ""},
		"much text":              {rss("<title>t</title>" + strings.Repeat("<description>"+strings.Repeat("much text ", 10_000)+"</description>", 150)), ""},
		"texts":                  {rss(strings.Repeat("</item><item><title>t</title><description>"+strings.Repeat("&lt;p>much &amp;eacute; text ", 4_000)+"</description>", 130)), ""},
		"texts encoded twice":    {rss(strings.Repeat("</item><item><title>t</title><description>"+strings.Repeat("Ã©tÃ© Ã  ", 8_000)+"</description>", 130)), ""},
		"tags in titles":         {rss(strings.Repeat("</item><item><title>t"+strings.Repeat("<a", 45_000)+"</title>", 8)), ""},
		"letters behind <":       {rss("<title>t" + strings.Repeat("<a", 6*mb) + "</title>"), "it has more than 400000 elements"},
		"names":                  {rss("<title>t</title>" + strings.Repeat("<guid>"+strings.Repeat("g", 500_000)+"</guid>", 24)), ""},
		"JSON texts":             {`{"items":[` + strings.Repeat(`{"title":"t","content_text":"`+strings.Repeat(`\u003c\u2039 `, 8_000)+`"},`, 115) + `]}`, ""},
		"dates nobody reads":     {rss(strings.Repeat("</item><item><title>t</title><pubDate>2026 or so</pubDate><updated>never</updated>", 19_000)), ""},
		"ampersands":             {rss("<title>t</title><description>" + strings.Repeat("&", 14*mb) + "</description>"), ""},
		"ends of CDATA":          {rss("<title>t</title>" + strings.Repeat("<description>"+strings.Repeat("]]>", 100_000)+"</description>", 40)), ""},
		"references":             {rss("<title>t</title><description>" + strings.Repeat("&#38;", 2*mb) + "</description>"), ""},
		"ends of nothing":        {rss(strings.Repeat("<w>", 200) + strings.Repeat("</x>", 3*mb)), "it has more than 400000 elements"},
		"one author of all":      {"<feed><author><name>" + strings.Repeat("é&amp;", 60_000) + "</name></author>" + strings.Repeat("<entry><title>t</title></entry>", 19_000), ""},
		"dates":                  {rss(strings.Repeat("<title>t</title><pubDate>"+strings.Repeat("Mon, 1 Jan ", 500)+"</pubDate>", 2000)), ""},
		"laughs":                 {`<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>` + rss("<title>&b; &c;</title>"), ""},
		"JSON items":             {`{"version":"https://jsonfeed.org/version/1","items":[` + strings.Repeat("{},", 4*mb), "it has more than 20000 items"},
		"JSON values":            {`{"items":[{"tags":[` + strings.Repeat(`"",`, 2*mb), "it has more than 400000 values"},
		"JSON arrays":            {`{"items":` + strings.Repeat("[", 5*mb), "its values are nested more than 256 deep"},
		"JSON keys":              {`{"items":[{"title":"t"` + strings.Repeat(`,"x":1`, 2*mb) + "}]}", "it has more than 400000 values"},
		"JSON escapes":           {`{"items":[{"title":"t","content_text":"` + strings.Repeat(`\u0026`, 2*mb) + `"}]}`, ""},
		"JSON text without end":  {`{"items":[{"title":"t"},"` + strings.Repeat(`\"`, 7*mb), ""},
		"size":                   {rss(strings.Repeat("&", 16*mb)), "it is larger than 16 MB"},
		"wide text":              {"\xFF\xFE" + strings.Repeat("<\x00?\x00", 3*mb), "it is not a feed"},
		"one letter of accents":  {rss("<link>https://a.example/</link><title>t" + strings.Repeat("\u0301", 6*mb) + "</title>"), ""},
		"declaration in a text":  {rss("<title>t</title><?xml version='1.0' encoding='utf-16'?><!DOCTYPE x>"), ""},
		"document without a tag": {strings.Repeat("& ", 7*mb), "it is not a feed"},
	}
}

// TestHostile reads each of them in a process of its own, as a feed and, where
// it is no JSON, as HTML in a feed's text, and tells how long it took and how
// much memory. Time is told and not tested; memory is, at the 200 MB that a
// document may cost.
func TestHostile(t *testing.T) {
	if os.Getenv("FEEDS_HOSTILE") != "" {
		reportHostile(t)
		return
	}
	for name, test := range hostile() {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHostile$")
			cmd.Env = append(os.Environ(), "FEEDS_HOSTILE=1")
			cmd.Stdin = strings.NewReader(test.body)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %.2000s", err, out)
			}
			var took time.Duration
			var peak, items int
			line, _, _ := strings.Cut(string(out), "\n")
			if _, err := fmt.Sscanf(line, "%d %d %d", &took, &peak, &items); err != nil {
				t.Fatalf("%v: %.2000s", err, out)
			}
			_, got, _ := strings.Cut(line, ": ")
			t.Logf("%6.2f MB %7v %4d MB, %d items; %s", float64(len(test.body))/mb, took.Round(time.Millisecond), peak>>10, items, got)
			if got != test.want || (test.want == "") != (items > 0) {
				t.Errorf("%d items, %q, want %q", items, got, test.want)
			}
			if peak > 200<<10 && !raceEnabled {
				t.Errorf("it cost %d MB", peak>>10)
			}
		})
	}
}

// reportHostile reads the document on standard input and prints nanoseconds,
// peak memory in kB over that of the document, items and the error.
func reportHostile(t *testing.T) {
	body, err := io.ReadAll(os.Stdin)
	if err != nil {
		t.Fatal(err)
	}
	debug.FreeOSMemory()
	resetPeak()
	before := peakMemory()
	start := time.Now()
	items, err := Parse(Document{Body: body}, Feed{})
	took := time.Since(start)
	sentence := ""
	if err != nil {
		sentence = Sentence(err)
	}
	fmt.Printf("%d %d %d : %s\n", took, peakMemory()-before, len(items), sentence)
}
