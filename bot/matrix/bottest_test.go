package matrix

import (
	"fmt"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"attache/bot/bottest"
)

func TestPlatform(t *testing.T) {
	for name, encrypted := range map[string]bool{"plain": false, "encrypted": true} {
		t.Run(name, func(t *testing.T) {
			bottest.Test(t, func(t *testing.T) bottest.Peer {
				p := newPeer(t)
				room := p.invited(t, encrypted)
				return bottest.Peer{
					Platform: p.Matrix, Channel: channelOf(room), Gone: "matrix:nowhere",
					Type: func(t *testing.T, line string) {
						p.alice.WaitJoined(room, p.user)
						p.alice.Say(room, "!attache "+line)
					},
					Shows: func(t *testing.T) string { return p.shows(room) },
					Obeys: []string{"<script", "@room", "javascript:", `href="https://matrix.to`},
				}
			})
		})
	}
}

// shows is what people see of what the bot said in a room, as it stands now.
func (p *peer) shows(room id.RoomID) string {
	var b strings.Builder
	for _, s := range p.says(room) {
		fmt.Fprintln(&b, strings.NewReplacer("<strong>", "", "</strong>", "", "<u>", "", "</u>", "", "&#34;", `"`).Replace(s.Now.HTML))
	}
	return b.String()
}
