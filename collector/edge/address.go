package edge

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the addresses whose headers are trusted.
type Proxies []netip.Prefix

// ParseProxies reads addresses and networks (CIDR).
func ParseProxies(list []string) (Proxies, error) {
	var p Proxies
	for _, s := range list {
		if addr, err := netip.ParseAddr(s); err == nil {
			p = append(p, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q: invalid address: use an address or a network such as 10.0.0.0/8", s)
		}
		p = append(p, prefix.Masked())
	}
	return p, nil
}

// Contain says whether an address is one of the proxies.
func (p Proxies) Contain(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// maxHops limits how far back the list of hops is read.
const maxHops = 16

// ClientAddr is the address of the client that sent a request: the peer, or, if
// the peer is a proxy, the rightmost address in the named header that is not a
// proxy. viaProxy says whether the peer is one. The address serves limits,
// region and the joining of page views, and is never kept.
//
// Hops are read from the right, the end that our own proxies wrote, and only as
// far as they are proxies: what is further left may be made up. At an invalid
// hop, the last valid one counts.
func (p Proxies) ClientAddr(r *http.Request, header string) (addr netip.Addr, viaProxy bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	addr = peer.Addr().Unmap().WithZone("")
	if len(p) == 0 || !p.Contain(addr) {
		return addr, false
	}
	forwarded := header == headerForwarded
	lines := r.Header.Values(header)
	seen := 0
	for i := len(lines) - 1; i >= 0; i-- {
		for list := lines[i]; list != "" && seen < maxHops; seen++ {
			cut := lastComma(list, forwarded)
			text := list[cut+1:]
			if forwarded {
				text = forwardedFor(text)
			}
			hop, ok := parseHop(text)
			if !ok {
				return addr, true
			}
			addr = hop
			if !p.Contain(addr) {
				return addr, true
			}
			list = list[:max(cut, 0)]
		}
	}
	return addr, true
}

// The headers in which proxies list the addresses that they forward for. Any
// other header is read like the first: a list of addresses, mostly of one.
const (
	HeaderXForwardedFor = "X-Forwarded-For"
	headerForwarded     = "Forwarded" // RFC 7239
)

// lastComma is the index of the last comma of a list, -1 if it has none. With
// quotes, commas within them do not count.
func lastComma(list string, quotes bool) int {
	if !quotes {
		return strings.LastIndexByte(list, ',')
	}
	quoted := false
	for i := len(list) - 1; i >= 0; i-- {
		switch list[i] {
		case '"':
			quoted = !quoted
		case ',':
			if !quoted {
				return i
			}
		}
	}
	return -1
}

// forwardedFor is the for parameter of an element such as
// for="[2001:db8::1]:4711";proto=https, "" if it has none or two.
func forwardedFor(element string) string {
	found := ""
	for element != "" {
		var pair string
		pair, element, _ = strings.Cut(element, ";")
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if !strings.EqualFold(name, "for") {
			continue
		}
		if found != "" {
			return ""
		}
		found = strings.Trim(value, `"`)
	}
	return found
}

// parseHop reads an address with or without a port: 198.51.100.1:4711,
// 2001:db8::1, [2001:db8::1]:4711.
func parseHop(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	bare := s
	if inner, ok := strings.CutPrefix(s, "["); ok {
		if inner, ok = strings.CutSuffix(inner, "]"); ok {
			bare = inner
		}
	}
	a, err := netip.ParseAddr(bare)
	if err != nil {
		ap, err := netip.ParseAddrPort(s)
		if err != nil {
			return netip.Addr{}, false
		}
		a = ap.Addr()
	}
	return a.Unmap().WithZone(""), true
}

// Network is the unit that limits count: an IPv4 address, or an IPv6 network
// that usually has one subscriber.
func Network(a netip.Addr) netip.Addr {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}
