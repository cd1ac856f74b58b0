package storage

import (
	"context"
	"fmt"

	"attache/bot"
)

// Latest implements bot.Asking.
func (db *DB) Latest(ctx context.Context, limit int) ([]bot.Told, error) {
	told, err := all(ctx, db.read, scanTold, toldQuery+`WHERE opens ORDER BY story DESC LIMIT $1`, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("storage: reading the latest stories: %w", err)
	}
	return told, nil
}

// Story implements bot.Asking.
func (db *DB) Story(ctx context.Context, id int64, c bot.Channel) (bot.History, error) {
	h, err := db.history(ctx, id, c)
	if err != nil {
		return bot.History{}, fmt.Errorf("storage: reading story %d: %w", id, err)
	}
	return h, nil
}

func (db *DB) history(ctx context.Context, id int64, c bot.Channel) (bot.History, error) {
	h := bot.History{Story: id}
	tx, err := db.read.BeginTx(ctx, nil) // all of it as it was at one moment
	if err != nil {
		return h, err
	}
	defer tx.Rollback()
	h.Items, err = all(ctx, tx, scanTold, toldQuery+`WHERE story = $1 ORDER BY id`, id)
	if err != nil {
		return h, err
	}
	if len(h.Items) == 0 {
		return h, bot.ErrNotFound
	}
	h.Matches, err = all(ctx, tx, scanMatch, `SELECT m.item, m.matched, m.outcome, m.reason, m.at, `+subscriptionColumns+`
		FROM item i JOIN match m ON m.item = i.id JOIN subscription ON subscription.id = m.subscription
		WHERE i.story = $1 AND subscription.channel = $2 ORDER BY m.id`, id, c)
	if err != nil {
		return h, err
	}
	h.Deliveries, err = all(ctx, tx, scanRecord, `SELECT d.id, d.kind, d.state, d.reason, d.created, d.sent, d.attempts
		FROM alert a JOIN delivery d ON d.alert = a.id
		WHERE a.story = $1 AND a.channel = $2 ORDER BY d.id`, id, c)
	return h, err
}

func scanMatch(r row) (m bot.Match, err error) {
	err = r.Scan(append([]any{&m.Item, encoded{&m.Matched}, &m.Outcome, &m.Reason, millis{&m.At}},
		subscriptionFields(&m.Subscription)...)...)
	return m, err
}

func scanRecord(r row) (rec bot.Record, err error) {
	err = r.Scan(&rec.ID, &rec.Kind, &rec.State, &rec.Reason, millis{&rec.Created}, millis{&rec.Sent}, &rec.Attempts)
	return rec, err
}
