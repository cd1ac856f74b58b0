package cli

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// TestFeedParseTyped reads what somebody has typed the address of, were it on
// their own machine; but nothing else that it leads to.
func TestFeedParseTyped(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		if os.Getenv("ATTACHE_TEST_FULL") == "1" {
			t.Fatal(err)
		}
		t.Skipf("left out: there is no 127.0.0.2 here: %v", err)
	}
	feed := func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `<rss version="2.0"><channel><item><title>Envoy recalled</title></item></channel></rss>`)
	}
	other := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(feed)}}
	other.Start()
	defer other.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("/rss", feed)
	mux.Handle("/away", http.RedirectHandler(other.URL+"/s3cret", http.StatusFound))
	server := httptest.NewServer(mux)
	defer server.Close()
	for _, test := range []struct {
		address string
		status  int
		want    string
	}{
		{server.URL + "/rss", fine, "Envoy recalled"},
		{strings.Replace(server.URL, "127.0.0.1", "localhost", 1) + "/rss", fine, "Envoy recalled"},
		{server.URL + "/away", found, `127.0.0.2 is in a private network: add "127.0.0.0/8" to poll.allow if it is to be asked`},
	} {
		status, out, errs := ran(t, "feed", "parse", test.address)
		if status != test.status || !strings.Contains(out+errs, test.want) || strings.Contains(out+errs, "s3cret") {
			t.Errorf("%s: %d, %q, %q; want %q", test.address, status, out, errs, test.want)
		}
	}
}
