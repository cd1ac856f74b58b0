package storage

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attache/bot"
	"attache/feeds"
	"attache/storage/storagetest"
)

func TestStorage(t *testing.T) {
	storagetest.Test(t, func(t *testing.T) func() storagetest.DB {
		path := filepath.Join(t.TempDir(), "attache.db")
		return func() storagetest.DB { return mustOpen(t, path, Options{}) }
	})
}

// mustOpen opens a database that the caller closes.
func mustOpen(t testing.TB, path string, o Options) *DB {
	t.Helper()
	db, err := Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// opened is a new database, closed with the test.
func opened(t testing.TB, o Options) *DB {
	t.Helper()
	db := mustOpen(t, filepath.Join(t.TempDir(), "attache.db"), o)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// news is a plan in which each title is a new item that opens a story, and the
// first of them is told to the desk.
func news(titles ...string) bot.Plan {
	p := bot.Plan{Feed: "wire", At: time.Now()}
	for i, title := range titles {
		p.Items = append(p.Items, bot.PlanItem{Item: feeds.Item{GUID: title, Title: title, Seen: p.At}, Story: bot.StoryRef(-1 - i)})
		p.Stories = append(p.Stories, i)
	}
	p.Alerts = []bot.PlanAlert{{Story: -1, Channel: "web:desk", Card: bot.Message{Kind: bot.KindAlert}}}
	return p
}

func mustApply(t testing.TB, db *DB, p bot.Plan) bot.Applied {
	t.Helper()
	done, err := db.Apply(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// The bot's own tests run in bubbles, where a goroutine that database/sql left
// behind, or a wait that is none of theirs, would be a deadlock.
func TestBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := mustOpen(t, filepath.Join(t.TempDir(), "attache.db"), Options{})
		planned := time.Now()
		mustApply(t, db, news("a"))
		time.Sleep(time.Hour)
		synctest.Wait()
		d, err := db.Next(t.Context(), "web:desk")
		if err != nil {
			t.Fatal(err)
		}
		if !d.Created.Equal(planned) || time.Since(d.Created) != time.Hour {
			t.Errorf("a delivery planned at %v was created at %v, and an hour later it is %v", planned, d.Created, time.Now())
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestVersionsAreKept(t *testing.T) {
	db := opened(t, Options{})
	id := mustApply(t, db, news("one")).Items[0]
	for i, title := range []string{"two", "three"} {
		it := feeds.Item{GUID: "one", Title: title}
		mustApply(t, db, bot.Plan{Feed: "wire", At: time.UnixMilli(int64(i + 1)), Items: []bot.PlanItem{{Item: it, Known: id}}})
	}
	type version struct {
		title, fingerprint string
		worded             int64
	}
	scan := func(r row) (v version, err error) {
		err = r.Scan(&v.title, &v.fingerprint, &v.worded)
		return v, err
	}
	got, err := all(t.Context(), db.read, scan, `SELECT title, version, worded FROM item_version WHERE item = $1
		UNION ALL SELECT title, version, worded FROM item WHERE id = $1`, id)
	if err != nil {
		t.Fatal(err)
	}
	for i, title := range []string{"one", "two", "three"} {
		want := version{title, feeds.Item{Title: title}.Version(), int64(i)}
		if i == 0 && len(got) > 0 {
			want.worded = got[0].worded // now
		}
		if len(got) != 3 || got[i] != want {
			t.Fatalf("got %v, want %v as number %d of 3", got, want, i)
		}
	}
}

func TestMillis(t *testing.T) {
	for _, c := range []struct {
		t    time.Time
		want int64
	}{
		{time.Time{}, 0},
		{time.Date(1970, 1, 1, 1, 0, 0, 1_999_999, time.FixedZone("", 3600)), 1},
		{time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC), -1000},
		{time.Date(2026, 3, 14, 7, 26, 53, 0, time.UTC), 1773473213000},
	} {
		got, err := millis{&c.t}.Value()
		if err != nil || got != c.want {
			t.Errorf("%v is stored as %v (%v), want %d", c.t, got, err, c.want)
		}
		var back time.Time
		if err := (millis{&back}).Scan(c.want); err != nil || !back.Equal(c.t.Truncate(time.Millisecond)) || back.Location() != time.UTC {
			t.Errorf("%d comes back as %v (%v), want %v in UTC", c.want, back, err, c.t)
		}
	}
}

func TestTooManyWords(t *testing.T) {
	db := opened(t, Options{})
	var query strings.Builder
	for i := range maxWords {
		fmt.Fprintf(&query, "word%d ", i)
	}
	if _, err := db.Search(t.Context(), query.String(), 1); err != nil {
		t.Error(err)
	}
	if _, err := db.Search(t.Context(), query.String()+"more", 1); err == nil || !strings.Contains(err.Error(), "251 words are too many") {
		t.Errorf("got %v", err)
	}
}
