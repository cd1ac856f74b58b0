package web

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestNewWantsAPasswordBeyondLoopback(t *testing.T) {
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := New(&shelf{}, Options{Listener: l}); err == nil || !strings.Contains(err.Error(), "needs a password") {
		t.Errorf("New on %s without a password: %v", l.Addr(), err)
	}
	s, err := New(&shelf{}, Options{Listener: l, Password: "long and good"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(s.URL(), "http://localhost:") {
		t.Errorf("URL is %s, which no browser opens", s.URL())
	}
}

func TestHeaders(t *testing.T) {
	_, base := serve(t, morning(), Options{})
	for _, p := range []string{"/c/desk", "/feeds", "/static/page.js", "/nowhere"} {
		resp, body := fetch(t, "GET", base+p, "")
		for name, want := range map[string]string{
			"Content-Security-Policy": policy,
			"X-Content-Type-Options":  "nosniff",
			"Referrer-Policy":         "same-origin",
		} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", p, name, got, want)
			}
		}
		for _, inline := range []string{" style=", "<style", " onclick="} {
			if strings.Contains(body, inline) {
				t.Errorf("%s has %q in it, which the policy forbids", p, inline)
			}
		}
	}
}

func TestHost(t *testing.T) {
	_, base := serve(t, &shelf{}, Options{})
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:8480": 200, "127.0.0.1": 200, "127.8.9.1:1": 200, "[::1]:8480": 200, "[::1]": 200,
		"evil.example": 421, "localhost.evil.example:8480": 421, "192.168.1.4": 421, "0.0.0.0": 421,
	} {
		if resp, _ := fetch(t, "GET", base+"/c/desk", "", "Host", host); resp.StatusCode != want {
			t.Errorf("Host %q answered %s, want %d", host, resp.Status, want)
		}
	}
}

func TestCommandsFromOtherSites(t *testing.T) {
	d := &shelf{}
	_, base := serve(t, d, Options{})
	for _, test := range []struct {
		head []string
		want int
	}{
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Sec-Fetch-Site", "same-site"}, 403},
		{[]string{"Origin", "https://evil.example"}, 403},
		{[]string{"Origin", "null"}, 403},
		{[]string{"Sec-Fetch-Site", "same-origin"}, 303},
		{[]string{"Origin", base}, 303}, // plain HTTP beyond loopback: no Sec-Fetch-Site
		{nil, 303},                      // no browser
	} {
		before := len(d.subs)
		resp, _ := fetch(t, "POST", base+"/c/desk", "line=subscribe+x", test.head...)
		if resp.StatusCode != test.want || (len(d.subs) > before) != (test.want == 303) {
			t.Errorf("a command with %q answered %s and was worked %t, want %d", test.head, resp.Status, len(d.subs) > before, test.want)
		}
	}
}

func TestPassword(t *testing.T) {
	_, base := serve(t, &shelf{}, Options{Password: "wächter"})
	for _, p := range []string{"/c/desk", "/c/desk/events", "/static/page.css", "/feeds"} {
		resp, body := fetch(t, "GET", base+p, "")
		if resp.StatusCode != http.StatusUnauthorized || resp.Header.Get("WWW-Authenticate") == "" || strings.Contains(body, "wächter") {
			t.Errorf("%s without the password answered %s", p, resp.Status)
		}
	}
	for password, want := range map[string]int{"wächter": 200, "wachter": 401, "": 401} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", base+"/c/desk", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth("anybody", password)
		req.Host = "desk.ministry.example" // any name will do, behind a password
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("password %q answered %s, want %d", password, resp.Status, want)
		}
	}
}

func TestGuessesAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipes()
		s, err := New(&shelf{}, Options{Listener: p, Password: "right"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var running, guessing sync.WaitGroup
		running.Go(func() { _ = s.Run(ctx, &shelf{}) })
		begun := time.Now()
		answers := make(chan int, 3*maxGuesses)
		for range cap(answers) {
			guessing.Go(func() {
				req, _ := http.NewRequestWithContext(t.Context(), "GET", "http://desk.example/c/desk", nil)
				req.SetBasicAuth("", "wrong")
				resp, err := p.client().RoundTrip(req)
				if err != nil {
					t.Error(err)
					return
				}
				resp.Body.Close()
				answers <- resp.StatusCode
			})
		}
		guessing.Wait()
		close(answers)
		count := map[int]int{}
		for status := range answers {
			count[status]++
		}
		if count[401] != maxGuesses || count[429] != 2*maxGuesses {
			t.Errorf("the guesses were answered %v, want %d of 401 and %d of 429", count, maxGuesses, 2*maxGuesses)
		}
		if took := time.Since(begun); took != guessDelay {
			t.Errorf("a wrong guess cost %s of the bubble's time, want %s", took, guessDelay)
		}
		stop()
		running.Wait()
	})
}
