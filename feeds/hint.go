package feeds

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// freshness is how long a response says it stays fresh: max-age, else Expires
// less Date, and of either less the Age it has already spent in caches (RFC 9111
// section 4.2). It is 0 when the server does not say, and when it says "do not
// keep", which is not the same as "ask at once".
func freshness(h http.Header) time.Duration {
	return max(0, lifetime(h)-deltaSeconds(h.Get("Age")))
}

// lifetime is RFC 9111 section 4.2.1.
func lifetime(h http.Header) time.Duration {
	control := strings.ToLower(strings.Join(h.Values("Cache-Control"), ","))
	for directive := range strings.SplitSeq(control, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			return deltaSeconds(strings.Trim(value, `"`))
		}
	}
	expires, err := http.ParseTime(h.Get("Expires"))
	if err != nil {
		return 0
	}
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		date = time.Now() // RFC 9110 section 6.6.1
	}
	return expires.Sub(date)
}

// retryAfter reads Retry-After, seconds or a date (RFC 9110 section 10.2.3).
func retryAfter(h http.Header) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return deltaSeconds(value)
}

// deltaSeconds reads a whole number of seconds; 0 if it is none. A number that
// no Duration holds counts as a long time (RFC 9111 section 1.2.2).
func deltaSeconds(s string) time.Duration {
	const long = 1 << 31
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 64)
	if err != nil && n == 0 {
		return 0
	}
	return time.Duration(min(n, long)) * time.Second
}
