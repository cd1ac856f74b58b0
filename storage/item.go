package storage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"attache/bot"
	"attache/feeds"
)

// itemColumns are what itemFields points to, in that order.
const itemColumns = `feed, identity, outlet, tier, lang, url, title, summary, body, author,
	categories, published, updated, seen, guid, links`

func itemFields(it *feeds.Item) []any {
	return []any{&it.Feed, &it.ID, &it.Outlet, &it.Tier, &it.Lang, &it.URL, &it.Title, &it.Summary, &it.Body, &it.Author,
		encoded{&it.Categories}, millis{&it.Published}, millis{&it.Updated}, millis{&it.Seen}, &it.GUID, encoded{&it.Links}}
}

// toldQuery reads items for scanTold.
const toldQuery = `SELECT id, story, ` + itemColumns + ` FROM item `

func scanTold(r row) (t bot.Told, err error) {
	err = r.Scan(append([]any{&t.Number, &t.Story}, itemFields(&t.Item)...)...)
	return t, err
}

// Known implements bot.Taking.
func (db *DB) Known(ctx context.Context, feed string, keys []string) (map[string]bot.Known, error) {
	known := make(map[string]bot.Known)
	read := func(r row) (k bot.Known, err error) {
		var key string
		err = r.Scan(&key, &k.Item, &k.Story, &k.Version, &k.Title)
		known[key] = k
		return k, err
	}
	for list, args := range in(keys, any(feed)) {
		_, err := all(ctx, db.read, read, `SELECT k.key, i.id, i.story, i.version, i.title
			FROM item_key k JOIN item i ON i.id = k.item WHERE k.feed = $1 AND k.key IN `+list, args...)
		if err != nil {
			return nil, fmt.Errorf("storage: looking up items of feed %s: %w", feed, err)
		}
	}
	return known, nil
}

// recentQuery reads every wording of items, each with when it was first seen to
// say that. An edit keeps all but the words.
const recentQuery = `SELECT id, story, feed, identity, outlet, tier, lang, url, title, summary, body, author,
		categories, published, updated, worded, guid, links
	FROM item WHERE worded >= $1
	UNION ALL
	SELECT i.id, i.story, i.feed, i.identity, i.outlet, i.tier, i.lang, i.url, v.title, v.summary, v.body, i.author,
		i.categories, i.published, i.updated, v.worded, i.guid, i.links
	FROM item_version v JOIN item i ON i.id = v.item WHERE v.worded >= $1
	ORDER BY 16, 1`

// Recent implements bot.Taking.
func (db *DB) Recent(ctx context.Context, since time.Time) ([]bot.Told, error) {
	told, err := all(ctx, db.read, scanTold, recentQuery, millis{&since})
	if err != nil {
		return nil, fmt.Errorf("storage: reading recent items: %w", err)
	}
	return told, nil
}

// Tellings implements bot.Taking.
func (db *DB) Tellings(ctx context.Context, stories []int64) ([]bot.Told, error) {
	var told []bot.Told
	for list, args := range in(stories) {
		some, err := all(ctx, db.read, scanTold, toldQuery+`WHERE story IN `+list, args...)
		if err != nil {
			return nil, fmt.Errorf("storage: reading tellings: %w", err)
		}
		told = append(told, some...)
	}
	slices.SortFunc(told, func(a, b bot.Told) int { return cmp.Compare(a.Number, b.Number) })
	return told, nil
}

// insertItem stores a new item in its story.
func insertItem(ctx context.Context, tx database, it feeds.Item, story int64, opens bool, at time.Time) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO item (story, opens, version, worded, `+itemColumns+`)
		VALUES (`+placeholders(1, 20)+`) RETURNING id`,
		append([]any{story, opens, it.Version(), millis{&at}}, itemFields(&it)...)...).Scan(&id)
	return id, err
}

// rewordItem keeps what a known item said so far as a version of it, and makes
// it say something else. Its feed, its identity, its story and when it was
// first seen stay.
func rewordItem(ctx context.Context, tx database, id int64, it feeds.Item, at time.Time) error {
	err := changed(tx.ExecContext(ctx, `INSERT INTO item_version (item, version, title, summary, body, worded)
		SELECT id, version, title, summary, body, worded FROM item WHERE id = $1`, id))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE item SET version = $2, worded = $3, outlet = $4, tier = $5, lang = $6, url = $7,
			title = $8, summary = $9, body = $10, author = $11, categories = $12, published = $13, updated = $14,
			guid = $15, links = $16
		WHERE id = $1`, id, it.Version(), millis{&at}, it.Outlet, it.Tier, it.Lang, it.URL,
		it.Title, it.Summary, it.Body, it.Author, encoded{it.Categories}, millis{&it.Published}, millis{&it.Updated},
		it.GUID, encoded{it.Links})
	return err
}

// addKeys makes the item known by these keys too, where they are not another's.
func addKeys(ctx context.Context, tx database, feed string, item int64, keys []string) error {
	for _, key := range keys {
		_, err := tx.ExecContext(ctx, `INSERT INTO item_key (feed, key, item) VALUES ($1, $2, $3)
			ON CONFLICT (feed, key) DO NOTHING`, feed, key, item)
		if err != nil {
			return err
		}
	}
	return nil
}
