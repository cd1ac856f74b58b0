package storage

import (
	"context"
	"fmt"
)

// Keep implements bot.Keeping.
func (db *DB) Keep(ctx context.Context, platform, name string, value []byte) error {
	if value == nil {
		value = []byte{} // and not NULL
	}
	_, err := db.write.ExecContext(ctx, `INSERT INTO kept (platform, name, value) VALUES ($1, $2, $3)
		ON CONFLICT (platform, name) DO UPDATE SET value = excluded.value`, platform, name, value)
	if err != nil {
		return fmt.Errorf("storage: keeping %s of %s: %w", name, platform, err)
	}
	return nil
}

// Kept implements bot.Keeping.
func (db *DB) Kept(ctx context.Context, platform string) (map[string][]byte, error) {
	type one struct {
		name  string
		value []byte
	}
	scan := func(r row) (o one, err error) {
		err = r.Scan(&o.name, &o.value)
		return o, err
	}
	kept := map[string][]byte{}
	for o, err := range each(ctx, db.read, scan, `SELECT name, value FROM kept WHERE platform = $1`, platform) {
		if err != nil {
			return nil, fmt.Errorf("storage: reading what %s keeps: %w", platform, err)
		}
		kept[o.name] = o.value
	}
	return kept, nil
}

// Forget implements bot.Keeping.
func (db *DB) Forget(ctx context.Context, platform, name string) error {
	if _, err := db.write.ExecContext(ctx, `DELETE FROM kept WHERE platform = $1 AND name = $2`, platform, name); err != nil {
		return fmt.Errorf("storage: forgetting %s of %s: %w", name, platform, err)
	}
	return nil
}
