package matrixtest

import (
	"database/sql"
	"encoding/json"
	"path/filepath"
	"testing"

	"maunium.net/go/mautrix/id"
)

// Stored is an event as the homeserver has stored it: what stands in a room to
// all who can read its database.
type Stored struct {
	ID       id.EventID
	Sender   id.UserID
	Type     string
	StateKey *string // nil: no state
	Content  json.RawMessage
	Raw      json.RawMessage // the whole event as it is there (its id is not in it)
}

// Stored returns the events of a room, in the order in which the homeserver took
// them. It reads the homeserver's own database, so that no API can hide
// anything; what was redacted is redacted there too.
func (s *Server) Stored(t testing.TB, room id.RoomID) []Stored {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.dendrite.dir, "roomserver.db")+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `
		SELECT e.event_id, j.event_json FROM roomserver_events e
		JOIN roomserver_event_json j USING (event_nid) JOIN roomserver_rooms r USING (room_nid)
		WHERE r.room_id = $1 AND NOT e.is_rejected ORDER BY e.event_nid`, string(room))
	if err != nil {
		t.Fatalf("the events of %s: %v", room, err)
	}
	defer rows.Close()
	var stored []Stored
	for rows.Next() {
		var e Stored
		if err := rows.Scan(&e.ID, (*[]byte)(&e.Raw)); err != nil {
			t.Fatalf("the events of %s: %v", room, err)
		}
		var said struct {
			Sender   id.UserID
			Type     string
			StateKey *string `json:"state_key"`
			Content  json.RawMessage
		}
		if err := json.Unmarshal(e.Raw, &said); err != nil {
			t.Fatalf("the event %s: %v", e.ID, err)
		}
		e.Sender, e.Type, e.StateKey, e.Content = said.Sender, said.Type, said.StateKey, said.Content
		stored = append(stored, e)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("the events of %s: %v", room, err)
	}
	return stored
}
