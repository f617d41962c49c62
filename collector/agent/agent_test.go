package agent_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/collector/agent"
	"github.com/rumtop/rumtop/collector/agent/internal/bundle"
)

// get requests the script from the handler and returns the raw response.
func get(t *testing.T, method string, header http.Header) (*http.Response, []byte) {
	t.Helper()
	r := httptest.NewRequest(method, "/rum.js", nil)
	r.Header = header
	w := httptest.NewRecorder()
	agent.Handler().ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Result(), body
}

func TestBundleUpToDate(t *testing.T) {
	want, err := bundle.Build(".")
	if err != nil {
		t.Fatal(err)
	}
	_, got := get(t, http.MethodGet, http.Header{})
	if !bytes.Equal(got, want) {
		t.Error("rum.js is out of date: run go generate ./collector/agent")
	}
}

func TestThirdPartyUnchanged(t *testing.T) {
	script, err := os.ReadFile("third_party/web-vitals/web-vitals.js")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("third_party/web-vitals/README.md")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(script)
	if !bytes.Contains(readme, []byte(hex.EncodeToString(sum[:]))) {
		t.Errorf("web-vitals.js has SHA-256 %x, not the one in its README", sum)
	}
}

func TestBundleSize(t *testing.T) {
	const ceiling = 7 << 10
	_, plain := get(t, http.MethodGet, http.Header{})
	_, packed := get(t, http.MethodGet, http.Header{"Accept-Encoding": {"gzip"}})
	t.Logf("rum.js: %d bytes, %d gzipped", len(plain), len(packed))
	if len(packed) > ceiling {
		t.Errorf("rum.js is %d bytes gzipped, want at most %d", len(packed), ceiling)
	}
}

func TestHandlerServesScript(t *testing.T) {
	res, plain := get(t, http.MethodGet, http.Header{})
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Encoding") != "" {
		t.Fatalf("status %d, encoding %q", res.StatusCode, res.Header.Get("Content-Encoding"))
	}
	for name, want := range map[string]string{
		"Content-Type":                 "text/javascript; charset=utf-8",
		"Cache-Control":                "public, max-age=3600, stale-while-revalidate=86400",
		"Vary":                         "Accept-Encoding",
		"X-Content-Type-Options":       "nosniff",
		"Access-Control-Allow-Origin":  "*",
		"Cross-Origin-Resource-Policy": "cross-origin",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	packed, body := get(t, http.MethodGet, http.Header{"Accept-Encoding": {"br, gzip"}})
	if packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("ETag") == res.Header.Get("ETag") {
		t.Errorf("gzip: encoding %q, etags %q and %q", packed.Header.Get("Content-Encoding"), packed.Header.Get("ETag"), res.Header.Get("ETag"))
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if unpacked, err := io.ReadAll(z); err != nil || !bytes.Equal(unpacked, plain) {
		t.Errorf("gzip has a different script (%v)", err)
	}
}

func TestHandlerConditional(t *testing.T) {
	for _, encoding := range []string{"", "gzip"} {
		res, _ := get(t, http.MethodGet, http.Header{"Accept-Encoding": {encoding}})
		again, body := get(t, http.MethodGet, http.Header{"Accept-Encoding": {encoding}, "If-None-Match": {res.Header.Get("ETag")}})
		if again.StatusCode != http.StatusNotModified || len(body) > 0 {
			t.Errorf("encoding %q: status %d with %d bytes", encoding, again.StatusCode, len(body))
		}
	}
	if stale, body := get(t, http.MethodGet, http.Header{"If-None-Match": {`"old"`}}); stale.StatusCode != http.StatusOK || len(body) == 0 {
		t.Errorf("another etag: status %d with %d bytes", stale.StatusCode, len(body))
	}
}

func TestHandlerMethods(t *testing.T) {
	if res, body := get(t, http.MethodHead, http.Header{}); res.StatusCode != http.StatusOK || len(body) > 0 || res.ContentLength == 0 {
		t.Errorf("HEAD: status %d with %d bytes", res.StatusCode, len(body))
	}
	if res, _ := get(t, http.MethodPost, http.Header{}); res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: status %d, Allow %q", res.StatusCode, res.Header.Get("Allow"))
	}
}

func TestHandlerAcceptEncoding(t *testing.T) {
	for header, want := range map[string]string{
		"":                        "",
		"gzip":                    "gzip",
		"GZIP":                    "gzip",
		"deflate, gzip;q=0.5, br": "gzip",
		"br":                      "",
		"gzip;q=0":                "",
		"gzip; q=0.0, *":          "",
		"*":                       "gzip",
		"*;q=0":                   "",
		"gzip;q=x":                "",
		"identity":                "",
	} {
		res, _ := get(t, http.MethodGet, http.Header{"Accept-Encoding": {header}})
		if got := res.Header.Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: encoding %q, want %q", header, got, want)
		}
	}
}

// The licence notices survive minification.
func TestBundleKeepsLicences(t *testing.T) {
	_, body := get(t, http.MethodGet, http.Header{})
	first, _, _ := strings.Cut(string(body), "\n")
	for _, want := range []string{"web-vitals 6.2.3", "Google LLC", "Apache-2.0"} {
		if !strings.Contains(first, want) {
			t.Errorf("%q is missing from the first line: %s", want, first)
		}
	}
}
