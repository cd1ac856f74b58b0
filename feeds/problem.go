package feeds

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// StatusError is an answer that is neither a document nor "not modified".
type StatusError struct {
	Code       int           // the HTTP status
	RetryAfter time.Duration // not before this has passed; 0 when the server did not say
	BotCheck   bool          // it is a test of whether we are a browser

	alone bool // RetryAfter is about this feed, and not about its host
}

// declined is the error of a response that is neither. Alone says that what it
// asks for concerns its feed and no other.
func declined(resp *http.Response, alone bool) *StatusError {
	e := &StatusError{Code: resp.StatusCode, alone: alone}
	if e.Code == http.StatusTooManyRequests || e.Code == http.StatusServiceUnavailable {
		e.RetryAfter = retryAfter(resp.Header)
	}
	page, _ := io.ReadAll(io.LimitReader(resp.Body, checkPart)) // what has come will do
	e.BotCheck = botCheck(resp.Header, page)
	return e
}

func (e *StatusError) Error() string {
	switch {
	case e.Code == http.StatusGone:
		return "410: the feed is gone"
	case e.Code == http.StatusNotModified:
		return "the server answered 304 to a question without conditions"
	case e.BotCheck:
		return fmt.Sprintf("%s (%d)", botCheckWords, e.Code)
	}
	return fmt.Sprintf("the server answered %d", e.Code)
}

// problem is a failure in words for people. Its cause is there for errors.Is
// and is never printed, because net/http quotes whole addresses.
type problem struct {
	words string
	cause error
}

func (p *problem) Error() string { return p.words }
func (p *problem) Unwrap() error { return p.cause }

// Sentence is the part of an error that a State keeps for people.
func Sentence(err error) string {
	if s, ok := errors.AsType[*StatusError](err); ok {
		return s.Error()
	}
	if p, ok := errors.AsType[*problem](err); ok {
		return p.words
	}
	return "it could not be read"
}

// networkWords says what kept a request from being answered.
func networkWords(err error) string {
	if e, ok := errors.AsType[*net.OpError](err); ok && (e.Op == "proxyconnect" || strings.HasPrefix(e.Op, "socks")) {
		return "its proxy gave no connection to the server"
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		if e.IsNotFound {
			return "there is no host of that name"
		}
		return "its host name could not be looked up"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the server's certificate is not to be trusted"
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return "no connection to the server in time"
	}
	_, corrupt := errors.AsType[flate.CorruptInputError](err)
	switch {
	case errors.Is(err, context.Canceled):
		return "the fetch was cancelled"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the server refused the connection"
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), corrupt:
		return "it is not compressed as it says"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "the server hung up before it had answered"
	}
	return "the server gave no answer that HTTP knows"
}

// seconds writes a time limit for people: "30 s", "0.5 s".
func seconds(d time.Duration) string { return fmt.Sprintf("%g s", d.Seconds()) }

// size writes a limit in bytes for people: "16 MB", "512 bytes".
func size(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d MB", n>>20)
}
