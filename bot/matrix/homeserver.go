package matrix

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"attache/bot"
)

// findHomeserver returns where the server of a user takes clients, and makes
// sure that a homeserver answers there. It is where the operator says, or else
// where the server says, or else at the server's own name
// (https://spec.matrix.org/v1.16/client-server-api/#server-discovery). Its
// errors are sentences.
func findHomeserver(ctx context.Context, user id.UserID, configured string, transport http.RoundTripper) (string, error) {
	client := &http.Client{Transport: transport, Timeout: callTime, CheckRedirect: onlyTo(private)}
	if configured != "" {
		return configured, isHomeserver(ctx, client, configured)
	}
	name := user.Homeserver()
	found, err := wellKnown(ctx, client, name)
	if err != nil {
		return "", fmt.Errorf("%w: set matrix.homeserver to where %s takes clients", err, name)
	}
	guess := cmp.Or(found, "https://"+name)
	err = isHomeserver(ctx, client, guess)
	if err != nil && found == "" {
		err = fmt.Errorf("%s has no https://%s/.well-known/matrix/client, and %w: set matrix.homeserver to where it takes clients", name, name, err)
	}
	return guess, err
}

// wellKnown is what a server says of where it takes clients; "" if it says
// nothing.
func wellKnown(ctx context.Context, client *http.Client, name string) (string, error) {
	address := "https://" + name + "/.well-known/matrix/client"
	status, text, err := get(ctx, client, address)
	switch {
	case err != nil:
		return "", errors.New(unanswered(address, err))
	case status == http.StatusNotFound:
		return "", nil
	case status != http.StatusOK:
		return "", fmt.Errorf("%s answered %d", address, status)
	}
	var said mautrix.ClientWellKnown
	if json.Unmarshal(text, &said) != nil || said.Homeserver.BaseURL == "" {
		return "", fmt.Errorf("%s does not name a homeserver", address)
	}
	base := strings.TrimRight(said.Homeserver.BaseURL, "/")
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.User != nil || !private(u) {
		return "", fmt.Errorf("%s names %q as the homeserver, which is no https address", address, bot.OneLine(base, 100))
	}
	return base, nil
}

// isHomeserver is nil if what answers at an address is a homeserver of Matrix
// that speaks a version of ours: 1.1 is the first whose paths begin with v3.
func isHomeserver(ctx context.Context, client *http.Client, base string) error {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || !private(u) {
		return fmt.Errorf("%s is no https address, and a password is not sent where others may listen", base)
	}
	status, text, err := get(ctx, client, base+"/_matrix/client/versions")
	if err != nil {
		return errors.New(unanswered(base, err))
	}
	var said mautrix.RespVersions
	if status != http.StatusOK || json.Unmarshal(text, &said) != nil || len(said.Versions) == 0 {
		return fmt.Errorf("what answers at %s is not a homeserver of Matrix", base)
	}
	if !said.ContainsGreaterOrEqual(mautrix.SpecV11) {
		return fmt.Errorf("the homeserver at %s is too old: it speaks Matrix up to %s, and we need v1.1", base, said.GetLatest())
	}
	return nil
}

// private reports whether nobody can listen in to what is sent to an address.
func private(u *url.URL) bool {
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || err == nil && ip.IsLoopback())
}

// onlyTo follows redirections to some addresses.
func onlyTo(may func(*url.URL) bool) func(*http.Request, []*http.Request) error {
	return func(r *http.Request, before []*http.Request) error {
		if len(before) > 5 || !may(r.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}
}

// get reads a small answer.
func get(ctx context.Context, client *http.Client, address string) (status int, text []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	text, err = io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	return resp.StatusCode, text, err
}

// unanswered is a sentence about an address that gave no answer.
func unanswered(address string, err error) string {
	if n, ok := errors.AsType[net.Error](err); ok && n.Timeout() {
		return address + " did not answer in time"
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Sprintf("%s cannot be reached: there is no host %s", address, dns.Name)
	}
	if cert, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Sprintf("the certificate of %s is not valid: %v", address, cert.Err)
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return fmt.Sprintf("%s cannot be reached: %v", address, err)
}

// sentence is what an answer of a homeserver means to whoever set us up. What
// it says itself is quoted, as people may see it.
func sentence(base string, err error) string {
	said, ok := errors.AsType[mautrix.HTTPError](err)
	if !ok {
		return bot.OneLine(err.Error(), 500)
	}
	c := errcode(err)
	switch {
	case c == "M_LIMIT_EXCEEDED":
		return fmt.Sprintf("the homeserver asks to wait: try again in %s", pauseOf(said))
	case c == "M_UNKNOWN_TOKEN" || c == "M_MISSING_TOKEN":
		return "the homeserver does not know our login any more"
	case remedies[c] != "" && c != "M_FORBIDDEN":
		return remedies[c]
	case said.RespError != nil && c != "":
		return fmt.Sprintf("the homeserver refuses it: %s (%s)", bot.OneLine(said.RespError.Err, 200), bot.OneLine(c, 60))
	case said.Response != nil && said.WrappedError == nil || said.WrappedError != nil && said.Response != nil && said.Response.StatusCode >= 300:
		return fmt.Sprintf("the homeserver at %s answered %d", base, said.Response.StatusCode)
	case said.WrappedError != nil:
		return bot.OneLine(unanswered(base, said.WrappedError), 500)
	}
	return base + " did not answer"
}
