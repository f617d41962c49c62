package scrub

import "strings"

// appendHost appends host and port, without the userinfo before them.
func (sc *scan) appendHost(dst []byte, host string, t *tally) []byte {
	host = withoutUserinfo(host, t)
	if literal, rest, ok := cutLiteral(host); ok {
		if literal != "[::1]" && literal != "[::]" {
			t[IP]++
			literal = placeholders[IP]
		}
		return append(append(dst, literal...), rest...)
	}
	if n := ipv4Len(host, 0); n > 0 && (n == len(host) || host[n] == ':') && isLocal(quad(host[:n])) {
		return append(dst, host...)
	}
	if isNumericHost(host) {
		_, port, colon := strings.Cut(host, ":")
		t[IP]++
		dst = append(dst, placeholders[IP]...)
		if colon {
			dst = append(append(dst, ':'), port...)
		}
		return dst
	}
	if isUUID(host) { // an extension, as it is installed in one browser
		t[UUID]++
		return append(dst, placeholders[UUID]...)
	}
	for i := range len(host) {
		c := host[i]
		if is(c, upper) {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}

// withoutUserinfo gives what is behind the last @, which may be escaped.
func withoutUserinfo(host string, t *tally) string {
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
		t[Userinfo]++
	}
	if strings.IndexByte(host, '%') < 0 {
		return host
	}
	decoded := unescapeAll(host)
	if i := strings.LastIndexByte(decoded, '@'); i >= 0 {
		host = decoded[i+1:]
		t[Userinfo]++
	}
	return host
}

// cutLiteral cuts the IPv6 address in brackets that a host begins with from the port.
func cutLiteral(host string) (literal, port string, ok bool) {
	end := strings.IndexByte(host, ']') + 1
	if end == 0 || host[0] != '[' || placeholderAt(host, 0) > 0 {
		return "", "", false
	}
	return host[:end], host[end:], true
}

// quad gives the numbers of a dotted quad.
func quad(s string) (a, b, c, d int) {
	var v [4]int
	k := 0
	for i := range len(s) {
		if s[i] == '.' {
			k++
		} else {
			v[k] = v[k]*10 + int(s[i]-'0')
		}
	}
	return v[0], v[1], v[2], v[3]
}

// isNumericHost says whether a host is an IPv4 address in one of the forms that
// browsers accept beside the dotted quad: its last part is a number, decimal,
// octal or hexadecimal (0xcb00714d, 3405803853, 0313.0.0161.0115).
func isNumericHost(host string) bool {
	host, _, _ = strings.Cut(host, ":")
	last := host[strings.LastIndexByte(host, '.')+1:]
	if len(last) > 2 && last[0] == '0' && last[1]|0x20 == 'x' {
		return allHex(last[2:])
	}
	return allDigits(last)
}
