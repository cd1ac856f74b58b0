package feeds

import "testing"

func TestAbout(t *testing.T) {
	for _, test := range []struct{ text, title, lang string }{
		{`<rss><channel><title>UN &amp; News
		</title><language>pt-br</language></channel></rss>`, "UN & News", "pt-BR"},
		{`<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">&lt;b>Bold&lt;/b></title></feed>`, "Bold", ""},
		{`{"version":"https://jsonfeed.org/version/1.1","title":"J","language":"fr","items":[]}`, "J", "fr"},
		{`<rss><channel><language>unknown</language></channel></rss>`, "", ""},
		{`<html><title>No feed</title></html>`, "", ""},
		{``, "", ""},
	} {
		title, lang := About(Document{Body: []byte(test.text)})
		if title != test.title || lang != test.lang {
			t.Errorf("%.40q: %q, %q", test.text, title, lang)
		}
	}
}
