package feeds

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// TransportOptions say what a transport may connect to; the zero value is every
// public address, at ports 80 and 443.
type TransportOptions struct {
	Allow []netip.Prefix // networks that are asked although they are not public, at any port
	Ports []uint16       // that public addresses are asked at, beside 80 and 443
}

// NewTransport returns the transport that all feeds are fetched through. One is
// enough for a program: it keeps connections alive between polls, takes no
// proxy from the environment, bounds what it reads of a response header, and
// connects to nothing but what opts let it. What it refuses is a sentence that
// says how to allow it.
func NewTransport(opts TransportOptions) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout, Control: newGate(opts).control}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    1, // the poller asks a host one thing at a time
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: maxHeader,
	}
}

// gate lets connections out of the house. It looks at the address that a name
// was resolved to, for each connection anew: so neither a redirect nor a name
// that means another address the second time gets around it.
type gate struct {
	allow []netip.Prefix
	ports []uint16
}

// azure is where Azure's platform answers every machine in it; no registry
// lists it, since it looks like a public address.
// https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
var azure = netip.MustParsePrefix("168.63.129.16/32")

// registries know which addresses are public: IANA's, of special addresses.
var registries = ssrf.New(ssrf.WithDeniedV4Prefixes(azure))

func public(addr netip.Addr) bool { return registries.SafeAddr(addr.Unmap()) == nil }

func newGate(opts TransportOptions) *gate {
	return &gate{allow: opts.Allow, ports: append([]uint16{80, 443}, opts.Ports...)}
}

// control is a net.Dialer's Control.
func (g *gate) control(network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" {
		return &problem{"it is at something that is no internet address", err}
	}
	addr := to.Addr().Unmap()
	if slices.ContainsFunc(g.allow, func(p netip.Prefix) bool { return p.Contains(addr) }) {
		return nil
	}
	if !public(addr) {
		return &problem{notPublic(addr), nil}
	}
	if !slices.Contains(g.ports, to.Port()) {
		return &problem{fmt.Sprintf("port %d is not asked: add %d to poll.ports", to.Port(), to.Port()), nil}
	}
	return nil
}

// own are the networks that somebody may well have feeds in.
var own = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"), // RFC 1918
	netip.MustParsePrefix("100.64.0.0/10"),                                 // RFC 6598; overlay networks use it
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"), // this machine
	netip.MustParsePrefix("fc00::/7"), // RFC 4193
}

// notPublic says why an address is refused, and what to do if it is meant.
func notPublic(addr netip.Addr) string {
	for _, network := range own {
		if network.Contains(addr) {
			return fmt.Sprintf("%s is in a private network: add %q to poll.allow if it is to be asked", addr, network)
		}
	}
	return fmt.Sprintf("%s is not the address of a public server", addr)
}

// private reports whether a connection is to an address that only an Allow
// opens.
func private(c net.Conn) bool {
	if c == nil { // of a transport that is none of ours
		return false
	}
	tcp, ok := c.RemoteAddr().(*net.TCPAddr)
	return ok && !public(tcp.AddrPort().Addr())
}

// checkAddress refuses what no address of a feed has, before its host is looked
// up.
func checkAddress(u *url.URL) error {
	switch {
	case !web(u) || u.Hostname() == "":
		return &problem{"its address is not an http or https address", nil}
	case u.User != nil:
		return &problem{"its address has a user name or password in it", nil}
	case strings.Contains(u.Hostname(), "%"): // RFC 6874: an interface of this machine
		return &problem{"its address names a network interface of this machine", nil}
	}
	return nil
}

func web(u *url.URL) bool { return u.Scheme == "http" || u.Scheme == "https" }
