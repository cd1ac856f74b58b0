package storage

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"time"

	"attache/bot"
)

// Notify implements bot.Delivering. ErrNotFound if a feed was never polled.
func (db *DB) Notify(ctx context.Context, n bot.Notice, at time.Time) error {
	err := db.write.update(ctx, func(ctx context.Context, tx *transaction) error {
		for _, feed := range slices.Sorted(maps.Keys(n.Ailing)) {
			since := n.Ailing[feed]
			if err := changed(tx.ExecContext(ctx, `UPDATE feed SET ailing = $2 WHERE name = $1`, feed, millis{&since})); err != nil {
				return fmt.Errorf("feed %s: %w", feed, err)
			}
		}
		if n.Channel == "" {
			return nil
		}
		n.Message.Kind = bot.KindNotice
		// It has no number that is its own before it is stored; by chance it has a name.
		return queue(ctx, tx, nil, n.Channel, 0, db.prefix+"-n-"+rand.Text(), n.Message, at)
	})
	if err != nil {
		return fmt.Errorf("storage: storing a notice to %s: %w", n.Channel, err)
	}
	return nil
}

// Notices implements bot.Asking.
func (db *DB) Notices(ctx context.Context, c bot.Channel, limit int) ([]bot.Delivery, error) {
	scan := func(r row) (d bot.Delivery, err error) {
		err = r.Scan(&d.Ref, encoded{&d.Message}, millis{&d.Message.Sent})
		d.Message.Channel = c
		return d, err
	}
	list, err := all(ctx, db.read, scan, `SELECT ref, message, sent FROM delivery
		WHERE alert IS NULL AND channel = $1 AND state = 'sent' ORDER BY id DESC LIMIT $2`, c, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("storage: reading the notices of %s: %w", c, err)
	}
	return list, nil
}
