package bot

import (
	"context"
	"errors"
	"time"

	"attache/feeds"
)

// Store is what the bot needs remembered. storage.DB implements it over SQLite;
// storagetest holds any implementation to these promises. All methods are safe
// for use side by side. Times are stored to the millisecond, in UTC.
type Store interface {
	Taking
	Delivering
	Subscribing
	Asking
	Keeping
}

// ErrNotFound is returned where what was asked for by number is not there.
var ErrNotFound = errors.New("not found")

// ErrStale is returned by Apply when the plan was made from a state that no
// longer holds (an item it calls new is known): nothing was stored, plan again.
var ErrStale = errors.New("the plan is stale")

// Taking is the part of the Store that items come in by.
type Taking interface {
	// Known looks up identity keys (feeds.Item.Keys) in a feed. Keys nobody
	// has used are absent from the map.
	Known(ctx context.Context, feed string, keys []string) (map[string]Known, error)

	// Recent returns every wording that was first seen since then, oldest first,
	// with that time as its Seen: an item, and each of its edits. It is enough
	// to fold what comes next into the stories that are going on.
	Recent(ctx context.Context, since time.Time) ([]Told, error)

	// Tellings returns all items of these stories, oldest first.
	Tellings(ctx context.Context, stories []int64) ([]Told, error)

	// Alerts returns every channel's alert about any of these stories.
	Alerts(ctx context.Context, stories []int64) ([]Alert, error)

	// Restate makes a card stand otherwise, outside of any poll, and queues the
	// update, in one transaction. ErrNotFound if there is no such alert.
	Restate(ctx context.Context, u PlanUpdate, at time.Time) error

	// Apply stores the plan in one transaction, with the feed's State: all of
	// it or nothing. Applying a plan again returns ErrStale and stores nothing.
	Apply(ctx context.Context, p Plan) (Applied, error)
}

// Known is an item we have.
type Known struct {
	Item    int64  // its number
	Story   int64  // the story it is in
	Version string // feeds.Item.Version of what it said last
	Title   string // and its title then
}

// Told is one item of a story, with what folding looks at.
type Told struct {
	Number int64 // of the item
	Story  int64
	Item   feeds.Item
}

// Alert is a story told to a channel; there is one for a story and a channel.
type Alert struct {
	ID      int64
	Story   int64
	Channel Channel
	Item    int64   // the item whose words the card quotes
	Card    Message // as it should stand in the channel now
}

// StoryRef names a story in a Plan: its number if it is stored, or -1-i for
// Plan.Stories[i], which has no number before Apply.
type StoryRef int64

// Plan is everything that follows from one poll, decided before any of it is
// done. All indices point into Items.
type Plan struct {
	Feed    string
	State   feeds.State
	At      time.Time
	Items   []PlanItem  // new ones, and new versions of known ones, in order
	Stories []int       // those that these items open, each by the item that does
	Matches []PlanMatch // which subscriptions asked for which item, and what came of it
	Alerts  []PlanAlert // cards to post
	Updates []PlanUpdate
}

// PlanItem is an item to be remembered.
type PlanItem struct {
	Item  feeds.Item
	Known int64 // its number if this is a new version of a known item, else 0
	Story StoryRef
}

// PlanMatch is one subscription's interest in one item, kept so that `why` can
// tell what became of it.
type PlanMatch struct {
	Item         int
	Subscription int64
	Matched      []string // the words, as the item spells them
	Outcome      Outcome
	Reason       string // a sentence for people
}

// Outcome is what became of a match or a delivery.
type Outcome string

// The outcomes. A match is alerted, merged, baseline or held; a delivery is pending,
// sent, retry or dead.
const (
	Pending  Outcome = "pending"  // to be said as soon as its turn comes
	Sent     Outcome = "sent"     // said; the platform answered with a Ref
	Retry    Outcome = "retry"    // failed, and will be tried again when due
	Dead     Outcome = "dead"     // will never be said; the reason tells why
	Alerted  Outcome = "alerted"  // the match made an alert
	Merged   Outcome = "merged"   // the channel had an alert about this story already
	Baseline Outcome = "baseline" // there before we began to watch that feed
	Held     Outcome = "held"     // on record and told to nobody, for a reason
)

// PlanAlert is a card to post.
type PlanAlert struct {
	Item    int
	Story   StoryRef
	Channel Channel
	Card    Message // Kind is KindAlert; Alert and Story are filled in on reading

	// Together: it came with so many others that it is said with those of its
	// channel that are marked so, ten in a digest. Never one that is urgent.
	Together bool
}

// PlanUpdate is a card to change.
type PlanUpdate struct {
	Alert int64
	Card  Message // the whole card as it should stand; Kind says update or correction
}

// Applied tells the numbers that a plan's parts were given.
type Applied struct {
	Items   []int64 // of Plan.Items
	Stories []int64 // of Plan.Stories
	Alerts  []int64 // of Plan.Alerts
}

// Delivering is the part of the Store that messages go out by. Each channel is
// a lane of deliveries, in the order they were planned.
type Delivering interface {
	// Notify queues a notice and remembers of its feeds what an operator knows
	// by it, in one transaction. ErrNotFound if one of them was never polled.
	Notify(ctx context.Context, n Notice, at time.Time) error

	// Lanes returns the channels that have deliveries pending or in retry.
	Lanes(ctx context.Context) ([]Channel, error)

	// Next returns a channel's oldest delivery that is pending or in retry, due
	// or not: nothing overtakes it but an alert that is more severe.
	// ErrNotFound when the lane is empty.
	Next(ctx context.Context, c Channel) (Delivery, error)

	// Gather makes one digest of the oldest alerts of a lane, as many as are to
	// go together, if more than waiting of them wait that are neither urgent
	// nor tried before. From then on they are one delivery, crash or no crash:
	// of KindDigest, about no one alert, its Message with the alerts as each
	// stands. An update of one of them has them all too.
	Gather(ctx context.Context, c Channel, waiting, together int) error

	// Scatter makes each alert of a digest that was tried a delivery of its own
	// again, of which nothing was said; and Gather leaves it alone. ErrNotFound
	// if there is no such digest on its way.
	Scatter(ctx context.Context, delivery int64) error

	// Attempt records the intent to say it, before it is said. Until there is a
	// Result, whether it was said is in doubt.
	Attempt(ctx context.Context, delivery int64, at time.Time) error

	// Finish records what came of an attempt: Sent with the platform's Ref,
	// Retry with the time it is due again, or Dead; both with their reason.
	Finish(ctx context.Context, delivery int64, r Result) error
}

// Notice is what operators are told in the bot's own words, about no story.
type Notice struct {
	Channel Channel // "" tells nobody: only Ailing is remembered
	Message Message
	Ailing  map[string]time.Time // by feed: what feeds.State.Ailing is from now on
}

// Delivery is one message on its way.
type Delivery struct {
	ID        int64
	Alert     int64 // 0 of a digest and a notice
	Channel   Channel
	Kind      Kind
	Key       string // unique for ever: platforms are given it to post under
	Message   Message
	Ref       Ref       // of the alert's first post; for updates. "" if it was never posted
	State     Outcome   // pending or retry
	Created   time.Time // when it was planned; of a digest, its youngest alert
	Due       time.Time // not before
	Attempts  int
	Attempted time.Time // when the last attempt began; zero if there was none
	Doubt     Doubt     // about the attempts so far
}

// Result is what came of an attempt.
type Result struct {
	State  Outcome // Sent, Retry or Dead
	At     time.Time
	Ref    Ref       // for Sent
	Due    time.Time // for Retry
	Doubt  Doubt     // for Retry, that which stays
	PutOff bool      // for Retry: the platform named the time, so that the attempt does not count as a failed one
	Reason string    // for Retry and Dead
}

// Subscription is a channel's rule.
type Subscription struct {
	ID      int64     // across all channels
	Number  int       // within its channel, what people type: 1, 2, 3 … never given twice
	Channel Channel   //
	Name    string    // "" unless given
	Rule    string    // as it was typed
	Source  string    // "config", or the user who subscribed
	Created time.Time //
}

// Subscribing is the part of the Store that keeps channels' rules.
type Subscribing interface {
	// Subscriptions returns a channel's subscriptions in order of number, or
	// every channel's if c is "".
	Subscriptions(ctx context.Context, c Channel) ([]Subscription, error)
	// Subscribe stores s and returns it with ID and Number filled in.
	Subscribe(ctx context.Context, s Subscription) (Subscription, error)
	// Amend stores the Name and Rule of a subscription anew. ErrNotFound if it
	// is not there.
	Amend(ctx context.Context, s Subscription) error
	// Unsubscribe ends a subscription; what it matched stays on record.
	// ErrNotFound if it is not there.
	Unsubscribe(ctx context.Context, id int64, at time.Time) error
}

// Asking is the part of the Store that answers people.
type Asking interface {
	// FeedStates returns the State of every feed ever polled, by name.
	FeedStates(ctx context.Context) (map[string]feeds.State, error)
	// Search returns stories that hold all the words and "quoted phrases" of
	// the query, the latest first. Words fold as in rules. A query without a
	// word returns nothing.
	Search(ctx context.Context, query string, limit int) ([]Told, error)
	// Latest returns the stories last opened, the latest first, each by the
	// item that opened it.
	Latest(ctx context.Context, limit int) ([]Told, error)
	// Story returns everything on record about a story, as far as one channel
	// is concerned. ErrNotFound if there is none.
	Story(ctx context.Context, id int64, c Channel) (History, error)
	// Cards returns the alerts whose first delivery was sent to a channel, the
	// latest first, each as it stands now.
	Cards(ctx context.Context, c Channel, limit int) ([]Alert, error)
	// Notices returns the notices that were sent to a channel, the latest
	// first; of each delivery its Message, and the Ref it was posted under.
	Notices(ctx context.Context, c Channel, limit int) ([]Delivery, error)
}

// Keeping is the part of the Store where platforms keep what is theirs alone:
// tokens, sync positions. What is in there is for them to know, and to encrypt.
type Keeping interface {
	// Keep remembers a value under a name, instead of the one before.
	Keep(ctx context.Context, platform, name string, value []byte) error
	// Kept returns all that a platform keeps, by name.
	Kept(ctx context.Context, platform string) (map[string][]byte, error)
	// Forget drops a name. One that is not there is no error.
	Forget(ctx context.Context, platform, name string) error
}

// History is what is on record about a story.
type History struct {
	Story      int64
	Items      []Told // every telling, oldest first
	Matches    []Match
	Deliveries []Record
}

// Match is a PlanMatch on record.
type Match struct {
	Item         int64
	Subscription Subscription
	Matched      []string
	Outcome      Outcome
	Reason       string
	At           time.Time
}

// Record is a delivery on record.
type Record struct {
	ID       int64
	Kind     Kind
	State    Outcome
	Reason   string
	Created  time.Time
	Sent     time.Time // zero unless sent
	Attempts int
}
