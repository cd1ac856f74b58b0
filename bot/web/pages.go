package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"attache/bot"
	"attache/bot/command"
)

const (
	maxCards = 100     // in a page; `search` finds what is older
	maxBody  = 8 << 10 // bytes of a form
)

// head is what every page has above its own part.
type head struct {
	Name     string // of the page
	Title    string // Options.Title
	Channels []bot.Channel
	Current  bot.Channel // "" on a page that is no channel's
}

// channelPage is the data of a channel's page.
type channelPage struct {
	head
	Path          string
	Cards         []card
	Subscriptions []bot.Subscription
	Feeds         []bot.FeedStatus
	Troubled      []bot.FeedStatus
	Answer        *answer // to the command just typed
	Expired       bool    // it was, and is no longer kept
}

// feedsPage is the data of the page of feeds.
type feedsPage struct {
	head
	Feeds    []bot.FeedStatus
	Troubled []bot.FeedStatus
}

// showChannel answers GET /c/{name}, with ?answer=ID to show an answer too.
func (s *Server) showChannel(w http.ResponseWriter, r *http.Request) {
	c, ok := channel(r.PathValue("name"))
	if !ok {
		s.problem(w, http.StatusNotFound, badName)
		return
	}
	page, err := s.channelPage(r, c)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	if id := r.URL.Query().Get("answer"); id != "" {
		if found, ok := s.answers.find(id, c); ok {
			page.Answer = newAnswer(found)
		} else {
			page.Expired = true
		}
	}
	s.render(w, http.StatusOK, "channel", page)
}

// channelPage reads what a channel's page shows.
func (s *Server) channelPage(r *http.Request, c bot.Channel) (channelPage, error) {
	head, err := s.head(r, c.Name(), c)
	if err != nil {
		return channelPage{}, err
	}
	alerts, err := s.desk.Cards(r.Context(), c, maxCards)
	if err != nil {
		return channelPage{}, fmt.Errorf("read the cards of %s: %w", c, err)
	}
	notices, err := s.desk.Notices(r.Context(), c, maxCards)
	if err != nil {
		return channelPage{}, fmt.Errorf("read the notices of %s: %w", c, err)
	}
	subs, err := s.desk.Subscriptions(r.Context(), c)
	if err != nil {
		return channelPage{}, fmt.Errorf("read the subscriptions of %s: %w", c, err)
	}
	feeds, err := s.desk.Feeds(r.Context())
	if err != nil {
		return channelPage{}, fmt.Errorf("read the feeds: %w", err)
	}
	page := channelPage{head: head, Path: path(c), Subscriptions: subs, Feeds: feeds, Troubled: troubled(feeds)}
	for _, a := range alerts {
		m := a.Card
		m.Alert, m.Story = a.ID, a.Story
		for len(notices) > 0 && notices[0].Message.Sent.After(m.Sent) {
			page.Cards, notices = append(page.Cards, noticeCard(c, notices[0])), notices[1:]
		}
		page.Cards = append(page.Cards, newCard(c, string(elementID(m, "")), m))
	}
	for _, n := range notices {
		page.Cards = append(page.Cards, noticeCard(c, n))
	}
	page.Cards = page.Cards[:min(len(page.Cards), maxCards)]
	return page, nil
}

// noticeCard is a notice under the id that Post gave it.
func noticeCard(c bot.Channel, n bot.Delivery) card { return newCard(c, string(n.Ref), n.Message) }

// showFeeds answers GET /feeds.
func (s *Server) showFeeds(w http.ResponseWriter, r *http.Request) {
	head, err := s.head(r, "Feeds", "")
	if err != nil {
		s.broken(w, r, err)
		return
	}
	feeds, err := s.desk.Feeds(r.Context())
	if err != nil {
		s.broken(w, r, fmt.Errorf("read the feeds: %w", err))
		return
	}
	s.render(w, http.StatusOK, "feeds", feedsPage{head: head, Feeds: feeds, Troubled: troubled(feeds)})
}

// head reads what stands at the top of every page.
func (s *Server) head(r *http.Request, name string, current bot.Channel) (head, error) {
	channels, err := s.desk.Channels(r.Context())
	if err != nil {
		return head{}, fmt.Errorf("read the channels: %w", err)
	}
	channels = slices.DeleteFunc(channels, func(c bot.Channel) bool { return c.Platform() != s.Name() })
	if !slices.Contains(channels, desk) {
		channels = append([]bot.Channel{desk}, channels...)
	}
	return head{Name: name, Title: s.title, Channels: channels, Current: current}, nil
}

// command answers POST /c/{name}: it works the line in the form and sends the
// browser on to the page that shows the answer, which can be reloaded freely.
func (s *Server) command(w http.ResponseWriter, r *http.Request, h bot.Handler) {
	c, ok := channel(r.PathValue("name"))
	if !ok {
		s.problem(w, http.StatusNotFound, badName)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			s.problem(w, http.StatusRequestEntityTooLarge, "That command is too long: 8 KiB at most.")
			return
		}
		s.problem(w, http.StatusBadRequest, "That form could not be read.")
		return
	}
	line := typed(r.PostForm.Get("line"))
	if line == "" {
		http.Redirect(w, r, path(c), http.StatusSeeOther)
		return
	}
	// Whoever reaches the page may change what its channels are told.
	asked := bot.Command{Channel: c, Role: command.Editor, Line: line}
	id := s.answers.add(asked, h.Answer(r.Context(), asked))
	http.Redirect(w, r, path(c)+"?answer="+url.QueryEscape(id)+"#answer", http.StatusSeeOther)
}

// typed is the line without what people put before it in chat, out of habit.
func typed(line string) string {
	line = strings.TrimSpace(line)
	for _, prefix := range []string{"/attache", "!attache"} {
		if rest, ok := strings.CutPrefix(line, prefix); ok && (rest == "" || rest[0] == ' ') {
			return strings.TrimSpace(rest)
		}
	}
	return line
}

// broken logs what went wrong and tells the reader that something did.
func (s *Server) broken(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil { // else the reader left
		s.log.Error("failed to show a page", "path", r.URL.Path, "err", err)
	}
	s.problem(w, http.StatusInternalServerError, "The page could not be put together; the log says why. Reload it in a moment.")
}

// problem answers with a page that says one sentence.
func (s *Server) problem(w http.ResponseWriter, status int, sentence string) {
	s.render(w, status, "problem", struct {
		head
		Status   int
		Sentence string
	}{head{Name: http.StatusText(status), Title: s.title}, status, sentence})
}

// render answers with a page. It is put together before the first byte of it
// leaves, so that a page is whole or is not sent.
func (s *Server) render(w http.ResponseWriter, status int, name string, data any) {
	page, err := s.execute(name, data)
	if err != nil {
		s.log.Error("failed to render a page", "page", name, "err", err)
		http.Error(w, "The page could not be rendered; the log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(page) // its error is the reader's leaving
}

// execute fills in a template. What a browser would obey although it is no
// markup (the marks that turn the writing about) is dropped here, from all of it.
func (s *Server) execute(name string, data any) ([]byte, error) {
	var html strings.Builder
	err := s.pages.ExecuteTemplate(&html, name, data)
	return []byte(bot.Plain(html.String())), err
}
