package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attache/bot"
	"attache/bot/command"
	"attache/feeds"
	"attache/storage"
)

// room is a platform whose service fails as it is told to.
type room struct {
	mu    sync.Mutex
	fails func(m bot.Message, try int) error
	tries map[string]int
	said  []string // "channel title", and "channel title (updated)"
	keys  map[string]int
}

func (r *room) Name() string { return "room" }

func (r *room) Run(ctx context.Context, _ bot.Handler) error {
	<-ctx.Done()
	return nil
}

func (r *room) Post(_ context.Context, c bot.Channel, m bot.Message, key string) (bot.Ref, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries[key]++
	if r.fails != nil {
		if err := r.fails(m, r.tries[key]); err != nil {
			return "", err
		}
	}
	r.keys[key]++
	r.said = append(r.said, c.Name()+" "+m.Title.Text)
	return bot.Ref(key), nil
}

func (r *room) Update(_ context.Context, c bot.Channel, ref bot.Ref, m bot.Message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys[string(ref)] == 0 {
		return fmt.Errorf("updated %q, which was never posted", ref)
	}
	r.said = append(r.said, c.Name()+" "+m.Title.Text+" (updated)")
	return nil
}

// desk is a bot over a database on disk, in a bubble.
type desk struct {
	t    *testing.T
	bot  *bot.Bot
	room *room
	n    int

	store *flaky
}

// flaky is a real store some of whose calls fail, once each.
type flaky struct {
	bot.Store
	lanes, finish, apply int // that many calls are still to fail
}

var errFlaky = errors.New("the disk is full")

func fails(n *int) bool {
	*n--
	return *n >= 0
}

func (f *flaky) Lanes(ctx context.Context) ([]bot.Channel, error) {
	if fails(&f.lanes) {
		return nil, errFlaky
	}
	return f.Store.Lanes(ctx)
}

func (f *flaky) Finish(ctx context.Context, delivery int64, r bot.Result) error {
	if fails(&f.finish) {
		return errFlaky
	}
	return f.Store.Finish(ctx, delivery, r)
}

// Apply fails after it has stored everything, as a commit does whose answer is
// lost.
func (f *flaky) Apply(ctx context.Context, p bot.Plan) (bot.Applied, error) {
	done, err := f.Store.Apply(ctx, p)
	if err == nil && fails(&f.apply) {
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
	store := &flaky{Store: db}
	b, err := bot.Open(t.Context(), bot.Options{Store: store, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	var subs []bot.Subscription
	for c, r := range rules {
		subs = append(subs, bot.Subscription{Channel: c, Rule: r})
	}
	if err := b.Configure(t.Context(), nil, subs); err != nil {
		t.Fatal(err)
	}
	return &desk{t: t, bot: b, store: store, room: &room{tries: map[string]int{}, keys: map[string]int{}}}
}

// run lets the bot speak for a while.
func (d *desk) run(what time.Duration) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(d.t.Context()), what)
	defer cancel()
	if err := d.bot.Run(ctx, d.room); err != nil {
		d.t.Errorf("Run: %v", err)
	}
}

func (d *desk) publish(titles ...string) {
	d.t.Helper()
	p := feeds.Poll{Feed: feeds.Feed{Name: "wire-one", Outlet: "Wire One"}, At: time.Now()}
	for _, title := range titles {
		d.n++
		p.Items = append(p.Items, feeds.Item{Outlet: "Wire One", Title: title, GUID: fmt.Sprint(d.n)})
	}
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

func (d *desk) why(story int, want string) {
	d.t.Helper()
	m := d.bot.Answer(d.t.Context(), bot.Command{Channel: "room:a", Line: fmt.Sprint("why ", story), Role: command.Reader})
	for _, l := range m.Lines {
		if strings.Contains(l.Text, want) {
			return
		}
	}
	d.t.Errorf("why %d says nothing of %q: %+v", story, want, m.Lines)
}

func TestDeliver(t *testing.T) {
	tests := []struct {
		name  string
		fails func(m bot.Message, try int) error
		want  []string
		why   string // of the first story
	}{
		{"all is well", nil,
			[]string{"a the first story", "a the second story", "a the third story"}, "Alert sent"},
		{"a failure holds those behind it, in order",
			func(m bot.Message, try int) error {
				if strings.Contains(m.Title.Text, "first") && try < 4 {
					return errors.New("the line is down")
				}
				return nil
			},
			[]string{"a the first story", "a the second story", "a the third story"}, "Alert sent"},
		{"the platform sets the pace",
			func(m bot.Message, try int) error {
				if try == 1 {
					return &bot.RetryError{After: 7 * time.Minute}
				}
				return nil
			},
			[]string{"a the first story", "a the second story", "a the third story"}, "Alert sent"},
		{"a channel that is gone takes nothing",
			func(bot.Message, int) error { return fmt.Errorf("room: %w", bot.ErrChannelGone) },
			nil, "given up after 1 tries: room: the channel is gone"},
		{"the platform names no time",
			func(m bot.Message, try int) error {
				if try < 20 {
					return &bot.RetryError{}
				}
				return nil
			},
			[]string{"a the first story", "a the second story", "a the third story"}, "Alert sent"},
		{"a refused message holds up nobody",
			func(m bot.Message, try int) error {
				if strings.Contains(m.Title.Text, "first") {
					return fmt.Errorf("room: %w: too long", bot.ErrRefused)
				}
				return nil
			},
			[]string{"a the second story", "a the third story"}, "given up after 1 tries: room: the platform refuses the message"},
		{"one message that never goes is given up in the end",
			func(m bot.Message, try int) error {
				if strings.Contains(m.Title.Text, "first") {
					return errors.New("the words offend the server")
				}
				return nil
			},
			[]string{"a the second story", "a the third story"}, "the words offend the server"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
				d.room.fails = tt.fails
				d.publish("the first story", "the second story", "the third story")
				d.run(48 * time.Hour)
				d.heard(tt.want...)
				d.why(1, tt.why)
				if idle, err := d.bot.Idle(t.Context()); !idle || err != nil {
					t.Errorf("not idle in the end: %v", err)
				}
			})
		})
	}
}

// A lane that waits keeps no other waiting.
func TestDeliverLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "story", "room:b": "story"})
		d.room.fails = func(m bot.Message, _ int) error {
			if m.Channel == "room:a" {
				return &bot.RetryError{After: time.Hour}
			}
			return nil
		}
		d.publish("the first story")
		d.run(time.Minute)
		d.heard("b the first story")
	})
}

// What was planned and not said is said after a restart; an update never goes
// before its alert, nor without it.
func TestDeliverResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
		d.publish("a story of four words at least")
		d.bot.Take(t.Context(), feeds.Poll{Feed: feeds.Feed{Name: "courier"}, At: time.Now(),
			Items: []feeds.Item{{Outlet: "Courier", Title: "A story of four words at least", GUID: "c1"}}})
		d.heard()
		d.run(time.Minute)
		d.heard("a a story of four words at least", "a a story of four words at least (updated)")
		d.run(time.Minute)
		d.heard("a a story of four words at least", "a a story of four words at least (updated)")
	})
}

// What was said and could not be put on record is said again under the same
// key, by which a platform knows it.
func TestDeliverUnrecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
		d.publish("the first story", "the second story")
		d.store.finish, d.store.lanes = 1, 1
		d.run(time.Minute)
		d.heard("a the first story", "a the first story", "a the second story")
		if len(d.room.keys) != 2 {
			t.Errorf("posted under %d keys: %v", len(d.room.keys), d.room.keys)
		}
		d.why(1, "Alert sent")
	})
}

// A poll whose commit succeeded although we were told it had not is taken
// again and adds nothing.
func TestTakeUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, map[bot.Channel]string{"room:a": "story"})
		d.store.apply = 1
		p := feeds.Poll{Feed: feeds.Feed{Name: "wire-one"}, At: time.Now(), Items: []feeds.Item{{Outlet: "Wire One", Title: "A story of four words at least", GUID: "1"}}}
		if err := d.bot.Take(t.Context(), p); !errors.Is(err, errFlaky) {
			t.Fatalf("Take: %v", err)
		}
		if err := d.bot.Take(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		p.Items[0].Outlet, p.Items[0].GUID, p.Feed.Name = "Courier", "2", "courier"
		if err := d.bot.Take(t.Context(), p); err != nil { // it folds into what the lost answer stored
			t.Fatal(err)
		}
		d.run(time.Minute)
		d.heard("a A story of four words at least", "a A story of four words at least (updated)")
	})
}
