package collector

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rumtop/rumtop/collector/wire"
)

// Every endpoint exists under the key, too, and its preflights allow the SDKs'
// headers.
func TestEndpointsUnderKeyAndPreflight(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.Origins = []string{"https://shop.example"} })
	var paths []string
	for _, f := range wire.Formats() {
		for _, pattern := range f.Spec().Patterns {
			method, path, _ := strings.Cut(pattern, " ")
			path = strings.NewReplacer("{id}", "a", "{project}", "7", "{$}", "").Replace(path)
			paths = append(paths, path)
			header := []string{"Origin", "https://shop.example"}
			if types := f.Spec().Types; method == http.MethodPost && len(types) > 0 {
				header = append(header, "Content-Type", types[0])
			}
			if a := h.do(method, "/k/unknown"+path, "", header...); a.status != http.StatusUnauthorized {
				t.Errorf("%s %s with an unknown key in its path: %d", method, path, a.status)
			}
			if a := h.do(method, "/k/"+testKey+path, "", header...); a.status != http.StatusBadRequest || a.header.Get("Access-Control-Allow-Origin") != "https://shop.example" {
				t.Errorf("%s %s with the key in its path and no body: %d %v", method, path, a.status, a.header)
			}
			h.checkPreflight(method, path, f.Spec().Headers)
			h.checkPreflight(method, "/k/"+testKey+path, f.Spec().Headers)
		}
	}
	for _, path := range []string{"/collect", "/web-vitals", "/boomerang", "/reports", "/appmonitors/a"} {
		if !slices.Contains(paths, path) {
			t.Errorf("no endpoint %s", path)
		}
	}
}

// checkPreflight checks the answer to a preflight of https://shop.example: it
// allows the common headers and those of the SDK.
func (h *harness) checkPreflight(method, path string, headers []string) {
	h.t.Helper()
	a := h.do(http.MethodOptions, path, "", "Origin", "https://shop.example", "Access-Control-Request-Method", method, "Access-Control-Request-Headers", "content-type")
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "https://shop.example", "Access-Control-Allow-Credentials": "true", "Access-Control-Max-Age": "7200",
	} {
		if got := a.header.Get(name); got != want {
			h.t.Errorf("preflight of %s: %s %q, want %q", path, name, got, want)
		}
	}
	if a.status != http.StatusNoContent {
		h.t.Errorf("preflight of %s: %d", path, a.status)
	}
	allowed := strings.ToLower(a.header.Get("Access-Control-Allow-Headers"))
	for _, name := range append([]string{"content-type", "content-encoding", "x-api-key", "x-faro-session-id", "idempotency-key", "authorization"}, headers...) {
		if !strings.Contains(allowed, strings.ToLower(name)) {
			h.t.Errorf("preflight of %s does not allow %s: %s", path, name, allowed)
		}
	}
}

// A cached image would not be requested for the next beacon.
func TestBoomerangImageRequest(t *testing.T) {
	h := newHarness(t, nil)
	a := h.do("GET", "/boomerang?key="+testKey+"&pid=p1&n=1&u=https%3A%2F%2Fshop.example%2F&t_done=9&t_resp=4", "")
	if a.status != http.StatusNoContent || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", a.status, a.header)
	}
	if all := h.settle(); len(all) != 1 || !all[0].Navigation {
		t.Errorf("%+v", all)
	}
}

// With SeparateAdmin the public handler has no admin endpoints; further metrics
// are served with the collector's own.
func TestSeparateAdminRoutes(t *testing.T) {
	extra := prometheus.NewGauge(prometheus.GaugeOpts{Name: "rumtop_collector_nats_connected", Help: "x"})
	h := newHarness(t, func(c *Config) {
		c.SeparateAdmin = true
		c.Metrics = []prometheus.Collector{extra}
	})
	h.post(withoutError(1))
	for _, path := range []string{"/metrics", "/healthz", "/readyz"} {
		if a := h.do("GET", path, ""); a.status != 404 {
			t.Errorf("%s on the public handler: %d", path, a.status)
		}
		w := httptest.NewRecorder()
		h.c.AdminHandler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != 200 {
			t.Errorf("%s on the admin handler: %d", path, w.Code)
		}
		if path == "/metrics" && (!strings.Contains(w.Body.String(), "rumtop_collector_nats_connected 0") || !strings.Contains(w.Body.String(), "rumtop_collector_beacons_received_total 1")) {
			t.Errorf("metrics: %s", w.Body)
		}
	}
	if _, err := New(Config{Sites: map[string]string{"shop": testKey}, Metrics: []prometheus.Collector{extra, extra}}, h.publisher); err == nil {
		t.Error("the same metric was accepted twice")
	}
}

func TestRoutesOtherPaths(t *testing.T) {
	h := newHarness(t, nil)
	for _, tc := range []struct {
		method, path string
		status       int
		contains     string
	}{
		{"GET", "/v1/beacons", 405, ""},
		{"PUT", "/collect", 405, ""},
		{"GET", "/nothing", 404, ""},
		{"GET", "/healthz", 200, "ok"},
		{"GET", "/readyz", 200, "ready"},
		{"GET", "/rum.js", 200, ""},
		{"GET", "/metrics", 200, "rumtop_collector_beacons_received_total 0"},
	} {
		if a := h.do(tc.method, tc.path, ""); a.status != tc.status || !strings.Contains(a.body, tc.contains) {
			t.Errorf("%s %s: %d %.200s", tc.method, tc.path, a.status, a.body)
		}
	}
}
