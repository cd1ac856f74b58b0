package slack

import (
	"strings"
	"testing"

	"attache/bot"
	"attache/bot/bottest"
	"attache/bot/slack/slacktest"
)

func TestPlatform(t *testing.T) {
	bottest.Test(t, func(t *testing.T) bottest.Peer {
		p := newPeer(t)
		return bottest.Peer{
			Platform: p.Slack,
			Channel:  deskChannel,
			Gone:     bot.Channel("slack:" + slacktest.Team + "/C0NOTHERE"),
			Type: func(t *testing.T, line string) {
				slacktest.Eventually(t, "a connection", func() bool { return p.proxy.Sockets() > 0 })
				p.local.Command(slacktest.Desk, slacktest.Alice, "/attache", escape(line)) // as Slack does
			},
			Shows: func(t *testing.T) string {
				var b strings.Builder
				for _, m := range p.local.Messages(slacktest.Desk) {
					b.WriteString(readable(m.RawBlocks, m.Text) + "\n")
				}
				return b.String()
			},
			Obeys: []string{"<script>", "<!channel>", "(javascript:"},
		}
	})
}
