package web

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// faint lists the texts whose contrast with what is behind them is under 4.5,
// by https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio.
const faint = `(() => {
	const rgb = (c) => c.match(/[\d.]+/g).map(Number);
	const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] !== 0) return c; } };
	const found = [];
	for (const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walk.nextNode();) {
		const e = walk.currentNode.parentElement;
		if (!walk.currentNode.data.trim() || !e.checkVisibility()) continue;
		const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
		if ((a + 0.05) / (b + 0.05) < 4.5) found.push(walk.currentNode.data.trim() + " " + ((a + 0.05) / (b + 0.05)).toFixed(2));
	}
	return found;
})()`

// Light and dark, phone and wide: nothing faint, nothing beyond the edge.
func browseLooks(t *testing.T, browser context.Context) {
	_, base := serve(t, morning(), Options{Title: "Demo: the news here is invented"})
	dir := os.Getenv("ATTACHE_SCREENSHOTS")
	if dir == "" {
		dir = t.ArtifactDir()
	}
	for _, scheme := range []string{"light", "dark"} {
		for width, height := range map[int64]int64{390: 844, 1280: 1400} {
			p := newTab(t, browser)
			p.scheme(scheme)
			p.do(chromedp.EmulateViewport(width, height))
			for name, show := range map[string]func(){
				"desk": func() {
					p.do(chromedp.Navigate(base + "/c/desk"))
					p.wait(live)
				},
				"answer": func() {
					p.do(chromedp.Navigate(base + "/c/desk"))
					p.wait(live)
					p.do(chromedp.SendKeys(chromedp.CSS("#line"), "karsia AND ("), chromedp.KeyEvent(kb.Enter))
					p.wait(`document.querySelector("#answer .line") !== null`)
				},
				"empty": func() { p.do(chromedp.Navigate(base + "/c/energy")); p.wait(live) },
				"feeds": func() { p.do(chromedp.Navigate(base + "/feeds")) },
			} {
				show()
				if list := ask[[]string](p, faint); len(list) > 0 {
					t.Errorf("%s, %s at %d px: too faint: %q", name, scheme, width, list)
				}
				if over := ask[int](p, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
					t.Errorf("%s, %s at %d px: %d px too wide", name, scheme, width, over)
				}
				shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
				if err != nil {
					t.Fatal(err)
				}
				file := filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, width, scheme))
				if err := os.WriteFile(file, shot, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
