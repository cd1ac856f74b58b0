package slacktest

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// wholeHistory asks the peer for all it has: which part of it was wanted is
// worked out here, since the peers do not, or not alike.
func wholeHistory(form url.Values) []byte {
	all := url.Values{"channel": {form.Get("channel")}, "limit": {"1000"}, "token": {form.Get("token")}}
	if ts := form.Get("ts"); ts != "" {
		all.Set("ts", ts)
	}
	return []byte(all.Encode())
}

// shape makes the peer's answer Slack's.
func (p *Proxy) shape(r Request, said map[string]any) {
	switch r.Method {
	case "conversations.history", "conversations.replies":
		p.shapeHistory(r, said)
	case "conversations.info":
		p.shapeChannel(r.Token, said["channel"])
	case "conversations.list":
		channels, _ := said["channels"].([]any)
		for _, channel := range channels {
			p.shapeChannel(r.Token, channel)
		}
	case "apps.connections.open":
		if address, ok := said["url"].(string); ok {
			said["url"] = strings.Replace(address, "ws"+strings.TrimPrefix(p.peer, "http"), "ws"+strings.TrimPrefix(p.URL, "http"), 1)
		}
	}
}

// shapeChannel says whether the app is a member: a peer says it always is.
func (p *Proxy) shapeChannel(token string, channel any) {
	c, ok := channel.(map[string]any)
	id, _ := c["id"].(string)
	if !ok || id == "" {
		return
	}
	if there, member := p.member(token, id); there && c["is_im"] != true {
		c["is_member"] = member
	}
}

// shapeHistory picks the messages that were wanted, and gives those metadata
// that had some. https://docs.slack.dev/reference/methods/conversations.history
func (p *Proxy) shapeHistory(r Request, said map[string]any) {
	all, _ := said["messages"].([]any)
	wanted, more := r.part(all)
	for _, message := range wanted {
		m := message.(map[string]any)
		ts, _ := m["ts"].(string)
		if include := r.Form.Get("include_all_metadata"); include != "1" && include != "true" {
			delete(m, "metadata")
			continue
		}
		p.mu.Lock()
		if kept, ok := p.metadata[r.Form.Get("channel")+" "+ts]; ok {
			m["metadata"] = kept
		}
		p.mu.Unlock()
	}
	said["messages"], said["has_more"] = wanted, more != ""
	said["response_metadata"] = object{"next_cursor": more}
	if r.Method == "conversations.replies" && len(all) == 0 {
		clear(said)
		said["ok"], said["error"] = false, "thread_not_found"
	}
}

// part is the part of a history that was asked for, and the cursor of the next
// one. The first message of a thread is in every part of it.
func (r Request) part(all []any) (wanted []any, next string) {
	wanted = []any{} // not null
	limit, err := strconv.Atoi(r.Form.Get("limit"))
	if err != nil || limit <= 0 {
		limit = 100
	}
	inclusive := r.Form.Get("inclusive") == "1" || r.Form.Get("inclusive") == "true"
	beyond := func(bound, ts string, sign int) bool {
		order := sign * compareTS(ts, bound)
		return bound != "" && (order > 0 || order == 0 && !inclusive)
	}
	cursor := r.Form.Get("cursor")
	for _, message := range all {
		m, _ := message.(map[string]any)
		ts, _ := m["ts"].(string)
		switch {
		case m["subtype"] == "ephemeral": // they are nowhere but on a screen
		case ts == r.Form.Get("ts"):
			wanted = append(wanted, m)
		case cursor != "" && ts != cursor:
		case beyond(r.Form.Get("oldest"), ts, -1) || beyond(r.Form.Get("latest"), ts, 1):
		case limit == 0:
			return wanted, ts
		default:
			cursor = "" // this is where the part before has ended
			wanted = append(wanted, m)
			limit--
		}
	}
	return wanted, ""
}

// compareTS orders two ts by seconds, then by what follows the point. (As
// numbers of 64 bits, they would lose the last digit.)
func compareTS(a, b string) int {
	aWhole, aRest, _ := strings.Cut(a, ".")
	bWhole, bRest, _ := strings.Cut(b, ".")
	width := max(len(aRest), len(bRest))
	return cmp.Or(
		cmp.Compare(len(aWhole), len(bWhole)), strings.Compare(aWhole, bWhole),
		strings.Compare(aRest+strings.Repeat("0", width-len(aRest)), bRest+strings.Repeat("0", width-len(bRest))),
	)
}

// noPlace is what is wrong with speaking or listening in a channel; "" if
// nothing, or if the peer has to know. The peers let anybody in anywhere.
func (p *Proxy) noPlace(r Request) string {
	channel := r.Form.Get("channel")
	switch r.Method {
	case "chat.postMessage", "chat.postEphemeral", "chat.update", "conversations.history", "conversations.replies":
	default:
		return ""
	}
	if strings.HasPrefix(channel, "U") {
		return "" // to a user, in private
	}
	there, member := p.member(r.Token, channel)
	switch {
	case !there:
		return "channel_not_found"
	case !member && r.Method != "chat.update": // of a message that was not posted there
		return "not_in_channel"
	}
	return ""
}

// member asks the peer whether a channel is there and the app in it. Where the
// app may not know, it says yes to both.
func (p *Proxy) member(token, channel string) (there, member bool) {
	key := token + " " + channel
	p.mu.Lock()
	known := p.members[key]
	p.mu.Unlock()
	if known {
		return true, true
	}
	var said struct {
		OK      bool
		Error   string
		Members []string
	}
	body, err := call(p.client, p.peer+"/api/conversations.members", token, url.Values{"channel": {channel}, "limit": {"1000"}})
	if err != nil || json.Unmarshal(body, &said) != nil || !said.OK {
		return said.Error != "channel_not_found", true
	}
	names := p.user(token)
	member = len(names) == 0 || slices.ContainsFunc(said.Members, func(m string) bool { return slices.Contains(names, m) })
	p.mu.Lock()
	defer p.mu.Unlock()
	p.members[key] = member
	return true, member
}

// user returns what the peer calls the user of a token.
func (p *Proxy) user(token string) []string {
	p.mu.Lock()
	names := p.users[token]
	p.mu.Unlock()
	if names != nil {
		return names
	}
	var said struct {
		User   string `json:"user"`
		UserID string `json:"user_id"`
	}
	body, err := call(p.client, p.peer+"/api/auth.test", token, nil)
	if err != nil || json.Unmarshal(body, &said) != nil || said.UserID == "" {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users[token] = []string{said.UserID, said.User}
	return p.users[token]
}
