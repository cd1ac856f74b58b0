// Package storagetest is the promise of a database, in tests: every sentence of
// feeds.Store and bot.Store that can be kept or broken has one here.
package storagetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"attache/bot"
	"attache/feeds"
)

// DB is what a database must be to be tested.
type DB interface {
	bot.Store
	feeds.Store
	Close() error
}

// Test holds a database to its promises. create makes an empty one, and returns
// what opens it; Test closes what it has opened, and opens it again to see what
// was kept.
func Test(t *testing.T, create func(t *testing.T) (open func() DB)) {
	for _, promise := range slices.Concat(taking, applying, delivering, gathering, subscribing, asking, searching, keeping, lasting) {
		t.Run(promise.name, func(t *testing.T) { promise.test(empty(t, create)) })
	}
}

// empty opens a new database for as long as t runs.
func empty(t *testing.T, create func(t *testing.T) func() DB) *fixture {
	f := &fixture{T: t, open: create(t)}
	f.DB = f.open()
	f.another = func() *fixture { return empty(t, create) }
	t.Cleanup(func() { f.ok(f.Close()) })
	return f
}

// promise is a sentence that holds.
type promise struct {
	name string
	test func(*fixture)
}

// fixture is an empty database under test.
type fixture struct {
	*testing.T
	DB
	open    func() DB
	another func() *fixture
}

// reopen is a restart of the program.
func (f *fixture) reopen() {
	f.Helper()
	f.ok(f.Close())
	f.DB = f.open()
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// same reports what a call gave back if it is not what it should be.
func (f *fixture) same(got, want any) {
	f.Helper()
	if !reflect.DeepEqual(got, want) {
		f.Errorf("got  %.2000s\nwant %.2000s", fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want)) // some texts are a megabyte
	}
}

// is reports an error that is not the one promised.
func (f *fixture) is(err, want error) {
	f.Helper()
	if !errors.Is(err, want) {
		f.Errorf("got error %v, want %v", err, want)
	}
}

// must returns v unless there is an error.
func must[T any](v T, err error) func(*fixture) T {
	return func(f *fixture) T {
		f.Helper()
		f.ok(err)
		return v
	}
}

// start is when the tests happen; it is no round number of anything, and not in UTC.
var start = time.Date(2026, 3, 14, 7, 26, 53, 589793238, time.FixedZone("", 19800))

// at is so many minutes after the start, as a database gives it back.
func at(minutes int) time.Time {
	return start.Add(time.Duration(minutes) * time.Minute).Truncate(time.Millisecond).UTC()
}

const (
	wire = "wire" // a feed
	desk = bot.Channel("web:desk")
	duty = bot.Channel("slack:T01/C02")
)

// item is one that is told apart by its name.
func item(name, title string) feeds.Item {
	return feeds.Item{ID: "guid:" + name, Feed: wire, GUID: name, Title: title}
}

// opening is a plan in which each item opens a story of its own.
func opening(minutes int, items ...feeds.Item) bot.Plan {
	p := bot.Plan{Feed: wire, At: at(minutes), State: feeds.State{Checked: at(minutes), Succeeded: at(minutes)}}
	for i, it := range items {
		it.Seen = p.At
		p.Items = append(p.Items, bot.PlanItem{Item: it, Story: bot.StoryRef(-1 - i)})
		p.Stories = append(p.Stories, i)
	}
	return p
}

// joining is a plan in which the items join a story that there is.
func joining(minutes int, story int64, items ...feeds.Item) bot.Plan {
	p := opening(minutes, items...)
	p.Stories = nil
	for i := range p.Items {
		p.Items[i].Story = bot.StoryRef(story)
	}
	return p
}

// editing is a plan in which a known item says something else.
func editing(minutes int, known int64, it feeds.Item) bot.Plan {
	p := joining(minutes, 0, it)
	p.Items[0].Known = known
	return p
}

// alerting adds an alert about the plan's first item to each channel.
func alerting(p bot.Plan, channels ...bot.Channel) bot.Plan {
	for _, c := range channels {
		p.Alerts = append(p.Alerts, bot.PlanAlert{Story: p.Items[0].Story, Channel: c, Card: card(bot.KindAlert, p.Items[0].Item.Title)})
	}
	return p
}

func card(kind bot.Kind, title string) bot.Message {
	return bot.Message{Kind: kind, Severity: bot.Normal, Title: bot.Text{Text: title}}
}

// apply applies a plan that must do.
func (f *fixture) apply(p bot.Plan) bot.Applied {
	f.Helper()
	return must(f.Apply(f.Context(), p))(f)
}

// story opens a story with an alert to each channel.
func (f *fixture) story(minutes int, title string, channels ...bot.Channel) bot.Applied {
	f.Helper()
	return f.apply(alerting(opening(minutes, item(strconv.Itoa(minutes), title)), channels...))
}

// say delivers the next of a channel under a Ref.
func (f *fixture) say(minutes int, c bot.Channel, ref bot.Ref) bot.Delivery {
	f.Helper()
	d := must(f.Next(f.Context(), c))(f)
	f.ok(f.Attempt(f.Context(), d.ID, at(minutes)))
	f.ok(f.Finish(f.Context(), d.ID, bot.Result{State: bot.Sent, At: at(minutes), Ref: ref}))
	return d
}

// titles are those of the items, in their order.
func titles(told []bot.Told) []string {
	var out []string
	for _, t := range told {
		out = append(out, t.Item.Title)
	}
	return out
}
