package config

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var added = Feed{
	Name: "zz", URL: "https://zz.example/news?a=1&b=\"2\"", Outlet: "Zett \"\\\" & Söhne\t", Tier: "press", Lang: "de",
	Region: "europe", Group: "Welt/Asien", Kind: "page", Zone: "+05:30", Every: Duration{90 * time.Minute},
	UserAgent: "desk", HTTP1: true, Backlog: true,
	Page: Page{Item: `li[data-x="a"]`, Link: "a", Title: "h3", Date: "time", Layout: "02/01/2006"},
}

// What is added reads back as it was, and the text around it stays.
func TestAddFeeds(t *testing.T) {
	plain := added
	plain.Outlet = "Zett \"\\\" & Söhne"
	for name, test := range map[string]struct{ text, before string }{
		"nothing":         {"", "starter_feeds = true\n"},
		"an open table":   {"[poll]\nworkers = 4 # few", "starter_feeds = true\n[poll]\nworkers = 4 # few\n"},
		"a feed":          {"[[feed]]\nname = 'a'\nurl = 'https://a.example/'\n", "[[feed]]\nname = 'a'\nurl = 'https://a.example/'\n"},
		"a blank line":    {"starter_feeds = false\n\n", "starter_feeds = false\n\n"},
		"Windows":         {mark + "# x\r\n[web]\r\ntitle = 'a'\r\n", mark + "starter_feeds = true\r\n# x\r\n[web]\r\ntitle = 'a'\r\n"},
		"the example":     {"# Poll.\n#starter_feeds = true\n\n[poll]\n", "# Poll.\n#starter_feeds = true\nstarter_feeds = true\n\n[poll]\n"},
		"one in a table":  {"[poll]\n#starter_feeds = true\n", "starter_feeds = true\n[poll]\n#starter_feeds = true\n"},
		"a page in table": {"[[feed]]\nname = 'a'\nurl = 'https://a.example/'\nkind = 'page'\n[feed.page]\nitem = 'li'\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			old := parsed(t, test.text)
			out, stayed := AddFeeds([]byte(test.text), []Feed{plain, {Name: "yy", URL: "https://yy.example/"}})
			if test.before != "" && !bytes.HasPrefix(out, []byte(test.before)) {
				t.Errorf("got:\n%s\nwant it to begin with:\n%s", out, test.before)
			}
			got := parsed(t, string(out))
			want := append(slices.Clone(old.Feeds), plain, Feed{Name: "yy", URL: "https://yy.example/", Outlet: "yy", Tier: "other", Kind: "feed"})
			if !reflect.DeepEqual(got.Feeds, want) || got.StarterFeeds != old.StarterFeeds {
				t.Errorf("starter %v, feeds %+v", got.StarterFeeds, got.Feeds)
			}
			if stayed != strings.Contains(test.before, "starter_feeds = true") {
				t.Errorf("stayed: %v", stayed)
			}
			if strings.Contains(test.text, "\r") != bytes.Contains(out, []byte("\r\n\r\n[[feed]]\r\nname = \"zz\"\r\n")) {
				t.Errorf("line ends: %q", out)
			}
		})
	}
	text := "user_agent = '''\n#starter_feeds = true\n'''\n"
	if out := sayStarter([]byte(text), true); string(out) != "starter_feeds = true\n"+text {
		t.Errorf("in a text: %q", out)
	}
}

func TestRemoveFeed(t *testing.T) {
	for name, test := range map[string]struct{ text, want, err string }{
		"the middle one": {
			text: "# mine\n[[feed]]\nname = 'a'\nurl = 'https://a.example/'\n\n# about b and c\n[[feed]] # b\nname = 'b' # it\n# odd\nurl = 'https://b.example/' # x\n# tail\n\n[[feed]]\nname = 'c'\nurl = 'https://c.example/'\n",
			want: "# mine\n[[feed]]\nname = 'a'\nurl = 'https://a.example/'\n\n# about b and c\n# tail\n\n[[feed]]\nname = 'c'\nurl = 'https://c.example/'\n",
		},
		"with its blank line": {
			text: "[[feed]]\nname = 'a'\nurl = 'https://a.example/'\n\n[[feed]]\nname = 'b'\nurl = 'https://b.example/'\n\n[poll]\nworkers = 1\n",
			want: "[[feed]]\nname = 'a'\nurl = 'https://a.example/'\n\n[poll]\nworkers = 1\n",
		},
		"the last one, and its tables": {
			text: "[[feed]]\nname = 'a'\nurl = 'https://a.example/'\n\n[[feed]]\nname = 'b'\nurl = 'https://b.example/'\nkind = 'page'\n\n# where\n[feed.page]\nitem = 'li'",
			want: "[[feed]]\nname = 'a'\nurl = 'https://a.example/'\n",
		},
		"tables apart": {
			text: "[[feed]]\nname = 'a'\nurl = 'https://a.example/'\n[[feed]]\nname = 'b'\nurl = 'https://b.example/'\n[poll]\nworkers = 1\n[feed.headers]\nX = 'y'\n[web]\n",
			want: "[[feed]]\nname = 'a'\nurl = 'https://a.example/'\n[poll]\nworkers = 1\n[web]\n",
		},
		"a text of several lines": {
			text: "starter_feeds = false\r\n[[feed]]\r\nname = 'b'\r\nurl = 'https://b.example/'\r\noutlet = '''b''' # [[feed]]\r\n[web]\r\n",
			want: "starter_feeds = false\r\n[web]\r\n",
		},
		"the only one": {
			text: mark + "[poll]\nworkers = 1\n\n[[feed]]\nname = 'b'\nurl = 'https://b.example/'\n",
			want: mark + "starter_feeds = false\n[poll]\nworkers = 1\n",
		},
		"a list": {
			text: "feed = [{name = 'b', url = 'https://b.example/'}]\n",
			err:  "its feeds are written as a list",
		},
		"none": {text: "", err: `no feed of the name "b"`},
	} {
		t.Run(name, func(t *testing.T) {
			parsed(t, test.text)
			got, _, err := RemoveFeed([]byte(test.text), "b")
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatal(err)
				}
				return
			}
			if err != nil || string(got) != test.want {
				t.Errorf("%v, got:\n%q\nwant:\n%q", err, got, test.want)
			}
			if c := parsed(t, string(got)); c.StarterFeeds {
				t.Error("the starter feeds came on")
			}
		})
	}
}

// Whatever the file, what was added can be taken out again, and nothing else is
// touched by either.
func FuzzEdit(f *testing.F) {
	files, _ := filepath.Glob("testdata/mistakes/*.toml")
	for _, file := range append(files, example) {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("[[feed]]\nname='a'\nurl='http://a/'\n\n \n# x"))
	f.Fuzz(func(t *testing.T, text []byte) {
		old, err := Parse("f.toml", text, none)
		if err != nil || slices.ContainsFunc(old.Feeds, func(f Feed) bool { return f.Name == "yy" }) {
			return
		}
		out, stayed := AddFeeds(text, []Feed{{Name: "yy", URL: "https://yy.example/"}})
		c, err := Parse("f.toml", out, none)
		if err != nil {
			if len(old.Feeds) > 0 && strings.Contains(string(text), "=") { // a list, to which no [[feed]] can be added
				return
			}
			t.Fatalf("%v in\n%q", err, out)
		}
		if len(c.Feeds) != len(old.Feeds)+1 || c.StarterFeeds != old.StarterFeeds {
			t.Fatalf("%d feeds after %d", len(c.Feeds), len(old.Feeds))
		}
		back, _, err := RemoveFeed(out, "yy")
		if err != nil {
			t.Fatal(err)
		}
		want := text
		if rest, marked := bytes.CutPrefix(text, []byte(mark)); stayed {
			if want = sayStarter(rest, true); marked {
				want = append([]byte(mark), want...)
			}
		}
		if !bytes.Equal(bytes.TrimSpace(back), bytes.TrimSpace(want)) {
			t.Errorf("before:\n%q\nafter:\n%q", want, back)
		}
	})
}

func TestReplace(t *testing.T) {
	file := write(t, "config.toml", "old")
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.toml")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	if err := Replace(link, []byte("older"), []byte("new")); err == nil || !strings.Contains(err.Error(), "somebody else") {
		t.Errorf("changed meanwhile: %v", err)
	}
	if err := Replace(link, []byte("old"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	at, err := os.Lstat(link)
	if err != nil || at.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", at, err)
	}
	info, err := os.Stat(file)
	text, _ := os.ReadFile(file)
	if err != nil || info.Mode().Perm() != 0o640 || string(text) != "new" {
		t.Errorf("%v, %v, %q", info, err, text)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	fresh := filepath.Join(t.TempDir(), "fresh.toml")
	if err := Replace(fresh, nil, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(fresh); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := Replace(link, nil, []byte("x")); err == nil || !strings.Contains(err.Error(), "leads nowhere") {
		t.Errorf("a dangling link: %v", err)
	}
}
