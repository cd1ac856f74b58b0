package feeds

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"attache/feeds/feedstest"
)

// TestScore marks our own manners. Its log is the list to show to who runs a
// server.
func TestScore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, m := feedstest.Start(t), &memory{}
		marks := feedstest.Score(web, func(addresses []string) (stop func()) {
			var list []Feed
			for i, address := range addresses {
				list = append(list, Feed{Name: fmt.Sprint("feed-", i), URL: address, Tier: Other})
			}
			_, stop = run(t, web, m, PollOptions{HostGap: time.Second}, list...)
			return stop
		})
		for _, mark := range marks {
			t.Log(mark)
			if !mark.OK && mark.Unscored == "" {
				t.Errorf("bad manners: %s: %s", mark.Name, mark.Evidence)
			}
		}
	})
}
