package edge

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestCORSOrigins(t *testing.T) {
	some := []string{"https://shop.example", "https://*.shop.example", "http://*.dev:8443"}
	all := []string{"*"}
	for _, tc := range []struct {
		patterns []string
		origin   string
		ok       bool
		any      bool // every origin is allowed
	}{
		{some, "", true, false},
		{some, "https://shop.example", true, false},
		{some, "https://www.shop.example", true, false},
		{some, "https://a.b.shop.example", true, false},
		{some, "http://a.dev:8443", true, false},
		{some, "http://shop.example", false, false},
		{some, "https://shop.example:8443", false, false},
		{some, "https://evilshop.example", false, false},
		{some, "https://shop.example.evil.test", false, false},
		{some, "https://evil.test/.shop.example", false, false},
		{some, "https://evil.test#.shop.example", false, false},
		{some, "https://.shop.example", false, false},
		{some, "null", false, false},
		{some, "http://localhost:3000", false, false},
		{nil, "http://localhost:3000", true, false},
		{nil, "http://127.0.0.1:9101", true, false},
		{nil, "http://[::1]:9101", true, false},
		{nil, "https://shop.localhost", true, false},
		{nil, "https://shop.example", false, false},
		{nil, "https://localhost.evil.test", false, false},
		{nil, "http://collect.example", true, false}, // the collector's own host
		{nil, "null", false, false},
		{all, "https://anything.example", true, true},
		{all, "null", false, true},
	} {
		origins, err := ParseOrigins(tc.patterns)
		if err != nil {
			t.Fatal(err)
		}
		cors := NewCORS(origins, []string{"Content-Type", "X-Api-Key"}, []string{"Retry-After"})
		r := httptest.NewRequest("OPTIONS", "http://collect.example/v1/beacons", nil)
		if tc.origin != "" {
			r.Header.Set("Origin", tc.origin)
		}
		w := httptest.NewRecorder()
		if ok := cors.SetHeaders(w, r); ok != tc.ok {
			t.Errorf("origin %q: allowed %v, want %v", tc.origin, ok, tc.ok)
		}
		want := map[string]string{"Vary": "Origin"}
		if tc.ok && tc.origin != "" {
			want["Access-Control-Allow-Origin"], want["Access-Control-Expose-Headers"] = tc.origin, "Retry-After"
			if !tc.any {
				want["Access-Control-Allow-Credentials"] = "true"
			}
		}
		for _, name := range []string{"Vary", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers"} {
			if got := w.Header().Get(name); got != want[name] {
				t.Errorf("origin %q: %s %q, want %q", tc.origin, name, got, want[name])
			}
		}
		cors.WritePreflight(w)
		if got := w.Header().Get("Access-Control-Allow-Headers"); w.Code != http.StatusNoContent || got != "Content-Type, X-Api-Key" {
			t.Errorf("preflight: %d, headers %q", w.Code, got)
		}
	}
}

func TestParseOriginsInvalidFails(t *testing.T) {
	for _, bad := range []string{"shop.example", "https://shop.example/path", "https://*", "https://a.*.example", "ftp://shop.example", "https://"} {
		if _, err := ParseOrigins([]string{bad}); err == nil {
			t.Errorf("origin pattern %q was accepted", bad)
		}
	}
}
