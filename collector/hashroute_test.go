package collector

import (
	"fmt"
	"net/url"
	"slices"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

// hashRoutes are bodies with a place, %s, for the address of the page.
var hashRoutes = []struct{ name, path, kind, body string }{
	{"native", "/v1/beacons", "application/json", `{"navigation":true,"view":"%[2]d","url":"%[1]s"}`},
	{"native route", "/v1/beacons", "application/json", `{"navigation":true,"view":"%[2]d","url":"https://shop.example/","route":"%[1]s"}`},
	{"Faro", "/collect", "application/json", `{"meta":{"page":{"url":"%s"},"session":{"id":"%d"}},"events":[{"name":"faro.navigation","attributes":{}}]}`},
	{"web-vitals", "/web-vitals", "text/plain", `{"name":"LCP","value":1,"id":"v5-%[2]d","url":"%[1]s"}`},
	{"OTLP", "/v1/logs", "application/json", `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"eventName":"browser.navigation","attributes":[{"key":"url.full","value":{"stringValue":"%s"}},{"key":"session.id","value":{"intValue":"%d"}}]}]}]}]}`},
	{"Sentry", "/api/1/envelope/", "text/plain", `{}` + "\n" + `{"type":"event"}` + "\n" + `{"event_id":"%[2]d","request":{"url":"%[1]s"},"message":"x","level":"info","contexts":{"trace":{"trace_id":"%[2]d"}}}`},
	{"Datadog", "/datadog", "text/plain", `{"type":"view","view":{"id":"%[2]d","url":"%[1]s"}}`},
	{"Elastic", "/intake/v2/rum/events", "application/x-ndjson", `{"transaction":{"id":"%[2]d","type":"page-load","name":"x","context":{"page":{"url":"%[1]s"}}}}`},
	{"AWS RUM", "/appmonitors/a", "application/json", `{"BatchId":"%[2]d","UserDetails":{"sessionId":"s"},"RumEvents":[{"type":"com.amazon.rum.page_view_event","metadata":{"pageId":"%[1]s"},"details":{}}]}`},
	{"reports", "/reports", "application/reports+json", `[{"type":"crash","age":1%[2]d000,"url":"%[1]s","body":{"reason":"oom"}}]`},
}

func TestHashRoutesArePages(t *testing.T) {
	addresses := []string{
		"https://shop.example/app/#/orders/17", "https://shop.example/app/#/cart", "https://shop.example/app/#!/cart",
		"https://shop.example/app/#/cart?from=mail", "https://shop.example/app/#top", "https://shop.example/app/#access_token=abc",
	}
	want := []string{"/app/orders/:id", "/app/cart", "/app/cart", "/app/cart", "/app", "/app"}
	for _, tc := range hashRoutes {
		h := newHarness(t, func(c *Config) { c.BatchBeacons = 1 })
		for i, address := range addresses {
			if a := h.do("POST", tc.path+"?key="+testKey, fmt.Sprintf(tc.body, address, i), "Content-Type", tc.kind); a.status/100 != 2 {
				t.Errorf("%s: %d %s", tc.name, a.status, a.body)
			}
		}
		checkPages(t, tc.name, h.settle(), want)
	}
	h := newHarness(t, func(c *Config) { c.BatchBeacons = 1 })
	for i, address := range addresses {
		h.do("GET", fmt.Sprintf("/boomerang?key=%s&pid=p&n=%d&http.initiator=spa&t_done=1&u=%s", testKey, i, url.QueryEscape(address)), "")
	}
	all := h.settle()
	checkPages(t, "boomerang", all, want)
	if all[0].View == all[1].View || all[1].View != all[2].View {
		t.Error("boomerang: a route is not a view of its own")
	}
}

func checkPages(t *testing.T, name string, all []beacon.Beacon, want []string) {
	t.Helper()
	var pages []string
	for _, b := range all {
		pages = append(pages, b.Dims[beacon.Page])
	}
	if !slices.Equal(pages, want) {
		t.Errorf("%s:\n got %q\nwant %q", name, pages, want)
	}
}

// A request has no fragment on the wire, so it has no route.
func TestRequestFragmentDropped(t *testing.T) {
	h := newHarness(t, nil)
	h.post(`{"navigation":true,"requests":[{"url":"https://api.example/cart#/orders","status":200}]}`)
	if all := h.settle(); len(all) != 1 || all[0].Requests[0].URL != "https://api.example/cart" {
		t.Errorf("%+v", all)
	}
}
