package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"attache/bot"
)

// desk is the channel that is always there.
const desk bot.Channel = "web:desk"

// Name is "web".
func (s *Server) Name() string { return "web" }

// Post shows m in the pages that are open, a digest as its alerts. The rows are
// the truth: whoever opens a page later has the card from the Desk. The Ref is
// the card's element id, the same for the same alert (or key, where m is no
// alert), so a page that has it already keeps one. A channel name that no page
// can have is [bot.ErrChannelGone].
func (s *Server) Post(_ context.Context, c bot.Channel, m bot.Message, a bot.Attempt) (bot.Ref, error) {
	sum := sha256.Sum256([]byte(a.Key))
	ref := elementID(m, bot.Ref("note-"+hex.EncodeToString(sum[:8])))
	if m.Kind == bot.KindDigest {
		return ref, s.show(c, ref, m.Alerts...)
	}
	return ref, s.show(c, ref, m)
}

// Update shows m in place of what the pages have as ref. An alert that was told
// in a digest has a card of its own here.
func (s *Server) Update(_ context.Context, c bot.Channel, ref bot.Ref, m bot.Message, _ bot.Attempt) error {
	return s.show(c, ref, m)
}

// show renders cards, all of them or none, and hands them to the pages at once.
func (s *Server) show(c bot.Channel, ref bot.Ref, cards ...bot.Message) error {
	if known, ok := channel(c.Name()); !ok || known != c {
		return fmt.Errorf("web: say something in %q: %w", c, bot.ErrChannelGone)
	}
	var all []byte
	for _, m := range cards {
		html, err := s.execute("card", newCard(c, string(elementID(m, ref)), m))
		if err != nil {
			return fmt.Errorf("web: render %s for %s: %w", ref, c, err)
		}
		all = append(all, html...)
	}
	s.hub.tell(c, all)
	return nil
}

// elementID names a message in the page: an alert by its number, and what is
// none by the name that it has already.
func elementID(m bot.Message, known bot.Ref) bot.Ref {
	if m.Alert != 0 {
		return bot.Ref(fmt.Sprintf("alert-%d", m.Alert))
	}
	return known
}

// badName is the sentence for a channel name that channel refuses.
const badName = "A channel's name is made of up to 64 letters, digits, hyphens and underscores."

// channel is the web channel of that name. A channel needs no making: it comes
// to be with the first subscription typed in its page.
func channel(name string) (bot.Channel, bool) {
	if name == "" || len(name) > 64 {
		return "", false
	}
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			return "", false
		}
	}
	return bot.Channel("web:" + name), true
}

// path is the address of a channel's page.
func path(c bot.Channel) string { return "/c/" + c.Name() }
