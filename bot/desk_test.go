package bot_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/command"
	"attache/feeds"
	"attache/storage"
)

// room is a platform whose service fails as it is told to.
type room struct {
	mu    sync.Mutex
	fails func(m bot.Message, try int) error // of posts and updates
	tries map[string]int
	said  []string // "channel title", and "channel title (updated)"
	keys  map[string]int

	notices  []bot.Message // that were posted
	attempts []attempt     // all of them, whatever came of them
	updates  []bot.Message // that were made
}

// attempt is one try at saying something.
type attempt struct {
	bot.Attempt
	what string // the title, or those of a digest with pluses in between
	at   time.Time
}

func (r *room) Name() string { return "room" }

func (r *room) Run(ctx context.Context, _ bot.Handler) error {
	<-ctx.Done()
	return nil
}

func (r *room) Post(_ context.Context, c bot.Channel, m bot.Message, a bot.Attempt) (bot.Ref, error) {
	if err := r.try(m, a); err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys[a.Key]++
	if m.Kind == bot.KindNotice {
		r.notices = append(r.notices, m)
		return bot.Ref(a.Key), nil
	}
	r.said = append(r.said, c.Name()+" "+what(m))
	return bot.Ref(a.Key), nil
}

func (r *room) Update(_ context.Context, c bot.Channel, ref bot.Ref, m bot.Message, a bot.Attempt) error {
	if err := r.try(m, a); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys[string(ref)] == 0 {
		return fmt.Errorf("updated %q, which was never posted", ref)
	}
	r.updates = append(r.updates, m)
	r.said = append(r.said, c.Name()+" "+m.Title.Text+" (updated)")
	return nil
}

func (r *room) try(m bot.Message, a bot.Attempt) error {
	r.mu.Lock()
	r.tries[a.Key]++
	try := r.tries[a.Key]
	r.attempts = append(r.attempts, attempt{a, what(m), time.Now()})
	r.mu.Unlock()
	if r.fails == nil {
		return nil
	}
	return r.fails(m, try)
}

func what(m bot.Message) string {
	if m.Kind != bot.KindDigest {
		return m.Title.Text
	}
	var titles []string
	for _, a := range m.Alerts {
		titles = append(titles, a.Title.Text)
	}
	return strings.Join(titles, "+")
}

// crowded is a room that wants few messages.
type crowded struct {
	*room
	waiting, together int
}

func (c crowded) Crowd() (int, int) { return c.waiting, c.together }

// desk is a bot over a database on disk, in a bubble.
type desk struct {
	t        *testing.T
	bot      *bot.Bot
	room     *room
	platform bot.Platform // the room, or what makes more of it
	n        int
	log      io.Writer // nil is the test's own

	store *flaky

	mu   sync.Mutex
	said []bot.Said // but for answers
}

// flaky is a real store some of whose calls fail, once each.
type flaky struct {
	bot.Store
	mu                           sync.Mutex
	lanes, finish, apply, notify int // that many calls are still to fail

	amended func() // called once an amendment is stored, if not nil
}

var errFlaky = errors.New("the disk is full")

func (f *flaky) fails(n *int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	*n--
	return *n >= 0
}

func (f *flaky) Lanes(ctx context.Context) ([]bot.Channel, error) {
	if f.fails(&f.lanes) {
		return nil, errFlaky
	}
	return f.Store.Lanes(ctx)
}

func (f *flaky) Finish(ctx context.Context, delivery int64, r bot.Result) error {
	if f.fails(&f.finish) {
		return errFlaky
	}
	return f.Store.Finish(ctx, delivery, r)
}

func (f *flaky) Notify(ctx context.Context, n bot.Notice, at time.Time) error {
	if f.fails(&f.notify) {
		return errFlaky
	}
	return f.Store.Notify(ctx, n, at)
}

func (f *flaky) Amend(ctx context.Context, s bot.Subscription) error {
	err := f.Store.Amend(ctx, s)
	if f.amended != nil {
		f.amended()
	}
	return err
}

// Apply fails after it has stored everything, as a commit does whose answer is
// lost.
func (f *flaky) Apply(ctx context.Context, p bot.Plan) (bot.Applied, error) {
	done, err := f.Store.Apply(ctx, p)
	if err == nil && f.fails(&f.apply) {
		return bot.Applied{}, errFlaky
	}
	return done, err
}

func newDesk(t *testing.T, rules map[bot.Channel]string) *desk {
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "desk.db"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	d := &desk{t: t, store: &flaky{Store: db}, room: &room{tries: map[string]int{}, keys: map[string]int{}}}
	d.platform = d.room
	d.open()
	var subs []bot.Subscription
	for c, r := range rules {
		subs = append(subs, bot.Subscription{Channel: c, Rule: r})
	}
	if err := d.bot.Configure(t.Context(), nil, subs); err != nil {
		t.Fatal(err)
	}
	return d
}

// open makes a bot that goes on where the store stands, as a new process does.
func (d *desk) open() {
	d.t.Helper()
	said := func(m bot.Message) {
		d.mu.Lock()
		defer d.mu.Unlock()
		if m.Kind != bot.KindNotice {
			d.said = append(d.said, m.Said())
		}
	}
	var err error
	d.bot, err = bot.Open(d.t.Context(), bot.Options{Store: d.store, Log: slog.New(slog.NewTextHandler(cmp.Or(d.log, d.t.Output()), nil)), Said: said})
	if err != nil {
		d.t.Fatal(err)
	}
}

// run lets the bot speak for a while.
func (d *desk) run(what time.Duration) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(d.t.Context()), what)
	defer cancel()
	if err := d.bot.Run(ctx, d.platform); err != nil {
		d.t.Errorf("Run: %v", err)
	}
}

func (d *desk) publish(titles ...string) { d.t.Helper(); d.tell("Wire One", titles...) }

// tell has an outlet publish new items.
func (d *desk) tell(outlet string, titles ...string) {
	d.t.Helper()
	var items []feeds.Item
	for _, title := range titles {
		d.n++
		items = append(items, feeds.Item{Title: title, GUID: fmt.Sprint(d.n)})
	}
	d.poll(outlet, items...)
}

// poll has an outlet's feed say just this.
func (d *desk) poll(outlet string, items ...feeds.Item) {
	d.t.Helper()
	for i := range items {
		items[i].Outlet = outlet
	}
	p := feeds.Poll{Feed: feeds.Feed{Name: outlet, Outlet: outlet}, First: true, At: time.Now(), Items: items}
	if err := d.bot.Take(d.t.Context(), p); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) heard(want ...string) {
	d.t.Helper()
	if got := strings.Join(d.room.said, "; "); got != strings.Join(want, "; ") {
		d.t.Errorf("said\n%s\nwant\n%s", got, strings.Join(want, "; "))
	}
}

// ask types a line in channel a as an editor.
func (d *desk) ask(line string) bot.Message {
	return d.bot.Answer(d.t.Context(), bot.Command{Channel: "room:a", User: "amal", Line: line, Role: command.Editor})
}

// answers types a line in channel a, and wants these words in the answer.
func (d *desk) answers(line, want string) {
	d.t.Helper()
	d.answered(d.ask(line), line, want, false)
}

// refuses is answers of a mistake.
func (d *desk) refuses(line, want string) {
	d.t.Helper()
	d.answered(d.ask(line), line, want, true)
}

func (d *desk) answered(m bot.Message, line, want string, mistake bool) {
	d.t.Helper()
	var words []string
	for _, l := range m.Lines {
		words = append(words, strings.TrimSpace(l.Text+" "+l.Detail))
	}
	if got := strings.Join(words, " / "); !strings.Contains(got, want) || m.Mistake != mistake || m.Kind != bot.KindNotice {
		d.t.Errorf("%s: answered (%s, mistake %t)\n%s\nwant (mistake %t)\n%s", line, m.Kind, m.Mistake, got, mistake, want)
	}
}

// card is a channel's card of a story, as it should stand.
func (d *desk) card(c bot.Channel, story int64) bot.Message {
	d.t.Helper()
	alerts, err := d.store.Alerts(d.t.Context(), []int64{story})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, a := range alerts {
		if a.Channel == c {
			return a.Card
		}
	}
	d.t.Fatalf("%s has no card of story %d", c, story)
	return bot.Message{}
}

func (d *desk) why(story int, want string) {
	d.t.Helper()
	d.answers(fmt.Sprint("why ", story), want)
}
