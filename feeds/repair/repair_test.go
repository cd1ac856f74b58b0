package repair

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// body is what was made of an RSS document, without what is always around it,
// and without the marks of its CDATA sections.
func body(d Document) string {
	s := unmarked.Replace(string(d.Text))
	s = s[strings.Index(s, "<channel>")+len("<channel>"):]
	return strings.TrimSuffix(s, "</channel></rss>")
}

var unmarked = strings.NewReplacer(cdataStart, "", cdataEnd, "")

func TestXML(t *testing.T) {
	title := func(s string) string { return "<item><title><![CDATA[" + s + "]]></title></item>" }
	const both = "<item><title><![CDATA[a]]></title><link><![CDATA[b]]></link></item>"
	for _, test := range []struct{ name, items, want string }{
		{"nothing wrong", "<item><title>a</title><link>b</link></item>", both},
		{"references", "<item><title>a &amp; b &lt;c&gt; &#233;&#xE9; &eacute; &nope; &#0; &#150; & &; &amp</title></item>",
			title("a & b <c> éé &eacute; &nope;  &#150; & &; &amp")},
		{"CDATA", "<item><title> x <![CDATA[&amp; ]> ]]> &amp; <![CDATA[ y]]></title></item>", title(" x &amp; ]>  &  y")},
		{"CDATA in CDATA", "<item><title><![CDATA[a <![CDATA[b]]> c]]></title></item>", title("a b c]]&gt;")},
		{"bare <", "<item><title>a < b <3 <- c</title></item>", title("a < b <3 <- c")},
		{"HTML", "<item><title>a <b>b</b><br> <i>c</title></item>", title("a <b>b</b><br> <i>c")},
		{"comments", "<item><!-- <title>no</title> --><title>a<!-- b -->c</title></item>", title("ac")},
		{"a comment without an end", "<item><title>a<!-- b</title></item>", title("a b")},
		{"item never closed", "<item><title>a</title><item><title>b</title>", title("a") + title("b")},
		{"title never closed", "<item><title>a<link>b</link></item>", both},
		{"title never closed, HTML in it", "<item><title>a <b>b</b><link>b</link></item>",
			"<item><title><![CDATA[a <b>b</b>]]></title><link><![CDATA[b]]></link></item>"},
		{"nothing closed", "<item><title>a<link>b", both},
		{"end misspelt", "<item><title>a</titel><link>b</link></item>",
			"<item><title><![CDATA[a</titel>]]></title><link><![CDATA[b]]></link></item>"},
		{"an end of nothing", "<item></b></p><title>a</title></image></item>", title("a")},
		{"capitals", "<ITEM><Title>a</tITLE></Item>", title("a")},
		{"elements of elements", "<item><image><title>no</title></image><title>a</title></item>", title("a")},
		{"a void element", "<item><br><hr><title>a</title></item>", title("a")},
		{"an unknown element", "<item><x:y><title>no</title></x:y><title>a</title></item>", title("a")},
		{"an element nobody closes", "<item><x:y><title>a</title></item>", title("a")},
		{"a link behind", "<item><title>a</title><link/>b</item>", both},
		{"a link as Atom has it", `<item><title>a</title><link href="b"/></item>`, both},
		{"a link of Atom", `<item><title>a</title><atom:link rel="alternate" href="b"/><atom:link rel="self" href="c"/></item>`, both},
		{"a link relative to a base", `<item xml:base="https://a.example/x/"><link>../b?c&amp;d</link></item>`,
			"<item><link><![CDATA[https://a.example/b?c&d]]></link></item>"},
		{"bases within bases", `<item xml:base="https://a.example/x/"><link xml:base="y/">b</link><link>b</link></item>`,
			"<item><link><![CDATA[https://a.example/x/b]]></link><link><![CDATA[https://a.example/x/b]]></link></item>"},
		{"rdf:about", `<item rdf:about="b"><title>a</title></item>`,
			`<item><title><![CDATA[a]]></title><guid><![CDATA[b]]></guid></item>`},
		{"attributes", `<item><guid isPermalink = 'false'>a</guid><source url=b&amp;c>d</source></item>`,
			`<item><guid isPermaLink="false"><![CDATA[a]]></guid><source url="b&amp;c"><![CDATA[d]]></source></item>`},
		{"a quote forgotten", `<item><guid isPermaLink="false>a</guid><source url="b">d</source></item>`,
			`<item><guid isPermaLink="false"><![CDATA[a]]></guid><source url="b"><![CDATA[d]]></source></item>`},
		{"a quote that should be one", `<item><title lang=">">a</title></item>`, title("a")},
		{"a tag cut short", "<item><title <title>a</title></item>", "<item><title><![CDATA[<title>a]]></title></item>"},
		{"a prefix of its own", `<item xmlns:q="http://purl.org/dc/elements/1.1/"><q:date>a</q:date><z:date>b</z:date></item>`,
			"<item><dcterms:date><![CDATA[a]]></dcterms:date></item>"},
		{"a prefix nobody declared", "<item><dc:date>a</dc:date></item>", "<item><dcterms:date><![CDATA[a]]></dcterms:date></item>"},
		{"a namespace for one", "<item><encoded xmlns='http://purl.org/rss/1.0/modules/content/'>a</encoded></item>",
			"<item><content:encoded><![CDATA[a]]></content:encoded></item>"},
		{"a language", `<item xml:lang="fr"><title xml:lang="de">a</title></item>`,
			"<item><dc:language><![CDATA[fr]]></dc:language><title><![CDATA[a]]></title></item>"},
		{"media in a group", "<item><media:group><media:title>a</media:title></media:group></item>",
			"<item><media:title><![CDATA[a]]></media:title></item>"},
		{"a caption", "<item><media:content><media:title>a</media:title></media:content></item>", "<item></item>"},
		{"an empty item", "<item/>", "<item></item>"},
		{"an item behind", "</channel><item><title>a</title></item>", title("a")},
		{"instructions", "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE x><item><title>a<?b c?></title></item>", title("a")},
	} {
		d, err := XML([]byte("<rss><channel>" + test.items + "</channel></rss>"))
		if err != nil || body(d) != unmarked.Replace(test.want) || !d.Whole || d.Atom {
			t.Errorf("%s: %v\n%s\nwant\n%s", test.name, err, d.Text, test.want)
		}
	}
}

func TestXMLRoot(t *testing.T) {
	const item = "<item><title>a</title></item>"
	for _, test := range []struct {
		doc, root string // "" for a feed
		atom      bool
	}{
		{"<rss><channel>" + item + "</channel></rss>", "", false},
		{"<rss>" + item + "</rss>", "", false},
		{"<channel>" + item + "</channel></rss>", "", false},
		{"<rdf:RDF>" + item + "</rdf:RDF>", "", false},
		{"<x:feed><x:entry><x:title>a</x:title></x:entry></x:feed>", "", true},
		{"words < & words <br><?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a '>'>]><rss>" + item + "</rss>", "", false},
		{"<!-- <rss> --><feed xmlns='http://www.w3.org/2005/Atom'><entry><title>a</title></entry></feed>", "", true},
		{"<html><body><rss>" + item + "</rss>", "html", false},
		{"<!DOCTYPE html><HTML>", "html", false},
		{"<urlset><rss>", "urlset", false},
		{"<a><b>", "a", false},
		{"words", "", false},
		{"", "", false},
		{strings.Repeat(" ", maxJunk) + "<rss>" + item + "</rss>", "", false},
	} {
		d, err := XML([]byte(test.doc))
		notFeed, is := errors.AsType[*NotFeedError](err)
		if strings.Contains(string(d.Text), ">a</") == is || is && notFeed.Root != test.root || d.Atom != test.atom {
			t.Errorf("%.80q: %v, %s", test.doc, err, d.Text)
		}
	}
}

func TestXMLBreaksOff(t *testing.T) {
	const doc = "<feed xml:lang='en'><entry><title>a</title></entry><entry><title>b<![CDATA[c"
	d, err := XML([]byte(doc))
	if err != nil || d.Whole || strings.Count(string(d.Text), "<entry>") != 1 || !strings.Contains(string(d.Text), ` xml:lang="en">`) {
		t.Errorf("%v, %s", err, d.Text)
	}
}

// TestXMLBreaksOffAnywhere closes what was open, wherever that was.
func TestXMLBreaksOffAnywhere(t *testing.T) {
	const doc = "<feed xml:lang='en'><author><name>a</name></author><entry><author><name>b</name></author><title>c</title></entry></feed>"
	for n := len("<feed "); n < len(doc); n++ {
		d, err := XML([]byte(doc[:n]))
		if err == nil {
			err = xml.Unmarshal(d.Text, new(struct{}))
		}
		if err != nil {
			t.Errorf("%s: %v in %s", doc[:n], err, d.Text)
		}
	}
}

func TestJSON(t *testing.T) {
	const want = `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"a"},{"id":"2","title":"b"}]}`
	const head = `{"version":"https://jsonfeed.org/version/1.1","items":[`
	for _, test := range []struct {
		name, doc string
		whole     bool
	}{
		{"nothing wrong", want, true},
		{"junk before", ")]}',\n\uFEFF" + want, true},
		{"junk behind", want + "<!-- 0.1 s -->", true},
		{"commas", head + `,{"id":"1",,"title":"a",},{"id":"2" "title":"b"},],}`, true},
		{"no commas", head + `{"id":"1" "title":"a"}{"id":"2" "title":"b"}]}`, true},
		{"numbers", head + `{"id":1,"title":"a"},{"id":2,"title":"b","tags":null,"x":[1,{"y":true}]}]}`, true},
		{"other quotes", head + `{'id':'1','title':'a'},{'id':"2",title:"b"}]}`, true},
		{"escapes", head + `{"id":"\u0031","title":"\u0061\u0000"},{"id":"2","title":"\b"}]}`, true},
		{"cut off between", head + `{"id":"1","title":"a"},{"id":"2","title":"b"}`, false},
		{"cut off in an item", head + `{"id":"1","title":"a"},{"id":"2","title":"b"},{"id":"3","tit`, false},
		{"cut off in a list", head + `{"id":"1","title":"a"},{"id":"2","title":"b"},{"id":"3","tags":["x",`, false},
		{"what is no item", head + `null,{"id":"1","title":"a"},"x",{"id":"2","title":"b"},3]}`, true},
		{"an end too few", head + `{"id":"1","title":"a"},{"id":"2","title":"b"]}`, true},
	} {
		d, err := JSON([]byte(test.doc))
		got := strings.ReplaceAll(strings.ReplaceAll(string(d.Text), `"title":" "`, `"title":"b"`), `,"title":""`, "")
		if test.name == "escapes" { // a backspace is a space
			got = strings.ReplaceAll(got, `"title":" "`, `"title":"b"`)
		}
		if err != nil || got != want || d.Whole != test.whole {
			t.Errorf("%s: %v, whole: %v\n%s\nwant\n%s", test.name, err, d.Whole, got, want)
		}
	}
	for _, doc := range []string{"", "[]", "null", `{"error":"no"}`, `{"items":"none"}`, "words"} {
		d, err := JSON([]byte(doc))
		if _, is := errors.AsType[*NotFeedError](err); !is {
			t.Errorf("%q: %v, %s", doc, err, d.Text)
		}
	}
}

func TestCharacters(t *testing.T) {
	const good = "a\t\r\n\u00A0é\uFFFD𝄞"
	if got := Characters([]byte("\x00a\t\r\n\x0B\u00A0é\uFFFE\uFFFD\uFFFF𝄞\x1F")); string(got) != good {
		t.Errorf("%q", got)
	}
	if plain := []byte(good); &Characters(plain)[0] != &plain[0] {
		t.Error("it copies what is good")
	}
}

// seeds are the documents of the room this one works for.
func seeds(f *testing.F, pattern string) {
	paths, err := filepath.Glob("../testdata/" + pattern)
	if err != nil || len(paths) == 0 {
		f.Fatal("no documents to begin with", err)
	}
	for _, path := range paths {
		doc, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(doc)
	}
}

// FuzzXML holds what is made of anything to what a parser may rely on: it is
// well-formed, to the strictest, flat, no larger than promised, and reading it
// again changes nothing.
func FuzzXML(f *testing.F) {
	seeds(f, "*.xml")
	f.Add([]byte(`<rss a='>' b=c d><!-- - --><item><![CDATA[]]]]><x:y/></z><?q ?><title>&#x;&amp;<![CDATA[]]</title></rss>`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		doc = Characters(bytes.ToValidUTF8(doc, nil))
		d, err := XML(doc)
		if err != nil {
			return
		}
		if !utf8.Valid(d.Text) {
			t.Fatalf("not UTF-8: %q", d.Text)
		}
		depth := 0
		for dec := xml.NewDecoder(bytes.NewReader(d.Text)); ; {
			token, err := dec.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%v in %q", err, d.Text)
			}
			switch token.(type) {
			case xml.StartElement:
				depth++
			case xml.EndElement:
				depth--
			}
			if depth > 5 {
				t.Fatalf("depth %d in %q", depth, d.Text)
			}
		}
		again, err := XML(d.Text)
		if err != nil || !bytes.Equal(again.Text, d.Text) {
			t.Errorf("%v; read again\n%s\nis\n%s", err, d.Text, again.Text)
		}
	})
}

func FuzzJSON(f *testing.F) {
	seeds(f, "*.json")
	f.Add([]byte(`)]}' {"items":[{"id":1,,'title':"\ud83d\u0000"},{]}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		d, err := JSON(Characters(bytes.ToValidUTF8(doc, nil)))
		if err != nil {
			return
		}
		if !json.Valid(d.Text) {
			t.Fatalf("not JSON: %q", d.Text)
		}
		again, err := JSON(d.Text)
		if err != nil || !bytes.Equal(again.Text, d.Text) {
			t.Errorf("%v; read again\n%s\nis\n%s", err, d.Text, again.Text)
		}
	})
}
