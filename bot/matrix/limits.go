package matrix

import (
	"encoding/json"
	"math"
)

// maxSize is how many bytes of JSON a message may have, body and formatted_body
// together. An event is refused above 65,536 bytes in all
// (https://spec.matrix.org/v1.16/client-server-api/#size-limits). An edit says
// everything twice, once for clients that know no edits, so 24,000; the rest of
// its content is below 1,000; encrypted that is 33,400 of base64; and the rest of
// the event, with auth and previous events, has thousands left. They are left
// on purpose: homeservers and bridges add to events what they like, and nobody
// reads a longer message.
const maxSize = 12_000

// size is how many bytes of JSON the words are. Go writes "<" as six of them
// where a server that puts events into canonical form writes one, so this is
// never too little.
func (w words) size() int {
	n := 0
	for _, text := range []string{w.Body, w.HTML} {
		raw, err := json.Marshal(text)
		if err != nil {
			return math.MaxInt // it cannot fail; if it did, it could not be sent
		}
		n += len(raw)
	}
	return n
}
