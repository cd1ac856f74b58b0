package slack

import (
	"bytes"
	"html/template"
	"net/http"

	"attache/bot"
)

// installPage is one of the few that people see, where workspaces install the app.
type installPage struct {
	Title     string
	Workspace string // after the title, in its own writing direction
	Words     string // a sentence or two
	Command   string // what to type next: "/attache"
	Again     string // where to begin again
}

var pageTemplate = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Title}}{{with .Workspace}} {{.}}{{end}} – Attaché</title>
</head>
<body>
<main>
<h1>{{.Title}}{{with .Workspace}} <bdi>{{.}}</bdi>{{end}}</h1>
{{- with .Words}}
<p>{{.}}</p>
{{- end}}
{{- with .Command}}
<p>Next: <code>/invite</code> and its name in a channel, then <code>{{.}} help</code>.</p>
{{- end}}
{{- with .Again}}
<p><a href="{{.}}">Install Attaché</a></p>
{{- end}}
</main>
</body>
</html>
`))

// pageHeaders sets what every page has: it loads nothing, is in nobody's frame, is
// kept nowhere, and tells no other site its address, which has Slack's code in
// it. https://www.w3.org/TR/CSP3/
func pageHeaders(w http.ResponseWriter) {
	head := w.Header()
	head.Set("Content-Security-Policy", "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cache-Control", "no-store")
}

// write answers with the page.
func (p installPage) write(w http.ResponseWriter, status int) {
	p.Workspace = bot.Plain(p.Workspace)
	var text bytes.Buffer
	if err := pageTemplate.Execute(&text, p); err != nil {
		http.Error(w, "The page cannot be written.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // to one who may have gone
}
