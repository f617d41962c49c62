package collector

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/rumtop/rumtop/collector/wire"
)

// origins is the allowlist of pages that browsers may report from.
type origins struct {
	exact    map[string]bool
	suffixes []originSuffix
	all      bool
	local    bool // nothing was configured
}

// originSuffix is "https://*.shop.example:8443" in parts.
type originSuffix struct{ scheme, suffix string }

func newOrigins(patterns []string) (*origins, error) {
	o := &origins{exact: map[string]bool{}, local: len(patterns) == 0}
	for _, p := range patterns {
		if p == "*" {
			o.all = true
			continue
		}
		scheme, host, ok := strings.Cut(strings.ToLower(p), "://")
		if !ok || scheme != "https" && scheme != "http" || host == "" || strings.ContainsAny(host, "/?#@ ") {
			return nil, fmt.Errorf("origin %q: write https://shop.example or https://*.shop.example, without a path", p)
		}
		rest, wild := strings.CutPrefix(host, "*.")
		if strings.Contains(rest, "*") || rest == "" {
			return nil, fmt.Errorf("origin %q: only the first part of the host may be *", p)
		}
		if wild {
			o.suffixes = append(o.suffixes, originSuffix{scheme, "." + rest})
		} else {
			o.exact[scheme+"://"+host] = true
		}
	}
	return o, nil
}

// allows says whether a browser's Origin may talk to us. host is the collector's own.
func (o *origins) allows(origin, host string) bool {
	if o.exact[origin] {
		return true
	}
	scheme, rest, ok := strings.Cut(origin, "://")
	if !ok || scheme != "https" && scheme != "http" || strings.ContainsAny(rest, "/?#@\\ ") {
		return false
	}
	if o.all || rest == host {
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

// What browsers may send across origins, and for how many seconds they may
// remember it. Each SDK's own headers are in its wire.Spec.
const (
	corsMethods = "GET, POST, OPTIONS"
	corsHeaders = "Content-Type, Content-Encoding, X-Rum-Key, Authorization, Traceparent, Tracestate, Baggage, Sdk-Context"
	corsMaxAge  = "7200"
)

// Values of headers that are the same in every answer.
var (
	varyOrigin       = []string{"Origin"}
	allowCredentials = []string{"true"}
)

// corsLists are header names that browsers may send to any format, and those
// that pages may read.
type corsLists struct{ allow, expose []string }

func newCORSLists(formats []wire.Format) corsLists {
	allow, expose := []string{corsHeaders}, []string{"Retry-After"}
	for _, f := range formats {
		spec := f.Spec()
		allow, expose = append(allow, spec.Headers...), append(expose, spec.Exposed...)
	}
	return corsLists{[]string{strings.Join(allow, ", ")}, []string{strings.Join(expose, ", ")}}
}

// cors lets an allowed origin read the answer, and says no to the others. Where
// every origin is allowed, none may send credentials.
func (c *Collector) cors(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	h["Vary"] = varyOrigin
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	if !c.origins.allows(origin, r.Host) {
		return false
	}
	// Canonical names and shared values: this is done for every request.
	h["Access-Control-Allow-Origin"] = r.Header["Origin"][:1:1]
	if !c.origins.all {
		h["Access-Control-Allow-Credentials"] = allowCredentials
	}
	h["Access-Control-Expose-Headers"] = c.corsLists.expose
	return true
}

// preflight answers the question that a browser asks before it sends.
func (c *Collector) preflight(w http.ResponseWriter, r *http.Request) {
	if !c.cors(w, r) {
		c.deny(w, deniedOrigin)
		return
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", corsMethods)
	h["Access-Control-Allow-Headers"] = c.corsLists.allow
	h.Set("Access-Control-Max-Age", corsMaxAge)
	w.WriteHeader(http.StatusNoContent)
}
