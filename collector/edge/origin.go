package edge

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Origins is the allowlist of pages that browsers may report from.
type Origins struct {
	exact    map[string]bool
	suffixes []originSuffix
	any      bool
	local    bool // no pattern was configured
}

// originSuffix is "https://*.shop.example:8443" in parts.
type originSuffix struct{ scheme, suffix string }

// ParseOrigins reads patterns: "https://shop.example" exactly,
// "https://*.shop.example" for all hosts below it, "*" for every origin. Without
// any pattern, only pages on localhost and on the server's own host may report.
func ParseOrigins(patterns []string) (*Origins, error) {
	o := &Origins{exact: map[string]bool{}, local: len(patterns) == 0}
	for _, p := range patterns {
		if p == "*" {
			o.any = true
			continue
		}
		scheme, host, ok := strings.Cut(strings.ToLower(p), "://")
		if !ok || scheme != "https" && scheme != "http" || host == "" || strings.ContainsAny(host, "/?#@ ") {
			return nil, fmt.Errorf("origin %q: invalid: use https://shop.example or https://*.shop.example, without a path", p)
		}
		rest, wild := strings.CutPrefix(host, "*.")
		if strings.Contains(rest, "*") || rest == "" {
			return nil, fmt.Errorf("origin %q: invalid: use * as the first part of the host only", p)
		}
		if wild {
			o.suffixes = append(o.suffixes, originSuffix{scheme, "." + rest})
		} else {
			o.exact[scheme+"://"+host] = true
		}
	}
	return o, nil
}

// allows says whether pages of an origin may report. host is the server's own.
func (o *Origins) allows(origin, host string) bool {
	if o.exact[origin] {
		return true
	}
	scheme, rest, ok := strings.Cut(origin, "://")
	if !ok || scheme != "https" && scheme != "http" || strings.ContainsAny(rest, "/?#@\\ ") {
		return false
	}
	if o.any || rest == host {
		return true
	}
	for _, s := range o.suffixes {
		if scheme == s.scheme && len(rest) > len(s.suffix) && strings.HasSuffix(rest, s.suffix) {
			return true
		}
	}
	return o.local && isLocal(origin)
}

func isLocal(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	name := u.Hostname()
	ip := net.ParseIP(name)
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || ip != nil && ip.IsLoopback()
}
