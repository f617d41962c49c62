package collector

import (
	"net/http"
	"net/http/httptest"
	"net/url"
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

// A path that is written in another way is served; nothing redirects.
func TestRoutesUncleanPaths(t *testing.T) {
	beacons, envelope := `{"navigation":true,"url":"/a"}`, "{}\n"+`{"type":"event"}`+"\n"+`{"message":"x","level":"info"}`
	faro := `{"events":[{"name":"e"}]}`
	for _, tc := range []struct{ path, body string }{
		{"/k/pk_shop//collect", faro}, {"//v1/beacons?key=pk_shop", beacons}, {"/v1/beacons/?key=pk_shop", beacons}, {"/v1//beacons?key=pk_shop", beacons},
		{"/v1/./beacons?key=pk_shop", beacons}, {"/./v1/beacons?key=pk_shop", beacons}, {"/x/../v1/beacons?key=pk_shop", beacons}, {"/v1%2Fbeacons?key=pk_shop", beacons},
		{"/v1%2fbeacons%2F?key=pk_shop", beacons}, {"/%2Fv1/beacons?key=pk_shop", beacons}, {"/%2e/v1/beacons?key=pk_shop", beacons}, {"///collect///?key=pk_shop", faro},
		{"//k/pk_shop/v1/beacons", beacons}, {"/k//pk_shop/v1/beacons/", beacons}, {"/k/pk%5Fshop/v1/beacons", beacons}, {"/k/pk_shop%2Fcollect", faro},
		{"/api/1/envelope?sentry_key=pk_shop", envelope}, {"/api/1/envelope//?sentry_key=pk_shop", envelope}, {"//api/1/envelope/?sentry_key=pk_shop", envelope},
		{"/k/pk_shop/api/1/envelope", envelope}, {"/tunnel/?key=pk_shop", envelope}, {"/v1/logs/?key=pk_shop", `{}`}, {"//v1/traces?key=pk_shop", `{}`},
		{"/datadog/?key=pk_shop", `{"type":"view","view":{"id":"v"}}`}, {"/intake/v2/rum/events/?key=pk_shop", `{"transaction":{"type":"custom","name":"e"}}`},
		{"/appmonitors/a/?key=pk_shop", `{"RumEvents":[{"type":"paid","details":"{}"}]}`}, {"/reports/?key=pk_shop", `[{"type":"crash","url":"/a","body":{}}]`},
		{"/web-vitals/?key=pk_shop", `{"name":"LCP","value":1}`},
	} {
		h := newHarness(t, func(c *Config) { c.Origins = []string{"https://shop.example"} })
		a := h.raw("POST", tc.path, tc.body, "Origin", "https://shop.example", "Content-Type", "application/json")
		if a.status/100 != 2 || a.header.Get("Access-Control-Allow-Origin") == "" || a.header.Get("Location") != "" {
			t.Errorf("POST %s: %d %s %v", tc.path, a.status, a.body, a.header)
		}
		a = h.raw("OPTIONS", tc.path, "", "Origin", "https://shop.example", "Access-Control-Request-Method", "POST")
		if a.status != http.StatusNoContent || a.header.Get("Access-Control-Allow-Origin") == "" {
			t.Errorf("OPTIONS %s: %d %v", tc.path, a.status, a.header)
		}
	}
	h := newHarness(t, nil)
	for _, path := range []string{"/rum.js", "//rum.js", "/rum.js/", "/k/pk_shop/rum.js", "/k/pk_shop//rum.js"} {
		if a := h.raw("GET", path, ""); a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/javascript") {
			t.Errorf("GET %s: %d", path, a.status)
		}
	}
}

// raw sends a path as it is, which a client library would clean.
func (h *harness) raw(method, path, body string, header ...string) answer {
	h.t.Helper()
	r := httptest.NewRequest(method, "/", strings.NewReader(body))
	r.RequestURI = path
	u, err := url.ParseRequestURI(path)
	if err != nil {
		h.t.Fatal(err)
	}
	r.URL = u
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.c.Handler().ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

// What no SDK sends is refused so that a page can read why, and counted.
func TestRoutesRefusalsCounted(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.Origins = []string{"https://shop.example"} })
	for _, tc := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/v1/beacons", 405, "OPTIONS, POST"},
		{"HEAD", "/collect", 405, "OPTIONS, POST"},
		{"PUT", "/k/pk_shop/collect", 405, "OPTIONS, POST"},
		{"DELETE", "/v1/beacons/", 405, "OPTIONS, POST"},
		{"HEAD", "/boomerang", 405, "OPTIONS, GET, POST"},
		{"POST", "/rum.js", 405, "OPTIONS, GET, HEAD"},
		{"POST", "/v1/beacon", 404, ""},
		{"POST", "/rum/v1/beacons", 404, ""},
		{"POST", "/k/pk_shop", 404, ""},
		{"POST", "/", 404, ""},
		{"POST", "//", 404, ""},
		{"GET", "//metrics", 404, ""},
		{"GET", "/metrics/", 404, ""},
		{"GET", "/k/pk_shop/metrics", 404, ""},
		{"POST", "/api/1/envelope/x/", 404, ""},
	} {
		a := h.raw(tc.method, tc.path, "{}", "Origin", "https://shop.example", "Content-Type", "application/json")
		if a.status != tc.status || a.header.Get("Allow") != tc.allow || a.header.Get("Access-Control-Allow-Origin") != "https://shop.example" || a.header.Get("Location") != "" {
			t.Errorf("%s %s: %d %s %v", tc.method, tc.path, a.status, a.body, a.header)
		}
		a = h.raw("OPTIONS", tc.path, "", "Origin", "https://shop.example", "Access-Control-Request-Method", "POST")
		if a.status != http.StatusNoContent || a.header.Get("Access-Control-Allow-Origin") == "" {
			t.Errorf("OPTIONS %s: %d %v", tc.path, a.status, a.header)
		}
	}
	metrics := h.do("GET", "/metrics", "").body
	for _, want := range []string{`requests_denied_total{reason="method"} 6`, `requests_denied_total{reason="path"} 9`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
}

// Requests to the collector itself are left out under every spelling of a path.
func TestOwnRequestsUnderKeyLeftOut(t *testing.T) {
	h := newHarness(t, nil)
	h.do("POST", "/k/pk_shop/v1/beacons", `{"navigation":true,"requests":[`+
		`{"url":"https://collect.example/k/pk_shop/v1/beacons","status":202},{"url":"https://collect.example//v1/beacons/?key=x","status":202},{"url":"https://collect.example/other","status":200}]}`,
		"Host", "collect.example")
	if all := h.settle(); len(all) != 1 || len(all[0].Requests) != 1 {
		t.Errorf("%+v", all)
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
