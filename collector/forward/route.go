package forward

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// commonHeaders are forwarded for every format. Cookies, hop-by-hop headers,
// Referer and the client's address never are.
var commonHeaders = [...]string{"Content-Type", "Content-Encoding", "User-Agent", "Origin"}

// routes find the path and query at targets whose SDKs send to a proxy. They
// return false for a request that is not meant for the target.
var routes = map[string]func(base *url.URL, r *Request) (path, query string, ok bool){
	"sentry":  sentryRoute,
	"datadog": datadogRoute,
}

// vendorRequest returns the request that a target receives; false if it is not
// meant for this target.
func (t *Tee) vendorRequest(to *target, r *Request) (*http.Request, bool) {
	path, query, ok := r.Path, withoutKey(r.Query), true
	if route := routes[to.format]; route != nil {
		path, query, ok = route(to.base, r)
	}
	if !ok || !isPlainPath(path) {
		return nil, false
	}
	u := *to.base
	u.Path += path
	u.RawQuery = query
	out, err := http.NewRequest(r.Method, u.String(), bytes.NewReader(r.Body))
	if err != nil {
		return nil, false
	}
	for _, name := range t.headers {
		if v := r.Header.Values(name); len(v) > 0 {
			out.Header[name] = v[:1:1]
		}
	}
	// A bearer token is in the page anyway; Basic would be a user's password.
	if v := r.Header.Get("Authorization"); strings.HasPrefix(v, "Bearer ") {
		out.Header.Set("Authorization", v)
	}
	if t.clientIP && r.Client.IsValid() {
		out.Header.Set("X-Forwarded-For", r.Client.String())
	}
	return out, true
}

// isPlainPath reports whether every server resolves a path to the same resource.
func isPlainPath(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "\\?#%") {
		return false
	}
	for _, part := range strings.Split(path, "/") {
		if part == ".." || part == "." {
			return false
		}
	}
	return !strings.Contains(path, "//")
}

// withoutKey removes the site's key, which is only for the collector, from a
// query.
func withoutKey(query string) string {
	if !strings.Contains(query, "key=") {
		return query
	}
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		if !strings.HasPrefix(pair, "key=") {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}

// maxEnvelopeHeader bounds an envelope's header, in bytes.
const maxEnvelopeHeader = 8 << 10

var sentryProject = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// sentryRoute is the path of an envelope's project. In the tunnel, the envelope's
// header names the project and the host: an envelope for another host is not
// forwarded.
// https://develop.sentry.dev/sdk/data-model/envelopes/
func sentryRoute(base *url.URL, r *Request) (path, query string, ok bool) {
	if r.Path != "/tunnel" {
		return r.Path, withoutKey(r.Query), true
	}
	head, _, _ := bytes.Cut(r.Inflated, []byte("\n"))
	var header struct {
		DSN string `json:"dsn"`
	}
	if len(head) > maxEnvelopeHeader || json.Unmarshal(head, &header) != nil {
		return "", "", false
	}
	dsn, err := url.Parse(header.DSN)
	if err != nil || dsn.User == nil || !strings.EqualFold(dsn.Host, base.Host) {
		return "", "", false
	}
	project := strings.TrimPrefix(dsn.Path, "/")
	if !sentryProject.MatchString(project) {
		return "", "", false
	}
	key := url.Values{"sentry_version": {"7"}, "sentry_key": {dsn.User.Username()}}
	return "/api/" + project + "/envelope/", key.Encode(), true
}

// datadogRoute is where the SDK asks its proxy to forward a request. Only a path
// of Datadog's intake is accepted. The SDKs of apps send to that path themselves.
func datadogRoute(_ *url.URL, r *Request) (path, query string, ok bool) {
	if strings.HasPrefix(r.Path, "/api/v2/") {
		return r.Path, withoutKey(r.Query), true
	}
	v, err := url.ParseQuery(r.Query)
	if err != nil {
		return "", "", false
	}
	to, err := url.Parse(v.Get("ddforward"))
	if err != nil || to.Scheme != "" || to.Host != "" || to.User != nil || !strings.HasPrefix(to.Path, "/api/v2/") {
		return "", "", false
	}
	return to.Path, to.RawQuery, true
}
