package web

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"attache/bot"
)

// chromium starts a headless browser with an empty profile, or skips the test.
func chromium(t *testing.T) context.Context {
	t.Helper()
	var found string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if at, err := exec.LookPath(name); err == nil {
			found = at
			break
		}
	}
	if found == "" {
		if os.Getenv("ATTACHE_TEST_FULL") == "1" {
			t.Fatal("no chromium here, and ATTACHE_TEST_FULL=1 lets nothing be left out: apt-get install chromium")
		}
		t.Skip("left out: the page in a real browser. To have it: apt-get install chromium")
	}
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Minute) // a browser that hangs fails the test
	t.Cleanup(stop)
	ctx, stop = chromedp.NewExecAllocator(ctx,
		chromedp.ExecPath(found), chromedp.UserDataDir(t.TempDir()),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("host-resolver-rules", "MAP desk.example 127.0.0.1"),
	)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", found, err)
	}
	t.Cleanup(func() { // waits, so that the profile can be removed, and then no longer
		ctx, stop := context.WithTimeout(ctx, 10*time.Second)
		defer stop()
		_ = chromedp.Cancel(ctx)
	})
	return ctx
}

// tab is a page in the browser. When the test ends it fails if the console got
// an error; a thing that the policy forbids is one.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func newTab(t *testing.T, browser context.Context) tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(browser)
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	p := tab{t, ctx}
	p.do(chromedp.EmulateViewport(1280, 900))
	ended := make(chan struct{})
	console := chromedp.Console(ctx)
	go func() {
		defer close(ended)
		for m, err := range console {
			switch {
			case err != nil || m.Text == "the end":
				return
			case m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleException || m.Type == chromedp.ConsoleWarning:
				t.Errorf("the console has %s: %s (%s)", m.Type, m.Text, m.URL)
			}
		}
	}()
	t.Cleanup(func() {
		p.do(chromedp.Navigate("about:blank"), // before the server goes
			chromedp.Evaluate[chromedp.Void](`console.log("the end")`))
		<-ended
		cancel()
		stop()
	})
	return p
}

func (p tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// wait waits until an expression holds.
func (p tab) wait(expression string) {
	p.t.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(20*time.Second))); err != nil {
		p.t.Fatalf("waiting for %s: %v", expression, err)
	}
}

// ask evaluates an expression.
func ask[T any](p tab, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("evaluating %s: %v", expression, err)
	}
	return v
}

// scripts switches the page's scripts on or off.
func (p tab) scripts(on bool) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}); err != nil {
		p.t.Fatal(err)
	}
}

// scheme makes the reader prefer light or dark.
func (p tab) scheme(name string) {
	p.t.Helper()
	params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, params); err != nil {
		p.t.Fatal(err)
	}
}

const live = `document.getElementById("live").dataset.state === "live"`

func TestBrowser(t *testing.T) {
	browser := chromium(t)
	for name, test := range map[string]func(*testing.T, context.Context){
		"live": browseLive, "command": browseCommand, "no script": browseWithoutScript,
		"digest": browseDigest, "claim": browseClaim, "keyboard": browseByKeyboard, "password": browseWithPassword, "looks": browseLooks,
	} {
		t.Run(name, func(t *testing.T) { test(t, browser) })
	}
}

// A card comes in, and changes, in a page that is not loaded again.
func browseLive(t *testing.T, browser context.Context) {
	d := morning()
	s, base := serve(t, d, Options{})
	p := newTab(t, browser)
	p.do(chromedp.Navigate(base + "/c/desk"))
	p.wait(live)
	p.do(chromedp.Evaluate[chromedp.Void](`window.kept = true; document.querySelector("#alert-5 h3 a").focus()`))

	m := flash()
	m.Kind, m.Alert, m.Story, m.Channel, m.Title = bot.KindAlert, 7, 51, desk, mark(`Oster <crossing> reopens & convoys move`)
	if _, err := s.Post(t.Context(), desk, m, bot.Attempt{Key: "alert-7-0"}); err != nil {
		t.Fatal(err)
	}
	p.wait(`document.querySelector("#cards > .card")?.id === "alert-7"`)
	if got := ask[string](p, `document.getElementById("news").textContent`); got != "New alert: Oster <crossing> reopens & convoys move" {
		t.Errorf("a screen reader hears %q", got)
	}
	d.put(bot.Alert{ID: 7, Story: 51, Channel: desk, Card: m})

	m.Kind, m.Title = bot.KindUpdate, mark("Oster crossing reopens, then closes")
	d.put(bot.Alert{ID: 7, Story: 51, Channel: desk, Card: m})
	if err := s.Update(t.Context(), desk, "alert-7", m, bot.Attempt{Key: "again"}); err != nil {
		t.Fatal(err)
	}
	p.wait(`document.querySelector("#alert-7 h3").textContent === "Oster crossing reopens, then closes"`)
	if n := ask[int](p, `document.querySelectorAll(".card").length`); n != 7 {
		t.Errorf("the page has %d cards, want 7", n)
	}
	if !ask[bool](p, `window.kept && document.activeElement === document.querySelector("#alert-5 h3 a")`) {
		t.Error("the page was loaded again, or the reader lost the focus")
	}

	// A page that was out of touch catches up by itself.
	m.Alert, m.Title = 8, mark("Said while nobody was connected")
	d.put(bot.Alert{ID: 8, Story: 52, Channel: desk, Card: m})
	s.hub.mu.Lock()
	for stream := range s.hub.streams {
		s.hub.drop(stream)
	}
	s.hub.mu.Unlock()
	p.wait(`document.querySelector("#cards > .card").id === "alert-8" && document.querySelectorAll(".card").length === 8`)
}

// Commands are answered in the page as it is.
func browseCommand(t *testing.T, browser context.Context) {
	d := morning()
	_, base := serve(t, d, Options{})
	p := newTab(t, browser)
	p.do(chromedp.Navigate(base + "/c/desk"))
	p.wait(live)
	p.do(chromedp.Evaluate[chromedp.Void](`window.kept = true`),
		chromedp.SendKeys(chromedp.CSS("#line"), "subscribe oster"+kb.Enter))
	p.wait(`document.getElementById("answer").textContent.includes("Subscribed as 2")`)
	if !ask[bool](p, `window.kept && document.getElementById("subscriptions").textContent.includes("oster")`) {
		t.Error("the page was loaded again, or its subscriptions do not show the new one")
	}
	if got := ask[string](p, `document.getElementById("line").value + "|" + document.activeElement.id`); got != "|line" {
		t.Errorf("after a command the box and the focus are %q, want an empty box with the focus", got)
	}
	p.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("line").value = "half a thought"`),
		chromedp.Click(chromedp.CSS("#alert-6 button[value^=why]")))
	p.wait(`document.getElementById("answer").textContent.includes("why 40")`)
	if got := ask[string](p, `document.getElementById("line").value`); got != "half a thought" {
		t.Errorf("a button took what was being typed: %q", got)
	}
	if len(d.subs) != 4 {
		t.Errorf("there are %d subscriptions, want 4: the command was not worked once", len(d.subs))
	}
	p.do(chromedp.Click(chromedp.CSS(".dismiss")))
	p.wait(`document.getElementById("answer").childElementCount === 0 && document.activeElement.id === "line"`)

	// The empty channel's suggestions are one click.
	p.do(chromedp.Navigate(base + "/c/energy"))
	p.wait(live)
	p.do(chromedp.Click(chromedp.CSS(".try button")))
	p.wait(`document.getElementById("empty").textContent.includes("Listening")`)
}

// A digest comes in as the cards it holds, and is announced as one; what is
// silent is not announced at all.
func browseDigest(t *testing.T, browser context.Context) {
	s, base := serve(t, morning(), Options{})
	p := newTab(t, browser)
	p.do(chromedp.Navigate(base + "/c/desk"))
	p.wait(live)
	digest := bot.Message{Kind: bot.KindDigest, Channel: desk}
	for i, title := range []string{"Oster reopens", "Velm counts", "Karsia votes"} {
		m := flash()
		m.Kind, m.Alert, m.Story, m.Channel, m.Title = bot.KindAlert, int64(7+i), int64(51+i), desk, mark(title)
		digest.Alerts = append(digest.Alerts, m)
	}
	ref, err := s.Post(t.Context(), desk, digest, bot.Attempt{Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	p.wait(`document.querySelectorAll(".card").length === 9`)
	const seen = `[...document.querySelectorAll(".card h3")].slice(0, 3).map((h) => h.textContent).join("; ") + " | " + document.getElementById("news").textContent`
	if got, want := ask[string](p, seen), "Karsia votes; Velm counts; Oster reopens | 3 new alerts, the last: Karsia votes"; got != want {
		t.Errorf("the page shows and says %q, want %q", got, want)
	}
	m := digest.Alerts[1]
	m.Kind, m.Silent, m.Claim, m.Alerts = bot.KindUpdate, true, &bot.Claim{User: "amal", At: at("10:20")}, digest.Alerts
	if err := s.Update(t.Context(), desk, ref, m, bot.Attempt{Key: "u"}); err != nil {
		t.Fatal(err)
	}
	p.wait(`document.querySelector("#alert-8 .claim")?.textContent.startsWith("On it: amal, since ")`)
	if got := ask[string](p, seen); !strings.HasSuffix(got, "3 new alerts, the last: Karsia votes") {
		t.Errorf("of a silent update the page says %q", got)
	}
}

// A button on a card is pressed by its key, and is there again, with the focus,
// as what undoes it.
func browseClaim(t *testing.T, browser context.Context) {
	_, base := serve(t, morning(), Options{})
	p := newTab(t, browser)
	p.do(chromedp.Navigate(base + "/c/desk"))
	p.wait(live)
	p.do(chromedp.SendKeys(chromedp.CSS("#alert-6 button[value='claim 40']"), kb.Enter))
	p.wait(`document.querySelector("#alert-6 .claim")?.textContent.startsWith("On it: somebody, since ")`)
	p.wait(`document.getElementById("answer").textContent.includes("You are on it.")`)
	if got := ask[string](p, `document.activeElement.value + ", " + document.activeElement.textContent`); got != "release 40, Not on it" {
		t.Errorf("the focus is on %q, want the button that takes it back", got)
	}
	if got := ask[string](p, `document.getElementById("answer").getAttribute("role")`); got != "status" {
		t.Errorf("the answer is a %s", got)
	}
	p.do(chromedp.SendKeys(chromedp.CSS("#line"), "nonsense"+kb.Enter))
	p.wait(`document.getElementById("answer").getAttribute("role") === "alert"`)
}

// Without scripts everything but the live updates works.
func browseWithoutScript(t *testing.T, browser context.Context) {
	d := morning()
	_, base := serve(t, d, Options{})
	p := newTab(t, browser)
	p.scripts(false)
	p.do(chromedp.Navigate(base+"/c/desk"),
		chromedp.SendKeys(chromedp.CSS("#line"), "subscribe oster"+kb.Enter),
		chromedp.WaitVisible(chromedp.CSS(".answer")),
		chromedp.Reload(),
		chromedp.WaitVisible(chromedp.CSS(".answer")))
	text, err := chromedp.Run(p.ctx, chromedp.TextContent(chromedp.CSS("#answer")))
	if err != nil || !strings.Contains(text, "Subscribed as 2") {
		t.Errorf("the answer is %q, %v", text, err)
	}
	if len(d.subs) != 4 {
		t.Errorf("there are %d subscriptions after a reload, want 4", len(d.subs))
	}
	p.do(chromedp.Navigate(base+"/c/desk"),
		chromedp.Click(chromedp.CSS("#alert-5 button[value^=why]")),
		chromedp.WaitVisible(chromedp.CSS(".answer")))
	where, err := chromedp.Run(p.ctx, chromedp.Location())
	if err != nil || !strings.HasSuffix(where, "#answer") {
		t.Errorf("the button leads to %s, %v", where, err)
	}
	p.scripts(true)
}

// The Tab key goes through the page in the order in which it reads, always
// seen, and the first stop jumps ahead.
func browseByKeyboard(t *testing.T, browser context.Context) {
	_, base := serve(t, morning(), Options{})
	p := newTab(t, browser)
	p.do(chromedp.Navigate(base + "/c/desk"))
	p.wait(live)
	var stops []string
	for range 60 {
		p.do(chromedp.KeyEvent(kb.Tab))
		stop := ask[string](p, `(() => { const e = document.activeElement; if (e === document.body) return "body";
			const s = getComputedStyle(e); return (e.id || e.textContent.trim()) + (s.outlineStyle === "none" ? " UNSEEN" : ""); })()`)
		if stop == "body" {
			break
		}
		if strings.HasSuffix(stop, "UNSEEN") {
			t.Errorf("nobody sees the focus on %s", stop)
		}
		stops = append(stops, stop)
	}
	from := 0
	for _, want := range []string{"Skip to the alerts", "Skip to the command box", "Attaché", "#desk", "#energy", "Feeds",
		flash().Title.Text, "Northern Wire", "and 1 more", "On it", "Mute", "Why", "Story", russian().Title.Text, "line", "Send", "How each feed is doing"} {
		i := slices.Index(stops[from:], want)
		if i < 0 {
			t.Fatalf("Tab does not reach %q after %d stops; the stops are %q", want, from, stops)
		}
		from += i + 1
	}
	p.do(chromedp.Reload(), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	p.wait(`document.activeElement.id === "line"`)
}

// Beyond loopback, over plain HTTP, where browsers send no Sec-Fetch-Site.
func browseWithPassword(t *testing.T, browser context.Context) {
	d := morning()
	_, base := serve(t, d, Options{Password: "open sesame"})
	at, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	at.Host, at.User = "desk.example:"+at.Port(), url.UserPassword("duty", "open sesame")
	p := newTab(t, browser)
	p.scripts(false)
	p.do(chromedp.Navigate(at.String()+"/c/desk"),
		chromedp.SendKeys(chromedp.CSS("#line"), "subscribe oster"+kb.Enter),
		chromedp.WaitVisible(chromedp.CSS(".answer")))
	p.scripts(true)
	at.User = nil // the browser knows it by now, and fetch takes no address with a password
	p.do(chromedp.Navigate(at.String() + "/c/desk"))
	p.wait(live)
	p.do(chromedp.SendKeys(chromedp.CSS("#line"), "subscribe velm"+kb.Enter))
	p.wait(`document.getElementById("answer").textContent.includes("Subscribed")`)
	if len(d.subs) != 5 {
		t.Errorf("there are %d subscriptions, want 5", len(d.subs))
	}
}
