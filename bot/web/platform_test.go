package web

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"attache/bot"
	"attache/bot/bottest"
)

// onRecord posts as the bot does: the row first, then the pages that are open.
type onRecord struct {
	*Server
	desk *shelf
}

func (r onRecord) Post(ctx context.Context, c bot.Channel, m bot.Message, a bot.Attempt) (bot.Ref, error) {
	if m.Kind == bot.KindNotice {
		ref, err := r.Server.Post(ctx, c, m, a)
		r.desk.note(bot.Delivery{Ref: ref, Message: m})
		return ref, err
	}
	r.desk.put(bot.Alert{ID: m.Alert, Channel: c, Card: m})
	return r.Server.Post(ctx, c, m, a)
}

func (r onRecord) Update(ctx context.Context, c bot.Channel, ref bot.Ref, m bot.Message, a bot.Attempt) error {
	r.desk.put(bot.Alert{ID: m.Alert, Channel: c, Card: m})
	return r.Server.Update(ctx, c, ref, m, a)
}

func TestPlatform(t *testing.T) {
	bottest.Test(t, func(t *testing.T) bottest.Peer {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		d := new(shelf)
		s, err := New(d, Options{Listener: l})
		if err != nil {
			t.Fatal(err)
		}
		page := s.URL() + "/c/desk"
		read := func(resp *http.Response, err error) string {
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			b, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Fatalf("the page answered %s: %v", resp.Status, err)
			}
			return strings.NewReplacer("<mark>", "", "</mark>", "").Replace(string(b))
		}
		answer := ""
		return bottest.Peer{
			Platform: onRecord{s, d},
			Channel:  desk,
			Gone:     "web:no such name",
			Type: func(t *testing.T, line string) {
				resp, err := http.PostForm(page, url.Values{"line": {line}})
				if err == nil && resp.StatusCode == http.StatusRequestEntityTooLarge {
					resp.Body.Close()
					return
				}
				answer = read(resp, err)
			},
			Shows: func(t *testing.T) string { return read(http.Get(page)) + answer },
			Obeys: []string{"<script>alert", `href="javascript`},
		}
	})
}
