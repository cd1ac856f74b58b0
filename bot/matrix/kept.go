package matrix

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"maunium.net/go/mautrix/id"
)

// handledFor is how long an event stays marked as handled: as long as a crash
// may be repaired in, with what the homeserver says twice.
const handledFor = 7 * 24 * time.Hour

// handled reports whether an event was handled in an earlier life.
func (d *Device) handled(ctx context.Context, event id.EventID) (bool, error) {
	var n int
	err := d.raw.QueryRowContext(ctx, `SELECT count(*) FROM attache_handled WHERE event = $1`, event).Scan(&n)
	return n > 0, err
}

// setHandled marks an event as handled, whatever becomes of the position, and
// forgets those of long ago.
func (d *Device) setHandled(ctx context.Context, event id.EventID, now time.Time) error {
	_, err := d.raw.ExecContext(ctx, `INSERT OR IGNORE INTO attache_handled (event, at) VALUES ($1, $2)`, event, now.UnixMilli())
	if err != nil {
		return err
	}
	_, err = d.raw.ExecContext(ctx, `DELETE FROM attache_handled WHERE at < $1`, now.Add(-handledFor).UnixMilli())
	return err
}

// wasEncrypted reports whether a room has ever said that it is encrypted.
func (d *Device) wasEncrypted(ctx context.Context, room id.RoomID) (bool, error) {
	var n int
	err := d.raw.QueryRowContext(ctx, `SELECT count(*) FROM attache_encrypted WHERE room = $1`, room).Scan(&n)
	return n > 0, err
}

// setEncrypted notes that a room is encrypted, for ever.
func (d *Device) setEncrypted(ctx context.Context, room id.RoomID) error {
	_, err := d.raw.ExecContext(ctx, `INSERT OR IGNORE INTO attache_encrypted (room) VALUES ($1)`, room)
	return err
}

// reactedFor is how long a reaction can be taken back.
const reactedFor = 90 * 24 * time.Hour

// setReaction notes what a reaction stands for, which nobody else tells once it
// is taken back.
func (d *Device) setReaction(ctx context.Context, e id.EventID, r reaction, now time.Time) error {
	_, err := d.raw.ExecContext(ctx, `INSERT INTO attache_reaction (event, room, card, user, action, story, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (event) DO UPDATE SET action = excluded.action`,
		e, r.room, r.card, r.user, r.action, r.story, now.UnixMilli())
	if err == nil {
		_, err = d.raw.ExecContext(ctx, `DELETE FROM attache_reaction WHERE at < $1`, now.Add(-reactedFor).UnixMilli())
	}
	return err
}

// reaction is what a reaction stands for; not ok if it is none that we know.
func (d *Device) reaction(ctx context.Context, e id.EventID) (r reaction, ok bool, err error) {
	err = d.raw.QueryRowContext(ctx, `SELECT room, card, user, action, story FROM attache_reaction WHERE event = $1`, e).
		Scan(&r.room, &r.card, &r.user, &r.action, &r.story)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, err
}

const ungreeted = "ungreeted/"

// setUngreeted notes that a room is to be greeted once we are in it.
func (d *Device) setUngreeted(ctx context.Context, room id.RoomID) error {
	return d.set(ctx, ungreeted+string(room), []byte{1})
}

// setGreeted notes that it was.
func (d *Device) setGreeted(ctx context.Context, room id.RoomID) error {
	_, err := d.raw.ExecContext(ctx, `DELETE FROM attache_value WHERE name = $1`, ungreeted+string(room))
	return err
}

// ungreeted returns the rooms that are to be greeted.
func (d *Device) ungreeted(ctx context.Context) (rooms []id.RoomID, err error) {
	rows, err := d.raw.QueryContext(ctx, `SELECT substr(name, $1) FROM attache_value WHERE name GLOB $2`, len(ungreeted)+1, ungreeted+"*")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var room id.RoomID
		if err := rows.Scan(&room); err != nil {
			return nil, err
		}
		rooms = append(rooms, room)
	}
	return rooms, rows.Err()
}
