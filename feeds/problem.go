package feeds

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// StatusError is an answer that is neither a document nor "not modified".
type StatusError struct {
	Code       int           // the HTTP status
	RetryAfter time.Duration // not before this has passed; 0 when the server did not say
}

func (e *StatusError) Error() string {
	switch e.Code {
	case http.StatusGone:
		return "410: the feed is gone"
	case http.StatusNotModified:
		return "the server answered 304 to a question without conditions"
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
	switch {
	case errors.Is(err, context.Canceled):
		return "the fetch was cancelled"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the server refused the connection"
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
