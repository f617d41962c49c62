package scrub

import "strings"

// ipv4 looks for an IPv4 address at group g. This machine's own (127.*,
// 0.0.0.0) stays, as localhost does, and so do versions and masks.
func (sc *scan) ipv4(s string, g int) int {
	gs := sc.groups[g:]
	if len(gs) < 4 {
		return 0
	}
	start, end := gs[0].start, gs[3].end
	sep, named := ".", strings.HasSuffix(s[:start], "ip-") || strings.HasSuffix(s[:start], "ec2-")
	if named {
		sep = "-" // ip-203-0-113-7.internal
	}
	for k := range 4 {
		if gs[k].len() > 3 || number(s, gs[k]) > 255 || k > 0 && sc.sep(s, g+k) != sep {
			return 0
		}
	}
	if named || strings.HasPrefix(s[end:], ".in-addr.arpa") {
		sc.redact(start, end, IP)
		return 4
	}
	if end < len(s) && (is(s[end], alnum) || s[end] == '_' || strings.IndexByte(".-+", s[end]) >= 0 && isAt(s, end+1, alnum)) {
		if s[end] != '-' || !isAt(s, end+1, digit) { // 10.0.0.1-10.0.0.9 is a range
			return 0
		}
	}
	if start > 0 {
		c := s[start-1]
		if is(c, alnum) || c == '_' || c == '.' {
			return 0
		}
		if (c == '-' || c == '@' || c == '/') && isAt(s, start-2, alnum) && !sc.inPath && versionedName(s, start-1) {
			return 0
		}
	}
	if loopback(number(s, gs[0]), number(s, gs[1]), number(s, gs[2]), number(s, gs[3])) {
		return 4
	}
	if w := wordBefore(s, start); isVersionWord(string(w.text())) {
		return 0
	}
	sc.redact(start, end, IP)
	return 4
}

// loopback says whether an address names no machine but this one: loopback, any
// address, a mask, or no address at all but a version (119.0.0.0).
func loopback(a, b, c, d int) bool {
	return a == 127 || b == 0 && c == 0 && d == 0 || a == 255 && b == 255
}

// versionedName says whether what stands before the -, @ or / at i is the name of
// something that has versions (Chrome/99.0.0.0, lib-1.2.3.4), not of something
// that has addresses (client/203.0.113.7).
func versionedName(s string, i int) bool {
	if s[i] == '-' && isAt(s, i-1, digit) {
		return false
	}
	switch w := wordBefore(s, i); string(w.text()) {
	case "ip", "addr", "address", "client", "host", "from", "peer", "remote", "server", "ipaddr", "forwarded", "for", "user", "node":
		return false
	}
	return true
}

func isVersionWord(w string) bool {
	switch w {
	case "ver", "build", "revision", "firmware", "fw", "bios", "kernel", "sdk", "oid", "section", "chapter", "clause":
		return true
	}
	return strings.HasSuffix(w, "version") || strings.HasSuffix(w, "release")
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

// colonAddress looks at the colon at i, after the first group of an address, for
// an IPv6 or a MAC address.
func (sc *scan) colonAddress(s string, i int) int {
	if end := sc.ipv6(s, i); end > 0 {
		return end
	}
	return sc.macAddress(s, i, ':')
}

// ipv6 looks at the colon at i, after the first group of an address, for an
// IPv6 address in any of its forms.
func (sc *scan) ipv6(s string, i int) int {
	start := i
	for start > 0 && i-start < 5 && isHex(s[start-1]) {
		start--
	}
	if start > 0 && (is(s[start-1], alnum) || i-start > 4) {
		return 0
	}
	if start == i && (i+1 >= len(s) || s[i+1] != ':') {
		return 0
	}
	n := ipv6Len(s, start)
	if n == 0 {
		return 0
	}
	end := start + n
	if end < len(s) && s[end] == '%' && end+1 < len(s) && (is(s[end+1], alnum)) { // zone
		end++
		for end < len(s) && end-start < 80 && (is(s[end], alnum) || s[end] == '.' || s[end] == '-' || s[end] == '_' || s[end] == '%') {
			end++
		}
	}
	if isAt(s, end, alnum) {
		return 0
	}
	addr := s[start : start+n]
	if addr == "::" || addr == "::1" || strings.HasPrefix(addr, "::1:") && allDigits(addr[4:]) { // maybe with a port
		return end
	}
	digits := false
	for k := range len(addr) {
		digits = digits || is(addr[k], digit)
	}
	if !digits {
		return 0
	}
	kind := IP
	if n == 23 && strings.Count(addr, ":") == 7 { // EUI-64, in pairs
		kind = MAC
	}
	if start > 0 && s[start-1] == '[' && end < len(s) && s[end] == ']' {
		start--
		end++
	}
	sc.redact(start, end, kind)
	return end
}

// ipv6Len gives the length of the IPv6 address that s has at i, or 0: eight
// groups, or fewer with one :: among them, the last two maybe a dotted quad.
func ipv6Len(s string, i int) int {
	j, groups, gap, valid := i, 0, false, 0
	if strings.HasPrefix(s[j:], "::") {
		gap = true
		j += 2
		valid = j
	}
	for groups < 8 {
		d := j
		for j < len(s) && j-d < 4 && isHex(s[j]) {
			j++
		}
		if j == d {
			break
		}
		if j < len(s) && s[j] == '.' && groups <= 6 && (gap || groups == 6) {
			if n := ipv4Len(s, d); n > 0 {
				return d + n - i
			}
		}
		if isAt(s, j, alnum) {
			return 0
		}
		groups++
		if gap && groups < 8 || groups == 8 && !gap {
			valid = j
		}
		if j >= len(s) || s[j] != ':' || groups == 8 {
			break
		}
		if j+1 < len(s) && s[j+1] == ':' {
			if gap {
				break
			}
			gap = true
			j += 2
			valid = j
			continue
		}
		j++
	}
	if valid == 0 {
		return 0
	}
	return valid - i
}

// macAddress looks for six pairs of hexadecimal digits with sep between them:
// at i the first pair begins or, for a colon, ends.
func (sc *scan) macAddress(s string, i int, sep byte) int {
	if sep == ':' {
		i -= 2
	}
	const size = 17
	if i < 0 || i+size > len(s) || i > 0 && (is(s[i-1], alnum) || s[i-1] == sep) {
		return 0
	}
	letters := false
	for k := range size {
		c := s[i+k]
		if k%3 == 2 {
			if c != sep {
				return 0
			}
			continue
		}
		if !isHex(c) {
			return 0
		}
		letters = letters || is(c, letter)
	}
	if isAt(s, i+size, alnum) || i+size < len(s) && s[i+size] == sep && isAt(s, i+size+1, alnum) {
		return 0
	}
	if !letters && sep == '-' && looksLikeTime(s[i:i+size]) {
		return 0
	}
	sc.redact(i, i+size, MAC)
	return i + size
}

// macDotted looks at i for a MAC address as Cisco writes them: 001a.2b3c.4d5e.
func (sc *scan) macDotted(s string, i int) int {
	const size = 14
	if i+size > len(s) || isAt(s, i-1, alnum) || isAt(s, i+size, alnum) {
		return 0
	}
	for k := range size {
		if k%5 == 4 {
			if s[i+k] != '.' {
				return 0
			}
		} else if !isHex(s[i+k]) {
			return 0
		}
	}
	sc.redact(i, i+size, MAC)
	return i + size
}

// macPlain looks at the letters and digits from i to end for a MAC address without
// separators, after a word that says so.
func (sc *scan) macPlain(s string, i, end int) int {
	if end-i != 12 {
		return 0
	}
	for _, c := range []byte(s[i:end]) {
		if !isHex(c) {
			return 0
		}
	}
	switch w := wordBefore(s, i); string(w.text()) {
	case "address", "addr":
		w = wordBefore(s, strings.LastIndexAny(s[:i], "aA"))
		if string(w.text()) != "mac" && string(w.text()) != "hardware" && string(w.text()) != "bluetooth" {
			return 0
		}
		fallthrough
	case "mac", "macaddress", "macaddr", "hwaddr", "bssid":
		sc.redact(i, end, MAC)
		return end
	}
	return 0
}

// numericHost says whether a host is an IPv4 address in one of the forms that
// browsers understand beside the dotted quad: its last part is a number, decimal,
// octal or hexadecimal (0xcb00714d, 3405803853, 0313.0.0161.0115).
func numericHost(host string) bool {
	if i := strings.IndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if len(last) > 2 && last[0] == '0' && last[1]|0x20 == 'x' {
		for _, c := range []byte(last[2:]) {
			if !isHex(c) {
				return false
			}
		}
		return true
	}
	return allDigits(last)
}

// looksLikeTime tells 24-11-20-14-07-32 from a MAC address.
func looksLikeTime(m string) bool {
	two := func(i int) int { return int(m[i]-'0')*10 + int(m[i+1]-'0') }
	return two(3) >= 1 && two(3) <= 12 && two(6) >= 1 && two(6) <= 31 && two(9) < 24 && two(12) < 60 && two(15) < 60
}
