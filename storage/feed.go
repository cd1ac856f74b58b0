package storage

import (
	"context"
	"fmt"

	"attache/feeds"
)

// stateColumns are what stateFields points to, in that order: all that a poll
// decides. What an operator was told (ailing) is none of it.
const stateColumns = `url, etag, last_modified, checked, succeeded, changed, next, failures, error,
	moved, moved_since, gone, rhythm, empty`

func stateFields(s *feeds.State) []any {
	return []any{&s.URL, &s.ETag, &s.LastModified, millis{&s.Checked}, millis{&s.Succeeded},
		millis{&s.Changed}, millis{&s.Next}, &s.Failures, &s.Error,
		&s.Moved, millis{&s.MovedSince}, &s.Gone, &s.Rhythm, &s.Empty}
}

// FeedStates implements feeds.Store and bot.Asking.
func (db *DB) FeedStates(ctx context.Context) (map[string]feeds.State, error) {
	states := make(map[string]feeds.State)
	read := func(r row) (name string, err error) {
		var s feeds.State
		err = r.Scan(append([]any{&name, millis{&s.Ailing}}, stateFields(&s)...)...)
		states[name] = s
		return name, err
	}
	if _, err := all(ctx, db.read, read, `SELECT name, ailing, `+stateColumns+` FROM feed`); err != nil {
		return nil, fmt.Errorf("storage: reading the feeds' states: %w", err)
	}
	return states, nil
}

// SaveFeedState implements feeds.Store.
func (db *DB) SaveFeedState(ctx context.Context, name string, s feeds.State) error {
	if err := saveState(ctx, db.write, name, s); err != nil {
		return fmt.Errorf("storage: saving the state of feed %s: %w", name, err)
	}
	return nil
}

func saveState(ctx context.Context, to database, name string, s feeds.State) error {
	_, err := to.ExecContext(ctx, `INSERT INTO feed (name, `+stateColumns+`) VALUES (`+placeholders(1, 15)+`)
		ON CONFLICT (name) DO UPDATE SET
			url = excluded.url, etag = excluded.etag, last_modified = excluded.last_modified,
			checked = excluded.checked, succeeded = excluded.succeeded, changed = excluded.changed,
			next = excluded.next, failures = excluded.failures, error = excluded.error,
			moved = excluded.moved, moved_since = excluded.moved_since, gone = excluded.gone,
			rhythm = excluded.rhythm, empty = excluded.empty`,
		append([]any{name}, stateFields(&s)...)...)
	return err
}
