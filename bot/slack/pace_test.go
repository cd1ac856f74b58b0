package slack

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace{gap: perChannel}
		start := time.Now()
		for range 6 {
			if err := p.wait(t.Context(), "one"); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 5*perChannel {
			t.Errorf("six messages took %s", took)
		}
		if err := p.wait(t.Context(), "another"); err != nil || time.Since(start) != 5*perChannel {
			t.Error("one channel holds up another")
		}
		p.pause("T1 chat.postMessage", "C1", 30*time.Second)
		p.pause("T1 chat.postMessage", "C1", 10*time.Second) // the longer one stands
		if got := p.paused("T1 chat.postMessage", "C1"); got < 30*time.Second || got > 38*time.Second {
			t.Errorf("paused for %s", got)
		}
		if p.paused("T1 chat.update", "C1") > 0 || p.paused("T2 chat.postMessage", "C1") > 0 || p.paused("T1 chat.postMessage", "C2") > 0 {
			t.Error("a pause is of one method in one channel")
		}
		p.pause("T1 chat.postMessage", "C2", time.Minute) // the whole workspace, then
		if p.paused("T1 chat.postMessage", "C3") < time.Minute || p.paused("T2 chat.postMessage", "C3") > 0 {
			t.Error("two channels are not the workspace")
		}
	})
}
