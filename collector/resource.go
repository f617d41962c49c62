package collector

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// resource is what is served at one path, and under the key: /k/<key>/….
type resource struct {
	segments []string // of the path; one in braces matches any
	slash    bool     // the SDK's own path ends with a slash
	handlers map[string]http.Handler
	allow    string // the methods, for the header Allow
}

// resources are matched with paths as people write them in SDKs and proxies:
// slashes that are doubled, missing or escaped make no difference. A redirect
// instead would lose every beacon, because browsers do not follow one in a
// preflight; and it would repeat what was sent.
type resources []*resource

// add serves a pattern, "POST /api/{project}/envelope/".
func (rs *resources) add(pattern string, h http.Handler) {
	method, path, _ := strings.Cut(pattern, " ")
	segments := splitPath(path)
	i := slices.IndexFunc(*rs, func(r *resource) bool { return slices.Equal(r.segments, segments) })
	if i < 0 {
		i = len(*rs)
		*rs = append(*rs, &resource{
			segments: segments, slash: strings.HasSuffix(path, "/"), handlers: map[string]http.Handler{}, allow: http.MethodOptions,
		})
	}
	r := (*rs)[i]
	r.handlers[method] = h
	r.allow += ", " + method
}

// find returns the resource at a URL, its path as the SDK writes it, and the key
// in front of it.
func (rs resources) find(u *url.URL) (found *resource, path, key string) {
	// An escaped slash is part of a key, or else divides the path.
	for _, text := range [...]string{u.EscapedPath(), u.Path} {
		segments := splitPath(text)
		if text != u.Path {
			segments = unescapeSegments(segments)
		}
		if len(segments) > 2 && segments[0] == "k" {
			if r := rs.match(segments[2:]); r != nil {
				return r, r.pathOf(segments[2:]), segments[1]
			}
		}
		if r := rs.match(segments); r != nil {
			return r, r.pathOf(segments), ""
		}
	}
	return nil, "", ""
}

func (rs resources) match(segments []string) *resource {
	for _, r := range rs {
		if slices.EqualFunc(r.segments, segments, func(pattern, s string) bool {
			return pattern == s || strings.HasPrefix(pattern, "{")
		}) {
			return r
		}
	}
	return nil
}

// pathOf is the path with these segments.
func (r *resource) pathOf(segments []string) string {
	path := "/" + strings.Join(segments, "/")
	if r.slash {
		path += "/"
	}
	return path
}

// splitPath is the segments of a path, without those that stand for no place.
func splitPath(path string) []string {
	segments := make([]string, 0, 8)
	for s := range strings.SplitSeq(path, "/") {
		switch s {
		case "", ".":
		case "..":
			segments = segments[:max(len(segments)-1, 0)]
		default:
			segments = append(segments, s)
		}
	}
	return segments
}

func unescapeSegments(segments []string) []string {
	for i, s := range segments {
		if plain, err := url.PathUnescape(s); err == nil {
			segments[i] = plain
		}
	}
	return segments
}

// serve answers a request for a resource. path is the SDK's.
func (c *Collector) serve(w http.ResponseWriter, r *http.Request, found *resource, path, key string) {
	h := found.handlers[r.Method]
	switch {
	case r.Method == http.MethodOptions:
		c.limited(http.HandlerFunc(c.preflight)).ServeHTTP(w, r)
	case h == nil:
		w.Header().Set("Allow", found.allow)
		c.refuse(w, r, deniedMethod)
	default:
		clean := new(http.Request)
		*clean = *r
		clean.URL = new(url.URL)
		*clean.URL = *r.URL
		clean.URL.Path, clean.URL.RawPath = path, ""
		if key != "" {
			clean.SetPathValue("key", key)
		}
		h.ServeHTTP(w, clean)
	}
}

// refuse denies a request that no SDK sends. A page may read why, as for the
// requests of SDKs.
func (c *Collector) refuse(w http.ResponseWriter, r *http.Request, why denial) {
	c.cors.SetHeaders(w, r)
	c.limited(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { c.denyText(w, why, 0) })).ServeHTTP(w, r)
}
