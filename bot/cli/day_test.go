package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/tools/txtar"

	"attache/bot"
	"attache/feeds"
	"attache/feeds/feedstest"
)

// TestDays plays the days of news in testdata/day: the whole program, its
// database on disk and its HTTP in memory, in a synctest bubble where a day
// passes in a moment. A script is lines of a time, who, what they do:
//
//	10:00  #desk says SUBSCRIBE…          typed on the web page's channel desk
//	10:00  #desk hears Subscribed as 1    the next alert or answer there has these words
//	10:07  wire-one publishes TITLE | SUMMARY
//	10:09  wire-one retitles OLD => NEW   the same guid, other words
//	10:09  wire-one answers 503           until it "answers" again
//	10:16  #desk sees 2 outlets           the next update there has these words
//	10:20  crash and restart              on the files as a kill -9 leaves them
//	10:20  stop and start
//	10:25  reload FILE                    the config becomes that file of the archive, then SIGHUP
//	10:30  #desk hears nothing more
//
// The times are those of the first day; +1 before one makes it the next day.
// What a channel heard and no line expected fails the day.
func TestDays(t *testing.T) {
	scripts, err := filepath.Glob("testdata/day/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no days in testdata/day: %v", err)
	}
	for _, script := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(script), ".txt"), func(t *testing.T) {
			archive, err := txtar.ParseFile(script)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				d := newDay(t, dir, archive)
				d.start()
				for i, line := range strings.Split(string(archive.Comment), "\n") {
					d.at = fmt.Sprintf("%s:%d", script, i+1)
					d.step(line)
				}
				d.stop()
				for c, left := range d.heard {
					for _, m := range left {
						t.Errorf("%s: at the end, %s heard what nobody expected: %s", script, c, m)
					}
				}
			})
		})
	}
}

// day is a running day of news.
type day struct {
	t       *testing.T
	at      string // of the script, for errors
	dawn    time.Time
	dir     string
	files   map[string][]byte
	web     *feedstest.Web
	outlets map[string][]published
	lives   int // how often the program was started

	reload chan os.Signal
	page   *http.Client
	end    func() int // ends the program and returns its status

	mu    sync.Mutex
	heard map[string][]message // by channel, what no line has expected yet
}

type published struct {
	guid, title, text string
	at                time.Time
}

// message is one that was said, as a line of JSON.
type message struct{ bot.Said }

func (m message) String() string {
	kind := string(m.Kind)
	if m.Silent {
		kind = "silent " + kind
	}
	marks := ""
	if m.Claim != nil {
		marks += " | claimed"
	}
	if m.Muted != "" {
		marks += " | muted"
	}
	return fmt.Sprintf("%s %s: %s | %s | %s, %d outlets | %s%s", m.Severity, kind, m.Title,
		strings.Join(m.Summary, " / "), m.Outlet, m.Sources, strings.Join(m.Rules, ", "), marks)
}

func newDay(t *testing.T, dir string, archive *txtar.Archive) *day {
	d := &day{t: t, dawn: time.Now(), dir: dir, files: map[string][]byte{}, web: feedstest.Start(t),
		outlets: map[string][]published{}, heard: map[string][]message{}, reload: make(chan os.Signal, 1)}
	for _, f := range archive.Files {
		d.files[f.Name] = f.Data
	}
	for _, m := range regexp.MustCompile(`https?://([\w.-]+)\.example/rss`).FindAllSubmatch(d.files["config.toml"], -1) {
		d.serve(string(m[1]))
	}
	d.write("config.toml")
	return d
}

// write puts a file of the archive where the program reads its config.
func (d *day) write(name string) {
	text := fmt.Sprintf("storage.path = %q\n%s", d.db(), d.files[name])
	if err := os.WriteFile(filepath.Join(d.dir, "config.toml"), []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func (d *day) db() string { return filepath.Join(d.dir, fmt.Sprintf("life%d.db", d.lives)) }

// start runs the program as `attache run --json` on the day's config.
func (d *day) start() {
	pages := feedstest.Listen()
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return pages.Dial(ctx, network, "page.example:80")
	}
	transport := feeds.NewTransport(feeds.TransportOptions{})
	transport.DialContext = d.web.Dial
	d.page = &http.Client{Transport: &http.Transport{DialContext: dial}}
	said, out := io.Pipe()
	p := &Program{In: strings.NewReader(""), Out: out, Err: d.t.Output(), Reload: d.reload, Transport: func(feeds.TransportOptions) http.RoundTripper { return transport },
		Listen: func(string, string) (net.Listener, error) { return pages, nil }}
	ctx, cancel := context.WithCancel(context.WithoutCancel(d.t.Context()))
	status := make(chan int, 1)
	var wg sync.WaitGroup
	wg.Go(func() {
		status <- p.Main(ctx, []string{"run", "--json", "-c", filepath.Join(d.dir, "config.toml")})
		out.Close()
	})
	wg.Go(func() { d.listen(said) })
	d.end = func() int {
		cancel()
		wg.Wait()
		transport.CloseIdleConnections()
		d.page.CloseIdleConnections()
		return <-status
	}
	synctest.Wait()
}

func (d *day) listen(said io.Reader) {
	for in := json.NewDecoder(said); ; {
		var m message
		if in.Decode(&m.Said) != nil {
			return
		}
		d.mu.Lock()
		d.heard[string(m.Channel)] = append(d.heard[string(m.Channel)], m)
		d.mu.Unlock()
	}
}

func (d *day) stop() {
	d.t.Helper()
	before := time.Now()
	if status := d.end(); status != fine {
		d.t.Errorf("%s: the program ended with status %d", d.at, status)
	}
	if took := time.Since(before); took > 5*time.Second {
		d.t.Errorf("%s: the program took %s to end", d.at, took)
	}
}

var stepLine = regexp.MustCompile(`^(\+\d+ )?(\d\d:\d\d)\s+(#\S+|\S+)\s+(\S+)\s*(.*)$`)

// step plays one line of the script.
func (d *day) step(line string) {
	line = strings.TrimSpace(line)
	if line == "" || strings.HasPrefix(line, "//") {
		return
	}
	m := stepLine.FindStringSubmatch(line)
	if m == nil {
		d.t.Fatalf("%s: not a step: %s", d.at, line)
	}
	d.until(m[1], m[2])
	who, verb, rest := m[3], m[4], strings.TrimSpace(m[5])
	switch {
	case strings.HasPrefix(who, "#"):
		d.channel("web:"+who[1:], verb, rest)
	case who == "crash" || who == "stop":
		d.restart(who == "crash")
	case who == "reload":
		d.write(verb)
		d.reload <- syscall.SIGHUP
	default:
		d.outlet(who, verb, rest)
	}
	synctest.Wait()
}

// until lets time pass.
func (d *day) until(days, clock string) {
	var n int
	fmt.Sscanf(days, "+%d", &n)
	t, err := time.Parse("15:04", clock)
	if err != nil {
		d.t.Fatalf("%s: %v", d.at, err)
	}
	then := d.dawn.AddDate(0, 0, n).Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
	if then.Before(time.Now()) {
		d.t.Fatalf("%s: %s is past", d.at, clock)
	}
	time.Sleep(time.Until(then))
	synctest.Wait()
}

// channel types a line on the page, or compares what came next with the words.
func (d *day) channel(c, verb, words string) {
	if verb == "says" {
		d.says(c, words)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	queue := d.heard[c]
	if words == "nothing more" {
		for _, m := range queue {
			d.t.Errorf("%s: %s heard %s", d.at, c, m)
		}
		delete(d.heard, c)
		return
	}
	// What a command answers and what it changes are said side by side.
	i := slices.IndexFunc(queue, func(m message) bool {
		return (m.Kind == bot.KindUpdate || m.Kind == bot.KindCorrection) == (verb == "sees")
	})
	if i < 0 {
		d.t.Errorf("%s: %s %s nothing, want %q; it has %v", d.at, c, verb, words, queue)
		return
	}
	d.heard[c] = slices.Delete(slices.Clone(queue), i, i+1)
	if !strings.Contains(queue[i].String(), words) {
		d.t.Errorf("%s: %s %s %s, want %q", d.at, c, verb, queue[i], words)
	}
}

func (d *day) says(c, line string) {
	name := strings.TrimPrefix(c, "web:")
	resp, err := d.page.PostForm("http://localhost/c/"+name, url.Values{"line": {line}})
	if err != nil {
		d.t.Fatalf("%s: %v", d.at, err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		d.t.Fatalf("%s: the page answered %s: %s", d.at, resp.Status, body)
	}
}

// restart ends the program and starts it again. After a crash it finds its
// files as they were in the middle of things: nothing closed, nothing tidied.
func (d *day) restart(crash bool) {
	files := map[string][]byte{}
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(d.db() + suffix)
		if err != nil && crash {
			d.t.Fatal(err)
		}
		files[suffix] = b
	}
	d.stop()
	if crash {
		d.lives++
		for suffix, b := range files {
			if err := os.WriteFile(d.db()+suffix, b, 0o600); err != nil {
				d.t.Fatal(err)
			}
		}
		d.write("config.toml")
	}
	d.start()
}

// outlet makes an outlet publish, edit, or fail.
func (d *day) outlet(name, verb, rest string) {
	items := d.outlets[name]
	switch verb {
	case "publishes":
		title, text, _ := strings.Cut(rest, " | ")
		if body, ok := d.files[text]; ok {
			text = string(body)
		}
		items = append(items, published{fmt.Sprintf("%s-%d", name, len(items)+1), title, text, time.Now()})
	case "retitles":
		was, now, _ := strings.Cut(rest, " => ")
		found := false
		for i := range items {
			if items[i].title == was {
				items[i].title, found = now, true
			}
		}
		if !found {
			d.t.Fatalf("%s: %s has not published %q", d.at, name, was)
		}
	case "answers":
		if rest != "again" {
			var status int
			fmt.Sscanf(rest, "%d", &status)
			d.web.Set(name+".example/rss", feedstest.Page{Status: status})
			return
		}
	default:
		d.t.Fatalf("%s: outlets do not %q", d.at, verb)
	}
	d.outlets[name] = items
	d.serve(name)
}

// serve sets what an outlet's feed says: all it has published.
func (d *day) serve(name string) {
	var b bytes.Buffer
	text := func(tag, s string) {
		b.WriteString("<" + tag + ">")
		xml.EscapeText(&b, []byte(s))
		b.WriteString("</" + tag + ">")
	}
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>`)
	text("title", name)
	for _, it := range d.outlets[name] {
		b.WriteString("<item>")
		text("title", it.title)
		text("description", it.text)
		text("guid", it.guid)
		text("link", "https://"+name+".example/"+it.guid)
		text("pubDate", it.at.UTC().Format(time.RFC1123Z))
		b.WriteString("</item>")
	}
	b.WriteString("</channel></rss>")
	d.web.Set(name+".example/rss", feedstest.Page{Body: b.String(), ETag: fmt.Sprintf(`"%x"`, crc32.ChecksumIEEE(b.Bytes()))})
}
