package tree

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

func build(tb testing.TB, page string) *html.Node {
	tb.Helper()
	root, err := Build([]byte(page))
	if err != nil {
		tb.Fatalf("%.80s: %v", page, err)
	}
	return root
}

// TestBuild compares bodies.
func TestBuild(t *testing.T) {
	for page, want := range map[string]string{
		`<ul><li>a<li>b</ul>`:                      `<ul><li>a</li><li>b</li></ul>`,
		`<table><tr><td>a<td>b`:                    `<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>`,
		`<A HREF=/x>a <B>b</A> c</B>`:              `<a href="/x">a <b>b</b></a> c`,
		`<a href=1>a <a href=2>b</a>`:              `<a href="1">a </a><a href="2">b</a>`,
		`<p><font>a<p>b`:                           `<p><font>a</font></p><p>b</p>`, // a browser has a second font
		`<!-- <li> --><li>a`:                       `<li>a</li>`,
		`<script>"<li>"</script>a`:                 `<script></script>a`,
		`<noscript><li>x</noscript>a`:              `<noscript></noscript>a`,
		`<textarea><li></textarea>a`:               `<textarea>&lt;li&gt;</textarea>a`,
		`<svg><title>x</title><b>a</b></svg>`:      `<title>x</title><b>a</b>`,
		`<template><li>a</template>`:               `<li>a</li>`,
		`<body class=a><body id=b>x`:               `x`,
		`<x-big-thing>a</x-big-thing><x-z>b</x-z>`: `<x-big-thing>a</x-big-thing><x-z>b</x-z>`,
		`<plaintext><li>a`:                         `<li>a</li>`,
		`<script>`:                                 `<script></script>`,
		"a\x00b":                                   `ab`,
	} {
		root := build(t, "<html><head></head><body>"+page)
		var got bytes.Buffer
		body := cascadia.Query(root, cascadia.MustCompile("body"))
		for c := range body.ChildNodes() {
			html.Render(&got, c)
		}
		if got.String() != want {
			t.Errorf("%s\nis %s\nnot %s", page, got.String(), want)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	for page, want := range map[string]string{
		strings.Repeat("<br>", maxElements+1):                "it has more than 200000 elements",
		strings.Repeat("</br >x", maxTokens/2+1):             "it has more than 1000000 tags and pieces of text",
		strings.Repeat("<p a=1 b=2 c=3>", maxAttributes/3+1): "it has more than 400000 attributes",
		"<p>" + strings.Repeat("x", maxToken+1):              "it has a tag or a piece of text larger than 4 MB",
		strings.Repeat("<div>", 600):                         "its elements are nested more than 512 deep",
	} {
		if _, err := Build([]byte(page)); err == nil || err.Error() != want {
			t.Errorf("%.40s: %v, want %q", page, err, want)
		}
	}
}

func TestText(t *testing.T) {
	root := build(t, "<div id=d>a<b>b</b> <p>c\n d</p>e<br>f<script>no</script><i id=i>g</i><td>h</div>")
	d := cascadia.Query(root, cascadia.MustCompile("#d"))
	i := cascadia.Query(root, cascadia.MustCompile("#i"))
	if got := Text(d, 100); got != "ab c d e fgh" {
		t.Errorf("text is %q", got)
	}
	if got := Text(d, 100, nil, i); got != "ab c d e fh" {
		t.Errorf("without: %q", got)
	}
	if got := Text(d, 3); got != "ab" {
		t.Errorf("shortened: %q", got)
	}
}

// TestSelector holds ours to cascadia's on the same page.
func TestSelector(t *testing.T) {
	root := build(t, `<div class="a b"><ul class=l><li id=1 title="x, y"><a href=/1>one</a></li><li id=2><span><a href=/2>two</a></span></li></ul>
		<div class=a><div class=c><p id=3>three</p><p id=4>four</p></div></div></div><p class="l a">five</p>`)
	for _, s := range []string{
		"li", "ul li", ".l li a", "div div p", ".a .a p", ".a .c .a p", "ul > li a", "ul>li>a", "ul > li > a", "li + li", "li ~ li a", "p, li", "ul li,.c p",
		`[title="x, y"] a`, `li[title='x, y'] > a`, "li:not(.x, #a) a", "div:has(p, a) p", ":is(ul, div) a", `p:contains("our")`, "p:nth-child( 2n + 1 )",
		"*", "body *", "  div   p ", "div\n\tp", `.\31 `, "#nothing a", "div > ul  a", "html body div",
	} {
		theirs, theirErr := cascadia.ParseGroup(s)
		ours, err := Compile(s)
		if (err != nil) != (theirErr != nil) {
			t.Errorf("%s: %v, cascadia says %v", s, err, theirErr)
		}
		if err != nil {
			continue
		}
		got, err := ours.All(root)
		if want := cascadia.QueryAll(root, theirs); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %d elements, want %d; %v", s, len(got), len(want), err)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	for _, s := range []string{"", " ", "li[", "li >", "> li", "li,", ", li", "a::before", "li:nope", strings.Repeat("a ", maxSelector)} {
		if _, err := Compile(s); err == nil {
			t.Errorf("%.20q is taken", s)
		}
	}
}

// TestSlow gives up a selector that would take minutes.
func TestSlow(t *testing.T) {
	root := build(t, strings.Repeat("<a></a>", 190_000))
	s, err := Compile("b ~ a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.All(root); !errors.Is(err, ErrSlow) {
		t.Error(err)
	}
}

// FuzzSelector looks for a selector that we read in another way than cascadia.
func FuzzSelector(f *testing.F) {
	for _, s := range []string{"ul > li a", "a, b", `[a="]"] b`, `a:not(b c) d`, `\, a`, "a/**/b", "a /* , */ b"} {
		f.Add(s)
	}
	root := build(f, `<div class="a b"><ul class=l><li id=1 title="x, y"><a href=/1>one</a></li><li><b><a>two</a></b></li></ul></div><p a="]"><b>`)
	f.Fuzz(func(t *testing.T, s string) {
		theirs, theirErr := cascadia.ParseGroup(s)
		ours, err := Compile(s)
		if err != nil {
			if theirErr == nil && len(s) <= maxSelector && !strings.Contains(s, "/*") {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		got, err := ours.All(root)
		if err == nil && !slices.Equal(got, cascadia.QueryAll(root, theirs)) {
			t.Errorf("%q: not the same elements", s)
		}
	})
}
