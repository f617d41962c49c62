package collector

import (
	"fmt"
	"hash/maphash"
	"net/http"
	"net/netip"
	"strings"
)

// maxHops bounds how far back the list of hops is read.
const maxHops = 16

// proxies are the addresses whose headers are believed.
type proxies []netip.Prefix

func newProxies(list []string) (proxies, error) {
	var p proxies
	for _, s := range list {
		if addr, err := netip.ParseAddr(s); err == nil {
			p = append(p, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q: write an address or a network such as 10.0.0.0/8", s)
		}
		p = append(p, prefix.Masked())
	}
	return p, nil
}

func (p proxies) trust(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// client finds who sent a request: the peer, or, where the peer is a trusted
// proxy, the rightmost address in its header that is none. trusted says
// whether the peer was one. The address is used for limits, region and joining
// page views, and is never kept.
//
// Hops are read from the right, the end that our own proxies have written, and
// only as far as they are proxies of ours: what stands further left may be made
// up. Where a hop is no address, the last believable one counts.
func (c *Collector) client(r *http.Request) (addr netip.Addr, trusted bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	addr = peer.Addr().Unmap().WithZone("")
	if len(c.proxies) == 0 || !c.proxies.trust(addr) {
		return addr, false
	}
	name := c.cfg.ClientHeader
	forwarded := name == headerForwarded
	lines := r.Header.Values(name)
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
			if !c.proxies.trust(addr) {
				return addr, true
			}
			list = list[:max(cut, 0)]
		}
	}
	return addr, true
}

// The headers in which proxies write down whom they speak for. Any other header
// is read like the first: a list of addresses, mostly of one.
const (
	headerXForwardedFor = "X-Forwarded-For"
	headerForwarded     = "Forwarded" // RFC 7239
)

// lastComma is the index of the last comma of a list, -1 if there is none.
// Within quotes commas do not count.
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

// network is what limits go by: an IPv4 address, or an IPv6 network that one
// subscriber usually has to himself.
func network(a netip.Addr) netip.Addr {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}

// networkHash tells networks apart without naming them; 0 for none.
func (c *Collector) networkHash(a netip.Addr) uint64 {
	if !a.IsValid() {
		return 0
	}
	return maphash.Comparable(c.seed, network(a)) | 1
}
