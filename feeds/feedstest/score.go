package feedstest

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Mark is how a feed reader does in one of its manners.
type Mark struct {
	Name     string
	OK       bool
	Unscored string // why it is neither good nor bad
	Evidence string
}

func (m Mark) String() string {
	is := map[bool]string{true: "good", false: "BAD "}[m.OK]
	if m.Unscored != "" {
		return fmt.Sprintf("-     %s: %s (%s)", m.Name, m.Unscored, m.Evidence)
	}
	return fmt.Sprintf("%s  %s: %s", is, m.Name, m.Evidence)
}

// Reader begins to poll addresses ("http://news.example/rss") as a feed reader
// does that was given them once, and returns what stops it. When it is called
// again, it is the same reader after a restart.
type Reader func(addresses []string) (stop func())

// Score lets a reader poll a web for five days, with a restart after two, and
// marks its manners. The list is Rachel Kroll's, of her feed reader score
// (https://rachelbythebay.com/fs/help.html), with RFC 9110 and 9111 and what
// operators of feeds complain of besides. It must be called in a synctest
// bubble.
func Score(web *Web, start Reader) []Mark {
	s := &score{all: sites(), restart: 48*time.Hour + 17*time.Minute}
	begin := time.Now()
	var addresses []string
	for _, site := range s.all {
		site.begin = begin
		web.Handle(site.host, site)
		for _, path := range site.paths {
			addresses = append(addresses, "http://"+site.host+path)
		}
	}
	slices.Sort(addresses)
	stop := start(addresses)
	time.Sleep(s.restart)
	stop()
	stop = start(addresses)
	time.Sleep(5*24*time.Hour - s.restart)
	stop()
	return s.marks()
}

// score is a reader's record.
type score struct {
	all     map[string]*site
	restart time.Duration
}

// each calls f with the exchanges of every address that was asked.
func (s *score) each(f func(list []exchange)) {
	for _, site := range s.all {
		byAddress := map[string][]exchange{}
		for _, x := range site.exchanges("") {
			byAddress[x.address] = append(byAddress[x.address], x)
		}
		for _, list := range byAddress {
			f(list)
		}
	}
}

// gaps are the shortest and the longest time between two exchanges of a list.
func gaps(list []exchange) (least, most time.Duration) {
	least = math.MaxInt64
	for i := 1; i < len(list); i++ {
		gap := list[i].at - list[i-1].at
		least, most = min(least, gap), max(most, gap)
	}
	return least, most
}

// between marks the time between the requests of an address.
func (s *score) between(name, site, path string, least, most time.Duration) Mark {
	list := s.all[site].exchanges(path)
	l, m := gaps(list)
	if len(list) < 2 {
		return Mark{Name: name, Evidence: fmt.Sprintf("asked %d times", len(list))}
	}
	return Mark{Name: name, OK: l >= least && m <= most, Evidence: fmt.Sprintf("asked %d times, %v to %v apart", len(list), l.Round(time.Second), m.Round(time.Second))}
}

// validators marks whether a conditional header is always what the address gave
// last, byte for byte. One that redirects has no document, and takes no heed.
func (s *score) validators(name, sent, from string) Mark {
	good, late, made := 0, 0, 0
	example := ""
	s.each(func(list []exchange) {
		var given []string
		for _, x := range list {
			if value := x.asked.get(sent); value != "" && x.given.get("Location") == "" {
				switch n := len(given); {
				case n > 0 && value == given[n-1]:
					good++
				case slices.Contains(given, value):
					late++
				default:
					made++
					example = fmt.Sprintf(", such as %q", value)
				}
			}
			if value := x.given.get(from); value != "" && (x.status == http.StatusOK || x.status == http.StatusNotModified) {
				given = append(given, value)
			}
		}
	})
	return Mark{Name: name, OK: good > 0 && late+made == 0, Evidence: fmt.Sprintf("%d good, %d out of sequence, %d made up%s", good, late, made, example)}
}

// conditional marks whether every request is, of those that could be.
func (s *score) conditional(name string, which func(before, x exchange) bool) Mark {
	could, did := 0, 0
	s.each(func(list []exchange) {
		for i, x := range list[min(1, len(list)):] {
			before := list[i]
			if before.given.get("ETag") == "" && before.given.get("Last-Modified") == "" || !which(before, x) {
				continue
			}
			could++
			if x.asked.get("If-None-Match") == before.given.get("ETag") && x.asked.get("If-Modified-Since") == before.given.get("Last-Modified") {
				did++
			}
		}
	})
	return Mark{Name: name, OK: could > 0 && did == could, Evidence: fmt.Sprintf("%d of %d", did, could)}
}

// never marks what no request may have.
func (s *score) never(name string, bad func(s *site, x exchange) string) Mark {
	n, count, example := 0, 0, ""
	for _, site := range s.all {
		for _, x := range site.exchanges("") {
			n++
			if what := bad(site, x); what != "" {
				count++
				example = ", such as " + what
			}
		}
	}
	return Mark{Name: name, OK: n > 0 && count == 0, Evidence: fmt.Sprintf("%d of %d requests%s", count, n, example)}
}

// moved marks whether a reader asks an address that redirects for good for as
// long as it may be a slip, and no longer; and one that redirects for now, on.
func (s *score) moved(status int, forGood bool) Mark {
	own, to := s.all[fmt.Sprint("moved-", status)].exchanges(""), s.all[fmt.Sprint("to-moved-", status)].exchanges("")
	m := Mark{Name: fmt.Sprintf("a %d is followed, and not taken for good", status)}
	if forGood {
		m.Name = fmt.Sprintf("a %d is followed at once, taken for good after days, and not asked again", status)
	}
	if len(own) == 0 || len(to) == 0 {
		m.Evidence = fmt.Sprintf("asked %d and %d times", len(own), len(to))
		return m
	}
	last := own[len(own)-1].at
	m.Evidence = fmt.Sprintf("its own address was last asked after %.0f h, the other after %.0f h", last.Hours(), to[len(to)-1].at.Hours())
	if forGood {
		m.OK = last > 24*time.Hour && last < 90*time.Hour && to[len(to)-1].at > 115*time.Hour
	} else {
		m.OK = last > 115*time.Hour
	}
	return m
}

func (s *score) marks() []Mark {
	always := func(exchange, exchange) bool { return true }
	overRestart := func(before, x exchange) bool { return before.at < s.restart && x.at >= s.restart }
	onSite := func(name string) func(exchange, exchange) bool {
		return func(_, x exchange) bool { return strings.HasPrefix(x.address, name+".example/") }
	}
	const m, h = time.Minute, time.Hour
	interval := s.between("6. at most one poll an hour when nothing says otherwise", "plain", "/rss", h, math.MaxInt64)
	interval.Unscored = "by design: every 5 to 30 min by tier, since it is news; never more often than the server's own hints allow"
	return []Mark{
		s.conditional("1. after the first, every request is conditional", always),
		s.conditional("1. to a server that knows no conditions, too", onSite("deaf")),
		s.validators("2. If-Modified-Since is the Last-Modified, byte for byte", "If-Modified-Since", "Last-Modified"),
		s.validators("3. If-None-Match is the ETag, byte for byte", "If-None-Match", "ETag"),
		s.conditional("4. a touch renews the validators", onSite("touch")),
		s.conditional("4. a 304 renews the validators", onSite("renew")),
		s.conditional("5. validators survive a restart", overRestart),
		interval,
		s.repolls("6. a restart does not poll again"),
		s.between("6. a server that is unconditional and unchanged is asked once an hour at most", "mute", "/rss", 30*m, 75*m),
		s.between("6. max-age is honoured, less the Age", "fresh", "/rss", 90*m, 100*m),
		s.between("6. Expires is honoured", "expires", "/rss", 2*h, 135*m),
		s.between("6. no-store is not a wish to be asked at once", "hasty", "/rss", 5*m, 75*m),
		s.between("6. a hint of days freezes no feed", "frozen", "/rss", h, 7*h),
		s.retries("7. Retry-After of a 429 is obeyed", "limit", "/rss"),
		s.retries("7. as a date, too", "limit-date", "/rss"),
		s.retries("7. and of a 503", "busy", "/rss"),
		s.siblings("7. for all feeds of the host"),
		s.slows("7. errors never speed it up, but slow it down"),
		s.never("8. no cookies", func(_ *site, x exchange) string { return x.asked.get("Cookie") }),
		s.never("8. no Referer", func(_ *site, x exchange) string { return x.asked.get("Referer") }),
		s.never("8. no addresses but those given: no parameters, no favicons", func(site *site, x exchange) string {
			if slices.Contains(site.paths, strings.TrimPrefix(x.address, site.host)) || strings.HasPrefix(site.host, "to-") && strings.HasSuffix(x.address, "/rss") {
				return ""
			}
			return x.address
		}),
		{Name: "9. IPv4 or IPv6 is recorded", Unscored: "this web is in memory"},
		s.never("a telling User-Agent", func(_ *site, x exchange) string {
			agent := x.asked.get("User-Agent")
			if agent == "" || !strings.Contains(agent, "/") || strings.HasPrefix(agent, "Go-http-client") || strings.HasPrefix(agent, "Mozilla") {
				return fmt.Sprintf("%q", agent)
			}
			return ""
		}),
		s.never("compression is asked for", func(_ *site, x exchange) string {
			if !strings.Contains(x.asked.get("Accept-Encoding"), "gzip") {
				return fmt.Sprintf("%q", x.asked.get("Accept-Encoding"))
			}
			return ""
		}),
		s.moved(301, true), s.moved(308, true), s.moved(302, false), s.moved(307, false),
		s.once("a 410 is not asked again", "gone"),
		s.apart("feeds of a host are asked one at a time, a second apart", "crowd"),
	}
}

// repolls marks whether the restart made the reader ask early.
func (s *score) repolls(name string) Mark {
	least := time.Duration(math.MaxInt64)
	for _, site := range s.all {
		for _, path := range site.paths {
			list := site.exchanges(path)
			for i := 1; i < len(list); i++ {
				if list[i-1].at < s.restart && list[i].at >= s.restart {
					least = min(least, list[i].at-list[i-1].at)
				}
			}
		}
	}
	return Mark{Name: name, OK: least >= 5*time.Minute && least < math.MaxInt64, Evidence: fmt.Sprintf("%v apart over it", least.Round(time.Second))}
}

// retries marks whether a server that asked for it was left alone.
func (s *score) retries(name, site, path string) Mark {
	const wanted = 2*time.Hour - time.Second // a date has no fractions of one
	list := s.all[site].exchanges(path)
	refused, early := 0, 0
	for i, x := range list[min(1, len(list)):] {
		if list[i].given.get("Retry-After") == "" {
			continue
		}
		refused++
		if x.at-list[i].at < wanted {
			early++
		}
	}
	return Mark{Name: name, OK: refused > 1 && early == 0, Evidence: fmt.Sprintf("%d of %d times too early", early, refused)}
}

// siblings marks whether what one feed of a host was told holds for the other.
func (s *score) siblings(name string) Mark {
	list := s.all["limit"].exchanges("")
	var until time.Duration
	early, n := 0, 0
	for _, x := range list {
		if x.at < until && x.at < s.restart { // a restart remembers it for the one feed
			early++
		}
		n++
		if x.given.get("Retry-After") != "" {
			until = x.at + 2*time.Hour
		}
	}
	return Mark{Name: name, OK: n > 2 && early == 0, Evidence: fmt.Sprintf("%d of %d requests too early", early, n)}
}

// slows marks how a server in trouble is asked.
func (s *score) slows(name string) Mark {
	var wait []time.Duration
	list := s.all["down"].exchanges("/rss")
	for i, x := range list[min(1, len(list)):] {
		if list[i].status == http.StatusInternalServerError {
			wait = append(wait, x.at-list[i].at)
		}
	}
	ok := len(wait) > 3 && slices.Max(wait) >= 4*time.Hour && slices.Max(wait) <= 7*time.Hour
	for i := 1; i < len(wait); i++ {
		ok = ok && wait[i] > wait[i-1]*8/10 // it may have come to its ceiling, give or take a jitter
	}
	return Mark{Name: name, OK: ok, Evidence: fmt.Sprintf("waits of %v", round(wait))}
}

func round(list []time.Duration) (out []time.Duration) {
	for _, d := range list {
		out = append(out, d.Round(time.Minute))
	}
	return out[:min(len(out), 8)]
}

// once marks whether an address was asked one time only.
func (s *score) once(name, site string) Mark {
	n := len(s.all[site].exchanges(""))
	return Mark{Name: name, OK: n == 1, Evidence: fmt.Sprintf("asked %d times", n)}
}

// apart marks the requests of all addresses of a host.
func (s *score) apart(name, site string) Mark {
	list := s.all[site].exchanges("")
	least, _ := gaps(list)
	crowded := slices.ContainsFunc(list, func(x exchange) bool { return x.crowded })
	return Mark{Name: name, OK: len(list) > len(s.all[site].paths) && least >= time.Second && !crowded,
		Evidence: fmt.Sprintf("%d requests, %v apart at least, some at once: %v", len(list), least.Round(time.Millisecond), crowded)}
}
