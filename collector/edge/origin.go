package edge

import (
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
)

// Origins is the allowlist of pages that browsers may report from.
type Origins struct {
	exact     map[string]bool
	wildcards []origin
	any       bool
	local     bool // no pattern was configured
}

// opaque is the origin of pages that have none of their own: files, sandboxed
// frames, data URLs, some web views.
const opaque = "null"

// origin is "https://shop.example:8443" in parts. In a pattern, the host may be
// "*" or begin with "*.", and the port may be "*".
type origin struct{ scheme, host, port string }

func (o origin) String() string {
	if o.port != "" {
		return o.scheme + "://" + o.host + ":" + o.port
	}
	return o.scheme + "://" + o.host
}

// isWeb reports whether the scheme is one of web pages, not one that an app or a
// browser registers for itself.
func (o origin) isWeb() bool { return o.scheme == "https" || o.scheme == "http" }

var defaultPorts = map[string]string{"https": "443", "http": "80"}

// splitOrigin splits an origin or a pattern, in the form that browsers write:
// lower case, without the default port. Only an app's own scheme may lack a host:
// file://.
func splitOrigin(s string) (o origin, ok bool) {
	scheme, rest, ok := strings.Cut(strings.ToLower(s), "://")
	if !ok || !isScheme(scheme) {
		return o, false
	}
	for i := range len(rest) {
		if c := rest[i]; c <= ' ' || c == 0x7f || strings.IndexByte("/?#@\\\"'<>,;", c) >= 0 {
			return o, false
		}
	}
	o = origin{scheme: scheme, host: rest}
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && !strings.HasSuffix(rest, "]") {
		o.host, o.port = rest[:i], rest[i+1:]
		if !isPort(o.port) {
			return o, false
		}
	}
	if o.port == defaultPorts[scheme] {
		o.port = ""
	}
	return o, o.host != "" || !o.isWeb() && o.port == ""
}

func isScheme(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '+' && c != '-' && c != '.') {
			return false
		}
	}
	return s != ""
}

func isPort(s string) bool {
	return s == "*" || s != "" && len(s) <= 5 && strings.Trim(s, "0123456789") == ""
}

// ParseOrigins reads patterns:
//
//	https://shop.example       exactly this origin
//	https://*.shop.example     all hosts below it
//	http://localhost:*         every port
//	capacitor://localhost      an app's own scheme; file:// has no host
//	vscode-webview://*         every host of an app's own scheme
//	null                       pages without an origin of their own
//	*                          every origin
//
// Without any pattern, only pages on localhost and on the server's own host may
// report.
func ParseOrigins(patterns []string) (*Origins, error) {
	o := &Origins{exact: map[string]bool{}, local: len(patterns) == 0}
	for _, p := range patterns {
		switch strings.ToLower(p) {
		case "*":
			o.any = true
			continue
		case opaque:
			o.exact[opaque] = true
			continue
		}
		parts, ok := splitOrigin(p)
		if !ok {
			return nil, fmt.Errorf("origin %q: invalid: use https://shop.example, https://*.shop.example, capacitor://localhost or null, without a path", p)
		}
		name, below := strings.CutPrefix(parts.host, "*.")
		every := parts.host == "*" && !parts.isWeb()
		if !every && (strings.Contains(name, "*") || below && name == "") {
			return nil, fmt.Errorf("origin %q: invalid: use * as the first part of the host or as the port only", p)
		}
		name, err := canonicalHost(name)
		if err != nil {
			return nil, fmt.Errorf("origin %q: invalid host: %w: use the host as the browser's address bar shows it", p, err)
		}
		if parts.host = name; below {
			parts.host = "*." + name
		}
		if below || every || parts.port == "*" {
			o.wildcards = append(o.wildcards, parts)
		} else {
			o.exact[parts.String()] = true
		}
	}
	return o, nil
}

// canonicalHost is a host as browsers write it in an origin: in ASCII, and an
// IPv6 address in its short form.
func canonicalHost(host string) (string, error) {
	if address, ok := strings.CutPrefix(host, "["); ok {
		ip, err := netip.ParseAddr(strings.TrimSuffix(address, "]"))
		if err != nil || !ip.Is6() {
			return "", fmt.Errorf("%s is no IPv6 address", host)
		}
		return "[" + ip.String() + "]", nil
	}
	for i := range len(host) {
		if host[i] >= 0x80 {
			return idna.Lookup.ToASCII(host)
		}
	}
	return host, nil
}

// allows says whether pages of an origin may report. host is the server's own.
func (o *Origins) allows(header, host string) bool {
	if o.exact[header] {
		return true
	}
	if header == opaque {
		return o.any
	}
	from, ok := splitOrigin(header)
	if !ok || from.port == "*" || strings.Contains(from.host, "*") {
		return false
	}
	if o.any || o.exact[from.String()] {
		return true
	}
	if _, rest, _ := strings.Cut(header, "://"); from.isWeb() && rest == host {
		return true
	}
	for _, pattern := range o.wildcards {
		if pattern.matches(from) {
			return true
		}
	}
	return o.local && from.isWeb() && isLocal(from.host)
}

// matches reports whether a pattern with a wildcard allows an origin.
func (o origin) matches(from origin) bool {
	if o.scheme != from.scheme || o.port != "*" && o.port != from.port {
		return false
	}
	if suffix, below := strings.CutPrefix(o.host, "*"); below {
		return len(from.host) > len(suffix) && strings.HasSuffix(from.host, suffix)
	}
	return o.host == from.host
}

// sharesCredentials reports whether pages of an allowed origin may send
// credentials. Everybody can have the opaque origin, so it counts as every origin.
func (o *Origins) sharesCredentials(header string) bool { return !o.any && header != opaque }

func isLocal(host string) bool {
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.IsLoopback()
}
