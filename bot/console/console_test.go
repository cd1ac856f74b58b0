package console

import (
	"bytes"
	"flag"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/bottest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// screen is a terminal's output, read while it is written.
type screen struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestPlatform(t *testing.T) {
	bottest.Test(t, func(t *testing.T) bottest.Peer {
		in, typing := io.Pipe()
		out := new(screen)
		t.Cleanup(func() { typing.Close() })
		return bottest.Peer{
			Platform: New(Options{In: in, Out: out}),
			Channel:  Channel,
			Gone:     "console:elsewhere",
			Type: func(t *testing.T, line string) {
				if _, err := io.WriteString(typing, line+"\n"); err != nil {
					t.Fatal(err)
				}
			},
			Shows: func(*testing.T) string { return out.String() },
		}
	})
}

// TestRender compares what a terminal of 80 columns shows with testdata; look
// at it there with `cat`.
func TestRender(t *testing.T) {
	local := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = local })
	at := time.Date(2026, 3, 4, 14, 2, 0, 0, time.UTC)
	card := bot.Message{
		Kind: bot.KindAlert, Story: 12, Severity: bot.Urgent,
		Title: bot.Text{Text: "Norvania recalls its ambassador from Estaria after talks on the border bridge end without a date", Marks: []bot.Mark{{Start: 21, End: 31}}},
		URL:   "https://wire-one.example/2026/03/04/norvania-recalls-its-ambassador-from-estaria-after-talks", Outlet: "Wire One", Tier: "agency",
		Summary: []bot.Text{{Text: "The foreign ministry said on Wednesday it would recall its ambassador for consultations.", Marks: []bot.Mark{{Start: 59, End: 69}}}, {Text: "No date was given for his return."}},
		Rules:   []string{"ambassadors"}, Matched: []string{"ambassador"}, Sources: []bot.Source{{Outlet: "Wire One"}, {Outlet: "Gazette des Lacs"}},
		Published: at,
	}
	corrected := card
	corrected.Kind = bot.KindCorrection
	corrected.Changes = []bot.Change{{At: at, What: "corrected by", Who: "Wire One", Was: card.Title.Text, Now: "Norvania calls its ambassador to Estaria home for talks"}}
	chinese := card
	chinese.Title = bot.Text{Text: "诺瓦尼亚因边境大桥谈判无果召回驻埃斯塔里亚大使，埃方表示遗憾并呼吁尽快恢复对话以避免局势进一步升级", Marks: []bot.Mark{{Start: 0, End: 12}}}
	claimed := card
	claimed.Claim, claimed.Muted = &bot.Claim{User: "amal", At: at}, "boris"
	kept := corrected
	kept.Claim = &bot.Claim{At: at}
	digest := bot.Message{Kind: bot.KindDigest, Alerts: []bot.Message{claimed, card, chinese}}
	answer := bot.Message{Kind: bot.KindNotice, Lines: []bot.Line{
		{Text: "That is not a rule yet: the bracket is never closed"}, {Text: "iran AND (nuclear", Code: true}, {Text: "         ^", Code: true},
		{Text: "Norvania recalls its ambassador", Detail: "Wire One, 3 minutes ago", Story: 12},
	}}
	plain, color := New(Options{}), New(Options{Color: true})
	for name, got := range map[string]string{
		"alert.txt": plain.card(card), "alert-color.txt": color.card(card), "correction-color.txt": color.update(corrected),
		"correction.txt": plain.update(corrected), "chinese.txt": plain.card(chinese), "answer.txt": plain.notice(answer),
		"digest.txt": plain.post(digest), "claimed.txt": plain.post(claimed), "claimed-color.txt": color.post(claimed), "update-claimed.txt": plain.update(kept),
	} {
		file := "testdata/" + name
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
		}
		for line := range strings.Lines(got) {
			if !strings.Contains(line, "https://") && !strings.Contains(line, "\x1b") && len([]rune(line)) > 81 {
				t.Errorf("%s: a line is wider than 80 columns: %s", file, line)
			}
		}
	}
}

// A silent update changes nothing that was printed; a digest printed once is.
func TestQuiet(t *testing.T) {
	out := new(screen)
	c := New(Options{Out: out})
	m := bot.Message{Kind: bot.KindUpdate, Story: 3, Silent: true, Changes: []bot.Change{{What: bot.ToldBy, Who: "Courier"}}}
	if err := c.Update(t.Context(), Channel, "k", m, bot.Attempt{Key: "u"}); err != nil || out.String() != "" {
		t.Errorf("a silent update printed %q, %v", out, err)
	}
	digest := bot.Message{Kind: bot.KindDigest, Alerts: []bot.Message{{Story: 1, Title: bot.Text{Text: "one"}}, {Story: 2, Title: bot.Text{Text: "two"}}}}
	for range 2 {
		if ref, err := c.Post(t.Context(), Channel, digest, bot.Attempt{Key: "k"}); err != nil || ref != "k" {
			t.Fatalf("Post: %q, %v", ref, err)
		}
	}
	for _, word := range []string{"#1\none\n", "#2\ntwo\n"} {
		if n := strings.Count(out.String(), word); n != 1 {
			t.Errorf("%q was printed %d times in\n%s", word, n, out)
		}
	}
}
