// Package agent serves the browser agent rum.js: one script, built from src and
// Google's web-vitals, that observes a page and posts beacons to the collector
// that served it. docs/browser-agent.md is its manual.
package agent

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

//go:generate go run ./internal/gen

//go:embed rum.js
var script []byte

// cacheControl lets browsers cache the script, because every page fetches it, but
// a new version must reach all pages within an hour.
const cacheControl = "public, max-age=3600, stale-while-revalidate=86400"

// encoded is the script in one content encoding.
type encoded struct {
	encoding string // "" for none
	etag     string
	body     []byte
}

// Handler serves the script to GET and HEAD, compressed in advance; conditional
// requests get 304. Any origin may load it: it contains no secret.
func Handler() http.Handler {
	sum := sha256.Sum256(script)
	tag := base64.RawURLEncoding.EncodeToString(sum[:12])
	plain := encoded{etag: `"` + tag + `"`, body: script}
	packed := encoded{encoding: "gzip", etag: `"` + tag + `-gzip"`, body: compress(script)}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "the browser agent is fetched with GET", http.StatusMethodNotAllowed)
			return
		}
		f := plain
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			f = packed
			h.Set("Content-Encoding", f.encoding)
		}
		h.Set("Content-Type", "text/javascript; charset=utf-8")
		h.Set("Content-Length", strconv.Itoa(len(f.body)))
		h.Set("ETag", f.etag)
		h.Set("Cache-Control", cacheControl)
		h.Set("Vary", "Accept-Encoding")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		http.ServeContent(w, r, "rum.js", time.Time{}, bytes.NewReader(f.body))
	})
}

func compress(b []byte) []byte {
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(b)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		// A constant level and a buffer cannot fail.
		panic("compress the browser agent: " + err.Error())
	}
	return buf.Bytes()
}

// acceptsGzip reads an Accept-Encoding header by RFC 9110, section 12.5.3.
func acceptsGzip(header string) bool {
	accepted := false
	for _, part := range strings.Split(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "gzip" && name != "*" {
			continue
		}
		q, ok := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(params), " ", ""), "q=")
		weight, err := strconv.ParseFloat(q, 64)
		accepted = !ok || (err == nil && weight > 0)
		if name == "gzip" {
			return accepted
		}
	}
	return accepted
}
