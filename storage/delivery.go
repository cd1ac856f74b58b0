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
	lanes, err := all(ctx, db.read, scan, `SELECT DISTINCT channel FROM delivery WHERE `+inLane+` ORDER BY channel`)
	if err != nil {
		return nil, fmt.Errorf("storage: reading the lanes: %w", err)
	}
	return lanes, nil
}

// Next implements bot.Delivering.
func (db *DB) Next(ctx context.Context, c bot.Channel) (bot.Delivery, error) {
	d, err := db.next(ctx, c)
	if err != nil {
		return bot.Delivery{}, fmt.Errorf("storage: reading the next delivery to %s: %w", c, err)
	}
	return d, nil
}

func (db *DB) next(ctx context.Context, c bot.Channel) (bot.Delivery, error) {
	d := bot.Delivery{Channel: c}
	tx, err := db.read.BeginTx(ctx, nil) // all of it as it was at one moment
	if err != nil {
		return d, err
	}
	defer tx.Rollback()
	var story, digest int64
	var sent time.Time
	err = tx.QueryRowContext(ctx, `SELECT d.id, coalesce(d.alert, 0), d.kind, d.key, d.message, d.state,
			d.created, d.due, d.attempts, d.attempted, d.doubt, d.doubt_last,
			coalesce(a.story, 0), coalesce(first.ref, ''), coalesce(first.sent, 0), coalesce(first.digest, 0)
		FROM delivery d LEFT JOIN alert a ON a.id = d.alert LEFT JOIN delivery first ON first.alert = d.alert AND first.seq = 0
		WHERE d.channel = $1 AND d.`+inLane+`
		ORDER BY d.urgency DESC, d.id LIMIT 1`, c).
		Scan(&d.ID, &d.Alert, &d.Kind, &d.Key, encoded{&d.Message}, &d.State,
			millis{&d.Created}, millis{&d.Due}, &d.Attempts, millis{&d.Attempted}, millis{&d.Doubt.Since}, millis{&d.Doubt.Last},
			&story, &d.Ref, millis{&sent}, &digest)
	if errors.Is(err, sql.ErrNoRows) {
		err = bot.ErrNotFound
	}
	if err != nil {
		return d, err
	}
	fill(&d.Message, d.Alert, story, c, sent)
	if digest == 0 {
		return d, nil
	}
	return d, gathered(ctx, tx, &d, digest)
}

// gathered completes a delivery that is a digest, or an update of one of its
// alerts, by the alerts of the digest as each stands now.
func gathered(ctx context.Context, tx *sql.Tx, d *bot.Delivery, digest int64) error {
	alerts, err := all(ctx, tx, scanAlert, alertQuery+`WHERE first.`+ofDigest+` ORDER BY first.id`, digest)
	if err != nil {
		return err
	}
	if d.Kind == bot.KindAlert {
		d.Kind, d.Alert = bot.KindDigest, 0
		d.Message = bot.Message{Kind: bot.KindDigest, Channel: d.Channel, Severity: bot.Normal}
		err = tx.QueryRowContext(ctx, `SELECT max(created) FROM delivery WHERE `+ofDigest, digest).Scan(millis{&d.Created})
	}
	for _, a := range alerts {
		d.Message.Alerts = append(d.Message.Alerts, a.Card)
	}
	return err
}

// These parts of statements say what the partial indexes of the table hold, for
// SQLite to use those (https://www.sqlite.org/partialindex.html#queries_using_partial_indexes).
const (
	inLane   = `state IN ('pending', 'retry')`
	ofDigest = `digest = $1 AND digest > 0`

	// delivery $1 and, if it is a digest, all that it says
	wholeOf = `(id = $1 OR ` + ofDigest + `) AND ` + inLane

	// the alerts of lane $1 that may be said together
	crowd = ` FROM delivery WHERE channel = $1 AND ` + inLane + ` AND kind = 'alert' AND urgency = 0 AND attempts = 0 AND digest = 0`
)

// Gather implements bot.Delivering. One alert is no crowd.
func (db *DB) Gather(ctx context.Context, c bot.Channel, most, together int) error {
	most = max(most, 1)
	if together < 2 {
		return nil
	}
	var n int
	err := db.read.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1`+crowd+` LIMIT $2) AS waiting`, c, most+1).Scan(&n)
	if err == nil && n > most {
		_, err = db.write.ExecContext(ctx, `UPDATE delivery SET digest = (SELECT min(id)`+crowd+`)
			WHERE id IN (SELECT id`+crowd+` ORDER BY id LIMIT $2)`, c, together)
	}
	if err != nil {
		return fmt.Errorf("storage: making a digest for %s: %w", c, err)
	}
	return nil
}

// Scatter implements bot.Delivering.
func (db *DB) Scatter(ctx context.Context, delivery int64) error {
	err := changed(db.write.ExecContext(ctx, `UPDATE delivery SET digest = 0, state = 'pending', due = 0, doubt = 0, doubt_last = 0
		WHERE `+ofDigest+` AND `+inLane, delivery))
	if err != nil {
		return fmt.Errorf("storage: taking digest %d apart: %w", delivery, err)
	}
	return nil
}

// Attempt implements bot.Delivering. ErrNotFound if the delivery is not there,
// or was sent or given up already.
//
// What was in retry is pending again: until there is a Result nothing is known
// of this attempt, whatever came of those before.
func (db *DB) Attempt(ctx context.Context, delivery int64, at time.Time) error {
	err := changed(db.write.ExecContext(ctx, `UPDATE delivery SET state = 'pending', attempts = attempts + 1, attempted = $2,
			doubt = CASE doubt WHEN 0 THEN $2 ELSE doubt END, doubt_last = $2
		WHERE `+wholeOf, delivery, millis{&at}))
	if err != nil {
		return fmt.Errorf("storage: recording an attempt at delivery %d: %w", delivery, err)
	}
	return nil
}

// Finish implements bot.Delivering. ErrNotFound if the delivery is not there,
// or was sent or given up already.
func (db *DB) Finish(ctx context.Context, delivery int64, r bot.Result) error {
	var sent, due time.Time
	var doubt bot.Doubt
	uncounted := 0 // of attempts that do not count after all
	switch r.State {
	case bot.Sent:
		sent = r.At
	case bot.Retry:
		due, doubt = r.Due, r.Doubt
		if r.PutOff {
			uncounted = 1
		}
	case bot.Dead:
	default:
		return fmt.Errorf("storage: finishing delivery %d: %q is not sent, retry or dead", delivery, r.State)
	}
	err := changed(db.write.ExecContext(ctx, `UPDATE delivery SET state = $2, ref = $3, reason = $4, due = $5, sent = $6,
			doubt = $7, doubt_last = $8, attempts = max(attempts - $9, 0)
		WHERE `+wholeOf,
		delivery, r.State, r.Ref, r.Reason, millis{&due}, millis{&sent}, millis{&doubt.Since}, millis{&doubt.Last}, uncounted))
	if err != nil {
		return fmt.Errorf("storage: finishing delivery %d: %w", delivery, err)
	}
	return nil
}
