package matrix

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"time"

	"maunium.net/go/mautrix"
)

// ssoTime is how long somebody has to log in at the homeserver's page.
const ssoTime = 5 * time.Minute

// bySSO has somebody log in at the homeserver's own page, which sends the
// browser back to us with a token that is good for one login
// (https://spec.matrix.org/v1.16/client-server-api/#sso-client-login).
func (n *newcomer) bySSO(ctx context.Context) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("waiting for the browser: %w", err)
	}
	defer l.Close()
	back := &url.URL{Scheme: "http", Host: l.Addr().String(), Path: "/" + rand.Text() + "/"}
	page := n.client.BuildURLWithQuery(mautrix.ClientURLPath{"v3", "login", "sso", "redirect"}, map[string]string{"redirectUrl": back.String()})
	_, port, _ := net.SplitHostPort(back.Host)
	n.tell("Open this address in a browser and log in there as %s, within %d minutes:\n\n    %s\n\n"+
		"At the end it comes back to this machine. For a browser on another one, run there first: ssh -L %s:127.0.0.1:%s THIS-MACHINE",
		n.User, int(ssoTime.Minutes()), page, port, port)
	ctx, cancel := context.WithTimeout(ctx, ssoTime)
	defer cancel()
	if n.session, err = comesBack(ctx, l, back); err != nil {
		return err
	}
	err = n.take(ctx, &mautrix.ReqLogin{Type: mautrix.AuthTypeToken, Token: n.session})
	if errcode(err) == "M_FORBIDDEN" {
		return errors.New("the homeserver does not take what its own page has sent: log in again")
	}
	return err
}

// comesBack waits for a browser at an address that nobody else knows, so that
// no other page can log us in as somebody, and returns the token that it brings.
func comesBack(ctx context.Context, l net.Listener, back *url.URL) (string, error) {
	tokens := make(chan string, 1)
	srv := &http.Server{
		ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10,
		ErrorLog: log.New(io.Discard, "", 0),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token := r.URL.Query().Get("loginToken")
			// The host, because a name of another's may point here.
			if r.Method != http.MethodGet || r.Host != back.Host || r.URL.Path != back.Path || token == "" {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("Referrer-Policy", "no-referrer")
			w.Header().Set("Content-Security-Policy", "default-src 'none'")
			fmt.Fprintln(w, "Attaché has what it needs. This page can be closed.")
			select {
			case tokens <- token:
			default: // it was here already
			}
		}),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	defer func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = srv.Shutdown(grace) // the page is sent, or is not needed
		_ = srv.Close()
	}()
	select {
	case token := <-tokens:
		return token, nil
	case err := <-served:
		return "", fmt.Errorf("waiting for the browser: %w", err)
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return "", fmt.Errorf("nobody has logged in at the homeserver's page within %d minutes", int(ssoTime.Minutes()))
		}
		return "", ctx.Err()
	}
}
