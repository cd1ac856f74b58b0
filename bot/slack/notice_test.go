package slack

import (
	"fmt"
	"strings"
	"testing"

	"attache/bot"
	"attache/bot/bottest"
)

func TestNoticeGolden(t *testing.T) {
	for name, m := range map[string]bot.Message{"help": helpNotice(), "found": foundNotice(), "mistake": mistakeNotice(), "long": longNotice()} {
		t.Run(name, func(t *testing.T) {
			pages := notices(m)
			for i, p := range pages {
				file := "notice-" + name
				if len(pages) > 1 {
					file += fmt.Sprintf("-%d", i+1)
				}
				golden(t, file, p)
			}
		})
	}
}

func TestNoticePages(t *testing.T) {
	endless := notice()
	for i := range 1000 {
		endless.Lines = append(endless.Lines, bot.Line{Text: fmt.Sprintf("line %d", i), Detail: strings.Repeat("and so on ", 10), Code: i%7 == 0})
	}
	pages := notices(endless)
	if len(pages) != maxPages {
		t.Fatalf("%d pages", len(pages))
	}
	if last := pages[maxPages-1].Text; !strings.Contains(last, "There is more than fits here (") {
		t.Errorf("the last page does not say that there is more: …%q", last[len(last)-200:])
	}
	// Every line before that is there, once and in order.
	var all strings.Builder
	for _, p := range pages {
		all.WriteString(p.Text + "\n")
	}
	shown := strings.Count(all.String(), "and so on and so on") / 5
	for i := range shown {
		if strings.Count(all.String(), fmt.Sprintf("line %d ", i)) != 1 {
			t.Errorf("line %d is not there once", i)
		}
	}
	var left int
	if _, err := fmt.Sscanf(all.String()[strings.Index(all.String(), "There is more"):], "There is more than fits here (%d", &left); err != nil || shown+left != 1000 {
		t.Errorf("%d shown and %d left (%v), want 1000 in all", shown, left, err)
	}
}

func TestNoticeOfNothing(t *testing.T) {
	for _, m := range []bot.Message{notice(), notice(bot.Line{}), notice(bot.Line{Text: " \n"}, bot.Line{Code: true})} {
		pages := notices(m)
		if len(pages) != 1 || pages[0].Text == "" {
			t.Errorf("%+v", pages)
		}
		if err := limits(pages[0]); err != nil {
			t.Error(err)
		}
	}
}

// TestNoticeKeepsCode looks for lines of code as they were, in one piece.
func TestNoticeKeepsCode(t *testing.T) {
	raw := fmt.Sprint(unmarshaled(t, notices(mistakeNotice())[0].Blocks))
	if !strings.Contains(raw, "Venezuela AND (sanction* OR strike\n              ^ type:text") {
		t.Error(raw)
	}
}

// How feeds are is posted like an alert: there is one message for it.
func TestHealthIsOneMessage(t *testing.T) {
	if pages := notices(bottest.HealthNotice()); len(pages) != 1 {
		t.Errorf("it needs %d messages", len(pages))
	}
}
