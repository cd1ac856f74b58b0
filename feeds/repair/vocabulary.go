package repair

import "maps"

// field is an element with a text of which somebody makes something.
type field struct {
	name  string   // what it is called in the document that is made
	attrs []string // those of its attributes that are kept
	link  bool     // its text, or its href or url, is an address
	html  bool     // its text may be markup that nobody has escaped
}

// The vocabularies: what of each level is kept, by canonical prefix and local
// name in lower case. The core of RSS and Atom has no prefix. Names that feeds
// use by mistake lead to those they meant.
var (
	rssFeed = map[string]field{
		"title": {name: "title"}, "link": {name: "link", link: true},
		"language": {name: "language"}, "dc:language": {name: "dc:language"},
		"atom:link": {name: "atom:link", attrs: []string{"rel", "href"}, link: true},
	}
	rssItem = merge(extensions, map[string]field{
		"title": {name: "title", html: true}, "link": {name: "link", link: true},
		"description": {name: "description", html: true}, "summary": {name: "atom:summary", html: true},
		"content:encoded": {name: "content:encoded", html: true}, "content": {name: "content:encoded", html: true},
		"fulltext": {name: "content:encoded", html: true}, "full-text": {name: "content:encoded", html: true},
		"yandex:full-text": {name: "content:encoded", html: true}, "atom:content": {name: "content:encoded", html: true},
		"guid": {name: "guid", attrs: []string{"isPermaLink"}}, "id": {name: "guid"}, "atom:id": {name: "guid"},
		"pubdate": issued, "published": issued, "date": issued,
		"updated": modified, "lastbuilddate": modified,
		"author": {name: "author"}, "category": {name: "category"},
		"source":    {name: "source", attrs: []string{"url"}},
		"atom:link": {name: "link", link: true},
	})
	atomFeed = map[string]field{
		"title": {name: "title"}, "link": {name: "link", attrs: []string{"rel", "href"}, link: true},
		"dc:language": {name: "dc:language"},
	}
	atomItem = merge(extensions, map[string]field{
		"title": {name: "title", html: true}, "link": {name: "link", attrs: []string{"rel", "href"}, link: true},
		"summary": {name: "summary", html: true}, "content": {name: "content", html: true},
		"description": {name: "summary", html: true}, "content:encoded": {name: "content", html: true},
		"id": {name: "id"}, "guid": {name: "id"},
		"published": issued, "issued": issued, "pubdate": issued, "created": {name: "dcterms:created"},
		"updated": modified, "modified": modified,
		"category": {name: "category", attrs: []string{"term", "label"}},
	})
	person = map[bool]map[string]field{ // of Atom, and of Atom within RSS
		true:  {"name": {name: "name"}, "email": {name: "email"}},
		false: {"atom:name": {name: "atom:name"}, "atom:email": {name: "atom:email"}},
	}

	// Dates go by their names in Dublin Core, which gofeed leaves alone: on those
	// of RSS and Atom it tries a hundred layouts, and we have better (package date).
	issued, modified = field{name: "dcterms:issued"}, field{name: "dcterms:modified"}

	extensions = map[string]field{
		"dc:title": {name: "dc:title", html: true}, "dc:creator": {name: "dc:creator"}, "dc:author": {name: "dc:author"}, "dc:date": {name: "dcterms:date"},
		"dc:subject": {name: "dc:subject"}, "dc:language": {name: "dc:language"}, "dc:description": {name: "dc:description", html: true},
		"dcterms:created": {name: "dcterms:created"}, "dcterms:issued": issued,
		"dcterms:available": {name: "dcterms:available"}, "dcterms:date": {name: "dcterms:date"},
		"dcterms:modified": modified, "atom:updated": modified, "atom:published": issued,
		"atom:summary":        {name: "atom:summary", html: true},
		"feedburner:origlink": {name: "feedburner:origLink", link: true},
		"itunes:summary":      {name: "itunes:summary", html: true},
		"itunes:author":       {name: "itunes:author"},
		"media:title":         {name: "media:title", html: true}, "media:description": {name: "media:description", html: true},
	}
)

func merge(a, b map[string]field) map[string]field {
	out := make(map[string]field, len(a)+len(b))
	for _, m := range []map[string]field{a, b} {
		maps.Copy(out, m)
	}
	return out
}

// core is the canonical prefix of the elements of RSS and Atom themselves.
const core = ""

// namespaces are the canonical prefixes of namespaces. What a document says for
// itself goes before the usual names below.
var namespaces = map[string]string{
	"http://purl.org/rss/1.0/":                        core,
	"http://channel.netscape.com/rdf/simple/0.9/":     core,
	"http://my.netscape.com/rdf/simple/0.9/":          core,
	"http://backend.userland.com/rss2":                core,
	"http://backend.userland.com/rss":                 core,
	"http://www.w3.org/2005/Atom":                     "atom",
	"http://purl.org/atom/ns#":                        "atom",
	"http://www.w3.org/1999/02/22-rdf-syntax-ns#":     "rdf",
	"http://purl.org/dc/elements/1.1/":                "dc",
	"http://purl.org/dc/elements/1.0/":                "dc",
	"http://purl.org/dc/terms/":                       "dcterms",
	"http://purl.org/rss/1.0/modules/content/":        "content",
	"http://search.yahoo.com/mrss/":                   "media",
	"http://search.yahoo.com/mrss":                    "media",
	"http://rssnamespace.org/feedburner/ext/1.0":      "feedburner",
	"http://www.itunes.com/dtds/podcast-1.0.dtd":      "itunes",
	"http://www.itunes.com/DTDs/PodCast-1.0.dtd":      "itunes",
	"http://news.yandex.ru":                           "yandex",
	"http://www.w3.org/XML/1998/namespace":            "xml",
	"http://www.w3.org/1999/xhtml":                    "xhtml",
	"https://www.w3.org/2005/Atom":                    "atom",
	"http://purl.org/rss/1.0/modules/syndication/":    "sy",
	"http://purl.org/rss/1.0/modules/rss091#":         core,
	"http://my.netscape.com/publish/formats/rss-0.91": core,
}

// usual are the prefixes that need no declaration to be understood.
var usual = map[string]string{
	"": core, "rss": core, "atom": "atom", "atom10": "atom", "a10": "atom", "rdf": "rdf", "dc": "dc",
	"dcterms": "dcterms", "content": "content", "media": "media", "feedburner": "feedburner",
	"itunes": "itunes", "yandex": "yandex", "xml": "xml",
}

// declared are the namespaces of the document that is made.
const declared = ` xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"` +
	` xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"` +
	` xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" xmlns:itunes="http://www.itunes.com/DTDs/PodCast-1.0.dtd"` +
	` xmlns:media="http://search.yahoo.com/mrss/"`
