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

// request makes the request that a target gets; false if it is not for this target.
func (t *Tee) request(to *target, r *Request) (*http.Request, bool) {
	path, query := r.Path, withoutKey(r.Query)
	var ok bool
	switch to.format {
	case "sentry":
		path, query, ok = sentryRoute(to.base, r.Path, query, r.Plain)
	case "datadog":
		path, query, ok = datadogRoute(r.Query)
	default:
		ok = true
	}
	if !ok || !plainPath(path) {
		return nil, false
	}
	u := *to.base
	u.Path += path
	u.RawQuery = query
	out, err := http.NewRequest(r.Method, u.String(), bytes.NewReader(r.Sent))
	if err != nil {
		return nil, false
	}
	for _, name := range t.headers {
		if v := r.Header.Values(name); len(v) > 0 {
			out.Header[name] = v[:1:1]
		}
	}
	// A token that stands in the page. Basic is a person's password.
	if v := r.Header.Get("Authorization"); strings.HasPrefix(v, "Bearer ") {
		out.Header.Set("Authorization", v)
	}
	if t.clientIP && r.Client.IsValid() {
		out.Header.Set("X-Forwarded-For", r.Client.String())
	}
	return out, true
}

// plainPath says whether a path means what it says, whoever reads it.
func plainPath(path string) bool {
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

// withoutKey is a query without the site's key, which is the collector's own.
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

// maxHead bounds an envelope's header, in bytes.
const maxHead = 8 << 10

var sentryProject = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// sentryRoute is the path of an envelope's project. Through the tunnel the
// envelope's own header names it, with the host that it is meant for: an
// envelope for another host is not passed on.
// https://develop.sentry.dev/sdk/data-model/envelopes/
func sentryRoute(base *url.URL, path, query string, envelope []byte) (string, string, bool) {
	if path != "/tunnel" {
		return path, query, true
	}
	head, _, _ := bytes.Cut(envelope, []byte("\n"))
	var header struct {
		DSN string `json:"dsn"`
	}
	if len(head) > maxHead || json.Unmarshal(head, &header) != nil {
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

// datadogRoute is where the SDK asks its proxy to send a request on to: only a
// path of the intake is taken of it.
func datadogRoute(query string) (string, string, bool) {
	v, err := url.ParseQuery(query)
	if err != nil {
		return "", "", false
	}
	to, err := url.Parse(v.Get("ddforward"))
	if err != nil || to.Scheme != "" || to.Host != "" || to.User != nil || !strings.HasPrefix(to.Path, "/api/v2/") {
		return "", "", false
	}
	return to.Path, to.RawQuery, true
}
