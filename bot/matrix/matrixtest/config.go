package matrixtest

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

const (
	serverName   = "localhost"
	sharedSecret = "registrationSecretOfTheTests"
)

// settings are what a server may be told.
type settings struct {
	threshold int // 0: no limits
	cooloff   time.Duration
}

// launch makes the files of a homeserver in dir and starts it.
func launch(program, keys, dir string, s settings, logf func(string, ...any)) (*dendrite, error) {
	cmd := exec.Command(keys, "--private-key", "matrix_key.pem")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("generate-keys: %w: %s", err, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "dendrite.yaml"), []byte(s.config()), 0o600); err != nil {
		return nil, err
	}
	for _, name := range databases {
		if err := createDatabase(filepath.Join(dir, name+".db")); err != nil {
			return nil, err
		}
	}
	d := &dendrite{program: program, dir: dir, logf: logf}
	var err error
	for range 3 { // somebody may take the port before it does
		if d.addr, err = freeAddr(); err == nil {
			if err = d.start(); err == nil {
				return d, nil
			}
		}
	}
	return nil, fmt.Errorf("%w; it printed:\n%s", err, d.tail())
}

var databases = []string{"federationapi", "roomserver", "keyserver", "syncapi", "userapi", "relayapi", "mscs", "mediaapi"}

// createDatabase makes a database with a write-ahead log, which stays so
// whoever opens it: Dendrite would not ask for one. Then those who read, like
// Stored, are in nobody's way.
func createDatabase(path string) error {
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec("PRAGMA journal_mode = WAL")
	return err
}

// config is dendrite.yaml. Its queues are on disk like its databases, so that a
// restart loses nothing.
func (s settings) config() string {
	limits := "{enabled: false}"
	if s.threshold > 0 {
		limits = fmt.Sprintf("{enabled: true, threshold: %d, cooloff_ms: %d}", s.threshold, s.cooloff.Milliseconds())
	}
	return fmt.Sprintf(`version: 2
global:
  server_name: %s
  private_key: matrix_key.pem
  disable_federation: true
  cache: {max_size_estimated: 64mb, max_age: 1h}
  trusted_third_party_id_servers: []
  presence: {enable_inbound: false, enable_outbound: false}
  report_stats: {enabled: false}
  jetstream:
    in_memory: false
    storage_path: ./jetstream
    topic_prefix: Dendrite
  metrics: {enabled: false}
client_api:
  registration_disabled: true
  guests_disabled: true
  registration_shared_secret: %q
  rate_limiting: %s
federation_api:
  key_perspectives: []
  database: {connection_string: "file:federationapi.db"}
room_server:
  database: {connection_string: "file:roomserver.db"}
key_server:
  database: {connection_string: "file:keyserver.db"}
sync_api:
  database: {connection_string: "file:syncapi.db"}
  search: {enabled: false}
user_api:
  bcrypt_cost: 4
  account_database: {connection_string: "file:userapi.db"}
relay_api:
  database: {connection_string: "file:relayapi.db"}
mscs:
  mscs: []
  database: {connection_string: "file:mscs.db"}
media_api:
  base_path: ./media_store
  max_file_size_bytes: 1048576
  database: {connection_string: "file:mediaapi.db"}
logging:
  - type: std
    level: warn
`, serverName, sharedSecret, limits)
}
