package feedstest

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestScore marks two readers that nobody should write. What neither does badly
// is no test of manners.
func TestScore(t *testing.T) {
	bad := map[string]bool{}
	var names []string
	for reader, new := range map[string]func(*http.Client, *sync.WaitGroup) Reader{"rude": rude, "careless": careless} {
		synctest.Test(t, func(t *testing.T) {
			web := Start(t)
			transport := &http.Transport{DialContext: web.Dial, MaxIdleConnsPerHost: 1}
			defer transport.CloseIdleConnections()
			var wg sync.WaitGroup
			defer wg.Wait()
			for _, mark := range Score(web, new(&http.Client{Transport: transport}, &wg)) {
				t.Log(reader, mark)
				if mark.Unscored != "" {
					continue
				}
				if !slices.Contains(names, mark.Name) {
					names = append(names, mark.Name)
				}
				bad[mark.Name] = bad[mark.Name] || !mark.OK
			}
		})
	}
	for _, name := range names {
		if !bad[name] {
			t.Errorf("both readers do well in %q", name)
		}
	}
	if len(names) < 25 {
		t.Errorf("only %d manners are scored", len(names))
	}
}

// each runs f for every address until it is stopped.
func each(wg *sync.WaitGroup, f func(ctx context.Context, address string)) Reader {
	return func(addresses []string) (stop func()) {
		ctx, cancel := context.WithCancel(context.Background())
		for _, address := range addresses {
			wg.Go(func() { f(ctx, address) })
		}
		return func() { cancel(); wg.Wait() }
	}
}

// ask asks for an address and reads the answer, which may be nil.
func ask(ctx context.Context, c *http.Client, address string, with http.Header) *http.Response {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil
	}
	maps.Copy(req.Header, with)
	resp, err := c.Do(req)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body) // what comes, comes
	return resp
}

// rude asks for all of everything each quarter of an hour, faster when it is
// told off, and at once where it may keep nothing.
func rude(c *http.Client, wg *sync.WaitGroup) Reader {
	c.Jar, _ = cookiejar.New(nil)
	return each(wg, func(ctx context.Context, address string) {
		host := strings.Split(address, "/")[2]
		ask(ctx, c, "http://"+host+"/favicon.ico", nil)
		for ctx.Err() == nil {
			wait := 15 * time.Minute
			resp := ask(ctx, c, address, http.Header{"Accept-Encoding": {"identity"}})
			if resp != nil && resp.StatusCode >= 400 {
				wait = 10 * time.Minute
			}
			if resp != nil && strings.Contains(resp.Header.Get("Cache-Control"), "no-store") {
				wait = 3 * time.Minute
			}
			sleep(ctx, wait)
		}
	})
}

// careless means well: it sends validators, but of its own making, follows all
// hints to the letter, and takes every redirect for good.
func careless(c *http.Client, wg *sync.WaitGroup) Reader {
	return each(wg, func(ctx context.Context, address string) {
		conditions := http.Header{}
		size := int64(-2)
		for ctx.Err() == nil {
			wait := 30 * time.Minute
			resp := ask(ctx, c, address, conditions)
			if resp != nil {
				address = resp.Request.URL.String()
				if resp.ContentLength != size { // what is new has another length
					size = resp.ContentLength
					conditions = http.Header{"If-Modified-Since": {time.Now().UTC().Format(http.TimeFormat)}}
					if etag := header(resp.Header).get("ETag"); etag != "" {
						conditions["If-None-Match"] = []string{strings.Trim(etag, `"`)}
					}
				}
				var seconds int
				if n, _ := fmt.Sscanf(resp.Header.Get("Cache-Control"), "max-age=%d", &seconds); n == 1 {
					wait = max(wait, time.Duration(seconds)*time.Second)
				}
			}
			sleep(ctx, wait)
		}
	})
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
