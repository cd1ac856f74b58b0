package feeds

import (
	"net/http"
	"strings"
	"testing"
)

func TestBotCheck(t *testing.T) {
	news := "<p>" + strings.Repeat("The minister received the ambassador and spoke of the treaty. ", 20) + "</p>"
	beacon := `<script>(function(){a.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'})()</script>`
	for _, test := range []struct {
		name   string
		header http.Header
		body   string
		want   bool
	}{
		{"Cloudflare's header", http.Header{"Cf-Mitigated": {"challenge"}}, "", true},
		{"another header of its", http.Header{"Cf-Ray": {"8d1-FRA"}}, "", false},
		{"Cloudflare", nil, "<!DOCTYPE html><html><head><title>Just a moment...</title></head>", true},
		{"Cloudflare, translated", nil, "<html><title>Un momento…</title><script>window._cf_chl_opt={cvId:'3'}</script>", true},
		{"Cloudflare's beacon in a page", nil, "<html>" + news + beacon, false},
		{"nothing but the beacon", nil, "<html><body>" + beacon, true},
		{"F5", nil, `<html><head><script src="/TSPD/08a1b2?type=7"></script><noscript>Please enable JavaScript to view the page content.</noscript>`, true},
		{"F5 in a page", nil, `<html><script src="/TSPD/08a1b2?type=17"></script>` + news, false},
		{"F5 refuses", nil, "<html><title>Request Rejected</title>The requested URL was rejected. Please consult with your administrator.", true},
		{"Imperva", nil, `<html><iframe src="/_Incapsula_Resource?SWUDNSAI=31">Request unsuccessful. Incapsula incident ID: 1</iframe>`, true},
		{"DataDome", nil, `<html><script src="https://ct.captcha-delivery.com/c.js"></script><script src="https://geo.captcha-delivery.com/captcha/"></script>`, true},
		{"plain words", nil, "<html><body>Please enable JavaScript</body>", true},
		{"an application", nil, `<html><noscript>Please enable JavaScript to run this app.</noscript><div id="root"></div>`, false},
		{"news of checks", nil, "<html>" + news + "<p>Are you a robot? asks the ministry. Please enable JavaScript</p>", false},
		{"a feed", nil, "<rss><channel><title>t</title></channel></rss>", false},
		{"no markup", nil, "please enable javascript", false},
		{"nothing", nil, "", false},
	} {
		if got := botCheck(test.header, []byte(test.body)); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
