package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"attache/bot"
)

// Apply implements bot.Taking.
func (db *DB) Apply(ctx context.Context, p bot.Plan) (bot.Applied, error) {
	a := applying{plan: p, prefix: db.prefix}
	err := sound(p)
	if err == nil {
		err = db.write.update(ctx, a.apply)
	}
	if err != nil {
		return bot.Applied{}, fmt.Errorf("storage: applying the plan of feed %s: %w", p.Feed, err)
	}
	return a.done, nil
}

// sound reports a plan that points outside itself.
func sound(p bot.Plan) error {
	item := func(i int) bool { return i >= 0 && i < len(p.Items) }
	story := func(ref bot.StoryRef) bool { return ref > 0 || ref < 0 && int(-1-ref) < len(p.Stories) }
	for i, s := range p.Stories {
		if !item(s) || p.Items[s].Known != 0 || p.Items[s].Story != bot.StoryRef(-1-i) {
			return fmt.Errorf("story %d of the plan is opened by item %d, which is not a new item in it", i, s)
		}
	}
	for i, it := range p.Items {
		if it.Known == 0 && !story(it.Story) {
			return fmt.Errorf("item %d of the plan is in story %d, which is not there", i, it.Story)
		}
	}
	for i, m := range p.Matches {
		if !item(m.Item) {
			return fmt.Errorf("match %d of the plan is of item %d, which is not there", i, m.Item)
		}
	}
	for i, a := range p.Alerts {
		if !item(a.Item) || !story(a.Story) {
			return fmt.Errorf("alert %d of the plan is of item %d and story %d, which are not both there", i, a.Item, a.Story)
		}
	}
	return nil
}

// applying is a plan on its way into the tables.
type applying struct {
	plan   bot.Plan
	prefix string // of delivery keys
	done   bot.Applied
}

func (a *applying) apply(ctx context.Context, tx *transaction) error {
	for _, step := range []func(context.Context, *transaction) error{
		a.fresh, a.stories, a.items, a.matches, a.alerts, a.together, a.updates, a.state, a.words,
	} {
		if err := step(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// fresh returns ErrStale if the plan was made from a state that no longer
// holds: an item it calls new is known, one it calls changed says that already,
// or an alert it would open is there.
func (a *applying) fresh(ctx context.Context, tx *transaction) error {
	is := func(query string, args ...any) error {
		err := tx.QueryRowContext(ctx, query, args...).Scan(new(int))
		if err == nil {
			return bot.ErrStale
		}
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	}
	for _, it := range a.plan.Items {
		if it.Known != 0 {
			if err := is(`SELECT 1 FROM item WHERE id = $1 AND version = $2`, it.Known, it.Item.Version()); err != nil {
				return err
			}
			continue
		}
		for _, key := range it.Item.Keys() {
			if err := is(`SELECT 1 FROM item_key WHERE feed = $1 AND key = $2`, a.plan.Feed, key); err != nil {
				return err
			}
		}
	}
	for _, p := range a.plan.Alerts {
		if err := is(`SELECT 1 FROM alert WHERE story = $1 AND channel = $2`, p.Story, p.Channel); err != nil {
			return err
		}
	}
	return nil
}

func (a *applying) stories(ctx context.Context, tx *transaction) error {
	for range a.plan.Stories {
		var id int64
		err := tx.QueryRowContext(ctx, `INSERT INTO story (opened) VALUES ($1) RETURNING id`,
			millis{&a.plan.At}).Scan(&id)
		if err != nil {
			return fmt.Errorf("a new story: %w", err)
		}
		a.done.Stories = append(a.done.Stories, id)
	}
	return nil
}

func (a *applying) items(ctx context.Context, tx *transaction) error {
	opens := make(map[int]bool)
	for _, s := range a.plan.Stories {
		opens[s] = true
	}
	for i, it := range a.plan.Items {
		id, err := a.item(ctx, tx, it, opens[i])
		if err != nil {
			return fmt.Errorf("item %.99q: %w", it.Item.ID, err)
		}
		a.done.Items = append(a.done.Items, id)
	}
	return nil
}

func (a *applying) item(ctx context.Context, tx *transaction, it bot.PlanItem, opens bool) (id int64, err error) {
	it.Item.Feed = a.plan.Feed // where Known will look for it
	if it.Known != 0 {
		id, err = it.Known, rewordItem(ctx, tx, it.Known, it.Item, a.plan.At)
	} else {
		id, err = insertItem(ctx, tx, it.Item, a.story(it.Story), opens, a.plan.At)
	}
	if err != nil {
		return 0, err
	}
	return id, addKeys(ctx, tx, a.plan.Feed, id, it.Item.Keys())
}

func (a *applying) matches(ctx context.Context, tx *transaction) error {
	for _, m := range a.plan.Matches {
		_, err := tx.ExecContext(ctx, `INSERT INTO match (item, subscription, matched, outcome, reason, at) VALUES ($1, $2, $3, $4, $5, $6)`,
			a.done.Items[m.Item], m.Subscription, encoded{m.Matched}, m.Outcome, m.Reason, millis{&a.plan.At})
		if err != nil {
			return fmt.Errorf("a match of subscription %d: %w", m.Subscription, err)
		}
	}
	return nil
}

func (a *applying) alerts(ctx context.Context, tx *transaction) error {
	for _, p := range a.plan.Alerts {
		story := a.story(p.Story)
		var id int64
		err := tx.QueryRowContext(ctx, `INSERT INTO alert (story, channel, item, card) VALUES ($1, $2, $3, $4) RETURNING id`,
			story, p.Channel, a.done.Items[p.Item], encoded{p.Card}).Scan(&id)
		if err != nil {
			return fmt.Errorf("an alert about story %d to %s: %w", story, p.Channel, err)
		}
		a.done.Alerts = append(a.done.Alerts, id)
		if err := a.deliver(ctx, tx, id, p.Channel, 0, p.Card); err != nil {
			return err
		}
	}
	return nil
}

// together makes digests of the alerts that are to be said so.
func (a *applying) together(ctx context.Context, tx *transaction) error {
	crowds := map[bot.Channel][]int64{}
	for i, p := range a.plan.Alerts {
		if p.Together {
			crowds[p.Channel] = append(crowds[p.Channel], a.done.Alerts[i])
		}
	}
	for _, alerts := range crowds {
		for digest := range slices.Chunk(alerts, digestOf) {
			if len(digest) < 2 {
				continue
			}
			for _, alert := range digest {
				_, err := tx.ExecContext(ctx, `UPDATE delivery SET digest = (SELECT id FROM delivery WHERE alert = $1 AND seq = 0) WHERE alert = $2 AND seq = 0`, digest[0], alert)
				if err != nil {
					return fmt.Errorf("a digest of %d alerts: %w", len(digest), err)
				}
			}
		}
	}
	return nil
}

const digestOf = 10 // alerts said in one message

func (a *applying) updates(ctx context.Context, tx *transaction) error {
	for _, u := range a.plan.Updates {
		if err := a.update(ctx, tx, u); err != nil {
			return fmt.Errorf("an update of alert %d: %w", u.Alert, err)
		}
	}
	return nil
}

func (a *applying) update(ctx context.Context, tx *transaction, u bot.PlanUpdate) error {
	var c bot.Channel
	var told int
	err := tx.QueryRowContext(ctx, `UPDATE alert SET card = $2 WHERE id = $1
		RETURNING channel, (SELECT count(*) FROM delivery d WHERE d.alert = $1)`, u.Alert, encoded{u.Card}).Scan(&c, &told)
	if errors.Is(err, sql.ErrNoRows) {
		err = bot.ErrNotFound
	}
	if err != nil {
		return err
	}
	return a.deliver(ctx, tx, u.Alert, c, told, u.Card)
}

// Restate implements bot.Taking.
func (db *DB) Restate(ctx context.Context, u bot.PlanUpdate, at time.Time) error {
	a := applying{plan: bot.Plan{At: at}, prefix: db.prefix}
	err := db.write.update(ctx, func(ctx context.Context, tx *transaction) error { return a.update(ctx, tx, u) })
	if err != nil {
		return fmt.Errorf("storage: restating alert %d: %w", u.Alert, err)
	}
	return nil
}

// deliver queues the card in its channel, as delivery seq of the alert.
func (a *applying) deliver(ctx context.Context, tx *transaction, alert int64, c bot.Channel, seq int, card bot.Message) error {
	key := fmt.Sprintf("%s-a%d-%s-%d", a.prefix, alert, card.Kind, seq)
	return queue(ctx, tx, alert, c, seq, key, card, a.plan.At)
}

// queue makes a delivery. alert is nil where it is about none.
func queue(ctx context.Context, tx *transaction, alert any, c bot.Channel, seq int, key string, m bot.Message, at time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO delivery
			(alert, channel, kind, seq, key, message, created, urgency, state, reason, ref, due, attempts, attempted, sent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', '', '', 0, 0, 0, 0)`,
		alert, c, m.Kind, seq, key, encoded{m}, millis{&at}, urgency(m))
	if err != nil {
		return fmt.Errorf("delivery %s: %w", key, err)
	}
	return nil
}

// urgency is what a message may overtake. An update overtakes nothing, or it
// might come before the alert it changes.
func urgency(card bot.Message) int {
	switch {
	case card.Kind != bot.KindAlert:
		return 0
	case card.Severity == bot.Flash:
		return 2
	case card.Severity == bot.Urgent:
		return 1
	}
	return 0
}

func (a *applying) state(ctx context.Context, tx *transaction) error {
	return saveState(ctx, tx, a.plan.Feed, a.plan.State)
}

// words comes last, since FTS5 writes what it has gathered to the disk, as a
// piece of its own, before most statements on other tables.
func (a *applying) words(ctx context.Context, tx *transaction) error {
	for i, it := range a.plan.Items {
		if err := indexItem(ctx, tx, a.done.Items[i], it.Item); err != nil {
			return fmt.Errorf("the words of item %.99q: %w", it.Item.ID, err)
		}
	}
	return nil
}

// story is the number of a story, stored before or opened by this plan.
func (a *applying) story(ref bot.StoryRef) int64 {
	if ref < 0 {
		return a.done.Stories[-1-ref]
	}
	return int64(ref)
}
