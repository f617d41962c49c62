package collector

import (
	"fmt"
	"hash/maphash"
	"net/http"
	"net/netip"
	"strings"
)

// maxHops bounds how far back X-Forwarded-For is read.
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
// proxy, the rightmost address in X-Forwarded-For that is none. trusted says
// whether the peer was one. The address is used for limits, region and joining
// page views, and is never kept.
func (p proxies) client(r *http.Request) (addr netip.Addr, trusted bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	addr = peer.Addr().Unmap().WithZone("")
	if len(p) == 0 || !p.trust(addr) {
		return addr, false
	}
	hops := r.Header.Values("X-Forwarded-For")
	seen := 0
	for i := len(hops) - 1; i >= 0; i-- {
		list := hops[i]
		for list != "" && seen < maxHops {
			seen++
			cut := strings.LastIndexByte(list, ',')
			hop, ok := parseHop(list[cut+1:])
			if !ok {
				return addr, true // somebody made this up: the last believable one counts
			}
			addr = hop
			if !p.trust(addr) {
				return addr, true
			}
			list = list[:max(cut, 0)]
		}
	}
	return addr, true
}

// parseHop reads an address with or without a port.
func parseHop(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
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
