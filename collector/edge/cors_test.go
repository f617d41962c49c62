package edge

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestCORSOrigins(t *testing.T) {
	some := []string{"https://shop.example", "https://*.shop.example", "http://*.dev:8443"}
	all := []string{"*"}
	apps := []string{"capacitor://localhost", "null", "file://", "vscode-webview://*", "app://*.shop"}
	odd := []string{"HTTPS://Shop.Example:443", "https://bücher.example", "https://*.bücher.example", "http://[0:0:0:0:0:0:0:1]:9101", "http://localhost:*", "http://*.dev:*"}
	for _, tc := range []struct {
		patterns []string
		origin   string
		ok       bool
		any      bool // no credentials: everybody can have this origin
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
		{all, "null", true, true},
		{all, "capacitor://localhost", true, true},
		{all, "ionic://localhost", true, true},
		{all, "tauri://localhost", true, true},
		{all, "http://tauri.localhost", true, true},
		{all, "vscode-webview://1a2b3c", true, true},
		{all, "file://", true, true},
		{all, "app://shop", true, true},
		{all, "app://.", true, true},
		{all, "chrome-extension://abcdefgh", true, true},
		{all, "https://[2001:db8::1]:8443", true, true},
		{all, "https://shop.example/path", false, true},
		{all, "https://", false, true},
		{all, "https://a b", false, true},
		{all, "https://*", false, true},
		{all, "shop", false, true},
		{all, "https://a, https://b", false, true},
		{apps, "capacitor://localhost", true, false},
		{apps, "Capacitor://LOCALHOST", true, false},
		{apps, "ionic://localhost", false, false},
		{apps, "capacitor://localhost.evil", false, false},
		{apps, "capacitor://", false, false},
		{apps, "http://localhost", false, false},
		{apps, "null", true, true},
		{apps, "file://", true, false},
		{apps, "file://host", false, false},
		{apps, "vscode-webview://0f3c", true, false},
		{apps, "vscode-webview://", false, false},
		{apps, "vscode-webview://a:1", false, false},
		{apps, "app://a.shop", true, false},
		{apps, "app://shop", false, false},
		{odd, "https://shop.example", true, false},
		{odd, "https://shop.example:443", true, false},
		{odd, "https://xn--bcher-kva.example", true, false},
		{odd, "https://www.xn--bcher-kva.example", true, false},
		{odd, "http://[::1]:9101", true, false},
		{odd, "http://localhost:3000", true, false},
		{odd, "http://localhost", true, false},
		{odd, "https://localhost:3000", false, false},
		{odd, "http://a.dev:1", true, false},
		{nil, "capacitor://localhost", false, false},
		{nil, "file://", false, false},
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
	for _, bad := range []string{"shop.example", "https://shop.example/path", "https://*", "https://a.*.example", "https://", "*.shop.example",
		"capacitor:localhost", "capacitor://localhost/", "file:///", "https://*.", "https://a:b", "app://a*", "https://[::1", "https://[1.2.3.4]", "https://a b", "1x://a", "nul", "https://shop.example:", "https://b\u00fc\u0000.example"} {
		if _, err := ParseOrigins([]string{bad}); err == nil {
			t.Errorf("origin pattern %q was accepted", bad)
		}
	}
}
