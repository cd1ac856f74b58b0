package feeds

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
)

// ways are the transports of a Fetcher: the direct one, and those made from it
// for feeds that are asked in another way. One of each kind serves all.
type ways struct {
	direct http.RoundTripper
	mu     sync.Mutex
	others map[way]http.RoundTripper
}

// way is how a feed is asked; the zero way is directly.
type way struct {
	proxy string
	http1 bool
}

// of returns the transport that a feed is asked through.
func (w *ways) of(f Feed) (http.RoundTripper, error) {
	is := way{f.Proxy, f.HTTP1}
	if is == (way{}) {
		return w.direct, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if t := w.others[is]; t != nil {
		return t, nil
	}
	t, err := w.make(is)
	if err != nil {
		return nil, err
	}
	if w.others == nil {
		w.others = map[way]http.RoundTripper{}
	}
	w.others[is] = t
	return t, nil
}

func (w *ways) make(is way) (http.RoundTripper, error) {
	direct, ok := w.direct.(*http.Transport)
	if !ok {
		return nil, &problem{"it cannot be asked by a proxy or without HTTP/2 here", nil}
	}
	t := direct.Clone()
	if is.http1 {
		t.ForceAttemptHTTP2 = false
		t.Protocols = new(http.Protocols)
		t.Protocols.SetHTTP1(true)
		t.TLSClientConfig = cmp.Or(t.TLSClientConfig, &tls.Config{})
		t.TLSClientConfig.NextProtos = []string{"http/1.1"} // Clone has put h2 there
	}
	if is.proxy == "" {
		return t, nil
	}
	u, err := url.Parse(is.proxy)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" {
		return nil, &problem{"its proxy is not an http, https or socks5 address", err}
	}
	// All connections of this one go to the operator's own proxy, wherever that
	// is. What the proxy connects to is for it to say: it looks up the names.
	t.Proxy = http.ProxyURL(u)
	t.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
		if resp.StatusCode != http.StatusOK {
			return &problem{fmt.Sprintf("its proxy answered %d", resp.StatusCode), nil}
		}
		return nil
	}
	t.DialContext = (&net.Dialer{Timeout: dialTimeout}).DialContext
	return t, nil
}
