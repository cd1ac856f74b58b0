package web

import (
	"context"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"attache/bot"
)

var update = flag.Bool("update", false, "write the golden files anew")

// serve runs a page on loopback until the test ends, and returns its address
// without the last slash.
func serve(t *testing.T, d *shelf, o Options) (*Server, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.Listener, o.Zone = l, time.UTC
	s, err := New(d, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, d) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return s, strings.TrimSuffix(s.URL(), "/")
}

// fetch makes a request and returns the answer with its body read.
func fetch(t *testing.T, method, address, form string, head ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	if form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(head); i += 2 {
		req.Header.Set(head[i], head[i+1])
		if head[i] == "Host" {
			req.Host = head[i+1]
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(req) // follows no redirect
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestChannelPage(t *testing.T) {
	_, base := serve(t, morning(), Options{Title: "Demo: invented news"})
	resp, _ := fetch(t, "GET", base+"/", "")
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/c/desk" {
		t.Errorf("/ answered %s to %q, want a redirect to /c/desk", resp.Status, resp.Header.Get("Location"))
	}
	resp, body := fetch(t, "GET", base+"/c/desk", "")
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the page answered %s: %s", resp.Status, body)
	}
	for _, want := range []string{
		"Demo: invented news",
		`id="alert-6"`, "Velm Foreign Ministry", `<time datetime="2026-11-23T10:02:00Z">23 Nov, 10:02 UTC</time>`,
		`<mark>ceasefire</mark>`,
		"and 1 more",                           // outlets folded
		`value="why 40"`,                       // the story's number is a button
		`<del>Karsia recalls its envoy`,        // corrected
		`<li value="4">`,                       // subscriptions keep their numbers
		"4 sources: 3 well, 1 broken", "<code", // health
		`href="/c/energy"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(body, "<article"); n != 6 {
		t.Errorf("the page has %d cards, want 6", n)
	}
}

func TestEmptyChannelSaysWhatToType(t *testing.T) {
	_, base := serve(t, morning(), Options{})
	_, body := fetch(t, "GET", base+"/c/energy", "")
	if !strings.Contains(body, "Tell Attaché what to watch for") || !strings.Contains(body, `value="subscribe `) {
		t.Errorf("an empty channel does not say what to type:\n%s", body)
	}
	resp, _ := fetch(t, "GET", base+"/c/no%20such%2Fname", "")
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("a name that no channel has answered %s, want 404", resp.Status)
	}
}

func TestFeedsPage(t *testing.T) {
	_, base := serve(t, morning(), Options{})
	_, body := fetch(t, "GET", base+"/feeds", "")
	for _, want := range []string{"Вестник Карсии", "failing for 3 h: the server answered 403",
		`data-condition="broken"><span class="dot bad"></span>broken</td>`, `data-condition="well"><span class="dot good"></span>well</td>`, `href="https://wire.example/world.xml"`, "none yet"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of feeds lacks %q", want)
		}
	}
}

// A notice stands in the page of its channel as it was posted, in its order,
// for whoever comes later too.
func TestNoticeStays(t *testing.T) {
	s := morning()
	for i := range s.alerts {
		s.alerts[i].Card.Sent = at("10:30").Add(-time.Duration(i) * time.Hour)
	}
	s.notices = []bot.Delivery{{Ref: "note-1", Message: bot.Message{Kind: bot.KindNotice, Channel: desk, Seen: at("10:00"), Sent: at("10:00"),
		Lines: []bot.Line{{Text: "✗ <Wire> is broken", Detail: "failing for 1 h"}}}}}
	_, base := serve(t, s, Options{})
	_, body := fetch(t, "GET", base+"/c/desk", "")
	notice := strings.Index(body, `id="note-1"`)
	if first, second := strings.Index(body, `id="alert-6"`), strings.Index(body, `id="alert-5"`); first >= notice || notice >= second {
		t.Errorf("the notice stands at %d, the alerts before and after it at %d and %d", notice, first, second)
	}
	if !strings.Contains(body, "✗ &lt;Wire&gt; is broken") || !strings.Contains(body, "failing for 1 h") {
		t.Errorf("the notice is not told:\n%s", body)
	}
	if _, body := fetch(t, "GET", base+"/c/energy", ""); strings.Contains(body, "note-1") {
		t.Error("another channel has the notice too")
	}
}

func TestCommandThenReloadRepeatsNothing(t *testing.T) {
	d := &shelf{}
	_, base := serve(t, d, Options{})
	resp, _ := fetch(t, "POST", base+"/c/desk", url.Values{"line": {" /attache subscribe karsia "}}.Encode())
	if resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("a command answered %s, want a redirect", resp.Status)
	}
	there := base + resp.Header.Get("Location")
	for range 2 {
		_, body := fetch(t, "GET", there, "")
		if !strings.Contains(body, "Subscribed as 2") || !strings.Contains(body, "<code dir=\"auto\">subscribe karsia</code>") {
			t.Errorf("the answer is not in the page:\n%s", body)
		}
	}
	if len(d.subs) != 1 || d.subs[0].Rule != "karsia" {
		t.Errorf("the command was worked as %v, want once and without what chat puts before it", d.subs)
	}
	if _, body := fetch(t, "GET", strings.Replace(there, "/c/desk", "/c/energy", 1), ""); strings.Contains(body, "Subscribed") {
		t.Error("another channel shows the answer")
	}
	for range maxAnswers {
		fetch(t, "POST", base+"/c/desk", "line=help")
	}
	if _, body := fetch(t, "GET", there, ""); !strings.Contains(body, "no longer kept") {
		t.Error("an answer that has gone is not said to have")
	}
}

// A mistake is announced at once, other answers in their turn.
func TestMistakeIsAnAlert(t *testing.T) {
	_, base := serve(t, &shelf{}, Options{})
	for line, want := range map[string]string{"nonsense": `id="answer" role="alert"`, "why 12": `id="answer" role="status"`, "": `id="answer" role="status"`} {
		resp, _ := fetch(t, "POST", base+"/c/desk", url.Values{"line": {line}}.Encode())
		if _, body := fetch(t, "GET", base+resp.Header.Get("Location"), ""); !strings.Contains(body, want) {
			t.Errorf("the answer to %q lacks %s:\n%s", line, want, body)
		}
	}
}

func TestCodeKeepsItsCaret(t *testing.T) {
	_, base := serve(t, &shelf{}, Options{})
	resp, _ := fetch(t, "POST", base+"/c/desk", "line=nonsense")
	_, body := fetch(t, "GET", base+resp.Header.Get("Location"), "")
	if want := "<pre tabindex=\"0\">karsia AND (\n            ^ a word or a ) is missing here</pre>"; !strings.Contains(body, want) {
		t.Errorf("the page lacks %q:\n%s", want, body)
	}
}

func TestBodyIsBounded(t *testing.T) {
	_, base := serve(t, &shelf{}, Options{})
	resp, body := fetch(t, "POST", base+"/c/desk", "line="+strings.Repeat("x", maxBody))
	if resp.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(body, "too long") {
		t.Errorf("a body over the limit answered %s", resp.Status)
	}
}

func TestStaticFilesHaveETags(t *testing.T) {
	_, base := serve(t, &shelf{}, Options{})
	for name, kind := range map[string]string{"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"} {
		resp, body := fetch(t, "GET", base+"/static/"+name, "")
		if !strings.HasPrefix(resp.Header.Get("Content-Type"), kind) || body == "" {
			t.Errorf("%s is %q with %d bytes, want %s", name, resp.Header.Get("Content-Type"), len(body), kind)
		}
		resp, _ = fetch(t, "GET", base+"/static/"+name, "", "If-None-Match", resp.Header.Get("ETag"))
		if resp.StatusCode != http.StatusNotModified {
			t.Errorf("%s asked for again by its ETag answered %s, want 304", name, resp.Status)
		}
	}
	if resp, _ := fetch(t, "GET", base+"/static/page.html", ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a file that is not there answered %s, want 404", resp.Status)
	}
}

func TestBrokenDeskIsSaid(t *testing.T) {
	_, base := serve(t, &shelf{err: errors.New("disk on fire")}, Options{})
	for _, p := range []string{"/c/desk", "/feeds"} {
		resp, body := fetch(t, "GET", base+p, "")
		if resp.StatusCode != http.StatusInternalServerError || strings.Contains(body, "fire") || !strings.Contains(body, "the log says why") {
			t.Errorf("%s answered %s: %s", p, resp.Status, body)
		}
	}
}

func TestPostToNoSuchChannel(t *testing.T) {
	s, _ := serve(t, &shelf{}, Options{})
	for _, c := range []bot.Channel{"web:", "web:a b", "slack:T/C", "web:../x"} {
		if _, err := s.Post(t.Context(), c, flash(), bot.Attempt{Key: "k"}); !errors.Is(err, bot.ErrChannelGone) {
			t.Errorf("Post to %q: %v, want ErrChannelGone", c, err)
		}
	}
}
