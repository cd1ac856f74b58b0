package matrixtest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"
)

// Account is an account of a homeserver.
type Account struct {
	User     id.UserID
	Password string
}

var accounts atomic.Int64

// Account creates an account. Its name has a number behind it, so that no two
// are the same; nobody is logged in to it.
func (s *Server) Account(t testing.TB, name string) Account {
	t.Helper()
	return s.account(t, name, false)
}

// account registers with the secret that the configuration has for that. The
// server logs the new account in at once; that device is removed, for it would
// stand in the account's list.
func (s *Server) account(t testing.TB, name string, admin bool) Account {
	t.Helper()
	name = fmt.Sprintf("%s-%d", name, accounts.Add(1))
	a := Account{id.NewUserID(name, s.Name), rand.Text()}
	var nonce struct{ Nonce string }
	if err := s.call("GET", "/_synapse/admin/v1/register", "", nil, &nonce); err != nil {
		t.Fatalf("registering %s: %v", name, err)
	}
	role := "notadmin"
	if admin {
		role = "admin"
	}
	mac := hmac.New(sha1.New, []byte(sharedSecret))
	fmt.Fprintf(mac, "%s\x00%s\x00%s\x00%s", nonce.Nonce, name, a.Password, role)
	var made struct {
		Token string `json:"access_token"`
	}
	err := s.call("POST", "/_synapse/admin/v1/register", "", map[string]any{
		"username": name, "password": a.Password, "nonce": nonce.Nonce, "admin": admin,
		"mac": hex.EncodeToString(mac.Sum(nil)),
	}, &made)
	if err == nil {
		err = s.call("POST", "/_matrix/client/v3/logout", made.Token, map[string]any{}, nil)
	}
	if err != nil {
		t.Fatalf("registering %s: %v", name, err)
	}
	return a
}

// LoginToken returns a token for one login of type m.login.token, as a browser
// brings it back when somebody has signed in elsewhere. Dendrite takes such
// tokens but never gives one out (it has neither SSO nor login/get_token), so
// this writes it into its database.
func (s *Server) LoginToken(t testing.TB, a Account) string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.dendrite.dir, "userapi.db")+
		"?_time_format=sqlite&_pragma=busy_timeout(5000)&_pragma=synchronous(OFF)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	token := rand.Text()
	// Dendrite compares it as text with its own now, of which this is the shape.
	expires := time.Now().Add(2 * time.Minute).UTC().Format("2006-01-02 15:04:05.999999999-07:00")
	_, err = db.ExecContext(t.Context(), "INSERT INTO userapi_login_tokens (token, token_expires_at, user_id) VALUES ($1, $2, $3)",
		token, expires, string(a.User))
	if err != nil {
		t.Fatalf("a login token for %s: %v", a.User, err)
	}
	return token
}

// call asks the server something.
func (s *Server) call(method, path, token string, body, answer any) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var said []byte
	var err error
	if body != nil {
		if said, err = json.Marshal(body); err != nil {
			return err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, s.URL+path, bytes.NewReader(said))
	if err != nil {
		return err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if got.StatusCode != http.StatusOK {
		return cmp.Or(err, fmt.Errorf("%s %s: %s: %s", method, path, got.Status, text))
	}
	if err == nil && answer != nil {
		err = json.Unmarshal(text, answer)
	}
	return err
}
