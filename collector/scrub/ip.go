package scrub

import "strings"

// ipv4Seps divide the numbers of an address, or of a host name with it.
var ipv4Seps = bytesOf(".-")

// ipv4 finds an IPv4 address at group g. Addresses of this machine, masks and
// versions stay.
func ipv4(c *chain, g int) match {
	s, start, end := c.s, c.groups[g].start, c.groups[g+3].end
	sep, host := ".", strings.HasSuffix(s[:start], "ip-") || strings.HasSuffix(s[:start], "ec2-")
	if host {
		sep = "-" // ip-203-0-113-7.internal
	}
	for k := g; k < g+4; k++ {
		if c.groups[k].len() > 3 || c.value(k) > 255 || k > g && c.sep(k) != sep {
			return match{}
		}
	}
	if host || strings.HasPrefix(s[end:], ".in-addr.arpa") {
		return match{start, end, g + 4}
	}
	if continuesNumber(s, end) || isVersioned(c, start) {
		return match{}
	}
	if isLocal(c.value(g), c.value(g+1), c.value(g+2), c.value(g+3)) {
		return keep(g + 4)
	}
	if w := wordBefore(s, start); isVersionWord(string(w.text())) {
		return match{}
	}
	return match{start, end, g + 4}
}

// continuesNumber says whether what is at i continues the four numbers before it:
// 1.2.3.4.5, 1.2.3.4-beta, but not the range 10.0.0.1-10.0.0.9.
func continuesNumber(s string, i int) bool {
	if i == len(s) {
		return false
	}
	switch c := s[i]; {
	case is(c, alnum), c == '_':
		return true
	case c == '.', c == '+':
		return isAt(s, i+1, alnum)
	case c == '-':
		return isAt(s, i+1, letter)
	}
	return false
}

// isVersioned says whether four numbers from i continue a word or are the version
// of what is before them.
func isVersioned(c *chain, i int) bool {
	if i == 0 {
		return false
	}
	switch b := c.s[i-1]; {
	case is(b, alnum), b == '_', b == '.':
		return true
	case b == '-', b == '@', b == '/':
		return isAt(c.s, i-2, alnum) && !c.segment && hasVersions(c.s, i-1)
	}
	return false
}

// isLocal says whether an address names no other machine: loopback, any address,
// a mask, or a version such as 119.0.0.0.
func isLocal(a, b, c, d int) bool {
	return a == 127 || b == 0 && c == 0 && d == 0 || a == 255 && b == 255
}

// hasVersions says whether the name before the -, @ or / at i is of something with
// versions (Chrome/99.0.0.0, lib-1.2.3.4), not with addresses
// (client/203.0.113.7).
func hasVersions(s string, i int) bool {
	if s[i] == '-' && isAt(s, i-1, digit) {
		return false
	}
	return !hasWord(s, i, hostWords)
}

var (
	hostWords      = words(`ip addr address client host from peer remote server ipaddr forwarded for user node`)
	versionWords   = words(`ver build revision firmware fw bios kernel sdk oid section chapter clause`)
	versionEndings = [...]string{"version", "release"}
)

func isVersionWord(w string) bool {
	for _, e := range versionEndings {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return versionWords.has(w)
}

// ipv4Len gives the length of the dotted quad that s has at i, or 0.
func ipv4Len(s string, i int) int {
	j := i
	for k := range 4 {
		if k > 0 {
			if j >= len(s) || s[j] != '.' {
				return 0
			}
			j++
		}
		n, d := 0, j
		for j < len(s) && j-d < 3 && is(s[j], digit) {
			n = n*10 + int(s[j]-'0')
			j++
		}
		if j == d || n > 255 {
			return 0
		}
	}
	return j - i
}

// ipv6 replaces the IPv6 address, in any of its forms, around the colon at i, which
// is behind its first group. Eight pairs of digits are a MAC address.
func (sc *scan) ipv6(s string, i, _ int) int {
	start, n := ipv6At(s, i)
	if n == 0 {
		return 0
	}
	addr, end := s[start:start+n], zoneEnd(s, start, start+n)
	switch {
	case isAt(s, end, alnum):
		return 0
	case addr == "::", addr == "::1", strings.HasPrefix(addr, "::1:") && allDigits(addr[4:]): // maybe with a port
		return end
	case !strings.ContainsAny(addr, "0123456789"):
		return 0
	}
	kind := IP
	if isEUI64(addr) {
		kind = MAC
	}
	if start > 0 && s[start-1] == '[' && hasByte(s, end, ']') {
		start--
		end++
	}
	sc.redact(start, end, kind)
	return end
}

// isEUI64 says whether an address is eight pairs of digits, a MAC address of 64 bits:
// an IPv6 address of the same length has groups of one and three, too.
func isEUI64(addr string) bool {
	if len(addr) != len("00:1a:2b:ff:fe:3c:4d:5e") {
		return false
	}
	for i := range len(addr) {
		if (addr[i] == ':') != (i%3 == 2) {
			return false
		}
	}
	return true
}

// ipv6At gives where the IPv6 address whose first group ends at the colon at i
// begins, and its length, 0 if there is none.
func ipv6At(s string, i int) (start, n int) {
	start = i
	for start > 0 && i-start < 5 && isHex(s[start-1]) {
		start--
	}
	if start > 0 && is(s[start-1], alnum) || i-start > 4 || start == i && (i+1 >= len(s) || s[i+1] != ':') {
		return start, 0
	}
	return start, ipv6Len(s, start)
}

// zoneEnd gives where the zone of the address from start to i ends: fe80::1%eth0.
func zoneEnd(s string, start, i int) int {
	if i+1 >= len(s) || s[i] != '%' || !is(s[i+1], alnum) {
		return i
	}
	i++
	for i < len(s) && i-start < 80 && (is(s[i], alnum) || strings.IndexByte(".-_%", s[i]) >= 0) {
		i++
	}
	return i
}

// ipv6Len gives the length of the IPv6 address that s has at i, or 0: eight
// groups, or fewer with one :: among them, the last two maybe a dotted quad.
func ipv6Len(s string, i int) int {
	j, groups, gap, valid := i, 0, false, i
	if strings.HasPrefix(s[j:], "::") {
		gap = true
		j += 2
		valid = j
	}
	for groups < 8 {
		start := j
		for j < len(s) && j-start < 4 && isHex(s[j]) {
			j++
		}
		if j == start {
			break
		}
		if hasByte(s, j, '.') && groups <= 6 && (gap || groups == 6) {
			if n := ipv4Len(s, start); n > 0 {
				return start + n - i
			}
		}
		if isAt(s, j, alnum) {
			return 0
		}
		groups++
		if gap && groups < 8 || groups == 8 && !gap {
			valid = j
		}
		if groups == 8 || !hasByte(s, j, ':') {
			break
		}
		j++
		if hasByte(s, j, ':') {
			if gap {
				break
			}
			gap = true
			j++
			valid = j
		}
	}
	return valid - i
}
