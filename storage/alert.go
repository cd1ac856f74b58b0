package storage

import (
	"context"
	"fmt"
	"time"

	"attache/bot"
)

// alertQuery reads alerts a, and when their first post was sent, for scanAlert.
const alertQuery = `SELECT a.id, a.story, a.channel, a.item, a.card, first.sent
	FROM alert a JOIN delivery first ON first.alert = a.id AND first.seq = 0 `

func scanAlert(r row) (a bot.Alert, err error) {
	var sent time.Time
	err = r.Scan(&a.ID, &a.Story, &a.Channel, &a.Item, encoded{&a.Card}, millis{&sent})
	fill(&a.Card, a.ID, a.Story, a.Channel, sent)
	return a, err
}

// fill completes a card by what was not known when it was planned.
func fill(card *bot.Message, alert, story int64, c bot.Channel, sent time.Time) {
	card.Alert, card.Story, card.Channel, card.Sent = alert, story, c, sent
}

// Alerts implements bot.Taking.
func (db *DB) Alerts(ctx context.Context, stories []int64) ([]bot.Alert, error) {
	var alerts []bot.Alert
	for list, args := range in(stories) {
		some, err := all(ctx, db.read, scanAlert, alertQuery+`WHERE a.story IN `+list+` ORDER BY a.id`, args...)
		if err != nil {
			return nil, fmt.Errorf("storage: reading alerts: %w", err)
		}
		alerts = append(alerts, some...)
	}
	return alerts, nil
}

// Cards implements bot.Asking.
func (db *DB) Cards(ctx context.Context, c bot.Channel, limit int) ([]bot.Alert, error) {
	alerts, err := all(ctx, db.read, scanAlert,
		alertQuery+`WHERE a.channel = $1 AND first.state = 'sent' ORDER BY a.id DESC LIMIT $2`, c, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("storage: reading the cards of %s: %w", c, err)
	}
	return alerts, nil
}
