package storage

import (
	"context"
	"fmt"
	"time"

	"attache/bot"
)

// subscriptionColumns are what subscriptionFields points to, in that order.
const subscriptionColumns = `subscription.id, subscription.number, subscription.channel, subscription.name,
	subscription.rule, subscription.source, subscription.created`

func subscriptionFields(s *bot.Subscription) []any {
	return []any{&s.ID, &s.Number, &s.Channel, &s.Name, &s.Rule, &s.Source, millis{&s.Created}}
}

func scanSubscription(r row) (s bot.Subscription, err error) {
	err = r.Scan(subscriptionFields(&s)...)
	return s, err
}

// Subscriptions implements bot.Subscribing.
func (db *DB) Subscriptions(ctx context.Context, c bot.Channel) ([]bot.Subscription, error) {
	subs, err := all(ctx, db.read, scanSubscription, `SELECT `+subscriptionColumns+` FROM subscription
		WHERE ended IS NULL AND ($1 = '' OR channel = $1) ORDER BY channel, number`, c)
	if err != nil {
		return nil, fmt.Errorf("storage: reading the subscriptions of %q: %w", c, err)
	}
	return subs, nil
}

// Subscribe implements bot.Subscribing.
func (db *DB) Subscribe(ctx context.Context, s bot.Subscription) (bot.Subscription, error) {
	// Those that ended count too, so that no number is given twice.
	stored, err := scanSubscription(db.write.QueryRowContext(ctx, `
		INSERT INTO subscription (channel, number, name, rule, source, created)
		SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5 FROM subscription WHERE channel = $1
		RETURNING `+subscriptionColumns, s.Channel, s.Name, s.Rule, s.Source, millis{&s.Created}))
	if err != nil {
		return bot.Subscription{}, fmt.Errorf("storage: subscribing %s: %w", s.Channel, err)
	}
	return stored, nil
}

// Amend implements bot.Subscribing.
func (db *DB) Amend(ctx context.Context, s bot.Subscription) error {
	err := changed(db.write.ExecContext(ctx, `UPDATE subscription SET name = $2, rule = $3 WHERE id = $1 AND ended IS NULL`, s.ID, s.Name, s.Rule))
	if err != nil {
		return fmt.Errorf("storage: amending subscription %d: %w", s.ID, err)
	}
	return nil
}

// Unsubscribe implements bot.Subscribing.
func (db *DB) Unsubscribe(ctx context.Context, id int64, at time.Time) error {
	err := changed(db.write.ExecContext(ctx, `UPDATE subscription SET ended = $2 WHERE id = $1 AND ended IS NULL`, id, millis{&at}))
	if err != nil {
		return fmt.Errorf("storage: ending subscription %d: %w", id, err)
	}
	return nil
}
