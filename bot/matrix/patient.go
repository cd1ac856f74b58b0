package matrix

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"maunium.net/go/mautrix"
)

// patient is a transport that waits where the homeserver asks to, and asks
// again. Logging in takes a dozen calls at once, and homeservers limit just
// those. A call that was answered by 429 has done nothing.
type patient struct {
	inner http.RoundTripper
	tell  func(pause time.Duration) // that it waits
}

// How long it waits, and how often.
const (
	maxPatience = 30 * time.Second
	patientFor  = 5
)

func (p patient) RoundTrip(req *http.Request) (*http.Response, error) {
	for try := 0; ; try++ {
		resp, err := p.inner.RoundTrip(req)
		again := req.Body == nil || req.GetBody != nil
		if err != nil || resp.StatusCode != http.StatusTooManyRequests || try == patientFor || !again {
			return resp, err
		}
		text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
		resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(text))
		said := mautrix.HTTPError{Response: resp, RespError: &mautrix.RespError{}}
		if err != nil || json.Unmarshal(text, said.RespError) != nil {
			said.RespError = nil
		}
		pause := pauseOf(said)
		if pause > maxPatience {
			return resp, nil
		}
		p.tell(pause)
		if err := sleep(req.Context(), pause); err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		if req.GetBody != nil {
			if req.Body, err = req.GetBody(); err != nil {
				return nil, err
			}
		}
	}
}
