package feeds

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// TestGate tries the addresses that a fetcher is led to by who would like it to
// look around inside: those of IANA's registries of special addresses, and a
// few that look public.
func TestGate(t *testing.T) {
	private := func(addr, network string) string {
		return addr + ` is in a private network: add "` + network + `" to poll.allow if it is to be asked`
	}
	special := func(addr string) string { return addr + " is not the address of a public server" }
	for _, test := range []struct{ address, want string }{
		{"8.8.8.8:80", ""},
		{"1.1.1.1:443", ""},
		{"[2606:4700::1111]:443", ""},
		{"[::ffff:8.8.8.8]:80", ""},
		{"8.8.8.8:8080", "port 8080 is not asked: add 8080 to poll.ports"},
		{"8.8.8.8:22", "port 22 is not asked: add 22 to poll.ports"},
		{"8.8.8.8:0", "port 0 is not asked: add 0 to poll.ports"},

		{"127.0.0.1:80", private("127.0.0.1", "127.0.0.0/8")},
		{"127.255.255.254:443", private("127.255.255.254", "127.0.0.0/8")},
		{"10.0.0.1:80", private("10.0.0.1", "10.0.0.0/8")},
		{"10.1.2.3:6379", private("10.1.2.3", "10.0.0.0/8")},
		{"172.16.0.1:80", private("172.16.0.1", "172.16.0.0/12")},
		{"172.31.255.255:80", private("172.31.255.255", "172.16.0.0/12")},
		{"192.168.1.1:80", private("192.168.1.1", "192.168.0.0/16")},
		{"100.64.0.1:80", private("100.64.0.1", "100.64.0.0/10")},
		{"[::1]:80", private("::1", "::1/128")},
		{"[fc00::1]:80", private("fc00::1", "fc00::/7")},
		{"[fd12:3456::1]:80", private("fd12:3456::1", "fc00::/7")},
		{"[::ffff:127.0.0.1]:80", private("127.0.0.1", "127.0.0.0/8")},
		{"[::ffff:10.0.0.1]:80", private("10.0.0.1", "10.0.0.0/8")},

		{"0.0.0.0:80", special("0.0.0.0")},
		{"0.1.2.3:80", special("0.1.2.3")},
		{"169.254.169.254:80", special("169.254.169.254")}, // metadata of AWS, GCP and others
		{"168.63.129.16:80", special("168.63.129.16")},     // of Azure
		{"192.0.0.192:80", special("192.0.0.192")},         // of Oracle
		{"192.0.2.1:80", special("192.0.2.1")},
		{"192.88.99.1:80", special("192.88.99.1")},
		{"198.18.0.1:80", special("198.18.0.1")},
		{"198.51.100.1:80", special("198.51.100.1")},
		{"203.0.113.1:80", special("203.0.113.1")},
		{"224.0.0.1:80", special("224.0.0.1")},
		{"240.0.0.1:80", special("240.0.0.1")},
		{"255.255.255.255:80", special("255.255.255.255")},
		{"[::]:80", special("::")},
		{"[::127.0.0.1]:80", special("::7f00:1")},
		{"[fe80::1]:80", special("fe80::1")},
		{"[fe80::1%eth0]:80", special("fe80::1%eth0")},
		{"[::1%lo]:80", special("::1%lo")},
		{"[fec0::1]:80", special("fec0::1")},
		{"[ff02::1]:80", special("ff02::1")},
		{"[64:ff9b::7f00:1]:80", special("64:ff9b::7f00:1")}, // NAT64 of 127.0.0.1
		{"[64:ff9b:1::1]:80", special("64:ff9b:1::1")},
		{"[100::1]:80", special("100::1")},
		{"[2001::1]:80", special("2001::1")},             // Teredo
		{"[2002:7f00:1::]:80", special("2002:7f00:1::")}, // 6to4 of 127.0.0.1
		{"[2001:db8::1]:80", special("2001:db8::1")},
		{"[3fff::1]:80", special("3fff::1")},
		{"[4000::1]:80", special("4000::1")},
		{"nonsense", "it is at something that is no internet address"},
	} {
		network := "tcp4"
		if strings.HasPrefix(test.address, "[") {
			network = "tcp6"
		}
		got := ""
		if err := newGate(TransportOptions{}).control(network, test.address, nil); err != nil {
			got = Sentence(err)
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.address, got, test.want)
		}
	}
	for _, network := range []string{"tcp", "udp4", "unix", "ip4:icmp"} {
		if newGate(TransportOptions{}).control(network, "8.8.8.8:80", nil) == nil {
			t.Errorf("%s is let through", network)
		}
	}
}

func TestGateAllows(t *testing.T) {
	g := newGate(TransportOptions{
		Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8")},
		Ports: []uint16{8080},
	})
	for address, want := range map[string]bool{
		"10.1.2.3:80": true, "10.1.2.3:6379": true, "10.2.2.3:80": false, "[::ffff:10.1.2.3]:9": true,
		"[fd00::1]:5000": true, "[fc00::1]:80": false, "[fd00::1%eth0]:80": false,
		"8.8.8.8:8080": true, "8.8.8.8:8081": false, "8.8.8.8:80": true, "127.0.0.1:8080": false,
	} {
		network := "tcp4"
		if strings.HasPrefix(address, "[") {
			network = "tcp6"
		}
		if err := g.control(network, address, nil); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestGateKeepsShut leads a fetcher to a server of the test by every way there
// is. None arrives; and what is said of it is true.
func TestGateKeepsShut(t *testing.T) {
	inside := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s was reached", r.Host)
	}))
	defer inside.Close()
	addr := strings.TrimPrefix(inside.URL, "http://127.0.0.1")
	const refused = `127.0.0.1 is in a private network: add "127.0.0.0/8" to poll.allow if it is to be asked`
	for host, want := range map[string]string{
		"127.0.0.1":               refused,
		"localhost":               "is in a private network",
		"[::ffff:127.0.0.1]":      refused,
		"[::1%25lo]":              "its address names a network interface of this machine",
		"[fe80::1%25eth0]":        "its address names a network interface of this machine",
		"2130706433":              "", // a name to Go, and the number of 127.0.0.1 to some
		"0177.0.0.1":              "",
		"0x7f.1":                  "",
		"127.1":                   "",
		"[0:0:0:0:0:ffff:7f00:1]": refused,
		"user@127.0.0.1":          "its address has a user name or password in it",
	} {
		feed := Feed{Name: "inside", URL: "http://" + host + addr + "/s3cret"}
		_, err := NewFetcher(NewTransport(TransportOptions{}), FetchOptions{}).Fetch(t.Context(), feed, State{})
		if err == nil || !strings.Contains(Sentence(err), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// TestGateMindsRedirects goes from an address that is allowed to one that is
// not, over real connections.
func TestGateMindsRedirects(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		wants(t, "there is no 127.0.0.2 here: ", err)
	}
	inside := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the redirect was followed inside")
	})}}
	inside.Start()
	defer inside.Close()
	outside := httptest.NewServer(http.RedirectHandler(inside.URL+"/s3cret", http.StatusMovedPermanently))
	defer outside.Close()
	_, err = NewFetcher(NewTransport(loopback), FetchOptions{}).Fetch(t.Context(), Feed{Name: "f", URL: outside.URL}, State{})
	if got, want := Sentence(err), `127.0.0.2 is in a private network: add "127.0.0.0/8" to poll.allow if it is to be asked`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if unreached(err) {
		t.Error("a refusal counts as a network that is down")
	}
}

// TestGateMindsRebinding asks a name that somebody outside has made to mean an
// address inside, as they may at any time.
func TestGateMindsRebinding(t *testing.T) {
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached") }))
	defer inside.Close()
	dns := rebinding(t)
	transport := NewTransport(TransportOptions{})
	dialer := &net.Dialer{Timeout: dialTimeout, Control: newGate(TransportOptions{}).control, Resolver: &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "udp", dns)
		},
	}}
	transport.DialContext = dialer.DialContext
	feed := Feed{Name: "f", URL: strings.Replace(inside.URL, "127.0.0.1", "rebinding.test", 1)}
	_, err := NewFetcher(transport, FetchOptions{}).Fetch(t.Context(), feed, State{})
	if got := Sentence(err); !strings.HasPrefix(got, "127.0.0.1 is in a private network") {
		t.Errorf("%q", got)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// rebinding serves DNS that says of every name that it is 127.0.0.1; it returns
// its address.
func rebinding(t *testing.T) string {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			conn.WriteTo(dnsAnswer(buf[:n]), from)
		}
	}()
	return conn.LocalAddr().String()
}

// dnsAnswer says 127.0.0.1 to a question for an A, and nothing to others.
func dnsAnswer(query []byte) []byte {
	var p dnsmessage.Parser
	h, err := p.Start(query)
	if err != nil {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return nil
	}
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: h.ID, Response: true, RecursionAvailable: true})
	_ = b.StartQuestions()
	_ = b.Question(q)
	_ = b.StartAnswers()
	if q.Type == dnsmessage.TypeA {
		_ = b.AResource(dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 0}, dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}})
	}
	out, _ := b.Finish()
	return out
}
