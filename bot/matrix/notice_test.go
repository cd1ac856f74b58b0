package matrix

import (
	"fmt"
	"strings"
	"testing"

	"attache/bot"
	"attache/bot/bottest"
)

func TestNoticeGolden(t *testing.T) {
	for name, m := range map[string]bot.Message{
		"help": bottest.HelpNotice(), "found": bottest.FoundNotice(), "mistake": bottest.MistakeNotice(), "long": bottest.LongNotice(),
	} {
		t.Run(name, func(t *testing.T) {
			pages := notices(m)
			for i, w := range pages {
				file := "notice-" + name
				if len(pages) > 1 {
					file += fmt.Sprintf("-%d", i+1)
				}
				golden(t, file, w)
			}
		})
	}
}

// TestNoticePages looks for every line of an answer that is longer than what can
// be said, once and in order, or in the count of those left out.
func TestNoticePages(t *testing.T) {
	for name, detail := range map[string]string{"": strings.Repeat("and so on ", 10), "right to left": strings.Repeat("وهكذا ", 4), "short": ""} {
		m := bottest.Notice()
		for i := range 3000 {
			m.Lines = append(m.Lines, bot.Line{Text: fmt.Sprintf("وهكذا line %d.", i), Detail: detail, Code: i%7 == 0})
		}
		pages := notices(m)
		if len(pages) != maxPages {
			t.Fatalf("%s: %d pages", name, len(pages))
		}
		var all strings.Builder
		for _, w := range pages {
			for _, fault := range faults(w) {
				t.Errorf("%s: %s", name, fault)
			}
			all.WriteString(w.Body + "\n")
		}
		shown := strings.Count(all.String(), " line ") // not the one that says how many are left
		for i := range shown {
			if strings.Count(all.String(), fmt.Sprintf("line %d.", i)) != 1 {
				t.Errorf("%s: line %d is not there once", name, i)
			}
		}
		var left int
		_, after, _ := strings.Cut(all.String(), "There is more than fits here (")
		if _, err := fmt.Sscan(after, &left); err != nil || shown+left != 3000 {
			t.Errorf("%s: %d shown and %d left (%v), want 3000 in all", name, shown, left, err)
		}
	}
}

func TestNoticeOfNothing(t *testing.T) {
	for _, m := range []bot.Message{{}, bottest.Notice(bot.Line{}), bottest.Notice(bot.Line{Text: " \n"}, bot.Line{Code: true}, bot.Line{Code: true})} {
		pages := notices(m)
		if len(pages) != 1 || pages[0].Body != "There is nothing to show." {
			t.Errorf("%+v", pages)
		}
	}
}

// TestNoticeKeepsCode looks for lines of code as they were, in one piece.
func TestNoticeKeepsCode(t *testing.T) {
	w := notices(bottest.MistakeNotice())[0]
	const code = "Venezuela AND (sanction* OR strike\n              ^"
	if !strings.Contains(w.HTML, "<pre><code>"+code+"</code></pre>") || !strings.Contains(w.Body, "\n\n"+code+"\n\n") {
		t.Errorf("%q", w)
	}
	tabbed := notices(bottest.Notice(bot.Line{Text: "\tif <a>", Code: true}))[0]
	if want := (words{"    if <a>", "<pre><code>    if &lt;a&gt;</code></pre>"}); tabbed != want {
		t.Errorf("%q, want %q", tabbed, want)
	}
}

// How feeds are is posted like an alert: there is one message for it.
func TestHealthIsOneMessage(t *testing.T) {
	if pages := notices(bottest.HealthNotice()); len(pages) != 1 {
		t.Errorf("it needs %d messages", len(pages))
	}
}
