package storage

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// millis is a time as a column: Unix milliseconds UTC, 0 for the zero time.
type millis struct{ t *time.Time }

// Value implements driver.Valuer.
func (m millis) Value() (driver.Value, error) {
	if m.t.IsZero() {
		return int64(0), nil
	}
	return m.t.UnixMilli(), nil
}

// Scan implements sql.Scanner.
func (m millis) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a time is stored as %T", v)
	}
	*m.t = time.Time{}
	if n != 0 {
		*m.t = time.UnixMilli(n).UTC()
	}
	return nil
}

// encoded is what p points to as a column of JSON.
type encoded struct{ p any }

// Value implements driver.Valuer.
func (e encoded) Value() (driver.Value, error) {
	b, err := json.Marshal(e.p)
	return string(b), err
}

// Scan implements sql.Scanner.
func (e encoded) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("JSON is stored as %T", v)
	}
	return json.Unmarshal([]byte(s), e.p)
}
