package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"golang.org/x/tools/txtar"
)

// TestSample plays the customer's own sample, which is not ours to bundle: it
// is told once under two rules, its lead quoted without the dateline, and a
// second outlet's copy is folded into it.
func TestSample(t *testing.T) {
	const file = "../../../shared/data/sample/item.txt"
	body, err := os.ReadFile(file)
	if err != nil {
		if os.Getenv("ATTACHE_TEST_FULL") != "" {
			t.Fatal(err)
		}
		t.Skipf("left out: the customer's sample is not beside this checkout (%s)", file)
	}
	day, err := txtar.ParseFile(filepath.FromSlash("testdata/day/first.txt"))
	if err != nil {
		t.Fatal(err)
	}
	day.Files = append(day.Files, txtar.File{Name: "sample", Data: body})
	script := `
09:00  #desk says subscribe "Security Council"
09:00  #desk hears Subscribed as 1: "Security Council"
09:00  #desk says subscribe Venezuela
09:00  #desk hears Subscribed as 2: Venezuela
09:10  wire-one publishes Moscow condemns strikes in Venezuela as armed aggression | sample
09:12  #desk hears alert: Moscow condemns strikes in Venezuela as armed aggression | The Russian Ministry of Foreign Affairs (MFA) issued a sharp condemnation
09:20  courier publishes Russia's foreign ministry speaks of armed aggression | sample
09:22  #desk sees update: Moscow condemns strikes in Venezuela as armed aggression | The Russian Ministry
09:23  #desk says why 1
09:23  #desk hears Matched subscriptions 1 ("Security Council") and 2 (Venezuela), by “Security Council”
09:24  #desk hears nothing more`
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, dir, day)
		d.start()
		for line := range strings.Lines(script) {
			d.at = "the sample: " + line
			d.step(line)
		}
		d.stop()
	})
}
