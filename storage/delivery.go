package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"attache/bot"
)

// Lanes implements bot.Delivering.
func (db *DB) Lanes(ctx context.Context) ([]bot.Channel, error) {
	scan := func(r row) (c bot.Channel, err error) {
		err = r.Scan(&c)
		return c, err
	}
	lanes, err := all(ctx, db.read, scan, `SELECT DISTINCT channel FROM delivery WHERE state IN ('pending', 'retry') ORDER BY channel`)
	if err != nil {
		return nil, fmt.Errorf("storage: reading the lanes: %w", err)
	}
	return lanes, nil
}

// Next implements bot.Delivering.
func (db *DB) Next(ctx context.Context, c bot.Channel) (bot.Delivery, error) {
	d := bot.Delivery{Channel: c}
	var story int64
	var sent time.Time
	err := db.read.QueryRowContext(ctx, `SELECT d.id, d.alert, d.kind, d.key, d.message, d.state,
			d.created, d.due, d.attempts, d.attempted, a.story, first.ref, first.sent
		FROM delivery d JOIN alert a ON a.id = d.alert JOIN delivery first ON first.alert = d.alert AND first.seq = 0
		WHERE d.channel = $1 AND d.state IN ('pending', 'retry')
		ORDER BY d.id LIMIT 1`, c).
		Scan(&d.ID, &d.Alert, &d.Kind, &d.Key, encoded{&d.Message}, &d.State,
			millis{&d.Created}, millis{&d.Due}, &d.Attempts, millis{&d.Attempted}, &story, &d.Ref, millis{&sent})
	if errors.Is(err, sql.ErrNoRows) {
		err = bot.ErrNotFound
	}
	if err != nil {
		return bot.Delivery{}, fmt.Errorf("storage: reading the next delivery to %s: %w", c, err)
	}
	fill(&d.Message, d.Alert, story, c, sent)
	return d, nil
}

// Attempt implements bot.Delivering. ErrNotFound if the delivery is not there,
// or was sent or given up already.
//
// What was in retry is pending again: until there is a Result nothing is known
// of this attempt, whatever came of those before.
func (db *DB) Attempt(ctx context.Context, delivery int64, at time.Time) error {
	err := changed(db.write.ExecContext(ctx, `UPDATE delivery SET state = 'pending', attempts = attempts + 1, attempted = $2
		WHERE id = $1 AND state IN ('pending', 'retry')`, delivery, millis{&at}))
	if err != nil {
		return fmt.Errorf("storage: recording an attempt at delivery %d: %w", delivery, err)
	}
	return nil
}

// Finish implements bot.Delivering. ErrNotFound if the delivery is not there,
// or was sent or given up already.
func (db *DB) Finish(ctx context.Context, delivery int64, r bot.Result) error {
	var sent, due time.Time
	switch r.State {
	case bot.Sent:
		sent = r.At
	case bot.Retry:
		due = r.Due
	case bot.Dead:
	default:
		return fmt.Errorf("storage: finishing delivery %d: %q is not sent, retry or dead", delivery, r.State)
	}
	err := changed(db.write.ExecContext(ctx, `UPDATE delivery SET state = $2, ref = $3, reason = $4, due = $5, sent = $6
		WHERE id = $1 AND state IN ('pending', 'retry')`, delivery, r.State, r.Ref, r.Reason, millis{&due}, millis{&sent}))
	if err != nil {
		return fmt.Errorf("storage: finishing delivery %d: %w", delivery, err)
	}
	return nil
}
