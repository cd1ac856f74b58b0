package feeds

import (
	"net/http"
	"strings"
)

const (
	botCheckWords = "the site answers with a bot check"
	checkPart     = 32 << 10 // bytes of a page that are looked at
	checkText     = 600      // graphemes; a page with more is no mere check
)

// botCheck reports whether an answer is a test of whether we are a browser,
// instead of what was asked for. The body is looked at as it came; either may
// be nil. Cloudflare's header: https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
func botCheck(header http.Header, body []byte) bool {
	if strings.EqualFold(header.Get("cf-mitigated"), "challenge") {
		return true
	}
	page := strings.ToLower(string(body[:min(len(body), checkPart)]))
	if !strings.Contains(page, "<") {
		return false
	}
	has := func(marks []string) bool {
		for _, mark := range marks {
			if strings.Contains(page, mark) {
				return true
			}
		}
		return false
	}
	if has(checks) {
		return true
	}
	short := len(body) <= checkPart && len(text(page, checkText+1)) <= checkText
	return short && has(guards) && !has(shells)
}

// checks stand only in a check.
var checks = []string{
	"<title>just a moment...</title>", "_cf_chl_opt", "cf-browser-verification", // Cloudflare
	"checking your browser before accessing", "enable javascript and cookies to continue",
	"<title>attention required! | cloudflare</title>",
	"please enable javascript to view the page content", "the requested url was rejected. please consult with your administrator", // F5
	"/_incapsula_resource?swudnsai", "incapsula incident id", // Imperva
	"captcha-delivery.com/captcha", "px-captcha", // DataDome, Human
	"making sure you're not a bot!", "making sure you&#39;re not a bot!", // Anubis
	"<title>ddos-guard</title>", "/.well-known/sgcaptcha", "window.gokuprops", // DDoS-Guard, SiteGround, AWS
}

// guards stand in the checks of the same makers, and in the pages they let
// through: there is a check only where there is nothing else.
var guards = []string{
	"/cdn-cgi/challenge-platform/", "/tspd/", "bobcmn", "/_incapsula_resource", "awswafintegration", "__ddg",
	"please enable javascript", "verify you are human", "are you a robot", "g-recaptcha", "hcaptcha.com",
}

// shells stand in pages that a script fills for whoever comes.
var shells = []string{`id="root"`, `id="app"`, `id="__next"`, `id="__nuxt"`, `id=root`, `id=app`, `<app-root`}
