package wire

import (
	"reflect"
	"testing"
)

func TestFaro(t *testing.T) {
	c, err := decode(Faro{}, `{"exceptions":[
	  {"type":"TypeError","value":"x","timestamp":"2026-11-20T14:00:01.500Z","stacktrace":{"frames":[
	    {"filename":"https://a/b.js","function":"f","lineno":10,"colno":20},{"filename":"https://a/c.js","function":"?","lineno":1}]}},
	  {"type":7}],
	 "measurements":[
	  {"type":"web-vitals","values":{"lcp":120.5,"delta":1,"element_render_delay":5},"context":{"id":"v4-1","navigation_type":"navigate"},"timestamp":"2026-11-20T14:00:00Z"},
	  {"type":"web-vitals","values":{"ttfb":0},"context":{"id":"v4-2","navigation_type":"back-forward-cache"}},
	  {"type":"cart","values":{"value":3,"items":2}}, {"values":[]}],
	 "events":[
	  {"name":"bought","attributes":{"value":"12.5","x":"y"}}, {"name":"plain"}, {"name":"session_start"}, {"name":"view_changed"},
	  {"name":"faro.performance.navigation","timestamp":"2026-11-20T13:59:58Z","attributes":{"faroNavigationId":"n1","dnsLookupTime":"3","tcpHandshakeTime":"11","tlsNegotiationTime":"260"},"trace":{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}},
	  {"name":"faro.performance.resource","attributes":{"name":"https://api/x","initiatorType":"fetch","responseStatus":"500","duration":"12"}},
	  {"name":"faro.performance.resource","attributes":{"name":"https://api/y","initiatorType":"xmlhttprequest","responseStatus":"0","duration":"2"}},
	  {"name":"faro.performance.resource","attributes":{"name":"https://cdn/z.png","initiatorType":"img","responseStatus":"0"}},
	  {"name":"faro.performance.resource","attributes":{"name":"https://old/","initiatorType":"fetch","responseStatus":"unknown"}}, 7],
	 "logs":[{"message":"secret"},{"message":"secret"}], "traces":{"resourceSpans":[]},
	 "meta":{"app":{"name":"shop","version":"2.4.1","environment":"production"},"user":{"email":"jane@example.com"},
	  "session":{"id":"s1","attributes":{"tier":"paid","isSampled":"true"}},"page":{"url":"https://shop/a"},"view":{"name":"/a/:id"},
	  "browser":{"userAgent":"UA","mobile":false}}}`)
	if err != nil {
		t.Fatal(err)
	}
	if c.rejected != 3 || c.ignored != 2+1+2+2 {
		t.Errorf("%d rejected, %d ignored", c.rejected, c.ignored)
	}
	if len(c.beacons) != 1 {
		t.Fatalf("%d beacons", len(c.beacons))
	}
	b := c.beacons[0]
	metrics := map[string]Metric{}
	for _, m := range b.Metrics {
		metrics[m.Name] = m
	}
	wantMetrics := map[string]Metric{
		"lcp": {Name: "lcp", Value: 120.5, ID: "v4-1"}, "ttfb": {Name: "ttfb", Value: 0, ID: "v4-2", Restored: true}, "cart": {Name: "cart", Value: 3},
		"items": {Name: "items", Value: 2}, "dns": {Name: "dns", Value: 3}, "tcp": {Name: "tcp", Value: 11},
	}
	if !reflect.DeepEqual(metrics, wantMetrics) {
		t.Errorf("metrics\n got %v\nwant %v", metrics, wantMetrics)
	}
	b.Metrics = nil
	want := Beacon{
		ID: "faro/attempt/0", Time: 1795183201500, Release: "2.4.1", Environment: "production", URL: "https://shop/a", Route: "/a/:id",
		Session: "s1", User: "jane@example.com", Navigation: true, UserAgent: "UA", Trace: "4bf92f3577b34da6a3ce929d0e0e4736",
		ViewHints: ViewHints{Infer: true, NavigationID: "n1", Start: 1795183198000}, Tags: []Tag{{"tier", "paid"}},
		Errors:   []Error{{Type: "TypeError", Message: "x", Stack: "    at f (https://a/b.js:10:20)\n    at https://a/c.js:1"}},
		Requests: []Fetch{{URL: "https://api/x", Status: 500, Duration: 12}, {URL: "https://api/y", Duration: 2}},
		Events:   []Event{{"bought", 12.5}, {"plain", 0}},
	}
	if !reflect.DeepEqual(b, want) {
		t.Errorf("\n got %+v\nwant %+v", b, want)
	}
}

func TestFaroRoutes(t *testing.T) {
	c, _ := decode(Faro{}, `{"meta":{"page":{"url":"https://shop/b"}},"events":[{"name":"faro.navigation","attributes":{"toUrl":"https://shop/b"}}]}`)
	if len(c.beacons) != 1 || !c.beacons[0].Navigation || !c.beacons[0].ViewHints.Route {
		t.Errorf("%+v", c.beacons)
	}
	c, _ = decode(Faro{}, `{"meta":{},"events":[{"name":"session_start"}],"logs":[{"message":"x"}]}`)
	if len(c.beacons) != 0 || c.ignored != 2 || c.rejected != 0 {
		t.Errorf("%+v", c)
	}
	c, _ = decode(Faro{}, `{"meta":{}}`)
	if len(c.beacons) != 0 || c.rejected != 1 {
		t.Errorf("%+v", c)
	}
}

func FuzzFaro(f *testing.F) {
	for _, s := range seeds(f, "faro") {
		f.Add(s)
	}
	fuzzFormat(f, Faro{})
}
