package storage

import (
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"attache/bot"
)

// oldRow is a delivery as an attache of schema 1 left it.
type oldRow struct {
	alert, seq      int
	kind            bot.Kind
	severity        bot.Severity
	state           bot.Outcome
	ref             bot.Ref
	attempted, said int64
}

var oldRows = []oldRow{
	{1, 0, bot.KindAlert, bot.Flash, bot.Sent, "r1", 11, 12},
	{1, 1, bot.KindUpdate, bot.Flash, bot.Pending, "", 0, 0},
	{2, 0, bot.KindAlert, bot.Normal, bot.Pending, "", 21, 0},
	{3, 0, bot.KindAlert, bot.Normal, bot.Retry, "", 31, 0},
	{4, 0, bot.KindAlert, bot.Normal, bot.Pending, "", 0, 0},
	{5, 0, bot.KindAlert, bot.Urgent, bot.Pending, "", 0, 0},
	{6, 0, bot.KindAlert, bot.Flash, bot.Pending, "", 0, 0},
	{7, 0, bot.KindAlert, bot.Normal, bot.Pending, "", 0, 0},
	{8, 0, bot.KindAlert, bot.Flash, bot.Dead, "", 81, 0},
}

// old makes a database of schema 1 with deliveries in every state.
func old(t *testing.T, path string) {
	t.Helper()
	name, err := dsn(path)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p, err := migrator(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	do := func(query string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	for i, r := range oldRows {
		card := encoded{bot.Message{Kind: r.kind, Severity: r.severity, Title: bot.Text{Text: "“title”\x00"}}}
		if r.seq == 0 {
			do(`INSERT INTO story (id, opened) VALUES ($1, 1)`, r.alert)
			do(`INSERT INTO item (id, story, opens, version, worded, `+itemColumns+`)
				VALUES ($1, $1, 1, '', 1, '', '', '', '', '', '', '', '', '', '', '[]', 0, 0, 1, '', '[]')`, r.alert)
			do(`INSERT INTO alert (id, story, channel, item, card) VALUES ($1, $1, 'web:desk', $1, $2)`, r.alert, card)
		}
		do(`INSERT INTO delivery (id, alert, channel, kind, seq, key, message, state, reason, ref, created, due, attempts, attempted, sent)
			VALUES ($1, $2, 'web:desk', $3, $4, $1, $5, $6, '', $7, 1, 0, $8, $9, $10)`,
			i+1, r.alert, r.kind, r.seq, card, r.state, r.ref, min(r.attempted, 1), r.attempted, r.said)
	}
}

func TestMigrationOfLiveRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "attache.db")
	old(t, path)
	db := mustOpen(t, path, Options{})
	defer func() { db.Close() }()
	wantLane(t, db)

	// Down with a digest on its way, and up again: it is single alerts as before.
	if err := db.Gather(t.Context(), "web:desk", 1, 9); err != nil {
		t.Fatal(err)
	}
	if err := db.Keep(t.Context(), "slack", "a", nil); err != nil {
		t.Fatal(err)
	}
	if err := db.Notify(t.Context(), bot.Notice{Channel: "web:desk"}, time.Now()); err != nil { // of which schema 2 knows nothing
		t.Fatal(err)
	}
	p, err := migrator(db.write.DB)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.DownTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	var alive int
	if err := db.write.QueryRowContext(t.Context(), `SELECT count(*) FROM delivery WHERE state IN ('pending', 'retry')`).Scan(&alive); err != nil || alive != 7 {
		t.Errorf("down leaves %d deliveries alive (%v), want 7", alive, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = mustOpen(t, path, Options{})
	wantLane(t, db)
	if err := db.Gather(t.Context(), "web:desk", 1, 9); err != nil {
		t.Fatal(err)
	}
	finish(t, db, 7, 6, 2, 3, 4)
	if d, err := db.Next(t.Context(), "web:desk"); err != nil || d.Kind != bot.KindDigest || len(d.Message.Alerts) != 2 || d.ID != 5 {
		t.Errorf("after that comes %+v (%v), want the digest of 4 and 7", d, err)
	}
}

// wantLane sees that a copy of the database says what is alive of oldRows, in
// the order of today.
func wantLane(t *testing.T, db *DB) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	if _, err := db.write.ExecContext(t.Context(), `VACUUM INTO $1`, path); err != nil {
		t.Fatal(err)
	}
	db = mustOpen(t, path, Options{})
	defer db.Close()
	for _, want := range []bot.Delivery{
		{ID: 7, Alert: 6, State: bot.Pending},
		{ID: 6, Alert: 5, State: bot.Pending},
		{ID: 2, Alert: 1, State: bot.Pending, Ref: "r1"},
		{ID: 3, Alert: 2, State: bot.Pending, Attempted: time.UnixMilli(21).UTC()},
		{ID: 4, Alert: 3, State: bot.Retry, Attempted: time.UnixMilli(31).UTC()},
		{ID: 5, Alert: 4, State: bot.Pending},
		{ID: 8, Alert: 7, State: bot.Pending},
	} {
		d, err := db.Next(t.Context(), "web:desk")
		if err != nil || d.ID != want.ID || d.Alert != want.Alert || d.State != want.State || d.Ref != want.Ref || d.Attempted != want.Attempted || d.Doubt != (bot.Doubt{Since: d.Attempted, Last: d.Attempted}) {
			t.Errorf("next is %+v (%v), want %+v", d, err, want)
		}
		finish(t, db, d.ID)
	}
	if lanes, err := db.Lanes(t.Context()); err != nil || len(lanes) > 0 {
		t.Errorf("still alive: %v, %v", lanes, err)
	}
}

func finish(t *testing.T, db *DB, deliveries ...int64) {
	t.Helper()
	for _, id := range deliveries {
		if err := db.Finish(t.Context(), id, bot.Result{State: bot.Sent, At: time.Now(), Ref: "r"}); err != nil {
			t.Fatal(err)
		}
	}
}

// A delivery costs the same whether ten or ten million were delivered before.
func TestNoDeliveryReadsThemAll(t *testing.T) {
	db := opened(t, Options{})
	scan := func(r row) (plan string, err error) {
		err = r.Scan(new(int), new(int), new(int), &plan)
		return plan, err
	}
	for _, query := range []string{
		`UPDATE delivery SET attempts = 1 WHERE ` + wholeOf,
		`UPDATE delivery SET digest = 0 WHERE ` + ofDigest + ` AND ` + inLane,
		`UPDATE delivery SET digest = (SELECT min(id)` + crowd + `) WHERE id IN (SELECT id` + crowd + `)`,
		`SELECT count(*)` + crowd,
		`SELECT max(created) FROM delivery WHERE ` + ofDigest,
		alertQuery + `WHERE first.` + ofDigest,
		`SELECT ref FROM delivery WHERE alert IS NULL AND channel = $1 AND state = 'sent' ORDER BY id DESC`,
	} {
		plans, err := all(t.Context(), db.write, scan, `EXPLAIN QUERY PLAN `+query, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(plans) == 0 || slices.ContainsFunc(plans, func(plan string) bool { return strings.HasPrefix(plan, "SCAN") }) {
			t.Errorf("%s\nis worked by %q", query, plans)
		}
	}
}
