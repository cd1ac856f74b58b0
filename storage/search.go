package storage

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"attache/bot"
	"attache/bot/rule"
	"attache/feeds"
)

// maxWords bounds a query: FTS5 takes time quadratic in its words to read one,
// and cannot be stopped meanwhile.
const maxWords = 250

// Search implements bot.Asking. A story is found if one of its items has all
// the words, and is told by the latest item that does. A query of more than 250
// different words is an error.
func (db *DB) Search(ctx context.Context, query string, limit int) ([]bot.Told, error) {
	words := phrases(query)
	if len(words) == 0 || limit < 1 {
		return nil, nil
	}
	if len(words) > maxWords {
		return nil, fmt.Errorf("storage: searching: %d words are too many, at most %d will do", len(words), maxWords)
	}
	// Nobody's words are FTS5 syntax: https://www.sqlite.org/fts5.html#fts5_strings
	for i, w := range words {
		words[i] = `"` + strings.ReplaceAll(w, `"`, `""`) + `"`
	}
	match := strings.Join(words, " AND ")
	var found []bot.Told
	stories := make(map[int64]bool)
	for t, err := range each(ctx, db.read, scanTold, toldQuery+`JOIN
		(SELECT rowid AS found FROM item_words WHERE item_words MATCH $1) ON found = id ORDER BY found DESC`, match) {
		if err != nil {
			return nil, fmt.Errorf("storage: searching %q: %w", query, err)
		}
		if stories[t.Story] {
			continue
		}
		stories[t.Story] = true
		if found = append(found, t); len(found) == limit {
			break
		}
	}
	return found, nil
}

// phrases cuts a query into words and "quoted phrases", each folded as the
// items are. What folds to nothing, or to the same again, is left out.
func phrases(query string) []string {
	folded := make(map[string]bool)
	add := func(text string) { folded[rule.Fold(text)] = true }
	straight := func(r rune) rune {
		if strings.ContainsRune(`“”„‟«»＂`, r) {
			return '"'
		}
		return r
	}
	for i, part := range strings.Split(strings.Map(straight, query), `"`) {
		if i%2 == 1 {
			add(part)
			continue
		}
		for word := range strings.FieldsSeq(part) {
			add(word)
		}
	}
	delete(folded, "")
	return slices.Sorted(maps.Keys(folded))
}

// indexItem makes an item found by what it says now, and not by what it said.
func indexItem(ctx context.Context, tx database, id int64, it feeds.Item) error {
	_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO item_words (rowid, title, summary, body) VALUES ($1, $2, $3, $4)`,
		id, rule.Fold(it.Title), rule.Fold(it.Summary), rule.Fold(it.Body))
	return err
}
